"""work: do what stewards ask for on the page, until stopped."""

import os
import signal
import sys
from typing import Annotated

import typer

from warehouse.commands import output
from warehouse.commands.common import open_warehouse
from warehouse.settings import Settings
from warehouse.worker.desk import Desk
from warehouse.worker.work import AnotherWorker
from warehouse.worker.work import work as do_work


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(work)


def work(
    *,
    once: Annotated[bool, typer.Option(help="do what waits now, then end")] = False,
    beside: Annotated[
        int | None, typer.Option(metavar="PROCESS", help="end when this process, which started the worker, has ended")
    ] = None,
) -> None:
    """Do what stewards ask for on the page: try and take what they drop, release, discard, roll back, compare. One worker a warehouse."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        desk = Desk.of(open_warehouse(), Settings.from_environment())
        do_work(desk, once=once, goes_on=lambda: beside is None or os.getppid() == beside, tell=output.say)
    except ValueError as error:
        raise output.fail(error) from error
    except AnotherWorker as busy:
        raise output.fail(busy, output.HELD) from busy
    except KeyboardInterrupt:
        output.say("stopped")
