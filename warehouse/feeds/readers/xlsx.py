"""XLSX by rows, straight from the sheet's XML, so that memory does not grow with the sheet.

A workbook library would be shorter, but the fast one (calamine) lays the whole used rectangle out in memory: a file of
5 KB with one cell in a far corner ends the process. Only the sheet, its strings and its number formats are opened here:
formulas come as their last values, links to other files are not followed, document type declarations are refused.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from warehouse.feeds.readers.refusals import DamagedFile, FileRefused, NotATable, TooBig, UnclearSheet
from warehouse.feeds.readers.source import BLOCK, Reading, Source, bomb
from warehouse.feeds.readers.table import (
    BATCH_ROWS,
    Batch,
    Broken,
    FileFormat,
    Reason,
    Row,
    Table,
    column_names,
    masked,
    no_header,
)

NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
CELL, ROW = (frozenset(f"{space} {tag}" for space in NAMESPACES) for tag in ("c", "row"))
VALUE = frozenset(f"{space} {tag}" for space in NAMESPACES for tag in ("v", "t"))
RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
TIMES_ONLY = frozenset({18, 19, 20, 21, 32, 33, 45, 46, 47, 55, 56})
ELAPSED = 46
LAST_SERIAL = 2_958_466
FALSE_LEAP_DAY = 60
EPOCH_1900 = datetime.fromisoformat("1899-12-30")
EPOCH_1904 = datetime.fromisoformat("1904-01-01")
OUTSIDE = (zipfile.BadZipFile, zlib.error, expat.ExpatError)
"""What is said of the archive and its XML; other errors quote the cell that they stumbled over."""
DAMAGE = (*OUTSIDE, LookupError, ValueError, EOFError, NotImplementedError)
HELD_PARTS = frozenset({"xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"})
BATCH_LETTERS = 32 << 20
DEEPEST = 64
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

AsText = Callable[[str], str]
Start = Callable[[str, dict[str, str]], None]


@dataclass
class SheetTable(Table):
    """One sheet. `part` is its place in the archive, `header_row` the number of its header row, from 1."""

    part: str
    header_row: int

    def _batches(self, reading: Reading) -> Iterator[Batch]:
        with self.source.seekable(reading) as path, _workbook(self.source, path) as book:
            record, width, letters = 1, len(self.columns), 0
            numbers: list[int] = []
            rows: list[Row] = []
            broken: list[Broken] = []
            for line, cells, size in _rows(book, self.part):
                if line <= self.header_row:
                    continue
                if wrong := _misfit(cells, width):
                    broken.append(Broken(record, line, *wrong))
                else:
                    numbers.append(record)
                    rows.append((cells + [None] * (width - len(cells)))[:width])
                letters += size
                if record % BATCH_ROWS == 0 or letters > BATCH_LETTERS:
                    yield Batch.of(numbers, rows, broken)
                    numbers, rows, broken, letters = [], [], [], 0
                record += 1
            yield Batch.of(numbers, rows, broken)


def open_xlsx(source: Source, declared: FileFormat) -> SheetTable:
    """The table of a workbook's sheet. Raises DamagedFile, NotATable, TooBig, UnclearSheet, EmptyFile."""
    with source.read() as reading, source.seekable(reading) as path, _workbook(source, path) as book:
        name, part = _chosen(source.name, book, declared.sheet)
        header = next((row for row in _rows(book, part) if row[0] >= declared.header_line), None)
    if header is None:
        raise no_header(source.name)
    found = replace(declared, kind="xlsx", sheet=name)
    row, cells, _ = header
    return SheetTable(source, column_names(source.name, cells), found, source.limits, part=part, header_row=row)


@dataclass(frozen=True)
class _Workbook:
    """An open archive: visible sheets (name, part), shared strings, and how a cell of each style is written."""

    source: Source
    archive: zipfile.ZipFile
    sheets: tuple[tuple[str, str], ...]
    strings: Sequence[str]
    styles: Sequence[AsText]


@contextmanager
def _workbook(source: Source, path: Path) -> Iterator[_Workbook]:
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(source, archive)
            parts = set(archive.namelist())
            if "xl/workbook.xml" not in parts:
                raise NotATable(source.name, "this is an archive, not a workbook", "unpack it, or deliver XLSX")
            sheets, epoch = _sheets(archive)
            strings = _strings(archive) if "xl/sharedStrings.xml" in parts else ()
            styles = _styles(archive, epoch) if "xl/styles.xml" in parts else ()
            yield _Workbook(source, archive, sheets, strings, styles)
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


def _chosen(where: str, book: _Workbook, declared: str | None) -> tuple[str, str]:
    names = ", ".join(name for name, _ in book.sheets)
    if declared is not None:
        if declared not in dict(book.sheets):
            raise UnclearSheet(where, f"there is no sheet «{declared}»", f"its sheets are: {names}")
        return declared, dict(book.sheets)[declared]
    filled = [(name, part) for name, part in book.sheets if next(_rows(book, part), None)]
    if not filled:
        raise no_header(where)
    if len(filled) > 1:
        what = f"{len(filled)} sheets hold something and none is declared"
        raise UnclearSheet(where, what, f"declare one of: {', '.join(name for name, _ in filled)}")
    return filled[0]


def _misfit(cells: Sequence[str | None], width: int) -> tuple[Reason, str] | None:
    if any(cells[width:]):
        filled = max(place for place, cell in enumerate(cells, 1) if cell)
        return "wrong_column_count", f"{filled} cells, {width} columns; begins «{masked(cells[0] or '')}»"
    zero = next((place for place, cell in enumerate(cells, 1) if cell and "\0" in cell), None)
    return ("nul_byte", f"cell {zero} holds a zero byte") if zero else None


def _rows(book: _Workbook, part: str) -> Iterator[tuple[int, list[str | None], int]]:
    """(row number in the sheet, cells, about how many letters) of every row with something in it. Raises TooBig."""
    sheet = _Sheet(book)
    with book.archive.open(part) as file:
        ended = False
        while not ended:
            block = file.read(BLOCK)
            ended = not block
            sheet.parser.Parse(block, ended)
            yield from sheet.taken()


class _Sheet:
    """Takes the events of a sheet's XML and makes rows of text. Called millions of times: plain comparisons, few calls."""

    def __init__(self, book: _Workbook) -> None:
        self.parser = _parser(self._start, self._end, self._characters)
        self._book = book
        self._done: list[tuple[int, list[str | None], int]] = []
        self._longest = book.source.limits.line
        self._letters = 0
        self._depth = 0
        self._cells: list[str | None] = []
        self._row = 0
        self._place = 0
        self._type = "n"
        self._style = 0
        self._text: list[str] = []
        self._is_value = False
        self._places: dict[str, int] = {}

    def taken(self) -> list[tuple[int, list[str | None], int]]:
        """The rows finished since last asked."""
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError
        if tag in CELL:
            reference = attributes.get("r")
            self._place = self._place_of(reference) if reference else self._place + 1
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
        elif tag in VALUE:
            self._is_value = True
        elif tag in ROW:
            self._row = int(attributes.get("r", self._row + 1))
            self._cells, self._place, self._letters = [], -1, 0

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag in VALUE:
            self._is_value = False
        elif tag in CELL:
            if self._text and (value := self._value("".join(self._text))):
                cells = self._cells
                cells.extend([None] * (self._place + 1 - len(cells)))
                cells[self._place] = value
                self._letters += len(value)
                if self._letters > self._longest:
                    raise self._too_long()
            self._text = []
        elif tag in ROW and self._cells:
            self._done.append((self._row, self._cells, self._letters))

    def _characters(self, text: str) -> None:
        if self._is_value:
            self._text.append(text)
            self._letters += len(text)
            if self._letters > self._longest:
                raise self._too_long()

    def _too_long(self) -> TooBig:
        what = f"row {self._row} holds more than {self._longest} letters"
        return TooBig(self._book.source.name, what, "deliver a table: one record a row")

    def _value(self, text: str) -> str:
        kind = self._type
        if kind == "s":
            return self._book.strings[int(text)]
        if kind == "n":
            styles = self._book.styles
            return styles[self._style](text) if self._style < len(styles) else number_text(text)
        if kind == "b":
            return "true" if text == "1" else "false"
        if kind == "d":
            return text.replace("T", " ")
        return _unescaped(text)

    def _place_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        place = self._places.get(letters)
        if place is None:
            place = self._places[letters] = column_index(letters)
        return place


def column_index(letters: str) -> int:
    """`A` is 0, `Z` 25, `AA` 26. Raises ValueError beyond `XFD`, the last column of a sheet."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    if not 0 < index <= 16_384:
        raise ValueError(f"there is no column {letters}")
    return index - 1


def number_text(text: str) -> str:
    """A stored number as people write it: integers without a point, others in the shortest exact form."""
    number = float(text)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def instant_text(text: str, *, epoch: datetime, time_only: bool) -> str:
    """Days since `epoch` as ISO text: `2026-03-01`, `2026-03-01 14:05:00`, or `14:05:00` for a time of day.

    The 1900 system has a 29 February 1900, so that it is a day off before; that day, and what is no date, stay numbers.
    """
    serial = float(text)
    if not 0 <= serial < LAST_SERIAL or (epoch == EPOCH_1900 and int(serial) == FALSE_LEAP_DAY):
        return number_text(text)
    shift = timedelta(days=1) if epoch == EPOCH_1900 and serial < FALSE_LEAP_DAY else timedelta(0)
    instant = epoch + shift + timedelta(milliseconds=round(serial * 86_400_000))
    if time_only and serial < 1:
        return instant.time().isoformat()
    if serial.is_integer():
        return instant.date().isoformat()
    return instant.isoformat(" ")


def elapsed_text(text: str) -> str:
    """A number of days as elapsed `26:05:00`, hours beyond a day kept."""
    seconds = round(float(text) * 86_400)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


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

    _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    _parse(archive, "xl/workbook.xml", sheet)
    worksheets = ((name, _part(targets[relation_id])) for name, relation_id in listed if relation_id in targets)
    return tuple((name, part) for name, part in worksheets if "worksheets" in part), epochs[-1]


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _strings(archive: zipfile.ZipFile) -> list[str]:
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
            strings.append(_unescaped("".join(pieces)))

    def characters(text: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            pieces.append(text)

    _parse(archive, "xl/sharedStrings.xml", start, end, characters)
    return strings


def _styles(archive: zipfile.ZipFile, epoch: datetime) -> list[AsText]:
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

    _parse(archive, "xl/styles.xml", start, end)
    return [_writer(number, codes.get(number), epoch) for number in formats]


def _writer(number: int, code: str | None, epoch: datetime) -> AsText:
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code or "", flags=re.IGNORECASE).lower()
    if number == ELAPSED or re.search(r"\[[hms]+\]", bare):
        return elapsed_text
    if number in DATES if code is None else bare != "general" and re.search(r"[ymdhs年月日]", bare):
        time_only = number in TIMES_ONLY if code is None else not re.search(r"[yd年月日]", bare)
        return lambda text: instant_text(text, epoch=epoch, time_only=time_only)
    return number_text


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] = lambda _: None,
    characters: Callable[[str], None] = lambda _: None,
) -> None:
    """The events of a small part, by local names."""
    parser = _parser(
        lambda tag, attributes: start(tag.rpartition(" ")[2], attributes),
        lambda tag: end(tag.rpartition(" ")[2]),
        characters,
    )
    with archive.open(part) as file:
        parser.ParseFile(file)


def _parser(start: Start, end: Callable[[str], None], characters: Callable[[str], None]) -> expat.XMLParserType:
    """A parser that calls with `namespace name`."""

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    return parser
