"""Every page in a real browser, for each of the three people, in both languages: no error, no missing word, a drawn chart."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.shared.text import translations
from tests.browser.conftest import HOUSE, Dashboard, settled

pytestmark = pytest.mark.browser
SCREENS = (
    "",
    "lead_sources",
    "calls_events",
    "segments",
    "complaints",
    "satisfaction",
    "retention",
    "my_branch",
    "data_health",
    "metrics",
)
PEOPLE = ("executive", "head", "steward")
SCREENSHOTS = HOUSE / "build" / "screenshots"
LONG_ENOUGH_TO_BE_A_SENTENCE = 14


def _looked_at(browser: Browser, *, width: int = 1440, theme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        timezone_id="America/Los_Angeles",
        locale="en-GB",
    )
    return context.new_page()


def _photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(height + 20, 6000)})
    settled(page)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_whole(browser: Browser, dashboard: Dashboard, person: str, language: str) -> None:
    page = _looked_at(browser)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    for screen in SCREENS:
        page.goto(dashboard.url(screen, **{"as": person, "lang": language}))
        settled(page)
        text = page.inner_text("body")
        assert page.locator(".is-failed, [data-testid=stException]").count() == 0, f"{screen}: {text[:500]}"
        assert page.locator("[data-testid=stVegaLiteChart], [data-testid=stGraphVizChart]").count() >= 1, screen
        if language == "zh_CN":
            sentences = (message for message in translations("zh_CN")._catalog if isinstance(message, str))
            untold = [said for said in sentences if len(said) > LONG_ENOUGH_TO_BE_A_SENTENCE and said in text]
            assert untold == [], screen
        _photograph(page, f"{screen or 'overview'}-{person}-{language}")
    assert broken == []
    page.context.close()


def test_a_branch_head_reads_of_one_region_alone(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("", **{"as": "executive"}))
    settled(page)
    everywhere = page.locator(".gh-table tbody tr td:first-child").all_inner_texts()[1:]
    assert len(everywhere) >= 2
    for screen in SCREENS:
        page.goto(dashboard.url(screen, **{"as": "head"}))
        settled(page)
        text = page.inner_text("body")
        assert len([region for region in everywhere if region in text]) <= 1, screen
    page.context.close()


def test_the_address_holds_the_state_and_going_back_brings_it_back(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("complaints", **{"as": "executive", "period": "90d", "severity": "high"}))
    settled(page)
    expect(page.locator(".gh-scope")).to_contain_text("1 Jan – 31 Mar 2026")
    expect(page.locator(".gh-scope")).to_contain_text("Severity: High")
    page.get_by_role("link", name="Satisfaction").click()
    expect(page.locator(".gh-head h1")).to_have_text("Satisfaction")
    settled(page)
    expect(page.locator(".gh-scope")).to_contain_text("1 Jan – 31 Mar 2026")
    assert "period=90d" in page.url
    page.reload()
    settled(page)
    expect(page.locator(".gh-scope")).to_contain_text("1 Jan – 31 Mar 2026")
    page.context.close()


def test_what_is_wrong_in_the_address_is_named(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("complaints", **{"as": "head", "region": "nowhere", "period": "tomorrow"}))
    settled(page)
    expect(page.get_by_test_id("stAlert")).to_contain_text("region=nowhere")
    expect(page.get_by_test_id("stAlert")).to_contain_text("period=tomorrow")
    page.context.close()


def test_a_figure_is_explained_by_keyboard(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("complaints", **{"as": "executive"}))
    settled(page)
    about = page.get_by_role("button", name=re.compile("About this figure")).first
    about.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("What not to conclude")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Guarded by \d+ checks"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("What not to conclude")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, dashboard: Dashboard, screen: str) -> None:
    page = _looked_at(browser, width=390)
    page.goto(dashboard.url(screen, **{"as": "executive"}))
    settled(page)
    page.wait_for_function(  # charts are drawn once more when their card has found its width
        """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
            .every(element => element.scrollWidth <= 390)""",
        timeout=10_000,
    )
    _photograph(page, f"{screen or 'overview'}-phone")
    page.context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_dark_theme_is_dark(browser: Browser, dashboard: Dashboard, screen: str) -> None:
    page = _looked_at(browser, theme="dark")
    page.goto(dashboard.url(screen, **{"as": "executive"}))
    settled(page)
    card = page.locator("[class*=st-key-card].stGrid > .stGridCell, .stVerticalBlock[class*=st-key-card]").first
    assert card.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(26, 33, 43)"
    _photograph(page, f"{screen or 'overview'}-dark")
    page.context.close()


def test_the_months_on_an_axis_do_not_depend_on_where_the_reader_sits(browser: Browser, dashboard: Dashboard) -> None:
    seen = set()
    for zone in ("America/Los_Angeles", "Asia/Shanghai", "Pacific/Auckland"):
        context = browser.new_context(timezone_id=zone, viewport={"width": 1440, "height": 900}, locale="en-GB")
        page = context.new_page()
        page.goto(dashboard.url("", **{"as": "executive"}))
        settled(page)
        labels = page.locator("[data-testid=stVegaLiteChart] svg .role-axis-label").first.text_content()
        seen.add(labels)
        context.close()
    assert len(seen) == 1


def test_a_deep_link_opens_its_page_on_a_server_that_nobody_has_visited(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("overview", **{"as": "executive"}))
    settled(page)
    expect(page.locator(".gh-head h1")).to_have_text("Overview")
    page.context.close()


def test_without_a_name_there_is_the_door_and_nothing_else(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("complaints"))
    expect(page.get_by_role("button", name="Come in as Branch head")).to_be_visible()
    assert page.locator(".gh-tile, [data-testid=stVegaLiteChart]").count() == 0
    page.get_by_role("button", name="Come in as Branch head").click()
    settled(page)
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")
    page.context.close()


def test_a_page_file_by_itself_shows_nothing(browser: Browser, plain_dashboard: Dashboard) -> None:
    """A cold server runs pages/overview.py without the front door: it only defines, so there is nothing to see."""
    page = _looked_at(browser)
    page.goto(plain_dashboard.url("overview", **{"as": "executive"}))
    page.wait_for_selector("[data-testid=stMain]", timeout=30_000)
    page.wait_for_timeout(2_000)
    assert page.locator(".gh-head, .gh-tile, [data-testid=stVegaLiteChart]").count() == 0
    page.context.close()


def test_screenshots_are_kept(browser: Browser, dashboard: Dashboard) -> None:
    page = _looked_at(browser)
    page.goto(dashboard.url("", **{"as": "executive"}))
    settled(page)
    _photograph(page, "front-page")
    assert Path(SCREENSHOTS / "front-page.png").stat().st_size > 20_000
    page.context.close()
