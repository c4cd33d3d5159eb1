"""Retention: each order touches the quarters that it can change and no others; `test_sides_incremental` delivers at random."""

from datetime import UTC, date, datetime

import pandas as pd

from tests.harness import House
from tests.published.test_sides_incremental import changed, slices
from warehouse.db import Database

TABLE = "retention_cohort"
Row = dict[str, object]


def customer(name: str, branch: str) -> Row:
    return {"customer_id": name, "branch_id": branch, "customer_kind": "person", "created_on": date(2020, 1, 1)}


def order(name: str, day: str, *, number: str = "") -> Row:
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return {"order_id": number or f"{name}-{day}", "customer_id": name, "branch_id": "b0", "ordered_at": at}


def quarters(*days: str) -> list[date]:
    return [date.fromisoformat(day) for day in days]


def test_an_order_touches_its_quarter_and_a_first_one_all_of_its_customer(database: Database) -> None:
    house = House(database, only=[TABLE]).open()
    branches = [{"branch_id": f"b{number}", "region_id": "r"} for number in range(2)]
    house.deliver(
        until=datetime(2026, 3, 31, tzinfo=UTC),
        branches=branches,
        customers=[customer("a", "b0"), customer("b", "b0")],
        orders=[
            *(order("a", day) for day in ("2024-02-10", "2024-08-01", "2025-01-20")),
            *(order("b", day) for day in ("2023-05-01", "2024-05-01")),
        ],
    )

    def touched_by(**feeds: list[Row]) -> list[date]:
        before = slices(house)
        house.deliver(**feeds)
        return changed(before, slices(house), TABLE)

    assert touched_by(orders=[order("a", "2025-05-02")]) == quarters("2025-04-01")
    assert touched_by(orders=[order("stranger", "2025-05-02")]) == quarters("2025-04-01")
    before_all = quarters("2023-10-01", "2024-01-01", "2024-07-01", "2025-01-01", "2025-04-01")
    assert touched_by(orders=[order("a", "2023-11-11", number="early")]) == before_all
    back_again = touched_by(orders=[order("a", "2025-05-03", number="early")])  # the first order was a mistake
    assert back_again == before_all
    assert touched_by(customers=[customer("b", "b1")]) == quarters("2023-04-01", "2024-04-01")
    found = house.published(TABLE)
    assert found[found["branch_id"] == "b1"]["cohort_on"].tolist() == quarters("2023-04-01", "2023-04-01")
    house.rebuild()
    pd.testing.assert_frame_equal(found, house.published(TABLE))
