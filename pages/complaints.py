"""Complaints: how fast they are answered and settled, what waits, and what they are about."""

from pages.shared import filters, scorecard, sentences, shapes
from pages.shared.charts import complaints as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer
from warehouse.queries import complaint_lists

TILES = tuple(f"complaint.{name}" for name in ("count", "first_response", "resolution", "sla_rate", "backlog"))
HONEST_AND_COMMON = ("complaint.resolution", "complaint.resolution_closed_only")
FILTERS = ("category", "severity", "channel")


def show(viewer: Viewer) -> None:
    """From receipt to the end."""
    say = viewer.words.say
    asked = filters.sidebar(viewer, "complaints", counting="complaint.count", narrowed_by=FILTERS)
    screen = Screen(viewer, asked)
    screen.heading(
        say("Complaints"), say("How long do customers wait for an answer and a solution, and what is overdue?"), TILES
    )
    screen.tiles(*TILES)
    with screen.card():
        screen.figure(say("Promises kept"), "complaint.sla", charts.sla, tells=sentences.parts, shape=shapes.sla)
    left, right = screen.cards()
    with left:
        screen.beside(say("Time to resolve"), HONEST_AND_COMMON, charts.resolution)
    with right:
        screen.figure(
            say("What complaints are about"),
            "complaint.count",
            charts.categories,
            by=("category",),
            tells=sentences.counts,
            shape=shapes.largest,
        )
    left, right = screen.cards()
    with left:
        screen.figure(
            say("Open at the end of each week"),
            "complaint.backlog",
            charts.backlog,
            by=("week",),
            tells=sentences.trend,
        )
    with right:
        screen.figure(say("Open now, by age in days"), "complaint.backlog_age", charts.ages, tells=sentences.parts)
    with screen.card():
        scorecard.draw(screen, say("Branches side by side"), TILES, by="branch")
    with screen.card():
        screen.listing(say("Overdue now"), complaint_lists.overdue, "complaint.sla")
