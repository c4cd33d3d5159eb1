"""A mark is clicked in a real browser: the page is narrowed, the address says so, and the way back works."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser


def _opened(browser: Browser, dashboard: Dashboard, screen: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    page.goto(dashboard.url(screen, **{"as": "executive", "lang": "en"}))
    settled(page)
    return page


def _card(page: Page, title: str) -> Locator:
    return page.locator(".stGridCell").filter(has=page.get_by_text(title, exact=True)).last


def _narrowed(page: Page, said: str) -> None:
    expect(page.locator(".gh-scope")).to_contain_text(said, timeout=30_000)
    settled(page)


def test_a_click_narrows_the_page_and_going_back_widens_it(browser: Browser, dashboard: Dashboard) -> None:
    page = _opened(browser, dashboard, "complaints")
    bar = _card(page, "What complaints are about").locator("svg .mark-rect path").first
    name = str(bar.get_attribute("aria-label")).split("label: ")[1].split(";")[0]
    bar.scroll_into_view_if_needed()
    bar.hover()
    canvas = _card(page, "What complaints are about").locator("svg").first
    expect(canvas).to_have_css("cursor", "pointer")
    bar.click()
    _narrowed(page, f"Category: {name}")
    assert "category=" in page.url
    chip = page.get_by_role("button", name=f"Category: {name}")
    expect(chip).to_be_visible()
    page.go_back()
    expect(chip).to_have_count(0, timeout=30_000)
    settled(page)
    assert "category=" not in page.url
    page.go_forward()
    _narrowed(page, f"Category: {name}")
    chip.click()
    expect(chip).to_have_count(0, timeout=30_000)
    settled(page)
    assert "category=" not in page.url
    page.context.close()


def test_a_row_is_chosen_by_keyboard(browser: Browser, dashboard: Dashboard) -> None:
    page = _opened(browser, dashboard, "complaints")
    table = _card(page, "What complaints are about").get_by_role("button", name="Table")
    table.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox", name="Narrow the page to")
    expect(box).to_be_visible(timeout=30_000)
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    _narrowed(page, "Category: ")
    assert "category=" in page.url
    page.context.close()


def test_a_band_stands_for_no_month_and_a_point_for_one(browser: Browser, dashboard: Dashboard) -> None:
    page = _opened(browser, dashboard, "")
    before = page.url
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    band = chart.locator("svg .mark-area path").first.bounding_box()
    assert band is not None
    page.mouse.click(band["x"] + band["width"] / 2, band["y"] + 3)
    page.wait_for_timeout(1_000)
    settled(page)
    assert page.url == before
    chart.locator("svg .mark-symbol").first.locator("path").nth(4).dispatch_event("click")
    expect(page.get_by_role("button", name="Period: ")).to_be_visible(timeout=30_000)
    settled(page)
    assert "period=" in page.url
    page.context.close()
