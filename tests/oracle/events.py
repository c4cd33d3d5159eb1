"""Oracles of events: who came, and every order given to the event that it belongs to."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from tests.oracle.company import Company
from tests.oracle.leads import leads
from tests.oracle.measures import DAY, figures, narrowed, over, rate, ratio
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from warehouse.scope import Scope

FEEDS = ("events", "attendances", "orders")


@cache
def guests(company: Company) -> pd.DataFrame:
    """One row a person and event: the event's dimensions and `on` (its day), with who was invited, confirmed and came."""
    held = (
        company.rows("events")
        .rename(columns={"branch_id": "branch", "held_on": "on"})
        .merge(company.home(), on="branch", how="left")
    )
    found = company.rows("attendances").merge(held, on="event_id")
    found["came"] = found["is_attended"].eq(other=True)
    found["customer"] = found["customer_id"].fillna(
        found["lead_id"].map(leads(company).set_index("lead_id")["customer_id"])
    )
    return found


@cache
def orders_of_events(company: Company) -> pd.DataFrame:
    """One row an order that an event is credited with: order_id, amount, event_id."""
    came = guests(company).loc[guests(company)["came"], ["event_id", "on", "lead_id", "customer"]]
    came = came.rename(columns={"on": "held_on", "lead_id": "guest_lead"})
    sold = orders(company)[["order_id", "customer_id", "lead_id", "event_id", "on", "amount"]]
    sold = sold.rename(columns={"event_id": "named"})
    by_customer = sold.merge(came, left_on="customer_id", right_on="customer")
    by_lead = sold.merge(came, left_on="lead_id", right_on="guest_lead")
    both = pd.concat([by_customer, by_lead.dropna(subset="lead_id")]).drop_duplicates(["order_id", "event_id"])
    since = both["on"] - both["held_on"]
    both = both[(since >= 0 * DAY) & (since <= 30 * DAY)]
    named = both[both["named"] == both["event_id"]]
    free = both[both["named"].isna()].sort_values(["held_on", "event_id"]).groupby("order_id").tail(1)
    return pd.concat([named, free])[["order_id", "amount", "event_id"]]


@oracle("event.yield")
def event_yield(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    held = (
        company.rows("events")
        .rename(columns={"branch_id": "branch", "held_on": "on"})
        .merge(company.home(), on="branch", how="left")
    )
    ripe = over(held, "on", 30, company.ripe(["orders"], *FEEDS))
    sold = orders_of_events(company).merge(held, on="event_id")
    rows = [
        held.assign(kind="event", money=held["cost_amount"]),
        guests(company).assign(kind="guest"),
        sold.assign(kind="order", money=sold["amount"]),
    ]
    every = pd.concat(rows)
    every["ripe"] = every["event_id"].map(pd.Series(ripe.to_numpy(), index=held["event_id"]))

    def one(rows: pd.DataFrame) -> dict[str, object]:
        old = rows[rows["ripe"]]
        told = {kind: old[old["kind"] == kind] for kind in ("event", "guest", "order")}
        guest = told["guest"]
        came = guest[guest["came"].eq(other=True)]
        existing = int(came["is_existing_customer"].eq(other=True).sum())
        young = rows[~rows["ripe"] & (rows["kind"] == "guest")]
        return {
            **ratio(len(told["order"]), len(came), per=100),
            "pending": int(young["came"].eq(other=True).sum()),
            "events": len(told["event"]),
            "invited": len(guest),
            "confirmed": int(guest["confirmed_at"].notna().sum()),
            "attended": len(came),
            "new": len(came) - existing,
            "existing": existing,
            "orders": len(told["order"]),
            "revenue": told["order"]["money"].sum(),
            "cost": told["event"]["money"].sum(),
        }

    return figures(narrowed(every, scope), by, one)


@oracle("event.show_rate")
def show_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = guests(company)[guests(company)["confirmed_at"].notna()]
    found = found.assign(due=over(found, "on", 0, company.ripe(["attendances"], *FEEDS)))

    def one(rows: pd.DataFrame) -> dict[str, object]:
        due = rows[rows["due"]]
        return {**rate(int(due["came"].sum()), len(due)), "pending": int((~rows["due"]).sum())}

    return figures(narrowed(found, scope), by, one)
