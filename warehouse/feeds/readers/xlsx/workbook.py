"""A workbook's archive: its visible sheets, its strings, and how numbers of each style are written."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from warehouse.feeds.readers.refusals import DamagedFile, FileRefused, NotATable, TooBig
from warehouse.feeds.readers.source import Source, bomb
from warehouse.feeds.readers.xlsx import plain
from warehouse.feeds.readers.xlsx.events import parse
from warehouse.feeds.readers.xlsx.values import EPOCH_1900, EPOCH_1904, AsText, number_text, unescaped, writer

RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
OUTSIDE = (zipfile.BadZipFile, zlib.error, expat.ExpatError)
"""What is said of the archive and its XML; other errors quote the cell that they stumbled over."""
DAMAGE = (*OUTSIDE, LookupError, ValueError, EOFError, NotImplementedError)
STRINGS = "xl/sharedStrings.xml"
HELD_PARTS = frozenset({STRINGS, "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"})


@dataclass(frozen=True)
class Workbook:
    """An open archive: visible sheets (name, part), shared strings, and how a number of each style is written."""

    source: Source
    archive: zipfile.ZipFile
    sheets: tuple[tuple[str, str], ...]
    strings: Sequence[str]
    styles: Sequence[AsText]

    def text(self, value: str, kind: str, style: int) -> str:
        """What a cell of this type and style holds. Raises LookupError or ValueError for what no program writes."""
        if kind == "s":
            return self.strings[int(value)]
        if kind == "n":
            return self.styles[style](value) if style < len(self.styles) else number_text(value)
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind == "d":
            return value.replace("T", " ")
        return unescaped(value)

    def too_long(self, row: int) -> TooBig:
        """The refusal of a row with more letters than a line may have."""
        what = f"row {row} holds more than {self.source.limits.line} letters"
        return TooBig(self.source.name, what, "deliver a table: one record a row")


@contextmanager
def opened(source: Source, path: Path) -> Iterator[Workbook]:
    """The workbook at `path`. Raises NotATable, TooBig, and DamagedFile for whatever is wrong with it within the block."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(source, archive)
            parts = set(archive.namelist())
            if "xl/workbook.xml" not in parts:
                raise NotATable(source.name, "this is an archive, not a workbook", "unpack it, or deliver XLSX")
            sheets, epoch = _sheets(archive)
            strings = _strings(archive) if STRINGS in parts else ()
            styles = _styles(archive, epoch) if "xl/styles.xml" in parts else ()
            yield Workbook(source, archive, sheets, strings, styles)
    except FileRefused:
        raise
    except DAMAGE as error:
        kind = type(error).__name__
        told = f"{kind}: {error}" if isinstance(error, OUTSIDE) else kind
        what = f"the workbook is cut off or corrupt ({told})"
        raise DamagedFile(source.name, what, "open it in a spreadsheet program and save it once more") from error


def _refuse_bomb(source: Source, archive: zipfile.ZipFile) -> None:
    """Raises TooBig for an archive, or a part that is held as a whole, that unpacks to too much."""
    unpacked = sum(part.file_size for part in archive.infolist())
    packed = sum(part.compress_size for part in archive.infolist())
    limits = source.limits
    if unpacked > limits.unpacked or (unpacked > limits.ratio_from and unpacked > limits.ratio * packed):
        raise bomb(source.name, unpacked, packed)
    for part in archive.infolist():
        if part.filename in HELD_PARTS and part.file_size > limits.held:
            raise bomb(source.name, part.file_size, part.compress_size)


def _sheets(archive: zipfile.ZipFile) -> tuple[tuple[tuple[str, str], ...], datetime]:
    targets: dict[str, str] = {}
    listed: list[tuple[str, str]] = []
    epochs = [EPOCH_1900]

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Relationship") and attributes.get("TargetMode") != "External":
            targets[attributes["Id"]] = attributes["Target"]

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            epochs.append(EPOCH_1904)
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            listed.append((attributes["name"], next(attributes[name] for name in RELATION if name in attributes)))

    parse(archive, "xl/_rels/workbook.xml.rels", relation)
    parse(archive, "xl/workbook.xml", sheet)
    worksheets = ((name, _part(targets[relation_id])) for name, relation_id in listed if relation_id in targets)
    return tuple((name, part) for name, part in worksheets if "worksheets" in part), epochs[-1]


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _strings(archive: zipfile.ZipFile) -> Sequence[str]:
    try:
        return [unescaped(text) for text in plain.strings(archive, STRINGS)]
    except plain.NotPlain:
        return _rich_strings(archive)


def _rich_strings(archive: zipfile.ZipFile) -> Sequence[str]:
    strings: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []

    def start(tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            pieces.clear()
        inside.append(tag)

    def end(tag: str) -> None:
        inside.pop()
        if tag == "si":
            strings.append(unescaped("".join(pieces)))

    def characters(text: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            pieces.append(text)

    parse(archive, STRINGS, start, end, characters)
    return strings


def _styles(archive: zipfile.ZipFile, epoch: datetime) -> Sequence[AsText]:
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        if tag == "xf" and inside[-1:] == ["cellXfs"]:
            formats.append(int(attributes.get("numFmtId", 0)))
        inside.append(tag)

    def end(_: str) -> None:
        inside.pop()

    parse(archive, "xl/styles.xml", start, end)
    return [writer(number, codes.get(number), epoch) for number in formats]
