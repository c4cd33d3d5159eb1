"""Days of the company: how busy each is, which are worked, and a clock that runs in working hours only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from warehouse.feeds.demo.columns import DAY, Floats, Ints
from warehouse.feeds.demo.effects import Seasons, Span

EPOCH = date(1970, 1, 1)
ROOM = 1 << 41  # keeps the regions' times apart in one sorted array


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


@dataclass(frozen=True)
class Holidays:
    """Days off beside weekends, weekend days worked in their place, and Chinese New Year's Days."""

    off: frozenset[date]
    work: frozenset[date]
    new_year: tuple[date, ...]

    def is_worked(self, day: date) -> bool:
        """Whether offices are open."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)


@cache
def holidays() -> Holidays:
    """The announced calendar of holidays.yaml; the fixed days for years not announced there."""
    text = yaml.safe_load(Path(__file__).with_name("holidays.yaml").read_text("utf-8"))
    new_year = tuple(text["new_year"])
    spans = [span for year in text["years"].values() for span in year["closed"]]
    first, last = text["fixed"]["new_year"]
    off = {day for span in spans for day in _span(*span.split("/"))}
    for eve in new_year:
        if eve.year not in text["years"]:
            fixed = [[f"{eve.year}-{end}" for end in span.split("/")] for span in text["fixed"]["closed"]]
            off |= {day for span in fixed for day in _span(*span)}
            off |= {eve + timedelta(days=days) for days in range(first, last + 1)}
    work = frozenset(day for year in text["years"].values() for day in year["worked"])
    return Holidays(off=frozenset(off), work=work, new_year=new_year)


def _span(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=days) for days in range((end - start).days + 1)]


@dataclass(frozen=True)
class Busyness:
    """How much happens on each day from `first` on, running total; a usual day of the first year counts 1."""

    first: int
    total: Floats

    def between(self, start: Ints, end: Ints) -> Floats:
        """Usual days' worth from the start of one day to the start of another."""
        return self._until(end) - self._until(start)

    def draw(self, rng: np.random.Generator, start: Ints, end: Ints) -> Ints:
        """One day for each pair, from `start` up to the day before `end`, busy days more often."""
        low, high = self._until(start), self._until(end)
        aim = low + rng.random(len(start)) * (high - low)
        days = np.searchsorted(self.total, aim, side="right") - 1 + self.first
        return np.clip(days, start, np.maximum(end - 1, start))

    def _until(self, days: Ints) -> Floats:
        return self.total[np.clip(days - self.first, 0, len(self.total) - 1)]


def busyness(*, first: int, last: int, weekday: tuple[float, ...], seasons: Seasons, growth: float) -> Busyness:
    """Day weights from `first` to `last`: weekday × month × Chinese New Year × growth a year."""
    weights = []
    for number in range(first, last + 1):
        day = day_of(number)
        season = seasons.by_month[day.month - 1]
        for span in (seasons.before_new_year, seasons.new_year):
            season *= span.factor if _near_new_year(day, span) else 1.0
        weights.append(weekday[day.weekday()] * season * (1 + growth * (number - first) / 365.25))
    return Busyness(first=first, total=np.concatenate([[0.0], np.cumsum(weights)]))


def _near_new_year(day: date, span: Span) -> bool:
    return any(span.first_day <= (day - eve).days <= span.last_day for eve in holidays().new_year)


@dataclass(frozen=True)
class Openings:
    """Working hours: one row for each region, day and shift, in that order; times in seconds of the day."""

    region: Ints
    day: Ints
    opens: Ints
    closes: Ints


def openings(regions: Mapping[str, Any], first: int, last: int) -> Openings:
    """Working hours of every region from day `first` to `last`; a Saturday morning where the region works it."""
    rows = [
        (region, number, shift_opens, shift_closes)
        for region, about in enumerate(regions.values())
        for number in range(first, last + 1)
        for shift_opens, shift_closes in _shifts(about, day_of(number))
    ]
    region, day, opens, closes = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Openings(region=region, day=day, opens=opens, closes=closes)


def _shifts(about: Mapping[str, Any], day: date) -> list[tuple[int, int]]:
    shifts = [(_seconds(a), _seconds(b)) for a, b in zip(about["opens"], about["closes"], strict=True)]
    if holidays().is_worked(day):
        return shifts
    if about["saturday"] and day.weekday() == 5 and day not in holidays().off:
        return shifts[:1]
    return []


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class WorkingClock:
    """Adds and measures working time. Regions are positions, instants local seconds."""

    def __init__(self, worked: Openings) -> None:
        """`worked` is in order of region, day and shift, and knows every region."""
        self._start = worked.day * DAY + worked.opens
        self._length = worked.closes - worked.opens
        self._starts = worked.region * ROOM + self._start
        ends = np.cumsum(self._length)
        first = np.searchsorted(worked.region, np.arange(worked.region.max() + 1))
        before_region = (ends - self._length)[first]
        self._worked = ends - self._length - before_region[worked.region]
        self._totals = worked.region * ROOM + self._worked

    def elapsed(self, region: Ints, instant: Ints) -> Ints:
        """Working seconds of the region from the calendar's beginning to each instant."""
        shift = np.searchsorted(self._starts, region * ROOM + instant, side="right") - 1
        elapsed: Ints = self._worked[shift] + np.minimum(instant - self._start[shift], self._length[shift])
        return elapsed

    def after(self, region: Ints, instant: Ints, seconds: Ints) -> Ints:
        """The instant at which so many working seconds (at least one) have passed since each instant."""
        aim = self.elapsed(region, instant) + np.maximum(seconds, 1)
        shift = np.searchsorted(self._totals, region * ROOM + aim, side="left") - 1
        reached: Ints = self._start[shift] + np.minimum(aim - self._worked[shift], self._length[shift])
        return reached
