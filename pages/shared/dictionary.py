"""The dictionary of metrics: choose one, read its entry, see what it is made from and where it is shown."""

import pandas as pd
import streamlit as st

from pages.shared import explain, markup, usage
from pages.shared.charts import lineage as charts
from pages.shared.downloads import Sheet
from pages.shared.drawings import Drawing
from pages.shared.markup import Cell
from pages.shared.names import screens
from pages.shared.panels import Screen, html
from warehouse.metrics import Metric, metrics

CODES: tuple[str, ...] = tuple(metrics())


def choose(screen: Screen) -> None:
    """One metric, found by typing any part of its name or code."""
    words = screen.viewer.words
    st.selectbox(
        words.say("Find a figure by its name or code"),
        CODES,
        format_func=lambda code: f"{words.label(metrics()[code].label)} · {code}",
        key="view",
    )


def entry(screen: Screen, code: str) -> None:
    """Everything that the catalogue says of a metric, with its SQL and its checks."""
    with screen.guarded():
        words, about = screen.viewer.words, metrics()[code]
        explain.metric(screen.viewer, code, key="entry", is_entry=True)
        changes = "  \n".join(f"{words.day(change.on)}: {words.label(change.said)}" for change in about.changes)
        title = words.say("Changes of the definition")
        st.markdown(f"**{title}**  \n{changes}")


def lineage(screen: Screen, code: str) -> None:
    """The columns that the figure is made from, table by table up to the feeds."""
    with screen.guarded():
        from warehouse.queries.lineage import steps  # reads SQL, which takes 9 MB

        words, about = screen.viewer.words, metrics()[code]
        found = steps(about)
        table = explain.origin_table(words, found)
        drawing = Drawing(rows=table, tells=explain.origin(screen.viewer, found), table=table)
        screen.titled(words.say("What it is made from"), drawing)
        st.graphviz_chart(charts.graph(found, screen.viewer.look, figure=words.label(about.label)), width="stretch")


def everything(screen: Screen) -> None:
    """The whole catalogue as one table."""
    words = screen.viewer.words
    say = words.say
    heads = [
        say("Figure"),
        say("Code"),
        say("Unit"),
        say("Good direction"),
        say("Owner"),
        say("Shown on"),
    ]
    lines = [_line(screen, about) for about in metrics().values()]
    tells = words.say_many("{n} figure, each defined once.", "{n} figures, each defined once.", len(lines))
    table = pd.DataFrame([[cell.said for cell in line] for line in lines], columns=heads)
    screen.shown.append(Sheet(say("All figures"), tells, table))
    html(markup.title(say("All figures"), tells))
    html(markup.table(heads, lines, described=tells))


def _line(screen: Screen, about: Metric) -> list[Cell]:
    words = screen.viewer.words
    good = {"up": words.say("up"), "down": words.say("down"), "none": "–"}[about.direction]
    used = [screens(words)[name] for name in usage.where_used().get(about.code, ())]
    return [
        Cell(words.label(about.label)),
        Cell(about.code, "quiet"),
        Cell(words.label(about.unit_label)),
        Cell(good),
        Cell(words.label(about.owner_label)),
        Cell(words.listed(used) or "–"),
    ]
