"""The process that is killed. A fork server has imported all of this before, so that a start costs a moment."""

import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from sqlalchemy import Engine, event

from tests.faults.deeds import DEEDS, KEYS
from warehouse import db
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Settings

GATE = import_module("checks.expectations")  # seconds of import, which a refresh puts off until it needs them
_started = multiprocessing.get_context("forkserver")
_started.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Blow:
    """Where the process is to die: right before or after its `number`th commit, or before its `number`th statement."""

    at: Literal["before", "after", "statement"]
    number: int


@dataclass(frozen=True)
class Place:
    """A warehouse, as another process reaches it."""

    loader: str
    reader: str

    @classmethod
    def of(cls, database: db.Database) -> "Place":
        """The two addresses of `database`."""
        urls = (engine.url.render_as_string(hide_password=False) for engine in (database.loader, database.reader))
        return cls(*urls)

    def open(self) -> db.Database:
        """The warehouse, with connections of one's own."""
        return db.connect(Settings(home=Path(), database_url=self.loader, reader_url=self.reader))


def start(
    place: Place, deed: str, folder: Path, *, blow: Blow | None = None, counts: Path | None = None
) -> BaseProcess:
    """A process that does `deed`, and dies of `blow` on the way; `counts` is where it notes its commits and statements."""
    return _begun(_do, place, deed, folder, blow, counts)


def _do(place: Place, deed: str, folder: Path, blow: Blow | None, counts: Path | None) -> None:
    database = place.open()
    seen, since = _count(database.loader, blow), time.monotonic()
    DEEDS[deed].do(database, folder)
    if counts is not None:
        counts.write_text(json.dumps({**seen, "seconds": time.monotonic() - since}))
    os._exit(0)


def _begun(target: Callable[..., None], *given: object) -> BaseProcess:
    """A process that runs `target`, and nothing else: it would begin with our main module, which tests of pages replace by a page."""
    process, ours = _started.Process(target=target, args=given), sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = ours
    return process


def ended(process: BaseProcess) -> int:
    """The exit code of a process, once it has one."""
    process.join()
    return int(process.exitcode or 0)


def memory(place: Place, folder: Path) -> int:
    """The most memory that a process needs to take in what lies in `folder`, in bytes."""
    receiver, sender = _started.Pipe(duplex=False)
    process = _begun(_measure, place, folder, sender)
    sender.close()  # so that one which fails before it answers is an end of file here, not silence
    with receiver:
        most = int(receiver.recv())
    process.join()
    return most


def _measure(place: Place, folder: Path, sender: Connection) -> None:
    refresh(place.open(), KEYS, [Delivery.by_contract(folder)], by="faults")
    sender.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10)


def _count(engine: Engine, blow: Blow | None) -> dict[str, int]:
    """Counts the commits and statements of the process from now on; it dies where `blow` says."""
    seen = {"commits": 0, "statements": 0}
    commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        seen["commits"] += 1
        if blow == Blow("before", seen["commits"]):
            os.kill(os.getpid(), signal.SIGKILL)
        commit(connection)
        if blow == Blow("after", seen["commits"]):
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "before_cursor_execute")
    def before(*_: object) -> None:
        seen["statements"] += 1
        if blow == Blow("statement", seen["statements"]):
            os.kill(os.getpid(), signal.SIGKILL)

    engine.dialect.do_commit = do_commit
    return seen
