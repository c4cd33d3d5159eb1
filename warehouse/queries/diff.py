"""What differs between two refreshes: slices, and the figures made from them."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from warehouse.metrics import Metric, metrics
from warehouse.queries import figures, flow, state
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

COMPARED = {"count": "value", "money": "value", "rate": "value", "ratio": "value", "money_rate": "value"} | {
    "score": "value",
    "duration": "median",
}
"""The kinds of figures that are one number, and the column in which it stands."""
COLUMNS = ("metric", "region", "month", "before", "after")


@dataclass(frozen=True)
class Change:
    """One figure before and after, of a period or one `month`; `region` None is the whole company, a figure None is not shown."""

    metric: str
    region: str | None
    before: float | None
    after: float | None
    month: date | None = None


def slices(reader: Reader, earlier: int, later: int) -> pd.DataFrame:
    """The slices of which the two refreshes show other editions: table_name, slice_on, and `was` and `becomes`, the refreshes
    that made what each shows (empty where it shows none). Raises UnknownRefresh for one that is shown to nobody."""
    for each in (earlier, later):
        replace(reader, refresh_id=each).pinned()
    return reader.frame("diff/slices", earlier=earlier, later=later)


def between(reader: Reader, earlier: int, later: int) -> pd.DataFrame:
    """The figures that differ, as far as the person sees them: metric, region (None: all that the person sees), month (None: the
    twelve months up to the newest record of the later refresh), before, after. `attrs` holds that period and how many
    figures were looked at. Only figures made from slices that differ are looked at. Raises UnknownRefresh."""
    touched = set(slices(reader, earlier, later)["table_name"])
    looked_at = [about for about in comparable() if touched & set(flow.asked_from()[about.code])]
    sides = [replace(reader, refresh_id=each) for each in (earlier, later)]
    period = last_year(sides[1])
    found = [
        change
        for about in looked_at
        for by in _groupings(about, ("region", "month"))
        for change in changes(sides[0], sides[1], about, None if by == ("month",) else period, by)
    ]
    rows = pd.DataFrame([asdict(change) for change in found], columns=list(COLUMNS))
    rows.attrs = {"compared": len(looked_at), "period": period}
    return rows


def sized(rows: pd.DataFrame) -> pd.DataFrame:
    """Figures before and after, the greatest relative change first, with `difference` and `relative` (empty where one of the two
    is not shown)."""
    rows = rows.astype({"before": float, "after": float})
    difference = rows["after"] - rows["before"]
    relative = difference / rows["before"].abs().where(rows["before"] != 0)
    made = rows.assign(difference=difference, relative=relative, size=relative.abs().fillna(-1.0))
    return made.sort_values(["size", "metric"], ascending=[False, True], ignore_index=True)


def comparable(feeds: Collection[str] | None = None) -> list[Metric]:
    """The figures that are one number: all of them, or those made from one of `feeds`."""
    return [
        about
        for about in metrics().values()
        if about.kind in COMPARED and about.same_as is None and (feeds is None or set(about.feeds) & set(feeds))
    ]


def changes(
    before: Reader, after: Reader, about: Metric, period: Period | None, by: Sequence[str] = ()
) -> Iterable[Change]:
    """A figure on both sides, by region or month or neither, where the two differ; nothing where one side lacks a feed."""
    sides = [_values(reader, about, period, by) for reader in (before, after)]
    for group in sorted(sides[0].keys() | sides[1].keys(), key=str):
        was, becomes = (side.get(group) for side in sides)
        if _differ(was, becomes):
            region, month = (group if by == (name,) else None for name in ("region", "month"))
            yield Change(about.code, region, was, becomes, month)


def both(before: Reader, after: Reader, about: Metric, period: Period) -> Iterable[Change]:
    """A figure of the company and of each region, where the two sides differ."""
    return [change for by in _groupings(about, ("region",)) for change in changes(before, after, about, period, by)]


def last_year(reader: Reader) -> Period:
    """The twelve months that end with that of the newest record: what pages show when they are first opened."""
    newest = state.freshness(reader)["data_until"].max()
    reached = pd.Timestamp.now("UTC") if pd.isna(newest) else pd.Timestamp(newest)
    return year_up_to(reached.tz_convert(ZoneInfo(state.standing(reader).zone)).date())


def year_up_to(day: date) -> Period:
    """The twelve months that end with the one of `day`, as far as that day."""
    return Period((pd.Timestamp(day.replace(day=1)) - pd.DateOffset(months=11)).date(), day + timedelta(days=1))


def _groupings(about: Metric, wanted: Sequence[str]) -> list[tuple[str, ...]]:
    return [(), *((name,) for name in wanted if name in about.dims)]


def _differ(was: float | None, becomes: float | None) -> bool:
    """Whether two figures differ by more than the order in which they were added up."""
    if was is None or becomes is None:
        return was is not becomes
    return not math.isclose(was, becomes, rel_tol=1e-9)


def _values(reader: Reader, about: Metric, period: Period | None, by: Sequence[str]) -> dict[Any, float | None]:
    try:
        rows = figures.figure(reader, about.code, Scope(period=period), by=tuple(by))
    except figures.FeedAbsent:
        return {}
    groups = rows[by[0]] if by else [None] * len(rows)
    values = (None if math.isnan(value) else float(value) for value in rows[COMPARED[about.kind]])
    return dict(zip(groups, values, strict=True))
