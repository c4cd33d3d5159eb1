"""refresh, discard, release, quarantine: what comes in, and what becomes of it."""

import difflib
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from warehouse import comparison, db, ledger, purge, stewardship
from warehouse.access.standing import NotQuiet
from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse, operator
from warehouse.feeds.contract import feeds
from warehouse.forgetting import loads
from warehouse.receive import Delivery, Received
from warehouse.refresh import AlreadyRunning, Outcome, refresh
from warehouse.settings import Settings, keys

_REFUSED_COLUMNS = ("load_id", "feed", "file_name", "row_number", "column_name", "reason_code", "value", "also")
_LOAD = "select load_id from published.load where load_id = :load"
_REFUSED = """
select load_id, feed, file_name, row_number, column_name, reason_code, value, also
from published.quarantine
where (cast(:load as bigint) is null or load_id = :load) and (cast(:feed as text) is null or feed = :feed)
order by load_id, file_name, row_number, feed
"""
SUM = ("feed", "delivered", "accepted", "superseded", "quarantined")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (refresh_, discard, release, quarantine):
        app.command(command.__name__.rstrip("_"))(command)


def refresh_(
    *,
    source: Annotated[
        list[Path] | None, typer.Option(help="mapping file; without one, files named after our feeds")
    ] = None,
    from_: Annotated[Path | None, typer.Option("--from", help="folder that holds the files")] = None,
    zone: Annotated[
        str | None, typer.Option(help="zone of local times, where no mapping says it (Asia/Shanghai)")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="currency of amounts, where no mapping says it (CNY)")] = None,
    rebuild: Annotated[
        bool, typer.Option(help="read every file again from landing, and work every figure out anew")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="stop before the pointer and print the difference")] = False,
    json: Json = False,
) -> None:
    """Receive, check and publish a delivery."""
    settings = Settings.from_environment()
    try:
        database = open_warehouse()
        deliveries = _deliveries(database, source or [], from_, zone=zone, currency=currency)
        outcome = refresh(database, keys(settings), deliveries, rebuild=rebuild, dry_run=dry_run, tell=output.say)
        _afterwards(database, outcome)
    except (ValueError, OSError, AlreadyRunning) as error:
        raise output.fail(error, output.HELD if isinstance(error, AlreadyRunning) else output.FAILED) from error
    raise typer.Exit(tell(outcome, to_json=json))


def _deliveries(
    database: db.Database, sources: list[Path], folder: Path | None, *, zone: str | None, currency: str | None
) -> list[Delivery]:
    """What to take in: nothing without a folder, so that `refresh` alone goes on with what waits."""
    if folder is None:
        if sources:
            raise ValueError("--source says how files are read, --from says where they lie: give both")
        return []
    if sources:
        return [Delivery.of(path, folder) for path in sources]
    with database.loader.begin() as connection:
        known = ledger.settings(connection)
    if zone is not None and zone not in available_timezones():
        raise ValueError(f"there is no zone {zone}; write an IANA name such as Asia/Shanghai")
    zone, currency = zone or known.get("reporting_zone", "UTC"), currency or known.get("reporting_currency")
    return [Delivery.by_contract(folder, zone=zone, currency=currency)]


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
        _afterwards(database, outcome)
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
        _afterwards(database, outcome)
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


def _afterwards(database: db.Database, outcome: Outcome) -> None:
    """What need not be done before readers see the new state: compare what is held, purge what is kept no longer."""
    comparison.after(database, outcome, tell=output.say)
    if outcome.verdict != "tried":
        purge.after(database, tell=output.say)


def tell(outcome: Outcome, *, to_json: bool) -> int:
    """Print what a refresh came to; the exit code."""
    if to_json:
        output.as_json(outcome)
    else:
        for received in outcome.received:
            _tell_received(received)
        for feed, rules in outcome.held.items():
            output.say(f"held: {feed}, by {', '.join(rules)}")
        if outcome.differences:
            output.rows(outcome.differences, to_json=False, empty="")
        seconds, written = sum(outcome.timings.values()), sum(outcome.editions.values())
        output.say(f"refresh {outcome.refresh_id}: {outcome.verdict} in {seconds:.1f} s, {written} rows of figures")
    is_refused = any(received.refused for received in outcome.received)
    return output.HELD if outcome.verdict == "held" or is_refused else output.DONE


def _tell_received(received: Received) -> None:
    sums = [{"load": received.load_id, **{name: getattr(each, name) for name in SUM}} for each in received.feeds]
    output.rows(sums, to_json=False, empty=f"{received.source}: no new rows")
    lines = [
        *(
            f"{name}: loaded already, skipped (to load it anew, such as with a changed mapping, `discard` its load first)"
            for name in received.skipped
        ),
        *(f"{name}: fits no file of source {received.source}, not read" for name in received.unknown),
        *received.remarks,
        *(f"refused: {refused.why}" for refused in received.refused),
    ]
    for line in lines:
        output.say(line)
