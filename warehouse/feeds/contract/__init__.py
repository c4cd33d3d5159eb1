"""The contract: what every feed may hold. One YAML file a feed, beside this module; nothing else knows the columns."""

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal

import yaml

ColumnType = Literal["id", "code", "text", "instant", "date", "time", "amount", "number", "integer", "boolean"]
Language = Literal["en", "zh_CN"]


@dataclass(frozen=True)
class Column:
    """One column of a feed. `codes` is its closed list (empty: any code), `low` and `high` bound it inclusively.

    `label_zh` is the header a Chinese file gives the column, `codes_zh` the Chinese word of each code, in the order of `codes`.
    """

    name: str
    type: ColumnType
    label_zh: str
    required: bool = False
    personal: bool = False
    codes: tuple[str, ...] = ()
    codes_zh: tuple[str, ...] = ()
    pattern: str | None = None
    references: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def stored_as(self) -> str:
        """The column's name in staging: a personal column stands there as its keyed hash."""
        return f"{self.name}_hash" if self.personal else self.name


@dataclass(frozen=True)
class Feed:
    """One kind of record. `key` names the columns that identify a row; a newer row of the same key replaces it.

    `one_of` names columns of which a row fills exactly one (empty: no such rule).
    """

    code: str
    label: dict[Language, str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    one_of: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError if the feed has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.code} has no column {name}")


@cache
def feeds() -> dict[str, Feed]:
    """Every feed by its code, in the order in which they refer to each other (branches first)."""
    declared = {path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))}
    order = TopologicalSorter({code: _referred_to(feed) for code, feed in declared.items()})
    return {code: declared[code] for code in order.static_order()}


def _referred_to(feed: Feed) -> list[str]:
    return sorted({column.references for column in feed.columns if column.references} - {feed.code})


def _read(path: Path) -> Feed:
    declared = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return Feed(
        code=declared["feed"],
        label=declared["label"],
        key=tuple(declared["key"]),
        columns=tuple(_column(name, about) for name, about in declared["columns"].items()),
        one_of=tuple(declared.get("one_of", ())),
    )


def _column(name: str, about: dict[str, Any]) -> Column:
    codes = about.get("codes", {})
    return Column(name=name, **{**about, "codes": tuple(codes), "codes_zh": tuple(codes.values())})
