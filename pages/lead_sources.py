"""Lead sources: where leads come from, how far they get, and which sources turn into orders."""

from pages.shared import case_cards, filters, lead_cards, scorecard, sentences, shapes
from pages.shared.charts import lead_sources as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

FIGURES = ("count", "genuine_rate", "screened_on_time_rate", "conversion_90", "days_to_order")
MONEY = ("conversion_180", "recycled_on_time_rate", "cost", "cost_per_lead", "cost_per_order")
TILES = tuple(f"lead.{name}" for name in (*FIGURES, *MONEY))
UNCOMPARED = {"lead.days_to_order", "lead.recycled_on_time_rate", "lead.cost"}
COMPARED = (*(code for code in TILES if code not in UNCOMPARED), "lead.roi")
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
        lead_cards.triangle(screen, say("Conversion of each month's leads"))
    with screen.card():
        scorecard.draw(screen, say("Sources side by side"), COMPARED, by="source")
        lead_cards.ripeness(screen)
    left, right = screen.cards()
    with left:
        lead_cards.attribution(screen, say("Which source is credited with the orders"))
    with right:
        screen.compared(say("Conversion by owner"), "lead.owner_conversion", charts.conversion, by="owner")
        screen.trend(say("Leads collected by month"), "lead.count", charts.arrivals)
    left, right = screen.cards()
    with left:
        lead_cards.marks(screen, say("The four marks"))
    with right:
        lead_cards.by_marks(screen, say("Conversion by number of marks"))
    case_cards.leads(screen)
