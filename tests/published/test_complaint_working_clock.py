"""The working clock: open seconds of the region between receipt and end, less pauses; checked against walking minute by minute."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.harness import House
from warehouse import db

TABLES = ("complaint_duration", "complaint_open")
BRANCHES = [
    {"branch_id": "b", "branch_name": "B", "region_id": "east", "region_name": "East"},
    {"branch_id": "elsewhere", "branch_name": "Elsewhere", "region_id": "west", "region_name": "West"},
]
SHANGHAI = "Asia/Shanghai"
MONDAY = date(2026, 3, 2)


def shift(day: date, opens: str, closes: str, region: str = "east") -> dict[str, object]:
    return {
        "region_id": region,
        "worked_on": day,
        "opens_at": time.fromisoformat(opens),
        "closes_at": time.fromisoformat(closes),
    }


def office_week(monday: date, *hours: tuple[str, str]) -> list[dict[str, object]]:
    """Monday to Friday with these openings."""
    return [shift(monday + timedelta(days=day), *opening) for day in range(5) for opening in hours]


def local(day: date, clock: str, zone: str = SHANGHAI) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def complaint(name: str, opened_at: datetime, branch: str = "b", **others: object) -> dict[str, object]:
    return {"complaint_id": name, "branch_id": branch, "opened_at": opened_at, "category_code": "late", **others}


def worked_hours(house: House) -> dict[str, float]:
    """Working hours so far of every open complaint; NaN where there is no calendar for it."""
    frame = house.published("complaint_open").set_index("complaint_id")
    return (frame["working_seconds"].astype(float) / 3600).to_dict()


@pytest.fixture
def house(database: db.Database) -> House:
    return House(database, zone=SHANGHAI, only=TABLES).open()


def waiting(house: House, hours: Sequence[dict[str, object]], opened_at: datetime, until: datetime) -> float:
    """Working hours at `until` of one complaint opened at `opened_at`."""
    house.deliver(branches=BRANCHES, working_hours=hours, complaints=[complaint("c", opened_at)], until=until)
    return worked_hours(house)["c"]


def test_split_shifts_leave_out_the_lunch_hour(house: House) -> None:
    hours = office_week(MONDAY, ("09:00", "12:00"), ("13:00", "18:00"))
    assert waiting(house, hours, local(MONDAY, "11:00"), local(MONDAY, "14:00")) == 2


def test_opened_at_night_starts_in_the_morning(house: House) -> None:
    hours = office_week(MONDAY, ("09:00", "18:00"))
    assert waiting(house, hours, local(MONDAY, "22:00"), local(MONDAY + timedelta(days=1), "10:00")) == 1


def test_a_weekend_without_rows_is_closed(house: House) -> None:
    hours = [*office_week(MONDAY, ("09:00", "18:00")), *office_week(MONDAY + timedelta(days=7), ("09:00", "18:00"))]
    assert (
        waiting(house, hours, local(MONDAY + timedelta(days=4), "17:00"), local(MONDAY + timedelta(days=7), "10:00"))
        == 2
    )


def test_a_make_up_saturday_is_open_and_a_holiday_is_not(house: House) -> None:
    hours = [row for row in office_week(MONDAY, ("09:00", "18:00")) if row["worked_on"] != MONDAY + timedelta(days=2)]
    hours.append(shift(MONDAY + timedelta(days=5), "09:00", "12:00"))
    hours.append(shift(MONDAY + timedelta(days=7), "09:00", "18:00"))
    until = local(MONDAY + timedelta(days=7), "09:00")
    assert waiting(house, hours, local(MONDAY + timedelta(days=1), "18:00"), until) == 9 + 9 + 3


def test_a_night_shift_closes_the_next_day(house: House) -> None:
    hours = [shift(MONDAY, "22:00", "06:00"), shift(MONDAY + timedelta(days=2), "09:00", "10:00")]
    assert waiting(house, hours, local(MONDAY, "23:00"), local(MONDAY + timedelta(days=1), "09:00")) == 7


def test_openings_that_overlap_count_once(house: House) -> None:
    hours = [shift(MONDAY, "09:00", "12:00"), shift(MONDAY, "10:00", "13:00"), shift(MONDAY, "13:00", "14:00")]
    assert waiting(house, hours, local(MONDAY, "08:00"), local(MONDAY, "20:00")) == 5


def test_an_opening_taken_back_is_closed(house: House) -> None:
    house.deliver(
        branches=BRANCHES, working_hours=office_week(MONDAY, ("09:00", "18:00")), until=local(MONDAY, "08:00")
    )
    taken_back = [shift(MONDAY + timedelta(days=1), "09:00", "09:00")]
    until = local(MONDAY + timedelta(days=2), "10:00")
    assert waiting(house, taken_back, local(MONDAY, "17:00"), until) == 2


def test_an_hour_lost_to_summer_time_is_not_worked(database: db.Database) -> None:
    house = House(database, zone="America/New_York", only=TABLES).open()
    sunday = date(2026, 3, 8)
    hours = [shift(sunday, "00:00", "12:00"), shift(sunday + timedelta(days=1), "09:00", "18:00")]
    opened, until = (local(sunday, clock, "America/New_York") for clock in ("01:00", "04:00"))
    assert waiting(house, hours, opened, until) == 2


def test_an_hour_that_comes_twice_is_worked_twice(database: db.Database) -> None:
    """On 1 November 2026 the hour from one to two comes twice in New York: from midnight to four are five hours."""
    house = House(database, zone="America/New_York", only=TABLES).open()
    sunday = date(2026, 11, 1)
    hours = [shift(sunday, "00:00", "12:00"), shift(sunday + timedelta(days=1), "09:00", "18:00")]
    opened, until = (local(sunday, clock, "America/New_York") for clock in ("00:00", "04:00"))
    assert waiting(house, hours, opened, until) == 5


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [
        (date(2026, 3, 9), 1 + 2),  # clocks go on in the night of Sunday the 8th: office hours are office hours still
        (date(2026, 11, 2), 1 + 2),  # and back in the night of Sunday the 1st
    ],
)
def test_a_weekend_in_which_clocks_change_owes_no_hour(database: db.Database, resolved: date, expected: float) -> None:
    house = House(database, zone="America/New_York", only=TABLES).open()
    friday = resolved - timedelta(days=3)
    hours = [shift(friday, "09:00", "18:00"), shift(resolved, "09:00", "18:00")]
    opened, until = local(friday, "17:00", "America/New_York"), local(resolved, "11:00", "America/New_York")
    assert waiting(house, hours, opened, until) == expected
    wanted = 66 - 1 if resolved.month == 3 else 66 + 1
    assert house.published("complaint_open")["open_seconds"].tolist() == [wanted * 3600]


@pytest.mark.parametrize(
    ("paused", "resumed", "expected"),
    [
        ("16:00", "20:00", 4 + 9),  # from before closing until after it: the two hours to closing alone
        ("20:00", "06:00", 6 + 9),  # by night, when nobody works: nothing
        ("20:00", "10:00", 6 + 7),  # from the night into the morning: the first two hours of the day
        ("12:30", "12:50", 6 + 9),  # in the lunch hour: nothing
        ("11:30", "13:30", 5 + 9),  # over the lunch hour: half an hour on either side
    ],
)
def test_a_pause_takes_off_what_is_worked_in_it(house: House, paused: str, resumed: str, expected: float) -> None:
    tuesday = MONDAY + timedelta(days=1)
    ends_on = MONDAY if resumed > paused else tuesday
    log = [("paused", local(MONDAY, paused)), ("resumed", local(ends_on, resumed))]
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("08:00", "12:00"), ("13:00", "18:00")),
        complaints=[complaint("c", local(MONDAY, "11:00"))],
        complaint_events=[{"complaint_id": "c", "event_code": code, "happened_at": at} for code, at in log],
        until=local(tuesday, "23:00"),
    )
    assert worked_hours(house) == {"c": expected}


def test_a_pause_that_still_holds_stops_the_clock(house: House) -> None:
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("09:00", "18:00")),
        complaints=[complaint("c", local(MONDAY, "16:00"))],
        complaint_events=[{"complaint_id": "c", "event_code": "paused", "happened_at": local(MONDAY, "17:30")}],
        until=local(MONDAY + timedelta(days=2), "12:00"),
    )
    assert worked_hours(house) == {"c": 1.5}


def test_a_time_when_it_was_resolved_and_not_yet_reopened_is_owed(house: House) -> None:
    """The customer whose complaint comes back has waited all the while: the clock runs from receipt to the end."""
    log = [("resolved", "10:00"), ("reopened", "12:00"), ("resolved", "15:00")]
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("09:00", "18:00")),
        complaints=[complaint("c", local(MONDAY, "09:00"))],
        complaint_events=[
            {"complaint_id": "c", "event_code": code, "happened_at": local(MONDAY, clock)} for code, clock in log
        ],
        until=local(MONDAY + timedelta(days=2), "12:00"),
    )
    assert list(durations(house, "working")["bucket"]) == list(durations(house, "calendar")["bucket"]) == [bucket(6)]


def test_without_a_calendar_there_is_no_working_clock(house: House) -> None:
    until = local(MONDAY, "20:00")
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("09:00", "18:00")),
        complaints=[complaint("here", local(MONDAY, "09:00")), complaint("there", local(MONDAY, "09:00"), "elsewhere")],
        until=until,
    )
    hours = worked_hours(house)
    assert hours["here"] == 9
    assert math.isnan(hours["there"])
    clocks = house.published("complaint_duration").groupby("branch_id")["clock"].agg(lambda clock: sorted(set(clock)))
    assert clocks["b"] == ["calendar", "working"]
    assert clocks["elsewhere"] == ["calendar"]


def test_before_the_calendar_begins_there_is_no_working_clock(house: House) -> None:
    hours = office_week(MONDAY, ("09:00", "18:00"))
    assert math.isnan(waiting(house, hours, local(MONDAY - timedelta(days=1), "23:59"), local(MONDAY, "12:00")))


def durations(house: House, clock: str) -> pd.DataFrame:
    frame = house.published("complaint_duration")
    return frame[(frame["clock"] == clock) & (frame["measure"] == "resolution")]


def bucket(hours: float) -> int:
    return math.floor(math.log(hours * 3600) / math.log(1.02))


def test_what_outruns_the_calendar_is_censored_where_it_ends(house: House) -> None:
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("09:00", "18:00")),
        complaints=[complaint("c", local(MONDAY, "09:00"), resolved_at=local(MONDAY + timedelta(days=8), "12:00"))],
        until=local(MONDAY + timedelta(days=9), "12:00"),
    )
    row = durations(house, "working").iloc[0]
    assert (row["outcome"], row["bucket"]) == ("censored", bucket(45))
    assert durations(house, "calendar").iloc[0]["outcome"] == "event"
    house.deliver(
        working_hours=office_week(MONDAY + timedelta(days=7), ("09:00", "18:00")), until=local(MONDAY, "12:00")
    )
    row = durations(house, "working").iloc[0]
    assert (row["outcome"], row["bucket"]) == ("event", bucket(57))


def test_pauses_come_off_the_working_clock_alone(house: House) -> None:
    log = [("paused", local(MONDAY, "16:00")), ("resumed", local(MONDAY + timedelta(days=1), "11:00"))]
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("09:00", "18:00")),
        complaints=[complaint("c", local(MONDAY, "12:00"), resolved_at=local(MONDAY + timedelta(days=1), "15:00"))],
        complaint_events=[{"complaint_id": "c", "event_code": code, "happened_at": at} for code, at in log],
        until=local(MONDAY + timedelta(days=2), "12:00"),
    )
    assert list(durations(house, "working")["bucket"]) == [bucket(4 + 4)]
    assert list(durations(house, "calendar")["bucket"]) == [bucket(27)]


def test_the_promise_on_the_working_clock_is_the_open_time_to_the_deadline(house: House) -> None:
    due = local(MONDAY + timedelta(days=1), "12:00")
    pause = [("paused", local(MONDAY, "10:00")), ("resumed", local(MONDAY, "18:00"))]
    late = local(MONDAY + timedelta(days=1), "13:00")
    house.deliver(
        branches=BRANCHES,
        working_hours=office_week(MONDAY, ("09:00", "18:00")),
        complaints=[
            complaint("in time", local(MONDAY, "09:00"), due_at=due, resolved_at=due),
            complaint("late", local(MONDAY, "09:00"), due_at=due, resolved_at=late),
            complaint("late but paused", local(MONDAY, "09:00"), due_at=due, resolved_at=late),
        ],
        complaint_events=[
            {"complaint_id": "late but paused", "event_code": code, "happened_at": at} for code, at in pause
        ],
        until=local(MONDAY + timedelta(days=2), "12:00"),
    )
    in_time = {
        clock: int(rows.loc[rows["target_bucket"] <= 0, "items"].sum())
        for clock, rows in (("calendar", durations(house, "calendar")), ("working", durations(house, "working")))
    }
    assert in_time == {"calendar": 1, "working": 2}


@pytest.mark.parametrize("zone", ["America/New_York", SHANGHAI])
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_walking_minute_by_minute(database: db.Database, zone: str, seed: int) -> None:
    chance = random.Random(seed)
    first = date(2026, 3, 5)
    calendar = _random_calendar(first, 12, chance)
    begins, ends = (int(local(day, "00:00", zone).timestamp() // 60) for day in (first, first + timedelta(days=12)))
    until = ends - 60
    opened = {f"c{number}": chance.randrange(begins, until) for number in range(60)}
    pauses = {name: sorted(chance.sample(range(at, until + 1), 2)) for name, at in opened.items() if until - at > 2}
    house = House(database, zone=zone, only=TABLES).open()
    house.deliver(
        branches=BRANCHES,
        working_hours=calendar,
        complaints=[complaint(name, _instant(at)) for name, at in opened.items()],
        complaint_events=[
            {"complaint_id": name, "event_code": code, "happened_at": _instant(at)}
            for name, stop in pauses.items()
            for code, at in zip(("paused", "resumed"), stop, strict=True)
        ],
        until=_instant(until),
    )
    open_minutes = _open_minutes(calendar, zone)
    expected = {
        name: sum(minute in open_minutes and not _is_paused(minute, pauses.get(name)) for minute in range(at, until))
        / 60
        for name, at in opened.items()
    }
    assert worked_hours(house) == pytest.approx(expected)


def _random_calendar(first: date, days: int, chance: random.Random) -> list[dict[str, object]]:
    """Openings at full quarters, none at the hours that clocks skip or repeat; some overlap, some run past midnight."""
    quarters = [f"{hour:02d}:{minute:02d}" for hour in range(4, 24) for minute in (0, 15, 30, 45)]
    rows = {
        (day, opens): shift(first + timedelta(days=day), opens, closes)
        for day in range(days - 1)
        for opens, closes in [chance.sample(quarters, 2) for _ in range(chance.randrange(4))]
    }
    rows[0, "05:00"] = shift(first, "05:00", "06:00")
    rows[days - 1, "05:00"] = shift(first + timedelta(days=days - 1), "05:00", "23:00")
    return list(rows.values())


def _open_minutes(calendar: Sequence[dict[str, object]], zone: str) -> set[int]:
    minutes: set[int] = set()
    for row in calendar:
        closing_day = row["worked_on"] + timedelta(days=row["closes_at"] < row["opens_at"])
        opens = datetime.combine(row["worked_on"], row["opens_at"], ZoneInfo(zone)).timestamp() // 60
        closes = datetime.combine(closing_day, row["closes_at"], ZoneInfo(zone)).timestamp() // 60
        minutes.update(range(int(opens), int(closes)))
    return minutes


def _is_paused(minute: int, pause: Sequence[int] | None) -> bool:
    return pause is not None and pause[0] <= minute < pause[1]


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
