"""When something new is expected of each feed: `expected.yaml`, which a company adapts to its own deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from warehouse.feeds.contract import feeds

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


@cache
def expected() -> Mapping[str, Expected]:
    """What is expected by feed; feeds that change when they change are not in it. ValueError for what cannot be."""
    declared = yaml.safe_load(Path(__file__).with_name("expected.yaml").read_text("utf-8"))
    return {feed: _read(feed, said) for feed, said in declared.items()}


def _read(feed: str, said: dict[str, Any]) -> Expected:
    if feed not in feeds():
        raise ValueError(f"expected.yaml: there is no feed {feed}")
    by, weekdays = said.get("by"), said.get("weekdays", EVERY_DAY)
    try:
        at = time.max if by is None else time.fromisoformat(by)
        return Expected(**{**said, "by": at, "weekdays": tuple(weekdays)})
    except (TypeError, ValueError) as problem:
        raise ValueError(f"expected.yaml: {feed}: {problem}") from None
