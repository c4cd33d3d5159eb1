"""The one entry for every figure: metric and scope in, rows out, with intervals and the smallest base."""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.metrics import TIMES, Metric, filters_of, metrics
from warehouse.queries import grains, rules
from warehouse.queries.reader import NothingPublished, Reader
from warehouse.queries.solved import SOLVERS
from warehouse.scope import Scope

Filters = Mapping[str, Sequence[str]]
SECONDS = {"minutes": 60.0, "hours": 3600.0, "days": 86400.0}


class UnknownMetric(ValueError):
    """No metric has this code."""


class UnknownDimension(ValueError):
    """The metric cannot be grouped or narrowed by this."""


class FeedAbsent(LookupError):
    """The figure needs `feeds`, or columns (`leads.collected_at`), that nobody has delivered."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """What is absent."""
        return tuple(str(feed) for feed in self.args)

    def __str__(self) -> str:
        """One clear message."""
        return f"not delivered: {', '.join(self.feeds)}"


@dataclass(frozen=True)
class Shape:
    """Columns of a kind: `figures` are hidden where `base` is too small, `counts` are whole numbers that never are."""

    figures: tuple[str, ...]
    counts: tuple[str, ...] = ()
    base: str | None = None
    part: str | None = None


SHAPES = {
    "rate": Shape(figures=("value", "low", "high", "numerator"), counts=("denominator",), base="denominator"),
    "ratio": Shape(figures=("value", "low", "high", "numerator"), counts=("denominator",), base="denominator"),
    "money_rate": Shape(figures=("value", "numerator", "denominator"), counts=("n",), base="n"),
    "count": Shape(figures=("value",)),
    "money": Shape(figures=("value",)),
    "duration": Shape(figures=("open", "median", "median_low", "median_high", "p75", "p90"), counts=("n",), base="n"),
    "score": Shape(figures=("value", "low", "high"), counts=("n",), base="n"),
    "parts": Shape(figures=("value", "share"), counts=("denominator",), base="denominator", part="part"),
    "funnel": Shape(
        figures=("value", "low", "high", "numerator", "share", "share_low", "share_high"),
        counts=("denominator", "collected"),
        base="denominator",
        part="part",
    ),
    "coefficients": Shape(figures=("value", "low", "high"), counts=("n",), base="n", part="part"),
}
LENGTHS = ("median", "median_low", "median_high", "p75", "p90")
COARSER = {"branch": ("region",), "source": ("source_group",), "day": ("week", "month")}
"""What a dimension lies in: totals over these may be shown elsewhere."""
WHERE_IT_LIES = {
    "branch": ("list_branches", "branch_id", "region_id"),
    "source": ("list_sources", "source_code", "source_group"),
}
OPTIONAL_FIGURES = ("within_target", "within_target_low", "within_target_high", "paused")


def figure(reader: Reader, metric: str, scope: Scope, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """The figures of `metric` in `scope`, one row for each combination of `by` that has any; no rows if there are none.

    Columns: `by`, those of the metric's kind (see `queries/README.md`), what the family adds, and `suppressed`
    (None or "n too small"). Rates and shares are 0 to 1, durations in the metric's unit, money in the reporting
    currency. Where the days that would place the rows in time are unknown, the period is not applied and
    `attrs["period"]` is None.
    Raises UnknownMetric, UnknownDimension, FeedAbsent and NothingPublished.
    """
    about = known(metric)
    _check(about, by=by, filters=scope.filters)
    pinned = reader if reader.refresh_id is not None else reader.pinned()
    dated = _dated(pinned, about, by=by, filters=scope.filters)
    rows = _rows(pinned, about, scope, by=by, dated=dated, question=about.family)
    solve = SOLVERS.get(about.family)
    shaped = _shaped(rows if solve is None else solve(rows, about, by), about, by=by)
    frame = _suppressed(pinned, shaped, about, by=by)
    frame.attrs["period"] = scope.period if dated else None
    return frame


def curve(reader: Reader, metric: str, scope: Scope, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """The curve behind a duration: `by`, at (in the metric's unit), at_risk, happened, share (0 to 1), low, high.

    One row a step, where something happened. Raises as `figure`, and UnknownMetric where the metric has no curve.
    """
    about = known(metric)
    question = f"{about.family}_curve"
    if not (Path(__file__).parent / f"{question}.sql").exists():
        raise UnknownMetric(f"{metric} has no curve")
    _check(about, by=by, filters=scope.filters)
    pinned = reader if reader.refresh_id is not None else reader.pinned()
    dated = _dated(pinned, about, by=by, filters=scope.filters)
    rows = _rows(pinned, about, scope, by=by, dated=dated, question=question)
    steps = rows[[*by, "at", "at_risk", "happened", "share", "low", "high"]].copy()
    steps["at"] = steps["at"].astype(float) / SECONDS[about.unit]
    reached = steps.groupby(list(by), dropna=False)["at_risk"].transform("max") if by else steps["at_risk"].max()
    return steps[pd.Series(reached >= about.smallest_base, index=steps.index)].reset_index(drop=True)


def known(metric: str) -> Metric:
    """The metric of this code; UnknownMetric, naming the nearest, where there is none."""
    found = metrics().get(metric)
    if found is None:
        near = difflib.get_close_matches(metric, metrics(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownMetric(f"there is no metric {metric}{hint}")
    return found


def records(frame: pd.DataFrame, *, by: Sequence[str] = ()) -> list[dict[str, object]]:
    """The rows of a figure as plain values: {"by": {…}, measure: number or None, …}, whole numbers as int."""
    measures = [name for name in frame.columns if name not in by and name != "suppressed"]
    return [
        {"by": {name: _plain(row[name]) for name in by}}
        | {name: _plain(row[name]) for name in measures}
        | ({"suppressed": row["suppressed"]} if row["suppressed"] is not None else {})
        for row in frame.to_dict("records")
    ]


def _check(about: Metric, *, by: Sequence[str], filters: Iterable[str]) -> None:
    for name, allowed in [*((name, about.dims) for name in by), *((name, about.filters) for name in filters)]:
        if name not in allowed:
            offered = ", ".join(allowed) or "nothing"
            raise UnknownDimension(f"{about.code} knows no {name}; it knows {offered}")


def _dated(reader: Reader, about: Metric, *, by: Sequence[str], filters: Filters) -> bool:
    """Whether the metric's rows can be placed in time. Raises FeedAbsent where what it needs was never delivered."""
    delivered = reader.known("figure_feeds")
    if delivered.empty:
        raise NothingPublished(
            "nothing is published for this person; `status` says what was refreshed and who may see it"
        )
    feeds = delivered["feed"].tolist()
    columns = zip(feeds, delivered["unknown_columns"], strict=True)
    unknown = {f"{feed}.{column}" for feed, unknown_columns in columns for column in unknown_columns}
    chosen = [f"{name}={value}" for name, values in filters.items() for value in values]
    wanted = [*about.feeds, *(feed for choice in chosen for feed in about.filter_feeds.get(choice, ()))]
    absent = [feed for feed in wanted if feed not in feeds]
    needed = [*about.needs, *([about.dated_by] if set(by) & set(TIMES) else [])]
    absent += [column for column in dict.fromkeys(needed) if column in unknown and column.split(".")[0] not in absent]
    if absent:
        raise FeedAbsent(*absent)
    return about.dated_by not in unknown


def _shaped(rows: pd.DataFrame, about: Metric, *, by: Sequence[str]) -> pd.DataFrame:
    """Made of its columns at once: one after the other they would take three times as long."""
    shape = SHAPES[about.kind]
    part = [shape.part] if shape.part else []
    told_by = {*about.dims, *part}
    measures = {name: rows[name].to_numpy(dtype=float) for name in rows.columns if name not in told_by}
    if about.kind == "duration":
        measures |= {name: measures[name] / SECONDS[about.unit] for name in LENGTHS}
    columns: dict[str, Any] = {name: rows[name] for name in (*by, *part)}
    columns |= {**measures, "suppressed": pd.Series([None] * len(rows), index=rows.index, dtype=object)}
    return pd.DataFrame(columns)


def _rows(
    reader: Reader, about: Metric, scope: Scope, *, by: Sequence[str], dated: bool, question: str
) -> pd.DataFrame:
    period = scope.period if dated else None
    narrowed = {name: list(scope.filters.get(name, ())) for name in filters_of(about.family)}
    return reader.frame(
        question,
        metric=about.asked_as,
        from_on=period.start if period else None,
        until_on=period.end if period else None,
        regions=list(scope.regions),
        branches=list(scope.branches),
        by=list(by),
        mature_days=about.mature_days,
        smallest_base=about.smallest_base,
        **narrowed,
        **grains.asked_for(reader, question, about, scope, by=by, period=period),
    )


def _suppressed(reader: Reader, frame: pd.DataFrame, about: Metric, *, by: Sequence[str]) -> pd.DataFrame:
    shape = SHAPES[about.kind]
    if shape.base is None or about.smallest_base == 0 or bool((frame[shape.base] >= about.smallest_base).all()):
        return frame  # where nothing is too small, there is nothing to give away
    cells, apart = frame, [shape.part] if shape.part else []
    if about.kind == "parts":  # parts give each other away: a whole is shown or hidden with all of them
        cells, apart = _wholes(frame, shape.base, by), []
    inside = {name: _inside(reader, cells[name], about, name) for name in by}
    mask = rules.hidden(cells, by=by, base=shape.base, smallest=about.smallest_base, apart=apart, inside=inside)
    if about.kind == "parts":
        mask = mask[_numbers(frame, by)]
    figures = [name for name in (*shape.figures, *OPTIONAL_FIGURES, *about.also) if name in frame.columns]
    shown = {name: np.where(mask, np.nan, frame[name]) for name in figures}
    return frame.assign(**shown, suppressed=frame["suppressed"].mask(mask, rules.TOO_SMALL))


def _wholes(frame: pd.DataFrame, base: str, by: Sequence[str]) -> pd.DataFrame:
    """One row a whole, in the order of its number, with the smallest base of its parts."""
    numbers = _numbers(frame, by)
    first = frame.loc[~pd.Series(numbers, index=frame.index).duplicated(), list(by)]
    return first.assign(**{base: frame.groupby(numbers)[base].min().to_numpy()}).reset_index(drop=True)


def _numbers(frame: pd.DataFrame, by: Sequence[str]) -> npt.NDArray[np.int64]:
    """The number of the whole that each row is a part of, from 0 in order of appearance."""
    if not by:
        return np.zeros(len(frame), dtype=np.int64)
    return np.asarray(frame.groupby(list(by), dropna=False, sort=False).ngroup(), dtype=np.int64)


def _inside(reader: Reader, values: pd.Series, about: Metric, dimension: str) -> dict[str, pd.Series]:
    """For each coarser dimension that the metric can be grouped by, where each of `values` lies in it."""
    outer = [name for name in COARSER.get(dimension, ()) if name in about.dims]
    return {name: _lying_in(reader, values, dimension, name) for name in outer}


def _lying_in(reader: Reader, values: pd.Series, dimension: str, outer: str) -> pd.Series:
    if dimension == "day":
        days = pd.to_datetime(values)
        return days.dt.to_period("W" if outer == "week" else "M").astype(str)
    question, code, lies_in = WHERE_IT_LIES[dimension]
    known_places = reader.known(question)
    return values.map(dict(zip(known_places[code], known_places[lies_in], strict=True)))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value
