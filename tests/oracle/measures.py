"""From cases to figures: narrowing by a scope, grouping, and the measures of each kind, by pandas, scipy, statsmodels, lifelines.

Cases are a table with one row a thing that counts: a column for each dimension, called as the dimension, and `on`, the
day (or the first of the month) that puts the row in time.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from warehouse.scope import Scope

DAY = pd.Timedelta(days=1)
Figures = Mapping[str, object]
One = Callable[[pd.DataFrame], Figures | list[Figures]]
Z = float(norm.ppf(0.975))
FEWEST = 20


def narrowed(cases: pd.DataFrame, scope: Scope, *, dated: bool = True) -> pd.DataFrame:
    """The cases in scope, with the columns day, week (its Monday) and month (its first) added."""
    chosen = pd.Series(data=True, index=cases.index)
    if scope.period is not None and dated:
        chosen &= (cases["on"] >= pd.Timestamp(scope.period.start)) & (cases["on"] < pd.Timestamp(scope.period.end))
    places = {"region": scope.regions, "branch": scope.branches}
    for name, values in {**scope.filters, **{place: of for place, of in places.items() if of}}.items():
        if name in cases.columns:
            chosen &= cases[name].isin(list(values))
    found = cases[chosen].copy()
    if "on" in found:
        found["day"] = found["on"]
        found["week"] = found["on"] - pd.to_timedelta(found["on"].dt.dayofweek, unit="D")
        found["month"] = found["on"] - pd.to_timedelta(found["on"].dt.day - 1, unit="D")
    return found


def figures(cases: pd.DataFrame, by: Sequence[str], one: One) -> pd.DataFrame:
    """`one` of each group of cases; no rows without cases."""
    groups = cases.groupby(list(by), dropna=False, sort=False) if by else [((), cases)] if len(cases) else []
    rows = []
    for key, group in groups:
        found = one(group)
        for row in found if isinstance(found, list) else [found]:
            rows.append({**dict(zip(by, key, strict=True)), **row})
    return pd.DataFrame(rows)


@cache
def wilson(numerator: float, denominator: float) -> tuple[float, float]:
    """The interval of a share, by statsmodels; the same few small numbers come again and again."""
    low, high = proportion_confint(numerator, denominator, method="wilson")
    return float(low), float(high)


def rate(numerator: float, denominator: float, **more: float) -> Figures:
    """A share with its Wilson interval."""
    low, high = wilson(numerator, denominator) if denominator else (math.nan, math.nan)
    value = numerator / denominator if denominator else math.nan
    return {"numerator": numerator, "denominator": denominator, "value": value, "low": low, "high": high, **more}


def ratio(numerator: float, denominator: float, *, per: float = 1.0, **more: float) -> Figures:
    """Events per base with Byar's approximation to the Poisson interval (Breslow and Day 1987, II, 2.3)."""
    value = low = high = math.nan
    if denominator:
        up = numerator + 1
        below = numerator * (1 - 1 / (9 * numerator) - Z / (3 * math.sqrt(numerator))) ** 3 if numerator else 0.0
        above = up * (1 - 1 / (9 * up) + Z / (3 * math.sqrt(up))) ** 3
        value, low, high = (per * each / denominator for each in (numerator, below, above))
    return {"numerator": numerator, "denominator": denominator, "value": value, "low": low, "high": high, **more}


def money_rate(numerator: float, denominator: float, n: float, **more: float) -> Figures:
    """Money over money (or over things), n things."""
    value = numerator / denominator if denominator else math.nan
    return {"numerator": numerator, "denominator": denominator, "n": n, "value": value, **more}


def mean(values: "pd.Series[float]", **more: float) -> Figures:
    """A mean with its interval by the normal approximation; no interval of one value."""
    known = values.dropna().to_numpy(dtype=float)
    low, high = DescrStatsW(known).zconfint_mean() if len(known) > 1 else (math.nan, math.nan)
    return {"n": len(known), "value": known.mean() if len(known) else math.nan, "low": low, "high": high, **more}


def parts(counts: "pd.Series[float]", denominator: float | None = None) -> list[Figures]:
    """Counts by part, each with its share of the denominator (not said: of their sum)."""
    whole = float(counts.sum()) if denominator is None else denominator
    return [
        {"part": part, "value": value, "denominator": whole, "share": value / whole if whole else math.nan}
        for part, value in counts.items()
    ]


def tally(values: "pd.Series[str]", codes: Sequence[str]) -> "pd.Series[float]":
    """How often each of the codes occurs, those that do not too."""
    return values.value_counts().reindex(list(codes), fill_value=0).astype(float)


def over(cases: pd.DataFrame, on: str, days: int, until: pd.Timestamp) -> "pd.Series[bool]":
    """Whether `days` whole days after the day `on` are over at the data date."""
    now = until.tz_localize(None) if until.tzinfo else until
    return cases[on] + (days + 1) * DAY <= now


def incidence(times: "pd.Series[float]", kinds: "pd.Series[int]") -> pd.DataFrame:
    """The share of all to whom it has happened: columns at, share, one row a step.

    `kinds`: 1 where it happened, 2 where a rival event came first, 0 where it may still. Aalen and Johansen 1978, which
    without rivals is Kaplan and Meier 1958; `test_curves.py` holds it against lifelines and statsmodels.
    """
    spent, how = times.to_numpy(dtype=float), kinds.to_numpy(dtype=int)
    at = np.unique(spent[how > 0])
    at_risk = len(spent) - np.searchsorted(np.sort(spent), at, side="left")
    step = np.searchsorted(at, spent)
    wanted = np.bincount(step[how == 1], minlength=len(at))
    either = np.bincount(step[how > 0], minlength=len(at))
    free = np.cumprod(1 - either / at_risk)
    share = np.cumsum(np.concatenate([[1.0], free[:-1]]) * wanted / at_risk)
    return pd.DataFrame({"at": at, "share": share})[wanted > 0].reset_index(drop=True)


def reached(curve: pd.DataFrame, level: float) -> float:
    """When the curve first stands at `level` or above; nan where it never does."""
    there = curve["at"][curve["share"] >= level - 1e-12]
    return float(there.iloc[0]) if len(there) else math.nan


def duration(times: "pd.Series[float]", kinds: "pd.Series[int]", *, unit: float) -> dict[str, object]:
    """n, how many are open, and quantiles in units of `unit` seconds; the curve itself under `curve`.

    Of so few that nothing may be shown nothing is worked out.
    """
    found: dict[str, object] = {"n": len(times), "open": int((kinds == 0).sum())}
    if len(times) < FEWEST or not (kinds == 1).any():
        return {**found, "median": math.nan, "p75": math.nan, "p90": math.nan, "curve": None}
    curve = incidence(times / unit, kinds)
    levels = {"median": 0.5, "p75": 0.75, "p90": 0.9}
    return {**found, **{name: reached(curve, level) for name, level in levels.items()}, "curve": curve}
