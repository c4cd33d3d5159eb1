"""distribute: lay the rows of customers on the workers of a Citus cluster."""

import typer

from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.distribute import distribute as place
from warehouse.run import AlreadyRunning


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(distribute)


def distribute(*, json: Json = False) -> None:
    """Spread the rows of customers over the workers of a Citus cluster; another server is left as it is."""
    try:
        placed = place(open_warehouse().loader)
    except AlreadyRunning as busy:
        raise output.fail(busy, output.HELD) from busy
    if json:
        output.as_json({"has_citus": placed is not None, "placed": placed or ()})
    elif placed is None:
        output.say("this server has no Citus: everything stays where it is")
    else:
        output.say(f"placed now: {', '.join(placed)}" if placed else "everything is in its place")
