"""Every page drawn for an executive, nothing kept from before: seconds in all, and those of its SQL. No browser, no server."""

import os
import statistics
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from benchmarks.measured.bench import Bench

PAGES = tuple(sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("[a-z]*.py")))


@dataclass(frozen=True)
class Drawn:
    """One page: seconds from asking to the last element, and those of them that its SQL took; so many statements."""

    whole: float
    sql: float
    statements: int


class PageFailed(RuntimeError):
    """A page did not come to its end."""


def drawn(bench: Bench, *, rounds: int, pages: Collection[str] = PAGES) -> dict[str, Drawn]:
    """Each page over the bench's database `gatehouse`: the median of some rounds, after one left out."""
    with bench.beside() as alone:
        return alone.submit(_draw_all, bench.home, rounds, tuple(pages)).result()


def _draw_all(home: Path, rounds: int, names: Sequence[str]) -> dict[str, Drawn]:
    os.environ["GATEHOUSE_HOME"] = str(home)
    from streamlit import logger

    from pages.shared import cached

    logger.set_log_level("ERROR")  # it warns at every run that nobody is connected
    cached.settings.clear()
    cached.engine.clear()
    found: Mapping[str, list[Drawn]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names:
            cached.everything.clear()
            once = _draw(name, cached.engine())
            if number:
                found[name].append(once)
    cached.engine().dispose()
    return {name: _median(each) for name, each in found.items()}


def _draw(page: str, engine: Engine) -> Drawn:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(_screen, args=(page,), default_timeout=120)
    app.query_params["as"] = "executive"
    with _asking(engine) as asked:
        began = time.perf_counter()
        app.run()
        whole = time.perf_counter() - began
    if app.exception:
        raise PageFailed(f"{page}: {app.exception[0].value}")
    return Drawn(whole, sum(asked), len(asked))


def _screen(page: str) -> None:
    import importlib

    from pages.shared import viewer

    who = viewer.at_the_door()
    if who is not None:
        importlib.import_module(f"pages.{page}").show(who)


@contextmanager
def _asking(engine: Engine) -> Iterator[list[float]]:
    """Seconds of every statement that is sent in the block."""
    taken: list[float] = []

    def before(connection: Any, *_: object) -> None:
        connection.info["asked_at"] = time.perf_counter()

    def after(connection: Any, *_: object) -> None:
        taken.append(time.perf_counter() - connection.info["asked_at"])

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield taken
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def _median(rounds: list[Drawn]) -> Drawn:
    whole, sql = (statistics.median(getattr(each, name) for each in rounds) for name in ("whole", "sql"))
    return Drawn(whole, sql, rounds[0].statements)
