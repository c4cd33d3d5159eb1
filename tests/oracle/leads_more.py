"""Oracles of screening, passing on, owners and the four marks."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from tests.oracle.company import Company
from tests.oracle.leads import first_orders, leads, of_leads
from tests.oracle.measures import DAY, figures, narrowed, over, rate
from tests.oracle.registry import oracle
from warehouse.scope import Scope

MARKS = ("has_knowledge", "has_means", "has_awareness", "has_need")
DAYS_BY_GROUP = {"outreach": 2, "store": 1, "media": 1}


@oracle("lead.screened_on_time_rate")
def screened_on_time(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    calls = company.rows("contacts")
    calls = of_leads(company, calls[calls["purpose_code"] == "screening"], "started_at")
    found = leads(company).merge(calls.groupby("lead_id")["started_at"].min().reset_index(), on="lead_id", how="left")
    allowed = company.rows("lead_sources").set_index("source_code")["screening_days"]
    days = found["source"].map(allowed).fillna(found["source_group"].map(DAYS_BY_GROUP)).fillna(4)
    found["hit"] = found["started_at"] - found["collected_at"] <= days * DAY
    now = company.ripe(["contacts"], "leads", "contacts").tz_localize(None)
    found["due"] = found["on"] + (days + 1) * DAY <= now
    return figures(narrowed(found, scope), by, due_rate)


def due_rate(rows: pd.DataFrame) -> dict[str, object]:
    """Hits of those due; the rest is pending."""
    due = rows["due"]
    return {**rate(int((due & rows["hit"]).sum()), int(due.sum())), "pending": int((~due).sum())}


@cache
def assignments(company: Company) -> pd.DataFrame:
    """One row an assignment, with its lead's dimensions and first order, its owner (first, second, third) and when it ended."""
    found = company.rows("lead_assignments").sort_values(["lead_id", "assigned_at"])
    each = found.groupby("lead_id")
    found["next_at"] = each["assigned_at"].shift(-1)
    found["owner"] = each.cumcount().map({0: "first", 1: "second"}).fillna("third")
    wanted = ["lead_id", "branch", "region", "source", "source_group", "is_genuine", "ordered_at"]
    return found.merge(first_orders(company)[wanted], on="lead_id").rename(columns={"assigned_day": "on"})


@oracle("lead.recycled_on_time_rate")
def recycled_on_time(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = assignments(company)
    passed = found["next_at"] - found["assigned_at"]
    cold = ~(found["ordered_at"] - found["assigned_at"] < 90 * DAY)
    owed = cold & ~(passed < 90 * DAY) & ~found["is_genuine"].eq(other=False)
    ripe = over(found, "on", 97, company.ripe(["lead_assignments", "orders"], "lead_assignments", "leads", "orders"))
    found = found.assign(hit=passed <= 97 * DAY, due=owed & ripe, waiting=owed & ~ripe & found["next_at"].isna())

    def one(rows: pd.DataFrame) -> dict[str, object]:
        return {**due_rate(rows), "pending": int(rows["waiting"].sum())}

    return figures(narrowed(found, scope), by, one)


@oracle("lead.owner_conversion")
def owner_conversion(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = assignments(company)
    found = found[~(found["ordered_at"] < found["assigned_at"])]
    wait = found["ordered_at"] - found["assigned_at"]
    own = found["next_at"].isna() | (found["ordered_at"] < found["next_at"])
    due = over(found, "on", 90, company.ripe(["orders"], "lead_assignments", "leads", "orders"))
    return figures(narrowed(found.assign(hit=(wait <= 90 * DAY) & own, due=due), scope), by, due_rate)


@oracle("lead.four_marks")
def four_marks(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> list[dict[str, object]]:
        found = []
        for mark in MARKS:
            known, has = int(rows[mark].notna().sum()), int(rows[mark].eq(other=True).sum())
            share = has / known if known else np.nan
            found.append(
                {"part": mark, "value": has, "denominator": known, "share": share, "unknown": len(rows) - known}
            )
        return found

    return figures(narrowed(leads(company), scope), by, one)


@oracle("lead.marks_conversion")
def marks_conversion(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = first_orders(company)
    known = found[list(MARKS)].notna().all(axis=1)
    marks = found[list(MARKS)].eq(other=True).sum(axis=1).astype(str).where(known)
    due = over(found, "on", 90, company.ripe(["orders"], "leads", "orders"))
    return figures(narrowed(found.assign(marks=marks, hit=found["wait"] <= 90 * 86400, due=due), scope), by, due_rate)
