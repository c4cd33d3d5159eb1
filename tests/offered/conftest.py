"""Somebody's CRM: complaints in a database of theirs, on a second Postgres or in SQLite, and a warehouse that asks it."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text

from tests.servers import place, started
from warehouse import db, ledger
from warehouse.receive import Delivery, Received, receive
from warehouse.settings import Keys

KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
PASSWORD = "open sesame"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MAPPING = """
source: crm
database: CRM_URL
queries:
  - name: branches
    select: "select distinct shop as branch_id, shop as branch_name, 'N' as region_id, 'North' as region_name from cases"
    feeds: {branches: same}
  - name: complaints
    table: cases
    cursor: changed_at
    overlap: 2 hours
    feeds:
      complaints:
        columns: {complaint_id: case_no, branch_id: shop, opened_at: opened, category_code: topic, text: words}
"""
CASES = "create table cases (case_no integer, shop text, opened {0}, topic text, words text, changed_at {0})"
Take = Callable[..., Received]


@dataclass(frozen=True)
class Crm:
    """Its database, and the mapping file by which it is read."""

    engine: Engine
    mapping: Path

    def note(self, *numbers: int, hours: float | None = None, words: str = "it broke") -> None:
        """Cases of these numbers, changed an hour after each other, or so many hours after the start."""
        for number in numbers:
            at = START + timedelta(hours=number if hours is None else hours)
            is_text = self.engine.dialect.name == "sqlite"
            row = {"no": number, "at": f"{at:%Y-%m-%d %H:%M:%S}" if is_text else at, "words": words}
            self.run("insert into cases values (:no, 'Harbour', :at, 'delay', :words, :at)", **row)

    def run(self, statement: str, **values: Any) -> None:
        """Do something to it."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    @property
    def delivery(self) -> Delivery:
        """What it has to deliver now."""
        return Delivery.of(self.mapping, None)


@pytest.fixture(scope="session")
def second() -> Iterator[URL]:
    """Another server than the warehouse's, on which the role `crm` must say its password."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-", dir=place(), ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        server = started(Path(home) / "postgres")
        doors = Path(home) / "postgres" / "pg_hba.conf"
        doors.write_text(f"local all crm scram-sha-256\n{doors.read_text()}")
        admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.exec_driver_sql(f"create role crm login superuser password '{PASSWORD}'")
            connection.exec_driver_sql("select pg_reload_conf()")
        yield server.set(username="crm", password=PASSWORD)


@pytest.fixture(params=["postgresql", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crm:
    is_postgres = request.param == "postgresql"
    url = request.getfixturevalue("second") if is_postgres else make_url(f"sqlite:///{tmp_path / 'crm.db'}")
    monkeypatch.setenv("CRM_URL", url.render_as_string(hide_password=False))
    mapping = tmp_path / "crm.yaml"
    mapping.write_text(MAPPING, "utf-8")
    made = Crm(create_engine(url, poolclass=NullPool), mapping)
    made.run("drop table if exists cases")
    made.run(CASES.format("timestamptz" if is_postgres else "text"))
    made.note(*range(20))
    return made


@pytest.fixture
def take(database: db.Database) -> Take:
    """take(delivery) receives it: landed and staged, before any gate."""

    def run(delivery: Delivery, *, is_trial: bool = False, tell: Callable[[str], None] = lambda line: None) -> Received:
        refresh_id = ledger.begin(database.loader, by="tests")
        return receive(database, KEYS, delivery, refresh_id=refresh_id, is_trial=is_trial, tell=tell)

    return run


@pytest.fixture
def environment(database: db.Database) -> dict[str, str]:
    """By which commands find the warehouse of the test."""
    urls = {
        name: engine.url.render_as_string(hide_password=False)
        for name, engine in (("DATABASE_URL", database.loader), ("DATABASE_READER_URL", database.reader))
    }
    return {**urls, "GATEHOUSE_HASH_KEY": "h" * 32, "GATEHOUSE_VAULT_KEY": KEYS.vault.decode()}


def delivered(received: Received) -> dict[str, int]:
    """Rows that came, by feed."""
    return {each.feed: each.delivered for each in received.feeds}


def refused(received: Received) -> dict[str, str]:
    """Why a file was not taken, by its name."""
    return {each.file_name: each.why for each in received.refused}
