"""Calls and events: which calls are made, how they end, what events bring, and how skilled the staff are."""

from pages.shared import calls_cards, case_cards, filters, sentences, shapes
from pages.shared.charts import calls_events as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

TILES = ("lead.screened_on_time_rate", "call.duration", "event.show_rate", "event.yield")


def show(viewer: Viewer) -> None:
    """From the first call to the order at an event."""
    say = viewer.words.say
    asked = filters.sidebar(
        viewer, "calls_events", counting="call.duration", narrowed_by=("event_kind",), views=calls_cards.SIDES
    )
    screen = Screen(viewer, asked)
    screen.heading(
        say("Calls and events"), say("Are leads called in time, how do calls end, and what do events bring?"), TILES
    )
    screen.tiles(*TILES, width=240)
    left, right = screen.cards()
    with left:
        screen.figure(
            say("The six calls"), "call.step_rate", charts.ladder, tells=sentences.funnel, shape=shapes.funnel
        )
    with right:
        calls_cards.outcomes(screen, say("How calls end"))
    left, right = screen.cards()
    with left:
        screen.figure(
            say("Objections"), "call.objections", charts.objections, tells=sentences.counts, shape=shapes.largest
        )
    with right:
        screen.compared(say("Orders for each hundred who came"), "event.yield", charts.event_yield, by="event_kind")
    with screen.card():
        calls_cards.brought(screen, say("What events brought"))
    left, right = screen.cards()
    with left:
        calls_cards.came(screen, say("From invitation to order"))
    with right:
        names = screen.names
        filters.view_switch({side: names.of_code("side", side) for side in calls_cards.SIDES}, names.dimension("side"))
        calls_cards.skills(screen, say("Skill of the staff"))
    case_cards.events(screen)
