"""backup, restore: all that the warehouse holds into a file, and from a file into an empty database."""

import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from warehouse import backup as backups
from warehouse import db
from warehouse.clients import NoClient
from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse
from warehouse.settings import Settings, keys, operator
from warehouse.trace import in_short

HOUR, AGAIN_SECONDS = 3_600, 300
"""How long to wait where no backup could be made."""
_SHOWN = """
select c.refresh_id, r.published_at
from published.current as c
inner join published.refresh as r on c.refresh_id = r.refresh_id
"""


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    *,
    to: Annotated[Path, typer.Option(help="folder of the backups, where the keys are not")],
    keep: Annotated[int, typer.Option(min=1, help="how many stay there")] = 14,
    every: Annotated[
        int | None, typer.Option(min=1, metavar="HOURS", help="go on: another one whenever the newest is so old")
    ] = None,
    json: Json = False,
) -> None:
    """Write all that the warehouse holds into one file, whatever else is going on."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home = Settings.from_environment().home
    if to.resolve().is_relative_to(home) and (home / "keys.json").exists():
        raise output.fail(f"{home} holds the keys to what a backup holds: keep the two apart", output.HELD)
    if every is None:
        raise typer.Exit(output.DONE if _is_made(to, keep, to_json=json) else output.FAILED)
    while True:
        time.sleep(due_in(to, every * HOUR))
        if not _is_made(to, keep, to_json=json):
            time.sleep(AGAIN_SECONDS)


def _is_made(folder: Path, keep: int, *, to_json: bool) -> bool:
    """Whether a backup was made, which is said either way."""
    try:
        made = _made(folder, keep)
    except (backups.NotBackedUp, NoClient, OSError) as error:
        output.say(str(error))
        return False
    except DBAPIError as error:
        output.say(f"no backup was made: {in_short(error)}")
        return False
    if to_json:
        output.as_json(made)
    output.say(f"{made.file}: {made.bytes} bytes, as of {output.word(made.taken_at)}")
    return True


def _made(folder: Path, keep: int) -> backups.Backup:
    database = open_warehouse()
    try:
        return backups.back_up(database.loader, folder, keep=keep)
    finally:
        database.dispose()


def due_in(folder: Path, seconds: int) -> float:
    """Seconds until another one is due. A clock that went back puts it off by one turn at most."""
    newest = [file.stat().st_mtime for file in backups.kept(folder)][-1:]
    return max(0.0, min(seconds, newest[0] + seconds - time.time())) if newest else 0.0


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a backup")],
    *,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="restore what nobody can unseal until its keys are found")
    ] = False,
) -> None:
    """Fill a new database from a backup: all of it or nothing."""
    try:
        settings = Settings.from_environment()
        database = db.unmigrated(settings)
        backups.restore(database.loader, file, None if without_keys else keys(settings), by=operator())
    except (ValueError, NoClient, backups.NotRestored) as refusal:
        raise output.fail(refusal, output.HELD) from refusal
    for row in loader_rows(database, _SHOWN):
        output.say(f"readers see refresh {row['refresh_id']} again, published {output.word(row['published_at'])}")
    output.say(f"restored from {file.name}; deliver again what has come since")
