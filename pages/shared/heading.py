"""What stands under the title of every page: how fresh its figures are, what of them is held, whether they are of an earlier state."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from pages.shared import explain, markup
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.viewer import Viewer, forget_refresh
from warehouse.metrics import metrics

NAMED = 3
"""So many late feeds are named in the chip; more are counted, and named in its tip."""


def chip(inquiry: Inquiry, codes: Sequence[str], *, is_held: bool) -> str:
    """How fresh the figures `codes` are, and when they will be newer, as the chip of the heading."""
    viewer = inquiry.viewer
    words, feeds = viewer.words, _behind(codes)
    published = words.moment(viewer.published_at, now=datetime.now(UTC))
    if is_held:
        return markup.chip("held", words.say("Held: last good figures, published {when}", when=published))
    late = [inquiry.names.feed(feed) for feed in viewer.late(feeds)]
    if late:
        named = words.listed(late) if len(late) <= NAMED else words.say("{n} feeds", n=len(late))
        said = words.say("Published {when}; late: {feeds}", when=published, feeds=named)
        return markup.chip(
            "late", said, words.say("Late: not delivered when due, or too old: {feeds}.", feeds=words.listed(late))
        )
    warned = inquiry.kept(("warnings", *codes), lambda: explain.warnings(viewer, codes))
    if warned:
        said = words.say_many(
            "Published {when}, with {n} warning", "Published {when}, with {n} warnings", len(warned), when=published
        )
        return markup.chip("warned", said, words.listed(warned))
    due = [at for feed, at in viewer.deliveries.due.items() if not feeds or feed in feeds]
    if not due or viewer.looks_back:
        return markup.chip("fresh", words.say("Checked and published {when}", when=published))
    next_due = words.moment(min(due), now=datetime.now(UTC))
    return markup.chip("fresh", words.say("Checked and published {when}; next due {due}", when=published, due=next_due))


def _behind(codes: Sequence[str]) -> set[str]:
    """The feeds behind the figures `codes`."""
    return {feed for code in codes for feed in metrics()[code].feeds}


def held(inquiry: Inquiry, feed: str, since: datetime, codes: Sequence[str]) -> Missing:
    """That a delivery of `feed` is held: since when, by which checks, and which of the figures `codes` wait for it."""
    viewer = inquiry.viewer
    words = viewer.words
    guarded_figures = [words.label(metrics()[code].label) for code in codes if feed in metrics()[code].feeds]
    when = words.moment(since, now=datetime.now(UTC))
    title = words.say("A delivery of {feed} is held since {since}", feed=inquiry.names.feed(feed), since=when)
    stopped = words.say("Stopped by: {checks}.", checks=words.listed(explain.stopped_by(viewer, feed)) or "–")
    if not guarded_figures:
        return "held-back", title, stopped
    kept = words.say(
        "Until it is settled, these show the last good state: {figures}.", figures=words.listed(guarded_figures)
    )
    return "held-back", title, words.sentences(stopped, kept)


def looking_back(viewer: Viewer) -> None:
    """That an earlier refresh is shown, and the way to the newest."""
    words = viewer.words
    when = words.moment(viewer.published_at, now=datetime.now(UTC))
    told = words.say(
        "You look at refresh {refresh}, published {when}, not at the newest one.",
        refresh=viewer.reader.refresh_id,
        when=when,
    )
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.info(told)
    right.button(words.say("Show the newest"), on_click=forget_refresh, width="stretch")
