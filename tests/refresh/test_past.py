"""The past of one small company: what was restated, what differs between refreshes, how much is kept, and what a purge leaves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError

from tests.refresh.conftest import KEYS
from tests.refresh.deliveries import BRANCHES, complaints, delivered
from warehouse import db, purge, restatements, stewardship
from warehouse.access import grants
from warehouse.queries import diff, figures, health, state
from warehouse.queries.reader import Reader, UnknownRefresh
from warehouse.refresh import Outcome, refresh
from warehouse.scope import Scope

BOSS, NORTH = "boss@example.com", "north@example.com"
JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)
_numbers = count(1)


@dataclass(frozen=True)
class House:
    """A warehouse and what was delivered to it."""

    database: db.Database
    folder: Path
    ids: list[int] = field(default_factory=list)

    def deliver(self, name: str, *, late: int = 0, **feeds: list[dict[str, str]]) -> Outcome:
        """Refresh with `feeds`, or with so many complaints of January that come late."""
        rows = [{**row, "complaint_id": f"{name}-{row['complaint_id']}"} for row in complaints(late)] if late else []
        given = delivered(self.folder / name, **(feeds or {"complaints": rows}))
        outcome = refresh(self.database, KEYS, given, by="tests")
        self.ids.append(outcome.refresh_id)
        return outcome

    def rows(self, question: str) -> list[tuple[object, ...]]:
        with self.database.loader.begin() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    def reader(self, at: int | None = None, person: str = BOSS) -> Reader:
        return Reader(self.database.reader, person, at)

    def complaints_by_month(self, reader: Reader) -> dict[date, float]:
        frame = figures.figure(reader, "complaint.count", Scope(), by=("month",))
        return dict(zip(frame["month"], frame["value"], strict=True))

    def age(self) -> None:
        """Let two hours pass since refreshes were taken from sight."""
        with self.database.loader.begin() as connection:
            connection.execute(text("update published.refresh set purged_at = purged_at - interval '2 hours'"))


@pytest.fixture(scope="module")
def house(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three refreshes: January and March; three complaints of January that come late; and two more."""
    made = House(db.embedded(server, f"past_{next(_numbers)}", template=template), tmp_path_factory.mktemp("past"))
    with made.database.loader.begin() as connection:
        grants.give(connection, grants.Grant(person=BOSS, role="executive"), by="tests")
    first = made.deliver("first", branches=BRANCHES, complaints=[*complaints(300), *complaints(40, first=6000)])
    with made.database.loader.begin() as connection:
        grants.give(connection, grants.Grant(person=NORTH, role="branch_head", region="N"), by="tests")
    assert [first.verdict, *(made.deliver(f"late{n}", late=n).verdict for n in (3, 2))] == ["published"] * 3
    yield made
    made.database.dispose()


def _none(value: object) -> object:
    """What stands in a column of codes or days: None where pandas says that there is nothing."""
    return None if pd.isna(value) else value


def test_what_changes_in_months_that_were_over_is_written_down_with_the_publish(house: House) -> None:
    first, second, third = house.ids
    listed = health.restated(house.reader(), second)
    opened = listed[(listed["table_name"] == "complaint_daily") & (listed["measure"] == "opened")]
    told = {_none(row.region_id): (row.slice_on, row.was, row.becomes) for row in opened.itertuples()}
    assert told == {None: (JANUARY, 300, 303), "N": (JANUARY, 150, 152), "S": (JANUARY, 150, 151)}
    assert house.rows(f"select restated from published.refresh where refresh_id = {first}") == [(0,)]
    assert house.rows(f"select restated from published.refresh where refresh_id = {second}") == [(len(listed),)]
    since = health.restated_tables(house.reader().pinned()).set_index("table_name")
    assert since.loc["complaint_daily", "refresh_id"] == third
    assert health.restated_tables(house.reader(at=first)).empty
    assert health.restated(house.reader(person=NORTH), second).empty, "sums of the company are not for heads"


def test_of_very_many_the_greatest_of_the_whole_company_are_listed(house: House) -> None:
    first, second, _ = house.ids
    with house.database.loader.begin() as connection:
        whole = restatements.between(connection, first, second)
        few = restatements.between(connection, first, second, most=2)
    assert few.count == whole.count == len(whole.listed) > 2
    assert list(few.listed) == list(whole.listed[:2])
    assert {each.region for each in few.listed} == {None}


def test_a_diff_tells_slices_and_figures_and_nothing_that_is_the_same(house: House) -> None:
    first, second, _ = house.ids
    slices = diff.slices(house.reader(), first, second)
    assert set(slices.loc[slices["table_name"] == "complaint_daily", "slice_on"]) == {JANUARY}
    assert set(slices["becomes"]) == {second}
    rows = diff.between(house.reader(), first, second)
    counts = rows[rows["metric"] == "complaint.count"]
    told = {(_none(row.region), _none(row.month)): (row.before, row.after) for row in counts.itertuples()}
    assert told[(None, JANUARY)] == (300, 303)
    assert told[("N", None)] == (170, 172)
    assert (None, MARCH) not in told
    for row in counts[counts["month"].isna() & counts["region"].isna()].itertuples():
        asked = (
            figures.figure(house.reader(at=at), "complaint.count", Scope(period=rows.attrs["period"]))
            for at in (first, second)
        )
        assert [frame["value"].iloc[0] for frame in asked] == [row.before, row.after]
    assert diff.between(house.reader(), first, first).empty
    with pytest.raises(UnknownRefresh):
        diff.between(house.reader(), first, 999)


def test_a_purge_takes_from_sight_first_and_deletes_what_nobody_shows_later(house: House) -> None:
    first, second, third = house.ids
    shown = {at: house.complaints_by_month(house.reader(at=at)) for at in house.ids}
    under_way = house.reader(at=first)
    editions = "select count(*) from published.complaint_daily_edition"
    before = house.rows(editions)
    purge.keep(house.database, by="tests", refreshes=2)
    gone = purge.purge(house.database, by="tests")
    assert (list(gone.refreshes), gone.edition_rows) == ([first], 0)
    with pytest.raises(UnknownRefresh, match="kept no longer"):
        house.reader(at=first).pinned()
    assert house.complaints_by_month(under_way) == shown[first], "whoever reads it reads on"
    with pytest.raises(LookupError, match="purged"):
        stewardship.rollback(house.database, first, by="tests")
    house.age()
    gone = purge.purge(house.database, by="tests")
    assert gone.edition_rows > 0
    assert house.rows(editions) < before
    assert {at: house.complaints_by_month(house.reader(at=at)) for at in (second, third)} == {
        at: shown[at] for at in (second, third)
    }
    assert not purge.purge(house.database, by="tests"), "there is nothing left to do"
    assert ("purge",) in house.rows("select action from access.audit")
    assert not health.restated(house.reader(), second).empty, "the log stays"


def test_what_readers_see_stays_however_old_it_is(house: House) -> None:
    _, second, third = house.ids
    stewardship.rollback(house.database, second, by="tests")
    purge.keep(house.database, by="tests", refreshes=1)
    house.age()
    assert not purge.purge(house.database, by="tests").refreshes
    assert house.reader().pinned().refresh_id == second
    stewardship.rollback(house.database, third, by="tests")
    assert list(purge.purge(house.database, by="tests").refreshes) == [second]


def test_files_go_and_what_was_accepted_of_them_stays(house: House) -> None:
    before = house.complaints_by_month(house.reader().pinned())
    purge.keep(house.database, by="tests", loads=1)
    assert purge.purge(house.database, by="tests").files == 3
    left = house.rows("select count(*) from information_schema.tables where table_schema = 'landing'")
    assert left == [(1,)]
    again = house.deliver("again", branches=BRANCHES, complaints=[*complaints(300), *complaints(40, first=6000)])
    assert (again.verdict, sorted(again.received[0].skipped)) == ("unchanged", ["branches.csv", "complaints.csv"])
    assert house.complaints_by_month(house.reader().pinned()) == before


def test_old_results_of_checks_go_but_never_the_newest_of_a_check(house: House) -> None:
    guarding = state.checks(house.reader().pinned()).drop(columns="released_because")
    purge.keep(house.database, by="tests", checks=1)
    assert purge.purge(house.database, by="tests").check_results > 0
    assert state.checks(house.reader().pinned()).drop(columns="released_because").equals(guarding)


def test_refreshes_that_brought_nothing_use_up_no_place_among_the_results(house: House) -> None:
    for _ in range(3):
        assert refresh(house.database, KEYS, [], by="tests").verdict == "unchanged"
    purge.keep(house.database, by="tests", checks=3)
    assert purge.purge(house.database, by="tests").check_results == 0


def test_less_than_one_is_not_kept(house: House) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        purge.keep(house.database, by="tests", refreshes=0)


def test_a_purge_by_itself_that_fails_fails_nothing_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise SQLAlchemyError("the disk is full")

    monkeypatch.setattr(purge, "_purge", broken)
    purge.after(house.database)


def test_a_purge_by_itself_does_a_little_at_a_time_and_waits_for_whoever_refreshes(house: House) -> None:
    said: list[str] = []
    with db.alone_at(house.database.loader, "gatehouse.refresh"):
        purge.after(house.database, tell=said.append)
    assert said == []
    house.age()
    purge.after(house.database, tell=said.append)
    assert len(said) == 1
    assert "rows of editions" in said[0]
