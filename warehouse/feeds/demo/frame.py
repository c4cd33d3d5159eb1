"""What all chunks of the company share: branches, staff, events, calendars. Small, and made from the seed alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from warehouse.feeds.demo.calendar import Busyness, WorkingClock, busyness, day_number, holidays, openings
from warehouse.feeds.demo.columns import DAY, FOREVER, HOUR, NONE, Column, Floats, Ints, Key, Word
from warehouse.feeds.demo.effects import Effects

CHUNK = 5_000  # customers made together: large enough for numpy, small enough for memory
AHEAD = 42  # days the company goes on after its last day, so that later deliveries continue what the first began
TAIL = 420  # days of working calendar behind that, for the slowest complaints
PLANNED = 92  # days of working calendar and targets known in advance
CUSTOMERS_PER_STAFF = 60
LEADS_PER_EVENT = 50
DAYS_BETWEEN_EVENTS = 20

BRANCH = Key("B", 2)
REGION = Key("R", 1)
STAFF = Key("S", 6)
EVENT = Key("E", 7)
CURRENCY = Word(("CNY",))


@cache
def places() -> dict[str, Any]:
    """Regions, branches and names of people, as places.yaml lists them."""
    text: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text("utf-8"))
    return text


class Choices:
    """A closed list with a share and other numbers for each entry; an entry is known by its position."""

    def __init__(self, declared: Mapping[str, Mapping[str, Any]]) -> None:
        """`declared` gives each entry at least its `share`."""
        self.names = tuple(declared)
        self.word = Word(self.names)
        self._declared = declared
        self._shares = np.cumsum(self["share"])

    def __len__(self) -> int:
        """How many entries."""
        return len(self.names)

    def __getitem__(self, number: str) -> Floats:
        """One number of each entry, by its name."""
        return np.array([about[number] for about in self._declared.values()], dtype=np.float64)

    def texts(self, name: str) -> tuple[str, ...]:
        """One text of each entry."""
        return tuple(about[name] for about in self._declared.values())

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        """Entries by their share."""
        drawn = np.searchsorted(self._shares, rng.random(count) * self._shares[-1], side="right")
        entries: Ints = np.minimum(drawn, len(self) - 1)
        return entries


@dataclass(frozen=True)
class Branches:
    """By position. weight: share of new business; quality: standard deviations of mood; pace: handling factor."""

    region: Ints
    weight: Floats
    opened: Ints
    quality: Floats
    pace: Floats
    selling: Floats


@dataclass(frozen=True)
class Staff:
    """By position, in order of branch. The first `core` of each branch were there all the time."""

    branch: Ints
    hired: Ints
    left: Ints
    first: Ints
    count: Ints
    core: Ints

    def draw(self, rng: np.random.Generator, branch: Ints, instant: Ints) -> Ints:
        """Somebody of each branch who worked there at that instant."""
        chance = rng.random(len(branch))
        drawn = self.first[branch] + (chance * self.count[branch]).astype(np.int64)
        steady = self.first[branch] + (chance * self.core[branch]).astype(np.int64)
        day = instant // DAY
        return np.where((self.hired[drawn] < day) & (day < self.left[drawn]), drawn, steady)


@dataclass(frozen=True)
class Events:
    """By position, in order of branch and day."""

    branch: Ints
    day: Ints
    kind: Ints
    seats: Ints
    cost: Ints

    def next_after(self, branch: Ints, instant: Ints) -> Ints:
        """The branch's next event that begins at least a day after each instant; nothing where there is none."""
        found = np.searchsorted(self.branch * FOREVER + self.day, branch * FOREVER + instant // DAY + 2)
        position = np.minimum(found, len(self.day) - 1)
        return np.where((found < len(self.day)) & (self.branch[position] == branch), position, NONE)


@dataclass(frozen=True)
class Frame:
    """The company without its customers. Days are numbers; `last` is its last day, its records go on to `horizon`."""

    customers: int
    seed: int
    until: date
    effects: Effects
    first: int
    last: int
    horizon: int
    branches: Branches
    staff: Staff
    events: Events
    clock: WorkingClock
    lead_days: Busyness
    order_days: Busyness
    sources: Choices
    event_kinds: Choices
    product_lines: Choices
    tiers: Choices
    severities: Choices
    methods: Choices

    @property
    def base(self) -> dict[str, Any]:
        """The rates that hold with or without effects."""
        return self.effects.base

    @property
    def chunks(self) -> int:
        """How many chunks the company has."""
        return -(-self.customers // CHUNK)

    @property
    def end(self) -> int:
        """The last instant of the last day."""
        return (self.last + 1) * DAY - 1

    @property
    def slipping_branch(self) -> int:
        """Position of the branch whose handling slips."""
        return int(self.effects.branch_slip.branch_id.removeprefix("B")) - 1

    @property
    def biased_region(self) -> int:
        """Position of the region where unhappy customers answer less."""
        return int(self.effects.survey_bias.region_id.removeprefix("R")) - 1

    def rng(self, *key: int) -> np.random.Generator:
        """The random numbers of one part, independent of every other part."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def chunk_size(self, chunk: int) -> int:
        """Customers of a chunk, counted from 0; the last may be smaller."""
        return min(CHUNK, self.customers - chunk * CHUNK)

    def leads_expected(self, customers: int) -> int:
        """Leads that belong to so many customers, those after the last day included."""
        days = self.lead_days
        share = float(days.total[-1] / days.total[self.last + 1 - days.first])
        per_customer: float = self.base["leads_per_customer"]
        return round(customers * per_customer * share)


def branch_column(branch: Ints) -> Column:
    """branch_id of branch positions."""
    return Column(BRANCH, branch + 1)


def staff_column(staff: Ints) -> Column:
    """staff_id of staff positions; nothing stays nothing."""
    return Column(STAFF, np.where(staff < 0, NONE, staff + 1))


def event_column(event: Ints) -> Column:
    """event_id of event positions; nothing stays nothing."""
    return Column(EVENT, np.where(event < 0, NONE, event + 1))


def frame(*, customers: int, seed: int, until: date, effects: Effects) -> Frame:
    """The shared part of a company. Raises ValueError for less than one customer or a year without a known calendar."""
    if customers < 1:
        raise ValueError(f"a company has at least one customer, not {customers}")
    years = [day.year for day in holidays().new_year]
    base = effects.base
    if not years[0] + base["years"] < until.year < years[-1]:
        raise ValueError(
            f"the calendar is known for {years[0] + base['years'] + 1} to {years[-1] - 1}, not for {until}"
        )
    last = day_number(until)
    first = _years_before(until, base["years"])
    horizon = last + AHEAD
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
    branches = _branches(rng, until)
    seasons, growth = effects.seasons, base["growth_per_year"]
    lead_days = busyness(first=first, last=horizon, weekday=seasons.leads_by_weekday, seasons=seasons, growth=growth)
    order_days = busyness(first=first, last=horizon, weekday=seasons.orders_by_weekday, seasons=seasons, growth=growth)
    event_kinds = Choices(base["event_kinds"])
    return Frame(
        customers=customers,
        seed=seed,
        until=until,
        effects=effects,
        first=first,
        last=last,
        horizon=horizon,
        branches=branches,
        staff=_staff(rng, branches, customers, first, horizon),
        events=_events(rng, branches, customers * base["leads_per_customer"], event_kinds, (first, horizon + 60)),
        clock=WorkingClock(openings(places()["regions"], first - 10, horizon + TAIL)),
        lead_days=lead_days,
        order_days=order_days,
        sources=Choices(base["sources"]),
        event_kinds=event_kinds,
        product_lines=Choices(base["product_lines"]),
        tiers=Choices(base["tiers"]),
        severities=Choices(base["severities"]),
        methods=Choices(base["methods"]),
    )


def _years_before(until: date, years: int) -> int:
    """First day of the whole years that end with `until`."""
    after = until + timedelta(days=1)
    leap_day = (after.month, after.day) == (2, 29)
    return day_number(date(after.year - years, 3, 1) if leap_day else after.replace(year=after.year - years))


def _branches(rng: np.random.Generator, until: date) -> Branches:
    declared = places()["branches"]
    regions = list(places()["regions"])
    size = np.array([branch["size"] for branch in declared])
    return Branches(
        region=np.array([regions.index(branch["region"]) for branch in declared], dtype=np.int64),
        weight=size / size.sum(),
        opened=np.array([_opened(branch["months"], until) for branch in declared], dtype=np.int64),
        quality=np.clip(rng.normal(0, 0.18, len(size)), -0.35, 0.35),
        pace=np.exp(np.clip(rng.normal(0, 0.15, len(size)), -0.3, 0.3)),
        selling=np.exp(np.clip(rng.normal(0, 0.10, len(size)), -0.2, 0.2)),
    )


def _opened(months: int, until: date) -> int:
    month = until.year * 12 + until.month - months
    return day_number(date(month // 12, month % 12 + 1, 1 + months % 20))


def _staff(rng: np.random.Generator, branches: Branches, customers: int, first: int, horizon: int) -> Staff:
    count = np.maximum(6, np.round(branches.weight * customers / CUSTOMERS_PER_STAFF)).astype(np.int64)
    core = np.maximum(5, (count * 0.8)).astype(np.int64)
    starts = np.cumsum(count) - count
    branch = np.repeat(np.arange(len(count)), count)
    steady = np.arange(len(branch)) - starts[branch] < core[branch]
    span = horizon - first
    opened = branches.opened[branch]
    long_ago = np.minimum(first - rng.integers(30, 3000, len(branch)), first - 1)
    newcomer = ~steady & (rng.random(len(branch)) < 0.5)
    hired = np.where(newcomer, first + (rng.random(len(branch)) * span).astype(np.int64), long_ago)
    leaves = first + 60 + (rng.random(len(branch)) * span).astype(np.int64)
    return Staff(
        branch=branch,
        hired=np.maximum(hired, opened - rng.integers(5, 40, len(branch))),
        left=np.where(~steady & ~newcomer, np.maximum(leaves, opened + 90), FOREVER),
        first=starts,
        count=count,
        core=core,
    )


def _events(
    rng: np.random.Generator, branches: Branches, leads: float, kinds: Choices, days: tuple[int, int]
) -> Events:
    first, last = days
    often = (last - first) // DAYS_BETWEEN_EVENTS
    count = np.maximum(often, np.round(branches.weight * leads / LEADS_PER_EVENT)).astype(np.int64)
    branch = np.repeat(np.arange(len(count)), count)
    order = np.arange(len(branch)) - (np.cumsum(count) - count)[branch]
    day = first + ((order + rng.random(len(branch))) * (last - first) / count[branch]).astype(np.int64)
    day = _off_new_year(day)
    held = day > branches.opened[branch]
    branch, day = branch[held], day[held]
    inside = np.lexsort((day, branch))
    branch, day = branch[inside], day[inside]
    kind = kinds.draw(rng, len(day))
    seats = np.round(kinds["seats"][kind] * rng.uniform(0.8, 1.5, len(day))).astype(np.int64)
    cost = np.round(seats * kinds["cost"][kind] * rng.uniform(0.85, 1.2, len(day)) * 100).astype(np.int64)
    return Events(branch=branch, day=day, kind=kind, seats=seats, cost=cost)


def _off_new_year(day: Ints) -> Ints:
    moved = day.copy()
    for eve in holidays().new_year:
        near = np.abs(day - day_number(eve) - 2) <= 6
        moved[near] += 14
    return moved


def at_hours(rng: np.random.Generator, day: Ints, opens: float, closes: float) -> Ints:
    """An instant of each day between two hours of the clock."""
    return day * DAY + ((opens + rng.random(len(day)) * (closes - opens)) * HOUR).astype(np.int64)


def days_later(rng: np.random.Generator, instant: Ints, median: float, spread: float) -> Ints:
    """By day, on a later day; `median` in days lognormally, `spread` the standard deviation of the logarithm."""
    wait = (median * np.exp(rng.normal(0, spread, len(instant)))).astype(np.int64)
    return at_hours(rng, instant // DAY + 1 + wait, 8.5, 20.5)
