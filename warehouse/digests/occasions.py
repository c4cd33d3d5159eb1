"""When somebody's page is due: once a local day, week or month, or with every refresh. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from warehouse.queries.subscriptions import Cadence

SENT_AT = time(7)
"""The local time from which on the pages of a day, week or month are sent."""
MONDAY = 1


@dataclass(frozen=True)
class Occasion:
    """A reason to write: `key` is the same however often the clock shows that day, `due_at` is when it came."""

    key: str
    due_at: datetime


def newest(cadence: Cadence, *, now: datetime, zone: ZoneInfo, refresh_id: int, published_at: datetime) -> Occasion:
    """The newest occasion that has come by `now`.

    Days are those of `zone`: one that the calendar of the place leaves out has no occasion, one that it has twice has one, and a
    time that the clock leaves out comes when the clock is past it.
    """
    if cadence == "refresh":
        return Occasion(key=f"refresh {refresh_id}", due_at=published_at)
    day = _first(cadence, now.astimezone(zone).date())
    while (due := datetime.combine(day, SENT_AT, tzinfo=zone)).astimezone(now.tzinfo) > now:
        day = _first(cadence, day - timedelta(days=1))
    return Occasion(key=f"{cadence} {day.isoformat()}", due_at=due)


def _first(cadence: Cadence, day: date) -> date:
    """The first day of the week or month of `day`, or that day itself."""
    if cadence == "week":
        return day - timedelta(days=day.isoweekday() - MONDAY)
    return day.replace(day=1) if cadence == "month" else day
