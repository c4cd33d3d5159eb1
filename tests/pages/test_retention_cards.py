"""What the cards of retention say is true of the figures they were given, and claims nothing that is not clear."""

from typing import Any

import pandas as pd
import pytest

from pages.shared import cohorts, retention_cards
from pages.shared.cached import Answer
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Drawn, Open, said
from warehouse.retention import win_to_keep

WORDS = Words("en")
COHORT, GINI = "retention.cohort", "matrix.gini"
NOTHING = float("nan")


def _reads(metric: str) -> Readable:
    return Readable.of(metric, Names(words=WORDS), "CNY")


def _readable(metric: str, rows: list[dict[str, Any]], by: tuple[str, ...] = ()) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return _reads(metric).rows(
        Answer(metric=metric, by=by, rows=frame.assign(suppressed=None) if len(frame) else frame)
    )


def _cell(cohort: str, age: int, value: float, *, half: float = 0.05, n: float = 100.0) -> dict[str, Any]:
    return {
        "cohort": cohort,
        "age": age,
        "value": value,
        "low": value - half,
        "high": value + half,
        "denominator": n,
        "pending": 0.0,
    }


def _running(cohort: str, age: int, *, n: float = 100.0) -> dict[str, Any]:
    return _cell(cohort, age, NOTHING, n=0.0) | {"pending": n}


def _followed(*rows: dict[str, Any]) -> pd.DataFrame:
    return cohorts.followed(_readable(COHORT, list(rows), ("cohort", "age")), _reads(COHORT))


def test_a_quarter_that_still_runs_shows_no_figure_and_one_that_is_too_small_a_dash() -> None:
    cells = _followed(
        _cell("2025-Q2", 1, 0.30), _cell("2025-Q3", 1, NOTHING, n=9.0), _running("2025-Q2", 2), _running("2025-Q4", 1)
    )
    assert list(zip(cells["cohort"], cells["age"], cells["state"], cells["said"], strict=True)) == [
        ("2025-Q4", 1, "young", "…"),
        ("2025-Q3", 1, "few", "–"),
        ("2025-Q2", 1, "known", "30%"),
        ("2025-Q2", 2, "young", "…"),
    ]
    assert list(cells["label"])[:2] == ["Q4 2025", "Q3 2025"]
    assert cells["strength"].max() == pytest.approx(cohorts.DEEPEST)


def test_the_size_of_a_cohort_stands_beside_it_whether_or_not_its_next_quarter_is_over() -> None:
    cells = _followed(
        _cell("2025-Q2", 1, 0.3, n=80.0), _cell("2025-Q2", 2, 0.2, n=80.0), _running("2025-Q4", 1, n=55.0)
    )
    sizes = cohorts.sizes(cells, _reads(COHORT))
    assert dict(zip(sizes["label"], sizes["said"], strict=True)) == {"Q4 2025": "55", "Q2 2025": "80"}


@pytest.mark.parametrize(
    ("half", "ending"),
    [
        (0.02, "A year before it was 30.0%: a clear difference."),
        (0.15, "A year before it was 30.0%, which is no clear difference."),
    ],
)
def test_cohorts_are_said_to_differ_only_where_they_do(half: float, ending: str) -> None:
    cells = _followed(
        _cell("2024-Q4", 1, 0.30, half=half),
        _cell("2025-Q1", 1, 0.90, half=half),
        _cell("2025-Q4", 1, 0.40, half=half),
        _running("2026-Q1", 1),
    )
    assert cohorts.came_back(cells, _reads(COHORT)) == (
        f"Of 100 customers who first ordered in Q4 2025, 40.0% ordered again in the next quarter. {ending}"
    )


def test_without_a_cohort_of_the_year_before_nothing_is_compared() -> None:
    cells = _followed(_cell("2025-Q1", 1, 0.90), _cell("2025-Q4", 1, 0.40))
    assert cohorts.came_back(cells, _reads(COHORT)).endswith("40.0% ordered again in the next quarter.")
    assert cohorts.came_back(_followed(_running("2025-Q4", 1)), _reads(COHORT)) == (
        "No quarter has enough new customers whose next quarter is over."
    )


def _moves(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = [{"from_cell": start, "to_cell": end, "value": n} for start, end, n in rows]
    reads = _reads("matrix.moves")
    return retention_cards.between_tiers(_readable("matrix.moves", frame, ("from_cell", "to_cell")), reads)


def test_moves_say_which_way_they_go_by_arrow_and_by_name() -> None:
    cells = _moves(("edge", "lost", 9.0), ("lost", "opportunity", 4.0), ("loyal", "loyal", 80.0), ("new", "loyal", 2.0))
    ways = {(row["label"], row["to_label"]): (row["way"], row["said"]) for _, row in cells.iterrows()}
    assert ways == {
        ("Edge", "Lost"): ("worse", "▼ 9"),
        ("Lost", "Opportunity"): ("better", "▲ 4"),
        ("Loyal", "Loyal"): ("stayed", "80"),
        ("New", "Loyal"): ("apart", "2"),
    }
    assert retention_cards.moved(cells, _reads("matrix.moves")) == (
        "Most moves in the last month that has ended: Edge to Lost 9, Lost to Opportunity 4."
    )


def test_where_nobody_moved_it_says_so() -> None:
    cells = _moves(("loyal", "loyal", 80.0), ("new", "loyal", 2.0))
    assert (
        retention_cards.moved(cells, _reads("matrix.moves")) == "Nobody changed tier in the last month that has ended."
    )


def _cost(metric: str, values: dict[str, float]) -> pd.DataFrame:
    rows = [{"month": month, "value": value, "n": 300.0} for month, value in values.items()]
    return _readable(metric, rows, ("month",))


def test_the_band_is_the_reference_of_the_trade_times_the_cost_to_keep() -> None:
    win, keep = (
        _cost("five.cost_to_win", {"2026-02-01": 900, "2026-03-01": 950}),
        _cost("five.cost_to_keep", {"2026-03-01": 200}),
    )
    rows = retention_cards.beside_each_other(win, keep, WORDS)
    low, high = win_to_keep()
    assert (low, high) == (5, 6)
    kept = rows[rows["series"] == "To keep a customer"].iloc[0]
    assert (kept["band_low"], kept["band_high"]) == (1000, 1200)
    assert rows[rows["series"] == "To win a customer"]["band_low"].isna().all()
    assert retention_cards.reckoned(win, keep, _reads("five.cost_to_keep")) == (
        "In the 12 months to Mar 2026, winning a customer cost CN¥950 and keeping one CN¥200. The trade reckons 5 to 6 "
        "against 1: beside this cost to keep, winning would cost CN¥1,000 – CN¥1,200 (the band)."
    )


def test_the_reference_is_left_out_where_keeping_cost_nothing_or_no_month_knows_both() -> None:
    win = _cost("five.cost_to_win", {"2026-02-01": 900})
    free = retention_cards.reckoned(win, _cost("five.cost_to_keep", {"2026-02-01": 0}), _reads("five.cost_to_keep"))
    assert free == "In the 12 months to Feb 2026, winning a customer cost CN¥900 and keeping one CN¥0."
    other = retention_cards.reckoned(win, _cost("five.cost_to_keep", {"2026-03-01": 9}), _reads("five.cost_to_keep"))
    assert other == "No month knows both what it costs to win a customer and what it costs to keep one."


def test_tenths_end_where_they_end_and_the_fifth_is_marked() -> None:
    rows = [
        {
            "part": str(tenth),
            "value": 10.0,
            "share": 0.1,
            "share_so_far": tenth / 10,
            "denominator": 100.0,
            "revenue": 50.0,
        }
        for tenth in range(1, 11)
    ]
    drawn = retention_cards.tenths(_readable("matrix.pareto", rows), _reads("matrix.pareto"))
    assert list(drawn["label"])[:3] == ["First 10%", "10% – 20%", "20% – 30%"]
    assert drawn.loc[drawn["is_fifth"], "customers"].tolist() == [0.2]
    assert drawn["so_far"].tolist() == [tenth / 10 for tenth in range(1, 11)]


def test_a_coefficient_is_written_with_two_digits() -> None:
    assert _reads(GINI).value(0.583) == "0.58"
    assert _reads(GINI).change(-0.021) == "−0.02"
    assert _reads("csat.mean").value(76.44) == "76.4"


def test_a_band_with_too_few_answers_has_a_dash() -> None:
    bands = [
        {
            "part": "up_to_2",
            "value": 60.0,
            "share": 0.6,
            "denominator": 100.0,
            "orders_a_year": 2.5,
            "satisfaction": 71.0,
        }
        | {"answers": 40.0},
        {"part": "over_5", "value": 40.0, "share": 0.4, "denominator": 100.0, "orders_a_year": NOTHING}
        | {"satisfaction": NOTHING, "answers": 4.0},
    ]
    drawn = retention_cards.aged(_readable("matrix.product_age", bands), _reads("matrix.product_age"))
    assert list(drawn["label"]) == ["Up to 2 years", "Over 5 years"]
    assert list(drawn["orders_text"]) == ["2.50", "–"]
    assert list(drawn["satisfaction_text"]) == ["71.0", "–"]


def test_the_triangle_stands_on_the_page_newest_cohort_first(open_page: Open, drawn: Drawn) -> None:
    open_page("retention")
    rows = next(rows for rows, _, _ in drawn if "column" in rows and "strength" in rows)
    assert rows["label"].iloc[0] == "Q4 2025"
    assert list(rows["column"])[:4] == ["n", "+1", "+2", "+3"]


def test_a_feed_that_is_absent_is_named_and_the_rest_stays(open_page: Open, company: Company) -> None:
    company.absent = frozenset({"lead_costs"})
    text = said(open_page("retention"))
    assert "Deliver Lead costs" in text
    assert "Who came back, by quarter of the first order" in text
    assert "is-failed" not in text
