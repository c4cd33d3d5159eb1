"""status, history, show, migrate, doctor: what is published, what happened, what is wrong."""

from typing import Annotated

import typer

from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.commands.loads import loader_rows

_STATUS = """
select s.feed, s.data_until, r.refresh_id, r.published_at,
    array_remove(array_agg(distinct case when f.state = 'held' then 'load ' || f.load_id end), null) as held,
    array_remove(array_agg(distinct case when f.state = 'held' then f.held_by::text end), null) as held_by
from published.current as c
inner join published.refresh as r on c.refresh_id = r.refresh_id
inner join published.feed_status as s on r.refresh_id = s.refresh_id
left join published.load_feed as f on s.feed = f.feed
group by s.feed, s.data_until, r.refresh_id, r.published_at
order by s.feed
"""
_HISTORY = """
select r.refresh_id, r.state, r.started_at, r.published_at, r.started_by, c.refresh_id is not null as shown,
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
_SHOW_LOADS = """
select f.load_id, l.source, f.feed, f.delivered, f.accepted, f.superseded, f.quarantined, f.state, f.held_by
from published.load as l
inner join published.load_feed as f on l.load_id = f.load_id
where l.refresh_id = :refresh_id
order by f.load_id, f.feed
"""
_SHOW_CHECKS = """
select gate, table_name, rule_id, level, outcome, unexpected_count, element_count, observed
from published.check_result
where refresh_id = :refresh_id
order by outcome <> 'passed' desc, gate, table_name, rule_id
"""


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (status, history, show, migrate):
        app.command()(command)


def status(*, json: Json = False) -> None:
    """What is published, how far each feed's data reach, and what is held."""
    output.rows(
        loader_rows(open_warehouse(), _STATUS),
        to_json=json,
        empty="nothing is published yet: `refresh` publishes a delivery",
    )


def history(*, json: Json = False) -> None:
    """Every refresh, newest first, with the sum of its rows."""
    output.rows(loader_rows(open_warehouse(), _HISTORY), to_json=json, empty="no refresh has run yet")


def show(refresh_id: Annotated[int, typer.Argument(metavar="REFRESH")], *, json: Json = False) -> None:
    """One refresh: rows by feed, every check with its result."""
    database = open_warehouse()
    loads = loader_rows(database, _SHOW_LOADS, refresh_id=refresh_id)
    checks = loader_rows(database, _SHOW_CHECKS, refresh_id=refresh_id)
    if json:
        output.as_json({"refresh": refresh_id, "loads": loads, "checks": checks})
        return
    output.rows(loads, to_json=False, empty=f"refresh {refresh_id} took nothing in")
    output.rows(checks, to_json=False, empty=f"refresh {refresh_id} ran no checks")


def migrate() -> None:
    """Bring the schema of the warehouse to the newest version."""
    open_warehouse()
    output.say("the schema is up to date")
