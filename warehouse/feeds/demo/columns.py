"""Rows of one feed held as plain arrays, with what was known when, and how each kind of value is written.

Instants are local seconds since 1970 (the company lives in one zone, without summer time), days are days since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.feeds.contract import feeds

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Values: TypeAlias = NDArray[Any]

DAY = 86_400
HOUR = 3_600
FOREVER = 1 << 40  # an instant that does not come; far enough to stay so when hours are added to it
NONE = -1
OFFSET = "+08:00"


class Kind(Protocol):
    """A kind of value: which stored value means nothing, and how an array of it becomes a written column."""

    @property
    def nothing(self) -> float:
        """The stored value that means nothing."""

    def written(self, values: Values) -> pa.Array:
        """The values as they are written, null where nothing."""


@dataclass(frozen=True)
class Key:
    """Numbers written as identifiers: 12 → `C0000000012`."""

    prefix: str
    width: int = 10
    nothing: float = NONE

    def written(self, values: Values) -> pa.Array:
        """Text, null where nothing."""
        digits = pc.utf8_lpad(pa.array(values, mask=values < 0).cast(pa.string()), self.width, "0")
        return pc.binary_join_element_wise(self.prefix, digits, "")


@dataclass(frozen=True)
class Word:
    """Positions in a list of words."""

    words: tuple[str, ...]
    nothing: float = NONE

    def written(self, values: Values) -> pa.Array:
        """Text, null where nothing."""
        positions = pa.array(values.astype(np.int32), mask=values < 0)
        return pa.DictionaryArray.from_arrays(positions, pa.array(self.words)).cast(pa.string())


@dataclass(frozen=True)
class Instant:
    """Local seconds, written with the zone's offset."""

    nothing: float = FOREVER

    def written(self, values: Values) -> pa.Array:
        """Text such as `2026-03-01 14:05:00+08:00`, null where nothing."""
        local = pa.array(values, mask=values >= FOREVER >> 1).cast(pa.timestamp("s")).cast(pa.string())
        return pc.binary_join_element_wise(local, OFFSET, "")


@dataclass(frozen=True)
class Day:
    """Days since 1970."""

    nothing: float = FOREVER

    def written(self, values: Values) -> pa.Array:
        """date32, null where nothing."""
        masked = values >= FOREVER >> 1
        return pa.array(np.where(masked, 0, values).astype(np.int32), mask=masked).cast(pa.date32())


@dataclass(frozen=True)
class TimeOfDay:
    """Seconds since midnight."""

    nothing: float = NONE

    def written(self, values: Values) -> pa.Array:
        """time32."""
        return pa.array(values.astype(np.int32), mask=values < 0).cast(pa.time32("s"))


@dataclass(frozen=True)
class Flag:
    """1, 0 or nothing."""

    nothing: float = NONE

    def written(self, values: Values) -> pa.Array:
        """boolean, null where nothing."""
        return pa.array(values > 0, mask=values < 0)


@dataclass(frozen=True)
class Whole:
    """Counts."""

    nothing: float = NONE

    def written(self, values: Values) -> pa.Array:
        """int64, null where nothing."""
        return pa.array(values, mask=values < 0)


@dataclass(frozen=True)
class Money:
    """Hundredths (fen), written in yuan."""

    nothing: float = NONE

    def written(self, values: Values) -> pa.Array:
        """float64 with at most two decimals, null where nothing."""
        return pa.array(values / 100, mask=values < 0)


@dataclass(frozen=True)
class Decimal:
    """Measures."""

    nothing: float = float("nan")

    def written(self, values: Values) -> pa.Array:
        """float64, null where nothing."""
        return pa.array(values, mask=np.isnan(values))


@dataclass(frozen=True)
class Column:
    """One column. `since`: from when its values are known (None: birth); `then`: later (instant, value) changes."""

    kind: Kind
    values: Values
    since: Ints | None = None
    then: tuple[tuple[Ints, Values], ...] = ()

    def changes(self) -> tuple[tuple[Ints, Values], ...]:
        """Every (instant, value) after the row's birth, in order."""
        return self.then if self.since is None else ((self.since, self.values), *self.then)

    def at(self, cut: int) -> Values:
        """The values as they stood at an instant."""
        values = self.values if self.since is None else np.full_like(self.values, self.kind.nothing)
        for instants, changed in self.changes():
            values = np.where(instants <= cut, changed, values)
        return values

    def rows(self, chosen: Values) -> "Column":
        """The same column for some rows, by mask or by position."""
        return replace(
            self,
            values=self.values[chosen],
            since=None if self.since is None else self.since[chosen],
            then=tuple((instants[chosen], values[chosen]) for instants, values in self.then),
        )


@dataclass(frozen=True)
class Table:
    """Rows of one feed. `born` is the instant from which the company's systems hold a row."""

    feed: str
    born: Ints
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        """How many rows."""
        return len(self.born)

    def rows(self, chosen: Values) -> "Table":
        """The same table for some rows, by mask or by position."""
        return Table(self.feed, self.born[chosen], {name: column.rows(chosen) for name, column in self.columns.items()})

    def next_touch(self, after: int) -> Ints:
        """For each row the first instant after `after` at which it comes or changes; FOREVER or later where there is none."""
        first = np.where(self.born > after, self.born, FOREVER)
        for column in self.columns.values():
            for instants, _ in column.changes():
                first = np.minimum(first, np.where(instants > after, instants, FOREVER))
        return np.maximum(first, self.born)

    def new_between(self, after: int, cut: int) -> Bools:
        """Which rows came or changed after one instant and up to another."""
        return self.next_touch(after) <= cut

    def delivered(self, after: int, cut: int) -> pa.Table:
        """What came or changed after `after`, as it stood at `cut`: the contract's columns, in order."""
        rows = self.rows(self.new_between(after, cut))
        return pa.table({column.name: rows.written(column.name, cut) for column in feeds()[self.feed].columns})

    def written(self, name: str, cut: int) -> pa.Array:
        """One column as it stood at `cut`, ready to be written; nulls where the table does not hold it."""
        if name not in self.columns:
            return pa.nulls(len(self), pa.string())
        column = self.columns[name]
        return column.kind.written(column.at(cut))


def stacked(tables: list[Table]) -> Table:
    """Tables of one feed, one under the other; a column absent from one of them is nothing there."""
    kinds = {name: column.kind for table in tables for name, column in table.columns.items()}
    return Table(
        tables[0].feed,
        np.concatenate([table.born for table in tables]),
        {
            name: Column(
                kind,
                np.concatenate(
                    [
                        table.columns[name].values if name in table.columns else np.full(len(table), kind.nothing)
                        for table in tables
                    ]
                ),
            )
            for name, kind in kinds.items()
        },
    )


def numbered(table: Table, name: str, key: Key, start: int) -> Table:
    """The table in order of birth, with a running number from `start` as its key column."""
    ordered = table.rows(np.argsort(table.born, kind="stable"))
    keys = Column(key, np.arange(start, start + len(table), dtype=np.int64))
    return replace(ordered, columns={name: keys, **ordered.columns})
