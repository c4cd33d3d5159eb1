"""Figures quoted in a meeting are looked at again: the address of an earlier refresh shows them, until one goes back to the present."""

import pytest
from playwright.sync_api import expect

from pages.shared.text import Words
from tests.browser.shell import YEAR, Shell
from tests.browser.visit import House, figure, go, settled

pytestmark = pytest.mark.browser
SAYS = Words()
ASKED = ("complaint.count", *YEAR)


def test_an_earlier_refresh_is_shown_along_the_menu_and_left(house: House, command_line: Shell) -> None:
    passed = sorted(each["refresh_id"] for each in command_line.json("history") if each["state"] == "passed")
    if len(passed) < 2:
        pytest.skip("the demo company given in GATEHOUSE_DEMO_HOME was refreshed but once")
    first, then, now = str(passed[0]), *(command_line.value(*ASKED, *at) for at in (("--at", str(passed[0])), ()))
    assert then < now

    page = house.come("complaints", person="executive", refresh=first)
    banner = page.get_by_test_id("stAlert")
    expect(banner).to_contain_text(f"You look at refresh {first}, published")
    assert figure(page, "Complaints opened") == SAYS.number(then)
    go(page, "Overview")
    expect(banner).to_contain_text(f"You look at refresh {first}, published")
    assert figure(page, "Complaints opened") == SAYS.number(then)
    assert f"refresh={first}" in page.url

    page.get_by_role("button", name="Show the newest").click()
    expect(banner).to_have_count(0)
    settled(page)
    assert figure(page, "Complaints opened") == SAYS.number(now)
    assert "refresh=" not in page.url
    go(page, "Complaints")
    assert figure(page, "Complaints opened") == SAYS.number(now)
