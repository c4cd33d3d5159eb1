"""The cases behind a page: named, counted, said how far back they reach, taken away with the page; no personal data, nothing as zero."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import case_cards, markup
from tests.pages.company import Company
from tests.pages.conftest import Open, said
from warehouse.queries import case_lists
from warehouse.queries.case_lists import DAYS_KEPT

PAGES = {
    "complaints": ("The complaints behind these figures", "complaints", "complaints"),
    "lead_sources": ("The leads behind these figures", "leads", "leads"),
    "satisfaction": ("The answers behind these figures", "answers", "surveys"),
    "calls_events": ("The events behind these figures", "events", "events"),
}


def _table(app: AppTest, first: str) -> pd.DataFrame:
    """The last table of the page whose first column is called so: the cases stand below all else."""
    return [frame.value for frame in app.dataframe if frame.value.columns[0] == first][-1]


@pytest.mark.parametrize("page", PAGES)
def test_cases_are_counted_and_it_is_said_how_far_back_they_reach(open_page: Open, page: str) -> None:
    text = said(open_page(page))
    assert PAGES[page][0] in text
    assert f"The first 2 of 250 cases in this choice. Cases are kept for {DAYS_KEPT} days." in text


def test_a_case_is_written_in_words_and_what_is_unknown_is_a_dash(open_page: Open) -> None:
    table = _table(open_page("complaints"), "Complaint").set_index("Complaint")
    assert table.loc["C-1", ["Promise", "Branch", "Severity", "Answered"]].tolist() == [
        "Open and late",
        "North 1",
        "High",
        "yes",
    ]
    assert set(table.loc["–"]) == {"–"}


def test_a_score_stands_with_the_top_of_its_scale_and_a_stage_by_name(open_page: Open) -> None:
    assert _table(open_page("satisfaction"), "Survey")["Overall"].tolist() == ["2 / 5", "–"]
    assert _table(open_page("lead_sources"), "Lead")["Got as far as"].tolist() == ["Invited", "Invited"]


def test_few_cases_are_counted_without_the_rest(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_lists, "events", lambda reader, scope: company.cases(reader, scope).assign(cases=2))
    assert "2 cases in this choice. Cases are kept" in said(open_page("calls_events"))


def test_a_period_that_lies_before_them_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_lists, "leads", lambda reader, scope: pd.DataFrame(columns=["lead_id", "cases"]))
    text = said(open_page("lead_sources", period="2020-01-01..2020-01-31"))
    assert "No case is kept of this period" in text


def test_cases_are_there_where_figures_are_too_small_to_show(open_page: Open, company: Company) -> None:
    company.too_small = True
    app = open_page("satisfaction")
    assert _table(app, "Survey")["Survey"].tolist() == ["S-1", "–"]


@pytest.mark.parametrize("page", PAGES)
def test_a_feed_that_is_absent_is_named(open_page: Open, company: Company, page: str) -> None:
    company.absent = frozenset({PAGES[page][2]})
    app = open_page(page)
    heads = {str(frame.value.columns[0]) for frame in app.dataframe}
    assert not heads & {"Complaint", "Lead", "Survey", "Event"}
    assert PAGES[page][0] in said(app)


def test_every_stage_of_the_funnel_has_its_place() -> None:
    assert len(case_cards.STAGES) == 8
    assert case_cards.STAGES[0] == "collected"


@pytest.mark.parametrize("card", ["contact", "comment_card"])
def test_a_code_on_a_button_is_text(card: str) -> None:
    (button,) = AppTest.from_function(_button, args=(card,)).run().button
    assert button.label.endswith(markup.plain("**S-1** [x](https://evil.example)"))


def _button(card: str) -> None:
    from importlib import import_module
    from types import SimpleNamespace

    from pages.shared.contact import Case
    from pages.shared.text import Words

    head = SimpleNamespace(
        words=Words(language="en", zone=None), may_change=True, standing=SimpleNamespace(roles=("branch_head",))
    )
    case = Case("survey", "S-1", "**S-1** [x](https://evil.example)")
    import_module(f"pages.shared.{card}").button(head, case, key="open")
