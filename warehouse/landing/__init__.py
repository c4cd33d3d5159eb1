"""Landing: every delivered row as text in a table of its file, by COPY, streamed; broken lines beside them.

`landing.file_<file_id>` has `row_number` and `c1` … `cN`, in the order of the file's columns; the caller keeps their
names. An empty cell of a text file is empty text; null is what Parquet or a workbook says is nothing.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Protocol

import psycopg2
import pyarrow
import pyarrow.csv
from psycopg2 import sql
from sqlalchemy import BigInteger, Column, Connection, MetaData, Text, delete
from sqlalchemy import Table as SqlTable
from sqlalchemy.schema import CreateTable, DropTable

from warehouse.feeds.readers import Batch, Broken, Table
from warehouse.landing.sieve import Sieve

BROKEN_LINES = SqlTable(
    "broken_line",
    MetaData(),
    Column("file_id", BigInteger),
    Column("row_number", BigInteger),
    Column("line_number", BigInteger),
    Column("reason_code", Text),
    Column("detail", Text),
    schema="ops",
)
WRITTEN_ONCE = {"autovacuum_enabled": False}
"""What is written once and never changed leaves nothing to clear up; the server would read it all again to find that out."""
CSV = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid", batch_size=1 << 20)
BROKEN_IN_MEMORY = 1 << 20
SENT_AT_ONCE = 1 << 20
PIECE = 2 << 20
"""About as many bytes of Arrow become one piece of CSV: larger ones are slow to write, and the server waits for the first."""

Protection = Callable[[str], str] | None
Progress = Callable[[int, float], None]
Piece = tuple[int, bytes]


@dataclass(frozen=True)
class Landed:
    """What a file came to: `rows` and `broken` are counts and add up to `delivered`; `content_hash` is its SHA-256."""

    table_name: str
    columns: tuple[str, ...]
    rows: int
    broken: int
    content_hash: str

    @property
    def delivered(self) -> int:
        """Records in the file."""
        return self.rows + self.broken

    @property
    def is_header_only(self) -> bool:
        """Whether there was a header and nothing else."""
        return self.delivered == 0


def land(
    connection: Connection,
    *,
    table: Table,
    file_id: int,
    protect: Mapping[str, Protection] | None = None,
    sieve: Sieve | None = None,
    progress: Progress | None = None,
) -> Landed:
    """Create `landing.file_<file_id>` and fill it, and `ops.broken_line`, in a savepoint of the running transaction.

    `protect` names the personal columns: each of their cells that is not empty is replaced before it leaves this
    process (in another thread); where nothing is said to replace it with (None), all of the column is left empty. `sieve` has looked
    at each batch before: what it refuses is a broken line. `progress` is told, after each batch, the rows landed and the share of the file read.
    Raises FileRefused, with nothing left behind and the transaction as good as before, and KeyError where `protect`
    names a column that the file does not have.
    """
    target = _landing_table(file_id, len(table.columns))
    shields = {table.columns.index(name): replace for name, replace in _present(protect or {}, table).items()}
    with connection.begin_nested(), tempfile.SpooledTemporaryFile(BROKEN_IN_MEMORY) as aside:
        connection.execute(CreateTable(target))
        batches = table.batches() if sieve is None else map(sieve, table.batches())
        made = _made_ahead(_pieces(batches, shields, file_id, aside))
        _copy(connection, target, _Stream(_told(made, table, progress)), is_new=True)
        aside.seek(0)
        _copy(connection, BROKEN_LINES, aside, is_new=False)
    broken = table.broken_count + (sieve.refused if sieve else 0)
    return Landed(
        table_name=target.name,
        columns=table.columns,
        rows=table.delivered - broken,
        broken=broken,
        content_hash=str(table.content_hash),
    )


def drop(connection: Connection, file_id: int) -> None:
    """Take away what `land` made for the file; nothing if there is nothing."""
    connection.execute(DropTable(_landing_table(file_id, 0), if_exists=True))
    connection.execute(delete(BROKEN_LINES).where(BROKEN_LINES.c.file_id == file_id))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class _Stream:
    """Pieces of bytes as a file to read from. Keeps what stopped it: psycopg2 would make another error of it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.stopped_by: Exception | None = None
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        while not self._rest:
            try:
                self._rest = next(self._pieces)
            except StopIteration:
                return b""
            except Exception as error:
                self.stopped_by = error
                raise
        head, self._rest = self._rest[:size], self._rest[size:]
        return head


def _landing_table(file_id: int, width: int) -> SqlTable:
    cells = [Column(f"c{place}", Text) for place in range(1, width + 1)]
    row_number = Column("row_number", BigInteger, nullable=False, autoincrement=False)
    name = f"file_{int(file_id)}"
    return SqlTable(name, MetaData(), row_number, *cells, schema="landing", postgresql_with=WRITTEN_ONCE)


def _present(protect: Mapping[str, Protection], table: Table) -> Mapping[str, Protection]:
    absent = [name for name in protect if name not in table.columns]
    if absent:
        raise KeyError(f"{table.source.name} has no columns {absent}, which are to be protected")
    return protect


def _pieces(
    batches: Iterable[Batch], shields: Mapping[int, Protection], file_id: int, aside: IO[bytes]
) -> Iterator[Piece]:
    """Rows and CSV of the batches; what is broken is written aside, since one connection copies into one table at a time."""
    for batch in batches:
        if batch.broken:
            aside.write(_broken_lines(batch.broken, file_id))
        if batch.numbers:
            shielded = [
                _shielded(column, shields[place]) if place in shields else column
                for place, column in enumerate(batch.columns)
            ]
            rows = _rows([pyarrow.array(batch.numbers, pyarrow.int64()), *shielded])
            at_once = max(1, rows.num_rows * PIECE // rows.nbytes)
            for begin in range(0, rows.num_rows, at_once):
                part = rows.slice(begin, at_once)
                yield part.num_rows, _csv(part)


def _made_ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, each made while the server takes the one before."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, pieces, None)
        while piece := coming.result():
            coming = pool.submit(next, pieces, None)
            yield piece


def _told(pieces: Iterator[Piece], table: Table, progress: Progress | None) -> Iterator[bytes]:
    landed = 0
    for rows, csv in pieces:
        yield csv
        landed += rows
        if progress is not None:
            progress(landed, table.share_read)


def _broken_lines(broken: Sequence[Broken], file_id: int) -> bytes:
    cells = [(file_id, each.row_number, each.line_number, each.reason_code, each.detail) for each in broken]
    return _csv(_rows([pyarrow.array(column) for column in zip(*cells, strict=True)]))


def _shielded(column: pyarrow.Array, replace: Protection | None) -> pyarrow.Array:
    """The column with each of its distinct cells replaced once, since what protects a cell is slow."""
    if replace is None:
        return pyarrow.repeat("", len(column))
    coded = column.dictionary_encode()
    hidden = [replace(cell) if cell else cell for cell in coded.dictionary.to_pylist()]
    return pyarrow.array(hidden, pyarrow.string()).take(coded.indices)


def _rows(columns: Sequence[pyarrow.Array]) -> pyarrow.RecordBatch:
    return pyarrow.RecordBatch.from_arrays(columns, [str(place) for place in range(len(columns))])


def _csv(rows: pyarrow.RecordBatch) -> bytes:
    """Rows as lines of CSV in UTF-8. Every cell is quoted but nulls: so COPY tells null from empty text."""
    out = pyarrow.BufferOutputStream()
    pyarrow.csv.write_csv(rows, out, CSV)
    return bytes(out.getvalue())


def _copy(connection: Connection, target: SqlTable, rows: _Readable, *, is_new: bool) -> None:
    statement = sql.SQL("copy {} ({}) from stdin with (format csv, freeze {}, encoding 'utf-8')").format(
        sql.Identifier(str(target.schema), target.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in target.columns),
        sql.SQL("true" if is_new else "false"),
    )
    with closing(connection.connection.cursor()) as cursor:
        try:
            cursor.copy_expert(statement, rows, SENT_AT_ONCE)
        except psycopg2.Error:
            if isinstance(rows, _Stream) and rows.stopped_by is not None:
                raise rows.stopped_by from None
            raise
