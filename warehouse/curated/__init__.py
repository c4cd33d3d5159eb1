"""Curated tables: the newest accepted version of every key, joined and with the business rules applied."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, MetaData, Table, and_, delete, exists, func, insert, literal, select
from sqlalchemy.schema import CreateTable, DropTable

from warehouse import db
from warehouse.feeds.contract import feeds as contract
from warehouse.tables import SqlTable, needing, tables

NATURAL_NAMES = {"customer_id": "customer_code"}


def curate(connection: Connection, *, loads: Sequence[int], feeds: Collection[str], zone: str) -> dict[str, int]:
    """Write anew the rows of every key that `loads` touched in `feeds`; rows written, by table."""
    return {
        table.name: _replace(connection, table, loads=loads, feeds=feeds, zone=zone)
        for table in needing(tables("curated"), feeds)
    }


def _replace(connection: Connection, table: SqlTable, *, loads: Sequence[int], feeds: Collection[str], zone: str) -> int:
    target = Table(table.name, MetaData(), schema="curated", autoload_with=connection)
    fresh = db.bound(table.path, loads=list(loads), zone=zone).columns(*target.columns.values()).subquery()
    names = [column.name for column in target.columns]
    if not connection.execute(select(exists().select_from(target))).scalar():
        return connection.execute(insert(target).from_select(names, select(fresh))).rowcount

    incoming = Table(
        f"incoming_{table.name}", MetaData(), *(column._copy() for column in target.columns), prefixes=["temporary"]
    )
    connection.execute(CreateTable(incoming))
    written = connection.execute(insert(incoming).from_select(names, select(fresh))).rowcount
    connection.exec_driver_sql(f"analyze {connection.dialect.identifier_preparer.format_table(incoming)}")
    for feed in feeds:
        _forget_touched(connection, target, feed=feed, driving=table.feeds[0], loads=loads)
    same_key = and_(*(target.c[name].is_not_distinct_from(incoming.c[name]) for name in table.key))
    connection.execute(delete(target).where(same_key))
    connection.execute(insert(target).from_select(names, select(incoming)))
    connection.execute(DropTable(incoming))
    return written


def _forget_touched(connection: Connection, target: Table, *, feed: str, driving: str, loads: Sequence[int]) -> None:
    """Delete the rows of every key that `loads` delivered, so that a key that is no longer accepted anywhere is gone."""
    if feed != driving:
        return
    staged = Table(f"stg_{feed}", MetaData(), schema="staging", autoload_with=connection)
    pairs = [(target.c[NATURAL_NAMES.get(name, name)], staged.c[name]) for name in contract()[feed].key]
    connection.execute(
        delete(target).where(and_(*(_same(ours, theirs) for ours, theirs in pairs)), staged.c.load_id.in_(loads))
    )


def _same(ours: ColumnElement[object], theirs: ColumnElement[object]) -> ColumnElement[bool]:
    return ours == theirs
