"""Retention: do customers come back, do they bring others, and what does it cost to win and to keep them."""

from pages.shared import cohorts, filters, overview_cards, retention_cards, scorecard
from pages.shared.charts import retention as charts
from pages.shared.matrix import customers
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics

RATES = ("five.repeat_rate", "five.referral_rate", "five.churn_rate", "five.return_rate")
MONEY = ("five.cost_to_win", "five.cost_to_keep", "matrix.pareto_top20", "matrix.gini")

TIERS = tuple(f"value_tier.{tier}" for tier in ("edge", "lost", "opportunity", "loyal"))
"""Whose customers are listed: those first who can still be kept."""


def show(viewer: Viewer) -> None:
    """From the first order to the customers who stay, and what they bring and cost."""
    words, say = viewer.words, viewer.words.say
    screen = Screen(viewer, filters.sidebar(viewer, "retention", counting="order.count", views=TIERS))
    screen.heading(
        say("Retention"),
        say("Do customers come back and bring others, and what does it cost to win and to keep them?"),
        (*RATES, *MONEY),
    )
    screen.tiles(*RATES, width=240)
    screen.tiles(*MONEY, width=240)
    for pair in (RATES[:2], RATES[2:]):
        for half, code in zip(screen.cards(), pair, strict=True):
            with half:
                screen.trend(words.label(metrics()[code].label), code, charts.monthly)
    left, right = screen.cards()
    with left:
        cohorts.draw(screen, say("Who came back, by quarter of the first order"))
    with right:
        retention_cards.win_and_keep(screen, say("Cost to win against cost to keep"))
    left, right = screen.cards()
    with left:
        retention_cards.pareto(screen, say("How much comes from how few"))
    with right:
        retention_cards.moves(screen, say("Moves between value tiers"))
    left, right = screen.cards()
    with left:
        overview_cards.ladder(screen, say("Value ladder"))
    with right:
        retention_cards.product_age(screen, say("Age of the product"))
    with screen.card():
        customers.card(screen, say("Customers of a tier"), "value_tier")
    with screen.card():
        scorecard.draw(screen, say("Branches side by side"), (*RATES, *MONEY[:2]), by="branch")
