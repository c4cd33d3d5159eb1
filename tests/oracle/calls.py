"""Oracles of the six calls."""

from collections.abc import Sequence
from functools import cache

import pandas as pd
import yaml

from tests.oracle.company import Company
from tests.oracle.leads import funnel_step, leads, of_leads
from tests.oracle.measures import DAY, duration, figures, narrowed, over, parts
from tests.oracle.registry import oracle
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

SIX = ("screening", "invitation", "confirmation", "reminder", "thanks", "follow_up")


@cache
def windows() -> dict[str, int]:
    """Days within which each call follows the one before."""
    return dict(yaml.safe_load((CATALOGUE / "calls.yaml").read_text("utf-8"))["windows"])


@cache
def calls(company: Company) -> pd.DataFrame:
    """One row a contact with one of the six purposes."""
    found = company.rows("contacts").merge(company.home(), left_on="branch_id", right_on="branch", how="left")
    found = found.rename(columns={"purpose_code": "purpose", "started_day": "on"})
    return found[found["purpose"].isin(SIX)]


@cache
def steps(company: Company) -> pd.DataFrame:
    """`leads` with how many of the six calls each got, in order and in time."""
    found = leads(company)
    told = calls(company)[["lead_id", "customer_id", "purpose", "started_at"]]
    told = of_leads(company, told, "started_at")
    at = found.set_index("lead_id")["collected_at"].rename("before")
    got = pd.Series(0, index=at.index)
    for number, purpose in enumerate(SIX, 1):
        next_calls = told[told["purpose"] == purpose].merge(at.reset_index(), on="lead_id")
        wait = next_calls["started_at"] - next_calls["before"]
        in_time = next_calls[(wait >= 0 * DAY) & (wait <= windows()[purpose] * DAY)]
        at = in_time.groupby("lead_id")["started_at"].min().rename("before")
        got[at.index] = number
    return found.merge(got.rename("got").reset_index(), on="lead_id")


@oracle("call.step_rate")
def step_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = steps(company)
    found = found.assign(
        young=~over(found, "on", sum(windows().values()), company.ripe(["contacts"], "leads", "contacts"))
    )

    def one(rows: pd.DataFrame) -> list[dict[str, object]]:
        got = [int((rows["got"] >= number).sum()) for number in range(7)]
        young = int(rows["young"].sum())
        return [{**funnel_step(part, got[n + 1], got[n], got[0]), "young": young} for n, part in enumerate(SIX)]

    return figures(narrowed(found, scope), by, one)


def mix(cases: pd.DataFrame, column: str, by: Sequence[str]) -> pd.DataFrame:
    return figures(cases, by, lambda rows: parts(rows[column].value_counts().astype(float)))


@oracle("call.outcomes")
def outcomes(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return mix(narrowed(calls(company), scope), "outcome_code", by)


@oracle("call.objections")
def objections(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = calls(company)
    return mix(narrowed(found[found["objection_code"].notna()], scope), "objection_code", by)


@oracle("call.duration")
def lengths(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = calls(company)
    found = found[found["duration_seconds"] > 0].assign(how=1)
    return figures(narrowed(found, scope), by, lambda rows: duration(rows["duration_seconds"], rows["how"], unit=60))
