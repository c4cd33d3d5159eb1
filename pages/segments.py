"""Segment matrices: which customers matter how much, what they bring, and what to do."""

from pages.shared import filters, matrices
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer


def show(viewer: Viewer) -> None:
    """Portfolio and value tier."""
    say = viewer.words.say
    screen = Screen(viewer, filters.sidebar(viewer, "segments"))
    screen.heading(say("Segment matrices"), say("Which customers are worth how much attention, and do they get it?"), matrices.METRICS)
