"""Segment matrices: which customers matter how much, what they bring, and what to do."""

from pages.shared import filters, matrices
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer


def show(viewer: Viewer) -> None:
    """Portfolio and value tier, what they bring, how they move, and who stands in a cell."""
    say = viewer.words.say
    asked = filters.sidebar(
        viewer, "segments", counting="matrix.portfolio", narrowed_by=("customer_kind",), views=matrices.CELLS
    )
    screen = Screen(viewer, asked)
    screen.heading(
        say("Segment matrices"),
        say("Which customers deserve how much attention, and do they get it?"),
        tuple(matrices.METRICS.values()),
    )
    with screen.card():
        matrices.portfolio(screen, say("Portfolio: attractiveness and support"))
    with screen.card():
        matrices.value_tier(screen, say("Value tiers: recency and frequency"))
    left, right = screen.cards()
    with left:
        matrices.shares(screen, say("Customers and revenue, by portfolio cell"), "portfolio")
    with right:
        matrices.shares(screen, say("Customers and revenue, by value tier"), "value_tier")
    with screen.card():
        matrices.moves(screen, say("Value tiers at each month's end"), "value_tier")
    with screen.card():
        filters.view_switch(
            {cell: matrices.name(viewer.words, *cell.split(".")) for cell in matrices.CELLS}, say("Cell")
        )
        matrices.customers(screen, say("Customers of the cell"))
