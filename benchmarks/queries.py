"""Goal P5: the SQL of every page as it is opened, for an executive and for a head, on companies of different sizes, in turns.

    python -m benchmarks.queries [--customers 1500 20000] [--homes DIR …] [--rounds 5] [--processors]

Each page is drawn once with nothing kept; everything that it asked is then asked again and again of every company in turn, in
transactions as the dashboard's own, over connections that have planned it before. `--homes` are warehouses of the demo company that are there already, the smallest first, in
place of new ones. `--processors` counts the seconds that the server's process worked instead of those on the clock, for
machines that have something else to do. Exits with 1 where a page takes more than 20 ms, or 1.3 times as long in the largest
company as in the smallest, or asks for more than the grants when it is drawn again.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measured import asked
from benchmarks.measured.asked import Asked, Page
from benchmarks.measured.bench import company, in_a_process_of_its_own, opened, settle
from benchmarks.measured.told import Limit, conditions, judged, tell
from benchmarks.measured.turns import in_turns
from warehouse import db
from warehouse.queries.prepared import prepared
from warehouse.settings import Settings

MOST_MS, MOST_RATIO = 20.0, 1.3
Seconds = Callable[[], float]


def main() -> int:
    """Measure and tell; 1 where a page takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, nargs="+", default=[1_500, 20_000])
    parser.add_argument("--homes", type=Path, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processors", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        homes = given.homes or [stack.enter_context(new_home(customers)) for customers in sorted(given.customers)]
        names = (
            [home.name for home in homes]
            if given.homes
            else [f"{customers:,}" for customers in sorted(given.customers)]
        )
        clock = "seconds of the server's processor" if given.processors else "seconds on the clock"
        conditions(f"companies {' and '.join(names)}", f"{given.rounds} rounds in turns", clock)
        return told(names, measured(homes, rounds=given.rounds, by_processor=given.processors))


@contextmanager
def new_home(customers: int) -> Iterator[Path]:
    """The home of a new demo company, gone after the block."""
    with opened() as bench:
        settle(bench, "gatehouse", company(bench, customers=customers))
        yield bench.home


def measured(homes: Sequence[Path], *, rounds: int, by_processor: bool) -> list[tuple[Page, list[float]]]:
    """Every page as each company asks for it, with the milliseconds of its SQL: one list of pages a company, together by page."""
    found: dict[tuple[str, str], list[tuple[Page, float]]] = {}
    companies = {home: recorded(home) for home in homes}
    with ExitStack() as stack:
        ways = {
            (home, page.key): partial(
                again, connection, page, worked(connection) if by_processor else time.perf_counter
            )
            for home, pages in companies.items()
            for connection in [stack.enter_context(reading(home, pages))]
            for page in pages
        }
        taken = in_turns({str(key): way for key, way in ways.items()}, rounds=rounds, warm=1)
    for (home, key), times in zip(ways, taken.values(), strict=True):
        page = next(page for page in companies[home] if page.key == key)
        found.setdefault(key, []).append((page, 1000 * statistics.median(times)))
    return [(pages[-1][0], [ms for _, ms in pages]) for pages in found.values()]


def recorded(home: Path) -> list[Page]:
    """What each page asks in this warehouse, drawn in a process of its own."""
    with in_a_process_of_its_own() as alone:
        return alone.submit(asked.of_pages, home).result()


@contextmanager
def reading(home: Path, pages: Iterable[Page]) -> Iterator[Any]:
    """One connection of the dashboard's own kind, which has planned what the pages ask."""
    engine = db.connect_reader(Settings(home=home))
    connection = engine.raw_connection()
    with connection.cursor() as cursor:
        for question in {each.question for page in pages for each in page.cold}:
            cursor.execute(prepared(question).plan)
    connection.commit()
    yield connection
    connection.close()
    engine.dispose()


def again(connection: Any, page: Page, now: Seconds) -> float:
    """The seconds that everything takes which a page asks, each question in a transaction in its person's name."""
    began = now()
    with connection.cursor() as cursor:
        for each in page.cold:
            cursor.execute(each.statement, each.parameters)
            cursor.fetchall()
            if not each.names_person:
                connection.commit()
    return now() - began


def worked(connection: Any) -> Seconds:
    """A clock of the seconds that the server's process behind a connection has had a processor, as Linux tells them."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    connection.commit()
    return lambda: int(told.read_text("utf-8").split()[0]) / 1e9


def told(names: Sequence[str], pages: Sequence[tuple[Page, list[float]]]) -> int:
    """Print what was found; 1 where it is more than may be."""
    for page, times in pages:
        shown = "  ".join(f"{name}: {ms:7.1f} ms" for name, ms in zip(names, times, strict=True))
        tell(f"{page.person:10} {page.name:13} {questions(page.cold):3} questions, again {len(page.warm)}  {shown}")
    slowest = max(pages, key=lambda each: each[1][-1])
    steepest = max(pages, key=lambda each: each[1][-1] / each[1][0])
    limits = [
        Limit(f"slowest page ({slowest[0].person}, {slowest[0].name})", slowest[1][-1], MOST_MS, " ms"),
        Limit("questions of a page drawn again", max(len(page.warm) for page, _ in pages), 0),
    ]
    if len(names) > 1:
        ratio = steepest[1][-1] / steepest[1][0]
        limits.append(Limit(f"steepest page ({steepest[0].person}, {steepest[0].name})", ratio, MOST_RATIO, " ×"))
    return judged(*limits)


def questions(statements: Sequence[Asked]) -> int:
    """How many questions there are among the statements."""
    return sum(not each.names_person for each in statements)


if __name__ == "__main__":
    sys.exit(main())
