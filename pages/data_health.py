"""Data health: what arrived, what was refused and why, which checks guard the figures, and how fresh they are."""

from pages.shared import filters, health
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer


def show(viewer: Viewer) -> None:
    """For stewards everything; for everybody else how far the data reach."""
    say = viewer.words.say
    screen = Screen(viewer, filters.sidebar(viewer, "data_health", is_scoped=False))
    screen.heading(
        say("Data health"),
        say("What arrived, what was refused, and which checks guard the figures?"),
        shows_scope=False,
    )
    health.summary(screen)
    with screen.card():
        health.held(screen)
    left, right = screen.cards()
    with left:
        health.freshness(screen)
    with right:
        health.rows_by_fate(screen)
    with screen.card():
        health.refreshes(screen)
    with screen.card():
        health.checks(screen)
    with screen.card():
        health.refusals(screen)
