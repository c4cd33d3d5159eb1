"""Oracles of the segment matrices: every customer at every month's end, placed by the cuts of the catalogue."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import yaml

from tests.oracle.company import Company
from tests.oracle.five import YEAR, customers, each_month, month_ends, standing
from tests.oracle.measures import figures, parts, tally
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

KEY = ["month", "customer_id"]


@cache
def cuts() -> dict[str, dict[str, object]]:
    """The declared cuts, norms and cells."""
    return yaml.safe_load((CATALOGUE / "cuts.yaml").read_text("utf-8"))


@cache
def bought(company: Company) -> pd.DataFrame:
    """One row a month and customer who ordered in its 12 months: revenue, orders, days, and months with an order."""
    rows = each_month(company, orders(company)[["customer_id", "on", "amount", "order_id"]], "on", YEAR)
    rows = rows.assign(in_month=rows["on"].dt.to_period("M"))
    told = {
        "revenue": ("amount", "sum"),
        "orders": ("order_id", "count"),
        "days": ("on", "nunique"),
        "months": ("in_month", "nunique"),
    }
    return rows.groupby(KEY).agg(**told).reset_index()


@cache
def visits(company: Company) -> pd.DataFrame:
    """Visits got by customer in the months that a norm speaks of: month, customer_id, visits."""
    rows = company.rows("contacts")
    rows = rows[(rows["purpose_code"] == "visit") & rows["customer_id"].notna()]
    rows = each_month(company, rows[["customer_id", "started_day"]], "started_day", int(cuts()["visit_months"]))
    return rows.groupby(KEY).size().rename("visits").reset_index()


def dressed(company: Company, placed: pd.DataFrame, matrix: str) -> pd.DataFrame:
    """`placed` (month, customer_id, part) with home, kind, revenue of 12 months, visits got and due."""
    norms = {str(part): float(due) for part, due in cuts()[matrix]["visits"].items()}
    found = placed.merge(customers(company), on="customer_id", how="left")
    found = found.merge(bought(company)[[*KEY, "revenue"]], on=KEY, how="left").merge(
        visits(company), on=KEY, how="left"
    )
    found = found.fillna({"revenue": 0.0, "visits": 0.0})
    return found.assign(visits_due=found["part"].map(norms))


def cells(rows: pd.DataFrame) -> list[dict[str, object]]:
    """The cells that hold anybody, with money and visits."""
    found, revenue = [], rows["revenue"].sum()
    for row in parts(tally(rows["part"], sorted(rows["part"].unique()))):
        here = rows[rows["part"] == row["part"]]
        got, due = here["visits"].sum(), here["visits_due"].sum()
        money = {
            "revenue": here["revenue"].sum(),
            "revenue_share": here["revenue"].sum() / revenue if revenue else np.nan,
        }
        found.append({**row, **money, "visits_got": got, "visits_due": due, "coverage": got / due if due else np.nan})
    return found


@cache
def value_tiers(company: Company) -> pd.DataFrame:
    """Everybody who ever ordered, at every month's end: part is the tier."""
    about = cuts()["value_tier"]
    days = orders(company)[["customer_id", "on"]].drop_duplicates()
    found = []
    for month in month_ends(company):
        end = month + pd.offsets.MonthBegin(1)
        past = days[days["on"] < end]
        last = past.groupby("customer_id")["on"].max()
        often = past[past["on"] >= end - pd.DateOffset(months=about["loyal_months"])].groupby("customer_id").size()
        often = often.reindex(last.index, fill_value=0)
        recent = last >= end - pd.DateOffset(months=about["recent_months"])
        edge = last >= end - pd.DateOffset(months=about["edge_months"])
        part = np.select(
            [recent & (often >= about["loyal_orders"]), recent, edge], ["loyal", "opportunity", "edge"], "lost"
        )
        found.append(pd.DataFrame({"month": month, "customer_id": last.index, "part": part}))
    return dressed(company, pd.concat(found, ignore_index=True), "value_tier")


@oracle("matrix.value_tier")
def value_tier(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(standing(value_tiers(company), company, scope, by), by, cells)


@cache
def portfolio_axes(company: Company) -> pd.DataFrame:
    """One row a month and customer to place: attractiveness and support, nothing where they cannot be told."""
    found = bought(company)[[*KEY, "revenue", "days"]]
    if not company.has("wallets"):
        found = found.merge(customers(company)[["customer_id", "customer_kind"]], on="customer_id", how="left")
        peers = found.groupby(["month", "customer_kind"], dropna=False)
        return found.assign(
            x=found["revenue"] / peers["revenue"].transform("median"),
            y=found["days"] / peers["days"].transform("median"),
        )
    wallets = company.rows("wallets")[["customer_id", "period_on", "category_spend_amount"]]
    spend = each_month(company, wallets, "period_on", YEAR).groupby(KEY)["category_spend_amount"].sum().rename("x")
    found = found.merge(spend.reset_index(), on=KEY, how="outer")
    return found.assign(y=found["revenue"].fillna(0) / found["x"])


@cache
def portfolio_cells(company: Company) -> pd.DataFrame:
    """`portfolio_axes` with the cell of each."""
    about = cuts()["portfolio"]["wallets" if company.has("wallets") else "spend"]
    found = portfolio_axes(company).copy()
    for axis, name in (("x", "attractiveness"), ("y", "support")):
        at = about[name]["at"]
        line = found.groupby("month")[axis].transform("quantile", at) if about[name]["cut"] == "quantile" else at
        found[f"{axis}_high"] = found[axis] >= line
    names = {(True, True): "star", (True, False): "question", (False, True): "cash_cow", (False, False): "dog"}
    placed = [names[key] for key in zip(found["x_high"], found["y_high"], strict=True)]
    found["part"] = np.where(found[["x", "y"]].notna().all(axis=1), placed, "unknown")
    return dressed(company, found[[*KEY, "part"]], "portfolio")


@oracle("matrix.portfolio")
def portfolio(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    by_wallets = float(company.has("wallets"))
    rows = standing(portfolio_cells(company), company, scope, by)
    return figures(rows, by, lambda some: [{**row, "by_wallets": by_wallets} for row in cells(some)])
