"""Customers of a matrix as points or fields: where each stands, which fields are left out, and who may see them."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.harness import House
from tests.queries.test_segment_rules import asked, orders, sell
from tests.queries.test_segment_rules import house as house
from warehouse.queries import lists
from warehouse.queries.lists import Matrix
from warehouse.scope import Scope

EVERYWHERE = Scope()
STEADY = ["2025-08", "2025-10", "2025-12", "2026-02", "2026-04", "2026-06"]


def points(house: House, matrix: Matrix, scope: Scope = EVERYWHERE) -> pd.DataFrame:
    return lists.points(house.reader(), scope, matrix=matrix)


def test_distributors_stand_between_sales_and_months_with_an_order(house: House) -> None:
    sell(
        house,
        {"steady": [(f"{month}-05", 10) for month in STEADY], "burst": [("2026-07-01", 500), ("2026-07-02", 500)]},
    )
    found = points(house, "distributor").set_index("customer_code")
    assert found[["x", "y"]].to_dict("index") == {"steady": {"x": 60, "y": 6}, "burst": {"x": 1000, "y": 1}}
    assert found["cell"].to_dict() == {"steady": "support", "burst": "relation"}
    assert (found["customers"] == 1).all()
    assert (found["left_out"] == 0).all()
    assert set(found["as_of_on"]) == {date(2026, 7, 31)}


def test_tiers_are_fields_of_months_since_the_last_order_and_orders(house: House) -> None:
    sell(
        house,
        {
            "now": [("2026-07-10", 5)],
            "also_now": [("2026-07-30", 5)],
            "in_winter": [("2026-01-31", 5), ("2025-12-01", 5)],
            "long_ago": [("2024-07-31", 5)],
        },
    )
    found = points(house, "value_tier")
    assert found["customer_code"].isna().all()
    assert found[["cell", "x", "y", "customers"]].values.tolist() == [
        ["edge", 6, 2, 1],
        ["lost", 24, 0, 1],
        ["opportunity", 0, 1, 2],
    ]


def test_beyond_so_many_there_are_fields_and_small_ones_are_left_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_POINTS", 4)
    monkeypatch.setattr(lists, "SMALLEST_FIELD", 2)
    alike = {f"c{n}": [("2026-07-01", 110 + n)] for n in range(4)}
    sell(house, {**alike, "far": [("2026-07-01", 9000)]})
    found = points(house, "distributor")
    # ln 110 … ln 113 all lie nearest to 19 steps of 0.25, at e^4.75 = 115.6; the median, 112, cuts the four into two cells
    assert found["customer_code"].isna().all()
    assert found[["cell", "customers", "left_out"]].values.tolist() == [["relation", 2, 1], ["risk", 2, 1]]
    assert found["x"].tolist() == pytest.approx([115.584, 115.584], abs=0.001)


def test_what_is_nothing_stands_at_zero_on_an_axis_of_ratios(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(house, {"free": [("2026-07-01", 0)], "also_free": [("2026-07-03", 0)], "sold": [("2026-07-01", 1)]})
    assert points(house, "distributor")["x"].tolist() == [0, 0, 1]
    monkeypatch.setattr(lists, "MOST_POINTS", 2)
    monkeypatch.setattr(lists, "SMALLEST_FIELD", 1)
    assert points(house, "distributor")[["cell", "x", "customers"]].values.tolist() == [
        ["relation", 0, 2],
        ["relation", 1, 1],
    ]


def test_where_all_stand_in_small_fields_nobody_is_drawn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_POINTS", 1)
    sell(house, {"a": [("2026-07-01", 10)], "b": [("2026-07-01", 900)]})
    assert points(house, "distributor").empty


def test_who_is_not_placed_is_no_point(house: House) -> None:
    sell(house, {"known": [("2026-07-01", 10)]})
    house.deliver(orders=[{**orders({"known": [("2026-07-02", 1)]})[0], "order_id": "x", "customer_id": "stranger"}])
    assert points(house, "distributor")["customer_code"].tolist() == ["known"]


def test_apostles_stand_between_satisfaction_and_days_with_an_order(house: House) -> None:
    sell(house, {"a": [("2026-07-01", 10), ("2026-07-02", 10)]})
    house.deliver(**asked({"a": [("2026-06-01", "overall", 80)]}))
    found = points(house, "apostle").iloc[0]
    assert (found["cell"], found["x"], found["y"], found["customers"]) == ("loyalist", 80, 2, 1)


def test_points_are_narrowed_and_seen_by_branch(house: House) -> None:
    sell(house, {"a": [("2026-07-01", 10)], "b": [("2026-07-01", 20)]})
    assert points(house, "distributor", Scope(branches=("b",)))["customer_code"].tolist() == ["b"]
    assert points(house, "distributor", Scope(filters={"customer_kind": ("person",)})).empty
    nobody = replace(house.reader(), person="nobody@example.com")
    assert lists.points(nobody, Scope(), matrix="distributor").empty


def test_a_cell_says_how_many_stand_in_it_beside_those_listed(house: House) -> None:
    sell(house, {name: [("2026-07-01", amount)] for name, amount in (("a", 10), ("b", 20), ("c", 30))})
    found = lists.customers(house.reader(), Scope(), matrix="value_tier", cell="opportunity", most=2)
    assert found["customer_code"].tolist() == ["c", "b"]
    assert set(found["in_cell"]) == {3}
