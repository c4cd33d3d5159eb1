"""The front door: who is it, which pages, run."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages import calls_events, complaints, data_health, lead_sources, metrics, overview, satisfaction, segments
from pages.shared import panels, viewer
from pages.shared.text import Words
from pages.shared.viewer import Viewer

st.set_page_config(page_title="Gatehouse", page_icon=":material/door_front:", layout="wide")

Screen = Callable[[Viewer], None]


def pages(words: Words, who: Viewer | None) -> list[st.Page]:
    """Every page as Streamlit knows it. The first one answers at / and, unlisted, under its own name."""
    say = words.say
    listed: list[tuple[Screen, str, str, str]] = [
        (overview.show, "start", say("Overview"), "space_dashboard"),
        (lead_sources.show, "lead_sources", say("Lead sources"), "call_split"),
        (calls_events.show, "calls_events", say("Calls and events"), "phone_in_talk"),
        (segments.show, "segments", say("Segment matrices"), "grid_view"),
        (complaints.show, "complaints", say("Complaints"), "support_agent"),
        (satisfaction.show, "satisfaction", say("Satisfaction"), "sentiment_satisfied"),
        (data_health.show, "data_health", say("Data health"), "fact_check"),
        (metrics.show, "metrics", say("Metrics"), "dictionary"),
    ]
    made = [
        st.Page(partial(show, who), title=title, icon=f":material/{icon}:", url_path=path, default=path == "start")
        for show, path, title, icon in listed
    ]
    return [
        *made,
        st.Page(partial(overview.show, who), title=say("Overview"), url_path="overview", visibility="hidden"),
    ]


def run() -> None:
    """Let the visitor in, and run the page asked for; whoever stays outside keeps the page in mind."""
    who = viewer.at_the_door()
    page = st.navigation(pages(viewer.visitors_words(), who), position="sidebar" if who else "hidden")
    if who is not None:
        page.run()


with panels.guarded(viewer.visitors_words().say):
    run()
