import pytest

from pages.shared.text import translations
from tests.pages.company import BRANCHES, Company
from tests.pages.conftest import Open, said

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
