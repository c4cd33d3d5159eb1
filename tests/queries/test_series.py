"""Series without gaps, limits of figures that share data with their neighbours, and the extremes of many groups."""

import math
from datetime import date
from random import Random

import pandas as pd
import pytest

from warehouse.metrics import metrics
from warehouse.queries import signals
from warehouse.queries.series import every_month
from warehouse.queries.signals import Estimate


def _by_month(*known: tuple[int, float]) -> pd.DataFrame:
    rows = [(date(2026, month, 1), value, None) for month, value in known]
    return pd.DataFrame(rows, columns=["month", "value", "suppressed"])


@pytest.mark.parametrize(
    ("code", "gap"), [("complaint.count", 0.0), ("order.amount", 0.0), ("complaint.sla_rate", math.nan)]
)
def test_a_month_left_out_is_none_of_a_count_and_unknown_of_a_rate(code: str, gap: float) -> None:
    full = every_month(_by_month((1, 5.0), (3, 7.0)), metrics()[code], date(2026, 5, 30))
    assert list(full["month"]) == [date(2026, month, 1) for month in (1, 2, 3, 4)]
    assert list(full["value"].fillna(-1)) == [5.0, -1 if math.isnan(gap) else gap, 7.0, -1 if math.isnan(gap) else gap]
    assert full["suppressed"].isna().all()


def test_nothing_is_known_before_the_first_month_nor_after_the_feed_ends() -> None:
    full = every_month(_by_month((3, 7.0)), metrics()["complaint.count"], date(2026, 3, 15))
    assert list(full["month"]) == [date(2026, 3, 1)]
    assert every_month(_by_month(), metrics()["complaint.count"], date(2026, 3, 15)).empty


def test_what_looks_back_over_a_year_is_no_signal_because_neighbours_are_alike() -> None:
    chance = Random(1)
    months = [sum(chance.random() < 0.1 for _ in range(60)) / 60 for _ in range(48)]
    years = [sum(months[end - 12 : end]) / 12 for end in range(12, 48)]
    error = math.sqrt(0.1 * 0.9 / 720)
    assert signals.signals(years), (
        "the moving range of overlapping years is too small: chance alone seems to be a signal"
    )
    assert signals.signals(years, [error] * len(years)) == ()
    jump = [*years, years[-1] + 8 * error]
    assert [found.index for found in signals.signals(jump, [error] * len(jump))] == [len(years)]
    assert signals.limits(years, [math.nan] * len(years)) is None


def test_the_extremes_of_many_groups_differ_by_chance_more_than_two_do() -> None:
    high, low = Estimate(0.6, 0.5, 0.7), Estimate(0.42, 0.32, 0.52)
    assert signals.extremes(high, low, of=2).is_clear == signals.difference(high, low).is_clear
    assert signals.difference(high, low).is_clear
    assert not signals.extremes(high, low, of=20).is_clear
