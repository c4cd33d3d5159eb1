"""Oracles of the matrices beside the segments: repurchase, types of service, age of the product, concentration; skills and reach."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from tests.oracle.company import Company
from tests.oracle.five import YEAR, buyers, customers, each_month, standing
from tests.oracle.matrix_engine import KEY, bought
from tests.oracle.measures import DAY, Figures, Z, figures, mean, money_rate, narrowed, over, parts, rate, tally
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from tests.oracle.satisfaction import answers, surveys
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

Revenue = npt.NDArray[np.float64]
REPURCHASE_DAYS = 180
TYPES = {(True, True): "quality", (True, False): "factory", (False, True): "friendly", (False, False): "indifferent"}
BANDS = ("up_to_2", "2_to_5", "over_5", "unknown")
ITEMS = {
    "contact": (3, 5, 10, 15),
    "eliciting": (1, 4, 9, 12),
    "informing": (2, 8, 14, 16),
    "influencing": (6, 7, 11, 13),
}


@cache
def cuts() -> dict[str, Any]:
    """The declared cuts."""
    found: dict[str, Any] = yaml.safe_load((CATALOGUE / "sides.yaml").read_text("utf-8"))
    return found


@cache
def judged(company: Company) -> pd.DataFrame:
    """One row an invitation of a known customer who answered on product and service, and whether an order followed."""
    top = answers(company).assign(top=lambda rows: rows["middle"] > 0.6)
    top = top.pivot(index="invite_id", columns="question", values="top")[["product", "service"]].dropna()
    found = surveys(company).merge(top.reset_index(), on="invite_id").dropna(subset="customer_id")
    later = orders(company)[["customer_id", "ordered_at"]].merge(
        found[["invite_id", "customer_id", "sent_at"]], on="customer_id"
    )
    waited = later["ordered_at"] - later["sent_at"]
    again = later.loc[(waited > pd.Timedelta(0)) & (waited <= pd.Timedelta(days=REPURCHASE_DAYS)), "invite_id"]
    found["again"] = found["invite_id"].isin(again)
    found["due"] = over(found, "on", REPURCHASE_DAYS, company.ripe(["orders"], "surveys", "survey_answers", "orders"))
    words = {True: "yes", False: "no"}
    return found.assign(product_satisfied=found["product"].map(words), service_satisfied=found["service"].map(words))


@oracle("matrix.repurchase")
def repurchase(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        counted = rate(int((rows["due"] & rows["again"]).sum()), int(rows["due"].sum()))
        return {**counted, "pending": int((~rows["due"]).sum())}

    return figures(narrowed(judged(company), scope), by, one)


@cache
def typed(company: Company, who: str) -> pd.DataFrame:
    """One row a month and `who` (staff_id, branch) audited in its 12 months: part, audits, and where it counts."""
    audits = company.rows("service_audits").rename(columns={"branch_id": "branch"})
    rows = each_month(company, audits.dropna(subset=who), "visited_on", YEAR).groupby(["month", who])
    found = rows.agg(
        procedure=("procedure_score", "mean"), personal=("personal_score", "mean"), audits=("audit_id", "count")
    ).reset_index()
    lines = {side: float(cuts()["service_type"][side]["at"]) for side in ("procedure", "personal")}
    high = {side: found[side].round(9) >= line for side, line in lines.items()}
    found["part"] = [TYPES[key] for key in zip(high["procedure"], high["personal"], strict=True)]
    if who == "staff_id":
        homes = company.rows("staff")[["staff_id", "branch_id"]].rename(columns={"branch_id": "branch"})
        found = found.merge(homes, on="staff_id", how="left")
    return found.merge(company.home(), on="branch", how="left")


def audited(rows: pd.DataFrame, company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """As `standing`, of the months that had ended when the newest audit was known."""
    ended = company.until("service_audits").tz_localize(None) + DAY
    months = rows["month"][rows["month"] + pd.offsets.MonthBegin(1) <= ended]
    if scope.period is not None:
        after = months + pd.offsets.MonthBegin(1)
        months = months[after <= pd.Timestamp(scope.period.end)]
        if "month" in by:
            months = months[after > pd.Timestamp(scope.period.start)]
    chosen = months if "month" in by else months[months == months.max()]
    return narrowed(rows.loc[chosen.index], Scope(regions=scope.regions, branches=scope.branches))


def types(rows: pd.DataFrame) -> list[Figures]:
    """Each type's count, and the audits that it rests on."""
    audits = rows.groupby("part")["audits"].sum()
    return [{**row, "audits": audits.get(row["part"], 0)} for row in parts(tally(rows["part"], tuple(TYPES.values())))]


@oracle("matrix.service_type")
def service_type(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(audited(typed(company, "staff_id"), company, scope, by), by, types)


@oracle("matrix.branch_service_type")
def branch_service_type(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(audited(typed(company, "branch"), company, scope, by), by, types)


@cache
def owners(company: Company) -> pd.DataFrame:
    """One row a month and active customer: part (how long the product is owned), orders, answers and their points."""
    about = customers(company).rename(columns={"usage_code": "usage"})
    found = bought(company).merge(about, on="customer_id", how="left")
    last = found["month"] + pd.offsets.MonthEnd(0)
    since = found["product_owned_since_on"]

    ends = [since + pd.DateOffset(years=cuts()["product_age"][band]) for band in BANDS[:2]]
    unknown = since.isna() | (since > last)
    found["part"] = np.select([unknown, *(end >= last for end in ends)], ["unknown", *BANDS[:2]], "over_5")
    said = answers(company)
    said = said[(said["question"] == "overall") & said["customer_id"].notna()]
    said = each_month(company, said[["customer_id", "on", "points"]], "on", YEAR)
    said = said.groupby(KEY).agg(answers=("points", "count"), points=("points", "sum")).reset_index()
    return found.merge(said, on=KEY, how="left").fillna({"answers": 0, "points": 0.0})


@oracle("matrix.product_age")
def product_age(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> list[Figures]:
        told: list[Figures] = []
        for row in parts(tally(rows["part"], BANDS)):
            here = rows[rows["part"] == row["part"]]
            asked = here["answers"].sum()
            satisfaction = here["points"].sum() / asked if asked else math.nan
            a_year = here["orders"].sum() / len(here) if len(here) else math.nan
            told.append({**row, "orders_a_year": a_year, "satisfaction": satisfaction, "answers": asked})
        return told

    return figures(standing(owners(company), company, scope, by), by, one)


def concentration(
    company: Company, scope: Scope, by: Sequence[str], one: Callable[[Revenue], Figures | list[Figures]]
) -> pd.DataFrame:
    """`one` of the revenues above zero, the highest first, of the customers in scope."""
    rows = bought(company).merge(customers(company), on="customer_id", how="left")
    rows = standing(rows[rows["revenue"] > 0], company, scope, by)
    return figures(rows, by, lambda some: one(np.sort(some["revenue"].to_numpy(dtype=float))[::-1]))


def first(n: int, share: float) -> int:
    """How many are that share of n: the nearest whole number, a half up."""
    return math.floor(n * share + 0.5 + 1e-9)


@oracle("matrix.pareto")
def pareto(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(revenue: Revenue) -> list[Figures]:
        ends = [first(len(revenue), tenth / 10) for tenth in range(11)]
        so_far = np.concatenate([[0.0], np.cumsum(revenue)])
        told: list[Figures] = []
        for tenth, (start, end) in enumerate(pairwise(ends), start=1):
            money = so_far[end] - so_far[start]
            row = {"part": str(tenth), "value": end - start, "denominator": len(revenue), "revenue": money}
            told.append({**row, "share": money / so_far[-1], "share_so_far": so_far[end] / so_far[-1]})
        return told

    return concentration(company, scope, by, one)


@oracle("matrix.pareto_top20")
def pareto_top20(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(revenue: Revenue) -> Figures:
        return money_rate(revenue[: first(len(revenue), 0.2)].sum(), revenue.sum(), len(revenue))

    return concentration(company, scope, by, one)


@oracle("matrix.gini")
def gini(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """With the large-sample interval of Davidson 2009 (Journal of Econometrics 150, 30-40)."""

    def one(revenue: Revenue) -> Figures:
        y, n = revenue[::-1], len(revenue)
        rank = np.arange(1, n + 1)
        value = 2 * (y * (rank - 0.5)).sum() / (n * y.sum()) - 1
        z = -(value + 1) * y + (2 * rank - 1) / n * y - 2 / n * np.cumsum(y)
        width = Z * math.sqrt(((z - z.mean()) ** 2).sum()) / (n * y.mean())
        return {"n": n, "value": value, "low": value - width, "high": value + width}

    return concentration(company, scope, by, one)


@cache
def sheets(company: Company) -> pd.DataFrame:
    """One row a self-assessment and side: points, and where its author works today."""
    staff = company.rows("staff")[["staff_id", "branch_id"]].rename(columns={"branch_id": "branch"})
    found = company.rows("skill_assessments").rename(columns={"assessed_on": "on"}).merge(staff, on="staff_id")
    sides = [
        found[["staff_id", "on", "branch"]].assign(
            side=side, points=found[[f"item_{item:02}" for item in of]].sum(axis=1)
        )
        for side, of in ITEMS.items()
    ]
    return pd.concat(sides, ignore_index=True).merge(company.home(), on="branch", how="left")


@oracle("skill.profile")
def skill_profile(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        sheet = rows.groupby(["staff_id", "on"])["points"].mean()
        return {**mean(sheet), "n": rows["staff_id"].nunique(), "assessments": len(sheet)}

    return figures(narrowed(sheets(company), scope), by, one)


@oracle("survey.reach")
def reach(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    sent = surveys(company).dropna(subset="customer_id")
    sent = sent.assign(month=sent["on"].dt.to_period("M").dt.to_timestamp())[KEY].drop_duplicates().assign(asked=1.0)
    active = buyers(company)[buyers(company)["days"] > 0].merge(sent, on=KEY, how="left")
    rows = standing(active[active["month"] >= surveys(company)["on"].min().replace(day=1)], company, scope, by)
    return figures(rows, by, lambda some: rate(int(some["asked"].sum()), len(some)))
