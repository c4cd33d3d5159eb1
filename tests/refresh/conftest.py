"""A refresh of small deliveries, and the eyes of three people."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.refresh.deliveries import BRANCHES, complaints, delivered
from warehouse import db
from warehouse.access import grants
from warehouse.queries import figures
from warehouse.queries.reader import Reader
from warehouse.refresh import Outcome, refresh
from warehouse.scope import Scope
from warehouse.settings import Keys

Refresh = Callable[..., Outcome]
KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())


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
def published(database: db.Database, deliver: Refresh) -> Outcome:
    """The first refresh: two branches, 300 complaints, three people who may look."""
    with database.loader.begin() as connection:
        grants.give(connection, grants.Grant(person="boss@example.com", role="executive"), by="tests")
        grants.give(connection, grants.Grant(person="north@example.com", role="branch_head", region="N"), by="tests")
        grants.give(connection, grants.Grant(person="steward@example.com", role="data_steward"), by="tests")
    outcome = deliver("first", branches=BRANCHES, complaints=complaints())
    assert outcome.verdict == "published"
    return outcome


@pytest.fixture
def count(database: db.Database) -> Callable[..., int]:
    """count(person) is the number of complaints that the person sees now, or at an earlier refresh."""

    def ask(person: str = "boss@example.com", *, at: int | None = None) -> int:
        frame = figures.figure(Reader(database.reader, person, at).pinned(), "complaint.count", Scope())
        return int(frame["value"].sum())

    return ask
