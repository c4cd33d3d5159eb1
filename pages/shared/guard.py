"""What holds a page together when a part of it fails: that part says so in one sentence, the rest goes on."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import streamlit as st

from pages.shared import markup, meters
from warehouse.trace import trace

STYLE = Path(__file__).parent / "style.css"
_FAILED: ContextVar[list[str] | None] = ContextVar("failed", default=None)


def html(piece: str) -> None:
    """Draw one piece of `markup`."""
    st.markdown(f'<div class="gh">{piece}</div>', unsafe_allow_html=True, width="stretch")


@contextmanager
def guarded(say: Callable[..., str]) -> Iterator[None]:
    """What fails inside becomes one sentence with a reference; its trace goes to the log under the same reference."""
    try:
        yield
    except Exception as error:
        reference = secrets.token_hex(3)
        about = {"about": {"request": reference}}
        logging.exception("a figure failed to load, reference %s", reference, exc_info=trace(error), extra=about)
        meters.FAILURES.inc()
        if (failed := _FAILED.get()) is not None:
            failed.append(reference)
        told = say(
            "Try again in a minute. If it stays, tell the data team this reference: {reference}", reference=reference
        )
        html(markup.nothing("failed", say("This could not be loaded"), told))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The references of all that fails inside: whoever puts a page on paper must know."""
    failed: list[str] = []
    before = _FAILED.set(failed)
    try:
        yield failed
    finally:
        _FAILED.reset(before)
