"""Oracles of what leads cost and bring: the ledger of costs, and orders with the leads that touched them."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from tests.oracle.company import Company
from tests.oracle.five import YEAR, buyers, delivered, each_month, standing
from tests.oracle.leads import leads
from tests.oracle.measures import figures, money_rate, narrowed, over
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from warehouse.scope import Scope

MODELS = ("first_touch", "last_touch", "linear", "position")
NOBODY = "unattributed"


def first_lead_of_customer(company: Company) -> "pd.Series[str]":
    """The source of each customer's first lead, by customer."""
    found = leads(company)[leads(company)["customer_id"].notna()].sort_values(["collected_at", "lead_id"])
    return found.groupby("customer_id")["source"].first()


@cache
def event_costs(company: Company) -> pd.DataFrame:
    """One row a share of an event's cost: branch, on (its day), source (nothing where nobody's), existing, cost."""
    held = company.rows("events").rename(columns={"branch_id": "branch", "held_on": "on"})
    came = company.rows("attendances").query("is_attended == True").drop(columns=["invited_at", "confirmed_at"])
    came["source"] = came["lead_id"].map(leads(company).set_index("lead_id")["source"])
    came["source"] = came["source"].where(
        came["lead_id"].notna(), came["customer_id"].map(first_lead_of_customer(company))
    )
    came["guests"] = came.groupby("event_id")["event_id"].transform("size")
    found = held.merge(came[["event_id", "source", "guests", "is_existing_customer"]], on="event_id", how="left")
    found["cost"] = found["cost_amount"] / found["guests"].fillna(1)
    return found[found["cost"].notna()][["branch", "on", "source", "is_existing_customer", "guests", "cost"]]


@cache
def costs(company: Company) -> pd.DataFrame:
    """One row an amount spent: branch, region, source, source_group, on (the first of its month), cost."""
    booked = company.rows("lead_costs").rename(
        columns={"branch_id": "branch", "source_code": "source", "month_on": "on", "cost_amount": "cost"}
    )
    assert set(booked["currency"]) | set(company.rows("events")["currency"].dropna()) <= {"CNY"}
    events = event_costs(company).copy()
    events["on"] = events["on"].dt.to_period("M").dt.to_timestamp()
    found = pd.concat([booked, events])[["branch", "source", "on", "cost"]]
    groups = company.rows("lead_sources").set_index("source_code")["source_group"]
    found["source_group"] = found["source"].map(groups).where(found["source"].notna(), NOBODY)
    found["source"] = found["source"].fillna(NOBODY)
    return found.merge(company.home(), on="branch", how="left")


@oracle("lead.cost")
def cost(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(costs(company), scope), by, lambda rows: {"value": rows["cost"].sum()})


@cache
def touches(company: Company) -> pd.DataFrame:
    """One row an order and lead that touched it: order_id, lead_id, place (0 first), touches, and the credit by each model."""
    sold = orders(company)[["order_id", "customer_id", "ordered_at", "lead_id"]]
    known = leads(company)[["lead_id", "customer_id", "collected_at"]]
    by_customer = sold.drop(columns="lead_id").merge(known[known["customer_id"].notna()], on="customer_id")
    by_customer = by_customer[by_customer["collected_at"] <= by_customer["ordered_at"]]
    named = sold[sold["lead_id"].notna()].merge(known[["lead_id", "collected_at"]], on="lead_id")
    both = pd.concat([by_customer, named])[["order_id", "lead_id", "collected_at"]].drop_duplicates(
        ["order_id", "lead_id"]
    )
    both = both.sort_values(["collected_at", "lead_id"], na_position="first")
    both["place"] = both.groupby("order_id").cumcount()
    both["touches"] = both.groupby("order_id")["order_id"].transform("size")
    n, first, last = both["touches"], both["place"] == 0, both["place"] == both["touches"] - 1
    both["first_touch"], both["last_touch"], both["linear"] = first.astype(float), last.astype(float), 1 / n
    both["position"] = np.select([n == 1, n == 2, first | last], [1.0, 0.5, 0.4], 0.2 / (n - 2).clip(lower=1))
    return both


@cache
def credited(company: Company) -> pd.DataFrame:
    """One row an order, model and source credited: the order's dimensions, part (the source) and credit."""
    sources = leads(company).set_index("lead_id")["source"]
    given = touches(company).assign(part=touches(company)["lead_id"].map(sources))
    given = given.melt(["order_id", "part"], list(MODELS), var_name="model", value_name="credit")
    alone = orders(company).loc[~orders(company)["order_id"].isin(given["order_id"]), ["order_id"]]
    alone = alone.merge(pd.DataFrame({"model": MODELS}), how="cross").assign(part=NOBODY, credit=1.0)
    found = pd.concat([given[given["credit"] > 0], alone])
    return found.merge(orders(company).drop(columns="lead_id"), on="order_id")


@oracle("lead.attribution")
def attribution(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = credited(company)
    if "model" not in by and not scope.filters.get("model"):
        found = found[found["model"] == "first_touch"]
    found = narrowed(found, scope)
    found = found.assign(all=0, money=found["credit"] * found["amount"])
    key = ["all", *by]
    told = (
        found.groupby([*key, "part"], dropna=False).agg(value=("credit", "sum"), revenue=("money", "sum")).reset_index()
    )
    whole = found.groupby(key, dropna=False)["order_id"].nunique().rename("denominator").reset_index()
    told = told.merge(whole, on=key)
    return told.assign(share=told["value"] / told["denominator"]).drop(columns="all")


@cache
def first_touch(company: Company) -> pd.DataFrame:
    """One row an order with a first touch or none: lead_id, source and source_group of it (`unattributed`)."""
    first = touches(company)[touches(company)["place"] == 0][["order_id", "lead_id"]]
    found = orders(company).drop(columns="lead_id").merge(first, on="order_id", how="left")
    about = leads(company).set_index("lead_id")
    found["source"] = found["lead_id"].map(about["source"]).fillna(NOBODY)
    groups = found["lead_id"].map(about["source_group"])
    return found.assign(source_group=groups.where(found["lead_id"].notna(), NOBODY))


def in_months(cases: pd.DataFrame) -> pd.DataFrame:
    """Each case on the first of its month: months count whole, in the period in which they begin."""
    return cases.assign(on=cases["on"].dt.to_period("M").dt.to_timestamp())


def spent_and(company: Company, cases: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Costs and cases one under the other, in scope."""
    both = pd.concat([costs(company), in_months(cases).assign(cost=0.0)])
    return narrowed(both.assign(case=both.get("case", False)).fillna({"case": False}), scope)


@oracle("lead.cost_per_lead")
def cost_per_lead(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        n = int(rows["case"].sum())
        return dict(money_rate(rows["cost"].sum(), n, n, pending=0))

    return figures(spent_and(company, leads(company).assign(case=True), scope), by, one)


@oracle("lead.cost_per_order")
def cost_per_order(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        n = int(rows["case"].sum())
        return dict(money_rate(rows["cost"].sum(), n, n, pending=0))

    return figures(spent_and(company, first_touch(company).assign(case=True), scope), by, one)


@cache
def earned(company: Company) -> pd.DataFrame:
    """One row a lead: what all orders brought whose first touch it is, and whether it is younger than 180 days."""
    brought = first_touch(company).groupby("lead_id")["amount"].sum().rename("brought")
    found = leads(company).merge(brought, on="lead_id", how="left").fillna({"brought": 0.0})
    return found.assign(case=True, young=~over(found, "on", 180, company.ripe(["orders"], "leads", "orders")))


@oracle("lead.revenue_per_lead")
def revenue_per_lead(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        n = int(rows["case"].sum())
        return dict(money_rate(rows["brought"].sum(), n, n, pending=int(rows["young"].sum())))

    return figures(narrowed(in_months(earned(company)), scope), by, one)


@oracle("lead.roi")
def roi(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        spent = rows["cost"].sum()
        won = rows["brought"].fillna(0).sum() - spent
        return dict(money_rate(won, spent, int(rows["case"].sum()), pending=int(rows["young"].eq(other=True).sum())))

    return figures(spent_and(company, earned(company), scope), by, one)


@oracle("five.cost_to_win")
def cost_to_win(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    events = event_costs(company)
    new = events[events["guests"].notna() & ~events["is_existing_customer"].eq(other=True)].assign(money=events["cost"])
    booked = company.rows("lead_costs").rename(
        columns={"branch_id": "branch", "month_on": "on", "cost_amount": "money"}
    )
    spent = each_month(company, pd.concat([new, booked])[["branch", "on", "money"]], "on", YEAR)
    first = orders(company).groupby("customer_id")["on"].min().reset_index()
    won = each_month(company, first, "on", YEAR).merge(homes(company), on="customer_id", how="left").assign(case=True)
    return per_customer(company, spent, won, scope, by, months=YEAR)


@oracle("five.cost_to_keep")
def cost_to_keep(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    events = event_costs(company)
    old = events[events["is_existing_customer"].eq(other=True)].assign(money=events["cost"])
    paid = company.rows("complaints").rename(
        columns={"branch_id": "branch", "opened_day": "on", "compensation_amount": "money"}
    )
    spent = each_month(company, pd.concat([old, paid[paid["money"].notna()]])[["branch", "on", "money"]], "on", YEAR)
    kept = buyers(company)[(buyers(company)["days"] > 0) & (buyers(company)["before"] > 0)].assign(case=True)
    return per_customer(company, spent, kept, scope, by, months=2 * YEAR)


def homes(company: Company) -> pd.DataFrame:
    """customer_id and its home branch."""
    return company.rows("customers").rename(columns={"branch_id": "branch"})[["customer_id", "branch"]]


def per_customer(
    company: Company, spent: pd.DataFrame, who: pd.DataFrame, scope: Scope, by: Sequence[str], *, months: int
) -> pd.DataFrame:
    """Money spent over customers, at the ends of months for which so many months were delivered; before, they are pending."""
    rows = pd.concat([spent.drop(columns="on"), who.drop(columns=["on", "region"], errors="ignore")])
    rows = standing(rows.merge(company.home(), on="branch", how="left"), company, scope, by)
    rows["due"] = rows["month"] >= delivered(company, months)

    def one(some: pd.DataFrame) -> dict[str, object]:
        due, is_case = some[some["due"]], some["case"].eq(other=True)
        n = int(due["case"].eq(other=True).sum())
        return dict(money_rate(due["money"].sum(), n, n, pending=int((is_case & ~some["due"]).sum())))

    return figures(rows, by, one)
