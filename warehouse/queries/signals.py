"""What is a signal and what is noise: XmR charts (Shewhart; Wheeler, Understanding Variation) and intervals of differences."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Rule = Literal["beyond limits", "eight on one side", "two of three beyond two sigma"]

MOVING_RANGE_TO_SIGMA = 1.128
"""d2 for two points: the mean moving range over sigma of a normal series."""
FEWEST_POINTS = 8
"""With fewer points the limits say nothing."""


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


def limits(values: Sequence[float]) -> Limits | None:
    """Natural limits from the mean moving range; None for a series too short. NaN stands for a period without a figure."""
    known = [value for value in values if not math.isnan(value)]
    if len(known) < FEWEST_POINTS:
        return None
    ranges = [abs(after - before) for before, after in itertools.pairwise(known)]
    return Limits(centre=sum(known) / len(known), sigma=sum(ranges) / len(ranges) / MOVING_RANGE_TO_SIGMA)


def signals(values: Sequence[float]) -> tuple[Signal, ...]:
    """Every point that completes one of three patterns; one signal a point, the strongest pattern first.

    The patterns: beyond the limits; the eighth in a row on one side; the second of three beyond two sigma on one side.
    A period without a figure (NaN) ends a run.
    """
    natural = limits(values)
    if natural is None or natural.sigma == 0:
        return ()
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


def fixed(value: float) -> Estimate:
    """A value that is no estimate, such as a target: whatever is held against it differs only by its own interval."""
    return Estimate(value=value, low=value, high=value)


def count_estimate(count: float) -> Estimate:
    """A count of independent events with its 95 % Poisson interval (Byar's approximation; Breslow and Day 1987, p. 69)."""
    if count < 0:
        raise ValueError(f"a count is not negative, but {count} is")
    above = count + 1
    low = 0.0 if count == 0 else count * (1 - 1 / (9 * count) - 1.96 / (3 * math.sqrt(count))) ** 3
    return Estimate(value=count, low=low, high=above * (1 - 1 / (9 * above) + 1.96 / (3 * math.sqrt(above))) ** 3)
