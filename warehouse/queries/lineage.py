"""Which columns a figure is made from, table by table up to the feeds, read from the SQL itself with sqlglot."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from warehouse.feeds.contract import feeds
from warehouse.metrics import Metric
from warehouse.queries.figures import SHAPES
from warehouse.tables import tables

WAREHOUSE = Path(__file__).parent.parent
MADE_HERE = ("curated", "published")
OF_EVERY_ROW = {"load_id", "file_id", "row_number"}
OF_EVERY_EDITION = {"refresh_id", "edition_id"}
READING: Mapping[str, Any] = {
    "validate_qualify_columns": False,
    "allow_partial_qualification": True,
    "expand_alias_refs": False,
    "identify": False,
}


@dataclass(frozen=True, order=True)
class Step:
    """`column` of `table` is made from `from_column` of `from_table`; both are empty of columns where rows are counted.

    Tables are called `schema.name`; the figure itself is the table `figure`, a feed is `feed.name`.
    """

    table: str
    column: str
    from_table: str
    from_column: str


def steps(metric: Metric) -> tuple[Step, ...]:
    """Every step from the figure up to the feeds, the figure first."""
    question = f"queries/{metric.family}.sql"
    returned = columns(question)
    measures = (*SHAPES[metric.kind].figures, *SHAPES[metric.kind].counts, *metric.also)
    return _upwards(question, tuple(name for name in measures if name in returned) or returned)


@cache
def _upwards(question: str, measures: tuple[str, ...]) -> tuple[Step, ...]:
    found: dict[Step, None] = {}
    waiting = [("figure", question, measure) for measure in measures]
    seen = set(waiting)
    while waiting:
        table, path, column = waiting.pop(0)
        for from_table, from_column in made_from(path, column):
            found[Step(table, column, _shown(from_table), from_column)] = None
            schema, _, name = from_table.partition(".")
            above = (from_table, f"{schema}/{name}.sql", from_column)
            if schema in MADE_HERE and above not in seen and (WAREHOUSE / above[1]).exists():
                seen.add(above)
                waiting.append(above)
    return (*found, *_chosen_by(found))


def _chosen_by(found: Iterable[Step]) -> list[Step]:
    """Feeds that no column leads to, because they only decide which rows count: as the header of a published table says."""
    reached = {name for step in found for name in (step.table, step.from_table)}
    of_table = {f"published.{table.name}": table.feeds for table in tables("published")}
    missing = {
        (table, feed) for table in reached & set(of_table) for feed in of_table[table] if f"feed.{feed}" not in reached
    }
    return [Step(table, "", f"feed.{feed}", "") for table, feed in sorted(missing)]


@cache
def made_from(path: str, column: str) -> tuple[tuple[str, str], ...]:
    """The (table, column) pairs that `column` of a SQL file is made from; the tables alone where rows are counted."""
    leaves = set()
    if column:
        leaves = {
            (f"{node.source.db}.{node.source.name}", node.name.rpartition(".")[2].replace("*", ""))
            for node in _node(path, column).walk()
            if not node.downstream and isinstance(node.source, exp.Table) and node.source.db
        }
    return tuple(sorted(leaves or {(table, "") for table in _read(path)}))


@cache
def columns(path: str) -> tuple[str, ...]:
    """The columns that a SQL file returns."""
    return tuple(column.alias_or_name for column in _qualified(path).selects)


def _node(path: str, column: str) -> Node:
    asked = _qualified(path)
    found = lineage(column, asked, {}, dialect="postgres", scope=_scope(path), trim_selects=False, copy=False)
    if not isinstance(found, Node):
        raise TypeError(f"{path} has no single column {column}")
    return found


@cache
def _scope(path: str) -> Scope:
    built = build_scope(_qualified(path))
    if built is None:
        raise TypeError(f"{path} is no query")
    return built


@cache
def _qualified(path: str) -> exp.Query:
    """The query of a SQL file with every column named after its table: those of the tables it reads are asked for, up to the feeds."""
    known: dict[str, dict[str, dict[str, str]]] = {}
    for table in _read(path):
        schema, _, name = table.partition(".")
        if offered := _offered(schema, name):
            known.setdefault(schema, {})[name] = dict.fromkeys(offered, "text")
    parsed = sqlglot.parse_one(_text(path), dialect="postgres")
    qualified = qualify(parsed, dialect="postgres", schema=dict[str, object](known), **READING)
    if not isinstance(qualified, exp.Query):
        raise TypeError(f"{path} is no query")
    return qualified


def _offered(schema: str, table: str) -> tuple[str, ...]:
    """The columns of a table; none for one that we do not make."""
    if schema == "staging":
        feed = feeds().get(table.partition("_")[2])
        return () if feed is None else (*(column.name for column in feed.columns), *OF_EVERY_ROW)
    if schema not in MADE_HERE or not (WAREHOUSE / schema / f"{table}.sql").exists():
        return ()
    return (*columns(f"{schema}/{table}.sql"), *(OF_EVERY_EDITION if schema == "published" else ()))


@cache
def _read(path: str) -> tuple[str, ...]:
    parsed = sqlglot.parse_one(_text(path), dialect="postgres")
    return tuple(sorted({f"{table.db}.{table.name}" for table in parsed.find_all(exp.Table) if table.db}))


def _text(path: str) -> str:
    """The words of a SQL file; sums of a table are made from what its rows are made from."""
    return re.sub(r"\b(published\.\w+)_sums\b", r"\1", (WAREHOUSE / path).read_text("utf-8"))


def _shown(table: str) -> str:
    schema, _, name = table.partition(".")
    return f"feed.{name.split('_', 1)[1]}" if schema == "staging" else table
