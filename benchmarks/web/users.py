"""Goal P4: many people at once, without browsers, in turns with Superset: one process each.

    python -m benchmarks.web.users [--customers 1500] [--seconds 15] [--rounds 3] [--reruns 10000]

A view is one region chosen on the page of six figures, at random: over the websocket of ours, of Superset by the six questions that a browser
asks at once. All results are kept on both sides. Then memory: what a session takes, and whether it grows with so many views.
Exits with 1 where a goal is missed.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2

from benchmarks.measured.told import Limit, conditions, judged, tell
from benchmarks.web import board, places, sides, talk
from benchmarks.web.places import Place
from benchmarks.web.sides import Sides
from benchmarks.web.superset import Superset

REGIONS = ("R1", "R2", "R3", "R4", "R5", "R6")
PATIENCE_SECONDS = 120
CHANCE = random.SystemRandom()
AT_ONCE = 6
"""Questions that a browser asks a server at once."""
HELD = 20
"""Sessions that stay open while memory is looked at."""
View = Callable[[int], Awaitable[object]]
Open = Callable[[AsyncExitStack], Awaitable[View]]
"""How one more person comes in; what they do to see one of the regions."""


@dataclass(frozen=True)
class Seen:
    """What so many people got: seconds of each view, views in a second, and how many failed."""

    seconds: Sequence[float]
    a_second: float
    failed: int

    def at(self, share: int) -> float:
        """The milliseconds within which so many in a hundred were drawn."""
        return 1_000 * sorted(self.seconds)[min(len(self.seconds) - 1, len(self.seconds) * share // 100)]


def main() -> int:
    """Measure and tell; 1 where a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=1_500)
    asked.add_argument("--seconds", type=float, default=15)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--reruns", type=int, default=10_000)
    given = asked.parse_args()
    home = places.demo(given.customers)
    with sides.running(home) as running:
        conditions(f"{given.customers:,} customers", f"{given.rounds} rounds of {given.seconds:g} s")
        limits = [*crowds(running, given.seconds, given.rounds), *memory(running, given.reruns)]
    return judged(*limits)


def crowds(running: Sides, seconds: float, rounds: int) -> list[Limit]:
    """20 and 50 people who wait for nothing, and 50 who look at each view for ten seconds."""
    for way in (_ours(running.ours), _superset(running.superset)):
        asyncio.run(_all_once(way))
    limits = []
    for users, think in ((20, 0.0), (50, 0.0), (50, 10.0)):
        ours, theirs = list[Seen](), list[Seen]()
        length = seconds + 2 * think
        for _ in range(rounds):
            ours.append(asyncio.run(crowd(_ours(running.ours), users, length, think)))
            theirs.append(asyncio.run(crowd(_superset(running.superset), users, length, think)))
        called = f"{users} users{f', {think:g} s to think' if think else ''}"
        for who, seen in (("ours", ours), ("superset", theirs)):
            tell(
                f"{called:24} {who:9} {_median(seen, lambda each: each.a_second):6.1f} views/s,"
                f" p50 {_median(seen, lambda each: each.at(50)):6.0f} ms, p95 {_median(seen, lambda each: each.at(95)):6.0f} ms"
            )
        slow = _median(ours, lambda each: each.at(95)) / _median(theirs, lambda each: each.at(95))
        rate = _median(theirs, lambda each: each.a_second) / _median(ours, lambda each: each.a_second)
        limits += [] if think else [Limit(f"{called}: Superset's views a second, of ours", rate, 0.1)]
        limits.append(Limit(f"{called}: p95, of Superset's", slow, 0.05 if think else 0.15))
        limits.append(Limit(f"{called}: views of ours that failed", sum(each.failed for each in ours), 0))
    return limits


async def _all_once(come_in: Open) -> None:
    """Every answer, so that it is kept from then on."""
    async with AsyncExitStack() as doors:
        view = await come_in(doors)
        for region in range(len(REGIONS)):
            await view(region)


async def crowd(come_in: Open, users: int, seconds: float, think: float) -> Seen:
    """So many people for so long; they begin together once all have come in."""
    taken, failed = list[float](), 0
    async with AsyncExitStack() as doors:
        views = [await come_in(doors) for _ in range(users)]
        started = time.perf_counter()

        async def stay(view: View) -> None:
            nonlocal failed
            await asyncio.sleep(CHANCE.random() * think)
            while time.perf_counter() - started < seconds:
                begun = time.perf_counter()
                try:
                    await view(CHANCE.randrange(len(REGIONS)))
                except (talk.PageFailed, httpx2.HTTPError, TimeoutError, OSError):
                    failed += 1
                taken.append(time.perf_counter() - begun)
                await asyncio.sleep(CHANCE.expovariate(1 / think) if think else 0)

        await asyncio.gather(*(stay(view) for view in views))
        return Seen(taken, len(taken) / (time.perf_counter() - started), failed)


def memory(running: Sides, reruns: int) -> list[Limit]:
    """What our process takes with nobody there, with people in it, and after so many views; Superset's after the crowds."""
    place, theirs = running.ours, running.superset.place.megabytes()
    alone, full, early, late = asyncio.run(_growing(place, reruns))
    tell(f"memory: {alone:.0f} MB, with {HELD} sessions {full:.0f} MB; after {reruns // 5:,} views {early:.0f} MB,")
    tell(f"        after {reruns:,} {late:.0f} MB; Superset {theirs:.0f} MB")
    return [
        Limit("memory, of Superset's", late / theirs, 0.65),
        Limit("memory of a session", (full - alone) / HELD, 0.5, " MB"),
        Limit("memory after all views, of that after a fifth of them", late / early, 1.02),
    ]


async def _growing(place: Place, reruns: int) -> tuple[float, float, float, float]:
    alone = place.megabytes()
    async with AsyncExitStack() as doors:
        views = [await _ours(place)(doors) for _ in range(HELD)]
        full = place.megabytes()

        async def all_of_them(count: int) -> float:
            for number in range(count):
                await views[number % HELD](number % len(REGIONS))
            return place.megabytes()

        return alone, full, await all_of_them(reruns // 5), await all_of_them(reruns - reruns // 5)


def _ours(place: Place) -> Open:
    async def come_in(doors: AsyncExitStack) -> View:
        visitor = await doors.enter_async_context(talk.visiting(place.port, "", "as=executive&lang=en"))
        await visitor.look()
        return lambda region: visitor.choose("region", REGIONS[region])

    return come_in


def _superset(shown: Superset) -> Open:
    api = board.Api(shown.place.port)

    async def come_in(doors: AsyncExitStack) -> View:
        http = httpx2.AsyncClient(
            base_url=api.http.base_url,
            headers=api.http.headers,
            cookies=api.http.cookies,
            timeout=PATIENCE_SECONDS,
            limits=httpx2.Limits(max_connections=AT_ONCE, keepalive_expiry=None),
        )
        await doors.enter_async_context(http)

        async def view(region: int) -> None:
            name = shown.board.regions[region]
            asked = [http.post(path, json=board.narrowed(body, name)) for path, body in shown.board.questions]
            for answer in await asyncio.gather(*asked):
                answer.raise_for_status()

        return view

    return come_in


def _median(seen: Sequence[Seen], of: Callable[[Seen], float]) -> float:
    return statistics.median(map(of, seen))


if __name__ == "__main__":
    sys.exit(main())
