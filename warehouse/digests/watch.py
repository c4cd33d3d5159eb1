"""What there is to warn somebody of: asked in that person's name, of the published figures and of how they came about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd
import yaml

from warehouse.metrics import CATALOGUE, metrics
from warehouse.queries import figures, health, lists, series, signals, state, targets
from warehouse.queries.reader import Reader
from warehouse.queries.signals import Estimate
from warehouse.queries.state import Standing
from warehouse.scope import Period, Scope

Kind = Literal["signal", "promise", "late", "held", "undelivered"]
MONTHS = 24


@dataclass(frozen=True)
class Condition:
    """Something that is so now, to be warned of: `subject` is a metric or a feed, `evidence` how sure it is."""

    kind: Kind
    subject: str
    since: datetime
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Watched:
    """`alerts.yaml`, read: figures with the page that shows them, and who is told what."""

    signals: Mapping[str, str]
    promises: Mapping[str, str]
    promise_days: int
    settle: Mapping[Kind, timedelta]
    roles: Mapping[str, frozenset[Kind]]


@cache
def watched() -> Watched:
    """What the house watches. ValueError for a figure that there is not."""
    declared = yaml.safe_load(Path(CATALOGUE, "alerts.yaml").read_text("utf-8"))
    found = Watched(
        signals={code: page for page, codes in declared["signals"].items() for code in codes},
        promises={code: page for page, codes in declared["promises"].items() for code in codes},
        promise_days=declared["promise_days"],
        settle={kind: timedelta(minutes=minutes) for kind, minutes in declared["settle_minutes"].items()},
        roles={role: frozenset(kinds) for role, kinds in declared["roles"].items()},
    )
    if unknown := {*found.signals, *found.promises} - {*metrics()}:
        raise ValueError(f"alerts.yaml: there is no figure {', '.join(sorted(unknown))}")
    return found


@dataclass(frozen=True)
class Watch:
    """One person's eyes on a part of the company. `reader` is pinned."""

    reader: Reader
    standing: Standing
    scope: Scope

    @property
    def kinds(self) -> frozenset[Kind]:
        """What this person is told of, by role."""
        return frozenset[Kind]().union(*(watched().roles[role] for role in self.standing.roles))

    def conditions(self, *, now: datetime) -> list[Condition]:
        """Everything that is so now and concerns this person, but letters: see `outbox`."""
        freshness = state.freshness(self.reader)
        found = list[Condition]()
        if "signal" in self.kinds:
            found += [each for code in watched().signals for each in self._signal(code, freshness)]
        if "promise" in self.kinds:
            found += [each for code in watched().promises for each in self._promise(code, freshness)]
        if "held" in self.kinds:
            found += _held(self.reader)
        if "late" in self.kinds:
            found += _late(freshness, zone=self.standing.zone, now=now)
        return found

    def _signal(self, code: str, freshness: pd.DataFrame) -> Iterator[Condition]:
        """Whether the newest whole month of a figure is beyond usual variation, as its tile says."""
        end = self._day_after(code, freshness)
        start = (pd.Timestamp(end.replace(day=1)) - pd.DateOffset(months=MONTHS)).date()
        rows = self._figure(code, Period(start=start, end=end.replace(day=1)), by=("month",))
        rows = series.every_month(rows, metrics()[code], end - timedelta(days=1))
        if rows.empty:
            return
        values, errors = _series(rows, code)
        found = signals.signals(values, errors)
        if not found or found[-1].index != len(values) - 1:
            return
        natural, newest = signals.limits(values, errors), found[-1]
        if natural is None:
            return
        month: date = rows["month"].iloc[-1]
        evidence: dict[str, Any] = {
            "value": values[-1],
            "low": natural.low,
            "high": natural.high,
            "centre": natural.centre,
        }
        evidence |= {"month": month.isoformat(), "rule": newest.rule, "is_above": newest.is_above}
        since = rows["month"].iloc[-8] if newest.rule == "eight on one side" else month
        yield Condition("signal", code, self._midnight(since), evidence)

    def _promise(self, code: str, freshness: pd.DataFrame) -> Iterator[Condition]:
        """Whether a share of the last days misses its target by more than chance explains."""
        end = self._day_after(code, freshness)
        period = Period(start=end - timedelta(days=watched().promise_days), end=end)
        rows, wanted = self._figure(code, period), self._target(code, end - timedelta(days=1))
        if rows.empty or wanted is None or pd.isna(rows["value"].iloc[0]):
            return
        row = rows.iloc[0]
        kept = Estimate(value=float(row["value"]), low=float(row["low"]), high=float(row["high"]))
        if kept.high >= wanted:
            return
        evidence = {**vars(kept), "target": wanted, "n": int(row["denominator"]), "days": period.days}
        evidence |= {"from": period.start.isoformat(), "until": (period.end - timedelta(days=1)).isoformat()}
        yield Condition("promise", code, self._midnight(period.start), evidence)

    def _figure(self, code: str, period: Period, by: Sequence[str] = ()) -> pd.DataFrame:
        known = {name: chosen for name, chosen in self.scope.filters.items() if name in metrics()[code].filters}
        try:
            return figures.figure(self.reader, code, replace(self.scope, period=period, filters=known), by=tuple(by))
        except figures.FeedAbsent:
            return pd.DataFrame()

    def _target(self, code: str, day: date) -> float | None:
        ask = partial(targets.delivered, self.reader)
        found = targets.of_scope(lists.branches(self.reader), self.scope, code, day, ask)
        return None if found is None else found.value

    def _day_after(self, code: str, freshness: pd.DataFrame) -> date:
        """The day after the last to which all feeds of a figure reach, by the reporting zone."""
        reached = freshness.loc[freshness["feed"].isin(metrics()[code].feeds), "data_until"].dropna()
        until = pd.Timestamp.now(UTC) if reached.empty else pd.to_datetime(reached, utc=True).min()
        last: date = until.tz_convert(ZoneInfo(self.standing.zone)).date()
        return last + timedelta(days=1)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.standing.zone))


def _series(rows: pd.DataFrame, code: str) -> tuple[list[float], list[float] | None]:
    """A figure month by month, and its standard errors where months share data with their neighbours."""
    about = metrics()[code]
    value = "median" if about.kind == "duration" else "value"
    values = [float(each) for each in rows[value].astype(float)]
    if about.window_months == 1:
        return values, None
    return values, signals.standard_errors(rows["low"].astype(float), rows["high"].astype(float))


def _held(reader: Reader) -> list[Condition]:
    """Feeds of which a delivery is held, each with the checks that hold it, since the first of them."""
    found: dict[str, Condition] = {}
    for load in state.held(reader).to_dict("records"):
        before = found.get(load["feed"])
        checks = {*load["held_by"], *(before.evidence["checks"] if before else ())}
        since = before.since if before else load["held_since"]
        found[load["feed"]] = Condition("held", load["feed"], since, {"checks": sorted(checks)})
    return list(found.values())


def _late(freshness: pd.DataFrame, *, zone: str, now: datetime) -> list[Condition]:
    """Feeds of which no delivery came when it was due."""
    told = health.lateness(freshness, zone=zone, now=now)
    return [
        Condition("late", feed["feed"], feed["due_at"], {"arrived_at": feed["arrived_at"].isoformat()})
        for feed in told[told["is_overdue"]].to_dict("records")
    ]
