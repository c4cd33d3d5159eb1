"""Looking at the pages as somebody else: with that person's rows, and without changing anything. For executives and stewards."""

import streamlit as st

from pages.shared import cached
from pages.shared.door import roles
from pages.shared.guard import guarded
from pages.shared.viewer import LOOKING_AS, Viewer
from warehouse.queries import visits

CHOSEN = "look-as"


def chooser(viewer: Viewer) -> None:
    """In the sidebar: whom to look as. Not drawn for whoever may not, nor for whoever does already: the banner leads back."""
    if not viewer.may_change or not {"executive", "data_steward"} & set(viewer.standing.roles):
        return
    people = cached.people(viewer.person)
    if not people:
        return
    words = viewer.words
    called = {
        person: f"{person} · {words.listed([roles(words)[role] for role in held])}" for person, held in people.items()
    }
    st.selectbox(
        words.say("Look as somebody else"),
        list(called),
        index=None,
        placeholder=words.say("Choose a person"),
        format_func=lambda person: called[person],
        key=CHOSEN,
        on_change=_look,
        args=(viewer,),
        help=words.say("With that person's rows, without changing anything. It is noted who looked as whom."),
    )


def _look(viewer: Viewer) -> None:
    """Look as the person chosen, if Postgres lets; what cannot be written down does not happen."""
    somebody = st.session_state[CHOSEN]
    with guarded(viewer.words.say):
        if somebody is not None and visits.view_as(viewer.reader, somebody):
            st.session_state[LOOKING_AS] = viewer.person, somebody
