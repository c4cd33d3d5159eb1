"""curated.fct_complaint: when a complaint was open, paused, answered and over, from its log or from its own times."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tests.harness import House
from warehouse import db

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def house(database: db.Database) -> House:
    return House(database, only=[]).open()


def hour(number: float) -> datetime:
    return OPENED + timedelta(hours=number)


def life(house: House, *log: tuple[str, float], **complaint: object) -> pd.Series:
    """The curated row of one complaint opened at hour 0, with this log."""
    house.deliver(
        complaints=[{"complaint_id": "c", "branch_id": "b", "opened_at": OPENED, "category_code": "late", **complaint}],
        complaint_events=[{"complaint_id": "c", "event_code": code, "happened_at": hour(at)} for code, at in log],
        until=hour(1000),
    )
    found = house.rows("select * from curated.fct_complaint")
    assert len(found) == 1
    return found.iloc[0]


def spans(house: House, column: str) -> list[tuple[float | None, float | None]]:
    """The stretches of a multirange column, as hours since opening (None: still running)."""
    found = house.rows(
        f"select lower(s.span) as begins, upper(s.span) as ends from curated.fct_complaint"
        f" cross join unnest({column}) as s (span) order by 1"
    )
    return [
        tuple(None if pd.isna(at) else (at.to_pydatetime() - OPENED) / timedelta(hours=1) for at in row)
        for row in found.itertuples(index=False)
    ]


def test_without_a_log_the_complaint_speaks(house: House) -> None:
    row = life(house, first_response_at=hour(2), resolved_at=hour(30), closed_at=hour(40))
    assert (row.first_response_at, row.ended_at, row.outcome_code) == (hour(2), hour(30), "resolved")
    assert str(row.cohort_on) == "2026-03-01"
    assert spans(house, "open_while") == [(0, 30)]


def test_closing_is_the_end_where_nothing_says_resolved(house: House) -> None:
    assert life(house, closed_at=hour(40)).ended_at == hour(40)


def test_open_complaints_have_no_end_and_no_outcome(house: House) -> None:
    row = life(house, outcome_code="resolved")
    assert pd.isna(row.ended_at)
    assert pd.isna(row.outcome_code)
    assert str(row.cohort_on) == "0001-01-01"
    assert spans(house, "open_while") == [(0, None)]


@pytest.mark.parametrize("outcome", ["withdrawn", "transferred", "rejected"])
def test_other_endings_keep_their_name(house: House, outcome: str) -> None:
    row = life(house, closed_at=hour(3), outcome_code=outcome)
    assert (row.outcome_code, row.ended_at) == (outcome, hour(3))


def test_the_log_overrules_the_times_of_the_complaint(house: House) -> None:
    row = life(house, ("responded", 1), ("resolved", 5), first_response_at=hour(2), resolved_at=hour(9))
    assert (row.first_response_at, row.ended_at) == (hour(1), hour(5))


def test_a_log_silent_about_the_end_leaves_it_to_the_complaint(house: House) -> None:
    assert life(house, ("opened", 0), ("escalated", 1), resolved_at=hour(9)).ended_at == hour(9)


def test_the_last_resolution_counts(house: House) -> None:
    row = life(house, ("resolved", 5), ("resolved", 7), ("closed", 20))
    assert (row.ended_at, row.reopened_count) == (hour(7), 0)


def test_reopened_and_resolved_again(house: House) -> None:
    row = life(house, ("resolved", 5), ("reopened", 8), ("resolved", 12), ("closed", 13))
    assert (row.ended_at, row.reopened_count) == (hour(12), 1)
    assert spans(house, "open_while") == [(0, 5), (8, 12)]


def test_reopened_is_open_whatever_the_complaint_says(house: House) -> None:
    row = life(house, ("resolved", 5), ("reopened", 8), resolved_at=hour(5), outcome_code="resolved")
    assert pd.isna(row.ended_at)
    assert (row.reopened_count, str(row.cohort_on)) == (1, "0001-01-01")
    assert spans(house, "open_while") == [(0, 5), (8, None)]


def test_reopening_what_is_open_is_no_reopening(house: House) -> None:
    row = life(house, ("reopened", 3), ("reopened", 4), ("resolved", 6))
    assert (row.ended_at, row.reopened_count) == (hour(6), 0)
    assert spans(house, "open_while") == [(0, 6)]


def test_resolved_in_the_instant_of_reopening_stays_resolved(house: House) -> None:
    row = life(house, ("reopened", 6), ("resolved", 6))
    assert (row.ended_at, row.reopened_count) == (hour(6), 0)


def test_over_in_the_instant_of_opening_was_open_once(house: House) -> None:
    life(house, resolved_at=OPENED)
    assert spans(house, "open_while") == [(0, 0)]


def test_a_followed_complaint_is_answered_by_its_resolution_at_the_latest(house: House) -> None:
    assert life(house, ("resolved", 5), ("reopened", 8), ("resolved", 12)).first_response_at == hour(5)


def test_without_a_log_a_missing_answer_stays_unknown(house: House) -> None:
    assert pd.isna(life(house, resolved_at=hour(5)).first_response_at)


def test_a_withdrawn_complaint_was_not_answered_by_that(house: House) -> None:
    assert pd.isna(life(house, ("closed", 5), outcome_code="withdrawn").first_response_at)


def test_pauses_end_with_resuming_or_with_the_end(house: House) -> None:
    life(house, ("paused", 1), ("resumed", 2), ("paused", 3), ("resolved", 5), ("reopened", 6), ("paused", 7))
    assert spans(house, "paused_while") == [(1, 2), (3, 5), (7, None)]


def test_paused_twice_is_paused_once(house: House) -> None:
    life(house, ("paused", 1), ("paused", 2), ("resumed", 4))
    assert spans(house, "paused_while") == [(1, 4)]


def test_the_sources_deadline_comes_before_the_promise_by_severity(house: House) -> None:
    row = life(house, due_at=hour(50), severity_code="critical")
    assert (row.due_at, row.response_due_at) == (hour(50), hour(2))


@pytest.mark.parametrize(
    ("severity", "answer", "resolve"), [("critical", 2, 8), ("high", 4, 24), ("normal", 8, 72), ("low", 24, 168)]
)
def test_the_promise_by_severity(house: House, severity: str, answer: int, resolve: int) -> None:
    row = life(house, severity_code=severity)
    assert (row.response_due_at, row.due_at) == (hour(answer), hour(resolve))


def test_without_severity_there_is_no_promise(house: House) -> None:
    row = life(house)
    assert pd.isna(row.due_at)
    assert pd.isna(row.response_due_at)


def test_days_are_those_of_the_reporting_zone(database: db.Database) -> None:
    house = House(database, zone="Asia/Shanghai", only=[]).open()
    row = life(
        house, opened_at=datetime(2026, 2, 28, 17, tzinfo=UTC), resolved_at=datetime(2026, 3, 31, 16, tzinfo=UTC)
    )
    assert [str(row[name]) for name in ("opened_on", "cohort_on", "ended_month")] == [
        "2026-03-01",
        "2026-03-01",
        "2026-04-01",
    ]


def test_unknown_opening_is_counted_but_never_timed(house: House) -> None:
    row = life(house, opened_at=None, resolved_at=hour(5))
    assert pd.isna(row.opened_on)
    assert str(row.cohort_on) == "0001-01-01"
    assert spans(house, "open_while") == []


def test_the_party_is_the_customer_and_else_the_complaint_itself(house: House) -> None:
    house.deliver(
        complaints=[
            {
                "complaint_id": name,
                "branch_id": "b",
                "opened_at": OPENED,
                "category_code": "late",
                "customer_id": customer,
            }
            for name, customer in [("a", "k1"), ("b", "k1"), ("c", None), ("d", None)]
        ],
        until=hour(1),
    )
    parties = house.rows("select complaint_id, customer_id from curated.fct_complaint").set_index("complaint_id")[
        "customer_id"
    ]
    assert parties["a"] == parties["b"]
    assert len(set(parties)) == 3


def test_events_that_come_before_their_complaint_are_used_when_it_comes(house: House) -> None:
    house.deliver(
        complaint_events=[{"complaint_id": "c", "event_code": "resolved", "happened_at": hour(4)}], until=hour(5)
    )
    house.deliver(
        complaints=[{"complaint_id": "c", "branch_id": "b", "opened_at": OPENED, "category_code": "late"}],
        until=hour(6),
    )
    assert house.rows("select ended_at from curated.fct_complaint").at[0, "ended_at"] == hour(4)
