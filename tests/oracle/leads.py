"""Oracles of the leads: every lead with what became of it, found by joining its rows one to one."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from tests.oracle.company import Company
from tests.oracle.measures import DAY, duration, figures, narrowed, over, rate
from tests.oracle.registry import oracle
from warehouse.scope import Scope

STAGES = ("collected", "genuine", "reached", "invited", "attended", "ordered", "ordered_again", "referred")
NOBODY = ("no_answer", "wrong_number", "invalid_number")


@cache
def leads(company: Company) -> pd.DataFrame:
    """One row a lead: dimensions, lead_id, customer_id, collected_at, is_genuine and its marks."""
    sources = company.rows("lead_sources")[["source_code", "source_group"]]
    found = company.rows("leads").merge(sources, on="source_code", how="left")
    found = found.rename(columns={"branch_id": "branch", "source_code": "source", "collected_day": "on"})
    return found.merge(company.home(), on="branch", how="left")


@cache
def orders_of_leads(company: Company) -> pd.DataFrame:
    """One row a lead and order of it: lead_id, ordered_at, ordered_day."""
    orders = company.rows("orders")[["lead_id", "customer_id", "ordered_at", "ordered_day"]]
    named = orders[orders["lead_id"].notna()][["lead_id", "ordered_at", "ordered_day"]]
    return pd.concat([named, of_customers(company, orders[orders["lead_id"].isna()], "ordered_at")])


def of_customers(company: Company, rows: pd.DataFrame, at: str) -> pd.DataFrame:
    """Rows of a customer without a lead, once for every lead of that customer collected before."""
    known = leads(company).loc[leads(company)["customer_id"].notna(), ["lead_id", "customer_id", "collected_at"]]
    found = known.merge(rows.drop(columns="lead_id"), on="customer_id")
    return found[found[at] >= found["collected_at"]].drop(columns=["customer_id", "collected_at"])


def of_leads(company: Company, rows: pd.DataFrame, at: str) -> pd.DataFrame:
    """Rows about a lead: those that name it, and those of its customer that name none."""
    named = rows[rows["lead_id"].notna()].drop(columns="customer_id")
    return pd.concat([named, of_customers(company, rows[rows["lead_id"].isna()], at)])


@cache
def first_orders(company: Company) -> pd.DataFrame:
    """`leads` with ordered_at (the first order, nothing if none), wait in seconds, and the second day of ordering."""
    orders = orders_of_leads(company)
    first = orders.groupby("lead_id")["ordered_at"].min().rename("ordered_at")
    days = orders.groupby("lead_id")["ordered_day"].nunique().rename("order_days")
    found = leads(company).merge(first, on="lead_id", how="left").merge(days, on="lead_id", how="left")
    found["wait"] = (found["ordered_at"] - found["collected_at"]).dt.total_seconds().clip(lower=0)
    return found


@cache
def stages(company: Company) -> pd.DataFrame:
    """`first_orders` with the furthest stage of each lead, 1 to 8."""
    found = first_orders(company)
    contacts = of_leads(company, company.rows("contacts"), "started_at")
    contacts = contacts[~contacts["outcome_code"].isin(NOBODY)]
    events = company.rows("events")[["event_id", "held_on"]]
    attended = company.rows("attendances").merge(events, on="event_id", how="left")
    attended["held_on"] = attended["held_on"].dt.tz_localize(found["collected_at"].dt.tz) + DAY
    seen = of_leads(company, attended, "held_on")
    referrers = found.loc[found["is_genuine"].eq(other=True), "referrer_customer_id"].dropna()
    ids = found["lead_id"]
    tests = [
        np.ones(len(found), dtype=bool),
        found["is_genuine"].eq(other=True),
        ids.isin(contacts["lead_id"]),
        ids.isin(contacts.loc[contacts["purpose_code"] == "invitation", "lead_id"]) | ids.isin(seen["lead_id"]),
        ids.isin(seen.loc[seen["is_attended"].eq(other=True), "lead_id"]),
        found["ordered_at"].notna(),
        found["order_days"].fillna(0) >= 2,
        found["customer_id"].notna() & found["customer_id"].isin(referrers),
    ]
    reached = [np.where(test, number, 0) for number, test in enumerate(tests, 1)]
    return found.assign(stage=np.max(reached, axis=0))


@oracle("lead.count")
def count(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(leads(company), scope), by, lambda rows: {"value": len(rows)})


@oracle("lead.genuine_rate")
def genuine_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        unknown = int(rows["is_genuine"].isna().sum())
        found = rate(int(rows["is_genuine"].eq(other=True).sum()), len(rows) - unknown)
        return {**found, "unknown": unknown, "unknown_share": unknown / len(rows)}

    return figures(narrowed(leads(company), scope), by, one)


@oracle("lead.stage_rate")
def stage_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> list[dict[str, object]]:
        come = [int((rows["stage"] >= number).sum()) for number in range(1, 9)]
        return [
            funnel_step(part, here, before, len(rows))
            for part, here, before in zip(STAGES, come, [len(rows), *come], strict=False)
        ]

    return figures(narrowed(stages(company), scope), by, one)


def funnel_step(part: str, here: int, before: int, collected: int) -> dict[str, object]:
    """One stage: of the stage before, and of all collected."""
    share = rate(here, collected)
    return {
        "part": part,
        **rate(here, before),
        "collected": collected,
        "share": share["value"],
        "share_low": share["low"],
        "share_high": share["high"],
    }


def conversion(days: int) -> None:
    """The oracle of the conversion in so many days."""

    @oracle(f"lead.conversion_{days}")
    def within(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
        found = first_orders(company)
        found = found.assign(
            due=over(found, "on", days, company.ripe(["orders"], "leads", "orders")),
            quick=found["wait"] <= days * 86400,
        )

        def one(rows: pd.DataFrame) -> dict[str, object]:
            due = rows["due"]
            return {**rate(int((due & rows["quick"]).sum()), int(due.sum())), "pending": int((~due).sum())}

        return figures(narrowed(found, scope), by, one)


for each in (30, 90, 180):
    conversion(each)


@oracle("lead.conversion_ever")
def conversion_ever(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    cases = narrowed(first_orders(company), scope)
    return figures(cases, by, lambda rows: {**rate(int(rows["ordered_at"].notna().sum()), len(rows)), "pending": 0})


@oracle("lead.days_to_order")
def days_to_order(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = first_orders(company)
    waited = (company.until("leads", "orders", "contacts") - found["collected_at"]).dt.total_seconds()
    found = found.assign(time=found["wait"].fillna(waited), happened=found["wait"].notna().astype(int))
    return figures(narrowed(found, scope), by, lambda rows: duration(rows["time"], rows["happened"], unit=86400))
