"""discard, release, quarantine: what becomes of what came in."""

import difflib
from typing import Annotated

import typer

from warehouse import ledger, stewardship
from warehouse.access.standing import NotQuiet
from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse
from warehouse.commands.refresh import afterwards, tell
from warehouse.feeds.contract import feeds
from warehouse.forgetting import loads
from warehouse.refresh import AlreadyRunning
from warehouse.settings import operator

_REFUSED_COLUMNS = ("load_id", "feed", "file_name", "row_number", "column_name", "reason_code", "value", "also")
_LOAD = "select load_id from published.load where load_id = :load"
_REFUSED = """
select load_id, feed, file_name, row_number, column_name, reason_code, value, also
from published.quarantine
where (cast(:load as bigint) is null or load_id = :load) and (cast(:feed as text) is null or feed = :feed)
order by load_id, file_name, row_number, feed
"""


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (discard, release, quarantine):
        app.command()(command)


def discard(
    load_id: Annotated[int, typer.Argument(metavar="LOAD")],
    *,
    erase: Annotated[bool, typer.Option("--erase", help="and erase what is kept of its rows, for good")] = False,
    json: Json = False,
) -> None:
    """Take every row of a load out of the figures."""
    try:
        database = open_warehouse()
        outcome = stewardship.discard(database, load_id, by=operator(), tell=output.say)
        afterwards(database, outcome)
        if erase:
            gone = loads.erase(database, load_id, by=operator())
            output.say(
                f"load {load_id}: {gone.files} files and {gone.rows} rows erased, {gone.values} values gone from the vault"
            )
    except (ledger.NoSuchLoad, AlreadyRunning, loads.NotErasable, NotQuiet) as error:
        raise output.fail(error, output.HELD) from error
    raise typer.Exit(tell(outcome, to_json=json))


def release(
    refresh_id: Annotated[int, typer.Argument(metavar="REFRESH")],
    *,
    reason: Annotated[str, typer.Option(help="shown in amber wherever the figures stand")],
    json: Json = False,
) -> None:
    """Let pass what holds a refresh, for checks that allow it."""
    try:
        database = open_warehouse()
        outcome = stewardship.release(database, refresh_id, reason=reason, by=operator(), tell=output.say)
        afterwards(database, outcome)
    except (stewardship.NotReleasable, AlreadyRunning) as error:
        raise output.fail(error, output.HELD) from error
    raise typer.Exit(tell(outcome, to_json=json))


def quarantine(
    load: Annotated[int | None, typer.Argument(metavar="[LOAD]")] = None,
    *,
    feed: Annotated[str | None, typer.Option(help="only this feed")] = None,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="comma-separated values")] = False,
) -> None:
    """Refused rows, with the reason and the value as delivered."""
    if feed is not None and feed not in feeds():
        near = "".join(f"; did you mean {name}?" for name in difflib.get_close_matches(feed, feeds(), n=1))
        raise output.fail(f"there is no feed {feed}{near}", output.HELD)
    database = open_warehouse()
    if load is not None and not loader_rows(database, _LOAD, load=load):
        raise output.fail(f"there is no load {load}; `history` lists the loads", output.HELD)
    found = loader_rows(database, _REFUSED, load=load, feed=feed)
    if csv:
        output.as_csv(_REFUSED_COLUMNS, found)
    else:
        output.rows(found, to_json=json, empty="nothing is in quarantine")
