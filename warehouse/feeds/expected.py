"""When something new is expected of each feed: `expected.yaml`, which a company adapts to its own deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

CONTRACT = Path(__file__).with_name("contract")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True)
class Expected:
    """`days` after a delivery the next one is due, by a time of day and on one of `weekdays` (1 Monday … 7 Sunday); its newest
    record may lie `reach_days` behind the newest of all feeds (None: its records do not say when they are from)."""

    days: int
    reach_days: int | None = None
    by: time = time.max
    weekdays: tuple[int, ...] = EVERY_DAY

    def __post_init__(self) -> None:
        counts = (self.days,) if self.reach_days is None else (self.days, self.reach_days)
        if any(type(count) is not int or count < 1 for count in counts):
            raise ValueError(f"days and reach_days are whole numbers from 1, not {self.days} and {self.reach_days}")
        if not self.weekdays or not set(self.weekdays) <= set(EVERY_DAY):
            raise ValueError(f"weekdays are some of 1 (Monday) to 7 (Sunday), not {self.weekdays}")

    def due_after(self, arrived: datetime, zone: ZoneInfo) -> datetime:
        """When the next delivery is due after one that `arrived`."""
        day = arrived.astimezone(zone).date() + timedelta(days=self.days)
        while day.isoweekday() not in self.weekdays:
            day += timedelta(days=1)
        return datetime.combine(day, self.by, tzinfo=zone)


@dataclass(frozen=True)
class Reached:
    """How far the records of a feed reach, and when its last delivery came; None where records do not say, or nothing came."""

    feed: str
    data_until: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True)
class Lateness:
    """`due_at`: when the next delivery is due after the last that came, and `is_overdue`: that is over. `behind_days`: how far the
    newest record lies behind the newest of all feeds, of the `reach_days` that it may, and `is_behind`: it lies further."""

    due_at: datetime | None
    reach_days: int | None
    behind_days: float | None
    is_overdue: bool
    is_behind: bool


def lateness(feeds: Sequence[Reached], *, zone: ZoneInfo, now: datetime) -> list[Lateness]:
    """Each feed held against what is expected of it at `now`; records from later than that move no other feed behind."""
    reached = max((each.data_until for each in feeds if each.data_until and each.data_until <= now), default=None)
    return [_judged(expected().get(each.feed), each, reached, zone, now) for each in feeds]


def _judged(known: Expected | None, feed: Reached, reached: datetime | None, zone: ZoneInfo, now: datetime) -> Lateness:
    due = known.due_after(feed.arrived_at, zone).astimezone(UTC) if known and feed.arrived_at else None
    behind = (reached - feed.data_until).total_seconds() / 86_400 if reached and feed.data_until else None
    reach = known.reach_days if known else None
    return Lateness(
        due_at=due,
        reach_days=reach,
        behind_days=None if behind is None else max(behind, 0.0),
        is_overdue=due is not None and due < now,
        is_behind=behind is not None and reach is not None and behind > reach,
    )


@cache
def expected() -> Mapping[str, Expected]:
    """What is expected by feed; feeds that change when they change are not in it. ValueError for what cannot be."""
    declared = yaml.load(Path(__file__).with_name("expected.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {feed: _read(feed, said) for feed, said in declared.items()}


def _read(feed: str, said: dict[str, Any]) -> Expected:
    if not (CONTRACT / f"{feed}.yaml").exists():
        raise ValueError(f"expected.yaml: there is no feed {feed}")
    by, weekdays = said.get("by"), said.get("weekdays", EVERY_DAY)
    try:
        at = time.max if by is None else time.fromisoformat(by)
        return Expected(**{**said, "by": at, "weekdays": tuple(weekdays)})
    except (TypeError, ValueError) as problem:
        raise ValueError(f"expected.yaml: {feed}: {problem}") from None
