"""What Data health and the dictionary say is true, of a company in which all is well and of one whose delivery is held."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL

from tests.oracle.company import EXECUTIVE, HEAD, STEWARD, Company
from tests.pages.told import house
from tests.pages.told.claims import hold
from tests.pages.told.opening import way_in
from tests.pages.told.real import Come, Opened, Opening
from tests.refresh.deliveries import BRANCHES, complaints, delivered
from tests.servers import copied
from warehouse.access import grants
from warehouse.metrics import metrics
from warehouse.refresh import refresh
from warehouse.settings import Keys

FAMILIES = (house,)
"""Importing a module registers its claims."""
VIEWS = ("today", "refreshes", "checks", "refused", "flow")
KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
JUNK = [{**row, "opened_at": "no day"} for row in complaints(3, first=900)]
STRANGERS = [{**row, "branch_id": "nowhere"} for row in complaints(100, first=300)]


@pytest.fixture(scope="module")
def troubled(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A warehouse with a few refused rows and a delivery that is held."""
    folder = tmp_path_factory.mktemp("troubled")
    with copied(server, template) as database:
        with database.loader.begin() as connection:
            grants.give(connection, grants.Grant(person=STEWARD, role="data_steward"), by="tests")
        first = delivered(folder / "first", branches=BRANCHES, complaints=[*complaints(), *JUNK])
        assert refresh(database, KEYS, first, by="tests").verdict == "published"
        then = delivered(folder / "then", complaints=STRANGERS)
        assert refresh(database, KEYS, then, by="tests").verdict == "held"
        yield SimpleNamespace(database=database)


def told(opened: Opened) -> set[str]:
    """The titles of the cards whose sentences were held against the book."""
    assert "is-failed" not in opened.text
    for card in opened.cards:
        hold(card)
    return {card.title for card in opened.cards}


@pytest.mark.parametrize("view", VIEWS)
def test_what_data_health_says_of_a_held_delivery_is_true(
    troubled: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, view: str
) -> None:
    come: Come = way_in(troubled, monkeypatch, tmp_path)
    titles = told(come(Opening("data_health", STEWARD, view=view)))
    expected = {
        "today": {"Held deliveries", "Complaints", "How fresh each feed is", "What became of the rows"},
        "refreshes": {"Refreshes"},
        "checks": {"Checks"},
        "refused": {"Refused rows by reason", "Refused rows"},
        "flow": {"The way of the data"},
    }
    assert expected[view] <= titles


def test_what_it_says_of_a_company_where_all_is_well_is_true(
    company_of: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    come = way_in(company_of("north"), monkeypatch, tmp_path)
    for opening in (
        Opening("data_health", EXECUTIVE, language="zh_CN"),
        Opening("data_health", STEWARD, view="checks", language="zh_CN"),
        Opening("data_health", HEAD, view="flow"),
        *(Opening("metrics", HEAD, view=code) for code in list(metrics())[::35]),
    ):
        assert told(come(opening)), opening


def test_a_lie_about_the_house_is_found_out(troubled: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = way_in(troubled, monkeypatch, tmp_path)(Opening("data_health", STEWARD))
    with troubled.database.loader.begin() as connection:
        connection.exec_driver_sql(
            "update published.load_feed set delivered = delivered + 1, quarantined = quarantined + 1 where state = 'held'"
        )
    try:
        card = next(card for card in opened.cards if card.title == "Complaints")
        with pytest.raises(AssertionError):
            hold(card)
    finally:
        with troubled.database.loader.begin() as connection:
            connection.exec_driver_sql(
                "update published.load_feed set delivered = delivered - 1, quarantined = quarantined - 1 where state = 'held'"
            )
