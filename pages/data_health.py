"""Data health: what arrived, what was refused and why, what is held, which checks guard the figures, how fresh they are."""

from collections.abc import Callable, Mapping, Sequence

from pages.shared import filters, note_card
from pages.shared.health import checks, compared, flow, freshness, held, now, refreshes, refused, summary
from pages.shared.health.book import Book
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

CARDS: Mapping[str, Sequence[Callable[[Book], None]]] = {
    "today": (),
    "refreshes": (refreshes.refreshes, now.asked),
    "checks": (checks.checks, checks.opened),
    "refused": (refused.by_reason, refused.rows),
    "flow": (flow.lineage,),
    "notes": (lambda book: note_card.card(book.screen),),
}


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
    named = (say("Today"), say("Refreshes"), say("Checks"), say("Refused rows"), say("Way of the data"), say("Notes"))
    filters.view_switch(dict(zip(CARDS, named, strict=True)), say("View"))
    if screen.asked.view == "today":
        _today(book)
    for card in CARDS[screen.asked.view]:
        with screen.card():
            card(book)


def _today(book: Book) -> None:
    with book.screen.card():
        held.held(book)
        compared.would_change(book)
    left, right = book.screen.cards()
    with left:
        freshness.freshness(book)
    with right:
        refreshes.rows_by_fate(book)
