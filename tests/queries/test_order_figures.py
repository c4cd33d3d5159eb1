"""Orders, returns and the monthly five against a calculation of their own, customer by customer, in pandas."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.queries.company import UNTIL, Company, company
from warehouse import db
from warehouse.db import Database
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

TABLES = ("complaint_cohort", "five_month", "order_day", "return_day")
MONTHS = pd.date_range("2024-01-01", "2026-05-01", freq="MS").date


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[tuple[Company, Reader]]:
    """The company, published once for all that only read it."""
    database, made = db.embedded(server, "order_figures", template=template), company(11)
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **made.feeds())
    yield made, house.reader()
    database.dispose()


def orders_of(made: Company) -> pd.DataFrame:
    orders = made.frame("orders")
    orders["on"] = orders["ordered_at"].dt.date
    orders["month"] = orders["ordered_at"].dt.strftime("%Y-%m-01").map(date.fromisoformat)
    return orders


def home_of(made: Company) -> dict[str, str]:
    """The branch on file, else that of the first order."""
    first = orders_of(made).sort_values(["ordered_at", "order_id"]).drop_duplicates("customer_id")
    on_file = {row["customer_id"]: row["branch_id"] for row in made.customers}
    return dict(zip(first["customer_id"], first["branch_id"], strict=True)) | on_file


def months_back(month: date, count: int) -> date:
    return (pd.Timestamp(month) - pd.DateOffset(months=count)).date()


def after(month: date) -> date:
    return (pd.Timestamp(month) + pd.DateOffset(months=1)).date()


def five_of(made: Company, month: date) -> dict[str, pd.Series]:
    """Sets of customers at the end of a month, found by looking at each customer's own orders."""
    orders, leads = orders_of(made), made.frame("leads")
    last = orders[(orders["on"] >= months_back(month, 11)) & (orders["on"] < after(month))]
    before = orders[(orders["on"] >= months_back(month, 23)) & (orders["on"] < months_back(month, 11))]
    days = last.groupby("customer_id")["on"].nunique()
    collected = pd.to_datetime(leads["collected_at"], utc=True).dt.date
    named = leads[(collected >= months_back(month, 11)) & (collected < after(month)) & (leads["is_genuine"] == 1)]
    active, active_before = set(days.index), set(before["customer_id"])
    return {
        "active": active,
        "repeated": set(days[days >= 2].index),
        "referring": active & set(named["referrer_customer_id"].dropna()),
        "active_before": active_before,
        "gone": active_before - active,
    }


@pytest.mark.parametrize("by", [[], ["month"], ["branch"], ["product_line", "region"]], ids=str)
def test_orders_and_sales_are_those_of_the_ledger(firm: tuple[Company, Reader], by: list[str]) -> None:
    made, reader = firm
    period = Period(start=date(2024, 6, 1), end=date(2025, 9, 17))
    orders = orders_of(made).assign(branch=lambda frame: frame["branch_id"])
    orders["region"] = "r" + (orders["branch"].str[1:].astype(int) % 2).astype(str)
    orders = orders[(orders["on"] >= period.start) & (orders["on"] < period.end)]
    groups = orders.groupby(by) if by else orders.groupby(lambda _: "all")
    for metric, expected in [("order.count", groups.size()), ("order.amount", groups["amount"].sum())]:
        found = figure(reader, metric, Scope(period=period), by=by)
        keys = [tuple(row[:-2]) if len(by) > 1 else row[0] for row in found.itertuples(index=False)] if by else ["all"]
        assert dict(zip(keys, found["value"], strict=True)) == pytest.approx(expected.to_dict())


def test_returns_count_by_the_order_they_take_back(firm: tuple[Company, Reader]) -> None:
    made, reader = firm
    orders = orders_of(made).set_index("order_id")
    numerator = unknown = 0.0
    due = orders[orders["on"] < UNTIL.date() - timedelta(days=30)]
    for row in made.returns:
        known = row["order_id"] in orders.index
        on = orders.at[row["order_id"], "on"] if known else row["returned_at"].date()
        amount = row["amount"] if row["amount"] is not None else orders.at[row["order_id"], "amount"]
        if on < UNTIL.date() - timedelta(days=30):
            numerator += amount
            unknown += 0.0 if known else amount
    found = figure(reader, "five.return_rate", Scope()).iloc[0]
    assert found.numerator == pytest.approx(numerator)
    assert found.unknown == pytest.approx(unknown)
    assert found.denominator == pytest.approx(due["amount"].sum())
    assert (found.n, found.pending) == (len(due), len(orders) - len(due))
    assert found.value == pytest.approx(numerator / due["amount"].sum())
    ledger = figure(reader, "return.amount", Scope()).at[0, "value"]
    assert ledger == pytest.approx(sum(row["amount"] or orders.at[row["order_id"], "amount"] for row in made.returns))


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "whole_from"),
    [
        ("five.repeat_rate", "repeated", "active", date(2024, 12, 1)),
        ("five.referral_rate", "referring", "active", date(2024, 12, 1)),
        ("five.churn_rate", "gone", "active_before", date(2025, 12, 1)),
    ],
)
def test_the_five_by_month(
    firm: tuple[Company, Reader], metric: str, numerator: str, denominator: str, whole_from: date
) -> None:
    made, reader = firm
    found = figure(reader, metric, Scope(), by=["month"]).set_index("month")
    assert list(found.index) == list(MONTHS)
    for month in MONTHS:
        five, row = five_of(made, month), found.loc[month]
        if month < whole_from:
            assert (row.denominator, row.pending) == (0, len(five[denominator]))
            continue
        assert (row.numerator, row.denominator, row.pending) == (len(five[numerator]), len(five[denominator]), 0)
        assert five[numerator] <= five[denominator]


def test_a_customer_counts_once_at_the_home_branch(firm: tuple[Company, Reader]) -> None:
    made, reader = firm
    home, active = home_of(made), five_of(made, MONTHS[-1])["active"]
    found = figure(reader, "customer.active", Scope(), by=["branch"])
    expected = pd.Series([home[person] for person in active]).value_counts().to_dict()
    assert dict(zip(found["branch"], found["value"], strict=True)) == expected
    assert figure(reader, "customer.active", Scope()).at[0, "value"] == len(active)


def test_a_period_shows_the_last_month_that_had_ended_by_its_end(firm: tuple[Company, Reader]) -> None:
    made, reader = firm
    scope = Scope(period=Period(start=date(2025, 3, 5), end=date(2025, 3, 20)))
    assert figure(reader, "customer.active", scope).at[0, "value"] == len(five_of(made, date(2025, 2, 1))["active"])
    assert figure(reader, "customer.active", scope, by=["month"]).empty


def test_complaints_for_each_active_customer(database: Database) -> None:
    house = House(database, only=TABLES).open()
    start = datetime(2025, 1, 10, tzinfo=UTC)
    people = [f"c{number}" for number in range(50)]
    house.deliver(
        until=datetime(2026, 1, 31, 12, tzinfo=UTC),
        branches=[{"branch_id": "b0", "region_id": "r0"}],
        orders=[
            {
                "order_id": person,
                "customer_id": person,
                "branch_id": "b0",
                "ordered_at": start + timedelta(days=300),
                "amount": 1,
            }
            for person in people
        ],
        complaints=[
            {
                "complaint_id": str(number),
                "branch_id": "b0",
                "category_code": "x",
                "opened_at": datetime(2026, 1, number + 1, tzinfo=UTC),
                "resolved_at": datetime(2026, 1, 30, tzinfo=UTC) if number % 2 else None,
            }
            for number in range(8)
        ],
    )
    row = figure(house.reader(), "five.complaint_rate", Scope()).iloc[0]
    assert (row.numerator, row.denominator, row.value) == (8, 50, pytest.approx(0.16))
    assert row.low < 0.16 < row.high


def test_foreign_money_is_turned_at_the_rate_of_its_day(database: Database) -> None:
    house = House(database, only=TABLES).open()
    at = datetime(2026, 1, 10, tzinfo=UTC)
    orders = [
        {"order_id": name, "customer_id": "c", "branch_id": "b0", "ordered_at": at, "amount": 100, "currency": currency}
        for name, currency in [("home", "CNY"), ("plain", None), ("dollars", "USD"), ("unknown", "JPY")]
    ]
    rates = [
        {"currency": "USD", "rate_on": date(2026, 1, 1), "rate": 7},
        {"currency": "USD", "rate_on": date(2026, 1, 11), "rate": 9},
    ]
    house.deliver(until=at, branches=[{"branch_id": "b0", "region_id": "r0"}], orders=orders)
    assert figure(house.reader(), "order.amount", Scope()).at[0, "value"] == 200
    house.deliver(currency_rates=rates)
    assert figure(house.reader(), "order.amount", Scope()).at[0, "value"] == 900
    assert figure(house.reader(), "order.count", Scope()).at[0, "value"] == 4
