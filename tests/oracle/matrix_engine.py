"""Oracles of the segment matrices: every customer at every month's end, placed by the cuts of the catalogue, and the moves."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import yaml

from tests.oracle.company import Company
from tests.oracle.five import YEAR, customers, each_month, month_ends, standing
from tests.oracle.measures import Figures, figures, parts, tally
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from tests.oracle.satisfaction import answers
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

KEY = ["month", "customer_id"]
AXES = ("x", "y")
CELLS = {  # (high, high), (high, low), (low, high), (low, low)
    "portfolio": ("star", "question", "cash_cow", "dog"),
    "distributor": ("profit", "relation", "support", "risk"),
    "apostle": ("loyalist", "mercenary", "hostage", "defector"),
}
CORNER = {"apostle": "apostle"}
PLACES = 9
"""Decimals beyond which a value and a cut are the same."""


@cache
def cuts() -> dict[str, Any]:
    """The declared cuts, norms and cells."""
    found: dict[str, Any] = yaml.safe_load((CATALOGUE / "cuts.yaml").read_text("utf-8"))
    return found


@cache
def bought(company: Company) -> pd.DataFrame:
    """One row a month and customer who ordered in its 12 months: revenue, orders, days, and months with an order."""
    rows = each_month(company, orders(company)[["customer_id", "on", "amount", "order_id"]], "on", YEAR)
    rows = rows.assign(in_month=rows["on"].dt.to_period("M"))
    return (
        rows.groupby(KEY)
        .agg(
            revenue=("amount", lambda known: known.sum(min_count=1)),
            orders=("order_id", "count"),
            days=("on", "nunique"),
            months=("in_month", "nunique"),
        )
        .reset_index()
    )


@cache
def visits(company: Company) -> pd.DataFrame:
    """Visits got by customer in the months that a norm speaks of: month, customer_id, visits."""
    rows = company.rows("contacts")
    rows = rows[(rows["purpose_code"] == "visit") & rows["customer_id"].notna()]
    rows = each_month(company, rows[["customer_id", "started_day"]], "started_day", int(cuts()["visit_months"]))
    return rows.groupby(KEY).size().rename("visits").reset_index()


def answered(company: Company, question: str) -> "pd.Series[float]":
    """Mean points of a customer's answers in surveys sent in the 12 months, by month and customer."""
    rows = answers(company)
    rows = rows[(rows["question"] == question) & rows["customer_id"].notna()]
    return each_month(company, rows[["customer_id", "on", "points"]], "on", YEAR).groupby(KEY)["points"].mean()


def _portfolio(company: Company) -> pd.DataFrame:
    found = bought(company)[[*KEY, "revenue", "days"]]
    if company.has("wallets"):
        wallets = company.rows("wallets")[["customer_id", "period_on", "category_spend_amount"]]
        spend = each_month(company, wallets, "period_on", YEAR).groupby(KEY)["category_spend_amount"].sum().rename("x")
        found = found.merge(spend.reset_index(), on=KEY, how="outer")
        return found.assign(y=found["revenue"].fillna(0) / found["x"])
    found = found.merge(customers(company)[["customer_id", "customer_kind"]], on="customer_id", how="left")
    peers = found.groupby(["month", "customer_kind"], dropna=False)[["revenue", "days"]].transform("median")
    return found.assign(x=found["revenue"] / peers["revenue"], y=found["days"] / peers["days"])


def _distributor(company: Company) -> pd.DataFrame:
    about = customers(company)
    those = about.loc[about["customer_kind"] == "distributor", "customer_id"]
    found = bought(company)[bought(company)["customer_id"].isin(those)]
    return found.assign(x=found["revenue"], y=found["months"])


def _apostle(company: Company) -> pd.DataFrame:
    found = answered(company, "overall").rename("x").to_frame()
    days = bought(company).set_index(KEY)["days"]
    if company.has("orders"):
        return found.assign(y=days.reindex(found.index, fill_value=0)).reset_index()
    return found.assign(y=answered(company, "repurchase").reindex(found.index)).reset_index()


MEASURED = {"portfolio": _portfolio, "distributor": _distributor, "apostle": _apostle}
STANDS_IN = {"portfolio": ("wallets", "wallets", "spend"), "apostle": ("orders", "orders", "intention")}
"""By matrix: the feed it is measured by, and what the cuts call the measure with it and without it."""


def declared(company: Company, matrix: str) -> dict[str, Mapping[str, Any]]:
    """The two axes' cuts, by x and y."""
    feed, with_it, without = STANDS_IN.get(matrix, ("orders", "orders", ""))
    measured_by = cuts()[matrix]["measured_by"][with_it if company.has(feed) else without]
    return dict(zip(AXES, (measured_by[name] for name in cuts()[matrix]["axes"]), strict=True))


@cache
def placed(company: Company, matrix: str) -> pd.DataFrame:
    """One row a month and customer to place: part, the cell after hysteresis, and would_move, judged without it."""
    found = MEASURED[matrix](company).reset_index(drop=True)
    known = found[["x", "y"]].notna().all(axis=1)
    lines, high, corner = {}, {}, {}
    for axis, about in declared(company, matrix).items():
        found[axis] = found[axis].astype(float).round(PLACES)
        is_quantile = about["cut"] == "quantile"
        assert is_quantile or about["cut"] == "fixed", "no cut of the demo is a target"
        by_month = found.groupby("month")[axis]
        lines[axis] = by_month.transform("quantile", about["at"]) if is_quantile else found[axis] * 0 + about["at"]
        high[axis] = remembered(company, found, axis, lines[axis])
        if "corner" in about:
            lines[f"{axis}_corner"] = found[axis] * 0 + about["corner"]
            corner[axis] = remembered(company, found, axis, lines[f"{axis}_corner"])
    part = named(matrix, high, corner)
    return found[KEY].assign(part=part.where(known, "unknown"), would_move=near(matrix, found, lines) & known)


def remembered(company: Company, found: pd.DataFrame, axis: str, line: "pd.Series[float]") -> "pd.Series[bool]":
    """Whether each is high: clear of the band by its value, inside it as when last clear of it, else by plain comparison."""
    share, memory = float(cuts()["band"]), int(cuts()["memory_months"])
    up, down = (line * (1 + share)).round(PLACES), (line * (1 - share)).round(PLACES)
    side = pd.Series(np.where(found[axis] >= up, 1.0, np.where(found[axis] < down, 0.0, np.nan)), found.index)
    wide = found[KEY].assign(side=side).pivot(index="month", columns="customer_id", values="side")
    wide = wide.reindex(month_ends(company)).rename_axis("month")
    kept = wide.ffill(limit=memory).reset_index().melt(id_vars="month", value_name="side")
    then = found[KEY].merge(kept, on=KEY, how="left")["side"].set_axis(found.index)
    return then.where(then.notna(), (found[axis] >= line.round(PLACES)).astype(float)).eq(other=1.0)


def named(
    matrix: str, high: Mapping[str, "pd.Series[bool]"], corner: Mapping[str, "pd.Series[bool]"]
) -> "pd.Series[str]":
    """The cell of each, by the sides of the cuts on which it stands."""
    both, only_x, only_y, neither = CELLS[matrix]
    x, y = high["x"], high["y"]
    names = pd.Series(np.select([x & y, x, y], [both, only_x, only_y], neither), index=x.index)
    return names.mask(corner["x"] & corner["y"], CORNER[matrix]) if corner else names


def near(matrix: str, found: pd.DataFrame, lines: Mapping[str, "pd.Series[float]"]) -> "pd.Series[bool]":
    """Whose plain cell changes if any one cut is moved."""

    def plain(moved: str = "", factor: float = 1.0) -> "pd.Series[str]":
        def above(name: str) -> "pd.Series[bool]":
            return found[name[0]] >= (lines[name] * (factor if name == moved else 1.0)).round(PLACES)

        corner = {axis: above(f"{axis}_corner") for axis in AXES if f"{axis}_corner" in lines}
        return named(matrix, {axis: above(axis) for axis in AXES}, corner)

    share, here = float(cuts()["moved_by"]), plain()
    changes = [plain(name, factor) != here for name in lines for factor in (1 - share, 1 + share)]
    return pd.concat(changes, axis=1).any(axis=1)


@cache
def value_tiers(company: Company) -> pd.DataFrame:
    """Everybody who ever ordered, at every month's end: part is the tier."""
    about = {name: float(at) for name, at in cuts()["value_tier"].items() if name not in ("visits", "grid")}
    share = float(cuts()["moved_by"])
    days = orders(company)[["customer_id", "on"]].drop_duplicates()
    found = []
    for month in month_ends(company):
        end = month + pd.offsets.MonthBegin(1)
        here = tiers(days[days["on"] < end], end, about)
        moved = [
            tiers(days[days["on"] < end], end, {**about, name: at * factor}) != here
            for name, at in about.items()
            for factor in (1 - share, 1 + share)
        ]
        near = pd.concat(moved, axis=1).any(axis=1)
        found.append(pd.DataFrame({"part": here, "would_move": near, "month": month}).reset_index())
    return pd.concat(found, ignore_index=True)


def tiers(past: pd.DataFrame, end: pd.Timestamp, about: Mapping[str, float]) -> "pd.Series[str]":
    """The tier of each customer by the days with orders before `end`: as many whole orders as are asked, in months that fit in."""
    fit = {name: math.floor(round(at, PLACES)) for name, at in about.items() if name.endswith("_months")}
    since = {name: end - pd.DateOffset(months=months) for name, months in fit.items()}
    last = past.groupby("customer_id")["on"].max()
    often = past[past["on"] >= since["loyal_months"]].groupby("customer_id").size().reindex(last.index, fill_value=0)
    recent, edge = last >= since["recent_months"], last >= since["edge_months"]
    part = np.select(
        [recent & (often >= math.ceil(round(about["loyal_orders"], PLACES))), recent, edge],
        ["loyal", "opportunity", "edge"],
        "lost",
    )
    return pd.Series(part, index=last.index)


@cache
def standings(company: Company, matrix: str) -> pd.DataFrame:
    """Everybody in a cell of the matrix, with home, kind, revenue of 12 months, visits got and due."""
    found = value_tiers(company) if matrix == "value_tier" else placed(company, matrix)
    norms = {str(part): float(due) for part, due in cuts()[matrix]["visits"].items()}
    found = found.merge(customers(company), on="customer_id", how="left")
    found = found.merge(bought(company)[[*KEY, "revenue"]], on=KEY, how="left")
    found = found.merge(visits(company), on=KEY, how="left").fillna({"revenue": 0.0, "visits": 0.0})
    return found.assign(visits_due=found["part"].map(norms))


def cells(rows: pd.DataFrame) -> list[Figures]:
    """The cells that hold anybody, with money and visits."""
    found: list[Figures] = []
    revenue, near = rows["revenue"].sum(), rows["would_move"].mean()
    for row in parts(tally(rows["part"], sorted(rows["part"].unique()))):
        here = rows[rows["part"] == row["part"]]
        money, got, due = here["revenue"].sum(), here["visits"].sum(), here["visits_due"].sum()
        found.append(
            {
                **row,
                "revenue": money,
                "revenue_share": money / revenue if revenue else np.nan,
                "visits_got": got,
                "visits_due": due,
                "coverage": got / due if due else np.nan,
                "would_move": int(here["would_move"].sum()),
                "would_move_share": here["would_move"].mean(),
                "would_move_of_all": near,
            }
        )
    return found


@oracle("matrix.portfolio")
def portfolio(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    rows = standing(standings(company, "portfolio"), company, scope, by)
    return figures(rows, by, cells).assign(by_wallets=float(company.has("wallets")), by_intention=np.nan)


@oracle("matrix.distributor")
def distributor(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    rows = standing(standings(company, "distributor"), company, scope, by)
    return figures(rows, by, cells).assign(by_wallets=np.nan, by_intention=np.nan)


@oracle("matrix.apostle")
def apostle(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    rows = standing(standings(company, "apostle"), company, scope, by)
    return figures(rows, by, cells).assign(by_wallets=np.nan, by_intention=float(not company.has("orders")))


@oracle("matrix.value_tier")
def value_tier(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    rows = standing(standings(company, "value_tier"), company, scope, by)
    return figures(rows, by, cells).assign(by_wallets=np.nan, by_intention=np.nan)


@cache
def moves(company: Company) -> pd.DataFrame:
    """One row a matrix, month and customer in a cell at its end or at the end of the month before."""
    found = []
    for matrix in (*CELLS, "value_tier"):
        now = standings(company, matrix)[[*KEY, "part"]]
        before = now.assign(month=now["month"] + pd.offsets.MonthBegin(1))
        before = before[before["month"].isin(month_ends(company))]
        both = before.rename(columns={"part": "from_cell"}).merge(
            now.rename(columns={"part": "to_cell"}), on=KEY, how="outer"
        )
        found.append(both.fillna({"from_cell": "new", "to_cell": "gone"}).assign(matrix=matrix))
    return pd.concat(found, ignore_index=True).merge(customers(company), on="customer_id", how="left")


@oracle("matrix.moves")
def moved(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(standing(moves(company), company, scope, by), by, lambda rows: {"value": len(rows)})
