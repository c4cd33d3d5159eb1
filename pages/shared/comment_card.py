"""What one customer wrote in a survey, for the head of the branch: asked for with a reason, shown once, kept nowhere."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from pages.shared import cached, contact, markup
from pages.shared.contact import Case
from pages.shared.names import Names
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse.queries import comments
from warehouse.queries.comments import Comment
from warehouse.queries.contact_cards import CardRefused, Refusal
from warehouse.settings import keys


def button(viewer: Viewer, case: Case | None, *, key: str) -> None:
    """The way to what was written in the survey `case`."""
    say, icon = viewer.words.say, ":material/chat:"
    if case is None:
        told = say("First choose a row of the list: by its box, or with Shift and the space bar.")
        st.button(say("Read the comments"), icon=icon, key=key, disabled=True, help=told)
    elif st.button(say("Read the comments of {code}", code=markup.plain(case.called)), icon=icon, key=key):
        st.dialog(say("Comments"))(dialog)(viewer, case)


def dialog(viewer: Viewer, case: Case) -> None:
    """Ask why somebody reads, and show the words in answer to it."""
    say = viewer.words.say
    told = say("{code}. Who reads the comments, when and why is noted, and nobody can erase it.", code=case.called)
    contact.once(viewer, told, say("Why do you read them?"), say("Show the comments"), partial(_answer, viewer, case))


def _answer(viewer: Viewer, case: Case, reason: str) -> str:
    words, opening = viewer.words, keys(cached.settings())
    try:
        written = comments.comments(viewer.reader, opening, code=case.code, reason=reason)
    except CardRefused as refused:
        return markup.nothing("not-allowed", words.say("Nothing to read"), _refusals(words)[refused.because])
    return _words(Names.of(viewer), written)


def _words(names: Names, written: Sequence[Comment]) -> str:
    forgotten = names.words.say("not on file")
    said = "".join(
        f'<div class="gh-label">{markup.text(names.of_code("question", each.question_code))}</div>'
        f'<p class="gh-words">{markup.text(forgotten if each.said is None else each.said)}</p>'
        for each in written
    )
    return f'<div class="gh-tile" role="status">{said}</div>'


def _refusals(words: Words) -> Mapping[Refusal, str]:
    return {
        "looking as somebody else": words.say("Whoever looks as somebody else is shown no comment."),
        "not a branch head": words.say("Comments are read by the heads of a branch."),
        "no reason": words.say("Say why: without a reason nothing is shown."),
        "not of your branch": words.say("There is no such case in a branch that you head."),
    }
