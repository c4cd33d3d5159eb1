"""What is a signal and what is noise: XmR charts (Shewhart; Wheeler, Understanding Variation) and intervals of differences."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

Rule = Literal["beyond limits", "eight on one side", "two of three beyond two sigma"]

MOVING_RANGE_TO_SIGMA = 1.128
"""d2 for two points: the mean moving range over sigma of a normal series."""
FEWEST_POINTS = 8
"""With fewer points the limits say nothing."""
STANDARD_ERRORS = NormalDist().inv_cdf(0.975)
"""So many to either side make a 95 % interval of a normal estimate: 1.96, unrounded, as in `migrations/sql/49_statistics.sql`."""


@dataclass(frozen=True)
class Limits:
    """Centre line and natural process limits of a series, in its own unit."""

    centre: float
    sigma: float

    @property
    def low(self) -> float:
        """Three sigma below the centre."""
        return self.centre - 3 * self.sigma

    @property
    def high(self) -> float:
        """Three sigma above the centre."""
        return self.centre + 3 * self.sigma


@dataclass(frozen=True)
class Signal:
    """The point at `index` (0 is the oldest) that completed a pattern which chance seldom makes."""

    index: int
    rule: Rule
    is_above: bool


def standard_errors(low: Iterable[float], high: Iterable[float]) -> list[float]:
    """The standard errors of estimates whose 95 % intervals reach from `low` to `high`; NaN where one has no interval."""
    return [float(above - below) / (2 * STANDARD_ERRORS) for below, above in zip(low, high, strict=True)]


def limits(values: Sequence[float], errors: Sequence[float] | None = None) -> Limits | None:
    """Natural limits from the mean moving range; None for a series too short. NaN stands for a period without a figure.

    Figures that look back over a year share most of their data with their neighbours, so that their moving range is far too
    small. Their standard `errors` make the limits instead; None where those are unknown.
    """
    known = [value for value in values if not math.isnan(value)]
    if len(known) < FEWEST_POINTS:
        return None
    if errors is not None:
        known_errors = [error for error in errors if not math.isnan(error)]
        sigma = sum(known_errors) / len(known_errors) if known_errors else 0.0
        return Limits(centre=sum(known) / len(known), sigma=sigma) if sigma > 0 else None
    ranges = [abs(after - before) for before, after in itertools.pairwise(known)]
    return Limits(centre=sum(known) / len(known), sigma=sum(ranges) / len(ranges) / MOVING_RANGE_TO_SIGMA)


def signals(values: Sequence[float], errors: Sequence[float] | None = None) -> tuple[Signal, ...]:
    """Every point that completes one of three patterns; one signal a point, the strongest pattern first.

    The patterns: beyond the limits; the eighth in a row on one side; the second of three beyond two sigma on one side.
    A period without a figure (NaN) ends a run. With `errors` (see `limits`) only the first counts: neighbours that share data
    stay on one side by themselves.
    """
    natural = limits(values, errors)
    if natural is None or natural.sigma == 0:
        return ()
    if errors is not None:
        outside = (
            (index, value > natural.high)
            for index, value in enumerate(values)
            if abs(value - natural.centre) > 3 * natural.sigma
        )
        return tuple(Signal(index=index, rule="beyond limits", is_above=above) for index, above in outside)
    found = (_signal_at(values, index, natural) for index in range(len(values)))
    return tuple(signal for signal in found if signal is not None)


def _signal_at(values: Sequence[float], index: int, natural: Limits) -> Signal | None:
    distances = [(value - natural.centre) / natural.sigma for value in values[: index + 1]]
    newest = distances[-1]
    if math.isnan(newest) or newest == 0:
        return None
    side = math.copysign(1, newest)
    if abs(newest) > 3:
        return Signal(index=index, rule="beyond limits", is_above=side > 0)
    if len(distances) >= 8 and all(distance * side > 0 for distance in distances[-8:]):
        return Signal(index=index, rule="eight on one side", is_above=side > 0)
    if len(distances) >= 3 and abs(newest) > 2 and sum(distance * side > 2 for distance in distances[-3:]) >= 2:
        return Signal(index=index, rule="two of three beyond two sigma", is_above=side > 0)
    return None


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Later minus earlier, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def difference(later: Estimate, earlier: Estimate) -> Difference:
    """The difference of two independent estimates, from their own intervals (MOVER; Zou and Donner 2008, Newcombe 1998)."""
    value = later.value - earlier.value
    return Difference(
        value=value,
        low=value - math.hypot(later.value - later.low, earlier.high - earlier.value),
        high=value + math.hypot(later.high - later.value, earlier.value - earlier.low),
    )


def extremes(highest: Estimate, lowest: Estimate, *, of: int) -> Difference:
    """The difference of the highest and the lowest of so many estimates, with an interval that holds for every pair of them.

    Whoever picks the extremes has looked at all pairs, so each has its share of the error (Bonferroni; Dunn 1961).
    """
    plain = difference(highest, lowest)
    wide = NormalDist().inv_cdf(1 - 0.025 / math.comb(of, 2)) / STANDARD_ERRORS
    return Difference(
        value=plain.value,
        low=plain.value - wide * (plain.value - plain.low),
        high=plain.value + wide * (plain.high - plain.value),
    )


def fixed(value: float) -> Estimate:
    """A value that is no estimate, such as a target: whatever is held against it differs only by its own interval."""
    return Estimate(value=value, low=value, high=value)


def count_estimate(count: float) -> Estimate:
    """A count of independent events with its 95 % Poisson interval (Byar's approximation; Breslow and Day 1987, p. 69)."""
    if count < 0:
        raise ValueError(f"a count is not negative, but {count} is")
    above = count + 1
    low = 0.0 if count == 0 else count * (1 - 1 / (9 * count) - STANDARD_ERRORS / (3 * math.sqrt(count))) ** 3
    high = above * (1 - 1 / (9 * above) + STANDARD_ERRORS / (3 * math.sqrt(above))) ** 3
    return Estimate(value=count, low=low, high=high)


def chance(estimate: Estimate, against: float) -> float:
    """How probable it is that chance alone puts an estimate as far from a fixed value, to either side: 1 at the value itself.

    From its own 95 % interval, of which the side towards the value is `STANDARD_ERRORS` wide.
    """
    away = abs(estimate.value - against)
    side = estimate.value - estimate.low if against < estimate.value else estimate.high - estimate.value
    if away == 0:
        return 1.0
    return math.erfc(STANDARD_ERRORS * away / side / math.sqrt(2)) if side > 0 else 0.0


def share_chance(share: float, count: float, against: float) -> float:
    """The same of a share of `count` cases: the score test, which is what Wilson's interval is made from (Wilson 1927)."""
    if share == against:
        return 1.0
    error = math.sqrt(against * (1 - against) / count)
    return math.erfc(abs(share - against) / error / math.sqrt(2)) if error > 0 else 0.0


def discoveries(chances: Sequence[float], *, false_share: float = 0.05) -> tuple[bool, ...]:
    """Which of many looks found something, so that at most `false_share` of what is found is chance (Benjamini and Hochberg 1995).

    With one look this is the usual test. NaN stands for a look that could not be taken.
    """
    taken = sorted(each for each in chances if not math.isnan(each))
    passed = [each for rank, each in enumerate(taken, 1) if each <= false_share * rank / len(taken)]
    furthest = max(passed, default=-1.0)
    return tuple(each <= furthest for each in chances)
