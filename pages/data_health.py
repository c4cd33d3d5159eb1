"""Data health: what arrived, what was refused and why, what is held, which checks guard the figures, how fresh they are."""

from collections.abc import Callable, Mapping, Sequence

from pages.shared import filters, note_card
from pages.shared.health import checks, dropping, flow, now, past, refreshes, refused, summary, today
from pages.shared.health.book import Book
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

CARDS: Mapping[str, Sequence[Callable[[Book], None]]] = {
    "today": (),
    "deliver": (),
    "refreshes": (refreshes.refreshes, past.restated, past.differences, now.asked),
    "checks": (checks.checks, checks.opened),
    "refused": (refused.by_reason, refused.rows),
    "flow": (flow.lineage,),
    "notes": (lambda book: note_card.card(book.screen),),
}
LAID_OUT: Mapping[str, Callable[[Book], None]] = {"today": today.today, "deliver": dropping.deliver}
"""Views that lay out their cards themselves."""


def show(viewer: Viewer) -> None:
    """For stewards everything; for everybody else how far the data reach, what is held, and how the checks came out."""
    say = viewer.words.say
    screen = Screen(viewer, filters.sidebar(viewer, "data_health", is_scoped=False, views=tuple(CARDS)))
    screen.heading(
        say("Data health"),
        say("What arrived, what was refused, and which checks guard the figures?"),
        shows_scope=False,
        shows_held=False,
    )
    book = Book.of(screen)
    summary.summary(book)
    now.under_way(book)
    named = (
        say("Today"),
        say("New delivery"),
        say("Refreshes"),
        say("Checks"),
        say("Refused rows"),
        say("Way of the data"),
        say("Notes"),
    )
    filters.view_switch(dict(zip(CARDS, named, strict=True)), say("View"))
    if screen.asked.view in LAID_OUT:
        LAID_OUT[screen.asked.view](book)
    for card in CARDS[screen.asked.view]:
        with screen.card():
            card(book)
