"""The statistics functions agree with statsmodels, lifelines and numpy on the same numbers."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from scipy import stats
from sqlalchemy import URL, Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Integer
from statsmodels.stats.proportion import proportion_confint

from tests.servers import copied
from warehouse.db import Database

RATIO = 1.02


@pytest.fixture(scope="module")
def database(server: URL, template: str) -> Iterator[Database]:
    """One for all: nobody here writes."""
    with copied(server, template) as made:
        yield made


def one(database: Database, sql: str, **values: object) -> Row[tuple[float, ...]]:
    with database.loader.connect() as connection:
        return connection.execute(text(sql), values).one()


def histogram(seconds: np.ndarray, kind: np.ndarray) -> dict[str, list[int]]:
    """Log buckets of durations: kind 1 the event, 2 a competing event, 0 censored."""
    buckets = np.floor(np.log(np.maximum(seconds, 1)) / math.log(RATIO)).astype(int)
    table = pd.crosstab(buckets, kind).reindex(columns=[0, 1, 2], fill_value=0)
    return {
        "buckets": [int(bucket) for bucket in table.index],
        "events": table[1].tolist(),
        "competing": table[2].tolist(),
        "censored": table[0].tolist(),
    }


def summary(database: Database, counts: dict[str, list[int]]) -> Row[tuple[float, ...]]:
    return rows(database, "select * from published.duration_summary(:buckets, :events, :competing, :censored)", counts)[
        0
    ]


def middle(seconds: np.ndarray) -> np.ndarray:
    """Each duration moved to the middle of its log bucket."""
    return np.asarray(RATIO ** (np.floor(np.log(np.maximum(seconds, 1)) / math.log(RATIO)) + 0.5))


def reached(survival: pd.Series, level: float) -> float:
    """The first time at which a falling curve is at `level` or below; infinite where it never is."""
    below = survival.index[survival <= level + 1e-9]
    return float(below[0]) if len(below) else math.inf


def rows(database: Database, sql: str, counts: dict[str, list[int]]) -> Sequence[Row[tuple[float, ...]]]:
    types = {"buckets": ARRAY(Integer)}
    bound = text(sql).bindparams(*(bindparam(name, type_=types.get(name, ARRAY(BigInteger))) for name in counts))
    with database.loader.connect() as connection:
        return connection.execute(bound, counts).all()


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 20), (1, 20), (7, 31), (20, 20), (38539, 100000)])
def test_wilson_agrees_with_statsmodels(database: Database, numerator: int, denominator: int) -> None:
    found = one(
        database,
        "select published.wilson_low(:a, :n) as low, published.wilson_high(:a, :n) as high",
        a=numerator,
        n=denominator,
    )
    assert tuple(found) == pytest.approx(proportion_confint(numerator, denominator, method="wilson"), abs=1e-12)


def test_intervals_of_nothing_are_null(database: Database) -> None:
    found = one(
        database,
        "select published.wilson_low(0, 0), published.wilson_high(0, 0), published.poisson_low(3, 0), published.poisson_high(3, 0),"
        " published.mean_low(5, 25, 1), published.mean_high(0, 0, 0), published.nps_low(0, 0, 0), published.nps_high(0, 0, 0)",
    )
    assert set(found) == {None}


@pytest.mark.parametrize("events", [0, 1, 5, 20, 400])
def test_poisson_is_near_the_exact_interval(database: Database, events: int) -> None:
    found = one(
        database, "select published.poisson_low(:a, 50) as low, published.poisson_high(:a, 50) as high", a=events
    )
    exact = (stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0, stats.chi2.ppf(0.975, 2 * events + 2) / 2)
    assert (found.low * 50, found.high * 50) == pytest.approx(exact, rel=0.03, abs=0.06)


def test_mean_interval_is_the_normal_one(database: Database) -> None:
    values = np.random.default_rng(3).integers(0, 101, 400).astype(float)
    found = one(
        database,
        "select published.mean_low(:total, :squares, :n) as low, published.mean_high(:total, :squares, :n) as high",
        total=float(values.sum()),
        squares=float((values**2).sum()),
        n=len(values),
    )
    assert tuple(found) == pytest.approx(stats.norm.interval(0.95, values.mean(), stats.sem(values)))


@pytest.mark.parametrize(("promoters", "detractors", "n"), [(40, 25, 100), (0, 0, 20), (20, 0, 20), (3, 900, 1200)])
def test_nps_is_the_adjusted_wald_interval(database: Database, promoters: int, detractors: int, n: int) -> None:
    answers = np.array([1.0] * promoters + [-1.0] * detractors + [0.0] * (n - promoters - detractors))
    weights = np.append(np.ones(n), [0.75, 1.5, 0.75])
    scores = np.append(answers, [1.0, 0.0, -1.0])
    centre = np.average(scores, weights=weights)
    width = stats.norm.ppf(0.975) * math.sqrt(np.average((scores - centre) ** 2, weights=weights) / weights.sum())
    found = one(
        database,
        "select published.nps_low(:p, :d, :n) as low, published.nps_high(:p, :d, :n) as high",
        p=promoters,
        d=detractors,
        n=n,
    )
    assert tuple(found) == pytest.approx((max(-100, 100 * (centre - width)), min(100, 100 * (centre + width))))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [30, 300, 4000])
def test_quantiles_and_interval_agree_with_kaplan_meier(database: Database, seed: int, n: int) -> None:
    """Durations on the middle of their buckets: the order of events and censorings is kept, so all must be the same."""
    rng = np.random.default_rng(seed)
    waits, follow_up = rng.weibull(0.8, n) * 200_000, rng.uniform(10_000, 2_000_000, n)
    seconds, happened = middle(np.minimum(waits, follow_up)), (waits <= follow_up).astype(int)
    fitted = KaplanMeierFitter().fit(seconds, happened)
    survival, limits = fitted.survival_function_["KM_estimate"], fitted.confidence_interval_
    found = summary(database, histogram(seconds, happened))
    expected = [
        reached(survival, 0.5),
        reached(limits["KM_estimate_lower_0.95"], 0.5),
        reached(limits["KM_estimate_upper_0.95"], 0.5),
        reached(survival, 0.25),
        reached(survival, 0.1),
    ]
    got = [found.median, found.median_low, found.median_high, found.p75, found.p90]
    assert [math.inf if value is None else value for value in got] == pytest.approx(expected, rel=1e-6)
    assert (found.n, found.open) == (n, n - happened.sum())


@pytest.mark.parametrize("seed", range(6))
def test_quantiles_of_raw_durations_are_within_one_percent(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    waits, follow_up = rng.weibull(0.8, 30_000) * 200_000, rng.uniform(10_000, 2_000_000, 30_000)
    seconds, happened = np.minimum(waits, follow_up), (waits <= follow_up).astype(int)
    survival = KaplanMeierFitter().fit(seconds, happened).survival_function_["KM_estimate"]
    found = summary(database, histogram(seconds, happened))
    assert found.median == pytest.approx(reached(survival, 0.5), rel=0.01)
    assert found.p75 == pytest.approx(reached(survival, 0.25), rel=0.01)
    assert found.p90 == pytest.approx(reached(survival, 0.1), rel=0.01)


def test_curve_and_its_interval_agree_with_kaplan_meier(database: Database) -> None:
    rng = np.random.default_rng(11)
    seconds = RATIO ** (rng.integers(100, 300, 500) + 0.5)
    happened = rng.integers(0, 2, 500)
    fitted = KaplanMeierFitter().fit(seconds, happened)
    found = rows(
        database,
        "select * from published.incidence(:buckets, :events, :competing, :censored)",
        histogram(seconds, happened),
    )
    times = [RATIO ** (row.bucket + 0.5) for row in found]
    survival = fitted.survival_function_at_times([time * 1.000001 for time in times]).to_numpy()
    bounds = fitted.confidence_interval_.reindex([time * 1.000001 for time in times], method="ffill").to_numpy()
    assert [1 - row.incidence for row in found] == pytest.approx(survival)
    assert [(1 - row.high, 1 - row.low) for row in found[:-1]] == [pytest.approx(tuple(pair)) for pair in bounds[:-1]]


def test_competing_events_give_the_cumulative_incidence(database: Database) -> None:
    rng = np.random.default_rng(5)
    seconds = RATIO ** (rng.permutation(np.arange(200, 600)) + 0.5)
    kind = rng.choice([0, 1, 2], 400, p=[0.3, 0.4, 0.3])
    fitted = AalenJohansenFitter().fit(seconds, kind, event_of_interest=1)
    found = rows(
        database,
        "select * from published.incidence(:buckets, :events, :competing, :censored)",
        histogram(seconds, kind),
    )
    expected = fitted.cumulative_density_.iloc[1:, 0].to_numpy()
    assert [row.incidence for row in found] == pytest.approx(expected)


def test_rows_of_a_bucket_may_come_in_any_order_and_more_than_once(database: Database) -> None:
    once = {"buckets": [100, 200], "events": [4, 3], "competing": [0, 0], "censored": [1, 2]}
    twice = {"buckets": [200, 100, 100, 200], "events": [1, 3, 1, 2], "competing": [0] * 4, "censored": [2, 0, 1, 0]}
    assert summary(database, once) == summary(database, twice)


def test_a_curve_that_never_gets_there_has_no_median(database: Database) -> None:
    found = summary(database, {"buckets": [100, 200], "events": [1, 0], "competing": [0, 0], "censored": [0, 9]})
    assert (found.n, found.open, found.median, found.median_high, found.p90) == (10, 9, None, None, None)


def test_no_rows_make_an_empty_summary(database: Database) -> None:
    found = summary(database, {"buckets": [], "events": [], "competing": [], "censored": []})
    assert tuple(found) == (0, 0, None, None, None, None, None)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("n", [1, 2, 57, 5000])
def test_closed_quantiles_agree_with_linear_interpolation(database: Database, share: float, n: int) -> None:
    seconds = np.random.default_rng(n).lognormal(11, 1.5, n)
    seconds[: n // 2] = RATIO ** np.ceil(np.log(seconds[: n // 2]) / math.log(RATIO)) * 1.000001
    buckets = np.floor(np.log(np.maximum(seconds, 1)) / math.log(RATIO)).astype(int)
    bound = text("select published.closed_quantile(:buckets, :counts, :share)").bindparams(
        bindparam("buckets", type_=ARRAY(Integer)), bindparam("counts", type_=ARRAY(BigInteger))
    )
    with database.loader.connect() as connection:
        found = connection.execute(bound, {"buckets": buckets.tolist(), "counts": [1] * n, "share": share}).scalar_one()
    assert found == pytest.approx(np.quantile(seconds, share), rel=0.01)
