"""Ways in and about: the door, the address, the menu, the language, what a page is compared with, earlier refreshes, the keyboard."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.stage import Dashboard
from tests.browser.visit import House, card, go, room, settled

pytestmark = pytest.mark.browser


def test_the_address_holds_the_state_and_going_back_brings_it_back(house: House) -> None:
    page = house.come("complaints", person="executive", period="90d", severity="high")
    scope = page.locator(".gh-scope")
    expect(scope).to_contain_text("1 Jan – 31 Mar 2026")
    expect(scope).to_contain_text("Severity: High")
    go(page, "Satisfaction")
    expect(scope).to_contain_text("1 Jan – 31 Mar 2026")
    assert "period=90d" in page.url
    page.reload()
    settled(page)
    expect(scope).to_contain_text("1 Jan – 31 Mar 2026")


def test_what_is_wrong_in_the_address_is_named(house: House) -> None:
    page = house.come("complaints", person="head", region="nowhere", period="tomorrow", refresh="77")
    for wrong in ("region=nowhere", "period=tomorrow", "refresh=77"):
        expect(page.get_by_test_id("stAlert")).to_contain_text(wrong)


def test_a_region_and_another_comparison_are_chosen_in_the_sidebar(house: House) -> None:
    page = house.come("complaints", person="executive", period="90d")
    scope = page.locator(".gh-scope")
    expect(scope).to_contain_text("6 regions")
    page.get_by_role("combobox", name="Compared with").click()
    page.get_by_role("option", name="The same period a year before").click()
    expect(scope).to_contain_text("a year before")
    page.get_by_label("Region").click()
    region = page.get_by_role("option").nth(1)
    name = region.inner_text()
    region.click()
    expect(scope).to_contain_text(name)
    page.keyboard.press("Escape")
    settled(page)
    assert "compare=year" in page.url
    assert "region=" in page.url


def test_the_language_is_switched_where_one_stands(house: House) -> None:
    page = house.come("complaints", person="executive", severity="high")
    page.get_by_role("radio", name="简体中文").click()
    expect(page.locator(".gh-head h1")).to_have_text("投诉处理")
    settled(page)
    assert "lang=zh_CN" in page.url
    assert "severity=high" in page.url


def test_a_figure_is_explained_by_keyboard(house: House) -> None:
    page = house.come("complaints", person="executive")
    page.get_by_role("button", name="About this figure").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("What not to conclude")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Guarded by \d+ checks"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("What not to conclude")).to_be_hidden()


def test_the_months_on_an_axis_do_not_depend_on_where_the_reader_sits(
    browser: Browser, dashboard: Dashboard, house: House
) -> None:
    def months(seen: House) -> str | None:
        orders = card(seen.come(person="executive"), "Orders by month")
        return orders.locator("svg .role-axis-label").first.text_content()

    with room(browser, timezone_id="Pacific/Auckland") as far:
        assert months(House(dashboard, far)) == months(house) != ""


def test_a_deep_link_opens_its_page(house: House) -> None:
    expect(house.come("overview", person="executive").locator(".gh-head h1")).to_have_text("Overview")


def test_without_a_name_there_is_the_door_and_nothing_else(house: House) -> None:
    page = house.room.new_page()
    page.goto(house.dashboard.url("complaints"))
    expect(page.get_by_role("button", name="Come in as Branch head")).to_be_visible()
    assert page.locator(".gh-tile, [data-testid=stVegaLiteChart]").count() == 0
    page.get_by_role("button", name="Come in as Branch head").click()
    settled(page)
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")


def test_a_page_file_by_itself_shows_nothing(house: House, plain_dashboard: Dashboard) -> None:
    """A cold server runs pages/overview.py without the front door: it only defines, so there is nothing to see."""
    page = house.room.new_page()
    page.goto(plain_dashboard.url("overview", **{"as": "executive"}))
    page.wait_for_selector(".stApp[data-test-script-state=notRunning]")
    assert page.locator(".gh-head, .gh-tile, [data-testid=stVegaLiteChart]").count() == 0
