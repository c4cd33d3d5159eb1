"""Oracles of the monthly five: every customer at every month's end, by its orders, one by one."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from tests.oracle.company import Company
from tests.oracle.complaints import complaints
from tests.oracle.leads import leads
from tests.oracle.measures import DAY, figures, narrowed, rate, ratio
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from warehouse.scope import Scope

YEAR = 12


@cache
def customers(company: Company) -> pd.DataFrame:
    """One row a customer on file: customer_id, branch (its home), region, customer_kind."""
    found = company.rows("customers").rename(columns={"branch_id": "branch"})
    return found.merge(company.home(), on="branch", how="left")


@cache
def month_ends(company: Company) -> pd.DatetimeIndex:
    """The first day of every month, from that of the first order on, whose last day has come at the data date."""
    found = orders(company)["on"]
    last = company.until().tz_localize(None)
    every = pd.date_range(found.min().replace(day=1), last, freq="MS")
    return every[every + pd.offsets.MonthBegin(1) - DAY <= last]


def months_back(month: pd.Timestamp, months: int) -> pd.Timestamp:
    """The first of the month that opens a window of so many months which ends with `month`."""
    return month - pd.DateOffset(months=months - 1)


def standing(
    rows: pd.DataFrame, company: Company, scope: Scope, by: Sequence[str], *, filters: bool = True
) -> pd.DataFrame:
    """Rows with a `month` (its first day): the months that end in the period; not told by month, the last that ended by then."""
    ends = month_ends(company)
    if scope.period is not None:
        after = ends + pd.offsets.MonthBegin(1)
        ends = ends[after <= pd.Timestamp(scope.period.end)]
        if "month" in by:
            ends = ends[ends + pd.offsets.MonthBegin(1) > pd.Timestamp(scope.period.start)]
    ends = ends if "month" in by else ends[-1:]
    here = rows[rows["month"].isin(ends)]
    return narrowed(
        here, Scope(regions=scope.regions, branches=scope.branches, filters=scope.filters if filters else {})
    )


def each_month(company: Company, days: pd.DataFrame, on: str, months: int, *, skip: int = 0) -> pd.DataFrame:
    """`days` (customer_id and a day `on`) once for every month whose window of `months` months, `skip` before it, holds it."""
    found = []
    for month in month_ends(company):
        last = months_back(month, skip) if skip else month + pd.offsets.MonthBegin(1)
        first = months_back(month, months + skip)
        found.append(days[(days[on] >= first) & (days[on] < last)].assign(month=month))
    return pd.concat(found)


@cache
def buyers(company: Company) -> pd.DataFrame:
    """One row a customer and month, of all who ordered in the 24 months that end with it.

    Columns month, customer_id, branch, region, customer_kind, days (with orders in the last 12), bought (in the 12 before), referred.
    """
    days = orders(company)[["customer_id", "on"]].drop_duplicates()
    key = ["month", "customer_id"]
    lately = each_month(company, days, "on", YEAR).groupby(key).size().rename("days")
    before = each_month(company, days, "on", YEAR, skip=YEAR).groupby(key).size().rename("before")
    genuine = leads(company)[leads(company)["is_genuine"].eq(other=True)]
    named = genuine[["referrer_customer_id", "on"]].dropna().rename(columns={"referrer_customer_id": "customer_id"})
    referred = each_month(company, named, "on", YEAR).groupby(key).size().rename("referred")
    found = pd.concat([lately, before], axis=1).join(referred, how="left").fillna(0).reset_index()
    return found.merge(customers(company), on="customer_id", how="left")


def delivered(company: Company, months: int) -> pd.Timestamp:
    """The first month that ends a window of so many months with orders delivered from its first day on."""
    return month_ends(company)[0] + pd.DateOffset(months=months - 1)


def ripe(rows: pd.DataFrame, company: Company, months: int, hits: "pd.Series[bool]") -> dict[str, object]:
    """The rate of `hits` where so many months were delivered; the others are pending."""
    due = rows["month"] >= delivered(company, months)
    return {**rate(int((due & hits).sum()), int(due.sum())), "pending": int((~due).sum())}


@oracle("five.repeat_rate")
def repeat_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    active = buyers(company)[buyers(company)["days"] > 0]
    rows = standing(active, company, scope, by)
    return figures(rows, by, lambda some: ripe(some, company, YEAR, some["days"] >= 2))


@oracle("five.referral_rate")
def referral_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    active = buyers(company)[buyers(company)["days"] > 0]
    rows = standing(active, company, scope, by)
    return figures(rows, by, lambda some: ripe(some, company, YEAR, some["referred"] > 0))


@oracle("five.churn_rate")
def churn_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    once = buyers(company)[(buyers(company)["before"] > 0)]
    rows = standing(once, company, scope, by)
    return figures(rows, by, lambda some: ripe(some, company, 2 * YEAR, some["days"] == 0))


@oracle("customer.active")
def active(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    rows = standing(buyers(company)[buyers(company)["days"] > 0], company, scope, by)
    return figures(rows, by, lambda some: {"value": len(some)})


@oracle("five.complaint_rate")
def complaint_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    base = buyers(company)[buyers(company)["days"] > 0].assign(complaint=False)
    opened = complaints(company).assign(complaint=True)
    opened["month"] = opened["on"].dt.to_period("M").dt.to_timestamp()
    rows = standing(pd.concat([base, opened.drop(columns="on")]), company, scope, by)
    return figures(rows, by, lambda some: ratio(int(some["complaint"].sum()), int((~some["complaint"]).sum())))
