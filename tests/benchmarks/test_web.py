"""What the benchmarks of the pages make of what they measure: a goal missed is an error, and so is a server that does not start."""

import asyncio
import sys
from contextlib import AsyncExitStack

import pytest

from benchmarks.web import board, clicks, places, users, visits
from benchmarks.web.users import Seen
from serve import SCREENS

VISITS = {
    ("new visit", "ours"): [400.0, 440.0, 900.0],
    ("new visit", "superset"): [1_000.0],
    ("new visit", "empty"): [300.0],
    ("cold", "ours"): [600.0],
    ("cold", "superset"): [1_000.0],
    ("page to page", "ours"): [300.0],
    ("page to page", "superset"): [1_000.0],
    ("first after a restart", "ours"): [460.0],
    ("later", "ours"): [400.0],
}
CLICKS = {"ours": [150.0], "superset": [800.0], "empty": [60.0]}
COSTS = {**{page: [10.0] for page in SCREENS}, "complaints": [12.0], "empty": [4.0], "superset": [120.0]}


def test_visits_as_quick_as_they_may_be() -> None:
    assert visits.told(VISITS) == 0


@pytest.mark.parametrize("what", [key for key in VISITS if key[1] == "ours" and key[0] != "later"])
def test_a_slower_visit_is_an_error(what: tuple[str, str]) -> None:
    assert visits.told({**VISITS, what: [2 * each for each in VISITS[what]]}) == 1


def test_clicks_as_quick_as_they_may_be() -> None:
    assert clicks.told(CLICKS, COSTS) == 0


@pytest.mark.parametrize(
    ("drawn", "cost"),
    [({"ours": [170.0]}, {}), ({"empty": [50.0]}, {}), ({}, {"retention": [12.1]}), ({}, {"superset": [99.0]})],
    ids=["slow beside Superset", "slow beside an empty page", "a page beside an empty one", "a page beside Superset"],
)
def test_a_slower_click_is_an_error(drawn: dict[str, list[float]], cost: dict[str, list[float]]) -> None:
    assert clicks.told({**CLICKS, **drawn}, {**COSTS, **cost}) == 1


def test_a_crowd_counts_every_view_and_those_that_fail() -> None:
    views = iter(range(1_000_000))

    async def come_in(doors: AsyncExitStack) -> users.View:
        async def view(region: int) -> None:
            await asyncio.sleep(0.01)
            if next(views) % 10 == 0:
                raise TimeoutError

        return view

    seen = asyncio.run(users.crowd(come_in, 4, 0.2, 0.0))
    assert seen.failed == -(-len(seen.seconds) // 10) > 0
    assert 10 <= seen.at(50) <= seen.at(95) and seen.a_second < 400


def test_so_many_in_a_hundred_were_drawn_within() -> None:
    seen = Seen([each / 1_000 for each in range(1, 101)], 1.0, 0)
    assert (seen.at(50), seen.at(95)) == (51, 96)


def test_a_question_narrowed_leaves_the_whole_one_as_it_is() -> None:
    whole = {"queries": [{"filters": [board.ALL_TIME]}]}
    narrowed = board.narrowed(whole, "North")
    assert [each["val"] for each in narrowed["queries"][0]["filters"]] == ["No filter", ["North"]]
    assert whole == {"queries": [{"filters": [board.ALL_TIME]}]}


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="there is no such house"):
        places.served([sys.executable, "-c", "raise SystemExit('there is no such house')"]).__enter__()
