"""When pages are due, also where the clock is changed: every local day that there is has one occasion, and no day has two."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.digests import occasions
from warehouse.digests.occasions import Occasion
from warehouse.queries.subscriptions import Cadence

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Europe/Lisbon",
    "UTC",
    "Asia/Gaza",
)


def newest(cadence: Cadence, now: datetime, zone: str) -> Occasion:
    return occasions.newest(cadence, now=now, zone=ZoneInfo(zone), refresh_id=7, published_at=now)


@pytest.mark.parametrize(
    ("zone", "now", "key"),
    [
        ("Asia/Shanghai", "2026-03-31T06:59+08:00", "day 2026-03-30"),
        ("Asia/Shanghai", "2026-03-31T07:00+08:00", "day 2026-03-31"),
        ("Pacific/Apia", "2011-12-31T06:59+14:00", "day 2011-12-29"),  # the 30th of December was left out there
        ("Pacific/Apia", "2011-12-31T07:00+14:00", "day 2011-12-31"),
        ("America/New_York", "2026-11-01T01:30-04:00", "day 2026-10-31"),
        ("America/New_York", "2026-11-01T01:30-05:00", "day 2026-10-31"),  # the same hour for the second time
    ],
)
def test_days(zone: str, now: str, key: str) -> None:
    assert newest("day", datetime.fromisoformat(now), zone).key == key


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    sunday = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert newest("week", sunday, "UTC").key == "week 2026-02-23"
    assert newest("month", sunday, "UTC").key == "month 2026-03-01"
    assert newest("month", sunday.replace(hour=6), "UTC").key == "month 2026-02-01"
    assert newest("week", datetime(2026, 3, 2, 6, 59, tzinfo=UTC), "UTC").key == "week 2026-02-23"
    assert newest("refresh", sunday, "UTC").key == "refresh 7"


def test_a_time_that_the_clock_leaves_out_comes_right_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occasions, "SENT_AT", datetime(2026, 3, 8, 2, 30).time())
    before, after = (datetime.fromisoformat(f"2026-03-08T{at}") for at in ("01:59-05:00", "03:30-04:00"))
    assert newest("day", before, "America/New_York").key == "day 2026-03-07"
    assert newest("day", after, "America/New_York").key == "day 2026-03-08"


@given(st.sampled_from(ZONES), st.datetimes(datetime(2011, 1, 1), datetime(2027, 1, 1)), st.integers(1, 600))
def test_looking_often_enough_meets_every_day_once(zone: str, start: datetime, minutes: int) -> None:
    """However the clock is changed, and however often somebody looks: days follow each other, and none comes again."""
    begin, place = start.replace(tzinfo=UTC), ZoneInfo(zone)
    looks = [begin + timedelta(minutes=minutes * step) for step in range(5 * 1440 // minutes)]
    met = [newest("day", at, zone) for at in looks]
    assert all(each.due_at <= at for each, at in zip(met, looks, strict=True))
    keys = list(dict.fromkeys(each.key for each in met))
    assert keys == sorted(keys)
    local = {(begin + timedelta(minutes=step)).astimezone(place).date() for step in range(0, 5 * 1440, 30)}
    days = [date.fromisoformat(key.removeprefix("day ")) for key in keys]
    assert {day for day in local if days[0] < day < days[-1]} <= set(days)
