"""Pages in a real browser: how long until everything on them is drawn, told by the page itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import httpx2
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks.web import board
from tests.browser.install import browser as installed

Kind = Literal["ours", "empty", "superset"]
Cookies = Mapping[str, str]
"""Values by name."""
PATIENCE = 90_000
SETTLES = 1_500
"""Milliseconds for the page come from to come to rest."""
SIZE = ViewportSize(width=1400, height=1300)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
LINE = {"offline": False, "latency": 40, "downloadThroughput": 20 * 125_000, "uploadThroughput": 20 * 125_000}
"""A line of 20 Mbit/s and 40 ms."""


@dataclass(frozen=True)
class Side:
    """A page to be opened: its title, whose, where, and how many figures and charts it has at least."""

    title: str
    kind: Kind
    address: str
    path: str
    expects: Mapping[str, int] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    cookies: Cookies = field(default_factory=dict)
    elsewhere: str = "elsewhere"

    def url(self, path: str) -> str:
        """One of its pages."""
        return f"{self.address}/{path}{f'?{urlencode(self.query)}' if self.query else ''}"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; `make browser` installs one."""
    with sync_playwright() as played:
        opened = played.chromium.launch(executable_path=installed(), args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def visitor(opened: Browser, side: Side) -> Iterator[BrowserContext]:
    """Somebody who has never been there: nothing of it is kept in the browser."""
    room = opened.new_context(viewport=SIZE, ignore_https_errors=True, locale="en-GB", timezone_id="Asia/Shanghai")
    room.add_cookies([{"name": name, "value": value, "url": side.address} for name, value in side.cookies.items()])
    room.add_init_script(f"window.benchKind = '{side.kind}'; window.benchExpects = {dict(side.expects)!r};")
    room.add_init_script(_probe())
    yield room
    room.close()


def visit(room: BrowserContext, side: Side, *, is_far: bool = False) -> tuple[Page, float]:
    """Open the page; the milliseconds until all of it was drawn. Over a line of 20 Mbit/s where it `is_far`."""
    page = room.new_page()
    if is_far:
        line = room.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", LINE)
    page.goto(side.url(side.path), wait_until="commit")
    return page, drawn(page)


def clicked(page: Page, click: Callable[[], object]) -> float:
    """The milliseconds from a click until the page says something else, and all of that is drawn."""
    page.evaluate("window.bench.arm()")
    click()
    return drawn(page)


def drawn(page: Page) -> float:
    """Wait until the page is drawn; the milliseconds it took from the click, or from the beginning."""
    page.wait_for_function("() => window.bench && window.bench.took !== null", timeout=PATIENCE, polling=50)
    return float(page.evaluate("window.bench.took"))


def choose(page: Page, side: Side, place: int) -> float:
    """Choose one region more, that in this place; milliseconds from the last click that it takes."""
    return _choose_in_superset(page, place) if side.kind == "superset" else _choose_in_streamlit(page)


def move(page: Page, side: Side) -> float:
    """From another page of the same product to this one, by its own menu."""
    page.goto(side.url(side.elsewhere))
    link = page.get_by_role("link", name=side.title, exact=True).first
    link.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(SETTLES)
    return clicked(page, link.click)


def signed_in(address: str) -> Cookies:
    """The cookies of Superset's administrator."""
    with httpx2.Client(base_url=address, follow_redirects=True) as http:
        form = http.get("/login/").text
        token = form.partition("csrf_token")[2].partition('value="')[2].partition('"')[0]
        http.post("/login/", data={"username": board.PERSON, "password": board.PERSON, "csrf_token": token})
        return dict(http.cookies.items())


def _choose_in_streamlit(page: Page) -> float:
    """The first of the regions that are left; above them stands one line for all."""
    page.locator('[data-testid="stMultiSelect"]').first.get_by_role("combobox").focus()
    page.keyboard.press("ArrowDown")
    option = page.get_by_role("option").nth(1)
    option.wait_for()
    took = clicked(page, option.click)
    page.keyboard.press("Escape")
    return took


def _choose_in_superset(page: Page, place: int) -> float:
    page.locator('[data-test="form-item-value"] .ant-select').first.click()
    option = page.locator(".ant-select-item-option").nth(place)
    option.wait_for()
    option.click()
    page.keyboard.press("Escape")
    return clicked(page, page.locator('[data-test="filter-bar__apply-button"]').click)


@cache
def _probe() -> str:
    return Path(__file__).with_name("probe.js").read_text("utf-8")
