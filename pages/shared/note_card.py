"""The card of notes on time axes: everybody reads them, data stewards write and withdraw them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import annotations, markup
from pages.shared.guard import html
from pages.shared.markup import Cell
from pages.shared.names import Names
from pages.shared.panels import Screen
from warehouse.feeds.contract import feeds
from warehouse.metrics import metrics
from warehouse.queries import annotations as book
from warehouse.queries.reader import Refused

COMPANY = ("company", None)
Place = tuple[book.Place, str | None]


def card(screen: Screen) -> None:
    """A card's content: the notes in force, and for data stewards the form that writes one."""
    say = screen.viewer.words.say
    with screen.guarded():
        written = annotations.written(screen.viewer)
        title, told = say("Notes on time axes"), say("Each is shown on every time axis that it concerns.")
        if written.empty:
            screen.nothing(title, ("no-rows", say("No note yet"), told))
        else:
            html(markup.title(title, told))
            html(markup.table(*_listed(screen.names, written), described=title, is_prose=True))
        if screen.viewer.is_steward and screen.viewer.may_change:
            _form(screen)
            _withdrawing(screen, written)


def _listed(names: Names, written: pd.DataFrame) -> tuple[list[str], list[list[Cell]]]:
    say = names.words.say
    heads = [say("Days"), say("Note"), say("Concerns"), say("Written by")]
    lines = [
        [
            Cell(annotations.when(names, note)),
            Cell(annotations.said(names, note)),
            Cell(names.words.listed([_called(names, code) for code in note["concerns"]]) or say("Every figure")),
            Cell(note["written_by"], "quiet"),
        ]
        for note in written.to_dict("records")
    ]
    return heads, lines


def _form(screen: Screen) -> None:
    words, names = screen.viewer.words, screen.names
    say, places = words.say, _places(screen)
    with (
        st.expander(say("Write a note"), icon=":material/edit_note:"),
        st.form("annotate", clear_on_submit=True, border=False),
    ):
        left, right = st.columns(2)
        first = left.date_input(say("Day"), value=screen.viewer.last_day(), format="YYYY-MM-DD")
        last = right.date_input(say("Last day, if it took longer"), value=None, format="YYYY-MM-DD")
        english = st.text_input(say("Text in English"), max_chars=book.LONGEST_TEXT)
        chinese = st.text_input(say("Text in Chinese"), max_chars=book.LONGEST_TEXT)
        concerns = st.multiselect(
            say("Concerns"),
            [*feeds(), *metrics()],
            format_func=lambda code: _called(names, code),
            placeholder=say("Every figure"),
        )
        kind, place = st.selectbox(say("Place"), list(places), format_func=lambda place: places[place])
        if st.form_submit_button(say("Write"), type="primary"):
            _write(
                screen,
                from_on=first,
                until_on=last,
                text_en=english,
                text_zh=chinese,
                concerns=concerns,
                scope_kind=kind,
                scope_id=place,
            )


def _write(screen: Screen, **note: Any) -> None:
    say = screen.viewer.words.say
    if note["until_on"] is not None and note["until_on"] < note["from_on"]:
        st.error(say("The last day lies before the first."))
        return
    if not note["text_en"].strip() or not note["text_zh"].strip():
        st.error(say("A note needs a text in both languages."))
        return
    try:
        book.annotate(screen.viewer.reader, **note)
    except Refused:
        st.error(say("The warehouse refused this note: the grant may have ended, or the place may be gone."))
        return
    _changed()


def _withdrawing(screen: Screen, written: pd.DataFrame) -> None:
    if written.empty:
        return
    say, names = screen.viewer.words.say, screen.names
    notes = {note["annotation_id"]: _short(names, note) for note in written.to_dict("records")}
    with st.expander(say("Withdraw a note"), icon=":material/undo:"):
        chosen = st.selectbox(say("Note"), list(notes), format_func=lambda number: notes[number])
        if st.button(say("Withdraw")):
            try:
                book.withdraw(screen.viewer.reader, int(chosen))
            except Refused:
                st.error(say("The warehouse refused this: the grant may have ended, or the note is withdrawn already."))
                return
            _changed()


def _changed() -> None:
    """Show the page anew, with the notes as they are now."""
    st.session_state["noted"] = st.session_state.get("noted", 0) + 1
    st.rerun()


def _places(screen: Screen) -> dict[Place, str]:
    seen, names = screen.viewer.branches, screen.names
    regions: list[Place] = [("region", str(code)) for code in seen["region_id"].dropna().unique()]
    branches: list[Place] = [("branch", str(code)) for code in seen["branch_id"]]
    called = {(kind, code): names.of_code(kind, code) for kind, code in [*regions, *branches]}
    return {COMPANY: names.words.say("The whole company"), **called}


def _called(names: Names, code: str) -> str:
    return names.words.label(metrics()[code].label) if code in metrics() else names.feed(code)


def _short(names: Names, note: Mapping[Any, Any]) -> str:
    return f"{annotations.when(names, note)}: {annotations.said(names, note)}"
