"""Six figures, as Superset's dashboard shows them: two numbers, a line, bars, a heat map, and a table of branches."""

from pages.shared import complaint_flow, filters, scorecard, sentences, shapes
from pages.shared.charts import complaints as charts
from pages.shared.charts import overview
from pages.shared.panels import Screen
from pages.shared.viewer import Viewer

COUNT, PROMISE = "complaint.count", "complaint.sla_rate"


def show(viewer: Viewer) -> None:
    """All of them over the rows of complaints, narrowed by the sidebar."""
    screen = Screen(viewer, filters.sidebar(viewer, "six", counting=COUNT))
    screen.heading("Complaints", "The same six figures.", (COUNT, PROMISE))
    screen.tiles(COUNT, PROMISE)
    left, right = screen.cards()
    with left:
        screen.trend("Complaints by month", COUNT, overview.orders)
    with right:
        told, shaped = sentences.counts, shapes.largest
        screen.figure("What complaints are about", COUNT, charts.categories, by=("category",), tells=told, shape=shaped)
    with screen.card():
        screen.made("When complaints come", COUNT, charts.hours, complaint_flow.hours)
    with screen.card():
        scorecard.draw(screen, "Branches side by side", (COUNT, PROMISE), by="branch")
