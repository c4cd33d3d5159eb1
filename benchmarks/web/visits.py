"""Goal P1: how long until a page is drawn, in a real browser, in turns with Superset and with an empty page.

    python -m benchmarks.web.visits [--customers 1500] [--rounds 5]

A new visit finds the product's own files in the browser; a cold one finds nothing, behind the same proxy as the other side, over
20 Mbit/s and 40 ms; the first visitor comes right after a restart; page to page goes by the product's own menu. Exits with 1
where a goal is missed.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.measured.told import Limit, conditions, judged, tell
from benchmarks.web import browser, places, proxy, sides
from benchmarks.web.browser import Side
from benchmarks.web.sides import EMPTY, OURS, SUPERSET, Sides

FAR, FIRST, LATER = "cold", "first after a restart", "later"
Taken = Mapping[tuple[str, str], Sequence[float]]
"""Milliseconds by what was done and by whose page."""


def main() -> int:
    """Measure and tell; 1 where a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=1_500)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    home = places.demo(given.customers)
    with sides.running(home) as running, browser.chromium() as opened:
        conditions(f"{given.customers:,} customers", f"{given.rounds} rounds")
        taken = measured(running, opened, home, rounds=given.rounds)
    return told(taken)


def measured(running: Sides, opened: Browser, home: Path, *, rounds: int) -> Taken:
    """Everything in turns, after one round that warms up."""
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    near = running.pages()
    with proxy.before(running.ours.port) as ours, proxy.before(running.superset.place.port) as superset:
        far = {OURS: sides.six(ours), SUPERSET: sides.board(superset, running.superset, near[SUPERSET].cookies)}
        for number in range(rounds + 1):
            found = [*near_by(opened, near), *from_far(opened, far), *after_restart(opened, home)]
            for what, who, milliseconds in found if number else ():
                taken[what, who].append(milliseconds)
    return taken


def near_by(opened: Browser, pages: Mapping[str, Side]) -> Sequence[tuple[str, str, float]]:
    """A new visit to each page, and the way to it from another."""
    found = []
    for who, side in pages.items():
        with browser.visitor(opened, side) as room:
            first, _ = browser.visit(room, side)
            first.close()
            page, took = browser.visit(room, side)
            found.append(("new visit", who, took))
            if who != EMPTY:
                found.append(("page to page", who, browser.move(page, side)))
    return found


def from_far(opened: Browser, pages: Mapping[str, Side]) -> Sequence[tuple[str, str, float]]:
    """Somebody who has never been there, over a line."""
    found = []
    for who, side in pages.items():
        with browser.visitor(opened, side) as room:
            found.append((FAR, who, browser.visit(room, side, is_far=True)[1]))
    return found


def after_restart(opened: Browser, home: Path) -> Sequence[tuple[str, str, float]]:
    """Our dashboard anew: whoever comes first, and somebody after them, both with its files in the browser."""
    with places.six(home) as place:
        side = sides.six(place.address)
        found = []
        for when in (FIRST, LATER):
            with browser.visitor(opened, side) as room:
                found.append((when, OURS, browser.visit(room, side)[1]))
    return found


def told(taken: Taken) -> int:
    """Medians, and the ratios that the goals are about."""
    for (what, who), times in taken.items():
        tell(f"{what:22} {who:9} median {statistics.median(times):7.0f} ms, {min(times):.0f} – {max(times):.0f}")

    def ratio(what: str, against: str, whose: str = OURS, then: str | None = None) -> float:
        return statistics.median(taken[what, whose]) / statistics.median(taken[then or what, against])

    return judged(
        Limit("new visit, of Superset's", ratio("new visit", SUPERSET), 0.45),
        Limit("new visit, of an empty page's", ratio("new visit", EMPTY), 1.5),
        Limit("cold behind a proxy, of Superset's", ratio(FAR, SUPERSET), 0.6),
        Limit("page to page, of Superset's", ratio("page to page", SUPERSET), 0.3),
        Limit("first after a restart, of a later one", ratio(FIRST, OURS, then=LATER), 1.15),
    )


if __name__ == "__main__":
    sys.exit(main())
