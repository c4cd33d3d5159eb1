"""quarantine: what was refused of what came in."""

import difflib
from typing import Annotated

import typer

from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse
from warehouse.feeds.contract import feeds

_REFUSED_COLUMNS = ("load_id", "feed", "file_name", "row_number", "column_name", "reason_code", "value", "also")
_LOAD = "select load_id from published.load where load_id = :load"
_REFUSED = """
select load_id, feed, file_name, row_number, column_name, reason_code, value, also
from published.quarantine
where (cast(:load as bigint) is null or load_id = :load) and (cast(:feed as text) is null or feed = :feed)
order by load_id, file_name, row_number, feed
"""


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(quarantine)


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
