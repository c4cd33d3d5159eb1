"""Satisfaction: what customers say after the sale, how sure we are of it, and who answered."""

from pages.shared import filters, scorecard, sentences, shapes
from pages.shared.charts import satisfaction as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

TILES = ("csat.top2", "csat.mean", "nps", "survey.response_rate")
COMPARED = ("csat.top2", "csat.mean", "nps", "survey.response_rate")


def show(viewer: Viewer) -> None:
    """How satisfied, how many would recommend us, how many answered."""
    say = viewer.words.say
    asked = filters.sidebar(viewer, "satisfaction", counting="survey.response_rate", narrowed_by=("method", "wave"))
    screen = Screen(viewer, asked)
    screen.heading(
        say("Satisfaction"), say("How satisfied are customers, would they recommend us, and who has answered?"), TILES
    )
    screen.tiles(*TILES, width=240)
    left, right = screen.cards()
    with left:
        screen.trend(say("Satisfied customers by month"), "csat.top2", charts.top2)
    with right:
        screen.figure(
            say("All answers, worst to best"),
            "csat.distribution",
            charts.distribution,
            tells=sentences.parts,
            shape=shapes.answers,
        )
    left, right = screen.cards()
    with left:
        screen.trend(say("Net promoter score by month"), "nps", charts.nps)
    with right:
        screen.compared(say("Response by method"), "survey.response_rate", charts.response, by="method")
    with screen.card():
        screen.compared(
            say("Satisfied by question"), "csat.top2", charts.questions, by="question", shape=shapes.plain_questions
        )
    with screen.card():
        scorecard.draw(screen, say("Branches side by side"), COMPARED, by="branch")
