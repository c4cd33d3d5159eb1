"""A day without one call where that weekday is never without: lost, unless it was a holiday or readers know it already."""

from datetime import UTC, datetime, timedelta

import pytest

from checks.gate import run_gate
from tests.checks.deliveries import NOW, deliver, refresh
from tests.checks.figures import propose, publish, run
from warehouse.db import Database

SLICES = ("2026-01-01", "2026-02-01", "2026-03-01")
SHOWN_UNTIL, LOST, NEVER = "2026-03-08", "2026-03-11", "1999-01-01"


def edition(database: Database, refresh_id: int, *, until: str, calls: int = 12, without: str = "1999-01-01") -> None:
    """So many calls on every day but Sundays, from January on."""
    run(
        database,
        """
        insert into published.call_day_edition
        select :refresh_id, date_trunc('month', d.day_on), 'B1', 'R1', d.day_on, 'screening', 'reached', null, :calls
        from (
            select cast(generate_series(date '2026-01-01', cast(:until as date), interval '1 day') as date) as day_on
        ) as d
        where extract(isodow from d.day_on) <> 7 and d.day_on <> cast(:without as date)
        """,
        refresh_id=refresh_id,
        until=until,
        calls=calls,
        without=without,
    )
    propose(database, refresh_id, "call_day", SLICES)


def outcome(database: Database, refresh_id: int) -> str:
    verdict = run_gate(database, gate="figures", tables=["call_day"], refresh_id=refresh_id, now=NOW)
    (found,) = [result for result in verdict.results if result.rule_id == "days_lost"]
    return found.outcome if found.outcome != "raised" else str(found.observed)


@pytest.mark.parametrize(
    ("calls", "lost", "closed", "expected"),
    [
        (12, LOST, NEVER, "failed"),
        (12, NEVER, NEVER, "passed"),
        (9, LOST, NEVER, "passed"),
        (12, LOST, LOST, "passed"),
        (12, "2026-03-05", NEVER, "passed"),
    ],
    ids=["lost", "none is lost", "too few to tell", "a holiday", "readers know it"],
)
def test_a_day_is_lost(database: Database, calls: int, lost: str, closed: str, expected: str) -> None:
    shown = refresh(database)
    edition(database, shown, until=SHOWN_UNTIL, calls=calls, without=lost)
    publish(database, shown)
    run(
        database,
        """
        insert into curated.dim_working_hours
        select 'R1', d.day_on, d.day_on, d.day_on + 1, d.day_on + time '09:00', d.day_on + time '18:00', 0
        from (select cast(generate_series(date '2026-03-01', '2026-03-20', interval '1 day') as date) as day_on) as d
        where d.day_on <> cast(:closed as date)
        """,
        closed=closed,
    )
    new = refresh(database)
    edition(database, new, until="2026-03-14", calls=calls, without=lost)
    assert outcome(database, new) == expected


def test_of_a_feed_that_comes_every_week_no_day_is_lost(database: Database) -> None:
    """What has not come yet may come; its own history says so, whatever is expected of it."""
    for weeks in range(5):
        ends = datetime(2026, 2, 8, tzinfo=UTC) + timedelta(weeks=weeks)
        deliver(database, "contacts", [], refresh_id=refresh(database), state="passed", newest_at=ends)
    shown = refresh(database)
    edition(database, shown, until=SHOWN_UNTIL)
    publish(database, shown)
    new = refresh(database)
    edition(database, new, until="2026-03-14", without=LOST)
    assert outcome(database, new) == "passed"


def test_the_first_delivery_says_what_is_usual(database: Database) -> None:
    first = refresh(database)
    edition(database, first, until="2026-03-14", without=LOST)
    assert outcome(database, first) == "passed"
