"""The dictionary of metrics: choose one, read its entry, see what it is made from and where it is shown."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import explain, markup
from pages.shared.charts import lineage as charts
from pages.shared.drawings import Drawing
from pages.shared.markup import Cell
from pages.shared.panels import Screen, html
from pages.shared.text import Words
from warehouse.metrics import Metric, metrics
from warehouse.queries.lineage import Step, steps

CODES: tuple[str, ...] = tuple(metrics())
PAGES = Path(__file__).parents[1]


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
        explain.metric(screen.viewer, code)
        used = [_screen(words)[name] for name in where_used().get(code, ())]
        _said(words.say("Shown on"), words.listed(used) or words.say("the command line"))
        changes = "  \n".join(f"{words.day(change.on)}: {words.label(change.said)}" for change in about.changes)
        _said(words.say("Changes of the definition"), changes)


def lineage(screen: Screen, code: str) -> None:
    """The columns that the figure is made from, table by table up to the feeds."""
    with screen.guarded():
        words, about = screen.viewer.words, metrics()[code]
        found = steps(about)
        table = _table(words, found)
        screen.titled(words.say("What it is made from"), Drawing(rows=table, tells=_tells(screen, found), table=table))
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
    html(markup.title(say("All figures"), tells))
    html(markup.table(heads, lines, described=tells))


@cache
def where_used() -> Mapping[str, Sequence[str]]:
    """The screens that show each metric, read from the screens' own files and from what they hand on to."""
    found: dict[str, list[str]] = {}
    for path in sorted(PAGES.glob("*.py")):
        helped = {path, *(_named(path, module) for module in re.findall(r"\b(\w+)\.\w+\(", path.read_text("utf-8")))}
        text = "".join(file.read_text("utf-8") for file in helped if file.exists())
        for code in re.findall(r'"([a-z]+(?:\.[a-z0-9_]+)?)"', text):
            if code in metrics() and path.stem not in found.setdefault(code, []):
                found[code].append(path.stem)
    return found


def _named(page: Path, module: str) -> Path:
    return page.parent / "shared" / f"{module}.py"


def _said(title: str, text: str) -> None:
    st.markdown(f"**{title}**  \n{text}")


def _screen(words: Words) -> Mapping[str, str]:
    say = words.say
    return {
        "overview": say("Overview"),
        "lead_sources": say("Lead sources"),
        "calls_events": say("Calls and events"),
        "segments": say("Segment matrices"),
        "complaints": say("Complaints"),
        "satisfaction": say("Satisfaction"),
        "retention": say("Retention"),
        "my_branch": say("My branch"),
        "data_health": say("Data health"),
    }


def _line(screen: Screen, about: Metric) -> list[Cell]:
    words = screen.viewer.words
    good = {"up": words.say("up"), "down": words.say("down"), "none": "–"}[about.direction]
    used = [_screen(words)[name] for name in where_used().get(about.code, ())]
    return [
        Cell(words.label(about.label)),
        Cell(about.code, "quiet"),
        Cell(words.label(about.unit_label)),
        Cell(good),
        Cell(words.label(about.owner_label)),
        Cell(words.listed(used) or "–"),
    ]


def _tells(screen: Screen, found: Sequence[Step]) -> str:
    fed = sorted({step.from_table.removeprefix("feed.") for step in found if step.from_table.startswith("feed.")})
    named = [screen.names.feed(feed) for feed in fed]
    return screen.viewer.words.say("It comes from {feeds}.", feeds=screen.viewer.words.listed(named))


def _table(words: Words, found: Sequence[Step]) -> pd.DataFrame:
    every = words.say("rows")
    lines = [
        (f"{step.table} · {step.column or every}", f"{step.from_table} · {step.from_column or every}") for step in found
    ]
    return pd.DataFrame(lines, columns=[words.say("Column"), words.say("Made from")])
