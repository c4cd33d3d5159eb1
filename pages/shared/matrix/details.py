"""What is shown of the matrix that is looked at, below the two that everybody sees first."""

from functools import partial

from pages.shared import retention_cards
from pages.shared.charts import satisfaction
from pages.shared.matrix import ages, cells, choice, customers, moves, points, repurchase, service
from pages.shared.matrix.choice import Matrix, Opened
from pages.shared.panels import Screen


def show(screen: Screen, matrix: Matrix) -> None:
    """The cards of one matrix."""
    cards = {
        "repurchase": _repurchase,
        "service_type": _service_type,
        "product_age": _product_age,
        "pareto": _pareto,
        **{opened: partial(_opened, matrix=opened) for opened in choice.ORDER},
    }
    cards[matrix](screen)


def _opened(screen: Screen, *, matrix: Opened) -> None:
    say = screen.viewer.words.say
    titles = {
        "distributor": say("Distributors: sales and loyalty"),
        "apostle": say("Apostles and defectors: satisfaction and loyalty"),
    }
    if matrix in titles:
        with screen.card():
            cells.card(screen, titles[matrix], matrix, columns=3 if matrix == "apostle" else 2)
    left, right = screen.cards()
    with left:
        points.card(screen, say("Where customers stand, and where the cuts lie"), matrix)
    with right:
        customers.card(screen, say("Customers"), matrix)
    left, right = screen.cards()
    with left:
        moves.card(screen, say("Who moved in the last month"), matrix)
    with right:
        cells.history_card(screen, say("Shares at each month's end"), cells.metric_of(matrix), matrix)
    with screen.card():
        cells.shares_card(screen, say("Customers and revenue, by cell"), matrix)


def _repurchase(screen: Screen) -> None:
    say = screen.viewer.words.say
    left, right = screen.cards()
    with left:
        repurchase.card(screen, say("Bought again, by what satisfied"))
    with right:
        repurchase.reference_card(screen, say("Beside what the trade quotes"))
    with screen.card():
        screen.trend(say("Bought again, by month of asking"), repurchase.METRIC, satisfaction.top2)


def _service_type(screen: Screen) -> None:
    say = screen.viewer.words.say
    left, right = screen.cards()
    with left:
        service.card(screen, say("Staff by type of service"), service.STAFF)
    with right:
        service.card(screen, say("Branches by type of service"), service.BRANCHES)
    with screen.card():
        service.months_card(screen, say("Type of each branch, month by month"))
    with screen.card():
        cells.history_card(screen, say("Staff by type, at each month's end"), service.STAFF, service.MATRIX)


def _product_age(screen: Screen) -> None:
    say = screen.viewer.words.say
    with screen.card():
        ages.card(screen, say("Active customers by age of product"))
    left, right = screen.cards()
    with left:
        ages.table_card(screen, say("Orders a year, by usage and age"), "orders_a_year")
    with right:
        ages.table_card(screen, say("Satisfaction, by usage and age"), "satisfaction")
    with screen.card():
        cells.history_card(screen, say("Ages of products at each month's end"), ages.METRIC, ages.MATRIX)


def _pareto(screen: Screen) -> None:
    say = screen.viewer.words.say
    top, gini = retention_cards.TOP20, retention_cards.GINI
    screen.tiles(top, gini)
    left, right = screen.cards()
    with left:
        retention_cards.pareto(screen, say("How much comes from how few"))
    with right:
        screen.trend(say("Revenue of the top fifth, by month"), top, satisfaction.top2)
