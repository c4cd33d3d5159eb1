"""The cases behind the figures of a page: complaints, leads, answers, events. Newest or most urgent first, nothing personal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import cached, comment_card, contact, drill, filters, markup, takeaway
from pages.shared.contact import Case
from pages.shared.downloads import Sheet
from pages.shared.drawings import Listed
from pages.shared.guard import html
from pages.shared.markup import Missing
from pages.shared.names import Names
from pages.shared.panels import ROW_PIXELS, Screen
from pages.shared.shapes import SLA_ORDER
from warehouse.queries import case_lists
from warehouse.queries.case_lists import DAYS_KEPT

PROMISES = ("all", *SLA_ORDER)
"""The parts of their promise in which complaints can be listed."""
STAGES = ("collected", "genuine", "reached", "invited", "attended", "ordered", "ordered_again", "referred")
COMMENTS_HEIGHT = 240
"""As high as the drawing beside it."""
Written = Callable[[Names, Mapping[Any, Any]], str]


@dataclass(frozen=True)
class List:
    """One kind of case: `question` finds them, with what it is `asked` beside the scope; `metric` is what they stand behind,
    `columns` say how each is written."""

    title: str
    told: str
    question: Callable[..., pd.DataFrame]
    metric: str
    columns: Mapping[str, Written]
    asked: tuple[str, ...] = ()


def complaints(screen: Screen) -> None:
    """A card with the complaints behind the page, or those in one part of their promise, which a switch chooses."""
    say, sla = screen.viewer.words.say, screen.asked.view
    columns = {
        say("Complaint"): _text("complaint_id"),
        say("Promise"): _code("sla", "sla"),
        **_codes(screen.names, "branch", "category", "severity", "channel", "cause"),
        say("Received"): _stamp("opened_at"),
        say("Due"): _stamp("due_at"),
        say("Ended"): _stamp("ended_at"),
        say("Answered"): _yes("is_responded"),
        say("Handled by"): _text("handler_staff_id"),
        say("Customer"): _text("customer_code"),
    }
    told = say("Open and late first, then open, then the newest. Open ones are kept for as long as they are open.")
    title = say("The complaints behind these figures")
    parts = {"all": say("All"), **{part: screen.names.of_code("sla", part) for part in PROMISES[1:]}}
    if drill.has_clicked_view():
        st.toast(say("The list at the end of the page shows them: {part}.", part=parts[sla]))
    with screen.card():
        filters.view_switch(parts, say("Promise"))
        only = (sla,) if sla in PROMISES[1:] else ()
        _draw(screen, List(title, told, case_lists.complaints, "complaint.count", columns, only))


def leads(screen: Screen) -> None:
    """A card with the leads behind the page."""
    say = screen.viewer.words.say
    columns = {
        say("Lead"): _text("lead_id"),
        say("Collected"): _stamp("collected_at"),
        **_codes(screen.names, "branch", "source"),
        say("Genuine"): _yes("is_genuine"),
        say("Got as far as"): lambda names, row: names.of_code("stage", STAGES[int(row["stage"]) - 1]),
        say("Customer"): _text("customer_code"),
    }
    title, told = say("The leads behind these figures"), say("The newest first.")
    _card(screen, List(title, told, case_lists.leads, "lead.count", columns))


def answers(screen: Screen) -> None:
    """A card with the answered surveys behind the page."""
    say = screen.viewer.words.say
    columns = {
        say("Survey"): _text("invite_id"),
        say("Overall"): _score("overall", "overall_to"),
        say("Would recommend"): _score("recommend"),
        **_codes(screen.names, "branch", "method", "wave"),
        say("Sent"): _day("sent_on"),
        say("Answered"): _stamp("answered_at"),
        say("Comments"): _count("commented"),
        say("Complaint"): _text("complaint_id"),
        say("Customer"): _text("customer_code"),
    }
    title, told = say("The answers behind these figures"), say("The least satisfied first, then the newest.")
    _card(screen, List(title, told, case_lists.answers, "survey.response_rate", columns))


def comments(screen: Screen, title: str) -> None:
    """The surveys in which something was written, each to be opened by the head of its branch; nobody else reads any."""
    viewer, say = screen.viewer, screen.viewer.words.say
    if not contact.heads_a_branch(viewer):
        return
    columns = {
        say("Survey"): _text("invite_id"),
        say("Overall"): _score("overall", "overall_to"),
        say("Comments"): _count("commented"),
        **_codes(screen.names, "branch", "method"),
        say("Answered"): _stamp("answered_at"),
    }
    told = say("The least satisfied first, then the newest.")
    with screen.guarded():
        listed = _listed(screen, List(title, told, case_lists.commented, "csat.comments", columns))
        if listed is None:
            return
        found, table, tells = listed
        screen.shown.append(Sheet(title, tells, table.rows))
        html(markup.title(title, tells))
        key = f"comments-{next(screen.numbers)}"
        height = min(ROW_PIXELS * (len(found) + 1) + 2, COMMENTS_HEIGHT)
        place = contact.table(viewer, title, table.arrow, height=height, key=f"{key}-rows")
        code = None if place is None else str(found["invite_id"].iloc[place])
        with st.container(horizontal=True, gap="small"):
            comment_card.button(viewer, code and Case("survey", code, code), key=f"{key}-read")
            takeaway.table(screen.inquiry, title, table.rows, key=f"{key}-csv")


def events(screen: Screen) -> None:
    """A card with the events behind the page."""
    say = screen.viewer.words.say
    columns = {
        say("Event"): _text("event_id"),
        say("Held on"): _day("held_on"),
        **_codes(screen.names, "branch"),
        screen.names.dimension("event_kind"): _code("event_kind", "event_kind"),
        say("Invited"): _count("invited"),
        say("Confirmed"): _count("confirmed"),
        say("Attended"): _count("attended"),
        say("Customers already"): _count("existing"),
    }
    title, told = say("The events behind these figures"), say("The newest first.")
    _card(screen, List(title, told, case_lists.events, "event.show_rate", columns))


def _card(screen: Screen, cases: List) -> None:
    with screen.card():
        _draw(screen, cases)


def _draw(screen: Screen, cases: List) -> None:
    with screen.guarded():
        if listed := _listed(screen, cases):
            _, table, tells = listed
            html(markup.title(cases.title, tells))
            screen.table(cases.title, table, tells)


def _listed(screen: Screen, cases: List) -> tuple[pd.DataFrame, Listed, str] | None:
    """The cases as found and as written, with their sentence; None after having drawn why there are none."""
    inquiry = screen.inquiry
    answer = inquiry.ask(cases.metric)
    if answer.absent and (missing := inquiry.missing(answer)):
        screen.nothing(cases.title, missing)
        return None
    found = cached.rows(screen.viewer.asker, cases.question, inquiry.known_scope(cases.metric), *cases.asked)
    if found.empty:
        screen.nothing(cases.title, _none(screen))
        return None
    what = ("cases", cases.title, tuple(cases.columns), cases.asked)
    table = inquiry.kept(what, lambda: Listed(_written(screen.names, found, cases.columns)))
    return found, table, screen.viewer.words.sentences(_counted(screen, found), cases.told)


def _written(names: Names, found: pd.DataFrame, columns: Mapping[str, Written]) -> pd.DataFrame:
    rows = found.to_dict("records")
    return pd.DataFrame({title: [write(names, row) for row in rows] for title, write in columns.items()})


def _counted(screen: Screen, found: pd.DataFrame) -> str:
    """How many cases there are, how many of them are listed, and how far back they are kept."""
    words, cases = screen.viewer.words, int(found["cases"].iloc[0])
    kept = words.say("Cases are kept for {days} days.", days=DAYS_KEPT)
    if cases == len(found):
        said = words.say_many("{n} case in this choice.", "{n} cases in this choice.", cases)
    else:
        said = words.say_many(
            "The first {listed} of {n} case in this choice.",
            "The first {listed} of {n} cases in this choice.",
            cases,
            listed=words.number(len(found)),
        )
    return words.sentences(said, kept)


def _none(screen: Screen) -> Missing:
    say = screen.viewer.words.say
    told = say(
        "Cases are kept for {days} days. Choose a period that reaches into them, or fewer filters.", days=DAYS_KEPT
    )
    return "no-rows", say("No case is kept of this period"), told


def _is_known(value: object) -> bool:
    return value is not None and bool(pd.notna(value))


def _text(column: str) -> Written:
    return lambda names, row: str(row[column]) if _is_known(row[column]) else "–"


def _code(column: str, dimension: str) -> Written:
    return lambda names, row: names.of_code(dimension, row[column]) if _is_known(row[column]) else "–"


def _codes(names: Names, *dimensions: str) -> dict[str, Written]:
    """Columns of places and codes, each under the name of its dimension."""
    columns = {name: f"{name}_id" if name == "branch" else f"{name}_code" for name in dimensions}
    return {names.dimension(name): _code(column, name) for name, column in columns.items()}


def _stamp(column: str) -> Written:
    return lambda names, row: names.words.stamp(row[column]) if _is_known(row[column]) else "–"


def _day(column: str) -> Written:
    return lambda names, row: f"{row[column]:%Y-%m-%d}" if _is_known(row[column]) else "–"


def _count(column: str) -> Written:
    return lambda names, row: names.words.number(float(row[column]))


def _score(column: str, of: str | None = None) -> Written:
    """A score, with the top of its scale where that differs from survey to survey."""

    def write(names: Names, row: Mapping[Any, Any]) -> str:
        if not _is_known(row[column]):
            return "–"
        scored = f"{float(row[column]):g}"
        return scored if of is None else f"{scored} / {float(row[of]):g}"

    return write


def _yes(column: str) -> Written:
    def write(names: Names, row: Mapping[Any, Any]) -> str:
        if not _is_known(row[column]):
            return "–"
        return names.words.say("yes") if row[column] else names.words.say("no")

    return write
