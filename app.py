"""The front door: who is it, which pages, run."""

from collections.abc import Callable

import streamlit as st

from pages import complaints, data_health, lead_sources, overview, satisfaction, segments
from pages.shared import panels, viewer
from pages.shared.viewer import Viewer

st.set_page_config(
    page_title="Gatehouse", page_icon=":material/door_front:", layout="wide", initial_sidebar_state="auto"
)


def page(
    show: Callable[[Viewer], None], who: Viewer, title: str, icon: str, path: str, *, is_first: bool = False
) -> st.Page:
    """One screen as Streamlit knows it."""

    def screen() -> None:
        show(who)

    return st.Page(screen, title=title, icon=f":material/{icon}:", url_path=path, default=is_first)


def run() -> None:
    """Let the visitor in, and run the page asked for."""
    who = viewer.at_the_door()
    if who is None:
        return
    say = who.words.say
    screens = [
        page(overview.show, who, say("Overview"), "space_dashboard", "start", is_first=True),
        page(lead_sources.show, who, say("Lead sources"), "call_split", "lead_sources"),
        page(segments.show, who, say("Segment matrices"), "grid_view", "segments"),
        page(complaints.show, who, say("Complaints"), "support_agent", "complaints"),
        page(satisfaction.show, who, say("Satisfaction"), "sentiment_satisfied", "satisfaction"),
        page(data_health.show, who, say("Data health"), "fact_check", "data_health"),
    ]
    st.navigation(screens).run()


with panels.guarded(viewer.visitors_words().say):
    run()
