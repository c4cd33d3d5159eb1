"""How long something takes, from how many took how long.

`ending` is 0 where it still ran, 1 where it happened, 2 where something else ended the wait. The curve is that of
`published.incidence`, to the last digit: a page asks for a hundred, and Postgres takes half a millisecond for each.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.metrics import Metric

Floats = npt.NDArray[np.float64]
SUMS = ["bucket", "target_bucket", "ending", "items"]
RATIO, NORMAL, NEARLY = 0.01980262729617973, 1.959963984540054, 1e-12
"""The width of a bucket on the log scale (`published.duration_bucket`), the normal quantile of 95 per cent, and what is as good as none."""
LAST_IN_TIME = 0


@dataclass(frozen=True)
class Curve:
    """The share to whom it has happened by each place, with its interval; not a number where that has none."""

    place: Floats
    share: Floats
    low: Floats
    high: Floats

    def by(self, reached: npt.NDArray[np.bool_]) -> float:
        """The duration in seconds at the first place that has `reached`: the middle of its bucket."""
        return math.exp((float(self.place[reached.argmax()]) + 0.5) * RATIO) if reached.any() else math.nan


def waits(rows: pd.DataFrame, _about: Metric, _by: Sequence[str]) -> pd.DataFrame:
    """Quantiles of the curve in seconds for the histograms of each row, and the share in time: the curve over time taken /
    time promised, unknown where nobody was followed that far."""
    return _solved(rows, _wait)


def closed(rows: pd.DataFrame, _about: Metric, _by: Sequence[str]) -> pd.DataFrame:
    """The same of what is over alone, whatever ended it; `open` is what that leaves out."""
    return _solved(rows, _closed)


def curve(place: Floats, ending: Floats, items: Floats) -> Curve:
    """Cumulative incidence of what happens (Aalen-Johansen), its interval on the log(-log) scale (Gaynor 1993)."""
    place, (still, happened, competed) = _counted(place, ending, items)
    at_risk = (still + happened + competed)[::-1].cumsum()[::-1]
    place, happened, competed, at_risk = (each[at_risk > 0] for each in (place, happened, competed, at_risk))
    ended, goes_on = happened + competed, happened + competed < at_risk
    left = np.where(goes_on, 1 - ended / at_risk, 1.0)
    free_after = np.where(goes_on, _each(math.exp, _each(math.log, left).cumsum()), 0.0)
    free = np.concatenate([[1.0], free_after[:-1]])[: len(place)]
    share = (free * happened / at_risk).cumsum()
    spread = np.where(goes_on, ended / np.where(goes_on, at_risk * (at_risk - ended), 1.0), 0.0)
    pull = free * happened / (at_risk * at_risk)
    own = _power(free, 2) * happened * (at_risk - happened) / _power(at_risk, 3)
    squared = _power(share, 2)
    variance = (
        squared * spread.cumsum()
        - 2 * share * (spread * share).cumsum()
        + (spread * squared).cumsum()
        + own.cumsum()
        - 2 * (share * pull.cumsum() - (pull * share).cumsum())
    )
    low, high = (_bound(share, variance, side) for side in (-1, 1))
    return Curve(place, share, low, high)


def _solved(rows: pd.DataFrame, solve: Callable[[Floats, Floats, Floats, Floats], dict[str, float]]) -> pd.DataFrame:
    histograms = rows[SUMS].itertuples(index=False)
    made = [solve(*(np.array(each, dtype=float) for each in histogram)) for histogram in histograms]
    names = solve(*np.empty((4, 0))).keys()
    return rows.drop(columns=SUMS).assign(**{name: [row[name] for row in made] for name in names})


def _wait(bucket: Floats, target: Floats, ending: Floats, items: Floats) -> dict[str, float]:
    timed = ~np.isnan(bucket)
    taken = curve(bucket[timed], ending[timed], items[timed])
    return {
        "n": items[timed].sum(),
        "open": items[timed & (ending == 0)].sum(),
        "median": taken.by(taken.share >= 0.5 - NEARLY),
        "median_low": taken.by(taken.high >= 0.5),
        "median_high": taken.by(taken.low >= 0.5),
        "p75": taken.by(taken.share >= 0.75 - NEARLY),
        "p90": taken.by(taken.share >= 0.9 - NEARLY),
        **_in_time(target, ending, items),
    }


def _in_time(target: Floats, ending: Floats, items: Floats) -> dict[str, float]:
    followed = ~np.isnan(target)
    place, ending, items = np.minimum(target[followed], LAST_IN_TIME + 1), ending[followed], items[followed]
    last = place.max(initial=-np.inf)
    reaches = last >= LAST_IN_TIME or not items[(place == last) & (ending == 0)].any()
    kept = curve(place, ending, items)
    so_far = (kept.place <= LAST_IN_TIME) & reaches
    parts = {"": kept.share, "_low": kept.low, "_high": kept.high}
    return {f"within_target{name}": _highest(part[so_far]) for name, part in parts.items()}


def _closed(bucket: Floats, _target: Floats, ending: Floats, items: Floats) -> dict[str, float]:
    over = ending > 0
    place, (_, happened, competed) = _counted(bucket[over], ending[over], items[over])
    counted = happened + competed
    return {
        "n": items[over].sum(),
        "open": items[~over].sum(),
        "median_low": math.nan,
        "median_high": math.nan,
        "median": _quantile(place, counted, 0.5),
        "p75": _quantile(place, counted, 0.75),
        "p90": _quantile(place, counted, 0.9),
    }


def _quantile(place: Floats, counted: Floats, share: float) -> float:
    """By linear interpolation between order statistics, each the middle of its bucket."""
    up_to = counted.cumsum()
    if not len(place) or not up_to[-1]:
        return math.nan
    rank = share * (up_to[-1] - 1)
    weight = rank - math.floor(rank)
    lower, upper = (
        math.exp((float(place[min(np.searchsorted(up_to, at, side="right"), len(place) - 1)]) + 0.5) * RATIO)
        for at in (math.floor(rank), math.floor(rank) + 1)
    )
    return float((1 - weight) * lower + weight * upper)


def _counted(place: Floats, ending: Floats, items: Floats) -> tuple[Floats, list[Floats]]:
    """Each place once, in order, and how many of each ending there are."""
    places, at = np.unique(place, return_inverse=True)
    counts = np.bincount(3 * at + ending.astype(int), items, minlength=3 * len(places)).astype(float)
    return places, [counts[each::3] for each in range(3)]


def _bound(share: Floats, variance: Floats, side: int) -> Floats:
    inside = (share > NEARLY) & (share < 1 - NEARLY)
    bound = np.where(share <= NEARLY, 0.0, np.nan)
    free = 1 - share[inside]
    logs = _each(math.log, free)
    reach = np.minimum(NORMAL * np.sqrt(np.maximum(0.0, variance[inside])) / (free * np.abs(logs)), 700)
    bound[inside] = 1 - _each(math.exp, -_each(math.exp, _each(math.log, -logs) + side * reach))
    return bound


def _each(function: Callable[[float], float], values: Floats) -> Floats:
    """As Postgres works it out, which is not always what numpy does to the last digit."""
    return np.fromiter(map(function, values.tolist()), dtype=float, count=len(values))


def _power(values: Floats, exponent: int) -> Floats:
    return np.fromiter(map(math.pow, values.tolist(), repeat(exponent)), dtype=float, count=len(values))


def _highest(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if len(known) else math.nan
