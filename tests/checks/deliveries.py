"""Rows put straight into staging and the book, as a delivery would have left them before gate 1."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from warehouse.db import Database
from warehouse.feeds.contract import feeds

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
BRANCHES = [
    {"branch_id": f"B{number}", "branch_name": f"Branch {number}", "region_id": "R1", "region_name": "North"}
    for number in range(1, 4)
]


def refresh(database: Database, *, state: str = "running") -> int:
    """A refresh in the book; its id."""
    with database.loader.begin() as connection:
        made = sa.text("insert into published.refresh (state, started_by) values (:state, 'test') returning refresh_id")
        return int(connection.execute(made, {"state": state}).scalar_one())


def deliver(
    database: Database,
    feed: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    refresh_id: int,
    state: str = "staged",
    superseded: int = 0,
    source: str = "test",
    received_at: datetime = NOW,
    newest_at: datetime | None = None,
) -> int:
    """Stage `rows` of one feed as one load of one file; the load's id."""
    with database.loader.begin() as connection:
        load_id = int(
            connection.execute(
                sa.text(
                    "insert into published.load (refresh_id, source, received_at)"
                    " values (:refresh_id, :source, :received_at) returning load_id"
                ),
                {"refresh_id": refresh_id, "source": source, "received_at": received_at},
            ).scalar_one()
        )
        file_id = connection.execute(
            sa.text(
                "insert into published.file (load_id, file_name, content_hash, byte_count, delivered)"
                " values (:load_id, :file_name, :hash, 1, :delivered) returning file_id"
            ),
            {"load_id": load_id, "file_name": f"{feed}.csv", "hash": f"{load_id}", "delivered": len(rows) + superseded},
        ).scalar_one()
        connection.execute(
            sa.text(
                "insert into published.load_feed (load_id, feed, delivered, accepted, superseded, state, newest_at)"
                " values (:load_id, :feed, :delivered, :accepted, :superseded, :state, :newest_at)"
            ),
            {
                "load_id": load_id,
                "feed": feed,
                "delivered": len(rows) + superseded,
                "accepted": len(rows),
                "superseded": superseded,
                "state": state,
                "newest_at": newest_at,
            },
        )
        names = ["load_id", "file_id", "row_number", *(column.stored_as for column in feeds()[feed].columns)]
        table = sa.table(f"stg_{feed}", *map(sa.column, names), schema="staging")
        staged = [
            {**dict.fromkeys(names), **row, "load_id": load_id, "file_id": file_id, "row_number": number}
            for number, row in enumerate(rows, start=1)
        ]
        if staged:
            connection.execute(sa.insert(table), staged)
    return load_id


def complaints(count: int = 20, *, start: int = 1, **changed: Any) -> list[dict[str, Any]]:
    """Good complaints, one a day up to now; `changed` replaces values in all of them."""
    opened = [NOW - timedelta(days=count - number) for number in range(count)]
    return [
        {
            "complaint_id": f"C{start + number}",
            "branch_id": f"B{number % 3 + 1}",
            "opened_at": opened_at,
            "category_code": "delivery",
            "severity_code": "normal",
            "resolved_at": opened_at + timedelta(hours=5),
            "closed_at": opened_at + timedelta(hours=6),
            **changed,
        }
        for number, opened_at in enumerate(opened)
    ]


def counts(database: Database, sql: str) -> Iterable[Any]:
    """The rows of a query, as tuples."""
    with database.loader.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql))]
