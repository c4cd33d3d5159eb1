from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import sign_in
from tests.pages.company import Company
from tests.pages.conftest import Open, said

HOUSE = Path(__file__).parents[2]


def hours_ago(hours: int) -> int:
    return int((datetime.now(UTC) - timedelta(hours=hours)).timestamp())


def test_the_front_door_of_the_demo_offers_three_people(company: Company) -> None:
    app = AppTest.from_file(str(HOUSE / "app.py"), default_timeout=30).run()
    assert not app.exception
    assert [button.key for button in app.button] == ["enter-executive", "enter-head", "enter-steward"]
    app.button(key="enter-head").click().run()
    assert "Overview" in said(app)
    assert app.selectbox(key="as").value == "head"


def test_a_stranger_sees_one_page_that_says_whom_to_ask(open_page: Open, company: Company) -> None:
    company.nobody = frozenset({"head@demo"})
    app = open_page("overview", "head")
    assert "Ask your data steward" in said(app)
    assert not app.get("vega_lite_chart")
    assert not app.multiselect


def test_a_grant_that_ends_is_felt_at_the_next_click(open_page: Open, company: Company) -> None:
    app = open_page("overview", "head")
    assert app.get("vega_lite_chart")
    company.nobody = frozenset({"head@demo"})
    app.run()
    assert not app.get("vega_lite_chart")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity provider is named."""
    monkeypatch.setattr(sign_in, "is_possible", lambda: True)


def test_where_no_provider_is_named_nobody_signs_in(open_page: Open, company: Company) -> None:
    company.is_demo = False
    app = open_page("overview", "executive")
    assert "No identity provider is set up" in said(app)
    assert not app.button
    assert not app.get("vega_lite_chart")


@pytest.mark.usefixtures("provider")
def test_where_no_demo_is_people_sign_in(open_page: Open, company: Company) -> None:
    company.is_demo = False
    app = open_page("overview", "executive")
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.get("vega_lite_chart")


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": "executive@demo", "email_verified": False}, "not verified"),
        ({"email": "executive@demo", "email_verified": "true"}, "not verified"),
        ({"email": "executive@demo"}, "not verified"),
        ({"email_verified": True}, "not verified"),
        ({"email": " Executive@Demo ", "email_verified": True}, "Overview"),
        ({"email": "nobody@example.com", "email_verified": True}, "nobody has granted you"),
        ({"email": "executive@demo", "email_verified": True, "iat": hours_ago(13)}, "more than twelve hours ago"),
        ({"email": "executive@demo", "email_verified": True, "iat": None}, "more than twelve hours ago"),
        ({"email": "executive@demo", "email_verified": True, "is_logged_in": False}, "Sign in with your company"),
    ],
)
@pytest.mark.usefixtures("provider")
def test_only_a_verified_address_of_today_counts(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch, claims: dict[str, object], says: str
) -> None:
    company.is_demo = False
    monkeypatch.setattr(st, "user", {"is_logged_in": True, "iat": hours_ago(1), **claims})
    assert says in said(open_page("overview", "steward"))


@pytest.mark.parametrize("screen", sorted(path.stem for path in (HOUSE / "pages").glob("[a-z]*.py")))
def test_page_files_are_inert(screen: str) -> None:
    app = AppTest.from_file(str(HOUSE / "pages" / f"{screen}.py"), default_timeout=30).run()
    assert not app.exception
    assert not app.main.children
    assert not app.sidebar.children


@pytest.mark.parametrize("screen", sorted((HOUSE / "pages").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_pages_are_short_enough_to_read(screen: Path) -> None:
    assert len(screen.read_text("utf-8").splitlines()) <= 60


def test_the_front_door_is_short() -> None:
    assert len((HOUSE / "app.py").read_text("utf-8").splitlines()) <= 60
