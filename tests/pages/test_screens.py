from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from pages.shared import cached, calls_cards, paper
from pages.shared.text import translations
from tests.pages.branch_lists import Lists
from tests.pages.company import BRANCHES, Company
from tests.pages.conftest import Drawn, Open, said
from tests.pages.taken import taken_from
from warehouse.queries import complaint_lists, health

SCREENS = (
    "overview",
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


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_opens_for_everybody_in_both_languages(
    open_page: Open, screen: str, person: str, language: str
) -> None:
    app = open_page(screen, person, lang=language)
    assert not app.exception
    text = said(app)
    assert "is-failed" not in text
    assert '<div class="gh-head">' in text
    assert app.get("vega_lite_chart") or app.get("graphviz_chart"), "at least one chart is drawn"
    if language == "zh_CN":
        untold = [
            message
            for message in translations("zh_CN")._catalog
            if isinstance(message, str) and len(message) > 14 and message in text
        ]
        assert untold == []
    if person == "head":
        read = text + "".join(str(widget.options) for widget in app.multiselect)
        assert [name for name, region in BRANCHES.values() if region != "north" and name in read] == []
    if language == "en":
        assert said(app.run()) == text, "a rerun changes nothing"


def test_changing_language_changes_every_word(open_page: Open) -> None:
    app = open_page("complaints")
    assert "Promises kept" in said(app)
    app.session_state["lang"] = "zh_CN"
    assert "时限履行" in said(app.run())


def test_a_region_narrows_scope_and_address(open_page: Open) -> None:
    app = open_page("overview")
    app.multiselect(key="region").select("north").run()
    assert app.query_params["region"] == "north"
    assert "North · 3 branches" in said(app)


def test_what_means_nothing_in_the_address_is_named_and_ignored(open_page: Open) -> None:
    app = open_page("complaints", "head", region="south", period="yesterday", bogus="1")
    assert "region=south" in app.warning[0].value
    assert "period=yesterday" in app.warning[0].value
    assert "bogus=1" in app.warning[0].value
    assert "South" not in said(app)
    assert not app.run().warning


def test_a_comparison_is_shown_only_where_it_is_clear(open_page: Open, company: Company) -> None:
    assert "▲" not in said(open_page("complaints", compare="none")).split("gh-table")[0]


def test_text_of_a_feed_is_shown_as_text(open_page: Open) -> None:
    text = said(open_page("lead_sources"))
    assert "<b>web</b>" not in text.lower()
    assert "&lt;b&gt;web&lt;/b&gt;" in text.lower()


def test_a_list_that_is_cut_off_says_so_on_the_page_and_in_its_sheet(
    open_page: Open, lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "The first 2 are listed; choose a branch to see the others."
    assert told not in said(open_page("complaints"))
    cached.everything.clear()
    monkeypatch.setattr(complaint_lists, "overdue", lambda *asked: lists.complaints(*asked).assign(in_all=431))
    app, page = taken_from(open_page, monkeypatch, "complaints", "executive")
    assert told in said(app)
    assert [sheet.title for sheet in page.shown if sheet.tells == told] == ["Overdue now"]


def test_a_tile_turns_late_when_the_clock_passes_the_due_time(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, lateness = datetime.now(UTC), health.lateness

    def at_the_clock(freshness: pd.DataFrame, *, zone: str) -> pd.DataFrame:
        return lateness(freshness.assign(arrived_at=pd.Timestamp(now)), zone=zone, now=clock)

    monkeypatch.setattr(health, "lateness", at_the_clock)
    monkeypatch.setattr(cached, "FRESH_SECONDS", 0.0)
    clock, on_tiles = now, ">late: "
    assert on_tiles not in said(open_page("complaints"))
    clock = now + timedelta(days=3)
    assert on_tiles in said(open_page("complaints"))
    company.refresh_id = 13
    assert on_tiles in said(open_page("complaints"))
    assert on_tiles not in said(open_page("complaints", refresh="12")), (
        "what is late now says nothing of an earlier state"
    )


def test_what_is_held_now_says_nothing_of_an_earlier_state(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.held = ("complaints",)
    _, page = taken_from(open_page, monkeypatch, "complaints", "executive")
    assert page.inquiry.held == {"complaints"}
    assert any("is held since" in notice for notice in paper.told(page).notices)
    app, page = taken_from(open_page, monkeypatch, "complaints", "executive", refresh="3")
    assert "You look at refresh 3" in app.info[0].value
    assert "gh-chip is-held" not in said(app)
    assert "is-held-back" not in said(app)
    assert page.inquiry.held == frozenset()
    assert not any("is held since" in notice for notice in paper.told(page).notices)


def test_places_are_told_apart_by_what_is_chosen_not_by_what_may_be_seen(
    open_page: Open, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Scorecard by region" in said(open_page("overview"))
    narrowed = said(open_page("overview", region="north"))
    assert "Scorecard by branch" in narrowed
    assert "Scorecard by region" not in narrowed
    monkeypatch.setattr(calls_cards, "BRANCHES_SHOWN", 4)
    skills = []
    for chosen in ({}, {"region": "north"}):
        drawn.clear()
        open_page("calls_events", **chosen)
        skills.append(next(rows for rows, _, title in drawn if title.startswith("Skill of the staff")))
    assert [name in set(rows["label"]) for rows in skills for name in ("North", "North 1")] == [
        True,
        False,
        False,
        True,
    ]
