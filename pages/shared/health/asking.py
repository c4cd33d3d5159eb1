"""Asking the worker for something: the page itself can change nothing."""

import streamlit as st

from pages.shared.health.book import Book
from warehouse.queries import jobs
from warehouse.queries.reader import Refused


def ask(book: Book, kind: jobs.Kind, **details: int | str) -> None:
    """Ask the worker for a job and show the page anew; what the warehouse refuses is said."""
    if not book.screen.viewer.may_change:
        st.error(book.words.say("You look as somebody else: nothing can be changed."))
        return
    try:
        jobs.ask(book.screen.viewer.reader, kind, **details)
    except Refused:
        st.error(book.words.say("The warehouse refused this: the grant may have ended. Open the page again."))
        return
    st.rerun()
