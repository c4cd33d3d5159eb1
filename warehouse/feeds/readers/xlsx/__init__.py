"""XLSX by rows, straight from the sheet's XML, so that memory does not grow with the sheet.

A workbook library would be shorter, but the fast one (calamine) lays the whole used rectangle out in memory: a file of
5 KB with one cell in a far corner ends the process. Only the sheet, its strings and its number formats are opened here:
formulas come as their last values, links to other files are not followed, document type declarations are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from warehouse.feeds.readers.refusals import UnclearSheet
from warehouse.feeds.readers.source import Reading, Source
from warehouse.feeds.readers.table import Batch, Broken, FileFormat, Reason, Row, Table, column_names, masked, no_header
from warehouse.feeds.readers.xlsx.sheet import rows
from warehouse.feeds.readers.xlsx.workbook import Workbook, opened

BATCH_ROWS = 4_000
BATCH_LETTERS = 32 << 20


@dataclass
class SheetTable(Table):
    """One sheet. `part` is its place in the archive, `header_row` the number of its header row, from 1."""

    part: str
    header_row: int

    def _batches(self, reading: Reading) -> Iterator[Batch]:
        with self.source.seekable(reading) as path, opened(self.source, path) as book:
            record, width, letters = 1, len(self.columns), 0
            numbers: list[int] = []
            taken: list[Row] = []
            broken: list[Broken] = []
            for line, cells, size in rows(book, self.part):
                if line <= self.header_row:
                    continue
                if wrong := _misfit(cells, width):
                    broken.append(Broken(record, line, *wrong))
                else:
                    numbers.append(record)
                    taken.append((cells + [None] * (width - len(cells)))[:width])
                letters += size
                if record % BATCH_ROWS == 0 or letters > BATCH_LETTERS:
                    yield Batch.of(numbers, taken, broken)
                    numbers, taken, broken, letters = [], [], [], 0
                record += 1
            yield Batch.of(numbers, taken, broken)


def open_xlsx(source: Source, declared: FileFormat) -> SheetTable:
    """The table of a workbook's sheet. Raises DamagedFile, NotATable, TooBig, UnclearSheet, EmptyFile."""
    with source.read() as reading, source.seekable(reading) as path, opened(source, path) as book:
        name, part = _chosen(source.name, book, declared.sheet)
        header = next((row for row in rows(book, part) if row[0] >= declared.header_line), None)
    if header is None:
        raise no_header(source.name)
    found = replace(declared, kind="xlsx", sheet=name)
    row, cells, _ = header
    return SheetTable(source, column_names(source.name, cells), found, source.limits, part=part, header_row=row)


def _chosen(where: str, book: Workbook, declared: str | None) -> tuple[str, str]:
    names = ", ".join(name for name, _ in book.sheets)
    if declared is not None:
        if declared not in dict(book.sheets):
            raise UnclearSheet(where, f"there is no sheet «{declared}»", f"its sheets are: {names}")
        return declared, dict(book.sheets)[declared]
    filled = [(name, part) for name, part in book.sheets if next(rows(book, part), None)]
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
