"""Which columns a figure is made from, table by table up to the feeds, read from the SQL itself with sqlglot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify

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
            for node in _root(path, column).walk()
            if not node.downstream and isinstance(node.source, exp.Table) and node.source.db
        }
    return tuple(sorted(leaves or {(table, "") for table in _read(path)}))


@cache
def columns(path: str) -> tuple[str, ...]:
    """The columns that a SQL file returns."""
    return tuple(_columns(path, schema()))


@cache
def schema() -> dict[str, dict[str, dict[str, str]]]:
    """Every table that SQL may read, by schema, with its columns, as sqlglot wants it: worked out file after file."""
    known: dict[str, dict[str, dict[str, str]]] = {"staging": {}, "curated": {}, "published": {}}
    for name, feed in feeds().items():
        delivered = dict.fromkeys([*(column.name for column in feed.columns), *OF_EVERY_ROW], "text")
        known["staging"] |= {f"now_{name}": delivered, f"stg_{name}": delivered}
    for stage in MADE_HERE:
        for table in tables(stage):
            made = [*_columns(table.path, known), *(OF_EVERY_EDITION if stage == "published" else ())]
            known[stage][table.name] = dict.fromkeys(made, "text")
    return known


def _root(path: str, column: str) -> Node:
    found = lineage(column, (WAREHOUSE / path).read_text("utf-8"), schema(), dialect="postgres", **READING)
    return found[column] if isinstance(found, dict) else found


def _columns(path: str, known: Mapping[str, object]) -> Sequence[str]:
    parsed = sqlglot.parse_one((WAREHOUSE / path).read_text("utf-8"), dialect="postgres")
    qualified = qualify(parsed, dialect="postgres", schema=dict(known), **READING)
    return [column.alias_or_name for column in qualified.selects] if isinstance(qualified, exp.Query) else []


@cache
def _read(path: str) -> tuple[str, ...]:
    parsed = sqlglot.parse_one((WAREHOUSE / path).read_text("utf-8"), dialect="postgres")
    return tuple(sorted({f"{table.db}.{table.name}" for table in parsed.find_all(exp.Table) if table.db}))


def _shown(table: str) -> str:
    schema_name, _, name = table.partition(".")
    return f"feed.{name.split('_', 1)[1]}" if schema_name == "staging" else table
