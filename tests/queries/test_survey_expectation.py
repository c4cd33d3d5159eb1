"""Experience against expectation, on answers typed by hand and against pandas."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.survey_rows import BRANCHES, SIDES, TABLES, UNTIL, firm
from warehouse import db
from warehouse.db import Database
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

SENT = datetime(2026, 1, 5, 12, tzinfo=UTC)
STEPS = ["much_less", "less", "equal", "more", "much_more"]
FULL = {"from_on": None, "until_on": None, "regions": [], "branches": [], "by": [], "method": [], "wave": []}


def invite(number: int) -> dict[str, object]:
    return {"invite_id": f"i{number}", "branch_id": "N1", "method_code": "questionnaire", "sent_at": SENT}


def answer(number: int, question: str, score: int, scale: tuple[int, int] = (1, 5)) -> dict[str, object]:
    low, high = scale
    return {
        "invite_id": f"i{number}",
        "question_code": question,
        "score": score,
        "scale_min": low,
        "scale_max": high,
    }


def pair(number: int, question: str, expected: int, perceived: int, scale: tuple[int, int] = (1, 5)) -> list[dict]:
    return [
        answer(number, f"expectation.{question}", expected, scale),
        answer(number, f"perception.{question}", perceived, scale),
    ]


def told(database: Database, answers: list[dict[str, object]]) -> Reader:
    house = House(database, only=TABLES).open()
    numbers = {str(row["invite_id"])[1:] for row in answers}
    house.deliver(branches=BRANCHES, surveys=[invite(int(n)) for n in numbers], survey_answers=answers, until=UNTIL)
    return house.reader()


def test_pairs_count_inside_a_respondent_and_respondents_once(database: Database) -> None:
    answers = [
        *pair(1, "empathy.1", 5, 3),  # −2
        *pair(1, "empathy.2", 4, 4),  # 0: empathy of the first −1
        *pair(1, "assurance.1", 3, 4),  # +1: the first as a whole (−2 + 0 + 1) / 3 = −1/3
        answer(1, "perception.tangibles.1", 1),  # nothing was expected: no pair
        *pair(2, "empathy.1", 5, 10, (1, 10)),  # put on five: 1 + 4·4/9 → 5, a gap of 20/9
    ]
    rows = told(database, answers).frame("servqual_gap", smallest_base=1, **FULL | {"by": ["dimension"]})
    sides = rows.set_index("dimension")
    assert list(sides.index) == ["assurance", "empathy"]
    assert sides["n"].to_dict() == {"assurance": 1, "empathy": 2}
    assert sides["value"].to_dict() == pytest.approx({"assurance": 1, "empathy": (-1 + 20 / 9) / 2})
    assert sides.at["empathy", "expectation"] == pytest.approx((4.5 + 1 + 16 / 9) / 2)
    assert sides.at["empathy", "perception"] == pytest.approx((3.5 + 5) / 2)


@pytest.mark.parametrize(
    ("pairs", "step"),
    [
        ([(5, 3)], "much_less"),
        ([(5, 3), (4, 3)], "less"),  # −1.5: on the cut, so the step nearer to equal
        ([(5, 4)], "less"),
        ([(5, 4), (4, 4)], "equal"),  # −0.5
        ([(4, 4)], "equal"),
        ([(3, 4), (4, 4)], "equal"),  # +0.5
        ([(3, 4)], "more"),
        ([(3, 4), (3, 5)], "more"),  # +1.5
        ([(1, 5)], "much_more"),
    ],
)
def test_the_step_of_a_respondent(database: Database, pairs: list[tuple[int, int]], step: str) -> None:
    answers = [row for item, sides in enumerate(pairs) for row in pair(1, f"reliability.{item}", *sides)]
    found = told(database, answers).frame("csat_moved", **FULL)
    assert list(found["part"]) == STEPS
    assert found.loc[found["value"] > 0, "part"].tolist() == [step]
    assert found["denominator"].tolist() == [1] * 5


def test_a_score_off_its_scale_makes_no_pair(database: Database) -> None:
    reader = told(database, [*pair(1, "empathy.1", 5, 6), answer(1, "overall", 4)])
    assert reader.frame("csat_moved", **FULL).empty


@pytest.fixture(scope="module")
def reader(server: URL, template: str) -> Iterator[Reader]:
    made = db.embedded(server, "survey_expectation", template=template)
    house = House(made, only=TABLES).open()
    house.deliver(until=UNTIL, **firm(5))
    yield house.reader()
    made.dispose()


def respondents(period: Period | None) -> pd.DataFrame:
    """One row a respondent and side, `all` among the sides: expectation, perception, gap, overall."""
    feeds = firm(5)
    answers = pd.DataFrame(feeds["survey_answers"]).merge(pd.DataFrame(feeds["surveys"]), on="invite_id")
    answers = answers[[period is None or period.start <= at.date() < period.end for at in answers["sent_at"]]]
    answers["height"] = (answers["score"] - 1) / (answers["scale_max"] - 1)
    overall = answers[answers["question_code"] == "overall"].set_index("invite_id")["height"] * 100
    sides = answers[answers["question_code"].str.contains(r"\.")].copy()
    sides[["side", "dimension", "item"]] = sides["question_code"].str.split(".", expand=True).to_numpy()
    pairs = (
        sides.pivot_table(index=["invite_id", "dimension", "item"], columns="side", values="height").dropna() * 4 + 1
    )
    each = pairs.groupby(["invite_id", "dimension"]).mean().reset_index()
    whole = pairs.groupby("invite_id").mean().reset_index().assign(dimension="all")
    rows = pd.concat([each, whole])
    rows["gap"] = rows["perception"] - rows["expectation"]
    return rows.assign(overall=rows["invite_id"].map(overall))


@pytest.mark.parametrize("period", [None, Period(date(2025, 3, 10), date(2026, 1, 20))], ids=str)
def test_gap_and_importance_agree_with_pandas(reader: Reader, period: Period | None) -> None:
    rows = respondents(period)
    found = figure(reader, "servqual.gap", Scope(period=period), by=["dimension"])
    assert list(found["dimension"]) == list(SIDES)
    whole = figure(reader, "servqual.gap", Scope(period=period)).assign(dimension="all")
    for _, row in pd.concat([found, whole]).iterrows():
        mine = rows[rows["dimension"] == row["dimension"]]
        width = 1.959963984540054 * mine["gap"].sem()
        expected = [len(mine), mine["gap"].mean(), mine["gap"].mean() - width, mine["gap"].mean() + width]
        assert row[["n", "value", "low", "high"]].tolist() == pytest.approx(expected)
        assert row["importance"] == pytest.approx(mine["perception"].corr(mine["overall"]))


def test_importance_needs_its_own_base(reader: Reader) -> None:
    rows = respondents(None).query("dimension == 'all'")
    judged = int(rows["overall"].notna().sum())
    assert judged < len(rows)
    for smallest, is_there in ((judged, True), (judged + 1, False)):
        found = reader.frame("servqual_gap", smallest_base=smallest, **FULL)
        assert found["importance"].notna().tolist() == [is_there]


def test_steps_agree_with_pandas_by_month(reader: Reader) -> None:
    rows = respondents(None).query("dimension == 'all'")
    step = np.select(
        [rows["gap"] < -1.5 - 1e-9, rows["gap"] < -0.5 - 1e-9, rows["gap"] <= 0.5 + 1e-9, rows["gap"] <= 1.5 + 1e-9],
        STEPS[:4],
        STEPS[4],
    )
    found = figure(reader, "csat.moved", Scope()).set_index("part")
    expected = pd.Series(step).value_counts().reindex(STEPS, fill_value=0)
    assert found["value"].to_dict() == expected.to_dict()
    assert found["share"].sum() == pytest.approx(1)
    by_month = reader.frame("csat_moved", **FULL | {"by": ["month", "region"]})
    assert by_month["value"].sum() == len(rows)
