"""My branch in a real browser: a row is chosen by keyboard, a reason given, and the card shown once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visit import House

pytestmark = pytest.mark.browser
CARD = re.compile(r"Contact card of \S+")


def test_the_head_calls_whoever_is_due_with_a_reason(house: House) -> None:
    page = house.come("my_branch", person="head", height=1200)
    expect(page.locator(".gh-agenda li")).to_have_count(9)
    page.locator("[data-testid=stDataFrame]").first.locator("canvas").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    page.get_by_role("button", name=CARD).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Show the card").click()
    expect(dialog).to_contain_text("without a reason there is no card")
    dialog.get_by_label("Why do you call?").fill("promised to call back")
    page.keyboard.press("Enter")
    phone = dialog.locator("a[href^='tel:']")
    expect(phone).to_have_text(re.compile(r"^\+?\d{6,}$"))
    number = phone.inner_text()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert number not in page.content()


def test_an_executive_reads_the_lists_and_is_offered_no_card(house: House) -> None:
    page = house.come("my_branch", person="executive")
    expect(page.locator(".gh-agenda li")).to_have_count(9)
    assert page.get_by_role("button", name="Contact card").count() == 0
