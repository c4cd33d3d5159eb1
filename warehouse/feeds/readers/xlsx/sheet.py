"""The rows of a sheet, straight from its XML, so that memory does not grow with the sheet: the plain way as long as it is plain."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

from warehouse.feeds.readers.source import BLOCK
from warehouse.feeds.readers.xlsx import plain
from warehouse.feeds.readers.xlsx.events import NAMESPACES, parser
from warehouse.feeds.readers.xlsx.workbook import Workbook

CELL, ROW = (frozenset(f"{space} {tag}" for space in NAMESPACES) for tag in ("c", "row"))
VALUE = frozenset(f"{space} {tag}" for space in NAMESPACES for tag in ("v", "t"))
DEEPEST = 64

SheetRow = tuple[int, list[str | None], int]
"""Its number in the sheet, its cells, and about how many letters."""


def rows(book: Workbook, part: str) -> Iterator[SheetRow]:
    """Every row with something in it. Raises TooBig, and LookupError or ValueError for what no program writes."""
    told = 0
    try:
        for tags in plain.tags(book.archive, part):
            for row in _rows(book, tags):
                told += 1
                yield row
    except plain.NotPlain:
        yield from islice(rows_of_events(book, part), told, None)


def rows_of_events(book: Workbook, part: str) -> Iterator[SheetRow]:
    """The same rows of any XML that is a sheet."""
    sheet = _Sheet(book)
    with book.archive.open(part) as file:
        ended = False
        while not ended:
            block = file.read(BLOCK)
            ended = not block
            sheet.parser.Parse(block, ended)
            yield from sheet.taken()


def _rows(book: Workbook, tags: Iterable[plain.Tag]) -> Iterator[SheetRow]:
    longest, text = book.source.limits.line, book.text
    row, letters, cells = 0, 0, list[str | None]()
    for column, style, kind, stored, number, other in tags:
        if stored:
            told = plain.read(stored)
            shown = text(told, kind or "n", int(style or 0))
            letters += len(told) + len(shown)
            if letters > longest:
                raise book.too_long(row)
            if shown:
                place = column_index(column)
                cells.extend([None] * (place + 1 - len(cells)))
                cells[place] = shown
        elif number:
            row, letters, cells = int(number), 0, []
        elif other not in ("", "</row>"):
            raise plain.NotPlain
        elif other and cells:
            yield row, cells, letters
            cells = []


class _Sheet:
    """Takes the events of a sheet's XML and makes rows of text. Called millions of times: plain comparisons, few calls."""

    def __init__(self, book: Workbook) -> None:
        self.parser = parser(self._start, self._end, self._characters)
        self._book = book
        self._done: list[SheetRow] = []
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

    def taken(self) -> list[SheetRow]:
        """The rows finished since last asked."""
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError
        if tag in CELL:
            reference = attributes.get("r")
            self._place = column_index(reference.rstrip("0123456789")) if reference else self._place + 1
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
            if self._text and (value := self._book.text("".join(self._text), self._type, self._style)):
                cells = self._cells
                cells.extend([None] * (self._place + 1 - len(cells)))
                cells[self._place] = value
                self._letters += len(value)
                if self._letters > self._longest:
                    raise self._book.too_long(self._row)
            self._text = []
        elif tag in ROW and self._cells:
            self._done.append((self._row, self._cells, self._letters))

    def _characters(self, text: str) -> None:
        if self._is_value:
            self._text.append(text)
            self._letters += len(text)
            if self._letters > self._longest:
                raise self._book.too_long(self._row)


@cache
def column_index(letters: str) -> int:
    """`A` is 0, `Z` 25, `AA` 26. Raises ValueError beyond `XFD`, the last column of a sheet."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    if not 0 < index <= 16_384:
        raise ValueError(f"there is no column {letters}")
    return index - 1
