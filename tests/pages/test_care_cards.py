"""The sentences and shapes of complaints and satisfaction, on figures typed by hand."""

import pandas as pd
import pytest

from pages.shared import complaint_cards, readable, satisfaction_cards
from pages.shared.cached import Answer
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words

NAMES = Names(words=Words("en"))
LIMITS = {"centre": 0.2, "low_95": 0.1, "high_95": 0.3, "low_998": 0.05, "high_998": 0.4}


def reads(metric: str) -> Readable:
    return Readable.of(metric, NAMES, "CNY")


def rows(metric: str, *lines: dict[str, object], by: tuple[str, ...] = ()) -> pd.DataFrame:
    frame = pd.DataFrame([{"suppressed": None, **line} for line in lines])
    return reads(metric).rows(Answer(metric=metric, by=by, rows=frame))


def branch(name: str, value: float, *, outside: float = 0.0, **other: float) -> dict[str, object]:
    limits = LIMITS | {"low": value - 0.01, "high": value + 0.01, "numerator": 5.0, "denominator": 50.0}
    return {"branch": name, "value": value, **limits, "is_outside_998": outside, **other}


def told_of_branches(*lines: dict[str, object]) -> str:
    about = reads("complaint.branch")
    return complaint_cards.outside(
        complaint_cards.against_limits(rows("complaint.branch", *lines, by=("branch",)), about), about
    )


def test_branches_within_the_limits_are_not_told_apart() -> None:
    told = told_of_branches(branch("a", 0.35), branch("b", 0.08))
    assert told.startswith("No branch lies outside the 99.8% limits around the company's 20.0%")
    assert "A" not in told.replace("All", "")


def test_branches_beyond_the_limits_are_named_on_their_side_and_the_others_left_to_chance() -> None:
    told = told_of_branches(
        branch("west", 0.5, outside=1.0), branch("east", 0.01, outside=1.0), branch("north", 0.3), branch("south", 0.1)
    )
    assert "more often than chance explains, around the company's 20.0%: West." in told
    assert "less often than chance explains, around the company's 20.0%: East." in told
    assert "Of 2 other branches chance alone may explain the figures." in told
    assert "North" not in told
    assert "South" not in told


def test_many_branches_beyond_the_limits_are_counted() -> None:
    told = told_of_branches(*(branch(f"b{number}", 0.5, outside=1.0) for number in range(5)))
    assert "B0, B1, B2, 2 more." in told


def test_who_may_not_see_the_company_is_told_so_and_gets_no_verdict() -> None:
    nothing = dict.fromkeys([*LIMITS, "is_outside_998"], float("nan"))
    told = told_of_branches({**branch("a", 0.9), **nothing})
    assert told == "The share of the whole company is not yours to see, so no limits are drawn around it."


def test_suppressed_branches_are_not_drawn() -> None:
    hidden = {**branch("b", float("nan")), "suppressed": "n too small"}
    shaped = complaint_cards.against_limits(
        rows("complaint.branch", branch("a", 0.2), hidden, by=("branch",)), reads("complaint.branch")
    )
    assert list(shaped["label"]) == ["A"]
    assert complaint_cards.outside(shaped, reads("complaint.branch")).endswith("1 group is too small to show.")


def cause(part: str, value: float) -> dict[str, object]:
    return {"part": part, "value": value, "denominator": 20.0, "share": value / 20}


def test_causes_stand_with_their_gap_the_unknown_last_whatever_their_number() -> None:
    shaped = complaint_cards.with_gaps(
        rows("complaint.cause", cause("unknown", 12.0), cause("product", 3.0), cause("wrong_colour", 5.0)),
        reads("complaint.cause"),
    )
    assert list(shaped["part"]) == ["wrong_colour", "product", "unknown"]
    assert list(shaped["gap"]) == ["", "Gap 2: standards", ""]
    told = complaint_cards.causes_told(shaped, reads("complaint.cause"))
    assert told == "Most frequent of 20: Wrong colour with 5 (25.0%). No cause is noted yet for 12 (60.0%)."


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.09, "more than chance explains"),
        (-0.09, -0.01, "more than chance explains"),
        (-0.01, 0.09, "which chance alone may explain"),
        (float("nan"), float("nan"), "Nobody is there to compare with"),
    ],
)
def test_a_difference_in_recovery_is_clear_only_where_its_interval_leaves_out_zero(
    low: float, high: float, said: str
) -> None:
    figures = {"value": 0.6, "low": 0.5, "high": 0.7, "numerator": 60.0, "denominator": 100.0, "matched_value": 0.55}
    row = rows("complaint.recovery", figures | {"difference": 0.04, "difference_low": low, "difference_high": high})
    told = complaint_cards.recovered(row.iloc[0], reads("complaint.recovery"))
    assert told.startswith("Over 24 months, 60.0% of 100 complaints resolved")
    assert said in told


def test_a_calendar_puts_every_day_into_its_week() -> None:
    days = rows(
        "complaint.count", {"day": "2026-03-29", "value": 3.0}, {"day": "2026-03-30", "value": 1.0}, by=("day",)
    )
    shaped = complaint_cards.calendar(days, reads("complaint.count"))
    # 29 March 2026 was a Sunday, 30 March a Monday
    assert [f"{week:%m-%d}" for week in shaped["week"]] == ["03-23", "03-30"]
    assert list(shaped["weekday"]) == ["Sun", "Mon"]
    assert complaint_cards.busiest(shaped, reads("complaint.count")).startswith(
        "4 complaints on 2 days; the most on one day: 3 (29 Mar 2026)."
    )


def side(name: str, value: float, high: float, importance: float) -> dict[str, object]:
    also = {"expectation": 4.5, "perception": 4.5 + value, "importance": importance}
    return {"dimension": name, "value": value, "low": value - 0.2, "high": high, "n": 90.0, **also}


def test_the_widest_gap_is_named_and_only_clear_ones_are_called_below() -> None:
    sides = rows(
        "servqual.gap",
        side("empathy", -0.1, 0.1, 0.6),
        side("reliability", -0.7, -0.5, 0.3),
        by=("dimension",),
    )
    told = satisfaction_cards.gaps(sides, reads("servqual.gap"))
    assert told == (
        "Lowest against expectation: Reliability (−0.70; 95%: −0.90 … −0.50), with 4.50 expected and 3.80 experienced."
        " Clearly below expectation: Reliability."
    )
    drawn = satisfaction_cards.expected_and_experienced(sides, reads("servqual.gap"))
    assert list(drawn["series"]) == ["Experience", "Experience", "Expectation", "Expectation"]
    assert list(drawn["value"]) == pytest.approx([3.8, 4.4, 4.5, 4.5])
    weighed = satisfaction_cards.weighed(sides, reads("servqual.gap"))
    assert satisfaction_cards.mend_first(weighed, reads("servqual.gap")) == (
        "Goes along most closely with overall satisfaction: Empathy (0.60, gap −0.10)."
        " Lowest against expectation: Reliability (−0.70, importance 0.30)."
    )


def test_names_of_near_points_stand_away_from_each_other() -> None:
    sides = rows(
        "servqual.gap",
        side("tangibles", -0.12, 0.1, 0.61),
        side("assurance", -0.15, 0.1, 0.63),
        side("empathy", -0.27, 0.1, 0.62),
        by=("dimension",),
    )
    drawn = satisfaction_cards.weighed(sides, reads("servqual.gap"))
    assert list(drawn["label"]) == ["Empathy", "Assurance", "Tangibles"]
    assert list(drawn["below"] + "|" + drawn["above"] + "|" + drawn["right"]) == [
        "Empathy||",
        "|Assurance|",
        "||Tangibles",
    ]


def test_one_group_alone_is_not_drawn_against_itself() -> None:
    class Asked:
        viewer = type("Who", (), {"words": NAMES.words})
        names = NAMES

        def ask(self, metric: str, by: tuple[str, ...]) -> Answer:
            return Answer(metric=metric, by=by)

        def missing(self, answer: Answer) -> None:
            return None

        def readable(self, answer: Answer) -> pd.DataFrame:
            return rows(
                "survey.bias", {"group_kind": "region", "part": "R1", "value": 9.0, "denominator": 9.0, "share": 1.0}
            )

    made = satisfaction_cards.bias(Asked(), "region")
    assert made == ("no-rows", "One group alone", "All these customers belong to one group.")


def test_no_side_is_called_below_where_every_interval_reaches_zero() -> None:
    sides = rows("servqual.gap", side("empathy", -0.1, 0.1, 0.6), by=("dimension",))
    assert "No side lies clearly below expectation." in satisfaction_cards.gaps(sides, reads("servqual.gap"))


def test_drivers_count_those_whose_interval_leaves_out_zero() -> None:
    about = reads("csat.drivers")
    found = rows(
        "csat.drivers",
        {"part": "product", "value": 0.1, "low": -0.1, "high": 0.3, "n": 200.0, "r2": 0.5},
        {"part": "staff", "value": 0.4, "low": 0.2, "high": 0.6, "n": 200.0, "r2": 0.5},
        {"part": "expert", "value": -0.3, "low": -0.5, "high": -0.1, "n": 200.0, "r2": 0.5},
    )
    told = satisfaction_cards.drives(satisfaction_cards.coefficients(found, about), about)
    assert told.startswith("Largest coefficient: Staff (+0.40; 95%: +0.20 … +0.60). The intervals of 2 out of 3")
    assert "explain 50.0%" in told


@pytest.mark.parametrize(("plain", "said"), [(0.81, "within that interval"), (0.7, "outside that interval")])
def test_the_plain_score_is_set_against_the_interval_of_the_weighted(plain: float, said: str) -> None:
    row = rows("csat.weighted_top2", {"value": 0.8, "low": 0.78, "high": 0.82, "n": 400.0, "unweighted": plain})
    told = satisfaction_cards.beside_plain(row.iloc[0], reads("csat.weighted_top2"))
    assert told.startswith("Post-stratified 80.0% (95%: 78.0% – 82.0%), plain ")
    assert said in told


def test_the_steps_of_experience_stand_from_worst_to_best() -> None:
    parts = [
        {"part": part, "value": 1.0, "share": 0.2, "denominator": 5.0} for part in reversed(satisfaction_cards.STEPS)
    ]
    shaped = satisfaction_cards.moved(rows("csat.moved", *parts), reads("csat.moved"))
    assert list(shaped["part"]) == [1, 2, 3, 4, 5]
    assert shaped["label"].iloc[0] == "≪ Very dissatisfied"


def test_the_group_whose_shares_lie_furthest_apart_is_named_and_the_unknown_ones_are_not() -> None:
    def group(part: str, share: float, population: float) -> dict[str, object]:
        shares = {"share": share, "population_share": population, "asked_share": 0.3, "response_rate": 0.4}
        return {"group_kind": "tier", "part": part, "value": 30.0, "denominator": 90.0, **shares}

    groups = rows(
        "survey.bias",
        group("loyal", 0.3, 0.35),
        group("edge", 0.1, 0.4),
        group("new", 0.6, float("nan")),
        by=("group_kind",),
    )
    told = satisfaction_cards.answered(groups.assign(label=groups["part"]), reads("survey.bias"))
    assert told.startswith("Furthest apart: edge, 10.0% of the answers and 40.0% of the active customers; 40.0%")


def test_further_figures_stand_in_the_table_as_texts_and_are_taken_away_as_numbers() -> None:
    sides = rows("servqual.gap", side("empathy", -0.1, 0.1, 0.6), by=("dimension",))
    table = readable.table(sides, NAMES, ("dimension",)).iloc[0].to_dict()
    assert (table["Expectation"], table["Experience"], table["Importance"]) == ("4.50", "4.40", "0.60")
    away = readable.values(sides, NAMES, ("dimension",)).iloc[0].to_dict()
    assert away["Experience"] == pytest.approx(4.4)


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("complaint.per_100_customers", 6.84, "6.8 per 100"),
        ("five.complaint_rate", 0.0684, "6.8 per 100"),
        ("csat.weighted_top2", 0.842, "84.2%"),
        ("servqual.gap", -0.132, "−0.13"),
        ("csat.drivers", 0.243, "+0.24"),
        ("nps", 33.4, "+33"),
    ],
)
def test_figures_are_written_in_their_own_unit(metric: str, value: float, said: str) -> None:
    assert reads(metric).value(value) == said


def test_a_month_without_any_case_is_unknown_and_one_of_which_most_wait_is_not_half_yet() -> None:
    months = {"median": float("nan"), "median_low": float("nan"), "median_high": float("nan")}
    told = rows("complaint.resolution", {**months, "n": 40.0}, {**months, "n": float("nan")})
    assert list(told["value_text"]) == ["not half yet", "–"]
