"""Nine years of an airport's questionnaire, whose questions change their names and codes nearly every year."""

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

OVERALL = {2010: "Q6N", 2011: "Q8N", 2012: "Q8N_WHOLE", 2013: "Q7O_WHOLE"} | dict.fromkeys(range(2014, 2019), "Q7ALL")
AREAS = [(1, 12, "A"), (20, 39, "B"), (40, 48, "C"), (50, 59, "D"), (60, 69, "E"), (70, 90, "F"), (91, 102, "G")]
TERMINALS = {"A": "International", "G": "International", "B": "Terminal 1", "C": "Terminal 1", "D": "Terminal 2"}


@pytest.fixture(scope="module")
def answers(sfo: Loaded) -> pd.DataFrame:
    """The nine files under one another: year, area, method, and the two scores (not a number where nothing was said)."""
    return pd.concat([_year(sfo, year) for year in OVERALL], ignore_index=True)


def _year(sfo: Loaded, year: int) -> pd.DataFrame:
    rows = pd.read_csv(sfo.folder / f"{year}_SFO_Customer_Survey.csv", dtype=str, keep_default_na=False)
    rows.columns = rows.columns.str.strip()
    named = next((rows[header] for header in ("BAREA", "AREA") if header in rows), None)
    gates = pd.to_numeric(rows["GATENUM" if year == 2010 else "GATE"])
    methods = next((rows[header] for header in ("METHOD", "METH") if header in rows), pd.Series("1", index=rows.index))
    overall = pd.to_numeric(rows[OVERALL[year]], errors="coerce")
    recommend = pd.to_numeric(rows["NETPRO"] if "NETPRO" in rows else pd.Series("", index=rows.index), errors="coerce")
    return pd.DataFrame(
        {
            "year": str(year),
            "area": gates.map(_area) if named is None else named,
            "method": methods.map({"1": "on_site", "2": "questionnaire", "3": "online"}),
            "overall": overall.where(overall.between(1, 5)),
            "recommend": recommend.where(recommend.between(0, 10)),
        }
    )


def _area(gate: int) -> str:
    return next(area for low, high, area in AREAS if low <= gate <= high)


def test_every_row_is_accounted_for(sfo: Loaded, answers: pd.DataFrame) -> None:
    sums, rows = sfo.sums(), len(answers)
    assert whole(sums)
    assert rows == 28_665
    assert sums["surveys"] == {"delivered": rows, "accepted": rows, "superseded": 0, "quarantined": 0}
    given = int(answers["overall"].count() + answers["recommend"].count())
    assert sums["survey_answers"] == {"delivered": given, "accepted": given, "superseded": 0, "quarantined": 0}
    assert sums["branches"]["accepted"] == len(AREAS)


@pytest.mark.parametrize(("dimension", "column"), [("wave", "year"), ("branch", "area"), ("method", "method")])
def test_mean_score(sfo: Loaded, answers: pd.DataFrame, dimension: str, column: str) -> None:
    ours, expected = sfo.by("csat.mean_asked", dimension), answers.groupby(column)["overall"].agg(["count", "mean"])
    assert {name: row["n"] for name, row in ours.items()} == expected["count"].to_dict()
    assert {name: row["value"] for name, row in ours.items()} == pytest.approx(expected["mean"].to_dict(), abs=1e-9)


def test_four_and_five_of_five_are_satisfied(sfo: Loaded, answers: pd.DataFrame) -> None:
    satisfied = (answers["overall"] >= 4).groupby(answers["year"]).sum()
    given = answers.groupby("year")["overall"].count()
    ours = sfo.by("csat.top2", "wave")
    assert {name: (row["numerator"], row["denominator"]) for name, row in ours.items()} == {
        name: (satisfied[name], given[name]) for name in given.index
    }


def test_terminals_are_regions(sfo: Loaded, answers: pd.DataFrame) -> None:
    terminal = answers["area"].map(lambda area: TERMINALS.get(area, "Terminal 3"))
    expected = answers.groupby(terminal)["overall"].count().to_dict()
    assert {name: row["n"] for name, row in sfo.by("csat.mean_asked", "region").items()} == expected


def test_zero_is_an_answer_where_one_is_asked_to_recommend_and_none_elsewhere(
    sfo: Loaded, answers: pd.DataFrame
) -> None:
    asked = answers.dropna(subset="recommend")
    assert (asked["recommend"] == 0).sum() > 20
    score = asked["recommend"].map(lambda mark: 100 if mark >= 9 else -100 if mark <= 6 else 0)
    expected = score.groupby(asked["year"]).agg(["size", "mean"])
    ours = sfo.by("nps", "wave")
    assert {name: row["n"] for name, row in ours.items()} == expected["size"].to_dict()
    assert {name: row["value"] for name, row in ours.items()} == pytest.approx(expected["mean"].to_dict())


def test_who_rated_nothing_did_not_answer(sfo: Loaded, answers: pd.DataFrame) -> None:
    ours = sfo.by("survey.response_rate", "wave")
    said = answers[["overall", "recommend"]].notna().any(axis=1)
    assert {name: row["numerator"] for name, row in ours.items()} == said.groupby(answers["year"]).sum().to_dict()
    assert {name: row["denominator"] for name, row in ours.items()} == answers.groupby("year").size().to_dict()


def test_months_that_most_years_do_not_tell_are_not_made_up(sfo: Loaded) -> None:
    assert "surveys.sent_at" in sfo.absent("csat.mean_asked", by=["month"])
    dated = sfo.query("select min(sent_on) as low, max(sent_on) as high, count(sent_on) as n from curated.fct_survey")
    assert (str(dated[0]["low"]), str(dated[0]["high"]), dated[0]["n"]) == (
        "2016-05-06",
        "2018-05-31",
        3087 + 2831 + 2809,
    )
