"""The matrices in a real browser: a cell opens to its customers by mouse, by keyboard, and by one of its points."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import House

pytestmark = pytest.mark.browser


@pytest.fixture
def page(house: House) -> Page:
    """The page of the matrices, as an executive sees it."""
    return house.come("segments", person="executive")


def test_a_cell_opens_by_mouse_and_the_next_one_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Customers of Edge").click(position={"x": 100, "y": 40})
    expect(page.get_by_text("Customers · Edge")).to_be_visible()
    assert "view=value_tier.edge" in page.url
    page.get_by_role("button", name="Customers of Edge").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Customers · Lost")).to_be_visible()
    assert "view=value_tier.lost" in page.url
    page.go_back()
    expect(page.get_by_text("Customers · Edge")).to_be_visible()


def test_a_point_opens_the_cell_in_which_it_stands(page: Page) -> None:
    assert "view=" not in page.url
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    point = chart.locator("svg .mark-symbol path").last
    point.hover(force=True)
    told = page.locator("#vg-tooltip-element")
    expect(told).to_be_visible()
    (cell,) = {"Star", "Question", "Cash cow", "Dog"} & set(told.locator("td").all_inner_texts())
    point.click(force=True)
    expect(page.get_by_text(f"Customers · {cell}")).to_be_visible()
    expect(page).to_have_url(re.compile("view=portfolio[.]"))
    expect(page.locator(".gh-cell.is-chosen .name")).to_have_text(cell)
