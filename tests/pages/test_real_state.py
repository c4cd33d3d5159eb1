"""The state of a page over a real warehouse: saved under a name, shared, opened as somebody else, and looked back at."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, text
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from pages.shared import cached
from tests.harness import EXECUTIVE, House
from tests.pages.conftest import said
from tests.pages.visitors import sign_in_as
from warehouse import db
from warehouse.__main__ import app as command_line
from warehouse.queries import views
from warehouse.queries.reader import Reader
from warehouse.settings import Settings

HEAD = "head@example.com"
UNTIL = datetime(2026, 3, 31, 12, tzinfo=UTC)
Come = Callable[..., AppTest]


def _complaints(branch: str, count: int, *, first: int = 0) -> list[dict[str, object]]:
    opened = [UNTIL - timedelta(days=40 + number % 20, hours=number) for number in range(count)]
    return [
        {
            "complaint_id": f"{branch}-{first + number}",
            "branch_id": branch,
            "opened_at": at,
            "due_at": at + timedelta(days=2),
            "resolved_at": at + timedelta(days=1 if number % 5 else 4),
        }
        for number, at in enumerate(opened)
    ]


@pytest.fixture(scope="module")
def house(server: URL, template: str) -> Iterator[House]:
    """Two refreshes: 100 complaints in the north and 150 in the south, then 30 more in the north."""
    made = db.embedded(server, "real_state", template=template)
    house = House(made).open()
    branches = [
        {"branch_id": code, "branch_name": code.title(), "region_id": code[:-1], "region_name": code[:-1].title()}
        for code in ("north1", "north2", "south1")
    ]
    first = [*_complaints("north1", 100), *_complaints("south1", 150)]
    house.deliver(branches=branches, complaints=first, until=UNTIL)
    house.deliver(complaints=_complaints("north2", 30, first=500), until=UNTIL)
    house.grant(HEAD, region="south")
    yield house
    made.dispose()


@pytest.fixture
def come(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Come:
    """Comes in as somebody and opens a page: come(HEAD, "complaints", period="all")."""
    with house.database.loader.begin() as connection:
        connection.execute(text("truncate published.saved_view"))
    for kept in (cached.engine, cached.settings, cached.everything):
        kept.clear()
    monkeypatch.setattr(cached, "engine", lambda: house.database.reader)
    monkeypatch.setattr(cached, "settings", lambda: Settings(home=tmp_path))

    def opened(person: str, page: str = "complaints", **parameters: str | list[str]) -> AppTest:
        sign_in_as(monkeypatch, person)
        app = AppTest.from_function(_screen, default_timeout=30)
        app.session_state["screen"] = page
        for name, value in parameters.items():
            app.query_params[name] = value
        return app.run()

    return opened


def _screen() -> None:
    import importlib

    import streamlit

    from pages.shared import guard, viewer

    with guard.guarded(viewer.visitors_words().say):
        who = viewer.at_the_door()
        if who is not None:
            importlib.import_module(f"pages.{streamlit.session_state['screen']}").show(who)


def _by_the_menu(app: AppTest, page: str) -> AppTest:
    """What the menu does: another page, an empty address."""
    app.session_state["screen"] = page
    app.query_params.clear()
    return app.run()


def _opened(app: AppTest) -> AppTest:
    app.session_state["views"] = True
    return app.run()


def _save(app: AppTest, name: str, *, shared_with: str | None = None) -> AppTest:
    _opened(app)
    app.text_input(key="view-name").set_value(name)
    app.selectbox(key="view-shared").set_value(shared_with or "")
    return next(button for button in app.button if button.label == "Save").click().run()


def _view(app: AppTest, name: str) -> Any:
    return next(button for button in app.button if str(button.key).startswith("view-") and name in button.label)


def _tile(app: AppTest, label: str) -> str:
    """The figure on the tile called `label`."""
    tile = next(piece for piece in said(app).split('<div class="gh-tile"') if f'gh-label">{label}<' in piece)
    return tile.split('gh-figure">')[1].split("<")[0]


def test_a_view_is_saved_and_opened_again(come: Come) -> None:
    app = _save(come(EXECUTIVE, region="north", period="24m", compare="year"), "The north, *long*")
    assert not app.exception
    assert "Saved as" in said(app)
    app.multiselect(key="region").set_value(["south"]).run()
    app.selectbox(key="period").set_value("30d").run()
    assert app.query_params["region"] == "south"
    _view(app, "north").click().run()
    assert (app.query_params["region"], app.query_params["period"]) == ("north", "24m")
    assert app.multiselect(key="region").value == ["north"]
    assert app.selectbox(key="compare").value == "year"
    assert _tile(app, "Complaints opened") == "130"
    assert not app.warning


def test_the_page_as_it_first_opens_can_be_saved_too(come: Come) -> None:
    app = _save(come(EXECUTIVE), "Everything")
    app.multiselect(key="region").set_value(["south"]).run()
    _view(app, "Everything").click().run()
    assert "region" not in app.query_params
    assert _tile(app, "Complaints opened") == "280"


def test_a_view_shows_everybody_their_own_rows_and_names_what_is_not_theirs(come: Come) -> None:
    _save(come(EXECUTIVE, region=["north", "south"]), "Both <b>regions</b>", shared_with="south1")
    app = _opened(come(HEAD))
    assert EXECUTIVE in _view(app, "Both").label.replace("\u2060", "").replace("\\", "")
    assert "\\<b\\>" in _view(app, "Both").label
    assert not [button for button in app.button if str(button.key).startswith("icon-view")]
    _view(app, "Both").click().run()
    assert "region=north" in app.warning[0].value
    assert "south" not in app.warning[0].value
    assert _tile(app, "Complaints opened") == "150"
    assert "North" not in said(app)


def test_a_view_changes_neither_language_nor_refresh_nor_person(come: Come, house: House) -> None:
    hostile = {"lang": ["zh_CN"], "refresh": ["1"], "as": ["executive"], "embed": ["true"], "region": ["south"]}
    reader = Reader(engine=house.database.reader, person=EXECUTIVE)
    views.save(reader, page="complaints", name="South", address=hostile, shared_with="south1")
    app = _opened(come(HEAD, lang="en"))
    _view(app, "South").click().run()
    assert dict(app.query_params) == {"region": "south", "lang": "en"}
    assert _tile(app, "Complaints opened") == "150"


def test_what_nobody_named_is_not_kept(come: Come, house: House) -> None:
    app = _save(come(EXECUTIVE, region="north"), "   ")
    assert "Give it a name first" in said(app)
    assert views.saved(Reader(engine=house.database.reader, person=EXECUTIVE)) == []
    assert "None yet" in "".join(caption.value for caption in _opened(come(HEAD)).caption)


def test_a_view_is_deleted_by_its_owner(come: Come, house: House) -> None:
    app = _save(come(EXECUTIVE), "Old")
    app.run()
    next(button for button in app.button if str(button.key).startswith("icon-view")).click().run()
    assert not [button for button in app.button if "Old" in button.label]
    assert views.saved(Reader(engine=house.database.reader, person=EXECUTIVE)) == []


def test_an_earlier_refresh_shows_what_the_command_line_says_of_it(
    come: Come, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role in (("DATABASE_URL", "loader"), ("DATABASE_READER_URL", "reader")):
        url = house.database.loader.url.set(username=role)
        monkeypatch.setenv(name, url.render_as_string(hide_password=False))
    shown = {}
    for refresh in (1, 2):
        asked = ["figure", "complaint.count", "--at", str(refresh), "--from", "2025-04-01", "--to", "2026-03-31"]
        told = CliRunner().invoke(command_line, [*asked, "--json"], catch_exceptions=False)
        assert told.exit_code == 0, told.stderr
        shown[refresh] = json.loads(told.stdout)["rows"][0]["value"]
    assert shown == {1: 250, 2: 280}
    for refresh, count in shown.items():
        app = come(EXECUTIVE, refresh=str(refresh))
        assert _tile(app, "Complaints opened") == str(count)
        assert any("You look at refresh 1" in info.value for info in app.info) == (refresh == 1)


@pytest.mark.parametrize(
    "screen", sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("[a-z]*.py"))
)
def test_every_page_looks_back_and_says_so(come: Come, screen: str) -> None:
    app = come(EXECUTIVE, screen, refresh="1")
    assert not app.exception
    assert "is-failed" not in said(app)
    assert any("You look at refresh 1" in info.value for info in app.info)
    assert app.query_params["refresh"] == "1"


def test_looking_back_is_kept_through_the_menu_until_the_newest_is_asked_for(come: Come) -> None:
    app = come(EXECUTIVE, refresh="1")
    app = _by_the_menu(_by_the_menu(app, "overview"), "complaints")
    assert app.query_params["refresh"] == "1"
    assert _tile(app, "Complaints opened") == "250"
    next(button for button in app.button if button.label == "Show the newest").click().run()
    assert "refresh" not in app.query_params
    assert _tile(app, "Complaints opened") == "280"
    assert "refresh" not in _by_the_menu(app, "overview").query_params


@pytest.mark.parametrize("refresh", ["3", "0", "-1", "1.0", " 1", "１", "1_0", "one", "99999999999999999999"])
def test_a_refresh_that_never_was_is_named_and_ignored(come: Come, refresh: str) -> None:
    app = come(EXECUTIVE, refresh=refresh)
    assert f"refresh={refresh}" in app.warning[0].value
    assert _tile(app, "Complaints opened") == "280"
    assert "refresh" not in app.query_params
    assert not app.run().warning


def test_saving_while_looking_back_saves_no_refresh_and_opening_stays_there(come: Come, house: House) -> None:
    app = _save(come(EXECUTIVE, refresh="1", region="north"), "North")
    (view,) = views.saved(Reader(engine=house.database.reader, person=EXECUTIVE))
    assert view.address == {"region": ["north"]}
    app.multiselect(key="region").set_value([]).run()
    _view(app, "North").click().run()
    assert app.query_params["refresh"] == "1"
    assert _tile(app, "Complaints opened") == "100"
