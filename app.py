"""The front door: who is it, which pages, run."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import streamlit as st

from pages.shared import meters, names, panels, viewer
from pages.shared.text import Words
from pages.shared.viewer import Viewer

ICON = Path(__file__).with_name("pages") / "shared" / "door.svg"
"""Streamlit's own icons are fetched from elsewhere when the browser's tab shows one."""
st.set_page_config(page_title="Gatehouse", page_icon=ICON, layout="wide")

ICONS: Mapping[str, str] = {
    "overview": "space_dashboard",
    "lead_sources": "call_split",
    "calls_events": "phone_in_talk",
    "segments": "grid_view",
    "complaints": "support_agent",
    "satisfaction": "sentiment_satisfied",
    "retention": "autorenew",
    "my_branch": "storefront",
    "data_health": "fact_check",
    "metrics": "dictionary",
}
"""Every screen, by the name of its file in `pages/`, in the order of the menu."""
FIRST = next(iter(ICONS))


def pages(words: Words, who: Viewer | None) -> list[st.Page]:
    """Every page as Streamlit knows it. The first one answers at / and, unlisted, under its own name."""
    titles = names.screens(words)
    shows = {name: partial(meters.opened, name, who) for name in ICONS}
    listed = [
        st.Page(
            shows[name],
            title=titles[name],
            icon=f":material/{icon}:",
            url_path="start" if name == FIRST else name,
            default=name == FIRST,
        )
        for name, icon in ICONS.items()
    ]
    return [*listed, st.Page(shows[FIRST], title=titles[FIRST], url_path=FIRST, visibility="hidden")]


def run() -> None:
    """Let the visitor in, and run the page asked for; whoever stays outside keeps the page in mind."""
    who = viewer.at_the_door()
    page = st.navigation(pages(viewer.visitors_words(), who), position="sidebar" if who else "hidden")
    if who is not None:
        page.run()


with panels.guarded(viewer.visitors_words().say):
    run()
