"""Where a series without a lasting trend goes next.

Simple exponential smoothing (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed. 2021, 8.1 and 8.7): the
level that recent values tell is what is expected, and the interval is as wide as the series has wandered.
"""

import math
from collections.abc import Sequence

from warehouse.queries.signals import STANDARD_ERRORS, Estimate

FEWEST_POINTS = 26
"""Half a year of weeks: fewer do not say how far a series wanders."""
WEIGHTS = tuple(step / 20 for step in range(1, 21))
"""How much the newest value may count: from nearly nothing, for noise around a level, to all, for a random walk."""


def ahead(values: Sequence[float], steps: int) -> tuple[Estimate, ...]:
    """The next `steps` values of a series that is never negative, each with its 95 % interval; none where that is not known.

    Not known is the future of a series that is shorter than FEWEST_POINTS, has gaps (NaN), or never moved.
    """
    if len(values) < FEWEST_POINTS or any(math.isnan(value) for value in values):
        return ()
    weight = min(WEIGHTS, key=lambda weight: _fitted(values, weight)[1])
    level, squares = _fitted(values, weight)
    spread = math.sqrt(squares / (len(values) - 2))
    if spread == 0:
        return ()
    halves = (STANDARD_ERRORS * spread * math.sqrt(1 + step * weight**2) for step in range(steps))
    return tuple(Estimate(value=level, low=max(0.0, level - half), high=level + half) for half in halves)


def _fitted(values: Sequence[float], weight: float) -> tuple[float, float]:
    """The level after the last value, and the sum of the squared errors of all forecasts one step ahead."""
    level, squares = values[0], 0.0
    for value in values[1:]:
        error = value - level
        level, squares = level + weight * error, squares + error**2
    return level, squares
