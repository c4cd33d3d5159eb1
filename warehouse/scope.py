"""What a figure is asked for: which part of the company, which days, which filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

Comparison = Literal["before", "year", "target", "company", "none"]
"""What a figure is held against: an earlier period, what it should be, what the whole company does, or nothing."""


@dataclass(frozen=True)
class Period:
    """A half-open run of days: `start` is in, `end` is not. Raises ValueError when it would be empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts, but {self.start} … {self.end} does not")

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    def before(self) -> "Period":
        """The period of equal length that ends where this one starts."""
        return Period(start=self.start - timedelta(days=self.days), end=self.start)

    def year_before(self) -> "Period":
        """The period of equal length 52 weeks earlier, so that weekdays match."""
        return Period(start=self.start - timedelta(weeks=52), end=self.end - timedelta(weeks=52))


@dataclass(frozen=True)
class Scope:
    """Regions and branches (empty: all that the person may see), period (None: all time) and filters by dimension."""

    period: Period | None = None
    regions: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    comparison: Comparison = "before"

    def compared(self) -> "Scope | None":
        """The earlier scope to compare with, of equal length; None where none is asked for or there is no period."""
        if self.period is None or self.comparison not in {"before", "year"}:
            return None
        period = self.period.before() if self.comparison == "before" else self.period.year_before()
        return replace(self, period=period)

    def everywhere(self) -> "Scope":
        """The same days and filters, of all regions and branches that the person may see."""
        return replace(self, regions=(), branches=())

    @property
    def key(self) -> tuple[object, ...]:
        """Hashable identity for caches."""
        return (self.period, self.regions, self.branches, tuple(sorted(self.filters.items())), self.comparison)
