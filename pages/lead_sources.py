"""Lead sources: where leads come from, how far they get, and which sources turn into orders."""

from pages.shared import filters, scorecard, sentences, shapes
from pages.shared.charts import lead_sources as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

TILES = ("lead.count", "lead.genuine_rate", "lead.conversion_90", "lead.conversion_180", "lead.days_to_order")
COMPARED = (
    "lead.count",
    "lead.genuine_rate",
    "lead.conversion_30",
    "lead.conversion_90",
    "lead.conversion_180",
    "lead.conversion_ever",
)
CONVERSION = "lead.conversion_90"


def show(viewer: Viewer) -> None:
    """From the source to the order."""
    say = viewer.words.say
    asked = filters.sidebar(viewer, "lead_sources", counting="lead.count", narrowed_by=("source_group", "source"))
    screen = Screen(viewer, asked)
    screen.heading(
        say("Lead sources"),
        say("Which sources bring leads that are genuine and that order, and how long does it take?"),
        TILES,
    )
    screen.tiles(*TILES)
    left, right = screen.cards()
    with left:
        screen.figure(
            say("How far leads get"), "lead.stage_rate", charts.funnel, tells=sentences.funnel, shape=shapes.funnel
        )
    with right:
        screen.compared(say("Conversion within 90 days, by source"), CONVERSION, charts.conversion, by="source")
    left, right = screen.cards()
    with left:
        screen.curve(say("How long until the first order"), "lead.days_to_order", charts.days_to_order)
    with right:
        screen.trend(say("Leads collected by month"), "lead.count", charts.arrivals)
    with screen.card():
        scorecard.draw(screen, say("Sources side by side"), COMPARED, by="source")
