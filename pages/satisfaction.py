"""Satisfaction: what customers say after the sale, how sure we are of it, what moves it, and whom it speaks for."""

from pages.shared import case_cards, filters, satisfaction_cards, scorecard, sentences, shapes
from pages.shared.charts import satisfaction as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

TILES = ("csat.top2", "csat.mean", "nps", "survey.response_rate")


def show(viewer: Viewer) -> None:
    """How satisfied, how many would recommend us, what was expected, how many answered."""
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
        spread, told = say("All answers, worst to best"), sentences.parts
        screen.figure(spread, "csat.distribution", charts.distribution, tells=told, shape=shapes.answers)
    left, right = screen.cards()
    with left:
        screen.made(say("Expected and experienced"), "servqual.gap", charts.expectation, satisfaction_cards.dumbbells)
    with right:
        screen.made(say("What to mend first"), "servqual.gap", charts.importance, satisfaction_cards.importance)
    left, right = screen.cards()
    with left:
        screen.made(say("What moves satisfaction"), "csat.drivers", charts.drivers, satisfaction_cards.drivers)
    with right:
        screen.made(say("Experience against expectation"), "csat.moved", charts.distribution, satisfaction_cards.steps)
    left, right = screen.cards()
    with left:
        screen.trend(say("Net promoter score by month"), "nps", charts.nps)
    with right:
        screen.made(say("Whoever answered"), "csat.weighted_top2", charts.weighted, satisfaction_cards.weighted)
    left, right = screen.cards()
    with left:
        screen.made(say("Who answered, by tier"), "survey.bias", charts.bias, satisfaction_cards.bias, "tier")
    with right:
        screen.made(say("Who answered, by region"), "survey.bias", charts.bias, satisfaction_cards.bias, "region")
    left, right = screen.cards()
    with left:
        screen.compared(say("Response by method"), "survey.response_rate", charts.response, by="method")
    with right:
        said, shaped = say("Satisfied by question"), shapes.plain_questions
        screen.compared(said, "csat.top2", charts.questions, by="question", shape=shaped)
    with screen.card():
        screen.made(say("Answers with a comment"), "csat.comments", charts.distribution, satisfaction_cards.comments)
        case_cards.comments(screen, say("What customers wrote"))
    with screen.card():
        scorecard.draw(screen, say("Branches side by side"), TILES, by="branch")
    case_cards.answers(screen)
