"""A delivered file as a table: column names, then batches of text rows, with what does not fit told apart."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow

from warehouse.feeds.readers.refusals import EmptyFile, TooManyColumns, WrongEncoding
from warehouse.feeds.readers.source import Limits, Reading, Source

Kind = Literal["text", "xlsx", "parquet"]
Reason = Literal[
    "broken_quotes",
    "wrong_column_count",
    "line_too_long",
    "wrong_encoding",
    "nul_byte",
    "stray_line_break",
    "shifted_row",
]
Row = Sequence[str | None]

MOST_COLUMNS = 1_500
HEAD = 40
ENCODINGS = "declare the encoding it was written in, such as utf-8, gb18030, utf-16, cp949 or cp1252"


@dataclass(frozen=True)
class FileFormat:
    """What a mapping says of a file; None leaves it to be found out from the file.

    `kind`: text (CSV, TSV, semicolons), xlsx or parquet; by default what the first bytes say, never the file's name.
    `encoding` of text: utf-8, gb18030, gbk, utf-16, utf-16-le, utf-16-be, cp949, cp1252 or any other codec of Python;
    a byte order mark in the file outranks it.
    `delimiter` of text: one character. `quotes`: False where a quotation mark is a character like any other.
    `sheet` of a workbook: its name.
    `header_line`: the physical line (in a workbook, the row) of the column names, from 1; those above are passed over.
    """

    kind: Kind | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quotes: bool = True
    sheet: str | None = None
    header_line: int = 1


@dataclass(frozen=True, slots=True)
class Broken:
    """A delivered record that is no row. `line_number` counts physical lines (in a workbook, rows) from 1.

    A line number of 0 is not known. `detail` says counts and positions and at most a masked head: letters as x, digits as 9, so no one's data is in it.
    """

    row_number: int
    line_number: int
    reason_code: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records in the order delivered, kept by column, as text. A cell is null only where the format knows null.

    `numbers` are the ordinals of the rows among all records, broken ones included; `columns` has one Arrow array of
    strings per column of the table, or is empty where the batch has no rows.
    """

    numbers: Sequence[int]
    columns: Sequence[pyarrow.Array]
    broken: Sequence[Broken] = ()

    @classmethod
    def of(cls, numbers: Sequence[int], rows: Sequence[Row], broken: Sequence[Broken] = ()) -> "Batch":
        """The batch of rows that are at hand as rows."""
        return cls(numbers, [pyarrow.array(column, pyarrow.string()) for column in zip(*rows, strict=True)], broken)

    @property
    def rows(self) -> list[Row]:
        """The cells of each row, as many as the table has columns."""
        return list(zip(*(column.to_pylist() for column in self.columns), strict=True))

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        """(row number, cells) of each row."""
        return zip(self.numbers, self.rows, strict=True)


@dataclass
class Table(ABC):
    """An opened file. `format` is what was declared, completed by what was found.

    `batches` may be asked for any number of times; each reads the file anew, in one pass and in flat memory. After a
    whole pass `content_hash` is the SHA-256 of the file's bytes, and `delivered` and `broken_count` stand.
    """

    source: Source
    columns: tuple[str, ...]
    format: FileFormat
    limits: Limits
    content_hash: str | None = field(default=None, init=False)
    delivered: int = field(default=0, init=False)
    broken_count: int = field(default=0, init=False)
    _reading: Reading | None = field(default=None, init=False, repr=False)

    def batches(self) -> Iterator[Batch]:
        """All records. Raises FileRefused, at the latest after the last batch: only a whole pass makes rows good."""
        self.delivered = self.broken_count = undecodable = 0
        self.content_hash = None
        with self.source.read() as reading:
            self._reading = reading
            for batch in self._batches(reading):
                self.delivered += len(batch.numbers) + len(batch.broken)
                self.broken_count += len(batch.broken)
                undecodable += sum(broken.reason_code == "wrong_encoding" for broken in batch.broken)
                yield batch
            if undecodable * 2 > self.delivered:
                raise wrong_encoding(self.source.name, str(self.format.encoding), undecodable, self.delivered)
            self.content_hash = reading.finish()

    @property
    def share_read(self) -> float:
        """How much of the file the running pass has read, 0 to 1."""
        return self._reading.share if self._reading else 0.0

    @property
    def is_header_only(self) -> bool:
        """Whether the last whole pass found a header and nothing else."""
        return self.content_hash is not None and self.delivered == 0

    @abstractmethod
    def _batches(self, reading: Reading) -> Iterator[Batch]:
        """The records, read from `reading`."""


def column_names(where: str, cells: Sequence[str | None]) -> tuple[str, ...]:
    """Header cells as column names: stripped; empty ones become `column_7`, repeated ones get ` (2)`.

    Raises EmptyFile where no cell has text, TooManyColumns where the database could not hold them.
    """
    stripped = [(cell or "").strip().lstrip("\ufeff") for cell in cells]
    if not any(stripped):
        raise EmptyFile(where, "the header has no column names", "the first line must name the columns")
    if len(stripped) > MOST_COLUMNS:
        raise TooManyColumns(where, f"the header has {len(stripped)} columns", f"a table has at most {MOST_COLUMNS}")
    taken: set[str] = set()
    return tuple(_unique(name or f"column_{number}", taken) for number, name in enumerate(stripped, 1))


def no_header(where: str) -> EmptyFile:
    """The refusal of a file without a header line."""
    return EmptyFile(where, "the file is empty", "a table begins with a line that names its columns")


def wrong_encoding(where: str, encoding: str, undecodable: int, seen: int) -> WrongEncoding:
    """The refusal of a file that is mostly not text in `encoding`."""
    what = f"{undecodable} of {seen} lines are not {encoding}"
    return WrongEncoding(where, what, ENCODINGS)


def masked(text: str) -> str:
    """The head of a text by its shape only: letters as x, digits as 9, line breaks and control characters as spaces."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", text[:HEAD])))


def _unique(name: str, taken: set[str]) -> str:
    candidate, copy = name, 1
    while candidate in taken:
        copy += 1
        candidate = f"{name} ({copy})"
    taken.add(candidate)
    return candidate
