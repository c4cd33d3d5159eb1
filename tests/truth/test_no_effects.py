"""In a company where nothing ever changes, signals come no more often than the limits promise."""

import math
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import stats

from tests.truth.company import Company
from warehouse.queries.figures import figure
from warehouse.queries.signals import signals
from warehouse.scope import Period, Scope

SETTLED = Period(start=date(2023, 10, 2), end=date(2026, 3, 30))
"""Whole weeks, half a year after the first day: until then complaints are only building up, and satisfaction falls."""
YEARS = [Period(start=date(year, 4, 1), end=date(year + 1, 4, 1)) for year in (2023, 2024, 2025)]
SERIES = (
    ("lead.count", "source", "week"),
    ("lead.genuine_rate", "source", "month"),
    ("lead.conversion_90", "region", "month"),
    ("event.yield", "event_kind", "month"),
    ("survey.response_rate", "method", "month"),
    ("csat.mean", "region", "month"),
)
"""Each metric once, so that no two series count the same cases. Not here, because there is something to find in them: counts
of orders and complaints (the customers of the first day leave while others are won), how long complaints take (offices
close on holidays), and the five (windows of twelve months, of which two neighbours share eleven)."""
FEWEST = 20
RUNS = 400
RARE = 0.001
"""How often one of these tests may fail where all is well."""

Pattern = tuple[bool, ...]


@pytest.fixture(scope="module")
def nothing(company_of: Callable[[str], Company]) -> Company:
    return company_of("nothing")


def series(company: Company, metric: str, by: str, over: str) -> Iterable[list[float]]:
    """The figure over time, one series for each of `by` with enough periods of which anything is shown."""
    found = figure(company.reader, metric, Scope(period=SETTLED), by=[by, over])
    for _, rows in found.groupby(by):
        values = rows.sort_values(over)["value"].tolist()
        if sum(not math.isnan(value) for value in values) >= FEWEST:
            yield values


@cache
def promised(shown: Pattern) -> tuple[float, float]:
    """Mean and variance of the number of signals in independent normal values, where some are not shown."""
    rng = np.random.default_rng(len(shown))
    drawn = np.where(shown, rng.normal(0, 1, (RUNS, len(shown))), np.nan)
    counts = [len(signals(values)) for values in drawn.tolist()]
    return float(np.mean(counts)), float(np.var(counts))


def found_and_promised(company: Company) -> tuple[int, float, float]:
    """Signals in all series, how many the rules promise, and more than these only once in a thousand times."""
    all_series = [values for metric, by, over in SERIES for values in series(company, metric, by, over)]
    means, variances = zip(
        *(promised(tuple(not math.isnan(value) for value in values)) for values in all_series), strict=True
    )
    most = stats.norm.isf(RARE, sum(means), math.sqrt(sum(variances)))
    return sum(len(signals(values)) for values in all_series), sum(means), float(most)


def test_the_promise_is_the_one_that_is_known() -> None:
    """In noise the first signal comes after 122 points on average (Champ and Woodall 1987, table 1: their rules C1, C2, C4)."""
    noise = np.random.default_rng(1).normal(0, 1, (200, 600)).tolist()
    first = [found[0].index + 1 if (found := signals(values)) else len(values) for values in noise]
    assert np.mean(first) == pytest.approx(122, abs=4 * np.std(first) / math.sqrt(len(first)))


def test_signals_are_as_rare_as_the_rules_promise(nothing: Company) -> None:
    found, expected, most = found_and_promised(nothing)
    assert expected > 10  # enough to tell
    assert found <= most


def test_the_same_count_notices_the_effects(company_of: Callable[[str], Company]) -> None:
    found, _, most = found_and_promised(company_of("everything"))
    assert found > 2 * most


@pytest.mark.parametrize(("low", "high", "promise"), [("low_95", "high_95", 0.05), ("low_998", "high_998", 0.002)])
def test_branches_lie_outside_the_funnel_as_rarely_as_it_promises(
    nothing: Company, low: str, high: str, promise: float
) -> None:
    outside = branches = 0
    for year in YEARS:
        shown = figure(nothing.reader, "complaint.branch", Scope(period=year), by=["branch"]).dropna(subset=["value"])
        outside += int(((shown["value"] < shown[low]) | (shown["value"] > shown[high])).sum())
        branches += len(shown)
    assert branches > 70
    assert outside <= stats.binom.isf(RARE, branches, promise)
