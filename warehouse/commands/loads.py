"""discard, release: what becomes of what came in."""

from typing import Annotated

import typer

from warehouse import ledger, stewardship
from warehouse.access.standing import NotQuiet
from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.commands.refresh import afterwards, tell
from warehouse.forgetting import loads
from warehouse.refresh import AlreadyRunning
from warehouse.settings import operator


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (discard, release):
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
