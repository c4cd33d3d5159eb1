"""Goal P9: what readers feel of refreshes, in turns with nothing going on (A B A B), on the demo company.

    python -m benchmarks.publish [--customers 1500] [--rounds 6] [--readers 1]

Readers turn over pages (one look at the pointer, then several questions, each in a transaction of its own) while another
process takes in a day's complaints, and for as long while it does nothing. A reader that would wait for a lock for more
than 20 ms fails. Prints the conditions, how long the pages took, how long the pointer took to move, and how many pages were torn:
exits with 1 where one was, where moving the pointer took more than 10 ms, or the slowest pages more than 1.3 times as long.
"""

import argparse
import csv
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.measured.bench import EXECUTIVE, UNTIL, company, delivery_of, opened, settle
from benchmarks.measured.told import Limit, conditions, judged, tell
from warehouse import db
from warehouse.queries import figures, state
from warehouse.queries.reader import Reader
from warehouse.refresh import refresh
from warehouse.scope import Scope
from warehouse.settings import Settings, keys

HELD_IN = "company"
ASKED = ("complaint.count", "complaint.resolution", "lead.count", "csat.top2")
A_DAY = 60  # complaints of one delivery
HANDLERS = "select branch_id, max(handler_staff_id) from curated.fct_complaint group by branch_id having max(handler_staff_id) is not null"
MOST_RATIO, MOST_PUBLISHING_MS = 1.3, 10.0


@dataclass
class Turned:
    """How long pages took, in seconds, and what was on them by refresh."""

    seconds: list[float] = field(default_factory=list)
    pages: dict[int, set[tuple[float, ...]]] = field(default_factory=dict)


def main() -> int:
    """Measure and tell; 1 where readers feel more than they may."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=1_500)
    asked.add_argument("--rounds", type=int, default=6)
    asked.add_argument("--readers", type=int, default=1)
    asked.add_argument("--place", type=Path, help="folder for the company and the server; default: the system's")
    given = asked.parse_args()
    conditions(f"{given.customers:,} customers, {given.rounds} rounds in turns, {given.readers} readers")
    with opened(given.place) as bench:
        settle(bench, HELD_IN, company(bench, customers=given.customers))
        database = db.connect(bench.settings(HELD_IN))
        with refreshing(bench.settings(HELD_IN), bench.folder) as worker:
            found = in_turns(database, worker, rounds=given.rounds, readers=given.readers)
        database.dispose()
    return told(*found)


@contextmanager
def refreshing(settings: Settings, folder: Path) -> Iterator[Connection]:
    """A process that takes in one more day whenever it is sent a number; it answers with the seconds that publishing took."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_take_in_days, args=(settings, folder, theirs))
    process.start()
    theirs.close()  # so that whoever waits for a process that has died hears of it
    try:
        yield ours
        ours.send(None)
    except BaseException:
        process.terminate()
        raise
    finally:
        process.join()


def _take_in_days(settings: Settings, folder: Path, orders: Connection) -> None:
    database, secrets = db.connect(settings), keys(settings)
    with database.loader.begin() as connection:
        handlers = list(connection.exec_driver_sql(HANDLERS).tuples())
    while (number := orders.recv()) is not None:
        day = _a_day(folder / f"day_{number}", number, handlers)
        outcome = refresh(database, secrets, [delivery_of(day)], by="benchmark")
        if outcome.verdict != "published":
            raise RuntimeError(f"day {number} was {outcome.verdict}: {outcome.held}")
        orders.send(outcome.timings["publish"])
    database.dispose()


def _a_day(folder: Path, number: int, handlers: Sequence[tuple[str, str]]) -> Path:
    """New complaints of one more day, each at a branch and in the hands of one who handles complaints there."""
    folder.mkdir()
    opened = datetime.combine(UNTIL, datetime.min.time()) + timedelta(days=number, hours=9)
    with (folder / "complaints.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("complaint_id", "branch_id", "handler_staff_id", "opened_at", "category_code", "severity_code"))
        for each in range(A_DAY):
            at = opened + timedelta(minutes=5 * each)
            rows.writerow((f"benchmark-{number}-{each}", *handlers[each % len(handlers)], at, "quality", "normal"))
    return folder


def in_turns(
    database: db.Database, worker: Connection, *, rounds: int, readers: int
) -> tuple[Turned, Turned, list[float]]:
    """Pages while nothing happens, pages during refreshes, and how long the pointer took to move."""
    idle, busy, moving = Turned(), Turned(), []
    for number in range(rounds + 1):
        one_idle, one_busy = Turned(), Turned()
        with turning(database, one_busy, readers):
            started = time.perf_counter()
            worker.send(number + 1)
            moved = worker.recv()
            took = time.perf_counter() - started
        with turning(database, one_idle, readers):
            time.sleep(took)
        if number:  # the first round warms up
            moving.append(moved)
            for whole, one in ((idle, one_idle), (busy, one_busy)):
                whole.seconds += one.seconds
                for refresh_id, pages in one.pages.items():
                    whole.pages.setdefault(refresh_id, set()).update(pages)
    return idle, busy, moving


@contextmanager
def turning(database: db.Database, turned: Turned, readers: int) -> Iterator[None]:
    """People who turn over pages for as long as the block lasts; none of them waits for a lock."""
    ended = threading.Event()
    engine = create_engine(database.reader.url, connect_args={"options": "-c lock_timeout=20ms"})
    with ThreadPoolExecutor(readers) as pool:
        people = [pool.submit(_turn, Reader(engine, EXECUTIVE), turned, ended) for _ in range(readers)]
        yield
        ended.set()
    for person in people:
        person.result()
    engine.dispose()


def _turn(reader: Reader, turned: Turned, ended: threading.Event) -> None:
    while not ended.is_set():
        started = time.perf_counter()
        pinned = reader.pinned()
        read = [float(figures.figure(pinned, code, Scope()).select_dtypes("number").sum().sum()) for code in ASKED]
        state.freshness(pinned)
        turned.seconds.append(time.perf_counter() - started)
        turned.pages.setdefault(int(pinned.refresh_id or 0), set()).add(tuple(read))


def told(idle: Turned, busy: Turned, moving: Sequence[float]) -> int:
    """Print what was found; 1 where it is more than may be."""
    together = {key: idle.pages.get(key, set()) | busy.pages.get(key, set()) for key in idle.pages | busy.pages}
    torn = sum(len(pages) - 1 for pages in together.values())
    for name, turned in (("idle", idle), ("during refreshes", busy)):
        shown = ", ".join(f"p{share} {_share(turned.seconds, share) * 1000:.0f} ms" for share in (50, 95, 99))
        tell(f"{name:17} {len(turned.seconds):6,} pages: {shown}")
    tell(f"publishing: {', '.join(f'{each * 1000:.0f}' for each in moving)} ms")
    return judged(
        Limit(f"torn pages of {len(idle.seconds) + len(busy.seconds):,}", torn, 0),
        Limit(
            "slowest pages (p99), during refreshes / idle",
            _share(busy.seconds, 99) / _share(idle.seconds, 99),
            MOST_RATIO,
            " ×",
        ),
        Limit("publishing, median", statistics.median(moving) * 1000, MOST_PUBLISHING_MS, " ms"),
    )


def _share(seconds: Sequence[float], share: int) -> float:
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * share // 100)]


if __name__ == "__main__":
    sys.exit(main())
