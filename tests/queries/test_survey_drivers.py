"""What moves satisfaction: coefficients against statsmodels on the same respondents, and what cannot be told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from sqlalchemy import URL

from tests.harness import House
from tests.survey_rows import BRANCHES, DRIVERS, TABLES, UNTIL, firm
from warehouse import db
from warehouse.db import Database
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.queries.solved.csat_drivers import t_quantile
from warehouse.scope import Period, Scope

FEEDS = firm(3, surveys=1200)
SPRING = Period(date(2025, 2, 1), date(2025, 9, 1))


@pytest.fixture(scope="module")
def reader(server: URL, template: str) -> Iterator[Reader]:
    made = db.embedded(server, "survey_drivers", template=template)
    house = House(made, only=TABLES).open()
    house.deliver(until=UNTIL, **FEEDS)
    yield house.reader()
    made.dispose()


def respondents() -> pd.DataFrame:
    answers = pd.DataFrame(FEEDS["survey_answers"])
    answers["points"] = (answers["score"] - 1) / (answers["scale_max"] - 1)
    wide = answers.pivot_table(index="invite_id", columns="question_code", values="points")
    return wide[["overall", *DRIVERS]].join(pd.DataFrame(FEEDS["surveys"]).set_index("invite_id"))


def expected(rows: pd.DataFrame, questions: list[str]) -> tuple[pd.DataFrame, float, int]:
    """value, low, high by question; R²; respondents: least squares on standard scores."""
    numbers = rows[["overall", *questions]].dropna().astype(float)
    scores = (numbers - numbers.mean()) / numbers.std(ddof=1)
    fitted = sm.OLS(scores["overall"], sm.add_constant(scores[questions])).fit()
    lines = pd.concat([fitted.params, fitted.conf_int(0.05)], axis=1).loc[questions]
    lines.columns = ["value", "low", "high"]
    return lines, fitted.rsquared, len(numbers)


@pytest.mark.parametrize("period", [None, SPRING], ids=str)
def test_coefficients_agree_with_statsmodels(reader: Reader, period: Period | None) -> None:
    rows = respondents()
    if period:
        rows = rows[[period.start <= at.date() < period.end for at in rows["sent_at"]]]
    lines, r2, n = expected(rows, list(DRIVERS))
    found = figure(reader, "csat.drivers", Scope(period=period)).set_index("part")
    assert list(found.index) == list(DRIVERS)
    assert found["n"].tolist() == [n] * 6
    assert found["r2"].tolist() == pytest.approx([r2] * 6)
    assert found[["value", "low", "high"]].to_numpy() == pytest.approx(lines.to_numpy(), abs=1e-7)


def test_by_method_the_rarer_questions_are_left_out_where_too_few_answered_them(reader: Reader) -> None:
    rows = respondents()
    half = Period(date(2025, 2, 1), date(2025, 9, 1))
    rows = rows[[half.start <= at.date() < half.end for at in rows["sent_at"]]]
    found = figure(reader, "csat.drivers", Scope(period=half), by=["method"])
    for method, mine in rows.groupby("method_code"):
        assert len(mine[["overall", *DRIVERS]].dropna()) < 100 <= len(mine[["overall", *DRIVERS[:2]]].dropna())
        told = found[(found["method"] == method) & found["value"].notna()].set_index("part")
        lines, _, n = expected(mine, list(told.index))
        assert {"product", "service"} <= set(told.index) < set(DRIVERS)
        assert told["n"].tolist() == [n] * len(told)
        assert told["value"].to_numpy() == pytest.approx(lines["value"].to_numpy())
        rest = found[(found["method"] == method) & found["value"].isna()]
        assert set(rest["suppressed"]) == {"n too small"}


def test_too_few_respondents_are_no_figure(reader: Reader) -> None:
    found = figure(reader, "csat.drivers", Scope(branches=("N1",), filters={"method": ("phone",)}), by=["month"])
    assert len(found) > 0
    assert found["value"].isna().all() and found["r2"].isna().all()


def deliver(database: Database, answers: dict[str, list[int]]) -> pd.DataFrame:
    """The coefficients of respondents given question by question."""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    count = len(answers["overall"])
    house = House(database, only=TABLES).open()
    house.deliver(
        branches=BRANCHES,
        surveys=[
            {"invite_id": f"i{n}", "branch_id": "N1", "method_code": "phone", "sent_at": at + timedelta(minutes=n)}
            for n in range(count)
        ],
        survey_answers=[
            {"invite_id": f"i{n}", "question_code": question, "score": score, "scale_min": 1, "scale_max": 5}
            for question, scores in answers.items()
            for n, score in enumerate(scores)
        ],
        until=UNTIL,
    )
    return figure(house.reader(), "csat.drivers", Scope()).set_index("part")


def draws(seed: int) -> list[int]:
    return np.random.default_rng(seed).integers(1, 6, 150).tolist()


def test_questions_that_repeat_each_other_tell_nothing(database: Database) -> None:
    found = deliver(database, {"overall": draws(1), "product": draws(2), "service": draws(2)})
    assert found["value"].isna().all()
    assert found["n"].tolist() == [150, 150]
    assert found["suppressed"].isna().all()


def test_a_question_always_answered_alike_is_left_out(database: Database) -> None:
    overall, product = draws(1), draws(2)
    found = deliver(database, {"overall": overall, "product": product, "service": [5] * 150})
    assert found.loc["product", "value"] == pytest.approx(np.corrcoef(overall, product)[0, 1])
    assert np.isnan(found.loc["service", "value"])


def test_satisfaction_always_alike_is_moved_by_nothing(database: Database) -> None:
    assert deliver(database, {"overall": [4] * 150, "product": draws(2)})["value"].isna().all()


@pytest.mark.parametrize("freedom", [20, 93, 5000])
def test_t_quantile_agrees_with_scipy(freedom: int) -> None:
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=1e-6)
