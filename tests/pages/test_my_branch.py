"""My branch: one true line, every list with its rule, and a contact card that is shown once and kept nowhere."""

import re
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.text import Words
from pages.shared.todos import CASES, todos
from tests.pages.branch_lists import MANY, NAME, PHONE, Lists
from tests.pages.company import Company
from tests.pages.conftest import Open, said
from warehouse.access.vault import OtherKey
from warehouse.queries import contact_cards

EVERY = tuple(todos(Words()))


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first row of every list that lets one be chosen is chosen: AppTest cannot click into a table."""
    draw = st.dataframe

    def choosing(*given: object, **named: object) -> object:
        drawn = draw(*given, **named)
        return SimpleNamespace(selection=SimpleNamespace(rows=[0])) if named.get("on_select") == "rerun" else drawn

    monkeypatch.setattr(st, "dataframe", choosing)


def counts(text: str) -> list[int]:
    return [int(count.replace(",", "")) for count in re.findall(r"<li[^>]*><b>([\d,]+)</b>", text)]


def test_the_line_on_top_names_what_is_due_and_counts_what_is_not_listed(open_page: Open) -> None:
    text = said(open_page("my_branch", "head"))
    assert "As the data stood on 31 Mar 2026: 2 complaints are overdue, 2 complaints fall due within 72 hours" in text
    assert f"{MANY} customers are due a visit" in text
    assert "The first 2 are listed; choose a branch to see the others." in text
    assert counts(text) == [MANY if name == "visits" else 2 for name in EVERY]
    assert "North · 3 branches" in text


def test_nothing_is_due_where_every_list_is_empty(open_page: Open, company: Company) -> None:
    company.empty = True
    text = said(open_page("my_branch", "head"))
    assert "Nothing is due today." in text
    assert counts(text) == [0] * len(EVERY)
    assert text.count("Nothing to do here") == len(EVERY)


def test_what_is_unknown_is_neither_counted_nor_called_nothing(open_page: Open, company: Company) -> None:
    company.empty, company.absent = True, frozenset({"contacts", "lead_assignments"})
    text = said(open_page("my_branch", "head"))
    assert "Nothing is due of what is delivered" in text
    unknown = [name for name, todo in todos(Words()).items() if set(todo.needs) & company.absent]
    assert len(unknown) == 5
    assert counts(text) == [0] * (len(EVERY) - len(unknown))
    assert text.count("gh-nothing is-feed-absent") >= len(unknown)


def test_a_list_that_fails_leaves_the_page_standing(open_page: Open, company: Company) -> None:
    company.broken = True
    app = open_page("my_branch", "head")
    assert not app.exception
    assert said(app).count("is-failed") >= len(EVERY)


def test_lists_read_in_the_trade_s_words(open_page: Open) -> None:
    tables = [frame.value for frame in open_page("my_branch", "head").dataframe]
    by_first = {tuple(table.columns)[:2]: table for table in tables}
    complaint = by_first["Complaint", "Time left"].iloc[0]
    assert (complaint["Time left"], complaint["Branch"], complaint["Handled by"]) == ("48 h late", "North 1", "–")
    lead = by_first["Lead", "Time left"]
    assert list(lead["Time left"]) == ["30 h late", "5.0 h left"]
    assert list(lead["Source"]) == ["<b>web</b>", "Radio"], "a table shows text as text"
    answer = by_first["Customer", "Would recommend (0–10)"]
    assert list(answer["Would recommend (0–10)"]) == ["3", "–"]
    assert list(answer["Overall"]) == ["–", "2 / 5"]
    visit = by_first["Customer", "Cell"]
    assert list(visit["Cell"]) == ["Star", "Dog"]
    assert list(visit["Visits due"]) == [3, 1.5]


@pytest.mark.parametrize("person", ["executive", "steward"])
def test_whoever_heads_no_branch_reads_the_lists_and_calls_nobody(open_page: Open, chosen: None, person: str) -> None:
    app = open_page("my_branch", person)
    assert counts(said(app)) == [MANY if name == "visits" else 2 for name in EVERY]
    assert not [button for button in app.button if "Contact card" in button.label]


def test_every_list_can_be_taken_away_and_is_in_the_workbook(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, name, *rest, **more: made.setdefault(name, (label, data))
    )
    open_page("my_branch", "head")
    lists = [name for name, (label, _) in made.items() if label == "Table as CSV"]
    assert len(lists) == len(EVERY)
    for name in lists:
        _, data = made[name]
        assert data().startswith(b"\xef\xbb\xbf")
    assert len(company.taken) == len(EVERY)


def test_the_button_of_a_list_opens_the_dialog_of_its_case(open_page: Open, chosen: None) -> None:
    app = open_page("my_branch", "head")
    assert not app.text_input
    labels = [button.label.replace("\\", "") for button in app.button if button.label.startswith("Contact card of ")]
    assert sorted(labels) == [f"Contact card of {code}" for code in ("C-1", "C-1", "K-1", "K-1", "K-1", *["L-1"] * 4)]
    app = next(button for button in app.button if button.label == r"Contact card of C\-1").click().run()
    assert [asked.label for asked in app.text_input] == ["Why do you call?"]
    assert "C-1. Who opens the card, when and why is noted" in said(app)


def _one_dialog() -> None:
    from pages.shared import contact, viewer

    who = viewer.at_the_door()
    if who is not None:
        contact.dialog(who, contact.Case("survey", "I-1", "K-1"))


@pytest.fixture
def dialog(open_page: Open) -> AppTest:
    """The dialog by itself, which Streamlit runs by itself, too."""
    app = AppTest.from_function(_one_dialog, default_timeout=30)
    app.query_params["as"] = "head"
    return app.run()


def answered(dialog: AppTest, reason: str) -> AppTest:
    """The dialog after a reason was given."""
    dialog.text_input[0].input(reason)
    return dialog.button[0].click().run()


def test_a_reason_opens_the_card_once_and_nothing_of_it_is_kept(dialog: AppTest, lists: Lists) -> None:
    app = answered(dialog, "promised to call")
    text = said(app)
    assert lists.opened == [("survey", "I-1", "promised to call")]
    assert "&lt;b&gt;Wang&lt;/b&gt; Fang" in text and "<b>Wang</b>" not in text
    assert 'href="tel:+8613800000001"' in text
    kept = repr(app.session_state)
    assert NAME not in kept and PHONE not in kept and "promised to call" not in kept
    after = said(app.run())
    assert "Wang" not in after and "13800000001" not in after
    assert len(lists.opened) == 1


def test_without_a_reason_the_dialog_says_so(dialog: AppTest, lists: Lists) -> None:
    text = said(answered(dialog, "  "))
    assert lists.opened == [("survey", "I-1", "  ")]
    assert "without a reason there is no card" in text and "Wang" not in text


def test_a_card_that_fails_is_one_sentence_without_a_trace(
    dialog: AppTest, company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sealed_by_another(*given: object, **named: object) -> None:
        raise OtherKey

    monkeypatch.setattr(contact_cards, "contact_card", sealed_by_another)
    app = answered(dialog, "promised to call")
    assert not app.exception
    assert "is-failed" in said(app)
    assert "promised to call" not in caplog.text


def test_no_row_chosen_no_card(open_page: Open) -> None:
    buttons = [button for button in open_page("my_branch", "head").button if "Contact card" in button.label]
    assert len(buttons) == len(EVERY)
    assert all(button.disabled for button in buttons)


def test_the_page_knows_no_period(open_page: Open) -> None:
    app = open_page("my_branch", "head", period="30d")
    assert [box.label for box in app.selectbox if box.label in {"Period", "Compared with"}] == []
    assert app.query_params["period"] == ["30d"] or app.query_params["period"] == "30d", "kept for the way back"


def test_every_list_names_a_case_that_a_card_can_be_opened_for() -> None:
    for todo in todos(Words()).values():
        assert todo.case in CASES
        assert todo.columns[0] in {CASES[todo.case], "customer_code"}
