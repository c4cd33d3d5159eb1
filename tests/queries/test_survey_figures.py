"""Satisfaction figures against the definitions, worked out in pandas on the same rows."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import URL
from statsmodels.stats.proportion import proportion_confint

from tests.complaint_rows import BRANCHES
from tests.harness import House
from tests.survey_rows import TABLES
from warehouse import db
from warehouse.metrics import metrics
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

UNTIL = datetime(2026, 4, 1, tzinfo=UTC)
EVER = Scope()
FEBRUARY = Scope(period=Period(date(2026, 2, 1), date(2026, 3, 1)))
SCALES = {"overall": (1, 5), "service": (1, 10), "recommend": (0, 10)}
TOP = {(1, 5): 4, (1, 10): 7, (0, 10): 7}
"""The lowest score in the two best fifths of each scale."""


def _surveys(count: int, *, seed: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    chance = random.Random(seed)
    surveys, answers = [], []
    for number in range(count):
        sent_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=chance.uniform(0, 24 * 89))
        method, is_answered = chance.choice(["phone", "online"]), chance.random() < 0.45
        surveys.append(
            {
                "invite_id": f"i{number}",
                "branch_id": chance.choice(["N1", "N2", "S1"]),
                "method_code": method,
                "wave_code": f"2026Q{1 + number % 2}",
                "sent_at": sent_at,
                "answered_at": sent_at + timedelta(days=1) if is_answered and number % 3 else None,
            }
        )
        if is_answered:
            answers += [
                {
                    "invite_id": f"i{number}",
                    "question_code": question,
                    "score": chance.randint(*scale),
                    "scale_min": scale[0],
                    "scale_max": scale[1],
                }
                for question, scale in SCALES.items()
            ]
    return surveys, answers


SURVEYS, ANSWERS = _surveys(700, seed=3)
INVITES = pd.DataFrame(SURVEYS).merge(pd.DataFrame(BRANCHES)[["branch_id", "region_id"]], on="branch_id")
SCORES = pd.DataFrame(ANSWERS).merge(INVITES, on="invite_id")


@pytest.fixture(scope="module")
def reader(server: URL, template: str) -> Iterator[Reader]:
    made = db.embedded(server, "survey_figures", template=template)
    house = House(made, only=TABLES).open()
    house.deliver(branches=BRANCHES, surveys=SURVEYS, survey_answers=ANSWERS, until=UNTIL)
    yield house.reader()
    made.dispose()


def in_february(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["sent_at"].dt.month == 2]


class TestTop2:
    @pytest.mark.parametrize("question", sorted(SCALES))
    def test_is_the_upper_two_fifths_of_the_own_scale(self, reader: Reader, question: str) -> None:
        rows = in_february(SCORES[SCORES["question_code"] == question])
        satisfied = (rows["score"] >= TOP[SCALES[question]]).sum()
        found = figure(reader, "csat.top2", Scope(period=FEBRUARY.period, filters={"question": (question,)})).iloc[0]
        low, high = proportion_confint(satisfied, len(rows), method="wilson")
        assert (found["numerator"], found["denominator"]) == (satisfied, len(rows))
        assert (found["value"], found["low"], found["high"]) == pytest.approx((satisfied / len(rows), low, high))

    @pytest.mark.parametrize(
        ("scale", "top"),
        [
            ((1, 5), [4, 5]),
            ((1, 10), [7, 8, 9, 10]),
            ((0, 10), [7, 8, 9, 10]),
            ((1, 7), [5, 6, 7]),
            ((1, 4), [3, 4]),
            ((1, 3), [3]),
            ((0, 1), [1]),
        ],
    )
    def test_which_answers_are_the_best(self, database: db.Database, scale: tuple[int, int], top: list[int]) -> None:
        scores = range(scale[0], scale[1] + 1)
        invites = [{**SURVEYS[0], "invite_id": str(score)} for score in scores]
        answers = [
            {
                "invite_id": str(score),
                "question_code": "overall",
                "score": score,
                "scale_min": scale[0],
                "scale_max": scale[1],
            }
            for score in scores
        ]
        house = House(database, only=TABLES).open()
        house.deliver(branches=BRANCHES, surveys=invites, survey_answers=answers, until=UNTIL)
        counted = house.reader().frame("csat_top2", metric="csat.top2", **ALL)
        assert (counted.at[0, "numerator"], counted.at[0, "denominator"]) == (len(top), len(scores))

    def test_overall_is_meant_unless_another_question_is_asked(self, reader: Reader) -> None:
        by_question = figure(reader, "csat.top2", EVER, by=("question",)).set_index("question")
        assert set(by_question.index) == set(SCALES)
        assert figure(reader, "csat.top2", EVER).iloc[0]["value"] == by_question.loc["overall", "value"]

    def test_by_month_and_branch(self, reader: Reader) -> None:
        rows = SCORES[SCORES["question_code"] == "overall"]
        expected = (
            (rows["score"] >= 4)
            .groupby([rows["branch_id"], rows["sent_at"].dt.date.map(lambda day: day.replace(day=1))])
            .sum()
        )
        found = figure(reader, "csat.top2", EVER, by=("branch", "month")).set_index(["branch", "month"])
        assert found["suppressed"].isna().all()
        assert found["numerator"].to_dict() == expected.to_dict()


class TestMean:
    def test_on_0_to_100_and_as_asked(self, reader: Reader) -> None:
        scores = SCORES.loc[SCORES["question_code"] == "overall", "score"].astype(float)
        for metric, values in (("csat.mean", (scores - 1) * 25), ("csat.mean_asked", scores)):
            found = figure(reader, metric, EVER).iloc[0]
            width = 1.959963984540054 * values.sem()
            expected = (len(values), values.mean(), values.mean() - width, values.mean() + width)
            assert (found["n"], found["value"], found["low"], found["high"]) == pytest.approx(expected)

    def test_scales_that_meet_have_a_mean_on_0_to_100_only(self, reader: Reader) -> None:
        both = Scope(filters={"question": ("overall", "service")})
        assert math.isnan(figure(reader, "csat.mean_asked", both).iloc[0]["value"])
        points = SCORES[SCORES["question_code"] != "recommend"]
        expected = (
            (100 * (points["score"] - points["scale_min"]) / (points["scale_max"] - points["scale_min"]))
            .astype(float)
            .mean()
        )
        assert figure(reader, "csat.mean", both).iloc[0]["value"] == pytest.approx(expected)
        by_scale = figure(reader, "csat.mean_asked", both, by=("scale",)).set_index("scale")["value"]
        assert by_scale.to_dict() == pytest.approx(
            {
                "1-5": SCORES.query("question_code == 'overall'")["score"].mean(),
                "1-10": SCORES.query("question_code == 'service'")["score"].mean(),
            }
        )


class TestDistribution:
    def test_of_five_are_the_scores_themselves(self, reader: Reader) -> None:
        counts = SCORES.loc[SCORES["question_code"] == "overall", "score"].astype(str).value_counts()
        found = figure(reader, "csat.distribution", EVER).set_index("part")
        assert found["value"].to_dict() == counts.to_dict()
        assert found["share"].sum() == pytest.approx(1)

    def test_best_two_fifths_are_the_satisfied(self, reader: Reader) -> None:
        for question in SCALES:
            scope = Scope(filters={"question": (question,)})
            fifths = figure(reader, "csat.distribution", scope).set_index("part")["value"]
            assert fifths["4"] + fifths["5"] == figure(reader, "csat.top2", scope).iloc[0]["numerator"]


class TestNps:
    def test_is_promoters_less_detractors_with_the_adjusted_wald_interval(self, reader: Reader) -> None:
        scores = SCORES.loc[SCORES["question_code"] == "recommend", "score"]
        promoters, detractors, n = (scores >= 9).sum(), (scores <= 6).sum(), len(scores)
        share, against = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
        width = 1.959963984540054 * math.sqrt((share + against - (share - against) ** 2) / (n + 3))
        found = figure(reader, "nps", EVER).iloc[0]
        assert (found["n"], found["value"]) == pytest.approx((n, 100 * (promoters - detractors) / n))
        assert (found["low"], found["high"]) == pytest.approx(
            (100 * (share - against - width), 100 * (share - against + width))
        )

    def test_parts_add_to_all_and_give_the_score(self, reader: Reader) -> None:
        parts = figure(reader, "nps.parts", EVER).set_index("part")
        score = figure(reader, "nps", EVER).iloc[0]
        assert parts["value"].sum() == score["n"]
        assert 100 * (parts.loc["promoter", "share"] - parts.loc["detractor", "share"]) == pytest.approx(score["value"])

    def test_other_scales_have_no_promoters(self, database: db.Database) -> None:
        answers = [
            {**answer, "scale_min": 1, "scale_max": 5, "score": 5}
            for answer in ANSWERS
            if answer["question_code"] == "recommend"
        ]
        house = House(database, only=TABLES).open()
        house.deliver(branches=BRANCHES, surveys=SURVEYS, survey_answers=answers, until=UNTIL)
        assert figure(house.reader(), "nps", EVER).empty


class TestResponse:
    def test_is_answered_among_sent_of_the_same_cohort(self, reader: Reader) -> None:
        answered = INVITES["answered_at"].notna() | INVITES["invite_id"].isin(SCORES["invite_id"])
        found = figure(reader, "survey.response_rate", FEBRUARY, by=("method",)).set_index("method")
        for method, rows in in_february(INVITES).groupby("method_code"):
            numerator = answered[rows.index].sum()
            low, high = proportion_confint(numerator, len(rows), method="wilson")
            row = found.loc[method]
            assert (row["numerator"], row["denominator"]) == (numerator, len(rows))
            assert (row["low"], row["high"]) == pytest.approx((low, high))
            assert row["pending"] == 0

    def test_young_ones_without_answer_are_pending(self, reader: Reader) -> None:
        answered = INVITES["invite_id"].isin(SCORES["invite_id"])
        young = INVITES["sent_at"].dt.date > UNTIL.date() - timedelta(days=14)
        assert figure(reader, "survey.response_rate", EVER).iloc[0]["pending"] == (young & ~answered).sum()


SCORES_ALONE = (
    "csat.top2",
    "csat.mean",
    "csat.mean_asked",
    "csat.distribution",
    "nps",
    "nps.parts",
    "survey.response_rate",
)


class TestEveryMetric:
    @pytest.mark.parametrize("code", SCORES_ALONE)
    def test_answers_by_every_dimension_and_filter(self, reader: Reader, code: str) -> None:
        about = metrics()[code]
        for dim in about.dims:
            assert len(figure(reader, code, EVER, by=(dim,))) > 0
        nothing = dict.fromkeys(about.filters, ("no such code",))
        assert figure(reader, code, Scope(period=FEBRUARY.period, filters=nothing)).empty

    @pytest.mark.parametrize("code", [*SCORES_ALONE, "csat.moved", "servqual.gap", "csat.drivers", "csat.weighted"])
    def test_without_surveys_the_feed_is_absent(self, database: db.Database, code: str) -> None:
        house = House(database, only=TABLES).open()
        house.deliver(branches=BRANCHES, until=UNTIL)
        with pytest.raises(FeedAbsent, match="surveys"):
            figure(house.reader(), code, EVER)


ALL: dict[str, object] = {
    "survey_score_grain": "rows",
    "from_on": None,
    "until_on": None,
    "regions": [],
    "branches": [],
    "by": [],
    "method": [],
    "wave": [],
    "question": [],
}
