"""Overview: the monthly five with their alarms, the scorecard by region, and what flows in."""

from pages.shared import filters, scorecard
from pages.shared.charts import overview as charts
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics

MONTHLY_FIVE = (
    "five.satisfaction_rate",
    "five.repeat_rate",
    "five.referral_rate",
    "five.churn_rate",
    "five.complaint_rate",
    "five.return_rate",
)
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
        screen.trend(say("Orders by month"), "order.count", charts.orders)
    with screen.card():
        if viewer.branches["region_id"].nunique() > 1:
            scorecard.draw(screen, say("Scorecard by region"), MONTHLY_FIVE, by="region")
        else:
            scorecard.draw(screen, say("Scorecard by branch"), MONTHLY_FIVE, by="branch")
