"""Today: what is held, how fresh each feed is, and what became of the rows."""

from pages.shared.health import compared, freshness, held, refreshes
from pages.shared.health.book import Book


def today(book: Book) -> None:
    """The cards with which the page opens."""
    with book.screen.card():
        held.held(book)
        compared.would_change(book)
    left, right = book.screen.cards()
    with left:
        freshness.freshness(book)
    with right:
        refreshes.rows_by_fate(book)
