"""Rows in, rows out: rows typed by hand go into staging as an accepted load, then through the refresh's own curating and publishing.

What it leaves out is what has tests of its own: files, mapping, landing, and both gates.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, insert, text

from warehouse import db, ledger, published
from warehouse.curated import curate, standings
from warehouse.ledger import Pending
from warehouse.queries.reader import Reader
from warehouse.tables import needing, tables

Rows = Sequence[Mapping[str, object]]
EXECUTIVE = "executive@example.com"


@dataclass(frozen=True)
class House:
    """A warehouse that takes rows instead of files. `zone` is the reporting zone; `only` names the tables to publish; None: all."""

    database: db.Database
    zone: str = "UTC"
    only: Collection[str] | None = None

    def open(self) -> "House":
        """Settle the reporting zone, and let `EXECUTIVE` see the whole company."""
        with self.database.loader.begin() as connection:
            ledger.settle(connection, reporting_zone=self.zone, reporting_currency="CNY")
        self.grant(EXECUTIVE)
        return self

    def grant(self, person: str, *, region: str | None = None, branch: str | None = None) -> None:
        """Let a person see the company, one region or one branch."""
        kind = "region" if region else "branch" if branch else "company"
        role = "executive" if kind == "company" else "branch_head"
        with self.database.loader.begin() as connection:
            connection.execute(
                text(
                    "insert into access.grants (person, role, scope_kind, scope_id, granted_by)"
                    " values (:person, :role, :kind, :scope, 'test')"
                ),
                {"person": person, "role": role, "kind": kind, "scope": region or branch},
            )

    def deliver(self, *, until: datetime | None = None, **feeds: Rows) -> int:
        """Take rows in as one accepted load and publish what they touch; the load's id. `until` is its newest instant."""
        refresh_id = ledger.begin(self.database.loader, by="test")
        with self.database.loader.begin() as connection:
            load_id = ledger.new_load(connection, refresh_id=refresh_id, source="test")
            items = [_stage(connection, load_id, feed, rows, until) for feed, rows in feeds.items()]
        self._publish(refresh_id, items)
        return load_id

    def discard(self, load_id: int) -> None:
        """Take a load out again and publish what that touches."""
        refresh_id = ledger.begin(self.database.loader, by="test")
        with self.database.loader.begin() as connection:
            items = ledger.loads_of(connection, load_id)
            ledger.move(connection, items, to="discarded")
        self._publish(refresh_id, items)

    def rebuild(self) -> None:
        """Work out and publish everything anew from all that has passed."""
        refresh_id = ledger.begin(self.database.loader, by="test")
        with self.database.loader.begin() as connection:
            for table in tables("curated"):
                connection.exec_driver_sql(f"delete from curated.{table.name}")
            standings.forget_all(connection)
            items = ledger.passed(connection)
        self._publish(refresh_id, items, from_nothing=True)

    def reader(self, person: str = EXECUTIVE) -> Reader:
        """A reader of the newest state, as `person`."""
        return Reader(engine=self.database.reader, person=person).pinned()

    def rows(self, query: str, **parameters: object) -> pd.DataFrame:
        """What the owner sees of a query: for curated tables."""
        with self.database.loader.begin() as connection:
            result = connection.execute(text(query), parameters)
            return pd.DataFrame(result.mappings().all(), columns=list(result.keys()))

    def published(self, table: str) -> pd.DataFrame:
        """A published table in the newest state, without the columns of its editions, in a fixed order."""
        refresh_id = self.rows("select refresh_id from published.current").at[0, "refresh_id"]
        frame = self.rows(f"select * from published.{table} where refresh_id = :refresh_id", refresh_id=int(refresh_id))
        frame = frame.drop(columns=["refresh_id", "edition_id"])
        return frame.sort_values(list(frame.columns), key=lambda column: column.astype(str), ignore_index=True)

    def _publish(self, refresh_id: int, items: Sequence[Pending], *, from_nothing: bool = False) -> None:
        loads, feeds = sorted({item.load_id for item in items}), {item.feed for item in items}
        names = {
            table.name for table in needing(tables("published"), feeds) if self.only is None or table.name in self.only
        }
        with self.database.loader.begin() as connection:
            before = published.touched(connection, names, loads=loads, zone=self.zone)
            curate(connection, loads=loads, feeds=feeds, zone=self.zone)
            after = published.touched(connection, names, loads=loads, zone=self.zone)
            changes = published.together(before, after)
            published.write_editions(connection, changes, refresh_id=refresh_id, zone=self.zone)
            published.propose(connection, changes, refresh_id=refresh_id)
            if from_nothing:
                connection.execute(text("delete from ops.candidate where edition_id <> :mine"), {"mine": refresh_id})
            published.publish(connection, refresh_id=refresh_id)
            published.settle(connection)


def _stage(connection: Connection, load_id: int, feed: str, rows: Rows, until: datetime | None) -> Pending:
    table = db.table(connection, f"stg_{feed}", schema="staging")
    numbered = [{"load_id": load_id, "file_id": 0, "row_number": number, **row} for number, row in enumerate(rows, 1)]
    names = {name: None for row in numbered for name in row}
    if numbered:
        connection.execute(insert(table), [{**names, **row} for row in numbered])
        db.analyze(connection, table.name, schema="staging", written=len(numbered))  # as the refresh does
    connection.execute(
        text(
            "insert into published.load_feed (load_id, feed, delivered, accepted, newest_at, state)"
            " values (:load_id, :feed, :rows, :rows, :until, 'candidate')"
        ),
        {"load_id": load_id, "feed": feed, "rows": len(rows), "until": until},
    )
    return Pending(load_id=load_id, feed=feed, state="candidate")
