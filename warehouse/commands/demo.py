"""demo: the made-up company, as files, or straight into the embedded warehouse."""

import shutil
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import text

from warehouse import db
from warehouse.access import grants
from warehouse.commands import output
from warehouse.commands.common import open_warehouse
from warehouse.feeds.demo import DIRTY_KINDS, read_company, write_company, write_correction, write_dirty
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Settings, keys, operator

ZONE, CURRENCY = "Asia/Shanghai", "CNY"


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("demo")(demo)


def demo(
    *,
    customers: Annotated[int, typer.Option(help="size of the company")] = 20_000,
    seed: Annotated[int, typer.Option(help="another seed, another company")] = 1,
    until: Annotated[str, typer.Option(help="last day of its history")] = "2026-03-31",
    out: Annotated[
        Path | None,
        typer.Option(help="folder for its deliveries; default: beside the warehouse's home, .gatehouse-demo"),
    ] = None,
    dirty: Annotated[list[str] | None, typer.Option(help=f"also a dirty delivery: {', '.join(DIRTY_KINDS)}")] = None,
    load: Annotated[
        bool, typer.Option("--load", help="refresh the embedded warehouse with it, if it is empty")
    ] = False,
) -> None:
    """Write the deliveries of the demo company, and what is true in them (truth.json)."""
    settings = Settings.from_environment()
    folder = out or settings.home.with_name(
        f"{settings.home.name}-demo"
    )  # names in clear: not among the warehouse's data
    if load and not settings.is_embedded:
        raise output.fail("the demo company is for the embedded warehouse alone; unset DATABASE_URL", output.HELD)
    database = open_warehouse() if load else None
    if database is not None and _is_filled(database):
        output.say("the warehouse holds a company already; nothing to load")
        return
    _write(folder, customers=customers, seed=seed, until=date.fromisoformat(until), dirty=dirty or [])
    if database is not None:
        _load(database, settings, folder / "delivery_000")


def _write(folder: Path, *, customers: int, seed: int, until: date, dirty: list[str]) -> None:
    unknown = [kind for kind in dirty if kind not in DIRTY_KINDS]
    if unknown:
        raise output.fail(f"no dirty kind {', '.join(unknown)}; there are {', '.join(DIRTY_KINDS)}", output.HELD)
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        output.say(f"writing a company of {customers:,} customers to {folder}")
        write_company(folder, customers=customers, seed=seed, until=until)
    company = read_company(folder)
    for kind in dirty:
        output.say(f"dirty: {write_dirty(company, folder, kind)}; corrected: {write_correction(company, folder, kind)}")


def _load(database: db.Database, settings: Settings, folder: Path) -> None:
    outcome = refresh(
        database,
        keys(settings),
        [Delivery.by_contract(folder, zone=ZONE, currency=CURRENCY)],
        by=operator(),
        tell=output.say,
    )
    if outcome.verdict != "published":
        raise output.fail(f"the demo company was {outcome.verdict}: {dict(outcome.held)}", output.HELD)
    with database.loader.begin() as connection:
        connection.execute(
            text("insert into published.setting (name, value) values ('company', 'demo') on conflict (name) do nothing")
        )
        grants.give_demo(connection, by=operator())
    output.say(f"refresh {outcome.refresh_id}: published in {sum(outcome.timings.values()):.1f} s")


def _is_filled(database: db.Database) -> bool:
    with database.loader.begin() as connection:
        return bool(connection.execute(text("select exists (select from published.current)")).scalar())
