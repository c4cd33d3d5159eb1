"""refresh: take in what has come, once or as it comes."""

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Annotated
from zoneinfo import available_timezones

import typer

from warehouse import comparison, db, ledger, purge
from warehouse.access.grants import owner_view
from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.feeds.readers import FileRefused
from warehouse.queries import jobs
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery, Received
from warehouse.refresh import AlreadyRunning, Outcome, Tell, refresh
from warehouse.settings import Settings, keys
from warehouse.watch import Look, stopping, watch

SUM = ("feed", "delivered", "accepted", "superseded", "quarantined")


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("refresh")(refresh_)


def refresh_(
    *,
    source: Annotated[
        list[Path] | None, typer.Option(help="mapping file; without one, files named after our feeds")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="PLACE", help="folder that holds the files, or its URL (s3://…)")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="zone of local times, where no mapping says it (Asia/Shanghai)")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="currency of amounts, where no mapping says it (CNY)")] = None,
    rebuild: Annotated[
        bool, typer.Option(help="read every file again from landing, and work every figure out anew")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="stop before the pointer and print the difference")] = False,
    watching: Annotated[bool, typer.Option("--watch", help="go on, and take in what comes, until stopped")] = False,
    every: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="how often --watch looks")] = 60.0,
    json: Json = False,
) -> None:
    """Receive, check and publish a delivery."""
    settings = Settings.from_environment()
    try:
        database = open_warehouse()

        def look() -> list[Delivery]:
            return _deliveries(database, source or [], from_, zone=zone, currency=currency)

        def take(deliveries: Sequence[Delivery], tell_step: Tell = output.say) -> Outcome:
            outcome = refresh(database, keys(settings), deliveries, rebuild=rebuild, dry_run=dry_run, tell=tell_step)
            afterwards(database, outcome)
            return outcome

        if watching:
            if rebuild or dry_run or json or not look():
                raise ValueError(
                    "--watch goes on with what comes: it takes --from or --source, no other way to refresh"
                )
            pulse = jobs.pulse(Reader(database.reader, owner_view(database.loader)))
            _watch(look, take, every, was_cut_off=pulse.was_cut_off)
            return
        outcome = take(look())
    except (ValueError, OSError, FileRefused, AlreadyRunning) as error:
        raise output.fail(error) from error
    raise typer.Exit(tell(outcome, to_json=json))


def _watch(look: Look, take: Callable[[Sequence[Delivery], Tell], Outcome], every: float, *, was_cut_off: bool) -> None:
    """Until SIGTERM or Ctrl-C, after which the step under way is ended."""
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())

    def take_and_tell(deliveries: Sequence[Delivery]) -> frozenset[str]:
        outcome = take(deliveries, stopping(stop, output.say))
        tell(outcome, to_json=False)
        return outcome.missed

    watch(look, take_and_tell, stop=stop, every=every, was_cut_off=was_cut_off, tell=output.say)
    output.say("stopped")


def _deliveries(
    database: db.Database, sources: list[Path], place: str | None, *, zone: str | None, currency: str | None
) -> list[Delivery]:
    """What to take in: nothing without a place, so that `refresh` alone goes on with what waits."""
    if sources:
        return [Delivery.of(path, place) for path in sources]
    if place is None:
        return []
    with database.loader.begin() as connection:
        known = ledger.settings(connection)
    if zone is not None and zone not in available_timezones():
        raise ValueError(f"there is no zone {zone}; write an IANA name such as Asia/Shanghai")
    zone, currency = zone or known.get("reporting_zone", "UTC"), currency or known.get("reporting_currency")
    return [Delivery.by_contract(place, zone=zone, currency=currency)]


def afterwards(database: db.Database, outcome: Outcome) -> None:
    """Do what need not be done before readers see the new state: compare what is held, purge what is kept no longer."""
    comparison.after(database, outcome, tell=output.say)
    if outcome.verdict != "tried":
        purge.after(database, tell=output.say)


def tell(outcome: Outcome, *, to_json: bool) -> int:
    """Print what a refresh came to; the exit code: that of a failure, where something could not be had that another try may bring."""
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
    if outcome.missed and outcome.verdict != "held":
        return output.FAILED
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
