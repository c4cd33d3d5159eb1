"""Signing in with a real OpenID provider, in a real browser: who comes in, who does not, and when it ends."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import URL, text
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from tests.access import sign_in_stage as stage
from tests.access.sign_in_stage import HEAD, STRANGER, UNVERIFIED, Stage
from tests.browser.visit import settled
from tests.harness import EXECUTIVE
from warehouse import db

pytestmark = pytest.mark.browser
IDENTITY = "_streamlit_user"
PATIENCE = 60_000
Enter = Callable[..., Page]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def company(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One company, one provider and one dashboard for everything here; nobody in it is of the demo."""
    database = db.embedded(server, "sign_in", template=template)
    house = stage.settle(database)
    own = stage.environment(tmp_path_factory.mktemp("home"), database)
    with stage.provider() as issuer, stage.dashboard(own, issuer=issuer) as address:
        yield Stage(dashboard=address, issuer=issuer, house=house)
    database.dispose()


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps the dashboard's own files: read anew for every guest they would take longer than all else."""
    made = browser.new_context(locale="en-GB", viewport={"width": 1300, "height": 900})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def guest(opened: BrowserContext) -> Iterator[BrowserContext]:
    """A browser in which nobody is signed in, here or at the provider."""
    yield opened
    for page in opened.pages:
        page.close()
    opened.clear_cookies()


@pytest.fixture
def enter(company: Stage, guest: BrowserContext) -> Enter:
    """Goes to a page and signs in there."""

    def entered(person: str, path: str = "/complaints?period=90d") -> Page:
        page = guest.new_page()
        page.goto(company.dashboard + path)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name=person, exact=True).click()
        page.wait_for_url(f"{company.dashboard}/**")
        return page

    return entered


def rows(company: Stage, person: str, action: str) -> list[dict[str, str]]:
    """What the audit trail holds of a person."""
    found = company.house.rows(
        "select detail from access.audit where person = :person and action = :action order by audit_id",
        person=person,
        action=action,
    )
    return list(found["detail"])


def test_whoever_signs_in_comes_back_to_the_page_asked_for_and_sees_the_own_rows(company: Stage, enter: Enter) -> None:
    page = enter(HEAD, "/complaints?region=south&period=90d&severity=high")
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")
    expect(page.locator(".gh-scope")).to_contain_text("North · 2 branches · 2 Jan – 1 Apr 2026")
    expect(page.locator(".gh-scope")).to_contain_text("Severity: High")
    expect(page.get_by_test_id("stAlert")).to_contain_text("region=south")
    assert "South" not in page.inner_text("body")
    signed_in = rows(company, HEAD, "sign-in")
    page.reload()
    expect(page.locator(".gh-head h1")).to_have_text("Complaints")
    assert rows(company, HEAD, "sign-in") == signed_in
    assert len(signed_in) == 1


def test_an_executive_sees_every_region_and_ours_are_the_only_scripts(
    company: Stage, enter: Enter, guest: BrowserContext
) -> None:
    refused: list[str] = []
    guest.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page = enter(EXECUTIVE)
    expect(page.locator(".gh-scope")).to_contain_text("North, South · 3 branches")
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg .mark-group path").first).to_be_attached()
    page.goto(f"{company.dashboard}/metrics?lang=en")
    expect(page.get_by_test_id("stGraphVizChart").locator("svg").first).to_be_visible()
    assert refused == []
    page.evaluate(
        "() => {const s = document.createElement('script'); s.text = 'window.ran = 1'; document.body.append(s)}"
    )
    assert page.evaluate("() => window.ran === undefined")
    page.wait_for_timeout(200)
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("person", "says", "noted"),
    [
        (STRANGER, "nobody has granted you anything", {"because": "no grant in force"}),
        (UNVERIFIED, "not verified", {"because": "address not verified", "address": UNVERIFIED}),
    ],
)
def test_whoever_has_no_grant_or_no_verified_address_sees_one_page(
    company: Stage, enter: Enter, person: str, says: str, noted: dict[str, str]
) -> None:
    page = enter(person, "/overview")
    expect(page.get_by_test_id("stMain")).to_contain_text(says)
    page.goto(f"{company.dashboard}/complaints")
    expect(page.get_by_test_id("stMain")).to_contain_text(says)
    assert page.locator(".gh-head, .gh-tile, [data-testid=stSidebar] a").count() == 0
    assert rows(company, person if "address" not in noted else "nobody", "refusal") == [noted]


def test_a_grant_that_is_revoked_ends_at_the_next_click(company: Stage, enter: Enter) -> None:
    page = enter(HEAD)
    expect(page.locator(".gh-scope")).to_contain_text("North")
    with company.house.database.loader.begin() as connection:
        ended = connection.execute(
            text("update access.grants set valid_until = now() where person = :person returning grant_id"),
            {"person": HEAD},
        ).scalar_one()
    try:
        page.get_by_role("link", name="Satisfaction").click()
        expect(page.get_by_test_id("stMain")).to_contain_text("nobody has granted you anything")
        expect(page.locator(".gh-tile")).to_have_count(0)
    finally:
        with company.house.database.loader.begin() as connection:
            connection.execute(
                text("update access.grants set valid_until = null where grant_id = :ended"), {"ended": ended}
            )


def test_signing_out_ends_it_and_neither_callback_nor_way_back_bring_it_back(
    company: Stage, enter: Enter, guest: BrowserContext, browser: Browser
) -> None:
    answered: list[str] = []
    guest.on("request", lambda asked: answered.append(asked.url) if "/oauth2callback?" in asked.url else None)
    page = enter(HEAD)
    expect(page.locator(".gh-scope")).to_contain_text("North")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert all(cookie["name"] != IDENTITY for cookie in guest.cookies())
    stolen = browser.new_context(locale="en-GB")
    for who in (guest, stolen):
        again = who.new_page()
        again.goto(answered[0])
        expect(again.get_by_role("button", name="Sign in")).to_be_visible()
        assert again.locator(".gh-tile").count() == 0
    stolen.close()


@pytest.mark.parametrize(
    "secret", ["another secret, which is long enough as well", stage.COOKIE_SECRET], ids=["forged", "ours"]
)
def test_an_identity_that_others_have_signed_is_none(company: Stage, guest: BrowserContext, secret: str) -> None:
    """The same cookie signed by us opens the page: so what refuses the forged one is its signature."""
    now = int(company.house.rows("select cast(extract(epoch from now()) as bigint) as now").at[0, "now"])
    claims = (
        f'{{"email": "{EXECUTIVE}", "email_verified": true, "iat": {now}, "origin": "{company.dashboard}",'
        ' "is_logged_in": true, "provider": "default"}'
    )
    forged = create_signed_value(secret, IDENTITY, claims).decode()
    guest.add_cookies([{"name": IDENTITY, "value": forged, "url": company.dashboard}])
    page = guest.new_page()
    page.goto(f"{company.dashboard}/complaints")
    if secret == stage.COOKIE_SECRET:
        expect(page.locator(".gh-scope")).to_contain_text("North, South")
    else:
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert page.locator(".gh-tile").count() == 0


def test_looking_as_somebody_else_shows_that_persons_rows_and_says_so_on_every_page(
    company: Stage, enter: Enter
) -> None:
    page = enter(EXECUTIVE)
    settled(page)
    chooser = page.get_by_role("combobox", name="Look as somebody else")
    chooser.scroll_into_view_if_needed()  # a list that is open closes when what is behind it is scrolled
    chooser.click()
    page.get_by_role("option", name=re.compile(HEAD)).click()
    banner = page.get_by_text(re.compile("You look as north@.?example.com: with that person's rows"))
    expect(banner).to_be_visible()
    expect(page.locator(".gh-scope")).to_contain_text("North · 2 branches")
    page.get_by_role("link", name="Satisfaction").click()
    expect(page.locator(".gh-head h1")).to_have_text("Satisfaction")
    expect(banner).to_be_visible()
    expect(page.get_by_role("button", name="Views")).to_have_count(0)
    assert "South" not in page.inner_text("body")
    page.get_by_role("button", name="Back to your own view").click()
    expect(banner).to_have_count(0)
    assert rows(company, EXECUTIVE, "view as")[-1] == {"looking_as": HEAD}
