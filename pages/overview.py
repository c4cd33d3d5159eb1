"""Overview: the monthly five with their alarms, why they changed, the scorecard by region, the ladder and the chain."""

from pages.shared import filters, overview_cards, scorecard
from pages.shared.charts import overview as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics

RATES = ("satisfaction", "repeat", "referral", "churn", "complaint", "return")
MONTHLY_FIVE = tuple(f"five.{name}_rate" for name in RATES)
CONVERSION = "lead.conversion_90"
FLOWS = ("lead.count", "order.count", "order.amount", "complaint.count")


def show(viewer: Viewer) -> None:
    """The first page: is anything beyond usual variation, and where."""
    words, say = viewer.words, viewer.words.say
    screen = Screen(viewer, filters.sidebar(viewer, "overview", counting="order.count", views=MONTHLY_FIVE))
    screen.heading(
        say("Overview"),
        say("How is the company doing, and what changed beyond usual variation?"),
        (*MONTHLY_FIVE, *FLOWS),
    )
    screen.tiles(*MONTHLY_FIVE, *FLOWS)
    left, right = screen.cards()
    with left:
        filters.view_switch({code: words.label(metrics()[code].label) for code in MONTHLY_FIVE}, say("Monthly five"))
        screen.trend(words.label(metrics()[screen.asked.view].label), screen.asked.view, charts.monthly)
    with right:
        overview_cards.why(screen, say("What changed, and why"), screen.asked.view)
    left, right = screen.cards()
    with left:
        screen.trend(say("Orders by month"), "order.count", charts.orders)
    with right:
        overview_cards.why(screen, say("Why conversion in 90 days changed"), CONVERSION, by="source")
    with screen.card():
        by = screen.inquiry.place
        title = say("Scorecard by region") if by == "region" else say("Scorecard by branch")
        scorecard.draw(screen, title, MONTHLY_FIVE, by=by)
    left, right = screen.cards()
    with left:
        overview_cards.ladder(screen, say("Value ladder"))
    with right:
        overview_cards.chain(screen, say("From handling to loyalty"))
