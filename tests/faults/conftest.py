"""The small company as it stands before something is done to it, and how it stands where nothing disturbs that."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from tests.faults import child
from tests.faults.deeds import BASES, Deed, take_in
from tests.faults.onlookers import PERSON, Page, page
from tests.faults.standing import Standing, standing
from tests.servers import copied
from warehouse import db
from warehouse.access import grants
from warehouse.queries.reader import Reader

KILLS = int(os.environ.get("GATEHOUSE_KILLS", "5"))
"""How many processes are killed in all; `make faults` kills many more than `make test`."""
ALL_OTHERS_LEAVE = """
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database() and usename = 'loader' and pid <> pg_backend_pid()
"""
MANY = KILLS >= 200


@dataclass(frozen=True)
class Course:
    """How a deed goes where nothing disturbs it: before, after, and how much there is to disturb."""

    before: Standing
    after: Standing
    pages: frozenset[Page]
    commits: int
    statements: int
    seconds: float


def furnish(database: db.Database, base: str, folder: Path) -> None:
    """Let happen to an empty warehouse what `BASES` says, and leave it so that it can be copied."""
    with database.loader.begin() as connection:
        grants.give(connection, grants.Grant(person=PERSON, role="executive"), by="tests")
    for delivery in BASES[base]:
        take_in(delivery)(database, folder)
    with database.loader.begin() as connection:
        connection.execute(text(ALL_OTHERS_LEAVE))  # the gate's may linger, and what is copied nobody may be in
    database.dispose()


@pytest.fixture(scope="session")
def base_of(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The name of a database that holds the small company, by what has happened to it (see `BASES`)."""
    folder, made = tmp_path_factory.mktemp("bases"), set()

    def make(name: str) -> str:
        if name not in made:
            furnish(db.embedded(server, f"faults_{name}", template=template), name, folder / name)
            made.add(name)
        return f"faults_{name}"

    return make


@pytest.fixture
def small(server: URL, base_of: Callable[[str], str]) -> Iterator[db.Database]:
    """The small company after two deliveries, in a database of its own."""
    with copied(server, base_of("published")) as database:
        yield database


@pytest.fixture(scope="session")
def course_of(
    server: URL, base_of: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Deed], Course]:
    """How a deed goes undisturbed, found out once."""
    folder, known = tmp_path_factory.mktemp("courses"), {}

    def follow(deed: Deed) -> Course:
        if deed.name not in known:
            with copied(server, base_of(deed.base)) as database:
                known[deed.name] = _followed(database, deed, folder)
        return known[deed.name]

    return follow


def _followed(database: db.Database, deed: Deed, folder: Path) -> Course:
    reader = Reader(database.reader, PERSON)
    before, first = standing(database), page(reader)[1]
    counts = folder / "counts.json"
    process = child.start(child.Place.of(database), deed.name, folder / deed.name, counts=counts)
    process.join()
    assert process.exitcode == 0, f"{deed.name} fails where nothing disturbs it"
    counted = json.loads(counts.read_text())
    after = standing(database)
    assert (before.shown != after.shown) == deed.settles
    return Course(before, after, frozenset({first, page(reader)[1]}), **counted)
