"""What the front door runs when it has the page of six figures: that page, and the dictionary to come from."""

from functools import partial
from typing import Any

import streamlit as st

from benchmarks.web import six_figures
from pages import metrics
from pages.shared import viewer
from pages.shared.guard import guarded

st.set_page_config(page_title="Six figures", layout="wide")


def run() -> None:
    """Let the visitor in, and run the page asked for."""
    who: Any = viewer.at_the_door()
    pages = [
        st.Page(partial(six_figures.show, who), title="Six figures", url_path="six", default=True),
        st.Page(partial(metrics.show, who), title="Elsewhere", url_path="elsewhere"),
    ]
    page = st.navigation(pages)
    if who is not None:
        page.run()


with guarded(viewer.visitors_words().say):
    run()
