"""Oracles of the complaints: each followed through its log, minute by minute."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import yaml

from tests.oracle.company import Company
from tests.oracle.measures import DAY, FEWEST, duration, figures, incidence, narrowed, parts, rate, tally
from tests.oracle.registry import oracle
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

HOUR = pd.Timedelta(hours=1)
RIVALS = ("withdrawn", "transferred")
AGES = ("0-1", "2-3", "4-7", "8-14", "15-30", "30+")
LEFT = ("overdue", "within_24h", "within_72h", "later", "no_deadline")


def until(company: Company) -> pd.Timestamp:
    """The data date of complaints."""
    return company.until("complaints", "complaint_events")


@cache
def promises() -> pd.DataFrame:
    """Hours promised by severity: severity, response_hours, resolution_hours."""
    declared = yaml.safe_load((CATALOGUE / "targets.yaml").read_text("utf-8"))["complaints"]
    return pd.DataFrame(declared).rename(columns={"severity_code": "severity"})


@cache
def complaints(company: Company) -> pd.DataFrame:
    """One row a complaint: dimensions, opened_at, ended_at, how (0 open, 1 ended, 2 withdrawn or transferred), answered_at, due."""
    found = company.rows("complaints").merge(promises(), left_on="severity_code", right_on="severity", how="left")
    names = {f"{name}_code": name for name in ("category", "channel", "cause")}
    found = found.rename(columns={"branch_id": "branch", "opened_day": "on", **names})
    found = found.merge(company.home(), on="branch", how="left")
    found = found.merge(told_times(company, found), on="complaint_id", how="left")
    gone = found["outcome_code"].isin(RIVALS)
    found["how"] = np.where(found["ended_at"].isna(), 0, np.where(gone, 2, 1))
    promised = found["opened_at"] + found["resolution_hours"] * HOUR
    return found.assign(due=found["due_at"].fillna(promised))


def told_times(company: Company, rows: pd.DataFrame) -> pd.DataFrame:
    """complaint_id, ended_at and answered_at: by the log where there is one, else as the complaint itself has it."""
    told = rows[["complaint_id", "first_response_at"]].rename(columns={"first_response_at": "answered_at"})
    told["ended_at"] = rows["resolved_at"].fillna(rows["closed_at"])
    if not company.has("complaint_events"):
        return told
    log = company.rows("complaint_events").sort_values("happened_at")
    last = log[log["event_code"] == "reopened"].groupby("complaint_id")["happened_at"].max().rename("again_at")
    log = log.merge(last, on="complaint_id", how="left")
    after = log[log["again_at"].isna() | (log["happened_at"] > log["again_at"])]
    times = {
        code: after[after["event_code"] == code].groupby("complaint_id")["happened_at"]
        for code in ("resolved", "closed")
    }
    ended = pd.concat([times["resolved"].max().rename("resolved"), times["closed"].max().rename("closed")], axis=1)
    answered = log[log["event_code"] == "responded"].groupby("complaint_id")["happened_at"].min().rename("answered_at")
    ends = ended["resolved"].fillna(ended["closed"]).rename("ended_at")
    logged = pd.concat([ends, answered], axis=1).rename_axis("complaint_id").reset_index()
    first = (
        log[log["event_code"] == "resolved"].groupby("complaint_id")["happened_at"].min().rename("first_resolved_at")
    )
    logged = logged.merge(first, on="complaint_id", how="left")
    logged["answered_at"] = logged["answered_at"].fillna(logged["first_resolved_at"])
    followed = set(log["complaint_id"])
    return pd.concat([told[~told["complaint_id"].isin(followed)], logged[["complaint_id", "ended_at", "answered_at"]]])


@cache
def open_spells(company: Company) -> pd.DataFrame:
    """One row a spell for which a complaint was open: complaint_id, since, till (nothing where it still is)."""
    found = complaints(company)
    if not company.has("complaint_events"):
        return found.assign(since=found["opened_at"], till=found["ended_at"])
    spells = []
    for complaint, log in company.rows("complaint_events").sort_values("happened_at").groupby("complaint_id"):
        since = None
        for at, code in zip(log["happened_at"], log["event_code"], strict=True):
            if code in ("opened", "reopened") and since is None:
                since = at
            elif code in ("resolved", "closed") and since is not None:
                spells.append((complaint, since, at))
                since = None
        if since is not None:
            spells.append((complaint, since, pd.NaT))
    made = pd.DataFrame(spells, columns=["complaint_id", "since", "till"])
    return made.merge(found, on="complaint_id")


@cache
def working(company: Company) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By region: instants (seconds) at which the clock starts or stops, and the seconds worked until then."""
    found = company.rows("working_hours")
    day = found["worked_on"].dt.strftime("%Y-%m-%d ")
    for name in ("opens_at", "closes_at"):
        found[name] = seconds(pd.to_datetime(day + found[name].astype(str)).dt.tz_localize(until(company).tz))
    clocks = {}
    for region, rows in found.sort_values("opens_at").groupby("region_id"):
        at = rows[["opens_at", "closes_at"]].to_numpy().ravel()
        run = np.concatenate([[0.0], np.diff(at)])
        run[::2] = 0.0
        clocks[region] = (at, np.cumsum(run))
    return clocks


def seconds(at: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Seconds since 1970."""
    return (at - pd.Timestamp(0, tz="UTC")).dt.total_seconds()


def worked(
    company: Company, rows: pd.DataFrame, till: "pd.Series[pd.Timestamp]", *, pauses: bool = True
) -> "pd.Series[float]":
    """Working seconds of the region from receipt until `till`, pauses taken off (unless told otherwise)."""
    start, end = seconds(rows["opened_at"]), seconds(till)
    spent = pd.Series(np.nan, index=rows.index)
    for region, (at, run) in working(company).items():
        here = rows["region"] == region
        spent[here] = np.interp(end[here], at, run) - np.interp(start[here], at, run)
    for index, off in paused(company, rows, till) if pauses else []:
        at, run = working(company)[rows.at[index, "region"]]
        spent[index] -= float(np.diff(np.interp(off, at, run))[0])
    return spent


def paused(
    company: Company, rows: pd.DataFrame, till: "pd.Series[pd.Timestamp]"
) -> list[tuple[object, tuple[float, float]]]:
    """Index of the row and (from, to) in seconds of every pause, cut at `till`."""
    if not company.has("complaint_events"):
        return []
    ends = pd.Series(seconds(till).to_numpy(), index=rows["complaint_id"])
    index = pd.Series(rows.index, index=rows["complaint_id"])
    found = []
    log = company.rows("complaint_events").sort_values("happened_at")
    log = log[log["complaint_id"].isin(ends.index) & log["event_code"].isin(["paused", "resumed"])]
    for complaint, some in log.groupby("complaint_id"):
        steps = [*zip(seconds(some["happened_at"]), some["event_code"], strict=True), (np.inf, "resumed")]
        for (begin, code), (end, _) in pairwise(steps):
            if code == "paused" and begin < ends[complaint]:
                found.append((index[complaint], (begin, min(end, ends[complaint]))))
    return found


@cache
def handling(company: Company, what: str) -> pd.DataFrame:
    """One row a complaint and clock: seconds (to the end, or to now), how, and the seconds over those promised."""
    found, now = complaints(company), until(company)
    if what == "response":
        answered = found["answered_at"].notna()
        found = found.assign(ended_at=found["answered_at"].fillna(found["ended_at"].where(found["how"] == 2)))
        found["how"] = np.where(answered, 1, np.where(found["ended_at"].notna(), 2, 0))
        found["promised"] = found["response_hours"] * 3600
    else:
        found["promised"] = (found["due"] - found["opened_at"]).dt.total_seconds()
    till = found["ended_at"].fillna(now)
    wall = (till - found["opened_at"]).dt.total_seconds()
    owed = worked(company, found, found["opened_at"] + pd.to_timedelta(found["promised"], unit="s"), pauses=False)
    team = found.assign(clock="working", spent=worked(company, found, till), promised=owed)
    both = [found.assign(clock="calendar", spent=wall), team]
    return pd.concat(both, ignore_index=True)


def on_clock(rows: pd.DataFrame, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """The rows in scope: by the calendar, unless a clock is chosen or both are told."""
    found = narrowed(rows, scope)
    return found if "clock" in by or scope.filters.get("clock") else found[found["clock"] == "calendar"]


def to_event(rows: pd.DataFrame) -> dict[str, object]:
    """The duration, and the share within what was promised."""
    found = duration(rows["spent"], rows["how"], unit=3600)
    found["within_target"] = np.nan
    promised = rows[rows["promised"].notna()]
    if len(rows) >= FEWEST and (promised["how"] == 1).any():
        curve = incidence((promised["spent"] / promised["promised"]).fillna(0.0), promised["how"])
        there = curve[curve["at"] <= 1]
        found["within_target"] = float(there["share"].iloc[-1]) if len(there) else 0.0
    return found


@oracle("complaint.count")
def count(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = complaints(company)
    at = found["opened_at"].dt
    is_day_alone = found["opened_at"] == at.normalize()
    found = found.assign(weekday=at.strftime("%u"), hour=at.strftime("%H").mask(is_day_alone))
    return figures(narrowed(found, scope), by, lambda rows: {"value": len(rows)})


@oracle("complaint.first_response")
def first_response(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    cases = on_clock(handling(company, "response"), scope, by)
    return figures(cases, by, to_event)


@oracle("complaint.resolution")
def resolution(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    cases = on_clock(handling(company, "resolution"), scope, by)
    return figures(cases, by, to_event)


@oracle("complaint.resolution_closed_only")
def closed_only(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        closed = rows.loc[rows["how"] > 0, "spent"] / 3600
        levels = {"median": 0.5, "p75": 0.75, "p90": 0.9}
        quantiles = {name: closed.quantile(level) for name, level in levels.items()}
        return {"n": len(closed), "open": len(rows) - len(closed), **quantiles, "values": closed.to_numpy()}

    return figures(on_clock(handling(company, "resolution"), scope, by), by, one)


@cache
def promised(company: Company) -> pd.DataFrame:
    """The complaints with a deadline that count for it, with the part each is in, and whether it is paused now."""
    found, now = complaints(company), until(company)
    in_time = found["ended_at"] <= found["due"]
    found = found[found["due"].notna() & ~((found["how"] == 2) & in_time)].copy()
    ended, late = found["ended_at"].notna(), now > found["due"]
    found["part"] = np.where(
        ended,
        np.where(found["ended_at"] <= found["due"], "met", "breached_closed"),
        np.where(late, "breached_open", "running"),
    )
    standing = {
        index for index, (_, end) in paused(company, found, pd.Series(now, index=found.index)) if end >= now.timestamp()
    }
    return found.assign(paused=found.index.isin(standing) & (found["part"] == "running"))


@oracle("complaint.sla")
def sla(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> list[dict[str, object]]:
        found = parts(tally(rows["part"], ["met", "breached_closed", "breached_open", "running"]))
        return [{**row, **({"paused": int(rows["paused"].sum())} if row["part"] == "running" else {})} for row in found]

    return figures(narrowed(promised(company), scope), by, one)


@oracle("complaint.sla_rate")
def sla_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        running = int((rows["part"] == "running").sum())
        return {**rate(int((rows["part"] == "met").sum()), len(rows) - running), "pending": running}

    return figures(narrowed(promised(company), scope), by, one)


@cache
def open_days(company: Company) -> pd.DataFrame:
    """One row a complaint and day at whose end it was open, `on` the day."""
    found = open_spells(company).copy()
    now = until(company).tz_localize(None)
    first = found["since"].dt.tz_localize(None).dt.normalize()
    last = found["till"].dt.tz_localize(None).fillna(now + DAY).dt.normalize()
    found["on"] = [pd.date_range(since, till - DAY) for since, till in zip(first, last, strict=True)]
    return found.explode("on").dropna(subset="on").astype({"on": "datetime64[ns]"})


@oracle("complaint.backlog")
def backlog(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Looked up at the end of each day, or of the last day of each week or month, not added up from flows."""
    last = until(company).tz_localize(None).normalize()
    days = pd.date_range(open_spells(company)["since"].min().tz_localize(None).normalize(), last)
    shown = narrowed(pd.DataFrame({"on": days}), Scope(period=scope.period))
    time = next((name for name in by if name in ("day", "week", "month")), None)
    ends = shown.groupby(time)["on"].max() if time else shown["on"][-1:]
    found = narrowed(open_days(company), Scope(regions=scope.regions, branches=scope.branches, filters=scope.filters))
    return figures(found[found["on"].isin(ends)], by, lambda rows: {"value": len(rows)})


@cache
def open_now(company: Company) -> pd.DataFrame:
    """The complaints open at the data date: by age and by time left."""
    found, now = complaints(company), until(company)
    found = found[found["how"] == 0].copy()
    age = (now - found["opened_at"]) // DAY
    found["age"] = pd.cut(age, [-1, 1, 3, 7, 14, 30, np.inf], labels=list(AGES)).astype(str)
    left = (found["due"] - now) / HOUR
    found["left"] = (
        pd.cut(left, [-np.inf, 0, 24, 72, np.inf], labels=list(LEFT[:4]), right=False)
        .astype(object)
        .fillna("no_deadline")
    )
    return found


@oracle("complaint.backlog_age")
def backlog_age(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    cases = narrowed(open_now(company), scope, dated=False)
    return figures(cases, by, lambda rows: parts(tally(rows["age"], AGES)))


@oracle("complaint.backlog_due")
def backlog_due(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    cases = narrowed(open_now(company), scope, dated=False)
    return figures(cases, by, lambda rows: parts(tally(rows["left"], LEFT)))
