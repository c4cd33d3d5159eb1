"""Going about the pages as people do: come in once, then from page to page by the menu. Waits are for conditions, never for time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.stage import HOUSE, Dashboard

SLOW = 60_000
"""Milliseconds that a page may take on a machine that has other things to do."""
WIDTHS = {"desktop": 1440, "phone": 390}
TALL = {WIDTHS["desktop"]: 6_000, WIDTHS["phone"]: 14_000}
"""Higher than the longest page: all of it is laid out, looked at and photographed at once."""
SCREENSHOTS = HOUSE / "build" / "screenshots"

RESTS = """() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('[data-testid="stVegaLiteChart"], [data-testid="stGraphVizChart"] svg, .gh-nothing, .gh-agenda, [data-testid="stFileUploader"]')
    && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
        .every(chart => chart.querySelector('svg .mark-group path'))"""
STANDS_STILL = """() => new Promise(resolve => {
    const now = () => [document.querySelector('[data-testid="stMain"]').scrollHeight,
        ...[...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg')].map(each => each.clientWidth)].join();
    let [last, since] = [now(), performance.now()];
    const look = () => {
        if (now() !== last) [last, since] = [now(), performance.now()];
        performance.now() - since > 250 ? resolve() : requestAnimationFrame(look);
    };
    look();
})"""


def settled(page: Page) -> None:
    """Wait until the script has ended and every chart on the page is drawn."""
    page.wait_for_selector(".gh-head", timeout=SLOW)
    page.wait_for_function(RESTS, timeout=SLOW)


def unrolled(page: Page, width: int) -> None:
    """Give the page this width and all the height it needs, and wait until its charts have found their size."""
    page.set_viewport_size({"width": width, "height": TALL[width]})
    settled(page)
    page.evaluate(STANDS_STILL)


def photograph(page: Page, name: str) -> None:
    """Keep the page as it stands, whole, under build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    content = page.evaluate("document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight")
    whole = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], content)}
    page.screenshot(path=SCREENSHOTS / f"{name}.png", clip=whole)


def go(page: Page, title: str) -> None:
    """To another page by the menu."""
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.locator(".gh-head h1")).to_have_text(title)
    settled(page)


def card(page: Page, title: str) -> Locator:
    """The card with this title."""
    cards = page.locator(".stGridCell, .stVerticalBlock[class*=st-key-card]")
    return cards.filter(has=page.locator(".gh-title").get_by_text(title, exact=True)).last


def tile(page: Page, label: str) -> Locator:
    """The tile with this label."""
    return page.locator(".gh-tile").filter(has=page.locator(".gh-label").get_by_text(label, exact=True))


def figure(page: Page, label: str) -> str:
    """What the tile with this label shows."""
    return tile(page, label).locator(".gh-figure").inner_text()


@contextmanager
def room(browser: Browser, **kind: str) -> Iterator[BrowserContext]:
    """A browser whose files are kept from page to page; who is looking stands in each page's own address."""
    opened = browser.new_context(locale="en-GB", accept_downloads=True, **kind)
    yield opened
    opened.close()


@dataclass(frozen=True)
class House:
    """Where visitors come in: `come` opens a page, and the pages opened are closed together."""

    dashboard: Dashboard
    room: BrowserContext

    def come(
        self,
        screen: str = "",
        *,
        person: str,
        language: str = "en",
        theme: str = "light",
        width: int = WIDTHS["desktop"],
        height: int = 900,
        **parameters: str,
    ) -> Page:
        """A page as `person` sees it, settled."""
        page = self.room.new_page()
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": height})
        page.goto(self.dashboard.url(screen, **{"as": person, "lang": language, **parameters}))
        settled(page)
        return page

    def leave(self) -> None:
        """Close every page."""
        for page in self.room.pages:
            page.close()
