"""Oracles of orders and returns."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from tests.oracle.company import Company
from tests.oracle.measures import figures, money_rate, narrowed, over
from tests.oracle.registry import oracle
from warehouse.scope import Scope


@cache
def orders(company: Company) -> pd.DataFrame:
    """One row an order, with the dimensions of where it was placed. All money is in the reporting currency already."""
    found = company.rows("orders")
    assert set(found["currency"].dropna()) <= {"CNY"}
    return found.rename(columns={"branch_id": "branch", "ordered_day": "on"}).merge(
        company.home(), on="branch", how="left"
    )


@cache
def returns(company: Company) -> pd.DataFrame:
    """One row a return, with the dimensions of its order; without an amount it takes back the whole order."""
    sold = orders(company)[["order_id", "branch", "region", "product_line", "amount", "on"]]
    sold = sold.rename(columns={"amount": "ordered_amount", "on": "ordered_on"})
    found = company.rows("returns").drop(columns=["branch_id"]).merge(sold, on="order_id", how="left")
    return found.assign(back=found["amount"].fillna(found["ordered_amount"]), on=found["returned_day"])


@oracle("order.count")
def count(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(orders(company), scope), by, lambda rows: {"value": len(rows)})


@oracle("order.amount")
def amount(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(orders(company), scope), by, lambda rows: {"value": rows["amount"].sum()})


@oracle("return.amount")
def returned(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(returns(company), scope), by, lambda rows: {"value": rows["back"].sum()})


@oracle("five.return_rate")
def return_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    back = returns(company).groupby("order_id")["back"].sum().rename("back")
    found = orders(company).merge(back, on="order_id", how="left").fillna({"back": 0.0})
    found["due"] = over(found, "on", 30, company.ripe(["returns"], "orders", "returns"))

    def one(rows: pd.DataFrame) -> dict[str, object]:
        due = rows[rows["due"]]
        found = money_rate(due["back"].sum(), due["amount"].sum(), len(due))
        return {**found, "pending": int((~rows["due"]).sum()), "unknown": 0.0}

    return figures(narrowed(found, scope), by, one)
