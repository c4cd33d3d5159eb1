"""XML as spreadsheet programs write it, by one pattern a tag: twice as quick as events.

What is written in any other way (other prefixes, comments, rich text, attributes in another order) is not plain, and raises
NotPlain at the place where it stands; whoever asked reads the part once more, as events. What is plain says the same both ways.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO

from warehouse.feeds.readers.xlsx.events import NAMESPACES

HEAD = re.compile(
    r'(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?(?: standalone="\w+")? ?\?>\s*)?<(?:worksheet|sst) xmlns="([^"]*)"[^<>]*>'
)
END = re.compile(rb"</(?:worksheet|sst)>\s*$")
TEXT = r"([^<\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*)"
T = rf'(?:<t/>|<t(?: xml:space="preserve")?>{TEXT}</t>)'
F = "(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?"
STRING = re.compile(rf"<si>{T}(?:<phoneticPr [^<>]*/>)?</si>|(?s:(.))")
TAG = re.compile(
    rf'<c r="([A-Z]{{1,3}})[0-9]+"(?: s="([0-9]{{1,6}})")?(?: t="([a-zA-Z]+)")? ?'
    rf'(?:/>|>{F}(?:<v>|<is><t(?: xml:space="preserve")?>){TEXT}(?:</v>|</t></is>)</c>|></c>)'
    r'|<row r="([1-9][0-9]{0,6})"[^<>/]*>|<row [^<>]*/>|(</row>|(?s:.))'
)
"""Column, style, type and value of a cell; the number of a row; its end, or what is none of these."""
ENTITY = re.compile("&([^&;]*);?")
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
BLOCK = 1 << 18
LONGEST = 32 * BLOCK

Tag = tuple[str, str, str, str, str, str]


class NotPlain(Exception):
    """The XML is written in another way; it may be as good."""


def strings(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """The shared strings, in their order."""
    with archive.open(part) as file:
        for piece in _pieces(file, opening="<si>", closing="</si>", after="</sst>"):
            for text, odd in STRING.findall(piece):
                if odd:
                    raise NotPlain
                yield read(text)


def tags(archive: zipfile.ZipFile, part: str) -> Iterator[Iterable[Tag]]:
    """The tags between `<sheetData>` and the end of the last row, whole rows at a time."""
    with archive.open(part) as file:
        for piece in _pieces(file, opening="<row ", closing="</row>", after="</sheetData>"):
            yield TAG.findall(piece)


def read(text: str) -> str:
    """Text with what stands for `&` and the like."""
    return ENTITY.sub(_entity, text) if "&" in text else text


def _pieces(file: IO[bytes], *, opening: str, closing: str, after: str) -> Iterator[str]:
    """What stands from the first tag `opening` on, in pieces that end with the tag `closing`; all of the file is read.

    Raises NotPlain where the head is not plain, where something else than `after` follows, and where a piece is too long.
    """
    kept, is_begun = b"", False
    end = closing.encode()
    while block := file.read(BLOCK):
        kept += block
        cut = kept.rfind(end) + len(end)
        if cut >= len(end):
            piece, kept = _lines(kept[:cut]), kept[cut:]
            yield piece if is_begun else _body(piece, opening)
            is_begun = True
        elif len(kept) > LONGEST:
            raise NotPlain
    if not is_begun or not kept.startswith(after.encode()) or not END.search(kept):
        raise NotPlain


def _body(piece: str, opening: str) -> str:
    before, begin, rest = piece.partition(opening)
    head = HEAD.match(before)
    if head is None or head[1] not in NAMESPACES or "<!" in before or not before.endswith(("<sheetData>", head[0])):
        raise NotPlain
    return begin + rest


def _lines(piece: bytes) -> str:
    """The text; XML knows one kind of line end."""
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        raise NotPlain from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name in ENTITIES and found[0].endswith(";"):
        return ENTITIES[name]
    raise NotPlain
