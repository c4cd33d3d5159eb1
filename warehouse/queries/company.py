"""What the whole company does, to hold a part of it against, for those alone who may know it."""

import pandas as pd

from warehouse.queries import figures
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

TOTALS = {"complaint.sla_rate": "complaint.branch"}
"""Figures of which company totals are published for those who do not see every branch, and the metric whose `centre` tells
them: promises broken are what is left of promises kept."""
COMPARABLE = frozenset({"rate", "ratio", "money_rate", "duration", "score"})
"""Kinds of figures that mean the same for a part as for the whole; counts and sums do not."""


def whole(reader: Reader, metric: str, scope: Scope) -> pd.DataFrame:
    """The figure of `metric` for the whole company on the days and under the filters of `scope`: at most one row. Who does not
    see every branch is told of the months that the days touch.

    Columns: value, low, high (NaN: unknown) in the metric's unit. No row where the kind of figure is not comparable, where
    `scope` is the whole company itself, where the person may not know it, or where it is too small to show.
    Raises as `figures.figure` does.
    """
    nothing = pd.DataFrame(columns=["value", "low", "high"], dtype=float)
    if figures.known(metric).kind not in COMPARABLE:
        return nothing
    if sees_all(reader):
        is_part = bool(scope.regions or scope.branches)
        return _figure(reader, metric, scope.everywhere()) if is_part else nothing
    return _totals(reader, metric, scope) if metric in TOTALS else nothing


def sees_all(reader: Reader) -> bool:
    """Whether the person sees every branch of the company."""
    return bool(reader.known("state/sees_all")["sees_all"].iloc[0])


def _figure(reader: Reader, metric: str, scope: Scope) -> pd.DataFrame:
    rows = figures.figure(reader, metric, scope)
    names = {"median": "value", "median_low": "low", "median_high": "high"} if "median" in rows else {}
    shown = rows[rows["suppressed"].isna()].rename(columns=names)
    return shown.reindex(columns=["value", "low", "high"]).dropna(subset=["value"])


def _totals(reader: Reader, metric: str, scope: Scope) -> pd.DataFrame:
    centre = figures.figure(reader, TOTALS[metric], scope)["centre"].dropna()
    return pd.DataFrame({"value": 1 - centre}).reindex(columns=["value", "low", "high"])
