"""Whatever comes in whatever order, published complaints are what a rebuild from nothing makes of it, and obey their own laws."""

import random
from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest

from tests import complaint_rows
from tests.complaint_rows import BRANCHES, START, UNTIL
from tests.harness import House
from warehouse import db

TABLES = (
    "complaint_cohort",
    "complaint_duration",
    "complaint_open",
    "complaint_daily",
    "survey_cohort",
    "survey_score",
)
Row = dict[str, object]


def hours(region: str, first: date, days: int) -> list[Row]:
    """Ten to six, every day but Sunday."""
    worked = [first + timedelta(days=number) for number in range(days)]
    return [
        {"region_id": region, "worked_on": day, "opens_at": time(10), "closes_at": time(18)}
        for day in worked
        if day.weekday() < 6
    ]


def log_of(complaint: Row, chance: random.Random) -> list[Row]:
    """A plausible log of one complaint: answered, paused, resolved, perhaps taken up again."""
    at = complaint["opened_at"]
    assert isinstance(at, datetime)
    found = []
    for code in ("responded", "paused", "resumed", "resolved", "reopened", "resolved", "closed")[
        : chance.randrange(1, 8)
    ]:
        at += timedelta(hours=chance.uniform(1, 60))
        found.append({"complaint_id": complaint["complaint_id"], "event_code": code, "happened_at": at})
    return [row for row in found if row["happened_at"] <= UNTIL]


def surveys(numbers: range, chance: random.Random) -> list[Row]:
    return [
        {
            "invite_id": f"i{number}",
            "branch_id": chance.choice(["N1", "N2", "S1"]),
            "method_code": "phone",
            "sent_at": START + timedelta(days=chance.randrange(80)),
        }
        for number in numbers
    ]


def answers(numbers: range, chance: random.Random) -> list[Row]:
    return [
        {
            "invite_id": f"i{number}",
            "question_code": "overall",
            "score": chance.randint(1, 5),
            "scale_min": 1,
            "scale_max": 5,
        }
        for number in numbers
    ]


def state(house: House) -> dict[str, pd.DataFrame]:
    return {table: house.published(table) for table in TABLES}


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for table in TABLES:
        pd.testing.assert_frame_equal(one[table], other[table], obj=table)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_sequence_of_deliveries_equals_a_rebuild(database: db.Database, seed: int) -> None:
    chance = random.Random(seed)
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    rows = complaint_rows.complaints(60, seed=seed)
    moved = [{**BRANCHES[0], "region_id": "south", "region_name": "South"}]
    steps: list[dict[str, list[Row]]] = [
        {"complaints": rows[:40]},
        {"complaint_events": [event for row in rows[::3] for event in log_of(row, chance)]},
        {"complaints": rows[30:], "branches": BRANCHES},
        {"working_hours": hours("north", START.date(), 60) + hours("south", START.date(), 60)},
        {"working_hours": hours("north", START.date() + timedelta(days=60), 40)},
        {"complaints": [{**row, "opened_at": START + timedelta(days=70), "branch_id": "S1"} for row in rows[:5]]},
        {"complaint_events": [event for row in rows[1::3] for event in log_of(row, chance)]},
        {"branches": moved},
        {"surveys": surveys(range(40), chance)},
        {"survey_answers": answers(range(0, 40, 2), chance)},
        {"surveys": surveys(range(5), chance), "survey_answers": answers(range(8), chance)},
    ]
    chance.shuffle(steps)
    for number, step in enumerate(steps):
        house.deliver(until=UNTIL + timedelta(hours=number), **step)
    incremental = state(house)
    assert all(len(frame) for frame in incremental.values())
    house.rebuild()
    assert_same(incremental, state(house))


def test_a_discarded_load_leaves_no_trace(database: db.Database) -> None:
    chance = random.Random(5)
    house = House(database, only=TABLES).open()
    rows = complaint_rows.complaints(40, seed=5)
    house.deliver(branches=BRANCHES, complaints=rows[:30], working_hours=hours("north", START.date(), 90), until=UNTIL)
    house.deliver(surveys=surveys(range(20), chance), survey_answers=answers(range(10), chance), until=UNTIL)
    before = state(house)
    regretted = house.deliver(
        complaints=[{**row, "branch_id": "S1", "resolved_at": UNTIL} for row in rows[20:]],
        complaint_events=[event for row in rows[:10] for event in log_of(row, chance)],
        working_hours=hours("south", START.date(), 90),
        surveys=surveys(range(15, 30), chance),
        survey_answers=answers(range(5, 25), chance),
        until=UNTIL,
    )
    assert not state(house)["complaint_cohort"].equals(before["complaint_cohort"])
    house.discard(regretted)
    assert_same(before, state(house))


def test_a_branch_that_moves_takes_its_past_along(database: db.Database) -> None:
    chance = random.Random(4)
    house = House(database, only=TABLES).open()
    house.deliver(branches=BRANCHES, complaints=complaint_rows.complaints(60, seed=4), until=UNTIL)
    house.deliver(surveys=surveys(range(30), chance), survey_answers=answers(range(30), chance), until=UNTIL)
    house.deliver(branches=[{**BRANCHES[0], "region_id": "south", "region_name": "South"}], until=UNTIL)
    for frame in state(house).values():
        assert set(frame.loc[frame["branch_id"] == "N1", "region_id"]) == {"south"}
        assert set(frame.loc[frame["branch_id"] == "N2", "region_id"]) <= {"north"}


def test_the_same_delivery_twice_changes_nothing(database: db.Database) -> None:
    house = House(database, only=TABLES).open()
    rows = complaint_rows.complaints(40, seed=6)
    house.deliver(branches=BRANCHES, complaints=rows, until=UNTIL)
    before = state(house)
    house.deliver(branches=BRANCHES, complaints=rows, until=UNTIL)
    assert_same(before, state(house))


class TestLaws:
    @pytest.fixture
    def house(self, database: db.Database) -> House:
        chance = random.Random(8)
        rows = complaint_rows.complaints(200, seed=8)
        house = House(database, only=TABLES).open()
        house.deliver(
            branches=BRANCHES,
            complaints=rows,
            complaint_events=[event for row in rows[::2] for event in log_of(row, chance)],
            working_hours=hours("north", START.date(), 91) + hours("south", START.date(), 91),
            until=UNTIL,
        )
        return house

    def test_backlog_rolls_forward_to_what_is_open(self, house: House) -> None:
        flows, waiting = house.published("complaint_daily"), house.published("complaint_open")
        assert flows["reopened"].sum() > 0
        for branch, rows in flows.groupby("branch_id"):
            assert (
                rows["opened"].sum() + rows["reopened"].sum() - rows["ended"].sum()
                == (waiting["branch_id"] == branch).sum()
            )
        running = flows.groupby("on_date")[["opened", "reopened", "ended"]].sum().sort_index().cumsum()
        assert (running["opened"] + running["reopened"] - running["ended"] >= 0).all()

    def test_each_day_is_what_was_open_at_its_end(self, house: House) -> None:
        flows = (
            house.published("complaint_daily")
            .groupby("on_date")[["opened", "reopened", "ended"]]
            .sum()
            .sort_index()
            .cumsum()
        )
        spans = house.rows(
            "select lower(s.span) as begins, upper(s.span) as ends from curated.fct_complaint cross join unnest(open_while) as s (span)"
        )
        ends = spans["ends"].fillna(pd.Timestamp.max.tz_localize("UTC"))
        for day in flows.index[::7]:
            end_of_day = pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=1)
            expected = ((spans["begins"] < end_of_day) & (ends >= end_of_day)).sum()
            assert flows.loc[day, "opened"] + flows.loc[day, "reopened"] - flows.loc[day, "ended"] == expected

    def test_cohorts_count_every_complaint_once(self, house: House) -> None:
        cohort = house.published("complaint_cohort")
        assert cohort["opened"].sum() == 200
        over = cohort[["resolved", "withdrawn", "transferred"]].sum().sum()
        assert 200 - over == len(house.published("complaint_open"))

    def test_parts_of_the_promise_add_to_what_has_a_deadline(self, house: House) -> None:
        parts = house.published("complaint_cohort")[
            ["sla_met", "sla_breached_closed", "sla_breached_open", "sla_running"]
        ]
        left_out = house.rows(
            "select count(*) as n from curated.fct_complaint"
            " where due_at is null or (outcome_code in ('withdrawn', 'transferred') and ended_at <= due_at)"
        )
        assert parts.sum().sum() == 200 - left_out.at[0, "n"]

    def test_paused_stand_inside_what_runs(self, house: House) -> None:
        cohort = house.published("complaint_cohort")
        assert (cohort["sla_paused"] <= cohort["sla_running"]).all()
        assert cohort["sla_paused"].sum() > 0

    def test_histograms_hold_every_complaint_on_both_clocks(self, house: House) -> None:
        items = house.published("complaint_duration").query("measure == 'resolution'").groupby("clock")["items"].sum()
        assert items.to_dict() == {"calendar": 200, "working": 200}

    def test_working_time_is_never_more_than_time(self, house: House) -> None:
        waiting = house.published("complaint_open")
        assert (waiting["working_seconds"] <= waiting["open_seconds"]).all()
        assert (waiting["working_seconds"] >= 0).all()

    def test_what_runs_stands_in_one_slice_and_the_rest_in_months(self, house: House) -> None:
        duration = house.published("complaint_duration")
        running = duration["slice_on"] == date(1, 1, 1)
        assert set(duration.loc[running & (duration["measure"] == "resolution"), "outcome"]) == {"censored"}
        assert (
            duration.loc[~running, "slice_on"]
            == duration.loc[~running, "opened_on"].map(lambda day: day.replace(day=1))
        ).all()
