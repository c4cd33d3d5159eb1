"""Comments in a real browser: counted for everybody, read by the head of the branch with a reason, once."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import House, card

pytestmark = pytest.mark.browser


def test_the_head_reads_what_a_customer_wrote(house: House) -> None:
    page = house.come("satisfaction", person="head", height=1200)
    wrote = card(page, "What customers wrote")
    wrote.locator("[data-testid=stDataFrame] canvas").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    wrote.get_by_role("button", name="Read the comments of").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Show the comments").click()
    expect(dialog).to_contain_text("without a reason nothing is shown")
    dialog.get_by_label("Why do you read them?").fill("to mend what is wrong")
    page.keyboard.press("Enter")
    said = dialog.locator(".gh-words").first
    expect(said).to_be_visible()
    words = said.inner_text()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert words and words not in page.content()


def test_an_executive_sees_how_many_there_are(house: House) -> None:
    page = house.come("satisfaction", person="executive")
    expect(card(page, "Answers with a comment").locator(".gh-tells")).to_contain_text("in all; most for")
    expect(page.get_by_text("What customers wrote")).to_have_count(0)
    assert page.get_by_role("button", name="Read the comments").count() == 0
