"""A SERVQUAL questionnaire in Korean: 211 rows and 163 questions as headers."""

import re

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

PAIRS = 24
DIMENSIONS = {
    "reliability": [1, 2, 3, 23],
    "tangibles": [4, 5, 6, 22, 24],
    "empathy": [7, 8, 9, 12, 13, 14, 15],
    "responsiveness": [10, 11, 16, 17, 18],
    "assurance": [19, 20, 21],
}
CLOSING = {"1": "overall", "2": "service", "3": "repurchase", "4": "recommend"}


@pytest.fixture(scope="module")
def people(kiosk: Loaded) -> pd.DataFrame:
    """One row a person, one column a question by our name for it: expectation.tangibles.4, overall."""
    rows = pd.read_csv(kiosk.folder / "kiosk.csv", encoding="cp949")
    dimension = {item: name for name, items in DIMENSIONS.items() for item in items}
    named = {}
    for header in rows.columns:
        pair, closing = re.match(r"(\d+)-[12]\.", header), re.match(r"([1-4])\. 키오스크를", header)
        for word, side in {"기대 설문": "expectation", "인지 설문": "perception"}.items():
            if pair and word in header:
                named[header] = f"{side}.{dimension[int(pair[1])]}.{pair[1]}"
        if closing:
            named[header] = CLOSING[closing[1]]
    return rows[list(named)].rename(columns=named)


def test_every_row_is_accounted_for(kiosk: Loaded, people: pd.DataFrame) -> None:
    sums = kiosk.sums()
    assert whole(sums)
    assert people.shape == (kiosk.truth["rows"], 2 * PAIRS + len(CLOSING))
    assert sums["surveys"] == {"delivered": 211, "accepted": 211, "superseded": 0, "quarantined": 0}
    given = int(people.count().sum())
    assert sums["survey_answers"] == {"delivered": given, "accepted": given, "superseded": 0, "quarantined": 0}


def test_the_mean_of_every_question_on_its_own_scale(kiosk: Loaded, people: pd.DataFrame) -> None:
    rows = kiosk.rows("csat.mean_asked", by=["question", "scale"])
    assert {row["by"]["question"]: row["n"] for row in rows} == people.count().to_dict()
    assert {row["by"]["question"]: row["value"] for row in rows} == pytest.approx(people.mean().to_dict())
    assert {row["by"]["question"]: row["by"]["scale"] for row in rows} == {
        name: "1-5" if name in CLOSING.values() else "1-7" for name in people.columns
    }


def test_expectation_and_perception_are_those_of_somebody_else(kiosk: Loaded) -> None:
    rows = kiosk.rows("csat.mean_asked", by=["question"])
    ours = {
        (name.split(".")[0], name.split(".")[2]): row["value"] for row in rows if "." in (name := row["by"]["question"])
    }
    for item, truth in kiosk.truth["gap_by_item"].items():
        assert ours["expectation", item] == pytest.approx(truth["expectation"], abs=1e-6), item
        assert ours["perception", item] == pytest.approx(truth["perception"], abs=1e-6), item


def test_satisfied_with_kiosks(kiosk: Loaded, people: pd.DataFrame) -> None:
    row = kiosk.rows("csat.top2")[0]
    assert (row["numerator"], row["denominator"]) == ((people["overall"] >= 4).sum(), people["overall"].count())


def test_who_has_never_used_one_answered_nothing(kiosk: Loaded, people: pd.DataFrame) -> None:
    row = kiosk.rows("survey.response_rate")[0]
    assert (row["numerator"], row["denominator"]) == (people.notna().any(axis=1).sum(), len(people))
    assert row["denominator"] - row["numerator"] == 4


def test_without_days_nothing_is_told_by_month(kiosk: Loaded) -> None:
    assert "surveys.sent_at" in kiosk.absent("csat.top2", by=["month"])


@pytest.fixture(scope="module")
def gaps(people: pd.DataFrame) -> pd.DataFrame:
    """Perception less expectation of every pair that is whole, on five points; one column a pair."""
    items = [name.removeprefix("perception.") for name in people.columns if name.startswith("perception.")]
    return pd.DataFrame(
        {item: (people[f"perception.{item}"] - people[f"expectation.{item}"]) * 4 / 6 for item in items}
    )


def test_the_gap_of_each_side_of_service(kiosk: Loaded, people: pd.DataFrame, gaps: pd.DataFrame) -> None:
    ours = kiosk.by("servqual.gap", "dimension")
    assert set(ours) == set(DIMENSIONS)
    for name, row in ours.items():
        of_side = gaps.filter(like=f"{name}.")
        gap = of_side.mean(axis=1).dropna()
        whole_pairs = of_side.notna().to_numpy()
        felt = people.filter(like=f"perception.{name}.").where(whole_pairs).mean(axis=1)
        assert row["n"] == len(gap)
        assert row["value"] == pytest.approx(gap.mean()), name
        assert row["high"] - row["value"] == pytest.approx(1.959964 * gap.std() / len(gap) ** 0.5, rel=1e-4), name
        assert row["perception"] == pytest.approx(1 + (felt.mean() - 1) * 4 / 6), name
        assert row["expectation"] == pytest.approx(row["perception"] - row["value"]), name
        assert row["importance"] == pytest.approx(felt.corr(people["overall"])), name


def test_how_far_experience_moved_people_in_five_steps(kiosk: Loaded, gaps: pd.DataFrame) -> None:
    gap = gaps.mean(axis=1).dropna().round(9)
    steps = [gap < -1.5, gap.between(-1.5, -0.5, inclusive="left"), gap.between(-0.5, 0.5)]
    steps += [gap.between(0.5, 1.5, inclusive="right"), gap > 1.5]
    expected = [int(step.sum()) for step in steps]
    rows = {row["part"]: row["value"] for row in kiosk.rows("csat.moved")}
    assert [rows.get(name, 0) for name in ("much_less", "less", "equal", "more", "much_more")] == expected
    assert sum(expected) == len(gap)


def test_one_driver_alone_is_a_correlation(kiosk: Loaded, people: pd.DataFrame) -> None:
    (row,) = kiosk.rows("csat.drivers")
    assert row["part"] == "service"
    assert row["value"] == pytest.approx(people["service"].corr(people["overall"]))
    assert row["r2"] == pytest.approx(people["service"].corr(people["overall"]) ** 2)
