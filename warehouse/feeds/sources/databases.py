"""Queries on other people's databases: what is new since the last time, streamed into a file in flat memory."""

import json
import math
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError

from warehouse import db
from warehouse.feeds.mapping.model import Query, Source
from warehouse.feeds.readers import NotAnswered, NotSetUp, Unreachable
from warehouse.feeds.readers.parquet import as_text, bytes_as_text
from warehouse.trace import of_postgres

AT_ONCE = 5_000
FIRST_ZONE = timedelta(hours=14)
"""How far the first clock on earth is ahead of UTC."""
DIGEST = numpy.dtype(numpy.int64)
Digests = numpy.typing.NDArray[numpy.int64]
ONLY_READS = {"postgresql_readonly": True}
"""For Postgres, by which it refuses to write; others know no such option."""
KINDS: dict[type, str] = {
    int: "integer",
    float: "number",
    Decimal: "number",
    datetime: "instant",
    date: "date",
    str: "text",
}
READ: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": Decimal,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "text": str,
}
Newest = Any
"""A value of a cursor column: a number, an instant, a day, or a text that is in order."""


@dataclass(frozen=True)
class Reached:
    """How far a query has been taken: the newest value of its cursor, of which kind, and the digests of the rows that the next
    time asks for once more."""

    kind: str | None = None
    newest: str | None = None
    taken: bytes = b""

    @property
    def value(self) -> Newest:
        """The newest value as the database's driver takes it; None before the first row."""
        return None if self.newest is None else READ[str(self.kind)](self.newest)


@dataclass(frozen=True)
class Answer:
    """The rows that are new, as a file, and how far they reach; `ahead` counts rows, new or not, whose cursor tells a time to come."""

    path: Path
    rows: int
    reached: Reached
    ahead: int = 0


@dataclass(frozen=True)
class Asked:
    """A query of a source; `database` is the environment variable that holds the URL of what it is asked of."""

    name: str
    database: str
    query: Query

    @contextmanager
    def answered(self, since: Reached | None = None, *, key: bytes = b"", most: int | None = None) -> Iterator[Answer]:
        """What is new since then, at most so many rows, in a file that is gone after the block; rows are known again by digests
        that are made with `key`. Raises Unreachable, NotAnswered."""
        since, now = since or Reached(), datetime.now(UTC)
        if _is_ahead(since.value, now):  # until then, nothing would be new
            since = replace(since, newest=None)
        with TemporaryDirectory(prefix="gatehouse-") as folder:
            with self._connected() as connection:
                window = _Window(self.query, since, key, now)
                answer = self._written(connection, Path(folder) / self.name, since, window, most)
            yield answer

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        url, fits = os.environ.get(self.database), "such as postgresql+psycopg2://user:password@host/database"
        if not url:
            raise NotSetUp(self.name, f"{self.database} is not set", f"it holds the URL of the database, {fits}")
        try:
            engine = sa.create_engine(
                db.address(url), poolclass=sa.NullPool, hide_parameters=True, execution_options=ONLY_READS
            )
        except (NoSuchModuleError, ImportError) as error:
            what = f"no driver for {sa.make_url(url).drivername} is installed"
            raise NotSetUp(self.name, what, f"install it, or name another in the URL, {fits}") from error
        except (ArgumentError, ValueError) as error:
            raise NotSetUp(self.name, f"{self.database} holds no URL of a database", fits) from error
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            said = self._without_password(str(getattr(error, "orig", error)).strip().splitlines()[0])
            what = f"the database of {self.database} cannot be reached ({said})"
            raise Unreachable(self.name, what, "check its address, the user and the password") from error
        with connection:
            yield connection

    def _written(
        self, connection: sa.Connection, path: Path, since: Reached, window: "_Window", most: int | None
    ) -> Answer:
        options = {"stream_results": True, "max_row_buffer": AT_ONCE}
        try:
            self._still_of_a_kind(connection, since)
            found = connection.execute(self._statement(since, most), execution_options=options)
        except SQLAlchemyError as error:
            about = of_postgres(str(error)) if isinstance(error, DBAPIError) else type(error).__name__
            said = self._without_password(about)
            raise self._refused(f"the database refuses the query ({said})", "correct the query or the table") from error
        try:
            return self._spooled(found, path, window)
        except OperationalError as error:
            raise Unreachable(self.name, "the connection was lost amid the answer", "it is asked for again") from error
        except (SQLAlchemyError, ValueError, ArithmeticError) as error:  # what it says may quote a row
            raise self._refused(f"the answer broke off ({type(error).__name__})", "it is asked for again") from error

    def _spooled(self, found: sa.CursorResult[Any], path: Path, window: "_Window") -> Answer:
        names, cursor, count = list(found.keys()), self.query.cursor, 0
        if cursor is not None and cursor not in names:
            raise self._refused(f"it brings no column {cursor}", f"it brings {', '.join(names)}")
        place = None if cursor is None else names.index(cursor)
        schema = pyarrow.schema([(name, pyarrow.string()) for name in names])
        with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as file:
            for rows in found.partitions(AT_ONCE):
                columns = [_texts(cells) for cells in zip(*rows, strict=True)]
                values = [None if place is None else row[place] for row in rows]
                self._kind(values, window.kind)
                fresh = pyarrow.record_batch(columns, schema=schema).filter(window.fresh(values, columns))
                file.write_batch(fresh)
                count += fresh.num_rows
        return Answer(path, count, window.reached(), window.ahead)

    def _statement(self, since: Reached, most: int | None) -> sa.Select[Any]:
        asked = sa.select(sa.text("*")).select_from(self._rows()).limit(most)
        if self.query.cursor is None:
            return asked
        cursor: sa.ColumnClause[Any] = sa.column(self.query.cursor)
        low = _low(since.value, self.query.overlap)
        if low is not None:
            asked = asked.where(sa.or_(cursor >= low, cursor.is_(None)))
        return asked.order_by(cursor)

    def _rows(self) -> sa.FromClause:
        """The table; or the query, as it is: a colon in it begins no parameter."""
        if self.query.table is not None:
            schema, _, name = self.query.table.rpartition(".")
            return sa.table(name, schema=schema or None)
        asked = str(self.query.select).strip().rstrip(";").replace(":", r"\:")
        return sa.text(asked).columns(sa.column(self.query.cursor or "?")).subquery("asked")

    def _still_of_a_kind(self, connection: sa.Connection, since: Reached) -> None:
        """Where numbers have become texts, some databases compare the two, and find nothing new."""
        if self.query.cursor is not None:
            cursor: sa.ColumnClause[Any] = sa.column(self.query.cursor)
            any_of_it = sa.select(cursor).select_from(self._rows()).where(cursor.is_not(None)).limit(1)
            self._kind(connection.scalars(any_of_it).all(), since.kind)

    def _kind(self, values: Sequence[Newest], before: str | None) -> None:
        """Raises NotAnswered where the values cannot be in order, or not in that of before."""
        types = {type(value) for value in values} - {type(None)}
        for strange in types - set(KINDS):
            fits = "a cursor is a number, an instant, a day or a text"
            raise self._refused(f"{self.query.cursor} cannot be a cursor ({strange.__name__})", fits)
        kinds = {KINDS[each] for each in types} - {before}
        if len(kinds | ({before} - {None})) > 1:
            what = f"{self.query.cursor} was of kind {before or kinds.pop()} and is of kind {kinds.pop()} now"
            raise self._refused(what, "discard what was loaded by it, or name another cursor")
        try:
            _low(next((value for value in values if value is not None), None), self.query.overlap)
        except (TypeError, ValueError, ArithmeticError) as error:
            fits = "a number for a number, a time such as 2 days for an instant or a day"
            raise self._refused(f"the overlap does not fit {self.query.cursor}", fits) from error

    def _without_password(self, said: str) -> str:
        password = sa.make_url(os.environ[self.database]).password
        return said.replace(str(password), "…") if password else said

    def _refused(self, what: str, fits: str) -> NotAnswered:
        return NotAnswered(self.name, what, fits)


def queries(source: Source) -> tuple[Asked, ...]:
    """What a source asks of its database."""
    return tuple(Asked(each.pattern, source.database, each.query) for each in source.files if each.query)


class _Window:
    """What has come so far of the rows that will be asked for once more, and which of those asked for now are known.

    A time to come, somebody's slip, is not how far the rows reach: those are asked for again, until it is corrected or over.
    """

    def __init__(self, query: Query, since: Reached, key: bytes, now: datetime) -> None:
        self.kind, self._newest, self.ahead = since.kind, since.value, 0
        self._query, self._key, self._now = query, key[: blake2b.MAX_KEY_SIZE], now
        self._known = numpy.frombuffer(since.taken, DIGEST)
        self._recent = deque[tuple[Newest, Digests]]()
        self._undated: list[Digests] = []

    def fresh(self, values: Sequence[Newest], columns: Sequence[pyarrow.Array]) -> pyarrow.Array:
        """Which of the next rows, in the order of the cursor, are new or have changed."""
        digests = self._digests(columns)
        is_dated = numpy.array([value is not None for value in values])
        self._undated.append(digests[~is_dated])
        dated = [value for value in values if value is not None]
        if dated:
            ahead = sum(1 for _ in takewhile(lambda value: _is_ahead(value, self._now), reversed(dated)))
            self.ahead += ahead
            self.kind = KINDS[type(dated[-1])]
            self._newest = dated[-1 - ahead] if ahead < len(dated) else self._newest
            self._recent.append((dated[-1], digests[is_dated]))
        low = _low(self._newest, self._query.overlap)
        while low is not None and self._recent and self._recent[0][0] < low:
            self._recent.popleft()
        places = numpy.searchsorted(self._known, digests)
        is_known = (
            self._known.take(places, mode="clip") == digests if len(self._known) else numpy.zeros(len(digests), bool)
        )
        return pyarrow.array(~is_known)

    def _digests(self, columns: Sequence[pyarrow.Array]) -> Digests:
        """Eight bytes for each row. With a key, since a telephone is soon found by trying where the rest of its row is known."""
        joined = compute.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\0")
        made = (blake2b(row.encode(), digest_size=DIGEST.itemsize, key=self._key) for row in joined.to_pylist())
        return numpy.frombuffer(b"".join(each.digest() for each in made), DIGEST)

    def reached(self) -> Reached:
        """How far the rows reached."""
        newest = self._newest.isoformat() if isinstance(self._newest, date) else str(self._newest)
        taken = numpy.concatenate([*self._undated, *(digests for _, digests in self._recent), self._known[:0]])
        return Reached(self.kind, None if self._newest is None else newest, numpy.sort(taken).tobytes())


def _low(newest: Newest, overlap: Any) -> Newest:
    """From where rows are asked for once more. Of a text, the day: in whatever way a time is written after it, it comes later.
    Before the first day of the calendar there is nothing.

    Raises TypeError, ValueError where the overlap is of another kind, and ArithmeticError for what is no number.
    """
    if newest is None or overlap is None:
        return newest
    try:
        if isinstance(newest, str):
            return (datetime.fromisoformat(newest) - overlap).date().isoformat()
        if type(newest) is date:
            return newest - timedelta(days=math.ceil(overlap / timedelta(days=1)))
        return newest - overlap
    except OverflowError:
        return newest


def _is_ahead(value: Newest, now: datetime) -> bool:
    """Whether that is a time which has come nowhere on earth yet; a number or another text never is."""
    match value:
        case str():
            with suppress(ValueError):
                return _is_ahead(datetime.fromisoformat(value), now)
        case datetime(tzinfo=None):
            return value > (now + FIRST_ZONE).replace(tzinfo=None)
        case datetime():
            return value > now
        case date():
            return value > (now + FIRST_ZONE).date()
    return False


def _texts(cells: Sequence[Any]) -> pyarrow.Array:
    """A column as strings, each cell the same whatever stands beside it: Arrow writes those of one plain type."""
    kinds = {type(cell) for cell in cells} - {type(None)}
    if len(kinds) == 1 and kinds <= {str, int, float, bool, date, datetime}:
        is_instant = any(cell.tzinfo for cell in cells if cell is not None) if kinds == {datetime} else False
        with suppress(pyarrow.ArrowInvalid, OverflowError):  # a whole number of more than 64 bits
            return as_text(pyarrow.array(cells, pyarrow.timestamp("us", "UTC") if is_instant else None))
    return pyarrow.array([None if cell is None else _text(cell) for cell in cells], pyarrow.string())


def _text(cell: Any) -> str:
    match cell:
        case Decimal():
            return format(cell, "f")
        case bytes() | memoryview():
            return bytes_as_text(bytes(cell))
        case dict() | list() | tuple():
            return json.dumps(cell, ensure_ascii=False, default=str)
        case _:
            return str(cell)
