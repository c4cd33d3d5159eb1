"""My branch: what is to be done today, in the order in which it burns, and whom to call."""

from pages.shared import action_cards, filters, sentences
from pages.shared.charts import my_branch as charts
from pages.shared.panels import Screen
from pages.shared.todos import todos
from pages.shared.viewer import Viewer

BEHIND = ("complaint.backlog_due", "nps", "lead.recycled_on_time_rate", "lead.screened_on_time_rate")
FIGURES = (*BEHIND, "matrix.portfolio", "survey.reach")


def show(viewer: Viewer) -> None:
    """One line that says what is due, then every list."""
    say = viewer.words.say
    asked = filters.sidebar(viewer, "my_branch", counting="complaint.backlog_due", is_timed=False)
    screen = Screen(viewer, asked)
    screen.heading(
        say("My branch"), say("What is to be done today, and whom is there to call?"), FIGURES, shows_scope=False
    )
    lists = todos(viewer.words)
    with screen.card():
        action_cards.today(screen, list(lists.values()))
    for pair in (("overdue", "soon"), ("call_back", "expiring"), ("screen", "pass_on"), ("visits", "surveys")):
        for half, name in zip(screen.cards(), pair, strict=True):
            with half:
                action_cards.listed(screen, lists[name])
    left, right = screen.cards()
    with left:
        action_cards.listed(screen, lists["call_again"])
    with right:
        left_over, told = say("Open complaints by time left"), sentences.parts
        screen.figure(left_over, "complaint.backlog_due", charts.time_left, tells=told)
    left, right = screen.cards()
    with left:
        screen.made(say("Visits got of those due"), "matrix.portfolio", charts.coverage, action_cards.coverage)
    with right:
        screen.trend(say("Customers asked each month"), "survey.reach", charts.reach)
