"""What stands under the title of every page: how fresh its figures are, what of them is held, whether they are of an earlier state."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from pages.shared import explain, markup
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.viewer import Viewer, forget_refresh
from warehouse.metrics import metrics
from warehouse.queries import health

LATE_AFTER = timedelta(hours=26)


def chip(inquiry: Inquiry, codes: Sequence[str], *, is_held: bool) -> str:
    """How fresh the figures `codes` are, as the chip of the heading."""
    viewer = inquiry.viewer
    words, now = viewer.words, datetime.now(UTC)
    published = words.moment(viewer.published_at, now=now)
    if is_held:
        return markup.chip("held", words.say("Held: last good figures, published {when}", when=published))
    if now - viewer.published_at > LATE_AFTER and not viewer.looks_back:
        return markup.chip("late", words.say("Late: last checked and published {when}", when=published))
    late = [] if viewer.looks_back else [inquiry.names.feed(feed) for feed in late_feeds(viewer, codes)]
    if late:
        said = words.say("Published {when}; late: {feeds}", when=published, feeds=words.listed(late))
        return markup.chip("late", said, words.say("Nothing newer has come within the time expected."))
    warned = inquiry.kept(("warnings", *codes), lambda: explain.warnings(viewer, codes))
    if warned:
        said = words.say_many(
            "Published {when}, with {n} warning", "Published {when}, with {n} warnings", len(warned), when=published
        )
        return markup.chip("warned", said, words.listed(warned))
    return markup.chip("fresh", words.say("Checked and published {when}", when=published))


def late_feeds(viewer: Viewer, codes: Sequence[str]) -> list[str]:
    """The feeds behind the figures `codes` (all feeds, where there are none) that have brought nothing newer in time."""
    feeds = health.lateness(viewer.freshness)
    needed = {feed for code in codes for feed in metrics()[code].feeds} or set(feeds["feed"])
    return [str(feed) for feed in feeds.loc[feeds["is_late"], "feed"] if feed in needed]


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
