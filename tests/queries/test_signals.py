import itertools
import math
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from warehouse.queries.signals import (
    Estimate,
    chance,
    count_estimate,
    difference,
    discoveries,
    limits,
    share_chance,
    signals,
    standard_errors,
)

STEADY = [10.0, 12.0, 11.0, 9.0, 10.0, 11.0, 12.0, 10.0, 9.0, 11.0]


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)), max_size=5))
def test_standard_errors_are_those_whose_intervals_they_are(estimates: list[tuple[float, float]]) -> None:
    z = stats.norm.ppf(0.975)
    found = standard_errors([value - z * error for value, error in estimates], [v + z * e for v, e in estimates])
    assert found == pytest.approx([error for _, error in estimates], rel=1e-9, abs=1e-9)
    assert math.isnan(standard_errors([math.nan], [1.0])[0])


def test_limits_come_from_the_moving_range() -> None:
    """Wheeler's worked example of an XmR chart: the natural limits lie 2.66 mean moving ranges from the mean."""
    natural = limits(STEADY)
    assert natural is not None
    ranges = [abs(after - before) for before, after in itertools.pairwise(STEADY)]
    assert natural.centre == pytest.approx(10.5)
    assert natural.high - natural.centre == pytest.approx(2.66 * sum(ranges) / len(ranges), rel=1e-3)


def test_seven_points_have_no_limits() -> None:
    assert limits(STEADY[:7]) is None
    assert signals(STEADY[:7]) == ()


def test_noise_is_no_signal() -> None:
    assert signals(STEADY) == ()


def test_a_point_beyond_the_limits_is_a_signal() -> None:
    found = signals([*STEADY, *STEADY, 30.0])
    assert [(signal.index, signal.rule, signal.is_above) for signal in found] == [(20, "beyond limits", True)]


def test_the_eighth_in_a_row_on_one_side_is_a_signal() -> None:
    low, high = [9.0, 10.5] * 8, [11.5, 12.0] * 4
    found = signals(low + high)
    assert ("eight on one side", True) in {(signal.rule, signal.is_above) for signal in found}
    assert len(low + high) - 1 in {signal.index for signal in found}


def test_two_of_three_beyond_two_sigma_is_a_signal() -> None:
    natural = limits(STEADY * 4)
    assert natural is not None
    far = natural.centre + 2.4 * natural.sigma
    found = signals([*STEADY * 4, far, natural.centre, far])
    assert (42, "two of three beyond two sigma") in {(signal.index, signal.rule) for signal in found}


def test_a_month_without_a_figure_ends_a_run() -> None:
    run = [9.0, 10.5] * 8 + [11.5] * 4 + [math.nan] + [11.5] * 4
    assert "eight on one side" not in {signal.rule for signal in signals(run) if signal.is_above}


@given(st.lists(st.floats(0, 1e6), min_size=8, max_size=40), st.floats(0.1, 100), st.floats(-1e3, 1e3))
def test_signals_do_not_depend_on_the_unit(values: list[float], scale: float, shift: float) -> None:
    natural = limits(values)
    if natural is None or natural.sigma < 1e-3:
        return
    distances = [abs(abs(value - natural.centre) / natural.sigma - edge) for value in values for edge in (0, 2, 3)]
    if min(distances) < 1e-6:
        return
    assert signals([scale * value + shift for value in values]) == signals(values)


@pytest.mark.parametrize(("later", "earlier"), [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((10, 10), (0, 20))])
def test_a_difference_of_rates_is_newcombes(later: tuple[int, int], earlier: tuple[int, int]) -> None:
    estimates = []
    for events, base in (later, earlier):
        low, high = proportion_confint(events, base, method="wilson")
        estimates.append(Estimate(value=events / base, low=low, high=high))
    found = difference(*estimates)
    low, high = confint_proportions_2indep(*later, *earlier, method="newcomb")
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.is_clear == (low > 0 or high < 0)


@pytest.mark.parametrize("count", [0, 1, 5, 30, 400])
def test_a_count_has_its_poisson_interval(count: int) -> None:
    found = count_estimate(count)
    assert found.low == pytest.approx(0 if count == 0 else stats.chi2.ppf(0.025, 2 * count) / 2, rel=0.06, abs=0.1)
    assert found.high == pytest.approx(stats.chi2.ppf(0.975, 2 * (count + 1)) / 2, rel=0.02)


def test_a_count_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        count_estimate(-1)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60),
    st.sampled_from([0.001, 0.05, 0.2]),
    st.randoms(use_true_random=False),
)
def test_discoveries_are_those_of_statsmodels(chances: list[float], share: float, order: random.Random) -> None:
    order.shuffle(chances)
    theirs = multipletests(chances, alpha=share, method="fdr_bh")[0]
    assert discoveries(chances, false_share=share) == tuple(theirs)


def test_a_look_that_cannot_be_taken_finds_nothing_and_counts_for_nothing() -> None:
    assert discoveries([0.04, math.nan]) == (True, False)
    assert discoveries([0.04, 0.9]) == (False, False)
    assert discoveries([]) == ()


@given(st.floats(-100, 100), st.floats(0.1, 50), st.floats(-200, 200))
@example(1.0, 1.0, 1e-6)
def test_one_look_finds_what_its_interval_leaves_out(value: float, half: float, against: float) -> None:
    estimate = Estimate(value=value, low=value - half, high=value + half)
    found = chance(estimate, against)
    assert found == pytest.approx(2 * stats.norm.sf(stats.norm.ppf(0.975) * abs(value - against) / half), abs=1e-12)
    if abs(abs(value - against) - half) > 1e-6 * half:
        assert discoveries([found]) == (abs(value - against) > half,)


@given(st.integers(0, 60), st.integers(20, 60), st.floats(0.02, 0.98))
def test_one_share_is_found_where_wilsons_interval_leaves_out_the_value(many: int, count: int, against: float) -> None:
    share = min(many, count) / count
    low, high = proportion_confint(min(many, count), count, method="wilson")
    found = share_chance(share, count, against)
    assert found == pytest.approx(proportions_ztest(min(many, count), count, against, prop_var=against)[1], abs=1e-12)
    if min(abs(against - low), abs(against - high)) > 1e-4:
        assert (found < 0.05) == (not low <= against <= high)


def test_the_side_towards_the_value_counts() -> None:
    lopsided = Estimate(value=10, low=9, high=100)
    assert chance(lopsided, 8) < 0.05 < chance(lopsided, 90)
    assert chance(Estimate(value=10, low=9, high=math.inf), 50) == 1
    assert chance(Estimate(value=10, low=10, high=10), 10) == 1
    assert chance(Estimate(value=10, low=10, high=10), 11) == 0
