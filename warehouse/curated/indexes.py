"""The indexes of a large table that is filled for the first time: taken off, and built when its rows are there.

Built from sorted rows they are cheaper and smaller than row by row: five of them kept a table of twenty million rows from being
there within a quarter of an hour.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from warehouse import db
from warehouse.tables import SqlTable

LARGE = 100_000
"""Rows delivered from which on it is worth its statements."""
_DELIVERED = text("select reltuples from pg_class where oid = to_regclass(:name)")
_OFF_AND_ON = text("""
    select
        case
            when k.oid is null then format('drop index %s', i.indexrelid::regclass)
            else format('alter table %s drop constraint %I', i.indrelid::regclass, k.conname)
        end as off,
        case
            when k.oid is null then pg_get_indexdef(i.indexrelid)
            else format('alter table %s add constraint %I %s', i.indrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
        end as back
    from pg_index as i
    left join pg_constraint as k on i.indexrelid = k.conindid and k.contype = 'p'
    where i.indrelid = cast(:name as regclass)
    order by i.indexrelid
""")


@contextmanager
def built_afterwards(connection: Connection, table: SqlTable) -> Iterator[None]:
    """Within the block an empty table has no index, where much was delivered of its first feed and this server keeps its rows."""
    delivered = connection.scalar(_DELIVERED, {"name": f"staging.stg_{table.feeds[0]}"})
    name = f"{table.schema}.{table.name}"
    is_worth_it = (delivered or 0) >= LARGE and db.rows_known(connection, name) is not None
    known = connection.execute(_OFF_AND_ON, {"name": name}).all() if is_worth_it else []
    for each in known:
        connection.exec_driver_sql(each.off)
    yield
    for each in known:
        connection.exec_driver_sql(each.back)
