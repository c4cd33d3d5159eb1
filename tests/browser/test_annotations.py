"""A note in a real browser: the steward writes it, everybody's charts bear it, and it can be taken back."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import House, card

pytestmark = pytest.mark.browser


def test_a_note_stands_on_the_charts_until_it_is_withdrawn(house: House) -> None:
    book = house.come("data_health", person="steward", view="notes")
    book.get_by_text("Write a note").click()
    book.get_by_label("Text in English").fill("The ports were *closed*")
    book.get_by_label("Text in Chinese").fill("港口关闭")
    book.get_by_role("button", name="Write", exact=True).click()
    expect(book.get_by_role("table", name="Notes on time axes")).to_contain_text("The ports were *closed*")

    seen = house.come(person="head", language="zh_CN")
    expect(card(seen, "每月订单")).to_contain_text("港口关闭")
    seen.close()

    book.get_by_text("Withdraw a note").click()
    book.get_by_role("button", name="Withdraw", exact=True).click()
    expect(book.get_by_text("The ports were *closed*")).to_have_count(0)
    seen = house.come(person="executive", language="zh_CN")
    expect(card(seen, "每月订单")).not_to_contain_text("港口关闭")
