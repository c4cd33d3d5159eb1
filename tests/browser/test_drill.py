"""A mark is clicked in a real browser: the page is narrowed, the address says so, and the way back works."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import STANDS_STILL, House, card, settled

pytestmark = pytest.mark.browser
DRAWN = """() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg')].map(svg => {
    const told = group => [...group.querySelectorAll('text')].map(each => [each.getBoundingClientRect(), each.textContent]);
    const axes = [...svg.querySelectorAll('.role-axis-label')].map(told);
    const inOrder = axes.map(axis => axis.sort(([a], [b]) => a.x + a.y - b.x - b.y).map(([, said]) => said));
    return [inOrder, [...svg.querySelectorAll('.role-mark')].flatMap(told).map(([, said]) => said).sort()];
})"""
"""What stands along the axes of each drawing, in the order in which it is seen, and what is written on its marks."""


def _narrowed(page: Page, said: str) -> None:
    expect(page.locator(".gh-scope")).to_contain_text(said)
    settled(page)


def test_a_click_narrows_the_page_and_going_back_widens_it(house: House) -> None:
    page = house.come("complaints", person="executive")
    about = card(page, "What complaints are about")
    bar = about.locator("svg .mark-rect path").first
    name = about.locator("svg .role-axis-label text").first.text_content()
    bar.scroll_into_view_if_needed()
    bar.hover()
    expect(about.locator("svg").first).to_have_css("cursor", "pointer")
    bar.click()
    _narrowed(page, f"Category: {name}")
    assert "category=" in page.url
    chip = page.get_by_role("button", name=f"Category: {name}")
    expect(chip).to_be_visible()
    page.go_back()
    expect(chip).to_have_count(0)
    settled(page)
    assert "category=" not in page.url
    page.go_forward()
    _narrowed(page, f"Category: {name}")
    chip.click()
    expect(chip).to_have_count(0)
    settled(page)
    assert "category=" not in page.url


def test_marks_move_to_what_is_chosen_and_stand_as_if_drawn_anew(house: House, regions: list[str]) -> None:
    page = house.come("lead_sources", person="executive")
    page.evaluate(
        "() => document.querySelectorAll('[data-testid=stVegaLiteChart] svg').forEach(e => e.dataset.stays = 1)"
    )
    page.get_by_label("Region").click()
    page.get_by_role("option", name=regions[0]).click()
    page.keyboard.press("Escape")
    _narrowed(page, regions[0])
    page.evaluate(STANDS_STILL)
    moved = page.evaluate(DRAWN)
    (region,) = parse_qs(urlsplit(page.url).query)["region"]
    anew = house.come("lead_sources", person="executive", region=region)
    expect(anew.get_by_test_id("stVegaLiteChart").locator("svg")).to_have_count(len(moved))
    settled(anew)
    anew.evaluate(STANDS_STILL)
    assert moved == anew.evaluate(DRAWN)
    assert page.locator("[data-stays]").count() >= len(moved) - 2


def test_a_row_is_chosen_by_keyboard(house: House) -> None:
    page = house.come("complaints", person="executive")
    table = card(page, "What complaints are about").get_by_role("button", name="Table")
    table.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox", name="Narrow the page to")
    expect(box).to_be_visible()
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    _narrowed(page, "Category: ")
    assert "category=" in page.url


def test_a_band_stands_for_no_month_and_a_point_for_one(house: House) -> None:
    page = house.come(person="executive")
    before = page.url
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    band = chart.locator("svg .mark-area path").first.bounding_box()
    assert band is not None
    page.mouse.click(band["x"] + band["width"] / 2, band["y"] + 3)
    chart.locator("svg .mark-symbol").first.hover(force=True)  # whatever the click had done would have begun by now
    settled(page)
    assert page.url == before
    chart.locator("svg .mark-symbol").first.locator("path").nth(4).dispatch_event("click")
    expect(page.get_by_role("button", name="Period: ")).to_be_visible()
    settled(page)
    assert "period=" in page.url


def test_a_name_in_a_table_leads_to_its_page(house: House) -> None:
    page = house.come(person="executive", compare="year")
    region = card(page, "Scorecard by region").locator("td a").nth(1)
    name = region.inner_text()
    region.focus()
    page.keyboard.press("Enter")
    _narrowed(page, f"{name} · ")
    assert "region=" in page.url
    assert "compare=year" in page.url
    expect(page.get_by_role("button", name=f"Region: {name}")).to_be_visible()


def test_a_part_of_the_promises_lists_its_complaints(house: House) -> None:
    page = house.come("complaints", person="executive")
    card(page, "Promises kept").locator("svg .mark-rect path").nth(1).click(force=True)  # its own text lies on it
    expect(page.get_by_test_id("stToast")).to_contain_text("Closed late")
    settled(page)
    assert "view=breached_closed" in page.url
    cases = card(page, "The complaints behind these figures")
    expect(cases.get_by_role("radio", name="Closed late")).to_be_checked()
    cases.get_by_role("radio", name="All").click()
    page.wait_for_url(lambda url: "view=" not in url)


def test_a_dumbbell_stands_for_its_region(house: House) -> None:
    page = house.come("complaints", person="executive")
    card(page, "Orders after a complaint").locator("svg .mark-symbol.role-mark path").last.click(force=True)
    expect(page.get_by_role("button", name="Region: ")).to_be_visible()
    settled(page)
    assert "region=" in page.url
