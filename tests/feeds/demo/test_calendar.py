"""The Chinese calendar and the clock that runs in working hours."""

from datetime import date

import numpy as np
import pytest

from warehouse.feeds.demo.calendar import WorkingClock, day_number, holidays, openings
from warehouse.feeds.demo.columns import DAY, HOUR

REGIONS = {
    "R1": {"opens": ["09:00", "14:00"], "closes": ["12:00", "17:00"], "saturday": False},
    "R2": {"opens": ["08:00"], "closes": ["12:00"], "saturday": True},
}
MONDAY = day_number(date(2025, 3, 3))


@pytest.fixture(scope="module")
def clock() -> WorkingClock:
    return WorkingClock(openings(REGIONS, MONDAY - 7, MONDAY + 28))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 17),  # New Year's Day
        date(2025, 10, 8),  # a Wednesday of the National Day week
        date(2025, 3, 8),  # any Saturday
        date(2029, 2, 13),  # not announced: the fixed days
        date(2029, 10, 1),
    ],
)
def test_days_off(day: date) -> None:
    assert not holidays().is_worked(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 14),  # a Saturday worked in place of a day of the New Year week
        date(2026, 2, 28),
        date(2025, 9, 28),  # a Sunday
        date(2024, 5, 11),
        date(2023, 10, 7),
        date(2025, 3, 7),  # any Friday
    ],
)
def test_days_worked(day: date) -> None:
    assert holidays().is_worked(day)


def test_make_up_weekends_have_hours_of_a_weekday() -> None:
    sunday = day_number(date(2025, 1, 26))
    hours = openings(REGIONS, sunday, sunday)
    assert hours.region.tolist() == [0, 0, 1]
    assert hours.opens.tolist() == [9 * HOUR, 14 * HOUR, 8 * HOUR]


def test_the_clock_stands_still_outside_hours(clock: WorkingClock) -> None:
    region = np.array([0, 0, 0, 1, 1])
    start = np.array(
        [MONDAY * DAY + 11 * HOUR, MONDAY * DAY, (MONDAY + 4) * DAY + 16 * HOUR] + [(MONDAY + 4) * DAY] * 2
    )
    seconds = np.array([2 * HOUR, 6 * HOUR, 2 * HOUR, 4 * HOUR, 5 * HOUR])
    reached = clock.after(region, start, seconds)
    expected = [
        MONDAY * DAY + 15 * HOUR,  # one hour before lunch, one after
        MONDAY * DAY + 17 * HOUR,
        (MONDAY + 7) * DAY + 10 * HOUR,  # over the weekend
        (MONDAY + 4) * DAY + 12 * HOUR,
        (MONDAY + 5) * DAY + 9 * HOUR,  # Saturday is worked in the other region
    ]
    assert reached.tolist() == expected
    assert (clock.elapsed(region, reached) - clock.elapsed(region, start)).tolist() == seconds.tolist()


def test_the_clock_agrees_with_counting_minutes(clock: WorkingClock) -> None:
    rng = np.random.default_rng(1)
    start = MONDAY * DAY + rng.integers(0, 14 * 24 * 60, 40) * 60
    end = start + rng.integers(0, 5 * 24 * 60, 40) * 60
    region = rng.integers(0, 2, 40)
    hours = openings(REGIONS, MONDAY - 7, MONDAY + 28)
    for one, first, last in zip(region, start, end, strict=True):
        minutes = np.arange(first, last, 60)
        worked = sum(
            ((minutes >= day * DAY + opens) & (minutes < day * DAY + closes)).sum()
            for where, day, opens, closes in zip(hours.region, hours.day, hours.opens, hours.closes, strict=True)
            if where == one
        )
        where = np.array([one])
        assert clock.elapsed(where, np.array([last])) - clock.elapsed(where, np.array([first])) == worked * 60
