"""Segment matrices: which customers matter how much, what they bring, and what to do."""

from pages.shared import filters
from pages.shared.matrix import cells, choice, details
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

BESIDE = ("matrix.branch_service_type", "matrix.moves", "matrix.pareto_top20", "matrix.gini")
METRICS = (*(cells.metric_of(matrix) for matrix in choice.MATRICES), *BESIDE)


def show(viewer: Viewer) -> None:
    """Portfolio and value tier first; then the matrix that is chosen, its customers, and how they move."""
    say = viewer.words.say
    asked = filters.sidebar(
        viewer, "segments", counting="matrix.portfolio", narrowed_by=("customer_kind",), views=choice.VIEWS
    )
    screen = Screen(viewer, asked)
    screen.heading(
        say("Segment matrices"), say("Which customers deserve how much attention, and do they get it?"), METRICS
    )
    left, right = screen.cards()
    with left:
        cells.card(screen, say("Portfolio: attractiveness and support"), "portfolio")
    with right:
        cells.card(screen, say("Value tiers: recency and frequency"), "value_tier")
    details.show(screen, choice.matrix_switch(screen))
