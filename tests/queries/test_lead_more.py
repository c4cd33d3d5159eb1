"""Screening, owners and marks of leads: rows typed by hand, with the figure they must give."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.harness import House
from tests.queries.lead_rows import BRANCHES, DAY, NOON, SECOND, UNTIL, call, given, lead, order
from warehouse.db import Database
from warehouse.queries import figures
from warehouse.queries.figures import figure
from warehouse.scope import Scope

TABLES = ("lead_call", "lead_mark", "lead_owner", "lead_source")
EVER = Scope()


@pytest.fixture(autouse=True)
def _however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows typed by hand are few: show them."""
    known = figures.known
    monkeypatch.setattr(figures, "known", lambda code: replace(known(code), smallest_base=0))


@pytest.fixture
def house(database: Database) -> House:
    return House(database, only=TABLES).open()


def fraction(house: House, metric: str, scope: Scope = EVER) -> tuple[float, float, float]:
    row = figure(house.reader(), metric, scope).iloc[0]
    return row.numerator, row.denominator, row.pending


def by(house: House, metric: str, dimension: str) -> dict[str, tuple[float, float]]:
    rows = figure(house.reader(), metric, EVER, by=[dimension])
    groups = rows[dimension].where(rows[dimension].notna(), "unknown")
    return dict(zip(groups, zip(rows["numerator"], rows["denominator"], strict=True), strict=True))


# -- screened in time -------------------------------------------------------------------------------------------------


def test_the_source_says_how_many_days_else_its_group_else_four(house: House) -> None:
    late = [("outreach", 2), ("store", 1), ("media", 1), ("referral", 4), ("own", 3), ("stranger", 4)]
    groups = {"outreach": "outreach", "store": "store", "media": "media", "referral": "referral", "own": "store"}
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        lead_sources=[
            {"source_code": code, "source_group": group, "screening_days": 3 if code == "own" else None}
            for code, group in groups.items()
        ],
        leads=[lead(f"{when} {code}", source=code) for code, _ in late for when in ("just", "late")],
        contacts=[
            call(number * 2 + (when == "late"), NOON + days * DAY + (when == "late") * SECOND, lead=f"{when} {code}")
            for number, (code, days) in enumerate(late)
            for when in ("just", "late")
        ],
    )
    # of each source one lead was called at the very end of its days, one a second later
    assert by(house, "lead.screened_on_time_rate", "source") == {code: (1, 2) for code, _ in late}


def test_a_first_call_counts_with_the_lead_or_its_customer_whatever_its_outcome(house: House) -> None:
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        leads=[
            lead("called"),
            lead("called before it came"),
            lead("customer called", customer_id="c1"),
            lead("customer called before", customer_id="c2"),
            lead("another lead of the customer called", customer_id="c3"),
            lead("other", NOON - 100 * DAY, customer_id="c3"),
            lead("called for something else"),
            lead("never called"),
            lead("no day", None),
        ],
        contacts=[
            call(1, NOON + DAY, lead="called"),
            call(2, NOON - DAY, lead="called before it came"),
            call(3, NOON, customer="c1"),
            call(4, NOON - SECOND, customer="c2"),
            call(5, NOON + DAY, lead="other"),
            call(6, NOON + DAY, lead="called for something else", purpose="invitation"),
            call(7, NOON + DAY, lead="no day"),
        ],
    )
    # in time: called, called before it came, customer called; `other` was called 101 days late; no day is on neither side
    assert fraction(house, "lead.screened_on_time_rate") == (3, 8, 0)


def test_a_lead_is_pending_until_its_whole_days_are_over(house: House) -> None:
    house.deliver(
        until=datetime(2026, 1, 6, 0, tzinfo=UTC),
        branches=BRANCHES,
        leads=[lead("due", datetime(2026, 1, 1, 23, tzinfo=UTC)), lead("young", datetime(2026, 1, 2, 0, tzinfo=UTC))],
        contacts=[call(1, datetime(2026, 1, 2, 1, tzinfo=UTC), lead="young")],
    )
    # four whole days after 1 January end with the 5th, which is over; those after the 2nd end with the 6th, which is not
    assert fraction(house, "lead.screened_on_time_rate") == (0, 1, 1)


def test_a_deadline_that_changes_judges_old_leads_again(house: House) -> None:
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        lead_sources=[{"source_code": "fair", "source_group": "event"}],
        leads=[lead("l")],
        contacts=[call(1, NOON + 3 * DAY, lead="l")],
    )
    assert fraction(house, "lead.screened_on_time_rate") == (1, 1, 0)
    load = house.deliver(lead_sources=[{"source_code": "fair", "source_group": "event", "screening_days": 2}])
    assert fraction(house, "lead.screened_on_time_rate") == (0, 1, 0)
    house.discard(load)
    assert fraction(house, "lead.screened_on_time_rate") == (1, 1, 0)


# -- owners -----------------------------------------------------------------------------------------------------------


def test_a_lead_without_an_order_is_due_to_be_passed_on_after_ninety_days(house: House) -> None:
    names = ["kept", "in time", "last moment", "too late", "too early", "won", "won later", "won before", "false"]
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        leads=[lead(name, is_genuine=False if name == "false" else None) for name in names],
        lead_assignments=[
            *(given(name, NOON) for name in names),
            given("in time", NOON + 90 * DAY),
            given("last moment", NOON + 97 * DAY),
            given("too late", NOON + 97 * DAY + SECOND),
            given("too early", NOON + 90 * DAY - SECOND),
            given("false", NOON + 91 * DAY),
            given("nobody's", NOON),
        ],
        orders=[
            order("o1", NOON + 90 * DAY, lead="won"),
            order("o2", NOON + 90 * DAY + SECOND, lead="won later"),
            order("o3", NOON - DAY, lead="won before"),
        ],
    )
    # first owners due: kept, in time, last moment, too late, won later; in time of these: in time, last moment.
    # second owners got theirs from 31 March on (day 90), their 97 days end on 6 July: pending, and so is that of `too early`;
    # the one of `false` is not, as it is false
    assert by(house, "lead.recycled_on_time_rate", "owner") == {"first": (2, 5), "second": (0, 0)}
    assert fraction(house, "lead.recycled_on_time_rate") == (2, 5, 4)


def test_who_was_passed_on_before_the_time_is_over_is_not_pending(house: House) -> None:
    house.deliver(
        until=NOON + 96 * DAY,
        branches=BRANCHES,
        leads=[lead("waits"), lead("passed on")],
        lead_assignments=[given("waits", NOON), given("passed on", NOON), given("passed on", NOON + 91 * DAY)],
        orders=[order("o", NOON, customer="stranger")],
    )
    # pending: waits, and the second owner of the other
    assert fraction(house, "lead.recycled_on_time_rate") == (0, 0, 2)


def test_an_order_belongs_to_the_owner_who_had_the_lead(house: House) -> None:
    names = ["at once", "by the second", "by the third", "by the fourth", "too late", "never", "long ago"]
    later = NOON + 10 * DAY
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        leads=[lead(name, NOON - DAY) for name in names],
        lead_assignments=[
            *(given(name, NOON) for name in names),
            *(given(name, later) for name in names if name.startswith("by")),
            *(given(name, later + DAY) for name in names if name in ("by the third", "by the fourth")),
            given("by the fourth", later + 2 * DAY),
        ],
        orders=[
            order("o1", NOON, lead="at once"),
            order("o2", later, lead="by the second"),
            order("o3", later + DAY + SECOND, lead="by the third"),
            order("o4", later + 92 * DAY, lead="by the fourth"),
            order("o5", NOON + 90 * DAY + SECOND, lead="too late"),
            order("o6", NOON - SECOND, lead="long ago"),
            order("o7", NOON + DAY, lead="long ago"),
        ],
    )
    # first: all but `long ago`, which was a customer; `by the second` was won at the moment it was passed on.
    # third or later: `by the third` won, `by the fourth` twice, won exactly 90 days after it came to its fourth owner
    assert by(house, "lead.owner_conversion", "owner") == {"first": (1, 6), "second": (1, 3), "third": (2, 3)}


def test_an_owner_is_judged_when_the_ninety_days_are_over(house: House) -> None:
    house.deliver(
        until=datetime(2026, 4, 2, tzinfo=UTC),
        branches=BRANCHES,
        leads=[lead("due"), lead("young")],
        lead_assignments=[given("due", NOON), given("young", NOON + DAY)],
        orders=[order("o", NOON + 2 * DAY, lead="young")],
    )
    # 90 whole days after 1 January end with 1 April
    assert fraction(house, "lead.owner_conversion") == (0, 1, 1)


# -- the four marks ---------------------------------------------------------------------------------------------------


def test_each_mark_has_the_base_of_those_that_were_asked(house: House) -> None:
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        leads=[
            lead("all", has_knowledge=True, has_means=True, has_awareness=True, has_need=True),
            lead("none", has_knowledge=False, has_means=False, has_awareness=False, has_need=False),
            lead("half asked", has_knowledge=True, has_means=False),
            lead("no day", None, has_knowledge=True, has_means=None, has_awareness=False, has_need=True),
            lead("not asked"),
        ],
        orders=[order("o", NOON + 90 * DAY, lead="all"), order("p", NOON + DAY, lead="half asked")],
    )
    rows = figure(house.reader(), "lead.four_marks", EVER)
    found = [tuple(row) for row in rows[["part", "value", "denominator", "unknown"]].to_numpy()]
    assert found == [
        ("has_knowledge", 3, 4, 1),
        ("has_means", 1, 3, 2),
        ("has_awareness", 1, 3, 2),
        ("has_need", 2, 3, 2),
    ]
    assert rows["share"].tolist() == pytest.approx([3 / 4, 1 / 3, 1 / 3, 2 / 3])
    # dated and old enough: all (4 marks), none (0), half asked and not asked (number unknown)
    assert by(house, "lead.marks_conversion", "marks") == {"0": (0, 1), "4": (1, 1), "unknown": (1, 2)}
    assert fraction(house, "lead.marks_conversion") == (2, 4, 0)
    assert fraction(house, "lead.marks_conversion", Scope(filters={"marks": ("4", "0")})) == (1, 2, 0)
