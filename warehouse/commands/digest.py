"""digest, alerts: send people the pages that are due, and warn them; who is sent what, and what became of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from warehouse import db, logs
from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse
from warehouse.digests import alerts as book
from warehouse.digests import outbox, post, subscribing
from warehouse.digests.channels import channels
from warehouse.digests.letter import NotNow, Order
from warehouse.digests.outbox import Due, Published
from warehouse.digests.post import AnotherRound, Office, Told
from warehouse.digests.press import press
from warehouse.queries.reader import Refused
from warehouse.queries.subscriptions import ALERTS, Cadence, Lang
from warehouse.settings import operator

app = typer.Typer(invoke_without_command=True, help=__doc__)
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be sent; write down and send nothing")]
Person = Annotated[str, typer.Argument(help="the address that the person signs in with")]
_SUBSCRIPTIONS = """
select subscription_id, person, what, address, cadence, channel, lang, subscribed_at
from published.subscription
where ended_at is null
order by person, subscription_id
"""


def register(to: typer.Typer) -> None:
    """Add this file's commands."""
    to.add_typer(app, name="digest")
    to.command()(alerts)


@app.callback()
def digest(
    context: typer.Context,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="do not wait for the hour, day or week: whoever has not this refresh")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="also letters that were given up")] = False,
    dry_run: DryRun = False,
    out: Annotated[
        Path | None, typer.Option(help="with --dry-run: a folder for the letters as they would be sent")
    ] = None,
    json: Json = False,
) -> None:
    """Send every page that is due, to each subscriber what that person may see. Run it every few minutes."""
    if context.invoked_subcommand is not None:
        return
    database, moment = open_warehouse(), datetime.now(UTC)
    if dry_run:
        raise typer.Exit(_try(database, moment, at_once=now, out=out, to_json=json))
    if again:
        with database.loader.begin() as connection:
            output.say(f"{outbox.try_again(connection, now=moment)} letters are tried again")
    raise typer.Exit(_round(database, lambda office: post.digests(office, now=moment, at_once=now), to_json=json))


def alerts(
    *,
    dry_run: DryRun = False,
    listed: Annotated[
        bool, typer.Option("--list", help="show the alerts that are open; look and send nothing")
    ] = False,
    resolved: Annotated[bool, typer.Option("--resolved", help="with --list: also those that are over")] = False,
    json: Json = False,
) -> None:
    """Look at everything that is watched, and tell each subscriber what is new or over. Run it every few minutes."""
    database, moment = open_warehouse(), datetime.now(UTC)
    if listed:
        with database.loader.begin() as connection:
            found = book.listed(connection, resolved=resolved)
        output.rows(found, to_json=json, empty="no alert is open")
        return
    if dry_run:
        output.rows(_so_now(database, moment), to_json=json, empty="there is nothing to warn anybody of")
        return
    raise typer.Exit(_round(database, lambda office: post.watch(office, now=moment), to_json=json))


@app.command()
def subscribe(
    person: Person,
    what: Annotated[str, typer.Argument(help="a page (overview, complaints, my_branch, …) or `alerts`")],
    *,
    every: Annotated[str, typer.Option(help="refresh, day, week or month; alerts come when there are any")] = "day",
    region: Annotated[list[str] | None, typer.Option(help="only this region, several times for several")] = None,
    branch: Annotated[list[str] | None, typer.Option(help="only this branch, several times for several")] = None,
    by: Annotated[str, typer.Option(help="mail, or the name of a webhook (GATEHOUSE_WEBHOOK_<NAME>)")] = "mail",
    language: Annotated[str, typer.Option(help="en or zh_CN")] = "en",
) -> None:
    """Have a page, or alerts, sent to somebody: never more than that person may see."""
    address = {name: chosen for name, chosen in (("region", region), ("branch", branch)) if chosen}
    with _refused():
        number = subscribing.subscribe(
            open_warehouse(),
            person,
            what=what,
            address=address,
            cadence="alert" if what == ALERTS else cast(Cadence, every),
            channel=by,
            lang=cast(Lang, language),
            by=operator(),
        )
    output.say(f"subscription {number}: {person} is sent {what}")


@app.command()
def end(person: Person, subscription: Annotated[int, typer.Argument(metavar="SUBSCRIPTION")]) -> None:
    """Send it no more."""
    with _refused():
        subscribing.unsubscribe(open_warehouse(), person, subscription, by=operator())
    output.say(f"subscription {subscription} of {person} has ended")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Who is sent what."""
    output.rows(loader_rows(open_warehouse(), _SUBSCRIPTIONS), to_json=json, empty="nobody is sent anything")


@app.command()
def log(*, most: Annotated[int, typer.Option(help="how many letters")] = 100, json: Json = False) -> None:
    """Who was sent which page of which refresh, and what became of it, newest first."""
    with open_warehouse().loader.begin() as connection:
        found = outbox.log(connection, most=most)
    output.rows(found, to_json=json, empty="no letter has been written yet")


def _round(database: db.Database, go: Callable[[Office], list[Told]], *, to_json: bool) -> int:
    """A round of the post, told; held where something did not leave."""
    try:
        with press() as write:
            told = go(Office(database, channels(os.environ), write))
    except AnotherRound as busy:
        raise output.fail(busy, output.HELD) from busy
    except ValueError as wrong:
        raise output.fail(wrong) from wrong
    for each in told:
        logs.event("letter", letter=each.letter_id, state=each.state)
    output.rows([asdict(each) for each in told], to_json=to_json, empty="nothing is due")
    return output.HELD if any(each.state in {"waiting", "failed"} for each in told) else output.DONE


def _try(database: db.Database, moment: datetime, *, at_once: bool, out: Path | None, to_json: bool) -> int:
    """What is due, and with a folder the letters themselves; nothing of it is kept."""
    with database.loader.begin() as connection:
        shown = outbox.published(connection)
        due = [] if shown is None else outbox.due(connection, shown, now=moment, at_once=at_once)
    found = [{**vars(each.subscriber), "occasion": each.occasion.key} for each in due]
    if shown is not None and out is not None:
        _write_down(due, shown, out)
    output.rows(found, to_json=to_json, empty="nothing is due")
    return output.DONE


def _write_down(due: list[Due], shown: Published, folder: Path) -> None:
    """Every letter as it would be sent, in files: text, HTML, PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    with press() as write:
        for each in due:
            who = each.subscriber
            try:
                letter = write(Order(who.person, who.what, who.address, who.lang, shown.refresh_id))
            except NotNow as problem:
                raise output.fail(problem) from problem
            name = folder / f"{who.subscription_id}-{who.what}"
            name.with_suffix(".txt").write_text(f"{letter.subject}\n\n{letter.text}", "utf-8")
            name.with_suffix(".html").write_text(letter.html, "utf-8")
            name.with_suffix(".pdf").write_bytes(letter.attachment or b"")


def _so_now(database: db.Database, moment: datetime) -> list[dict[str, Any]]:
    with database.loader.begin() as connection:
        shown, watching = outbox.published(connection), outbox.subscribers(connection, alerts=True)
    if shown is None:
        return []
    kept: post.Kept = {}
    return [
        {"person": each.person, **asdict(found)}
        for each in watching
        for found in post.conditions(database, each, shown, kept, now=moment)
    ]


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        raise output.fail(refusal, output.HELD) from refusal
