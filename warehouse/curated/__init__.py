"""Curated tables: the newest accepted version of every key, joined and with the business rules applied."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    cast,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy.schema import CreateTable, DropTable

from warehouse import db
from warehouse.causes import cause_gaps
from warehouse.curated import indexes, standings
from warehouse.feeds.contract import feeds as contract
from warehouse.metrics import cuts
from warehouse.sides import sides
from warehouse.surveys import survey_settings
from warehouse.tables import SqlTable, needing, tables
from warehouse.targets import complaint_targets, six_calls

NATURAL_NAMES = {"customer_id": "customer_code"}


def declared() -> Mapping[str, str]:
    """What SQL files are bound with beside the rows: the settings of the catalogue, as JSON text."""
    return {
        "calls": six_calls(),
        "causes": cause_gaps(),
        "cuts": cuts(),
        "sides": sides(),
        "surveys": survey_settings(),
        "targets": complaint_targets(),
    }


def curate(connection: Connection, *, loads: Sequence[int], feeds: Collection[str], zone: str) -> dict[str, int]:
    """Write anew the rows of every key that `loads` touched in `feeds`; rows written, by table."""
    begin(connection, loads)
    written = {
        table.name: replace(connection, table, loads=loads, feeds=feeds, zone=zone)
        for table in needing(tables("curated"), feeds)
    }
    standings.forget(connection, loads)
    return written


def begin(connection: Connection, loads: Sequence[int]) -> None:
    """What comes before the first table is written: standings are forgotten as they stand now, and once more after the last."""
    connection.exec_driver_sql("analyze published.load_feed")  # which loads count has just changed
    standings.forget(connection, loads)


def replace(connection: Connection, table: SqlTable, *, loads: Sequence[int], feeds: Collection[str], zone: str) -> int:
    """Write anew the rows of one table; rows written."""
    db.plan_for_bulk(connection)
    target = db.table(connection, table.name, schema="curated")
    names = [column.name for column in target.columns]
    fresh = db.bound(table.path, loads=list(loads), zone=zone, **declared()).columns(*target.columns).subquery()
    if not connection.execute(select(exists().select_from(target))).scalar():
        with indexes.built_afterwards(connection, table):
            written = connection.execute(insert(target).from_select(names, select(fresh))).rowcount
        db.analyze(connection, table.name, schema="curated", written=written)
        return written

    incoming = _aside(connection, target)
    written = connection.execute(insert(incoming).from_select(names, select(fresh))).rowcount
    if table.feeds[0] in feeds:
        _forget_touched(connection, target, feed=table.feeds[0], loads=loads)
    if written:
        connection.exec_driver_sql(f"analyze {incoming.name}")  # so that few rows find theirs by the index
        _put_in(connection, table, target, incoming)
    connection.execute(DropTable(incoming))
    return written


def _put_in(connection: Connection, table: SqlTable, target: Table, incoming: Table) -> None:
    """The rows of `incoming` in place of those of the same keys."""
    names = [column.name for column in target.columns]
    connection.execute(delete(target).where(_are_in([(target.c[name], incoming.c[name]) for name in table.key])))
    connection.execute(insert(target).from_select(names, select(incoming)))


def _aside(connection: Connection, target: Table) -> Table:
    """An empty temporary table with the columns of `target`."""
    columns = [Column(column.name, column.type, nullable=column.nullable) for column in target.columns]
    aside = Table(f"incoming_{target.name}", MetaData(), *columns, prefixes=["temporary"])
    connection.execute(CreateTable(aside))
    return aside


def _forget_touched(connection: Connection, target: Table, *, feed: str, loads: Sequence[int]) -> None:
    """Delete the rows of every key that `loads` delivered, so that a key no longer accepted anywhere is gone; of a table with
    another key, its SQL returns all that it touches."""
    staged = db.table(connection, f"stg_{feed}", schema="staging")
    names = {name: NATURAL_NAMES.get(name, name) for name in contract()[feed].key}
    pairs = [(target.c[ours], staged.c[name]) for name, ours in names.items() if ours in target.c]
    if pairs:
        connection.execute(delete(target).where(_are_in(pairs, staged.c.load_id.in_(loads))))


def _are_in(
    pairs: Sequence[tuple[Column[object], Column[object]]], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether there is a row elsewhere with the same in each of `pairs`, in a way by which Postgres can hash where they may be
    null. A join would do, but Citus joins no table that all servers have with one that a single one has, to delete."""
    said = [pair if not pair[0].nullable else tuple(map(_even_if_null, pair)) for pair in pairs]
    return tuple_(*(ours for ours, _ in said)).in_(select(*(theirs for _, theirs in said)).where(*conditions))


def _even_if_null(column: Column[object]) -> ColumnElement[str]:
    return func.coalesce(cast(column, Text), "")
