"""status, history, show, migrate: what is published, how fresh it is, what happened."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Row

from warehouse import db
from warehouse.access.grants import owner_view
from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse
from warehouse.feeds.expected import Reached, lateness
from warehouse.queries import jobs, state
from warehouse.queries.reader import Reader
from warehouse.settings import Settings

_HISTORY = """
select r.refresh_id, r.state, r.started_at, r.published_at, r.started_by, c.refresh_id is not null as shown,
    r.state = 'passed' and r.purged_at is null as kept, r.restated,
    coalesce(sum(f.delivered), 0) as delivered, coalesce(sum(f.accepted), 0) as accepted,
    coalesce(sum(f.superseded), 0) as superseded, coalesce(sum(f.quarantined), 0) as quarantined,
    array_remove(array_agg(distinct l.load_id), null) as loads, r.reason
from published.refresh as r
left join published.load as l on r.refresh_id = l.refresh_id
left join published.load_feed as f on l.load_id = f.load_id
left join published.current as c on r.refresh_id = c.refresh_id
group by r.refresh_id, c.refresh_id
order by r.refresh_id desc
"""
_SHOW_REFRESH = """
select refresh_id, state, step, started_by, started_at, finished_at, published_at, purged_at, reason, restated, timings
from published.refresh
where refresh_id = :refresh_id
"""
_SHOW_LOADS = """
select f.load_id, l.source, f.feed, f.delivered, f.accepted, f.superseded, f.quarantined, f.state, f.held_by
from published.load as l
inner join published.load_feed as f on l.load_id = f.load_id
where l.refresh_id = :refresh_id
order by f.load_id, f.feed
"""
_SHOW_FILES = """
select f.load_id, f.file_name, f.state, f.delivered, f.broken, f.purged_at is null as kept, f.refused_because
from published.load as l
inner join published.file as f on l.load_id = f.load_id
where l.refresh_id = :refresh_id
order by f.file_id
"""
_SHOW_CHECKS = """
select gate, table_name, rule_id, level, outcome, unexpected_count, element_count, observed
from published.check_result
where refresh_id = :refresh_id
order by outcome <> 'passed' desc, gate, table_name, rule_id
"""
_SHOW_RESTATED = """
select table_name, measure, slice_on, region_id, was, becomes
from published.restatement
where refresh_id = :refresh_id
order by region_id is not null, table_name, measure, slice_on, region_id
"""


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (status, history, show, migrate):
        app.command()(command)


def status(*, json: Json = False) -> None:
    """What is published and what is under way; how fresh each feed is, and what of it is held."""
    told = _standing(open_warehouse())
    if json:
        output.as_json(told)
        return
    for line in _lines(told):
        output.say(line)
    output.rows(told["feeds"], to_json=False, empty="")


def _standing(database: db.Database) -> dict[str, output.Told]:
    """What readers see, what runs, and every feed by what is expected of it: as the pages ask, in the operator's name."""
    reader = Reader(database.reader, owner_view(database.loader))
    stands, pulse = state.standing(reader), jobs.pulse(reader)
    running = reader.rows("jobs/under_way") if pulse.is_refreshing else []
    return {
        "refresh": stands.refresh_id,
        "published_at": stands.published_at,
        "newest_refresh": pulse.newest_refresh,
        "under_way": _run(running[0]) if running else None,
        "was_cut_off": pulse.was_cut_off,
        "has_worker": pulse.has_worker,
        "jobs_open": pulse.jobs_open,
        "feeds": [] if stands.refresh_id is None else _feeds(reader.pinned(), stands.zone),
    }


def _run(running: Row[Any]) -> dict[str, object]:
    return {name: value for name, value in running._mapping.items() if name != "usual_timings"}


def _feeds(reader: Reader, zone: str) -> list[dict[str, object]]:
    feeds, held = reader.rows("state/freshness"), reader.rows("state/held")
    reached = [Reached(feed.feed, feed.data_until, feed.arrived_at) for feed in feeds]
    return [
        {
            "feed": feed.feed,
            "data_until": feed.data_until,
            "came_last": feed.arrived_at,
            "next_due": late.due_at,
            "late": "overdue" if late.is_overdue else "too old" if late.is_behind else None,
            "held": [f"load {load.load_id}" for load in held if load.feed == feed.feed],
            "held_by": sorted({rule for load in held if load.feed == feed.feed for rule in load.held_by}),
        }
        for feed, late in zip(feeds, lateness(reached, zone=ZoneInfo(zone), now=datetime.now(UTC)), strict=True)
    ]


def _lines(told: dict[str, output.Told]) -> list[str]:
    """The same in sentences, above the feeds."""
    shown = f"readers see refresh {told['refresh']}, published {output.word(told['published_at'])}"
    lines = [shown if told["refresh"] else "nothing is published yet: `refresh` publishes a delivery"]
    if run := told["under_way"]:
        seconds = output.word(run["elapsed_seconds"])
        lines += [f"refresh {run['refresh_id']} of {run['started_by']} is at step {run['step']}, for {seconds} s now"]
    if told["was_cut_off"]:
        lines += [
            f"refresh {told['newest_refresh']} was cut off; readers keep the last good state, and the next `refresh` clears up"
        ]
    if told["jobs_open"] and not told["has_worker"]:
        lines += [f"{told['jobs_open']} jobs wait, and no worker answers: `work` does them"]
    return lines


def history(*, json: Json = False) -> None:
    """Every refresh, newest first, with the sum of its rows."""
    output.rows(loader_rows(open_warehouse(), _HISTORY), to_json=json, empty="no refresh has run yet")


def show(refresh_id: Annotated[int, typer.Argument(metavar="REFRESH")], *, json: Json = False) -> None:
    """One refresh: its rows by feed, its files, every check with its result, what it changed of months that were over."""
    database = open_warehouse()
    known = loader_rows(database, _SHOW_REFRESH, refresh_id=refresh_id)
    if not known:
        raise output.fail(f"there is no refresh {refresh_id}; `history` lists them", output.HELD)
    parts = {
        name: loader_rows(database, question, refresh_id=refresh_id)
        for name, question in (
            ("loads", _SHOW_LOADS),
            ("files", _SHOW_FILES),
            ("checks", _SHOW_CHECKS),
            ("restatements", _SHOW_RESTATED),
        )
    }
    if json:
        output.as_json({**known[0], **parts})
        return
    output.rows([{name: value for name, value in known[0].items() if name != "timings"}], to_json=False, empty="")
    output.rows(parts["loads"], to_json=False, empty=f"refresh {refresh_id} took nothing in")
    output.rows(parts["files"], to_json=False, empty=f"refresh {refresh_id} received no files")
    output.rows(parts["checks"], to_json=False, empty=f"refresh {refresh_id} ran no checks")
    output.rows(
        parts["restatements"], to_json=False, empty=f"refresh {refresh_id} changed nothing of months that were over"
    )


def migrate(
    *,
    down_to: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="back to an earlier schema, before its version of Gatehouse runs"),
    ] = None,
) -> None:
    """Bring the schema of the warehouse to the newest version, or back to an earlier one. What is published stays."""
    if down_to is None:
        open_warehouse()
        output.say("the schema is up to date")
        return
    if down_to not in db.revisions():
        raise output.fail(f"there is no revision {down_to}; there are {', '.join(db.revisions())}", output.HELD)
    try:
        db.downgrade(db.unmigrated(Settings.from_environment()).loader, down_to)
    except ValueError as refused:
        raise output.fail(refused, output.HELD) from refused
    output.say(f"the schema is that of {down_to}: run that version of Gatehouse now, this one would migrate it again")
