"""The matrices of a random company against a calculation of their own, customer by customer, in pandas."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.queries import standings
from tests.queries.company import UNTIL, Company, company
from tests.queries.standings import Month
from tests.queries.test_order_figures import after, home_of, months_back
from warehouse import db
from warehouse.metrics import cells, cuts
from warehouse.queries import lists
from warehouse.queries.figures import figure
from warehouse.queries.prepared import prepared
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

TABLES = ("segment_apostle", "segment_customer", "segment_cut", "segment_move")
SAMPLE = [date(2024, 2, 1), date(2025, 2, 1), date(2025, 9, 1), date(2026, 1, 1), date(2026, 5, 1)]
MATRICES = ("portfolio", "distributor", "apostle", "value_tier")
HEAD = "head@example.com"
SCOPES = (
    Scope(),
    Scope(filters={"customer_kind": ("distributor",)}),
    Scope(branches=("b1",)),
    Scope(regions=("r0",), filters={"customer_kind": ("person", "company")}),
)
AXES = {
    "portfolio": ("attractiveness", "support"),
    "value_tier": ("months", "orders"),
    "distributor": ("spend", "distributor_loyalty"),
    "apostle": ("satisfaction", "apostle_loyalty"),
}


@dataclass(frozen=True)
class Firm:
    """A published company, and who stands where in it by our own reckoning."""

    made: Company
    house: House
    measure: dict[str, Callable[[date], Month]]

    @property
    def reader(self) -> Reader:
        return self.house.reader()

    def placed(self, matrix: str, month: date) -> pd.Series:
        """The cell of everybody at a month's end."""
        if matrix == "value_tier":
            return standings.tiers(self.made, month)
        return standings.placed(matrix, [self.measure[matrix](months_back(month, back)) for back in range(6, -1, -1)])

    def near(self, matrix: str, month: date) -> pd.Series:
        """Whether each would change cell if one cut moved by a tenth of itself."""
        if matrix != "value_tier":
            return standings.near(matrix, self.measure[matrix](month))
        plain = standings.tiers(self.made, month)
        moved = [{"often": 4}, {"year": 10}, {"year": 13}, {"recent": 5}, {"edge": 10}, {"edge": 13}]
        return pd.concat([standings.tiers(self.made, month, **cut) != plain for cut in moved], axis=1).any(axis=1)


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[Firm]:
    """The company with distributors and surveys, published once for all that only read it."""
    database, made = db.embedded(server, "segment_figures", template=template), company(13)
    for row in made.customers[::3]:
        row["customer_kind"] = "distributor"
    invites, answers = standings.surveys_of(made, 13)
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **made.feeds(), surveys=invites, survey_answers=answers)
    house.grant(HEAD, region="r1")
    measure: dict[str, Callable[[date], Month]] = {
        "portfolio": cache(lambda month: standings.portfolio(made, month)),
        "distributor": cache(lambda month: standings.distributor(made, month)),
        "apostle": cache(lambda month: standings.apostle(made, month, invites, answers)),
    }
    yield Firm(made, house, measure)
    database.dispose()


def visits(made: Company, month: date) -> pd.Series:
    """Visits that reached a customer in the three months that end with `month`."""
    contacts = made.frame("contacts")
    on = contacts["started_at"].dt.date
    is_visit = (contacts["purpose_code"] == "visit") & (contacts["outcome_code"] == "answered")
    return contacts[is_visit & (on >= months_back(month, 2)) & (on < after(month))]["customer_id"].value_counts()


def of_month(frame: pd.DataFrame, month: date) -> pd.DataFrame:
    return frame[frame["month"] == month].set_index("part")


@pytest.mark.parametrize("month", SAMPLE, ids=str)
@pytest.mark.parametrize("matrix", MATRICES)
def test_a_matrix(firm: Firm, matrix: str, month: date) -> None:
    expected = firm.placed(matrix, month)
    found = of_month(figure(firm.reader, f"matrix.{matrix}", Scope(), by=["month"]), month)
    assert found["value"].to_dict() == expected.value_counts().to_dict()
    assert found["share"].sum() == pytest.approx(1)
    year = standings.year_of(firm.made, month)
    revenue = year.groupby(year["customer_id"].map(expected))["amount"].sum()
    assert found["revenue"].to_dict() == pytest.approx(revenue.reindex(found.index, fill_value=0).to_dict())
    seen = visits(firm.made, month).groupby(expected).sum()
    assert found["visits_got"].to_dict() == seen.reindex(found.index, fill_value=0).to_dict()
    near = firm.near(matrix, month).groupby(expected).sum()
    assert found["would_move"].to_dict() == near.reindex(found.index, fill_value=0).to_dict()
    assert found["would_move_share"].to_dict() == pytest.approx((found["would_move"] / found["value"]).to_dict())
    assert found["would_move_of_all"].tolist() == pytest.approx([near.sum() / len(expected)] * len(found))


def test_the_band_matters_in_this_company(firm: Firm) -> None:
    """Else the tests above would prove nothing of it."""
    months = [months_back(date(2026, 5, 1), back) for back in range(24)]
    kept = [
        (firm.placed(matrix, month) != standings.placed(matrix, [firm.measure[matrix](month)])).sum()
        for matrix in ("portfolio", "distributor")
        for month in months
    ]
    assert sum(kept) > 10


def test_by_wallets_says_how_the_portfolio_was_measured(firm: Firm) -> None:
    found = figure(firm.reader, "matrix.portfolio", Scope(), by=["month"])
    for month in SAMPLE:
        told = found[found["month"] == month]["by_wallets"]
        assert set(told) == {float(date(2025, 3, 1) <= month < date(2026, 9, 1))}


def test_visits_due_are_the_norm_of_the_cell(firm: Firm) -> None:
    found = of_month(figure(firm.reader, "matrix.portfolio", Scope(), by=["month"]), SAMPLE[-1])
    norms = {"star": 3, "question": 3, "cash_cow": 1, "dog": 0.25, "unknown": 0}
    assert found["visits_due"].to_dict() == {cell: norms[cell] * row.value for cell, row in found.iterrows()}


@pytest.mark.parametrize("matrix", MATRICES)
def test_rows_of_the_moves_are_last_months_counts_and_columns_this_months(firm: Firm, matrix: str) -> None:
    counts = figure(firm.reader, f"matrix.{matrix}", Scope(), by=["month", "branch", "customer_kind"])
    place = ["branch", "customer_kind"]
    scope = Scope(filters={"matrix": (matrix,)})
    moves = figure(firm.reader, "matrix.moves", scope, by=["month", *place, "from_cell", "to_cell"])
    months = sorted(counts["month"].unique())
    assert len(months) > 20
    for before, month in zip([None, *months], months, strict=False):
        step = moves[moves["month"] == month].fillna("")
        came, stand = step[step["from_cell"] != "new"], step[step["to_cell"] != "gone"]
        then, now = (counts[counts["month"] == on].fillna("") for on in (before, month))
        assert (
            came.groupby([*place, "from_cell"])["value"].sum().to_dict()
            == then.set_index([*place, "part"])["value"].to_dict()
        )
        assert (
            stand.groupby([*place, "to_cell"])["value"].sum().to_dict()
            == now.set_index([*place, "part"])["value"].to_dict()
        )


@pytest.mark.parametrize("matrix", MATRICES)
def test_moves(firm: Firm, matrix: str) -> None:
    month = SAMPLE[-1]
    before, now = firm.placed(matrix, months_back(month, 1)), firm.placed(matrix, month)
    both = pd.DataFrame({"before": before, "now": now})
    expected = both.fillna({"before": "new", "now": "gone"}).value_counts().to_dict()
    found = figure(firm.reader, "matrix.moves", Scope(filters={"matrix": (matrix,)}), by=["from_cell", "to_cell"])
    assert found.set_index(["from_cell", "to_cell"])["value"].to_dict() == expected


@pytest.mark.parametrize("matrix", MATRICES)
def test_each_cell_opens_to_its_customers(firm: Firm, matrix: str) -> None:
    expected, home = firm.placed(matrix, SAMPLE[-1]), home_of(firm.made)
    for cell in cells(matrix).values():
        found = lists.customers(firm.reader, Scope(), matrix=matrix, cell=cell.code)
        assert set(found["customer_code"]) == set(expected[expected == cell.code].index)
        assert [home[person] for person in found["customer_code"]] == found["branch_id"].tolist()
        assert (found["as_of_on"] == date(2026, 5, 31)).all()
        assert found["spend"].is_monotonic_decreasing
        assert (found["action_en"] == cell.action["en"]).all()


def month_number(on: date) -> int:
    return 12 * on.year + on.month


def published(firm: Firm, matrix: str, scope: Scope, *, by_head: bool = False) -> pd.DataFrame:
    """Whom a person sees in the matrix: cell, x and y and their field, beside what else is published of them."""
    rows = firm.house.published("segment_customer").dropna(subset=["branch_id", matrix])
    rows["months"] = rows["as_of_on"].map(month_number) - rows["last_ordered_on"].map(month_number, na_action="ignore")
    across, up = AXES[matrix]
    rows = rows.assign(cell=rows[matrix], x=rows[across].astype(float), y=rows[up].astype(float))
    rows = rows.assign(field_x=rows[f"{matrix}_field_x"].astype(float), field_y=rows[f"{matrix}_field_y"].astype(float))
    regions, kinds = ("r1",) if by_head else scope.regions, scope.filters.get("customer_kind", ())
    chosen = [
        ("region_id", regions),
        ("region_id", scope.regions),
        ("branch_id", scope.branches),
        ("customer_kind", kinds),
    ]
    for column, codes in chosen:
        rows = rows[rows[column].isin(codes)] if codes else rows
    return rows


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_field_is_the_nearest_step_of_the_catalogue(firm: Firm, matrix: str) -> None:
    rows, steps = published(firm, matrix, Scope()), json.loads(cuts())[matrix]["grid"]
    placed = rows[rows["cell"] != "unknown"]
    assert len(placed) > 10
    assert rows[rows["cell"] == "unknown"][["field_x", "field_y"]].isna().all(axis=None)
    for axis, step in zip("xy", steps, strict=True):
        at, field = placed[axis], placed[f"field_{axis}"]
        if step["in_ratios"]:
            assert (field > 0).equals(at > 0)
            at, field = np.log(at[at > 0]), np.log(field[at > 0])
        steps_away = field / step["width"]
        assert np.allclose(steps_away, steps_away.round())
        assert ((at - field).abs() <= step["width"] / 2 + 1e-9).all()


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("matrix", MATRICES)
def test_points_and_fields_are_whom_a_person_sees(
    firm: Firm, matrix: str, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SMALLEST_FIELD", 2)
    for by_head in (False, True):
        reader = firm.house.reader(HEAD) if by_head else firm.reader
        rows = published(firm, matrix, scope, by_head=by_head).dropna(subset=["field_x"])
        if matrix not in lists.IN_WHOLE_STEPS:
            found = lists.points(reader, scope, matrix=matrix).set_index("customer_code")
            expected = rows.set_index("customer_code")[["cell", "x", "y"]]
            assert found[["cell", "x", "y"]].to_dict("index") == expected.to_dict("index")
        with monkeypatch.context() as patch:
            patch.setattr(lists, "MOST_POINTS", 0)
            found = lists.points(reader, scope, matrix=matrix)
        fields = rows.groupby(["cell", "field_x", "field_y"]).size()
        shown = fields[fields >= 2]
        assert found.set_index(["cell", "x", "y"])["customers"].to_dict() == shown.to_dict()
        assert set(found["left_out"]) <= {len(rows) - shown.sum()}


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("matrix", MATRICES)
def test_the_first_of_a_cell_are_those_with_the_highest_spend_of_all_whom_a_person_sees(
    firm: Firm, matrix: str, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "FIRST_LOOK", 1)
    for by_head in (False, True):
        reader = firm.house.reader(HEAD) if by_head else firm.reader
        rows = published(firm, matrix, scope, by_head=by_head)
        rows = rows.sort_values(["spend", "customer_code"], ascending=[False, True])
        for cell in cells(matrix):
            found = lists.customers(reader, scope, matrix=matrix, cell=cell, most=3)
            there = rows[rows["cell"] == cell]
            assert found["customer_code"].tolist() == there["customer_code"].tolist()[:3]
            assert set(found["in_cell"]) <= {len(there)}


@pytest.mark.parametrize(
    ("question", "matrices"), [("segment_customers", MATRICES), ("segment_points", ("portfolio", "distributor"))]
)
def test_whoever_asks_the_first_places_of_a_cell_are_looked_up(
    firm: Firm, question: str, matrices: tuple[str, ...]
) -> None:
    """By the plan that every person's question is answered by; in a company this small, all would rather be read."""
    with firm.reader.transaction() as connection:
        connection.exec_driver_sql("set local enable_seqscan = off")
        asked = prepared(question).plan.partition(" as ")[2]
        plan = connection.exec_driver_sql(
            f"explain (generic_plan, format json) {asked}", execution_options={"no_parameters": True}
        ).scalar_one()
    looked_up = [scan["Index Cond"] for scan in scans(plan[0]["Plan"]) if "Index Cond" in scan]
    for matrix in matrices:
        assert any(
            all(f"({column} " in each for column in (matrix, "branch_id", f"{matrix}_place")) for each in looked_up
        ), (matrix, looked_up)
    assert any("(grain = " in each for each in looked_up)


def scans(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


@pytest.mark.parametrize("matrix", ["portfolio", "distributor", "apostle"])
def test_a_branch_head_sees_the_cuts_of_the_company(firm: Firm, matrix: str) -> None:
    head = firm.house.reader(HEAD)
    lines = lists.cuts(head, matrix=matrix)
    pd.testing.assert_frame_equal(lines, lists.cuts(firm.reader, matrix=matrix))
    found = lines[lines["month_on"] == SAMPLE[-1]].set_index("axis")["cut_at"].tolist()
    assert sorted(found) == pytest.approx(sorted(cut[0] for cut in firm.measure[matrix](SAMPLE[-1]).cuts.values()))
    mine = figure(head, f"matrix.{matrix}", Scope(), by=["month"])
    pd.testing.assert_frame_equal(mine, figure(firm.reader, f"matrix.{matrix}", Scope(regions=("r1",)), by=["month"]))


def test_a_customer_is_in_one_tier_at_a_time(firm: Firm) -> None:
    overlapping = firm.house.rows(
        "with spell as (select *, lead(from_on) over (partition by customer_id order by from_on) as next_from_on"
        " from curated.tier_spell(cast(:cuts as jsonb))) select * from spell where next_from_on is distinct from"
        " case when until_on < 'infinity' then until_on end",
        cuts=cuts(),
    )
    assert overlapping.empty
