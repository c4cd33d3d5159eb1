"""Complaints: how fast they are answered and settled, what waits, and what they are about."""

from pages.shared import case_cards, complaint_cards, complaint_flow, filters, scorecard, sentences, shapes
from pages.shared.charts import complaints as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer
from warehouse.queries import complaint_lists

TILES = tuple(f"complaint.{name}" for name in ("count", "first_response", "resolution", "sla_rate", "backlog"))
AFTER = tuple(f"complaint.{name}" for name in ("reopen_rate", "repeat_rate", "first_contact_rate", "silent"))
HONEST_AND_COMMON = ("complaint.resolution", "complaint.resolution_closed_only")
FILTERS = ("category", "severity", "channel")


def show(viewer: Viewer) -> None:
    """From receipt to the end, and what comes after it."""
    say = viewer.words.say
    about = {"counting": "complaint.count", "narrowed_by": FILTERS, "views": case_cards.PROMISES}
    screen = Screen(viewer, filters.sidebar(viewer, "complaints", **about))
    screen.heading(
        say("Complaints"),
        say("How long do customers wait for an answer and a solution, and what is overdue?"),
        TILES + AFTER,
    )
    screen.tiles(*TILES)
    screen.tiles(*AFTER)
    with screen.card():
        screen.figure(say("Promises kept"), "complaint.sla", charts.sla, tells=sentences.parts, shape=shapes.sla)
    left, right = screen.cards()
    with left:
        screen.beside(say("Time to resolve"), HONEST_AND_COMMON, charts.resolution)
    with right:
        screen.curve(say("How many are resolved by when"), "complaint.resolution", charts.settled)
    with screen.card():
        screen.made(say("Branches and chance"), "complaint.branch", charts.branches, complaint_cards.branches)
    left, right = screen.cards()
    with left:
        screen.made(say("Causes"), "complaint.cause", charts.causes, complaint_cards.reasons)
    with right:
        screen.made(say("Orders after a complaint"), "complaint.recovery", charts.recovery, complaint_cards.recovery)
    left, right = screen.cards()
    with left:
        what, told, shaped = say("What complaints are about"), sentences.counts, shapes.largest
        screen.figure(what, "complaint.count", charts.categories, by=("category",), tells=told, shape=shaped)
    with right:
        screen.made(say("Arrivals by day"), "complaint.count", charts.arrivals, complaint_cards.arrivals)
    with screen.card():
        screen.made(say("When complaints come"), "complaint.count", charts.hours, complaint_flow.hours)
    left, right = screen.cards()
    with left:
        ends = say("Open at the end of each week")
        screen.made(ends, "complaint.backlog", charts.backlog, complaint_flow.backlog)
    with right:
        screen.figure(say("Open now, by age in days"), "complaint.backlog_age", charts.ages, tells=sentences.parts)
    with screen.card():
        scorecard.draw(screen, say("Branches side by side"), TILES, by="branch")
    with screen.card():
        screen.listing(say("Overdue now"), complaint_lists.overdue, "complaint.sla")
    case_cards.complaints(screen)
