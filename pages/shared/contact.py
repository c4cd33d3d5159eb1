"""The contact card of one case, for the head of its branch: asked for with a reason, shown once, kept nowhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared import cached, markup
from pages.shared.guard import guarded, html
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse.queries import contact_cards
from warehouse.queries.contact_cards import CardRefused, ContactCard, Kind, Refusal
from warehouse.settings import keys

LONGEST_REASON = 300
IN_A_NUMBER = frozenset("+0123456789")


@dataclass(frozen=True)
class Case:
    """What a card is opened for: its kind and code, and what the list calls it."""

    kind: Kind
    code: str
    called: str


def heads_a_branch(viewer: Viewer) -> bool:
    """Whether contact cards are worth offering to this person; whose, is decided in Postgres."""
    return viewer.may_change and "branch_head" in viewer.standing.roles


def table(viewer: Viewer, title: str, rows: pd.DataFrame | pa.Table, *, height: int, key: str) -> int | None:
    """Draw `rows`, which are ready for the way as an Arrow table; for the head of a branch so that one can be chosen. The place of the one that is."""
    if not heads_a_branch(viewer):
        st.dataframe(rows, hide_index=True, alt=title, height=height)
        return None
    state = st.dataframe(
        rows, hide_index=True, alt=title, height=height, key=key, on_select="rerun", selection_mode="single-row"
    )
    return next((place for place in state.selection.rows if place < len(rows)), None)


def button(viewer: Viewer, case: Case | None, *, key: str) -> None:
    """The way to the card behind `case`; none is offered to whoever heads no branch."""
    if not heads_a_branch(viewer):
        return
    say = viewer.words.say
    if case is None:
        told = say("First choose a row of the list: by its box, or with Shift and the space bar.")
        st.button(say("Contact card"), icon=":material/call:", key=key, disabled=True, help=told)
    elif st.button(say("Contact card of {code}", code=markup.plain(case.called)), icon=":material/call:", key=key):
        st.dialog(say("Contact card"))(dialog)(viewer, case)


def dialog(viewer: Viewer, case: Case) -> None:
    """Ask why somebody calls, and show the card in answer to it."""
    say = viewer.words.say
    told = say("{code}. Who opens the card, when and why is noted, and nobody can erase it.", code=case.called)
    once(viewer, told, say("Why do you call?"), say("Show the card"), partial(_answer, viewer, case))


def once(viewer: Viewer, told: str, why: str, shows: str, answer: Callable[[str], str]) -> None:
    """Ask for the reason; show what `answer` makes of it, once: the next run of the dialog knows nothing of it."""
    html(markup.note(told))
    with st.form("contact-card", border=False, clear_on_submit=True):
        reason = st.text_input(why, max_chars=LONGEST_REASON)
        if not st.form_submit_button(shows, type="primary"):
            return
    with guarded(viewer.words.say):
        html(answer(reason))


def _answer(viewer: Viewer, case: Case, reason: str) -> str:
    words, opening = viewer.words, keys(cached.settings())
    try:
        card = contact_cards.contact_card(viewer.reader, opening, kind=case.kind, code=case.code, reason=reason)
    except CardRefused as refused:
        return markup.nothing("not-allowed", words.say("No card"), _refusals(words)[refused.because])
    return _card(words, card)


def _card(words: Words, card: ContactCard) -> str:
    number = "".join(letter for letter in card.phone or "" if letter in IN_A_NUMBER)
    phone = markup.text(card.phone or "")
    lines = {
        words.say("Customer"): markup.text(card.customer_code or ""),
        words.say("Name"): markup.text(card.name or ""),
        words.say("Phone"): f'<a href="tel:{number}">{phone}</a>' if number else phone,
    }
    absent = words.say("not on file")
    unknown = f'<div class="gh-figure is-nothing">{markup.text(absent)}</div>'
    said = "".join(
        f'<div class="gh-label">{markup.text(what)}</div>'
        + (f'<div class="gh-figure">{value}</div>' if value else unknown)
        for what, value in lines.items()
    )
    return f'<div class="gh-tile" role="status">{said}</div>'


def _refusals(words: Words) -> Mapping[Refusal, str]:
    return {
        "looking as somebody else": words.say("Whoever looks as somebody else is shown no card."),
        "not a branch head": words.say("Contact cards are for the heads of a branch."),
        "no reason": words.say("Say why you call: without a reason there is no card."),
        "not of your branch": words.say("There is no such case in a branch that you head."),
    }
