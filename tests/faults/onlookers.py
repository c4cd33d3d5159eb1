"""People who read while something is going on: which pages they saw, each a tuple of figures that belong together."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from warehouse import db
from warehouse.queries import figures, state
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

PERSON = "boss@example.com"
Page = tuple[object, ...]
BREATH = 0.03
IMPATIENT = "-c lock_timeout=100ms"


@dataclass
class Onlookers:
    """`pages`: what was read, by refresh; `read`: how often; `lost`: how often the server was not there."""

    pages: dict[int, set[Page]] = field(default_factory=dict)
    read: int = 0
    lost: int = 0

    @property
    def states(self) -> set[Page]:
        """The pages that were read, whatever refresh they named."""
        return set().union(*self.pages.values())

    @property
    def torn(self) -> dict[int, set[Page]]:
        """Refreshes of which two different pages were seen: there is to be none."""
        return {refresh_id: pages for refresh_id, pages in self.pages.items() if len(pages) > 1}


def page(reader: Reader) -> tuple[int, Page]:
    """A page as pages are read: one look at the pointer, then several queries; its refresh and its figures."""
    pinned = reader.pinned()
    everywhere = Scope()
    counts = figures.figure(pinned, "complaint.count", everywhere)["value"].sum()
    by_region = figures.figure(pinned, "complaint.count", everywhere, by=("region",))["value"]
    resolution = figures.figure(pinned, "complaint.resolution", everywhere).iloc[0]
    reach = state.freshness(pinned)
    read = (counts, *by_region, resolution["n"], resolution["median"], *map(str, reach["data_until"]))
    return int(pinned.refresh_id or 0), read


@contextmanager
def watched(database: db.Database, people: int = 1, *, may_lose: bool = False) -> Iterator[Onlookers]:
    """People who turn over pages for as long as the block lasts, and never wait for a lock. Any error of theirs is raised at
    its end, but for a lost connection where that may happen (`may_lose`)."""
    saw, ended = Onlookers(), threading.Event()
    engine = create_engine(database.reader.url, pool_pre_ping=True, connect_args={"options": IMPATIENT})
    with ThreadPoolExecutor(people) as pool:
        readers = [pool.submit(_read, Reader(engine, PERSON), saw, ended, may_lose=may_lose) for _ in range(people)]
        try:
            yield saw
        finally:
            ended.set()
    engine.dispose()
    for reader in readers:
        reader.result()


def _read(reader: Reader, saw: Onlookers, ended: threading.Event, *, may_lose: bool) -> None:
    while not ended.is_set():
        try:
            refresh_id, read = page(reader)
        except OperationalError:
            if not may_lose:
                raise
            saw.lost += 1
        else:
            saw.pages.setdefault(refresh_id, set()).add(read)
            saw.read += 1
        time.sleep(BREATH)
