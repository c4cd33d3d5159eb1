"""A note in a real browser: the steward writes it, everybody's charts bear it, and it can be taken back."""

import pytest
from playwright.sync_api import Page, expect

from pages.shared.cached import FRESH_SECONDS
from tests.browser.visit import House, card, settled

pytestmark = pytest.mark.browser


CHART, NOTE = "每月订单", "港口关闭"


def _when_fresh(seen: Page, *, noted: bool) -> bool:
    """Whether the chart bears the note as expected; what others have just read is kept for a quarter of a minute."""
    if (card(seen, CHART).get_by_text(NOTE).count() > 0) != noted:
        seen.wait_for_timeout(FRESH_SECONDS * 1_000)
        seen.reload()
        settled(seen)
    return (card(seen, CHART).get_by_text(NOTE).count() > 0) == noted


def test_a_note_stands_on_the_charts_until_it_is_withdrawn(house: House) -> None:
    book = house.come("data_health", person="steward", view="notes")
    book.get_by_text("Write a note").click()
    book.get_by_label("Text in English").fill("The ports were *closed*")
    book.get_by_label("Text in Chinese").fill(NOTE)
    book.get_by_role("button", name="Write", exact=True).click()
    expect(book.get_by_role("table", name="Notes on time axes")).to_contain_text("The ports were *closed*")

    seen = house.come(person="head", language="zh_CN")
    assert _when_fresh(seen, noted=True)
    seen.close()

    book.get_by_text("Withdraw a note").click()
    book.get_by_role("button", name="Withdraw", exact=True).click()
    expect(book.get_by_text("The ports were *closed*")).to_have_count(0)
    assert _when_fresh(house.come(person="executive", language="zh_CN"), noted=False)
