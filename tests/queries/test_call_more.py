"""The six calls, and what came of them: rows typed by hand, with the figure they must give."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.harness import House
from tests.queries.lead_rows import BRANCHES, DAY, NOON, SECOND, UNTIL, call, lead
from warehouse.db import Database
from warehouse.metrics import metrics
from warehouse.queries import figures
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.scope import Scope
from warehouse.targets import six_calls

TABLES = ("call_day", "call_duration", "lead_call", "lead_source")
EVER = Scope()
PURPOSES = ["screening", "invitation", "confirmation", "reminder", "thanks", "follow_up"]


@pytest.fixture(autouse=True)
def _however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows typed by hand are few: show them."""
    known = figures.known
    monkeypatch.setattr(figures, "known", lambda code: replace(known(code), smallest_base=0))


@pytest.fixture
def house(database: Database) -> House:
    return House(database, only=TABLES).open()


# -- the six calls ----------------------------------------------------------------------------------------------------


@pytest.fixture
def _windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of one to six days, so that each is told from the others."""
    days = {"screening": 1, "invitation": 2, "confirmation": 3, "reminder": 4, "thanks": 5, "follow_up": 6}
    declared = json.loads(six_calls()) | {"windows": days}
    monkeypatch.setattr("warehouse.curated.six_calls", lambda: json.dumps(declared))


def steps(house: House) -> list[tuple[str, float, float]]:
    rows = figure(house.reader(), "call.step_rate", EVER)
    return list(zip(rows["part"], rows["numerator"], rows["denominator"], strict=True))


@pytest.mark.usefixtures("_windows")
@pytest.mark.parametrize("late", range(7))
def test_a_call_counts_in_its_window_after_the_one_before(house: House, late: int) -> None:
    """Each call at the very end of its window, but one (none where `late` is 6) a second later."""
    at, contacts = NOON, []
    for number, purpose in enumerate(PURPOSES):
        at += (number + 1) * DAY + (number == late) * SECOND
        contacts.append(call(number, at, lead="l", purpose=purpose))
    house.deliver(until=UNTIL, branches=BRANCHES, leads=[lead("l")], contacts=contacts)
    got = [1 if number < late else 0 for number in range(6)]
    assert steps(house) == list(zip(PURPOSES, got, [1, *got[:-1]], strict=True))


@pytest.mark.usefixtures("_windows")
@pytest.mark.parametrize("early", range(1, 6))
def test_a_call_before_the_one_before_does_not_count(house: House, early: int) -> None:
    """All six within half an hour, but one of them changes places with the call before it."""
    minutes = {number: number for number in range(6)} | {early: early - 1, early - 1: early}
    contacts = [
        call(number, NOON + minutes[number] * timedelta(minutes=5), lead="l", purpose=purpose)
        for number, purpose in enumerate(PURPOSES)
    ]
    house.deliver(until=UNTIL, branches=BRANCHES, leads=[lead("l")], contacts=contacts)
    assert [numerator for _, numerator, _ in steps(house)] == [1 if number < early else 0 for number in range(6)]


@pytest.mark.usefixtures("_windows")
def test_calls_out_of_order_do_not_count_and_the_first_in_order_does(house: House) -> None:
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        leads=[
            lead("invited first", customer_id="c1"),
            lead("asked twice"),
            lead("customer", customer_id="c2"),
            lead("before"),
            lead("nothing"),
            lead("no day", None),
        ],
        contacts=[
            call(1, NOON + 2 * SECOND, lead="invited first"),
            call(2, NOON + SECOND, lead="invited first", purpose="invitation"),
            call(3, NOON, lead="asked twice"),
            call(4, NOON + DAY, lead="asked twice"),
            call(5, NOON + 3 * DAY, lead="asked twice", purpose="invitation"),
            call(6, NOON, lead="customer"),
            call(7, NOON, customer="c2", purpose="invitation"),
            call(8, NOON, lead="customer", purpose="confirmation"),
            call(9, NOON - SECOND, lead="before"),
            call(10, NOON, lead="no day"),
        ],
    )
    # screened: invited first, asked twice, customer (not `before`, which was called before it came). Invited: only
    # `customer`, all at the same moment: `asked twice` has its two days from the first screening
    assert steps(house)[:4] == [("screening", 3, 5), ("invitation", 1, 3), ("confirmation", 1, 1), ("reminder", 0, 1)]


def test_leads_within_the_windows_of_all_calls_stand_beside(house: House) -> None:
    windows = json.loads(six_calls())["windows"]
    assert metrics()["call.step_rate"].mature_days == sum(windows.values())
    days = sum(windows.values())
    house.deliver(
        until=NOON + days * DAY,
        branches=BRANCHES,
        leads=[lead("young"), lead("old", NOON - DAY)],
        contacts=[call(1, NOON, lead="old")],
    )
    rows = figure(house.reader(), "call.step_rate", EVER)
    assert (set(rows["collected"]), set(rows["young"])) == ({2}, {1})


# -- what came of the calls -------------------------------------------------------------------------------------------


def test_calls_by_outcome_objection_and_length(house: House) -> None:
    told = [
        ("screening", "no_answer", None, 0),
        ("screening", "reached", None, 60),
        ("invitation", "refused", "price", 120),
        ("invitation", "refused", "price", None),
        ("thanks", "reached", "too_far", 0.5),
        ("care", "reached", "price", 999),
    ]
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        contacts=[
            call(number, NOON + number * DAY, purpose=purpose)
            | {"outcome_code": outcome, "objection_code": objection, "duration_seconds": seconds}
            for number, (purpose, outcome, objection, seconds) in enumerate(told)
        ],
    )
    parts = figure(house.reader(), "call.outcomes", EVER)
    assert [tuple(row) for row in parts[["part", "value", "denominator"]].to_numpy()] == [
        ("reached", 2, 5),
        ("refused", 2, 5),
        ("no_answer", 1, 5),
    ]
    asked = figure(house.reader(), "call.outcomes", Scope(filters={"purpose": ("screening",)}), by=["purpose"])
    assert [tuple(row) for row in asked[["purpose", "part", "share"]].to_numpy()] == [
        ("screening", "no_answer", 0.5),
        ("screening", "reached", 0.5),
    ]
    objected = figure(house.reader(), "call.objections", EVER)
    assert [tuple(row) for row in objected[["part", "value", "denominator"]].to_numpy()] == [
        ("price", 2, 3),
        ("too_far", 1, 3),
    ]
    # 60 s, 120 s and 0.5 s, which counts as one second: the middle one is a minute, to one per cent
    length = figure(house.reader(), "call.duration", EVER).iloc[0]
    assert (length["n"], length["open"], length["median"]) == (3, 0, pytest.approx(1, rel=0.0101))


def test_what_was_never_delivered_is_said_and_not_zero(house: House) -> None:
    house.deliver(until=UNTIL, branches=BRANCHES, leads=[lead("l")])
    for metric, absent in [
        ("lead.screened_on_time_rate", "contacts"),
        ("lead.recycled_on_time_rate", "lead_assignments"),
        ("lead.owner_conversion", "lead_assignments"),
        ("lead.marks_conversion", "orders"),
        ("call.step_rate", "contacts"),
        ("call.outcomes", "contacts"),
        ("call.objections", "contacts"),
        ("call.duration", "contacts"),
    ]:
        with pytest.raises(FeedAbsent, match=absent):
            figure(house.reader(), metric, EVER)
