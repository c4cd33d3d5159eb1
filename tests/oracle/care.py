"""Oracles of what comes after a complaint, what never becomes one, and how often there is one."""

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
import yaml
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from tests.oracle.company import Company
from tests.oracle.complaints import RIVALS, complaints, promised
from tests.oracle.five import buyers, month_ends, standing
from tests.oracle.matrix_engine import value_tiers
from tests.oracle.measures import DAY, Z, figures, narrowed, over, parts, rate, ratio, tally
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from tests.oracle.satisfaction import answers
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

HALF_YEAR = 180 * DAY
ADDED = 3.84
"""Pseudo-customers added to a cell: the square of 1.96."""


@cache
def resolved(company: Company) -> pd.DataFrame:
    """One row a complaint that was ever resolved: `complaints` with resolved_at, the first time, and `on`, its day.

    One that was closed without a noted resolution was resolved by that, as for the time to resolve.
    """
    found = complaints(company).drop(columns="on")
    noted = found["resolved_at"].fillna(found["closed_at"])
    if company.has("complaint_events"):
        log = company.rows("complaint_events")
        first = log.groupby(["complaint_id", "event_code"])["happened_at"].min().unstack()
        told = first["resolved"].fillna(first["closed"])
        noted = found["complaint_id"].map(told).where(found["complaint_id"].isin(first.index), noted)
    found["resolved_at"] = noted
    found = found[found["resolved_at"].notna() & ~found["outcome_code"].isin(RIVALS)].copy()
    found["on"] = found["resolved_at"].dt.tz_localize(None).dt.normalize()
    return found


def followed(cases: pd.DataFrame, later: pd.DataFrame, on: Sequence[str], at: str, days: int) -> "pd.Series[bool]":
    """Whether one of `later` (`on`, then_at, and an id of its own) comes within so many days after `at` of each case."""
    known = cases.dropna(subset=list(on)).reset_index()
    pairs = known[["index", *on, at]].merge(later[[*on, "then_at"]], on=list(on))
    wait = pairs["then_at"] - pairs[at]
    hits = set(pairs.loc[(wait > pd.Timedelta(0)) & (wait <= days * DAY), "index"])
    return pd.Series(cases.index.isin(hits), index=cases.index)


def ripe(rows: pd.DataFrame) -> dict[str, object]:
    """The rate of `hit` among the rows that are due; the others are pending."""
    due = rows["due"]
    return {**rate(int((due & rows["hit"]).sum()), int(due.sum())), "pending": int((~due).sum())}


@cache
def reopenings(company: Company) -> pd.DataFrame:
    """One row a reopening: complaint_id, then_at."""
    if not company.has("complaint_events"):
        return pd.DataFrame({"complaint_id": [], "then_at": pd.to_datetime([], utc=True)})
    log = company.rows("complaint_events")
    return log[log["event_code"] == "reopened"].rename(columns={"happened_at": "then_at"})


@cache
def aftermath(company: Company) -> pd.DataFrame:
    """`resolved` with what followed it: reopened in 30 days; anything heard in 7."""
    found = resolved(company)
    own = complaints(company).rename(columns={"opened_at": "then_at"})
    calls = company.rows("contacts").rename(columns={"started_at": "then_at"})
    calls = calls[calls["purpose_code"] == "complaint"]
    heard = followed(found, reopenings(company), ["complaint_id"], "resolved_at", 7)
    for later in (own, calls):
        heard |= followed(found, later.dropna(subset="customer_id"), ["customer_id"], "resolved_at", 7)
    again = followed(found, reopenings(company), ["complaint_id"], "resolved_at", 30)
    return found.assign(again=again, heard=heard)


@oracle("complaint.reopen_rate")
def reopen_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = aftermath(company)
    due = over(found, "on", 30, company.ripe(["complaint_events"], "complaints", "complaint_events"))
    return figures(narrowed(found.assign(due=due, hit=found["again"]), scope), by, ripe)


@oracle("complaint.first_contact_rate")
def first_contact_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = aftermath(company)
    due = over(
        found, "on", 7, company.ripe(["complaints", "complaint_events", "contacts"], "complaints", "complaint_events")
    )
    return figures(narrowed(found.assign(due=due, hit=~found["heard"]), scope), by, ripe)


@oracle("complaint.repeat_rate")
def repeat_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = complaints(company)
    found = found[found["customer_id"].notna()]
    later = found.rename(columns={"opened_at": "then_at"})
    hit = followed(found, later, ["customer_id", "category"], "opened_at", 30)
    due = over(found, "on", 30, company.ripe(["complaints"], "complaints", "complaint_events"))
    return figures(narrowed(found.assign(due=due, hit=hit), scope), by, ripe)


def per_hundred(numerator: pd.DataFrame, denominator: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Complaints for every hundred of something else, the rows of both told by `by`."""
    both = pd.concat([numerator.assign(is_base=False), denominator.assign(is_base=True)])

    def one(rows: pd.DataFrame) -> Mapping[str, object]:
        return ratio(int((~rows["is_base"]).sum()), int(rows["is_base"].sum()), per=100)

    return figures(both, by, one)


@oracle("complaint.per_100_customers")
def per_100_customers(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    active = buyers(company)[buyers(company)["days"] > 0]
    base = standing(active, company, scope, by, filters=False)
    opened = narrowed(complaints(company), scope)
    if "month" in by:
        opened = opened[opened["month"].isin(told_months(company, scope))]
    return per_hundred(opened, base, by)


def told_months(company: Company, scope: Scope) -> pd.DatetimeIndex:
    """The months that ended within the period."""
    ends = month_ends(company)
    after = ends + pd.offsets.MonthBegin(1)
    period = scope.period
    return ends if period is None else ends[(after <= pd.Timestamp(period.end)) & (after > pd.Timestamp(period.start))]


@oracle("complaint.per_100_orders")
def per_100_orders(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    all_filters = Scope(period=scope.period, regions=scope.regions, branches=scope.branches)
    return per_hundred(narrowed(complaints(company), scope), narrowed(orders(company), all_filters), by)


@cache
def gaps() -> dict[str, str]:
    """The gap of service that each declared cause belongs to."""
    declared = yaml.safe_load((CATALOGUE / "causes.yaml").read_text("utf-8"))["causes"]
    return {code: about["gap"] for code, about in declared.items()}


@oracle("complaint.cause")
def cause(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = complaints(company)
    found = found.assign(part=found["cause"].fillna("unknown"), gap=found["cause"].map(gaps()))

    def one(rows: pd.DataFrame) -> list[Mapping[str, object]]:
        return parts(tally(rows["part"], sorted(rows["part"].unique())))

    return figures(narrowed(found, scope), by, one)


@cache
def silence(company: Company) -> pd.DataFrame:
    """One row an answer to `overall` in the two lowest fifths of its scale by a known customer: hit where they never complained."""
    found = answers(company)
    found = found[(found["question"] == "overall") & (found["middle"] < 0.4) & found["customer_id"].notna()]
    return found.assign(hit=~found["customer_id"].isin(complaints(company)["customer_id"].dropna()))


@oracle("complaint.silent")
def silent(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(silence(company), scope), by, lambda rows: rate(int(rows["hit"].sum()), len(rows)))


@cache
def peers(company: Company) -> pd.DataFrame:
    """Who complainers are compared with: month (of resolution), branch, tier, peers, and how many of them ordered.

    Known to the month's end before and without a complaint 180 days to either side of it.
    """
    homes = company.rows("customers").set_index("customer_id")["branch_id"]
    tiers = value_tiers(company)[["month", "customer_id", "part"]].rename(columns={"part": "tier"})
    tiers["branch"] = tiers["customer_id"].map(homes)
    found = tiers.assign(month=tiers["month"] + pd.offsets.MonthBegin(1))
    complained, ordered = complaints(company), orders(company)
    made = []
    for month, rows in found.groupby("month"):
        end = month.tz_localize(company.until().tz)
        near = complained["opened_at"].between(end - HALF_YEAR, end + HALF_YEAR, inclusive="left")
        after = ordered["ordered_at"].between(end, end + HALF_YEAR, inclusive="both")
        here = rows[~rows["customer_id"].isin(complained.loc[near, "customer_id"])]
        came = here["customer_id"].isin(ordered.loc[after, "customer_id"])
        made.append(here.assign(came=came))
    told = {"peers": ("came", "size"), "came": ("came", "sum")}
    return pd.concat(made).groupby(["month", "branch", "tier"]).agg(**told).reset_index()


@cache
def recoveries(company: Company) -> pd.DataFrame:
    """One row a complaint resolved for good: due, hit, and the peers of its stratum."""
    found = resolved(company)
    found = found[found["outcome_code"].isna() | (found["outcome_code"] == "resolved")].copy()
    found["month"] = found["on"].dt.to_period("M").dt.to_timestamp()
    later = orders(company).rename(columns={"ordered_at": "then_at"})
    found["hit"] = followed(found, later, ["customer_id"], "resolved_at", 180)
    found["due"] = over(found, "on", 180, company.ripe(["orders"], "complaints", "complaint_events", "orders"))
    tiers = value_tiers(company)[["month", "customer_id", "part"]].rename(columns={"part": "tier"})
    tiers["month"] += pd.offsets.MonthBegin(1)
    found = found.merge(tiers, on=["month", "customer_id"], how="left")
    overall = answers(company)[answers(company)["question"] == "overall"].groupby("complaint_id")["points"]
    said = overall.agg(["sum", "count"]).rename(columns={"sum": "points", "count": "answers"})
    found = found.merge(said, left_on="complaint_id", right_index=True, how="left")
    return found.merge(peers(company), on=["month", "branch", "tier"], how="left")


@oracle("complaint.recovery")
def recovery(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(narrowed(recoveries(company), scope), by, recovered)


def recovered(rows: pd.DataFrame) -> Mapping[str, object]:
    """The rate, what it is compared with, and what the same customers said and were paid."""
    named = rows["customer_id"].notna()
    due = rows[named & rows["due"]]
    paid = due["compensation_amount"].dropna()
    said = due["answers"].sum()
    return {
        **rate(int(due["hit"].sum()), len(due)),
        "pending": int((named & ~rows["due"]).sum()),
        "unnamed": int((~named & rows["due"]).sum()),
        "unmatched": int(due["peers"].isna().sum()),
        **against_peers(due[due["peers"].notna()]),
        "satisfaction": due["points"].sum() / said if said else math.nan,
        "answers": said,
        "compensation": paid.mean(),
        "compensated": len(paid),
    }


def against_peers(due: pd.DataFrame) -> Mapping[str, object]:
    """Complainers against peers of the same month, branch and tier, standardised to the complainers.

    The difference by MOVER (Zou and Donner 2008): Wilson for the complainers; for the peers cells adjusted as by Agresti and
    Coull (1998), whose errors add up over months, since the peers of one month are those of the next, and are independent else.
    """
    if due.empty:
        names = ("matched_value", "difference", "difference_low", "difference_high")
        return {**dict.fromkeys(names, math.nan), "matched_n": 0}
    strata = due.groupby(["month", "branch", "tier"]).agg(
        cases=("hit", "size"), peers=("peers", "first"), came=("came", "first")
    )
    weight = strata["cases"] / strata["cases"].sum()
    matched = float((weight * strata["came"] / strata["peers"]).sum())
    size = strata["peers"] + ADDED
    share = (strata["came"] + ADDED / 2) / size
    errors = (weight * np.sqrt(share * (1 - share) / size)).groupby(["branch", "tier"]).sum()
    width = Z * float(np.linalg.norm(errors))
    low, high = max(matched - width, 0.0), min(matched + width, 1.0)
    own = float(due["hit"].mean())
    own_low, own_high = proportion_confint(int(due["hit"].sum()), len(due), method="wilson")
    difference = own - matched
    return {
        "matched_value": matched,
        "matched_n": int(strata["peers"].sum()),
        "difference": difference,
        "difference_low": difference - math.hypot(own - own_low, high - matched),
        "difference_high": difference + math.hypot(own_high - own, matched - low),
    }


@oracle("complaint.branch")
def branch(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    cases = promised(company)
    cases = cases.assign(late=~cases["part"].isin(["met", "running"]), settled=cases["part"] != "running")
    apart = [name for name in by if name not in ("region", "branch")]
    whole = narrowed(cases[cases["settled"]], Scope(period=scope.period, filters=scope.filters))
    centres = {
        key: rows["late"].mean() for key, rows in (whole.groupby(apart, dropna=False) if apart else [((), whole)])
    }

    def one(rows: pd.DataFrame) -> Mapping[str, object]:
        centre = centres.get(tuple(rows[name].iloc[0] for name in apart), math.nan)
        n, late = int(rows["settled"].sum()), int(rows["late"].sum())
        low, high = limits(centre, n, 0.95)
        least, most = limits(centre, n, 0.998)
        outside = float(not least <= late / n <= most) if n and not math.isnan(centre) else math.nan
        told = {"low_95": low, "high_95": high, "low_998": least, "high_998": most}
        return {**rate(late, n), "centre": centre, **told, "is_outside_998": outside, "pending": len(rows) - n}

    return figures(narrowed(cases, scope), by, one)


def limits(centre: float, n: int, level: float) -> tuple[float, float]:
    """Limits of the share of n about the centre: exact binomial, interpolated (Spiegelhalter 2005, A.1.1)."""
    if not n or math.isnan(centre):
        return math.nan, math.nan

    def at(p: float) -> float:
        step = binom.ppf(p, n, centre)
        beyond = (binom.cdf(step, n, centre) - p) / binom.pmf(step, n, centre)
        return float(np.clip((step - beyond) / n, 0, 1))

    return at((1 - level) / 2), at((1 + level) / 2)
