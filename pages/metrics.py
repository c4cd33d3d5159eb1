"""Metrics: what every figure means, how it is made, what it is made from, and who answers for it."""

from pages.shared import dictionary, filters
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer


def show(viewer: Viewer) -> None:
    """The catalogue, and one figure of it opened."""
    say = viewer.words.say
    asked = filters.sidebar(viewer, "metrics", is_scoped=False, views=dictionary.CODES)
    screen = Screen(viewer, asked)
    screen.heading(
        say("Metrics"),
        say("What does every figure mean, how is it made, and who answers for it?"),
        (asked.view,),
        shows_scope=False,
    )
    with screen.card():
        dictionary.choose(screen)
        dictionary.entry(screen, asked.view)
    with screen.card():
        dictionary.lineage(screen, asked.view)
    with screen.card():
        dictionary.everything(screen)
