"""Oracles of the segment matrices: every customer at every month's end, placed by the cuts of the catalogue."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

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
def cuts() -> dict[str, Any]:
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
        if "moves" in here:
            money |= {"would_move": here["moves"].sum(), "would_move_share": here["moves"].mean()}
        found.append({**row, **money, "visits_got": got, "visits_due": due, "coverage": got / due if due else np.nan})
    return found


def tiers(days: pd.DataFrame, month: pd.Timestamp, about: Mapping[str, Any]) -> "pd.Series[str]":
    """The tier at the month's end of everybody who ordered by then, by customer; `days` with orders, each once."""
    end = month + pd.offsets.MonthBegin(1)

    def since(months: str) -> pd.Timestamp:
        return end - pd.DateOffset(months=about[months])

    past = days[days["on"] < end]
    last = past.groupby("customer_id")["on"].max()
    often = past[past["on"] >= since("loyal_months")].groupby("customer_id").size().reindex(last.index, fill_value=0)
    recent, edge = last >= since("recent_months"), last >= since("edge_months")
    part = np.select(
        [recent & (often >= about["loyal_orders"]), recent, edge], ["loyal", "opportunity", "edge"], "lost"
    )
    return pd.Series(part, index=last.index, name="part")


@cache
def value_tiers(company: Company) -> pd.DataFrame:
    """Everybody who ever ordered, at every month's end: part is the tier."""
    about = cuts()["value_tier"]
    days = orders(company)[["customer_id", "on"]].drop_duplicates()
    found = []
    for month in month_ends(company):
        part = tiers(days, month, about)
        found.append(part.reset_index().assign(month=month))
    return dressed(company, pd.concat(found, ignore_index=True), "value_tier")


@oracle("matrix.value_tier")
def value_tier(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    more = {"by_wallets": np.nan, "by_intention": np.nan}
    rows = standing(value_tiers(company), company, scope, by)
    return figures(rows, by, lambda some: [{**row, **more} for row in cells(some)])


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


def lines(axes: pd.DataFrame, name: str, about: Mapping[str, Mapping[str, Any]]) -> "pd.Series[float]":
    """The cut of one axis in each row's month."""
    if about[name]["cut"] == "quantile":
        return axes.groupby("month")[name].transform("quantile", about[name]["at"])
    return pd.Series(float(about[name]["at"]), index=axes.index)


def is_high(axes: pd.DataFrame, value: "pd.Series[float]", cut: "pd.Series[float]") -> "pd.Series[bool]":
    """Above the cut; within 5 % of it on the side of the last month's end, of six, at which the customer stood clear of it."""
    band, memory = float(cuts()["band"]), int(cuts()["memory_months"])
    clear = pd.Series(
        np.where(value >= (1 + band) * cut, 1.0, np.where(value < (1 - band) * cut, 0.0, np.nan)), index=axes.index
    )
    table = axes[KEY].assign(side=clear).pivot(index="month", columns="customer_id", values="side")
    kept = table.sort_index().ffill(limit=memory).stack().rename("side").reset_index()
    side = axes[KEY].merge(kept, on=KEY, how="left")["side"].set_axis(axes.index)
    return side.where(side.notna(), (value >= cut).astype(float)).eq(other=1.0)


def would_move(value: "pd.Series[float]", cut: "pd.Series[float]") -> "pd.Series[bool]":
    """Whether it stands on another side of the cut moved by a tenth, up or down."""
    by = float(cuts()["moved_by"])
    here = value >= cut
    return ((value >= (1 - by) * cut) != here) | ((value >= (1 + by) * cut) != here)


@cache
def portfolio_cells(company: Company) -> pd.DataFrame:
    """`portfolio_axes` with the cell of each, and whether another cut would give another."""
    about = cuts()["portfolio"]["measured_by"]["wallets" if company.has("wallets") else "spend"]
    axes = portfolio_axes(company).rename(columns={"x": "attractiveness", "y": "support"}).reset_index(drop=True)
    high, moves = {}, pd.Series(data=False, index=axes.index)
    for name in ("attractiveness", "support"):
        cut = lines(axes, name, about)
        high[name] = is_high(axes, axes[name], cut)
        moves |= would_move(axes[name], cut)
    names = {(True, True): "star", (True, False): "question", (False, True): "cash_cow", (False, False): "dog"}
    part = [names[key] for key in zip(high["attractiveness"], high["support"], strict=True)]
    known = axes[["attractiveness", "support"]].notna().all(axis=1)
    placed = axes[KEY].assign(part=np.where(known, part, "unknown"), moves=moves & known)
    return dressed(company, placed, "portfolio")


@oracle("matrix.portfolio")
def portfolio(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    more = {"by_wallets": float(company.has("wallets")), "by_intention": np.nan}
    rows = standing(portfolio_cells(company), company, scope, by)
    return figures(rows, by, lambda some: [{**row, **more} for row in cells(some)])
