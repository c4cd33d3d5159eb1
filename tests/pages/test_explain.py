"""What stands behind a figure, one click away: meaning, months, origin, statements, checks; and where else it is shown."""

import ast
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import usage
from tests.pages.company import Company
from tests.pages.conftest import Open, said
from tests.pages.taken import taken_from
from warehouse.metrics import metrics
from warehouse.queries import lineage, provenance

SCREENS = ("overview", "lead_sources", "calls_events", "segments", "complaints", "satisfaction", "retention")


def opened(app: AppTest, place: str = "tile") -> AppTest:
    """The page with the first explanation of a tile or a card open."""
    keys = (f"icon-{place}-{number}" for number in range(200))
    places = [key for key in keys if key in app.session_state]
    app.session_state[places[0 if place == "tile" else 1]] = True
    return app.run()


def tab(app: AppTest, name: str) -> AppTest:
    """The same with another tab chosen."""
    key = next(f"explain-{number}" for number in range(200) if f"explain-{number}" in app.session_state)
    app.session_state[key] = name
    return app.run()


def test_a_figure_says_what_it_means_and_who_wants_what_of_it(open_page: Open, company: Company) -> None:
    app = opened(open_page("lead_sources", period="90d"))
    text, about = said(app), metrics()["lead.count"]
    for part in (about.meaning, about.how_to_read, about.not_conclude, about.formula):
        assert part["en"] in text
    captions = " ".join(caption.value for caption in app.caption)
    assert "Refresh 12, published" in captions
    assert "Guarded by 1 check, 1 passed" in captions
    assert "**Shown on**" in text
    link = text.partition("[Open in the dictionary](")[2].partition(")")[0]
    assert urlparse(link).path == "metrics"
    assert parse_qs(urlparse(link).query) == {"view": ["lead.count"], "as": ["executive"], "lang": ["en"]}


def test_a_restated_figure_says_since_when_and_which_months(open_page: Open, company: Company) -> None:
    company.restated = {11: 2}
    for page, is_told in (("lead_sources", True), ("satisfaction", False)):
        captions = " ".join(caption.value for caption in opened(open_page(page)).caption)
        assert ("Restated by refresh 11, " in captions) is is_told
        assert ("Jan 2026 – Feb 2026" in captions) is is_told


def test_a_target_is_told_with_its_owner_and_its_day(open_page: Open) -> None:
    app = open_page("complaints")
    keys = [key for number in range(200) if (key := f"icon-tile-{number}") in app.session_state]
    app.session_state[keys[3]] = True
    text = said(app.run())
    assert "**Target**  \n90.0%, set by customer service, since 1 Jan 2024. Nine promises in ten are kept." in text


def test_what_lies_behind_a_tab_is_made_when_it_is_opened(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    steps, of = lineage.steps, provenance.of
    monkeypatch.setattr(lineage, "steps", lambda about: (asked.append("lineage"), steps(about))[1])
    monkeypatch.setattr(provenance, "of", lambda about: (asked.append("sql"), of(about))[1])
    app = opened(open_page("complaints"))
    assert asked == []
    app = tab(app, "Made from")
    assert asked == ["lineage"]
    assert "It comes from" in said(app)
    app = tab(app, "SQL")
    assert asked == ["lineage", "sql"]
    assert [code.value for code in app.code] == [sql.strip() for _, sql in of(metrics()["complaint.count"])]
    assert "complaint_id is known" not in said(app)
    assert "customer_id is known in customers" in said(tab(app, "Checks"))


def test_a_card_is_explained_as_a_tile_is(open_page: Open) -> None:
    app = opened(open_page("complaints"), "card")
    assert metrics()["complaint.sla"].meaning["en"] in said(app)


def test_each_figure_of_a_scorecard_is_explained(open_page: Open) -> None:
    app = open_page("overview")
    for number in range(200):
        if f"icon-card-{number}" in app.session_state:
            app.session_state[f"icon-card-{number}"] = True
    app.run()
    choice = next(box for box in app.selectbox if box.key and box.key.endswith("-which"))
    assert len(choice.options) == 6
    text = said(choice.select("five.return_rate").run())
    assert metrics()["five.return_rate"].meaning["en"] in text


@pytest.mark.parametrize("screen", SCREENS)
def test_where_a_figure_is_shown_is_true(open_page: Open, monkeypatch: pytest.MonkeyPatch, screen: str) -> None:
    _, page = taken_from(open_page, monkeypatch, screen, "executive")
    assert page.codes
    assert [code for code in page.codes if screen not in usage.where_used().get(code, ())] == []


def test_a_family_and_a_name_make_a_code() -> None:
    code = ast.parse('TILES = tuple(f"five.{name}_rate" for name in ("repeat", "no_such"))\nONE = "nps"')
    assert usage.named([usage.Part.of(Path(), code)]) == {"five.repeat_rate", "nps"}
