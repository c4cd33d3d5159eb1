"""The matrices in a real browser: a cell opens to its customers by mouse, by keyboard, and by one of its points."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser
SLOW = 30_000


@pytest.fixture
def page(browser: Browser, dashboard: Dashboard) -> Iterator[Page]:
    """The page of the matrices, as an executive sees it."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    opened.goto(dashboard.url("segments", **{"as": "executive"}))
    settled(opened)
    yield opened
    opened.context.close()


def test_a_cell_opens_by_mouse_and_the_next_one_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Customers of Edge").click(position={"x": 100, "y": 40})
    expect(page.get_by_text("Customers · Edge")).to_be_visible(timeout=SLOW)
    assert "view=value_tier.edge" in page.url
    page.get_by_role("button", name="Customers of Edge").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Customers · Lost")).to_be_visible(timeout=SLOW)
    assert "view=value_tier.lost" in page.url
    page.go_back()
    expect(page.get_by_text("Customers · Edge")).to_be_visible(timeout=SLOW)


def test_a_point_opens_the_cell_in_which_it_stands(page: Page) -> None:
    assert "view=" not in page.url
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    chart.locator("svg path[aria-roledescription=point][aria-label*='Dog;']").last.click(force=True)
    expect(page.get_by_text("Customers · Dog")).to_be_visible(timeout=SLOW)
    assert "view=portfolio.dog" in page.url
    expect(page.locator(".gh-cell.is-chosen .name")).to_have_text("Dog", timeout=SLOW)
