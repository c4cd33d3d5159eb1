"""Figures by month as a series without gaps, so that a month without rows is neither skipped nor taken for another."""

from datetime import date, timedelta

import pandas as pd

from warehouse.metrics import Metric

ADDED = frozenset({"count", "money"})
"""Kinds of figures that are none where nothing was counted; all others are unknown there."""


def every_month(rows: pd.DataFrame, about: Metric, until: date) -> pd.DataFrame:
    """`rows` of `figure(..., by=("month",))` with every month from the first known one to the last that is over on `until`.

    A month that the figure leaves out is zero for counts and sums of money, unknown (NaN) for everything else; parts of wholes
    stay as they are. `until` is the last day to which the feeds of the figure reach: later months are left out, not zero.
    """
    if rows.empty or "part" in rows or list(rows.columns[:1]) != ["month"]:
        return rows
    over = (pd.Timestamp(until) + timedelta(days=1)).to_period("M") - 1
    known = pd.PeriodIndex(pd.to_datetime(rows["month"]), freq="M")
    every = pd.period_range(known.min(), max(over, known.max()), freq="M")
    if len(every) == len(rows):
        return rows
    full = rows.set_index(known).reindex(every)
    full["month"] = [month.to_timestamp().date() for month in every]
    full["suppressed"] = full["suppressed"].astype(object).where(full["suppressed"].notna(), None)
    if about.kind in ADDED:
        full["value"] = full["value"].fillna(0.0)
    return full.reset_index(drop=True)
