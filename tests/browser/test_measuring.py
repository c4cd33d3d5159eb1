"""What the benchmarks of the pages measure with: a visitor who needs no browser, and a watch that stops when all is drawn."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from playwright.sync_api import Browser

from benchmarks.web import browser as watch
from benchmarks.web import sides, talk
from benchmarks.web.browser import Side
from tests.browser.stage import Dashboard

pytestmark = pytest.mark.browser
Said = TypeVar("Said")


def run(coroutine: Coroutine[None, None, Said]) -> Said:
    """In a thread of its own: in this one Playwright has a loop that runs."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, coroutine).result()


def test_a_visitor_without_a_browser_sees_what_a_click_changes(dashboard: Dashboard) -> None:
    async def visit() -> list[str]:
        port = int(dashboard.address.rpartition(":")[2])
        async with talk.visiting(port, "calls_events", "as=executive&lang=en") as visitor:
            await visitor.look()
            return [(await visitor.choose("region", region)).fingerprint for region in ("R1", "R2", "R1")]

    first, other, again = run(visit())
    assert first == again != other


def test_a_message_of_a_part_that_failed_is_no_view() -> None:
    async def visit() -> None:
        visitor = talk.Visitor(None, "", "")
        message = talk.ForwardMsg()
        message.delta.new_element.markdown.body = f"<div {talk.FAILED}></div>"
        visitor._is_last(message)

    with pytest.raises(talk.PageFailed):
        run(visit())


def test_the_watch_stops_when_all_is_drawn(dashboard: Dashboard, browser: Browser) -> None:
    side = Side("Calls and events", "ours", dashboard.address, "calls_events", {"figures": 4, "charts": 4}, sides.AS)
    with watch.visitor(browser, side) as room:
        page, took = watch.visit(room, side)
        drawn = page.locator('[data-testid="stVegaLiteChart"] svg .mark-group').count()
        assert took > 0 and drawn >= 4
        assert watch.choose(page, side, 0) > 0
        assert "region=R" in page.url
