"""What is in the figures, worked out again: rows whose branch or day has come since, or everything from landing.

A row of an unknown branch, or of a day to come, is set aside; once its branch is known, or its day has come, it is accepted in
the load that brought it, and set aside again where the branch list is discarded. So what comes first makes no difference, as long
as landing holds the file: of a load that it holds no more, what was set aside stays so.

Each function does all of it in the caller's transaction, and remembers the slices that change (`ops.pending_slice`): a refresh
that is cut off after it leaves nothing half done.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, text

from checks.quarantine import quarantine_rows
from warehouse import ledger, published
from warehouse.curated import curate, standings
from warehouse.feeds.contract import feeds
from warehouse.published import Touched
from warehouse.receive import forget
from warehouse.staging.again import can_be_staged, stage_again
from warehouse.tables import needing, tables


def look_again(connection: Connection, *, now: datetime, zone: str) -> None:
    """Judge anew the loads with rows of a branch that has come or gone, or of a day that has come."""
    discarded = [item.load_id for item in ledger.discarding(connection) if item.feed == "branches"]
    come = can_be_staged(connection, _come(connection, now=now))
    gone = _without_branch(connection, _branches(connection, discarded))
    _take_again(connection, sorted({*come, *gone}), now=now, zone=zone)


def forget_tried(connection: Connection, loads: Sequence[int], *, now: datetime, zone: str) -> None:
    """Take out without a trace loads that were only tried; rows whose branch came with them are set aside again."""
    branches = _branches(connection, loads)
    for load_id in loads:
        forget(connection, load_id)
    _take_again(connection, sorted({*_without_branch(connection, branches)}), now=now, zone=zone)


def _take_again(connection: Connection, loads: Sequence[int], *, now: datetime, zone: str) -> None:
    """Judge these loads anew from landing, and curate what of them is in the figures."""
    if not loads:
        return
    figured = [item for item in ledger.passed(connection) if item.load_id in set(loads)]
    theirs, codes = sorted({item.load_id for item in figured}), {item.feed for item in figured}
    names = {table.name for table in needing(tables("published"), codes)}
    before = published.touched(connection, names, loads=theirs, zone=zone)
    ledger.move(connection, figured, to="staged")
    curate(connection, loads=theirs, feeds=codes, zone=zone)  # forgets the keys of rows that may not come back
    _judge(connection, loads, now=now)
    ledger.move(connection, figured, to="passed")
    curate(connection, loads=theirs, feeds=codes, zone=zone)
    after = published.touched(connection, names, loads=theirs, zone=zone)
    published.remember(connection, published.together(before, after))


def anew(connection: Connection, *, now: datetime, zone: str, from_landing: bool) -> None:
    """Work out everything that is in the figures as if nothing had been; `from_landing` reads the files again, too."""
    figured = ledger.passed(connection)
    loads = sorted({item.load_id for item in figured})
    if from_landing:
        _judge(connection, loads, now=now)
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"truncate {', '.join(f'curated.{quote(each.name)}' for each in tables('curated'))}")
    standings.forget_all(connection)
    curate(connection, loads=loads, feeds={item.feed for item in figured}, zone=zone)
    names = {table.name for table in tables("published")}
    touched = published.touched(connection, names, loads=loads, zone=zone)
    published.remember(connection, published.together(_shown(connection), touched))


def _come(connection: Connection, *, now: datetime) -> Iterable[int]:
    """Loads with rows set aside for a branch that is known by now, or for a day that has come."""
    asked = text(
        "select distinct q.load_id from published.quarantine as q"
        " inner join published.load_feed as f on q.load_id = f.load_id and q.feed = f.feed and f.state <> 'discarded'"
        " where case q.reason_code"
        " when 'unknown_branch' then q.value in (select b.known_id from gate.known_branches as b)"
        " when 'in_future' then cast(q.value as timestamptz) <= :now else false end"
    )
    return connection.scalars(asked, {"now": now})


def _branches(connection: Connection, loads: Sequence[int]) -> list[str]:
    """The branches that these loads tell of."""
    asked = text("select distinct branch_id from staging.stg_branches where load_id = any(:loads)")
    return list(connection.scalars(asked, {"loads": list(loads)})) if loads else []


def _without_branch(connection: Connection, branches: Sequence[str]) -> Iterable[int]:
    """Loads with accepted rows of those of `branches` that nobody knows any more."""
    known = text("select b.known_id from gate.known_branches as b where b.known_id = any(:branches)")
    unknown = set(branches) - set(connection.scalars(known, {"branches": list(branches)})) if branches else set()
    return [load for feed in feeds() for load in _of_branches(connection, feed, unknown)] if unknown else []


def _of_branches(connection: Connection, feed: str, branches: Collection[str]) -> Iterable[int]:
    named = [column.stored_as for column in feeds()[feed].columns if column.references == "branches"]
    if not named:
        return []
    staged = sa.table(f"stg_{feed}", *map(sa.column, ("load_id", *named)), schema="staging")
    states = sa.table("load_feed", *map(sa.column, ("load_id", "feed", "state")), schema="published")
    is_theirs = sa.and_(states.c.load_id == staged.c.load_id, states.c.feed == feed, states.c.state != "discarded")
    asked = sa.select(staged.c.load_id).distinct().join_from(staged, states, is_theirs)
    return connection.scalars(asked.where(sa.or_(*(staged.c[name].in_(branches) for name in named))))


def _judge(connection: Connection, loads: Sequence[int], *, now: datetime) -> None:
    """Stage the loads anew, those that can be, and set aside what a rule sets aside."""
    stage_again(connection, loads)
    items = [item for load in loads for item in ledger.loads_of(connection, load)]
    for feed in sorted({item.feed for item in items}):
        theirs = [item.load_id for item in items if item.feed == feed]
        quarantine_rows(connection, feed=feed, load_ids=theirs, now=now)


def _shown(connection: Connection) -> Touched:
    """Every slice of every table in the newest refresh that passed."""
    shown = connection.execute(text("select table_name, slice_on from ops.standing"))
    return published.by_table(shown.tuples())
