"""The way of the data as a graph of tables, read from the SQL itself: feeds, curated, published, and what figures ask."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from warehouse.metrics import metrics
from warehouse.tables import SqlTable, tables

WAREHOUSE = Path(__file__).parent.parent
STAGED = re.compile(r"^(now|stg)_")
Edge = tuple[str, str]


@cache
def edges() -> tuple[Edge, ...]:
    """(from, to) for every table that another is made from: `feed.name`, `curated.name`, `published.name`."""
    made = [table for stage in ("curated", "published") for table in tables(stage)]
    return tuple(sorted({(source, f"{table.schema}.{table.name}") for table in made for source in _sources(table)}))


@cache
def asked_from() -> Mapping[str, tuple[str, ...]]:
    """The published tables that the question of each metric reads."""
    known = {table.name for table in tables("published")}
    families = {about.family for about in metrics().values()}
    read = {family: _published((WAREHOUSE / f"queries/{family}.sql").read_text("utf-8"), known) for family in families}
    return {code: read[about.family] for code, about in metrics().items()}


def around(node: str, known: Iterable[Edge]) -> tuple[Edge, ...]:
    """The edges on the ways that lead to `node` and from it onwards."""
    listed = sorted(known)
    up, down = [(target, source) for source, target in listed], listed
    before, after = _reached(node, up), _reached(node, down)
    return tuple(
        (source, target)
        for source, target in listed
        if {source, target} <= before | {node} or {source, target} <= after | {node}
    )


def onwards(nodes: Iterable[str], known: Iterable[Edge]) -> frozenset[str]:
    """Everything that is made from one of `nodes`, itself included."""
    listed, started = list(known), set(nodes)
    return frozenset(started.union(*(_reached(node, listed) for node in started)))


def _reached(node: str, steps: Iterable[Edge]) -> set[str]:
    following: dict[str, list[str]] = {}
    for source, target in steps:
        following.setdefault(source, []).append(target)
    found: set[str] = set()
    waiting = [node]
    while waiting:
        new = set(following.get(waiting.pop(), ())) - found
        found |= new
        waiting += sorted(new)
    return found


def _sources(table: SqlTable) -> Iterable[str]:
    for schema, name in table.reads:
        if schema == "staging":
            yield f"feed.{STAGED.sub('', name)}"
        elif schema in ("curated", "published"):
            yield f"{schema}.{name}"


def _published(sql: str, known: set[str]) -> tuple[str, ...]:
    return tuple(sorted(set(re.findall(r"\bpublished\.(\w+?)(?:_sums)?\b", sql)) & known))
