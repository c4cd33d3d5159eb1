"""Who comes back: a handful of customers typed by hand, and the shares of each cohort that must come of them."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from warehouse.db import Database
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

TABLES = ("branch", "retention_cohort")
BRANCHES = [{"branch_id": "n", "region_id": "north"}, {"branch_id": "s", "region_id": "south"}]
UNTIL = datetime(2026, 4, 2, tzinfo=UTC)
"""The first quarter of 2026 is over, the second runs."""
METRIC, CELLS = "retention.cohort", ("cohort", "age")
EVER = Scope()
Row = dict[str, object]


def customer(name: str, *, branch: str = "n") -> Row:
    return {"customer_id": name, "branch_id": branch, "customer_kind": "person", "created_on": date(2020, 1, 1)}


def order(name: str | None, day: str | None, *, branch: str = "n") -> Row:
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00") if day else None
    return {"order_id": f"{name}-{day}", "customer_id": name, "branch_id": branch, "ordered_at": at, "amount": 100}


def bought(days: dict[str, int], *, branch: str = "n", prefix: str = "c") -> list[Row]:
    """On each day so many of the same customers, the first of them always the first to come."""
    return [order(f"{prefix}{number}", day, branch=branch) for day, many in days.items() for number in range(many)]


def reader_of(database: Database, orders: list[Row], *, until: datetime = UNTIL) -> Reader:
    house = House(database, only=TABLES).open()
    on_file = {str(row["customer_id"]): customer(str(row["customer_id"])) for row in orders if row["customer_id"]}
    house.deliver(until=until, branches=BRANCHES, customers=list(on_file.values()), orders=orders)
    return house.reader()


def cells(reader: Reader, scope: Scope = EVER, by: tuple[str, ...] = CELLS) -> pd.DataFrame:
    return figure(reader, METRIC, scope, by=by).set_index(list(by))


TWO_YEARS = {"2025-02-03": 40, "2025-03-20": 40, "2025-05-01": 30, "2025-08-15": 10, "2026-01-05": 20}


def test_a_cohort_is_followed_quarter_by_quarter(database: Database) -> None:
    rows = cells(reader_of(database, bought(TWO_YEARS)))
    assert rows.index.tolist() == [("2025-Q1", age) for age in range(1, 6)]
    assert rows["numerator"].tolist()[:4] == [30, 10, 0, 20]  # a quarter away is no farewell
    assert rows["denominator"].tolist() == [40, 40, 40, 40, 0]
    assert rows["value"].tolist()[:4] == [0.75, 0.25, 0, 0.5]
    assert rows["pending"].tolist() == [0, 0, 0, 0, 40]  # the second quarter of 2026 still runs
    first = rows.loc[("2025-Q1", 1)]
    assert (round(first["low"], 4), round(first["high"], 4)) == (0.5981, 0.8581)  # Wilson of 30 in 40


def test_without_an_age_the_last_quarter_counts_and_everybody_once(database: Database) -> None:
    later = bought({"2025-10-09": 25, "2026-02-01": 5}, prefix="d")
    newest = bought({"2026-01-20": 30}, prefix="e")
    reader = reader_of(database, [*bought(TWO_YEARS), *later, *newest])
    whole = figure(reader, METRIC, Scope()).iloc[0]
    assert (whole["numerator"], whole["denominator"], whole["pending"]) == (25, 65, 30)
    by_cohort = cells(reader, by=("cohort",))
    assert by_cohort["denominator"].to_dict() == {"2025-Q1": 40, "2025-Q4": 25, "2026-Q1": 0}
    assert by_cohort["numerator"].tolist()[:2] == [20, 5]


@pytest.mark.parametrize(
    ("until", "over"),
    [
        (datetime(2026, 3, 30, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 31, 0, 1, tzinfo=UTC), True),  # the orders reach the last day of the quarter
    ],
)
def test_a_quarter_is_over_once_the_orders_reach_its_last_day(
    database: Database, until: datetime, *, over: bool
) -> None:
    rows = cells(reader_of(database, bought({"2025-11-02": 30, "2026-03-30": 15}), until=until))
    row = rows.loc[("2025-Q4", 1)]
    assert (row["denominator"], row["pending"]) == ((30, 0) if over else (0, 30))
    assert row["value"] == 0.5 if over else np.isnan(row["value"])
    assert len(rows) == (2 if over else 1)


def test_customers_count_at_home_wherever_they_order(database: Database) -> None:
    orders = bought({"2025-02-03": 25}) + bought({"2025-05-03": 25}, branch="s")
    rows = cells(reader_of(database, orders), by=("branch", "age"))
    assert set(rows.index.get_level_values("branch")) == {"n"}
    assert rows.loc[("n", 1), "value"] == 1


def test_a_period_chooses_the_cohorts_whose_quarter_it_touches(database: Database) -> None:
    orders = (
        bought({"2024-12-31": 20}) + bought({"2025-01-01": 20}, prefix="d") + bought({"2025-04-01": 20}, prefix="e")
    )
    reader = reader_of(database, orders)
    one_day = Scope(period=Period(start=date(2025, 2, 10), end=date(2025, 2, 11)))
    assert set(cells(reader, one_day).reset_index()["cohort"]) == {"2025-Q1"}
    three = Scope(period=Period(start=date(2024, 12, 31), end=date(2025, 4, 2)))
    assert set(cells(reader, three).reset_index()["cohort"]) == {"2024-Q4", "2025-Q1", "2025-Q2"}
    two = Scope(period=Period(start=date(2024, 12, 31), end=date(2025, 4, 1)))
    assert set(cells(reader, two).reset_index()["cohort"]) == {"2024-Q4", "2025-Q1"}


def test_nineteen_are_too_few(database: Database) -> None:
    row = cells(reader_of(database, bought({"2025-02-03": 19, "2025-05-03": 5}))).loc[("2025-Q1", 1)]
    assert row["suppressed"] == "n too small"
    assert np.isnan(row["value"])
    assert row["denominator"] == 19


def test_orders_of_nobody_and_of_no_day_are_no_ones(database: Database) -> None:
    nobody = [order(None, "2025-02-03") | {"order_id": f"x{number}"} for number in range(30)]
    undated = [order(f"c{number}", None) for number in range(20)]
    rows = cells(reader_of(database, [*bought({"2025-02-03": 20, "2025-05-03": 4}), *nobody, *undated]))
    assert rows.loc[("2025-Q1", 1), ["numerator", "denominator"]].tolist() == [4, 20]


def test_whoever_is_on_no_file_lives_where_the_first_order_was(database: Database) -> None:
    house = House(database, only=TABLES).open()
    orders = bought({"2025-02-03": 25}, branch="s") + bought({"2025-05-03": 25}, branch="n")
    house.deliver(until=UNTIL, branches=BRANCHES, orders=orders)
    rows = cells(house.reader(), by=("branch", "age"))
    assert rows.loc[("s", 1), ["numerator", "denominator"]].tolist() == [25, 25]
    assert set(rows.index.get_level_values("branch")) == {"s"}


def test_a_head_sees_the_cohorts_of_the_branch_alone(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.grant("head@example.com", branch="s")
    people = [customer(f"d{number}", branch="s") for number in range(22)]
    orders = bought({"2025-02-03": 30, "2025-05-03": 30}) + bought({"2025-02-03": 22}, prefix="d", branch="s")
    on_file = [customer(f"c{number}") for number in range(30)] + people
    house.deliver(until=UNTIL, branches=BRANCHES, customers=on_file, orders=orders)
    seen = cells(house.reader("head@example.com"), by=("branch", "age"))
    assert seen.loc[("s", 1), ["numerator", "denominator"]].tolist() == [0, 22]
    assert set(seen.index.get_level_values("branch")) == {"s"}


def test_without_orders_it_is_absent(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, branches=BRANCHES, customers=[customer("c")])
    with pytest.raises(FeedAbsent, match="orders"):
        figure(house.reader(), METRIC, Scope())
