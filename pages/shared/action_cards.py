"""The parts of my branch: what is to be done, each list with its rule, its rows to take away, and whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared import action_tables, cached, contact, markup, sentences, takeaway
from pages.shared.cached import Answer
from pages.shared.contact import Case
from pages.shared.downloads import Sheet
from pages.shared.drawings import Drawing
from pages.shared.guard import html
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS, Screen
from pages.shared.todos import CASES, Todo
from warehouse.metrics import cells
from warehouse.queries import action_lists


@dataclass(frozen=True)
class Listed:
    """One list as it is drawn, made once for a scope: its head, its rows for reading and as they travel, the codes of their cases."""

    title: str
    tells: str
    table: pd.DataFrame
    arrow: pa.Table
    codes: Sequence[str]


def today(screen: Screen, todos: Sequence[Todo]) -> None:
    """A card's content: what is due, in one sentence and in one row of counts, most urgent first."""
    with screen.guarded():
        head, agenda, sheet = screen.inquiry.kept("today", lambda: _today(screen, todos))
        html(head)
        html(agenda)
        screen.shown.append(sheet)


def _today(screen: Screen, todos: Sequence[Todo]) -> tuple[str, str, Sheet]:
    words, say = screen.viewer.words, screen.viewer.words.say
    counts = {todo.title: (todo, sentences.in_all(_rows(screen, todo))) for todo in todos if not _absent(screen, todo)}
    due = [todo.counted(count) for todo, count in counts.values() if count]
    if due:
        told = say("As the data stood on {day}: {due}.", day=words.day(screen.asked.last_day), due=words.listed(due))
    elif len(counts) == len(todos):
        told = say("Nothing is due today.")
    else:
        told = say("Nothing is due of what is delivered; the lists below say which feeds are missing.")
    where = " · ".join(sentences.place(words, screen.names, screen.scope, screen.viewer.branches))
    items = [(words.number(count), title, count > 0) for title, (_, count) in counts.items()]
    lines = pd.DataFrame(
        [(title, count) for title, (_, count) in counts.items()], columns=[say("To do"), say("How many")]
    )
    return markup.title(told, where), markup.agenda(items, described=told), Sheet(say("To do"), told, lines)


def listed(screen: Screen, todo: Todo) -> None:
    """A card's content: one list, with the rule by which a row stands there, to take away and to call from."""
    with screen.guarded():
        made = screen.inquiry.kept(("to do", todo.title), lambda: _listed(screen, todo))
        if not isinstance(made, Listed):
            screen.nothing(todo.title, made)
            return
        key = f"list-{next(screen.numbers)}"
        screen.shown.append(Sheet(todo.title, made.tells, made.table))
        html(markup.title(made.title, made.tells))
        height = min(ROW_PIXELS * (len(made.table) + 1) + 2, LONGEST_TABLE)
        place = contact.table(screen.viewer, todo.title, made.arrow, height=height, key=f"{key}-rows")
        case = None if place is None else Case(todo.case, made.codes[place], str(made.table.iloc[place, 0]))
        with st.container(horizontal=True, gap="small"):
            contact.button(screen.viewer, case, key=f"{key}-call")
            takeaway.table(screen.inquiry, todo.title, made.table, key=f"{key}-csv")


def _listed(screen: Screen, todo: Todo) -> Listed | Missing:
    words = screen.viewer.words
    if absent := _absent(screen, todo):
        missing = screen.inquiry.missing(Answer(metric=todo.metric, absent=absent))
        return missing or ("no-rows", todo.title, todo.none)
    rows = _rows(screen, todo)
    if rows.empty:
        return "no-rows", words.say("Nothing to do here"), todo.none
    table = action_tables.written(rows, todo.columns, screen.names, screen.viewer.standing.currency)
    return Listed(
        title=f"{todo.title} · {words.number(sentences.in_all(rows))}",
        tells=words.sentences(todo.rule, *sentences.cut_off(words, rows)),
        table=table,
        arrow=action_tables.ready(table),
        codes=[str(code) for code in rows[CASES[todo.case]]],
    )


def coverage(inquiry: Inquiry) -> Drawing | Missing:
    """Visits got of those due, by portfolio cell, up to the end of the last month."""
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    answer = inquiry.ask("matrix.portfolio")
    if missing := inquiry.missing(answer):
        return missing
    order = list(action_lists.PLACED)
    rows = inquiry.readable(answer)
    rows = rows[rows["part"].isin(order) & rows["coverage"].notna()]
    if rows.empty:
        return "too-few", say("Visits unknown"), say("Deliver the contacts, and this fills itself.")
    rows = rows.sort_values("part", key=lambda parts: parts.map(order.index))
    rows = rows.assign(label=[words.label(cells("portfolio")[part].label) for part in rows["part"]], whole=1.0)
    rows["coverage_text"] = [words.percent(share, 0) for share in rows["coverage"]]
    rows["visits_text"] = [
        f"{words.number(got)} / {words.number(due)}"
        for got, due in zip(rows["visits_got"], rows["visits_due"], strict=True)
    ]
    least = rows.loc[rows["coverage"].idxmin()]
    tells = say(
        "Least covered: {cell}, with {visits} visits got of those due ({share}).",
        cell=least["label"],
        visits=least["visits_text"],
        share=least["coverage_text"],
    )
    heads = {"label": say("Cell"), "visits_text": say("Visits got / due"), "coverage_text": say("Coverage")}
    drawn = rows[["label", "coverage", "whole", "coverage_text", "visits_text"]]
    return Drawing(rows=drawn, tells=tells, table=rows[list(heads)].rename(columns=heads))


def _rows(screen: Screen, todo: Todo) -> pd.DataFrame:
    question, *more = todo.asks
    rows = cached.rows(screen.viewer.asker, question, screen.scope, *more)
    if "overall_to" in rows:
        said = zip(rows["overall"], rows["overall_to"], strict=True)
        number = screen.viewer.words.number
        return rows.assign(overall_text=["–" if of != of else f"{number(score)} / {number(of)}" for score, of in said])
    return rows


def _absent(screen: Screen, todo: Todo) -> tuple[str, ...]:
    """Feeds that the list needs and nobody has delivered yet."""
    known = set(cached.rows(screen.viewer.asker, action_lists.feeds)["feed"])
    return tuple(feed for feed in todo.needs if feed not in known)
