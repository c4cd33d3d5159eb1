"""A state of a page saved under a name, come back to by the menu, shared, and opened as somebody else."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import House, go, settled

pytestmark = pytest.mark.browser


def _save(page: Page, name: str, *, shared: bool = False) -> None:
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save what you see now as").fill(name)
    if shared:
        page.get_by_label("Who may open it").click()
        page.get_by_role("option", name="Everybody who may see").first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(f"Saved as {name}.")).to_be_visible()
    page.keyboard.press("Escape")


def test_a_view_is_saved_and_opened_from_another_page(house: House) -> None:
    page = house.come("complaints", person="executive", severity="high", period="90d")
    _save(page, "Urgent *this* quarter")
    go(page, "Overview")
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


def test_a_shared_view_shows_another_person_their_own_rows(house: House) -> None:
    page = house.come(person="head")
    whole = page.locator(".gh-scope").inner_text().split(" · ")[:2]
    page = house.come("complaints", person="executive", period="90d")
    page.get_by_label("Region").click()
    for place in (0, -1):
        page.get_by_role("option").nth(place).click()
    page.keyboard.press("Escape")
    settled(page)
    _save(page, "Two regions", shared=True)
    page = house.come("satisfaction", person="head")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Two regions · Complaints").click()
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")
    settled(page)
    assert page.locator(".gh-scope").inner_text().split(" · ")[:2] == whole
    expect(page.get_by_test_id("stAlert")).to_contain_text("region=")


def test_who_is_looking_and_in_which_language_survives_the_menu(house: House) -> None:
    page = house.come("complaints", person="head", language="zh_CN")
    page.get_by_role("button", name="视图").click()
    expect(page.get_by_label("将当前所见保存为")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("将当前所见保存为")).to_be_hidden()
    go(page, "满意度")
    page.get_by_role("combobox", name="时间段").click()
    page.get_by_role("option", name="最近 24 个月").click()
    expect(page).to_have_url(re.compile("period=24m"))
    settled(page)
    assert "as=head" in page.url
    assert "lang=zh_CN" in page.url


def test_views_are_reached_on_a_phone_and_by_keyboard(house: House) -> None:
    page = house.come("complaints", person="steward", width=390)
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
