"""monitor: tell Prometheus how the warehouse stands."""

import signal
import sys
import time
from typing import Annotated

import typer
from prometheus_client import generate_latest

from warehouse import db
from warehouse.commands import output
from warehouse.monitor.book import registry
from warehouse.monitor.endpoint import Address, told
from warehouse.settings import Settings

A_DAY = 86_400


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(monitor)


def monitor(
    *,
    at: Annotated[str, typer.Option(metavar="[HOST:]PORT", help="where Prometheus asks")] = "9465",
    once: Annotated[
        bool, typer.Option(help="print it now and end, such as for node_exporter's folder of text files")
    ] = False,
) -> None:
    """Tell how the warehouse stands whenever Prometheus asks: refreshes, checks, freshness of feeds, jobs, letters."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        address, book = Address.of(at), registry(db.unmigrated(Settings.from_environment()))
        if once:
            sys.stdout.write(generate_latest(book).decode())
            return
        with told(book, address):
            output.say(f"told at http://{address}/metrics")
            while True:
                time.sleep(A_DAY)
    except ValueError as refused:
        raise output.fail(refused) from refused
    except KeyboardInterrupt:
        output.say("stopped")
