"""Named views: the state of a page under a name that somebody gave it, to open from every page. Nothing is kept unasked."""

from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from pages.shared import sent
from pages.shared.address import OF_THE_SESSION, Parameters
from pages.shared.drill import plain
from pages.shared.guard import guarded
from pages.shared.names import Names, screens
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse.queries import views
from warehouse.queries.reader import Refused
from warehouse.queries.views import View

OPEN, ASKED = "views", "view_asked"
"""Keys of the session: whether the popover is open, and the view that was asked for."""
ALONE = ""
"""Shared in no branch."""
ROOT = "start"
"""What the first page is called where Streamlit looks for it."""


def follow(page: str, along: Mapping[str, str]) -> None:
    """Go to the view that was asked for, if any: to its page, and its address with the session's own parameters `along`."""
    view: View | None = st.session_state.pop(ASKED, None)
    if view is None:
        return
    st.session_state.pop("kept", None)
    saved = {name: list(values) for name, values in view.address.items() if name not in OF_THE_SESSION}
    asked = {**saved, **along}
    if view.page == page:
        st.query_params.from_dict(asked)
        return
    first = view.page == "overview"
    there = st.Page(_nowhere, title=view.page, url_path=ROOT if first else view.page, default=first)
    st.switch_page(there, query_params=asked)


def popover(viewer: Viewer, page: str, address: Parameters) -> None:
    """The views to open, and the way to save the present state of `page`, which `address` says. Read only while it is open."""
    say = viewer.words.say
    opened = st.popover(say("Views"), icon=":material/bookmarks:", width="stretch", key=OPEN, on_change="rerun")
    with opened, guarded(say):
        if not opened.open:
            return
        shelf = st.container()
        _save(viewer, page, address)
        with shelf:
            _shelf(viewer, page)
        sent.card(viewer, page, address)


def _shelf(viewer: Viewer, page: str) -> None:
    """Every view that the person may open: the own ones, then those of others, by the branch they are shared in."""
    say, names = viewer.words.say, Names.of(viewer)
    found = views.saved(viewer.reader)
    own, others = [view for view in found if view.is_own], [view for view in found if not view.is_own]
    _title(say("Your views"))
    if not own:
        st.caption(say("None yet. Give what you see now a name, and come back to it with two clicks."))
    for view in own:
        with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
            _button(viewer.words, page, view)
            _delete_button(viewer, view)
    for branch in dict.fromkeys(view.shared_with for view in others):
        _title(say("Shared in {branch}", branch=names.of_code("branch", branch)))
        for view in others:
            if view.shared_with == branch:
                _button(viewer.words, page, view)


def _title(said: str) -> None:
    st.markdown(f"**{plain(said)}**")


def _button(words: Words, page: str, view: View) -> None:
    """A view to open, with its page where that is another one, and its owner where that is somebody else."""
    told = [view.name]
    told += [screens(words).get(view.page, view.page)] if view.page != page else []
    told += [view.person] if not view.is_own else []
    st.button(
        plain(" · ".join(told)),
        key=f"view-{view.view_id}",
        icon=":material/group:" if view.shared_with else ":material/bookmark:",
        width="stretch",
        on_click=_ask,
        args=(view,),
    )


def _delete_button(viewer: Viewer, view: View) -> None:
    said = viewer.words.say("Delete {name}", name=plain(view.name))
    st.button(
        said,
        key=f"icon-view-{view.view_id}",
        icon=":material/delete:",
        type="tertiary",
        help=said,
        on_click=_delete,
        args=(viewer, view),
    )


def _save(viewer: Viewer, page: str, address: Parameters) -> None:
    """A name for what the page shows now, and who may open it; the same name again stands for the new state."""
    say, names = viewer.words.say, Names.of(viewer)
    called = names.own["branch"]
    with st.form("view-save", border=False, clear_on_submit=True):
        name = st.text_input(say("Save what you see now as"), max_chars=views.LONGEST_NAME, key="view-name")
        shared_with = st.selectbox(
            say("Who may open it"),
            [ALONE, *called],
            format_func=lambda code: (
                say("Everybody who may see {branch}", branch=called[code]) if code else say("Only you")
            ),
            key="view-shared",
        )
        if not st.form_submit_button(say("Save"), type="primary", width="stretch"):
            return
    st.markdown(_saved(viewer, page, name.strip(), address, shared_with or None))


def _saved(viewer: Viewer, page: str, name: str, address: Parameters, shared_with: str | None) -> str:
    """Save it; the sentence that says what came of it."""
    say = viewer.words.say
    if not name:
        return say("Give it a name first.")
    try:
        views.save(viewer.reader, page=page, name=name, address=address, shared_with=shared_with)
    except Refused:
        return say("It was not saved: the name cannot be seen on one line, or you have 200 views already.")
    return say("Saved as {name}.", name=f"**{plain(name)}**")


def _ask(view: View) -> None:
    st.session_state[ASKED], st.session_state[OPEN] = view, False


def _delete(viewer: Viewer, view: View) -> None:
    """Delete it; what another tab has deleted is deleted."""
    with guarded(viewer.words.say), suppress(Refused):
        views.delete(viewer.reader, view.view_id)


def _nowhere() -> None:
    """Streamlit knows pages by their address; this stands for the one that is registered there."""
