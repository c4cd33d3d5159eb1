"""A state of a page saved under a name, come back to by the menu, shared, and opened as somebody else."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser


def _come(browser: Browser, dashboard: Dashboard, path: str, *, width: int = 1440, **parameters: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(dashboard.url(path, **parameters))
    settled(page)
    return page


def _save(page: Page, name: str, *, shared: bool = False) -> None:
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save what you see now as").fill(name)
    if shared:
        page.get_by_label("Who may open it").click()
        page.get_by_role("option", name="Everybody who may see").first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(f"Saved as {name}.")).to_be_visible()
    page.keyboard.press("Escape")


def test_a_view_is_saved_and_opened_from_another_page(browser: Browser, dashboard: Dashboard) -> None:
    page = _come(
        browser, dashboard, "complaints", **{"as": "executive", "lang": "en", "severity": "high", "period": "90d"}
    )
    _save(page, "Urgent *this* quarter")
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".gh-head h1")).to_have_text("Overview")
    settled(page)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Urgent *this* quarter · Complaints", exact=True).click()
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")
    settled(page)
    expect(page.locator(".gh-scope")).to_contain_text("1 Jan – 31 Mar 2026 · Severity: High")
    assert "severity=high" in page.url
    assert "as=executive" in page.url
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Delete Urgent").click()
    expect(page.get_by_role("button", name="Urgent")).to_have_count(0)
    page.context.close()


def test_a_shared_view_shows_another_person_their_own_rows(browser: Browser, dashboard: Dashboard) -> None:
    page = _come(browser, dashboard, "", **{"as": "head"})
    whole = page.locator(".gh-scope").inner_text().split(" · ")[:2]
    page.context.close()
    page = _come(browser, dashboard, "complaints", **{"as": "executive", "period": "90d"})
    page.get_by_label("Region").click()
    for place in (0, -1):
        page.get_by_role("option").nth(place).click()
    page.keyboard.press("Escape")
    settled(page)
    _save(page, "Two regions", shared=True)
    page.context.close()
    page = _come(browser, dashboard, "satisfaction", **{"as": "head"})
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Two regions · Complaints").click()
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")
    settled(page)
    assert page.locator(".gh-scope").inner_text().split(" · ")[:2] == whole
    expect(page.get_by_test_id("stAlert")).to_contain_text("region=")
    page.context.close()


def test_who_is_looking_and_in_which_language_survives_the_menu(browser: Browser, dashboard: Dashboard) -> None:
    page = _come(browser, dashboard, "complaints", **{"as": "head", "lang": "zh_CN"})
    page.get_by_role("button", name="视图").click()
    expect(page.get_by_label("将当前所见保存为")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("将当前所见保存为")).to_be_hidden()
    page.get_by_role("link", name="满意度").click()
    expect(page.locator(".gh-head h1")).to_have_text("满意度")
    settled(page)
    assert "as=head" in page.url
    assert "lang=zh_CN" in page.url
    page.context.close()


def test_views_are_reached_on_a_phone_and_by_keyboard(browser: Browser, dashboard: Dashboard) -> None:
    page = _come(browser, dashboard, "complaints", width=390, **{"as": "steward"})
    page.get_by_test_id("stExpandSidebarButton").click()
    views = page.get_by_role("button", name="Views")
    views.focus()
    page.keyboard.press("Enter")
    name = page.get_by_label("Save what you see now as")
    expect(name).to_be_visible()
    name.fill("On the way")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as On the way.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
