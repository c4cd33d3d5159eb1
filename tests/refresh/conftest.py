"""A refresh of small deliveries, and the eyes of three people."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, text

from tests.refresh.deliveries import BRANCHES, complaints, delivered
from tests.servers import copied
from warehouse import db
from warehouse.access import grants
from warehouse.queries import figures, jobs
from warehouse.queries.reader import Reader
from warehouse.refresh import Outcome, refresh
from warehouse.scope import Scope
from warehouse.settings import Keys
from warehouse.worker import work
from warehouse.worker.desk import Desk, Kind
from warehouse.worker.inbox import Inbox

Refresh = Callable[..., Outcome]
Ask = Callable[..., dict[str, Any]]
Tables = Callable[[], dict[str, int]]
KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())


@pytest.fixture(scope="session")
def first(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Outcome]:
    """Name of a database in which the first refresh was done, to be copied, and what came of it: two branches, 300
    complaints, three people who may look."""
    name = "template_refreshed"
    made = db.embedded(server, name, template=template)
    with made.loader.begin() as connection:
        grants.give(connection, grants.Grant(person="boss@example.com", role="executive"), by="tests")
        grants.give(connection, grants.Grant(person="north@example.com", role="branch_head", region="N"), by="tests")
        grants.give(connection, grants.Grant(person="steward@example.com", role="data_steward"), by="tests")
    given = delivered(tmp_path_factory.mktemp("first"), branches=BRANCHES, complaints=complaints())
    outcome = refresh(made, KEYS, given, by="tests")
    made.dispose()
    assert outcome.verdict == "published"
    return name, outcome


@pytest.fixture
def database(request: pytest.FixtureRequest, server: URL, template: str) -> Iterator[db.Database]:
    """A warehouse, gone after the test: empty, or for whoever asks for `published` with that in it."""
    is_filled = "published" in request.fixturenames
    with copied(server, request.getfixturevalue("first")[0] if is_filled else template) as made:
        yield made


@pytest.fixture
def published(first: tuple[str, Outcome]) -> Outcome:
    """The first refresh, which `database` then holds."""
    return first[1]


@pytest.fixture
def deliver(database: db.Database, tmp_path: Path) -> Refresh:
    """deliver("monday", complaints=[…]) refreshes with these feeds."""

    def run(
        name: str, *, dry_run: bool = False, rebuild: bool = False, **feeds: Iterable[Mapping[str, str]]
    ) -> Outcome:
        given = delivered(tmp_path / name, **feeds) if feeds else []
        return refresh(database, KEYS, given, by="tests", dry_run=dry_run, rebuild=rebuild)

    return run


@pytest.fixture
def count(database: db.Database) -> Callable[..., int]:
    """count(person) is the number of complaints that the person sees now, or at an earlier refresh."""

    def ask(person: str = "boss@example.com", *, at: int | None = None) -> int:
        frame = figures.figure(Reader(database.reader, person, at).pinned(), "complaint.count", Scope())
        return int(frame["value"].sum())

    return ask


@pytest.fixture
def steward(database: db.Database) -> Reader:
    """A data steward, beside an executive."""
    with database.loader.begin() as connection:
        for person, role in (("steward@example.com", "data_steward"), ("boss@example.com", "executive")):
            grants.give(connection, grants.Grant(person=person, role=role), by="tests")
    return Reader(database.reader, "steward@example.com")


@pytest.fixture
def desk(database: db.Database, tmp_path: Path) -> Desk:
    """Where a worker works, with an inbox of its own."""
    return Desk(database, Inbox(tmp_path / "inbox", KEYS), tmp_path / "mappings")


@pytest.fixture
def done(desk: Desk, steward: Reader) -> Ask:
    """done(kind, **details) asks for a job, lets a worker do what waits, and returns what came of it."""

    def asked(kind: Kind, **details: object) -> dict[str, object]:
        number = jobs.ask(steward, kind, **details)
        work.work(desk, once=True)
        listed = jobs.newest(steward)
        return dict(listed[listed["job_id"] == number].iloc[0])

    return asked


@pytest.fixture
def tables(database: db.Database) -> Tables:
    """Rows of every table that a refresh writes, by name; what is worked with, asked for or told left out."""

    def counted() -> dict[str, int]:
        with database.loader.begin() as connection:
            names = connection.scalars(
                text(
                    "select schemaname || '.' || tablename from pg_tables"
                    " where schemaname = any('{landing,staging,curated,published,ops,vault}')"
                    " and tablename not in ('candidate', 'comparison', 'job', 'refresh') order by 1"
                )
            ).all()
            return {name: connection.execute(text(f"select count(*) from {name}")).scalar_one() for name in names}

    return counted
