"""The page of the matrices: every matrix opens, cells open to their customers, and its sentences say what the figures say."""

import math
from datetime import date

import pandas as pd
import pytest

from pages.shared import cached
from pages.shared.cached import Answer
from pages.shared.charts.matrices import Axis
from pages.shared.matrix import ages, choice, customers, cuts, moves, points, repurchase
from pages.shared.matrix import cells as picture
from pages.shared.matrix.cuts import Scale
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Drawn, Open, is_told, said
from warehouse.metrics import cells
from warehouse.queries import lists

WORDS = Words("en")


def reads(metric: str) -> Readable:
    return Readable.of(metric, Names(words=WORDS), "CNY")


def rows(metric: str, *lines: dict[str, object], by: tuple[str, ...] = ()) -> pd.DataFrame:
    frame = pd.DataFrame([{"suppressed": None, **line} for line in lines])
    return reads(metric).rows(Answer(metric=metric, by=by, rows=frame))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("matrix", choice.MATRICES)
def test_every_matrix_opens_after_the_two_that_come_first(
    open_page: Open, drawn: Drawn, matrix: str, language: str
) -> None:
    app = open_page("segments", "head", view=matrix, lang=language)
    text = said(app)
    assert not app.exception
    assert "is-failed" not in text
    assert text.index(WORDS_OF[language]["portfolio"]) < text.index(WORDS_OF[language]["value_tier"])
    for rows_drawn, _, title in drawn:
        assert len(rows_drawn) > 0
        assert is_told(text, title)
    if matrix in cells_with_advice():
        for cell in cells(matrix).values():
            if cell.code != "unknown" or matrix == "product_age":
                assert cell.action["zh_CN" if language == "zh_CN" else "en"] in text.replace("&#x27;", "'")


@pytest.mark.parametrize("matrix", choice.MATRICES)
def test_where_there_is_nothing_it_says_so_and_nothing_fails(open_page: Open, company: Company, matrix: str) -> None:
    company.absent = frozenset({"orders", "surveys", "survey_answers", "service_audits"})
    text = said(open_page("segments", view=matrix))
    assert "is-feed-absent" in text
    assert "is-failed" not in text
    assert 'class="count">0<' not in text
    company.absent, company.empty = frozenset(), True
    text = said(open_page("segments", "head", view=matrix))
    assert "is-no-rows" in text
    assert "is-failed" not in text


WORDS_OF = {
    "en": {"portfolio": "Portfolio: attractiveness", "value_tier": "Value tiers: recency"},
    "zh_CN": {"portfolio": "客户组合：吸引力", "value_tier": "价值分层：近度"},
}


def cells_with_advice() -> set[str]:
    return {*choice.ORDER, "repurchase", "service_type", "product_age"}


def test_every_cell_of_a_matrix_with_customers_has_a_place_on_the_page_and_a_view() -> None:
    for matrix, order in choice.ORDER.items():
        assert set(order) | {"unknown"} == set(cells(matrix)) | {"unknown"}
        assert choice.BEST[matrix] in order
        for cell in order:
            view = f"{matrix}.{cell}"
            assert view in choice.VIEWS
            assert (choice.matrix_of(view), choice.cell_of(view, matrix)) == (matrix, cell)
            assert [each for each in order if choice.is_open(view, matrix, each)] == [cell]
        assert choice.cell_of(matrix, matrix) == choice.BEST[matrix]


def test_a_cell_is_a_button_that_opens_its_customers_and_goes_into_the_address(open_page: Open) -> None:
    app = open_page("segments")
    assert "view" not in app.query_params
    app.button(key="pick-value_tier-edge").click().run()
    assert app.query_params["view"] == "value_tier.edge"
    assert "Customers · Edge" in said(app)
    assert app.dataframe[-1].value["Action due"].tolist() == ["call before it is too late"]


def test_customers_are_listed_with_numbers_as_numbers_and_what_is_unknown_as_nothing() -> None:
    told = {"action_en": "call", "action_zh": "联系", "portfolio": "star", "distributor": None, "apostle": None}
    lines = [
        {"customer_code": "a", "branch_id": "n", "customer_kind": "person", "spend": 12345.5, "orders": 3, **told},
        {"customer_code": "b", "branch_id": "n", "customer_kind": "person", "spend": 0, "orders": 0, **told},
    ]
    days = {"last_ordered_on": date(2026, 3, 1), "visits_due": 0.25, "value_tier": "edge"}
    frame = pd.DataFrame(lines).assign(**days, visits_got=[2, None])
    table = customers.listed(Names(words=WORDS), frame, "value_tier")
    assert table["Spend in 12 months"].tolist() == [12345.5, 0.0]
    assert table["Visits got"].tolist() == [2, None]
    assert table["Portfolio"].tolist() == ["Star", "Star"]
    assert not {"Value tier", "Distributor", "Satisfaction and loyalty"} & set(table)
    assert set(table["Action due"]) == {"call"}


def test_the_address_opens_a_cell_and_the_switch_shows_it(open_page: Open) -> None:
    app = open_page("segments", view="apostle.hostage")
    text = said(app)
    assert "Customers · Hostage" in text
    assert text.count("gh-cell is-chosen") == 1
    assert app.session_state["matrix-chosen"] == "apostle"


def test_the_switch_changes_the_matrix(open_page: Open) -> None:
    app = open_page("segments", view="apostle.hostage")
    app.button_group(key="matrix-chosen").set_value("pareto").run()
    assert app.query_params["view"] == "pareto"
    assert "How much comes from how few" in said(app)
    assert "gh-cell is-chosen" not in said(app)


def test_a_view_of_no_matrix_is_named_and_ignored(open_page: Open) -> None:
    app = open_page("segments", view="apostle.star")
    assert "view=apostle.star" in app.warning[0].value
    assert "Customers · Star" in said(app)


def test_the_chosen_cell_stands_out_among_the_points(open_page: Open, drawn: Drawn) -> None:
    open_page("segments", view="distributor.risk")
    shown = next(frame for frame, _, _ in drawn if "x_cut" in frame)
    assert shown.loc[shown["is_chosen"], "view"].tolist() == ["distributor.risk"]


def test_who_has_nothing_has_no_place_on_an_axis_of_ratios() -> None:
    frame = pd.DataFrame({"x": [100.0, 0.0], "y": [0.6, 0.0]})
    even, ratios = Scale(Axis("even"), str), Scale(Axis("ratios", spread="ratios"), str)
    assert points.drawable(frame, (ratios, even)).index.tolist() == [0]
    assert points.drawable(frame, (even, even)).index.tolist() == [0, 1]
    assert points.drawable(frame, (even, ratios)).index.tolist() == [0]


def test_who_stands_in_a_small_field_and_who_has_no_place_are_told_apart(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **chosen: str) -> pd.DataFrame:
        found = company.points(None, None, **chosen)
        return pd.concat([found, found.iloc[:1].assign(x=0.0, customers=5)], ignore_index=True)

    small, zero = "Not drawn: 2, in fields of fewer than 3 customers.", "Not drawn: {n} at zero"
    text = said(open_page("segments", view="portfolio"))
    assert small in text
    assert zero.format(n=5) not in text
    cached.everything.clear()
    monkeypatch.setattr(lists, "points", asked)
    text = said(open_page("segments", view="portfolio"))
    assert small in text
    assert f"{zero.format(n=5)}, for which an axis of ratios has no place." in text


def test_lines_of_whole_numbers_lie_between_them() -> None:
    tiers = cuts.tier_cuts()
    lain = cuts.lines(pd.DataFrame(), "value_tier", date(2026, 3, 1))
    assert (lain.x, lain.y, lain.x_corner) == (tiers["recent"] - 0.5, tiers["orders"] - 0.5, tiers["edge"] - 0.5)
    assert math.isnan(lain.y_corner)


def test_lines_are_those_of_the_month_asked_for() -> None:
    heads = ["month_on", "axis", "measured_by", "cut_at", "corner_at"]
    asked = pd.DataFrame(
        [
            [date(2026, 2, 1), "sales", "orders", 7.0, None],
            [date(2026, 2, 1), "loyalty", "orders", 5.5, None],
            [date(2026, 3, 1), "loyalty", "orders", 5.5, None],
            [date(2026, 3, 1), "sales", "orders", 9.0, None],
        ],
        columns=heads,
    )
    lain = cuts.lines(asked, "distributor", date(2026, 3, 1))
    assert (lain.x, lain.y, lain.measured_by) == (9.0, 5.5, "orders")
    assert math.isnan(lain.x_corner)
    assert math.isnan(cuts.lines(asked, "distributor", date(2026, 4, 1)).x)


def move(start: str, end: str, customers: float) -> dict[str, object]:
    return {"from_cell": start, "to_cell": end, "value": customers}


def test_moves_are_counted_without_those_who_came_left_or_stayed() -> None:
    frame = rows(
        "matrix.moves",
        move("loyal", "loyal", 90.0),
        move("loyal", "opportunity", 4.0),
        move("opportunity", "edge", 6.0),
        move("new", "opportunity", 3.0),
        move("edge", "gone", 2.0),
        by=("from_cell", "to_cell"),
    )
    assert moves.told(WORDS, "value_tier", frame) == (
        "Of 102 customers placed a month before, 10 changed cell; most often from Opportunity to Edge (6)."
        " Newly here: 3. No longer here: 2."
    )


def test_no_moves_are_said_as_none() -> None:
    frame = rows("matrix.moves", move("loyal", "loyal", 9.0), by=("from_cell", "to_cell"))
    assert moves.told(WORDS, "value_tier", frame).startswith("Of 9 customers placed a month before, none changed cell.")


def near(cell: str, share: float, everybody: float) -> dict[str, object]:
    return {"label": cell, "would_move_share": share, "would_move_of_all": everybody}


def test_sensitivity_names_the_share_of_all_and_the_most_sensitive_cell() -> None:
    told = picture.near_a_cut(WORDS, pd.DataFrame([near("Star", 0.1, 0.12), near("Dog", 0.3, 0.12)]))
    assert told == "12% would change cell if one cut moved by 10%; the highest share is in Dog (30%)."
    nobody = picture.near_a_cut(WORDS, pd.DataFrame([near("Star", 0.0, 0.0)]))
    assert nobody == "Nobody would change cell if a cut moved by 10%."


def answered(cell: str, value: float, half: float, n: float = 100.0) -> dict[str, object]:
    product, service = repurchase.ANSWERS[cell]
    low, high = (value - half, value + half) if n else (math.nan, math.nan)
    return {
        "part": cell,
        "product_satisfied": product,
        "service_satisfied": service,
        "value": value if n else math.nan,
        "low": low,
        "high": high,
        "denominator": n,
    }


@pytest.mark.parametrize(
    ("both", "product", "said_of_it"),
    [
        (0.6, 0.4, "repurchase differs by +20.0 pts with a satisfying service, beyond chance"),
        (0.4, 0.6, "repurchase differs by −20.0 pts with a satisfying service, beyond chance"),
        (0.6, 0.58, "no clear difference"),
    ],
)
def test_what_service_adds_is_said_only_where_it_is_clear(both: float, product: float, said_of_it: str) -> None:
    frame = rows("matrix.repurchase", answered("both", both, 0.05), answered("product", product, 0.05))
    told = repurchase.steps(frame, reads("matrix.repurchase"))
    assert told.startswith("Where the product satisfies")
    assert said_of_it in told
    assert "does not satisfy" not in told


def test_hidden_cells_are_not_compared() -> None:
    frame = rows("matrix.repurchase", answered("service", 0.5, 0.05), answered("neither", 0.0, 0.0, n=0.0))
    told = repurchase.steps(frame, reads("matrix.repurchase"))
    assert told == "Where the product does not satisfy, too few answered to tell what service adds."


def test_only_cells_whose_interval_leaves_the_trades_figure_out_are_above_or_below_it() -> None:
    frame = pd.DataFrame(
        [
            {"label": "a", "low": 0.5, "high": 0.6, "reference": 0.97},
            {"label": "b", "low": 0.5, "high": 0.7, "reference": 0.67},
            {"label": "c", "low": 0.4, "high": 0.6, "reference": 0.31},
            {"label": "d", "low": math.nan, "high": math.nan, "reference": 0.2},
        ]
    )
    told = repurchase.against_the_trade(frame, reads("matrix.repurchase"))
    assert told.startswith("Clearly above the trade's figure: c. Clearly below the trade's figure: a. ")
    none = repurchase.against_the_trade(frame.iloc[1:2], reads("matrix.repurchase"))
    assert none.startswith("No cell differs clearly")


def test_ages_name_the_ends_and_how_many_are_hidden() -> None:
    frame = pd.DataFrame(
        {
            "usage_name": ["Private", "Private", "Company"],
            "label": ["Up to 2 years", "Over 5 years", "Over 5 years"],
            "orders_a_year": [2.5, 1.25, math.nan],
        }
    )
    assert ages.told(WORDS, frame, "orders_a_year") == (
        "Orders a year: 2.50 for Private · Up to 2 years, 1.25 for Private · Over 5 years. 1 group is too small to show."
    )
