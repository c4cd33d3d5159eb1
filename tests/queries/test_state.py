from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import text

from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.queries import health, state
from warehouse.queries.reader import Reader, UnknownRefresh

UNTIL = datetime(2026, 3, 31, 12, tzinfo=UTC)
BRANCHES = [
    {"branch_id": "n1", "branch_name": "North 1", "region_id": "north", "region_name": "North"},
    {"branch_id": "s1", "branch_name": "South 1", "region_id": "south", "region_name": "South"},
]


@pytest.fixture
def house(database: db.Database) -> House:
    made = House(database=database, zone="Asia/Shanghai", only=["branch"]).open()
    made.grant("head@example.com", region="north")
    made.deliver(until=UNTIL, branches=BRANCHES)
    return made


def _reader(house: House, person: str) -> Reader:
    return Reader(engine=house.database.reader, person=person)


def test_a_person_stands_where_the_grants_say(house: House) -> None:
    everywhere = state.standing(_reader(house, EXECUTIVE))
    assert everywhere.roles == ("executive",)
    assert everywhere.branches == ("n1", "s1")
    assert (everywhere.zone, everywhere.currency) == ("Asia/Shanghai", "CNY")
    north = state.standing(_reader(house, "head@example.com"))
    assert (north.roles, north.branches) == (("branch_head",), ("n1",))


def test_a_stranger_stands_nowhere(house: House) -> None:
    nobody = state.standing(_reader(house, "nobody@example.com"))
    assert not nobody.is_known
    assert (nobody.branches, nobody.refresh_id, nobody.published_at, nobody.company) == ((), None, None, None)


def test_a_grant_that_ended_counts_at_the_next_question(house: House) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(text("update access.grants set valid_until = now() where person = 'head@example.com'"))
    assert not state.standing(_reader(house, "head@example.com")).is_known


def test_an_earlier_refresh_has_its_time_and_another_none(house: House) -> None:
    newest = state.standing(_reader(house, EXECUTIVE))
    assert newest.refresh_id is not None
    assert state.published_at(_reader(house, EXECUTIVE), newest.refresh_id) == newest.published_at
    with pytest.raises(UnknownRefresh):
        state.published_at(_reader(house, EXECUTIVE), newest.refresh_id + 1)


def test_what_is_held_is_told_with_its_checks_and_since_when(house: House) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(
            text(
                "update published.load_feed set state = 'held', held_since = now(), held_by = '{branch_id.not_null}'"
                " where feed = 'branches'"
            )
        )
    reader = house.reader()
    held = state.held(reader)
    assert list(held["feed"]) == ["branches"]
    assert list(held["held_by"].iloc[0]) == ["branch_id.not_null"]
    freshness = state.freshness(reader).set_index("feed")
    assert freshness.loc["branches", "held_rows"] == 2
    assert freshness["held_since"].notna().all()


def test_a_check_is_told_as_it_stood_at_the_refresh_and_not_after(house: House) -> None:
    first = house.reader().refresh_id
    _check(house, first, "passed")
    house.deliver(until=UNTIL, branches=[{**BRANCHES[0], "city": "X"}])
    second = house.reader().refresh_id
    earlier = Reader(engine=house.database.reader, person=EXECUTIVE, refresh_id=first)
    assert list(state.checks(house.reader())["outcome"]) == ["passed"], (
        "what was not checked again is guarded by the result before"
    )
    _check(house, second, "failed")
    assert list(state.checks(house.reader())["outcome"]) == ["failed"]
    assert list(state.checks(earlier)["outcome"]) == ["passed"]
    history = health.check_history(earlier).iloc[0]
    assert (history["refresh_id"], history["outcome"], history["last_failed_in"]) == (second, "failed", second)
    assert history["outcomes"] == ("passed", "failed"), "the oldest first"
    runs = health.check_results(earlier, "delivery", "branches", "columns")
    assert list(runs["refresh_id"]) == [first, second]


def test_a_check_is_missed_until_it_passes_again(house: House) -> None:
    first = house.reader().refresh_id
    assert state.missed(house.reader()).empty
    _check(house, first, "failed")
    house.deliver(until=UNTIL, branches=[{**BRANCHES[0], "city": "X"}])
    assert list(state.missed(house.reader())["rule_id"]) == ["columns"], "nobody has asked it again"
    _check(house, house.reader().refresh_id, "passed")
    assert state.missed(house.reader()).empty
    earlier = Reader(engine=house.database.reader, person=EXECUTIVE, refresh_id=first)
    assert list(state.missed(earlier)["rule_id"]) == ["columns"]


def test_rows_of_loads_and_refusals_are_for_stewards(house: House) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(
            text(
                "insert into access.grants (person, role, scope_kind, granted_by)"
                " values ('steward@example.com', 'data_steward', 'company', 'test')"
            )
        )
    assert health.refused_groups(house.reader()).empty
    assert int(state.refreshes(house.reader())["delivered"].iloc[0]) == 0
    told = state.refreshes(_reader(house, "steward@example.com")).iloc[0]
    assert (told["delivered"], told["accepted"]) == (2, 2)


def test_how_many_rows_there_are_is_told_to_who_sees_the_whole_company(house: House) -> None:
    _check(house, house.reader().refresh_id, "failed")
    with house.database.loader.begin() as connection:
        connection.execute(
            text(
                "update published.load_feed set state = 'held', held_since = now(), held_by = '{columns}' where feed = 'branches';"
                " update published.check_result set level = 'block', observed = '{\"delivered\": 2}', element_count = 2,"
                " unexpected_count = 1"
            )
        )

    def told(person: str) -> set[float]:
        reader = _reader(house, person).pinned()
        runs = health.check_results(reader, "delivery", "branches", "columns").drop(columns="observed")
        frames = [state.held(reader), state.freshness(reader), state.checks(reader), health.holding(reader)]
        rows = [frame.select_dtypes("number") for frame in (*frames, health.check_history(reader), runs)]
        assert [len(frame) for frame in rows] == [1] * 6, "everybody knows that something is held, and by which check"
        known = {"load_id", "refresh_id", "runs", "last_failed_in"}
        return {
            float(frame[name].iloc[0]) for frame in rows for name in set(frame) - known if pd.notna(frame[name].iloc[0])
        }

    assert {1.0, 2.0} <= told(EXECUTIVE)
    assert told("head@example.com") == set()


def _check(house: House, refresh_id: int | None, outcome: str) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(
            text(
                "insert into published.check_result (refresh_id, gate, table_name, rule_id, level, outcome)"
                " values (:refresh_id, 'delivery', 'branches', 'columns', 'warn', :outcome)"
            ),
            {"refresh_id": refresh_id, "outcome": outcome},
        )
