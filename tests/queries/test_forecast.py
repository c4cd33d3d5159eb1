"""The forecast of the backlog: right about how sure it is, silent where it cannot know."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from warehouse.queries.forecast import FEWEST_POINTS, WEIGHTS, ahead

STEPS, TRIALS = 4, 250
Series = list[float]
Maker = Callable[[np.random.Generator, int], Series]


def noise(rng: np.random.Generator, count: int) -> Series:
    """A level with Poisson noise: nothing is remembered."""
    return [float(value) for value in rng.poisson(80, count)]


def walk(rng: np.random.Generator, count: int) -> Series:
    """A random walk: everything is remembered."""
    return [float(value) for value in 300 + np.cumsum(rng.normal(0, 6, count))]


def queue(rng: np.random.Generator, count: int) -> Series:
    """What waits: forty come each week, two in five of those waiting are done."""
    waiting, found = 60, []
    for _ in range(count + 50):
        waiting = max(0, waiting + int(rng.poisson(40)) - int(rng.binomial(waiting + 20, 0.4)))
        found.append(float(waiting))
    return found[50:]


@pytest.mark.parametrize("weeks", [52, 104])
@pytest.mark.parametrize("make", [noise, walk, queue])
def test_what_comes_lies_in_the_interval_nineteen_times_in_twenty(make: Maker, weeks: int) -> None:
    rng = np.random.default_rng(20260331)
    hits = 0
    for _ in range(TRIALS):
        series = make(rng, weeks + STEPS)
        told = ahead(series[:weeks], STEPS)
        hits += sum(each.low <= value <= each.high for each, value in zip(told, series[weeks:], strict=True))
    assert hits / (TRIALS * STEPS) == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize("make", [noise, walk, queue])
def test_the_level_is_that_of_statsmodels_at_the_weight_that_errs_least(make: Maker) -> None:
    series = make(np.random.default_rng(7), 60)
    model = SimpleExpSmoothing(np.array(series), initialization_method="known", initial_level=series[0])
    fits = [model.fit(smoothing_level=weight, optimized=False) for weight in WEIGHTS]
    best = min(fits, key=lambda fit: fit.sse)
    told = ahead(series, STEPS)
    assert [each.value for each in told] == pytest.approx([*best.forecast(STEPS)])
    spread = math.sqrt(best.sse / (len(series) - 2))
    weight = best.params["smoothing_level"]
    # Forecasting: Principles and Practice, table 8.8: (A,N,N)
    third = stats.norm.ppf(0.975) * spread * math.sqrt(1 + 2 * weight**2)
    assert told[2].high - told[2].value == pytest.approx(third)


def test_further_ahead_is_never_surer() -> None:
    told = ahead(walk(np.random.default_rng(3), 80), STEPS)
    widths = [each.high - each.low for each in told]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0]


def test_fewer_than_none_cannot_wait() -> None:
    told = ahead([0.0, 3.0, 1.0, 0.0, 2.0] * 8, STEPS)
    assert told
    assert all(each.low == 0 for each in told)


@pytest.mark.parametrize(
    "series",
    [
        [float(value % 7) for value in range(FEWEST_POINTS - 1)],
        [5.0] * 60,
        [*(float(value % 7) for value in range(59)), math.nan],
        [],
    ],
    ids=["too short", "never moved", "a week unknown", "nothing"],
)
def test_what_cannot_be_known_is_not_told(series: Series) -> None:
    assert ahead(series, STEPS) == ()
