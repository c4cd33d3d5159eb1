"""Goals P2 and P3: from a click to all charts drawn anew, and what it costs the server, in turns with Superset and an empty page.

    python -m benchmarks.web.clicks [--customers 1500] [--rounds 5] [--clicks 20]

In the browser a click chooses one region more, which both sides have answered before: what is kept is kept. What it costs is measured
without one, over the websocket (Superset: over its API), for every page of ours. Exits with 1 where a goal is missed.
"""

import argparse
import asyncio
import statistics
import sys
from collections import defaultdict

from playwright.sync_api import Browser

from benchmarks.measured.told import Limit, conditions, judged, tell
from benchmarks.web import board, browser, places, sides, superset, talk
from benchmarks.web.browser import Side
from benchmarks.web.places import Place
from benchmarks.web.sides import EMPTY, OURS, SUPERSET, Sides
from serve import SCREENS

REGIONS = ("R1", "R2")
PEOPLE = {"my_branch": "head", "data_health": "steward"}
"""Whose pages these are; all others are the executive's."""
ANSWERED = 4
"""Clicks that nobody counts: after them both answers are kept."""


def main() -> int:
    """Measure and tell; 1 where a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=1_500)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--clicks", type=int, default=20)
    given = asked.parse_args()
    home = places.demo(given.customers)
    with sides.running(home) as running:
        conditions(f"{given.customers:,} customers", f"{given.rounds} rounds")
        with browser.chromium() as opened:
            drawn = in_browser(opened, running, rounds=given.rounds)
        with places.ours(home) as place:
            cost = on_server(running, place, rounds=given.rounds, clicks=given.clicks)
    return told(drawn, cost)


def in_browser(opened: Browser, running: Sides, *, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from a click until all is drawn, by side; the first round has everything answered once."""
    taken: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for who, side in running.pages().items():
            found = _three_clicks(opened, side)
            taken[who] += found if number else []
    return taken


def _three_clicks(opened: Browser, side: Side) -> list[float]:
    with browser.visitor(opened, side) as room:
        page, _ = browser.visit(room, side)
        return [browser.choose(page, side, place) for place in range(3)]


def on_server(running: Sides, whole: Place, *, rounds: int, clicks: int) -> dict[str, list[float]]:
    """Milliseconds of processors for a click, by page; of Superset for a view whose results are all kept."""
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for page in SCREENS:
            taken[page].append(_click_costs(whole, page, clicks))
        taken["six figures"].append(_click_costs(running.ours, "", clicks))
        taken[EMPTY].append(_click_costs(running.empty, "", clicks))
        taken[SUPERSET].append(_view_costs(running.superset.place, running.superset, clicks))
    return taken


def _click_costs(place: Place, page: str, clicks: int) -> float:
    return asyncio.run(clicking(place, page, clicks))


async def clicking(place: Place, page: str, clicks: int) -> float:
    """Milliseconds of processors that one more click on a page costs: one region after the other, or the page once more."""
    async with talk.visiting(place.port, page, f"as={PEOPLE.get(page, 'executive')}&lang=en") as visitor:
        await visitor.look()

        async def click(number: int) -> None:
            if "region" in visitor.lists:
                await visitor.choose("region", REGIONS[number % 2])
            else:
                await visitor.look()

        for number in range(ANSWERED):
            await click(number)
        before = place.cpu()
        for number in range(clicks):
            await click(number)
        return 1_000 * (place.cpu() - before) / clicks


def _view_costs(place: Place, shown: superset.Superset, views: int) -> float:
    api = board.Api(place.port)
    regions = shown.board.regions[:2]
    asked = [[(path, board.narrowed(body, region)) for path, body in shown.board.questions] for region in regions]

    def view(number: int) -> None:
        for path, body in asked[number % 2]:
            api.ask("POST", path.removeprefix("/api/v1/"), body)

    for number in range(ANSWERED):
        view(number)
    before = place.cpu()
    for number in range(views):
        view(number)
    return 1_000 * (place.cpu() - before) / views


def told(drawn: dict[str, list[float]], cost: dict[str, list[float]]) -> int:
    """Medians, and the ratios that the goals are about."""
    clicks = {who: statistics.median(times) for who, times in drawn.items()}
    costs = {page: statistics.median(times) for page, times in cost.items()}
    for who, times in drawn.items():
        tell(f"click to drawn {who:9} median {clicks[who]:6.0f} ms, {min(times):.0f} – {max(times):.0f}")
    for page, times in cost.items():
        tell(f"server, a click {page:14} median {costs[page]:6.1f} ms, {min(times):.1f} – {max(times):.1f}")
    heaviest = max(SCREENS, key=lambda page: costs[page])
    return judged(
        Limit("click, of Superset's", clicks[OURS] / clicks[SUPERSET], 0.2),
        Limit("click, of an empty page's", clicks[OURS] / clicks[EMPTY], 2.5),
        Limit(f"server, a click on the heaviest page ({heaviest})", costs[heaviest], 25, " ms"),
        Limit("server, the heaviest page, of an empty one", costs[heaviest] / costs[EMPTY], 3),
        Limit("server, the heaviest page, of Superset's view of six figures", costs[heaviest] / costs[SUPERSET], 0.12),
    )


if __name__ == "__main__":
    sys.exit(main())
