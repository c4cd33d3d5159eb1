"""Ten questions of people who are new here, each answered in at most three clicks, with the figure that the command line gives."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.shared.text import Words
from tests.browser.shell import YEAR, Shell
from tests.browser.visit import House, card, figure, settled, tile

pytestmark = pytest.mark.browser
HEAD = ("--as", "head@demo")
SAYS = Words()
CLICKS = 3


@dataclass
class Newcomer:
    """Somebody who looks for an answer, and does not click four times for it."""

    page: Page
    clicks: list[str] = field(default_factory=list)

    def click(self, what: Locator) -> None:
        """Click and wait for what comes."""
        self.clicks.append(str(what))
        assert len(self.clicks) <= CLICKS, self.clicks
        what.click()

    def open(self, title: str) -> None:
        """Another page, by the menu."""
        self.click(self.page.get_by_role("link", name=title, exact=True))
        expect(self.page.locator(".gh-head h1")).to_have_text(title)
        settled(self.page)


@pytest.fixture
def executive(house: House) -> Newcomer:
    """A new executive, on the first page."""
    return Newcomer(house.come(person="executive"))


@pytest.fixture
def head(house: House) -> Newcomer:
    """A new head of a region's branches, on the first page."""
    return Newcomer(house.come(person="head"))


@pytest.fixture
def steward(house: House) -> Newcomer:
    """A new data steward, on the first page."""
    return Newcomer(house.come(person="steward"))


def test_how_many_customers_order_again_and_is_that_unusual(executive: Newcomer, command_line: Shell) -> None:
    value = command_line.value("five.repeat_rate", *YEAR)
    assert figure(executive.page, "Repeat rate") == SAYS.percent(value)
    executive.click(executive.page.get_by_role("radio", name="Repeat rate"))
    told = card(executive.page, "Repeat rate").locator(".gh-tells").first
    expect(told).to_contain_text("usual variation")


def test_how_many_complaints_are_closed_in_time_and_how_many_should_be(
    executive: Newcomer, command_line: Shell
) -> None:
    executive.open("Complaints")
    value = command_line.value("complaint.sla_rate", *YEAR)
    assert figure(executive.page, "Closed in time") == SAYS.percent(value)
    expect(tile(executive.page, "Closed in time")).to_contain_text("target: at least")


def test_which_source_brings_leads_that_order(executive: Newcomer, command_line: Shell) -> None:
    executive.open("Lead sources")
    rows = [row for row in command_line.figure("lead.conversion_90", "--by", "source", *YEAR) if "value" in row]
    best = max(row["value"] for row in rows)
    told = card(executive.page, "Conversion within 90 days, by source").locator(".gh-tells").inner_text()
    assert f"({SAYS.percent(best)}, n " in told.split("lowest")[0]


def test_how_much_do_the_best_fifth_of_customers_bring(executive: Newcomer, command_line: Shell) -> None:
    executive.open("Retention")
    value = command_line.value("matrix.pareto_top20", *YEAR)
    assert figure(executive.page, "Revenue of the top 20 %") == SAYS.percent(value)


def test_what_do_most_customers_complain_of_and_which_cases_are_these(executive: Newcomer, command_line: Shell) -> None:
    executive.open("Complaints")
    executive.click(card(executive.page, "What complaints are about").locator("svg .mark-rect path").first)
    expect(executive.page.locator(".gh-scope")).to_contain_text("Category: ")
    settled(executive.page)
    most = max(command_line.figure("complaint.count", "--by", "category", *YEAR), key=lambda row: row["value"])
    assert f"category={most['by']['category']}" in executive.page.url
    cases = card(executive.page, "The complaints behind these figures")
    expect(cases).to_contain_text("cases in this choice")
    assert figure(executive.page, "Complaints opened") == SAYS.number(most["value"])


def test_what_is_to_be_done_today(head: Newcomer, command_line: Shell) -> None:
    head.open("My branch")
    parts = {row["by"]["part"]: row["value"] for row in command_line.figure("complaint.backlog_due", *HEAD)}
    overdue = head.page.locator(".gh-agenda li", has_text="Complaints overdue").locator("b")
    expect(overdue).to_have_text(SAYS.number(parts.get("overdue", 0)))


def test_how_many_of_those_asked_have_answered_us(head: Newcomer, command_line: Shell) -> None:
    head.open("Satisfaction")
    value = command_line.value("survey.response_rate", *YEAR, *HEAD)
    assert figure(head.page, "Response rate") == SAYS.percent(value)


def test_do_our_customers_wait_longer_for_a_solution_than_a_year_ago(head: Newcomer, command_line: Shell) -> None:
    head.open("Complaints")
    head.click(head.page.get_by_label("Compared with"))
    head.click(head.page.get_by_role("option", name="The same period a year before"))
    expect(head.page.locator(".gh-scope")).to_contain_text("a year before")
    settled(head.page)
    hours = command_line.value("complaint.resolution", *YEAR, *HEAD, column="median")
    assert figure(head.page, "Time to resolve") == SAYS.duration(hours, "hours")


def test_did_everything_arrive_and_was_anything_refused(steward: Newcomer, command_line: Shell) -> None:
    steward.open("Data health")
    refreshes = command_line.json("history")
    arrived, refused = (SAYS.number(sum(each[fate] for each in refreshes)) for fate in ("delivered", "quarantined"))
    rows = tile(steward.page, "Rows delivered, newest refreshes")
    expect(rows.locator(".gh-figure")).to_have_text(arrived)
    expect(rows).to_contain_text(f"{refused} quarantined")


def test_what_does_closed_in_time_mean_and_where_does_it_come_from(steward: Newcomer, command_line: Shell) -> None:
    steward.open("Complaints")
    about = steward.page.locator(".stGridCell").filter(has=tile(steward.page, "Closed in time")).last
    steward.click(about.get_by_role("button", name="About this figure"))
    opened = steward.page.get_by_test_id("stPopoverBody")
    meaning = command_line.json("metrics", "complaint.sla_rate")["meaning"]["en"]
    expect(opened).to_contain_text(meaning.split(". ")[0])
    steward.click(opened.get_by_role("tab", name="Made from"))
    expect(opened).to_contain_text("It comes from ")
