"""Drawings of data health: rows by fate, how far feeds reach, runs of a check, refusals, the way of the data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from typing import TypeAlias

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look

Chart: TypeAlias = "Callable[[pd.DataFrame, Look], alt.LayerChart]"
MOST_DRAWN = 2.0
"""Bars end at twice what may be: how far beyond that stands beside them."""


def rows_by_fate(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Delivered rows of each refresh as shares: accepted, superseded, quarantined. Columns: refresh, fate, value, value_text.

    Shares, because the first delivery is often a thousand times as large as the others.
    """
    palette = look.palette
    fates = [look.say("Accepted"), look.say("Superseded"), look.say("Quarantined")]
    drawn = (
        alt.Chart(rows)
        .mark_bar(stroke=palette.surface, strokeWidth=1, size=34)
        .encode(
            x=_refreshes(look),
            y=alt.Y("value:Q", title=None, stack="normalize", axis=theme.axis(look, format="~%")),
            color=alt.Color("fate:N", scale=alt.Scale(domain=fates, range=[palette.main, palette.muted, palette.bad])),
            tooltip=[
                alt.Tooltip("refresh:N", title=look.say("Refresh")),
                alt.Tooltip("fate:N", title=" "),
                alt.Tooltip("value_text:N", title=look.say("Rows")),
            ],
        )
    )
    return theme.finished(alt.layer(drawn), look, height=240)


def behind(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """How far behind the newest record each feed is, as a share of what it may be; the line is the whole of it.

    Columns: label, value (a share), due (1), is_late, value_text (says so where it is), and expected_text, until_text,
    arrived_text, due_text for the tip.
    """
    palette = look.palette
    base = alt.Chart(rows).encode(y=forms.rows_as_given(look))
    reach = alt.Scale(domain=[0, MOST_DRAWN], clamp=True, range=[0, {"expr": "width - 110"}])

    def along(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=None, axis=None, scale=reach)

    bars = base.mark_bar(height={"band": 0.62}, cornerRadiusEnd=3).encode(
        x=along("value"),
        color=alt.condition("datum.is_late", alt.value(palette.caution), alt.value(palette.main)),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("until_text:N", title=look.say("Data until")),
            alt.Tooltip("value_text:N", title=look.say("Behind the newest")),
            alt.Tooltip("expected_text:N", title=look.say("May lie behind")),
            alt.Tooltip("arrived_text:N", title=look.say("Came last")),
            alt.Tooltip("due_text:N", title=look.say("Next due")),
        ],
    )
    due = alt.Chart(rows).mark_rule(color=palette.muted, strokeDash=[3, 4]).encode(x=along("due"))
    said = base.mark_text(align="right", color=palette.text).encode(x=alt.value("width"), text="value_text:N")
    return theme.finished(alt.layer(bars, due, said), look, height=alt.Step(24))


def check_shares(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """A share that a check observed, run by run, against its bounds: that of the rows that broke it, or what it measures.

    Columns: refresh, value, low, high (empty where there is no bound), outcome, is_bad, value_text, bound_text, count_text, when.
    """
    return _check_runs(rows, look, lambda column: theme.y_share(look, column, zero=True))


def check_counts(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """The same of a number: of rows, or of what broke it."""
    return _check_runs(rows, look, lambda column: theme.y_number(look, column, zero=True))


def _check_runs(rows: pd.DataFrame, look: Look, along: Callable[[str], alt.Y]) -> alt.LayerChart:
    """Runs in the order given; those that did not pass are diamonds, so that colour is never alone. Bounds are broken steps."""
    palette = look.palette
    base = alt.Chart(rows).encode(x=_refreshes(look))
    line = base.mark_line(color=palette.muted, strokeWidth=1.5).encode(y=along("value"))
    dots = base.mark_point(filled=True, opacity=1).encode(
        y=along("value"),
        shape=alt.condition("datum.is_bad", alt.value("diamond"), alt.value("circle")),
        size=alt.condition("datum.is_bad", alt.value(110), alt.value(50)),
        color=alt.condition("datum.is_bad", alt.value(palette.bad), alt.value(palette.main)),
        tooltip=[
            alt.Tooltip("refresh:N", title=look.say("Refresh")),
            alt.Tooltip("when:N", title=look.say("When")),
            alt.Tooltip("outcome:N", title=look.say("Outcome")),
            alt.Tooltip("value_text:N", title=look.say("Observed")),
            alt.Tooltip("bound_text:N", title=look.say("Allowed")),
            alt.Tooltip("count_text:N", title=look.say("Rows that break it")),
        ],
    )
    bounds = [
        base.mark_tick(color=palette.caution, thickness=2, width={"band": 0.9}).encode(y=along(side))
        for side in ("low", "high")
    ]
    return theme.finished(alt.layer(*bounds, line, dots), look, height=180)


def refusals(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Refused rows by reason, the most first."""
    return forms.bars(rows, look)


def flow(
    edges: Sequence[tuple[str, str]],
    named: Mapping[str, str],
    look: Look,
    *,
    chosen: str,
    held: Collection[str],
    waiting: Collection[str],
) -> str:
    """The graph of `edges` in the DOT language, from the feeds on the left to the pages on the right.

    `named` says what nodes are called; a held feed and what waits for it have a thick broken border, and say so.
    """
    palette = look.palette
    drawn = [_node(node, named[node], look, chosen=chosen, held=held, waiting=waiting) for node in sorted(named)]
    drawn += [f'"{source}" -> "{target}"' for source, target in edges]
    style = (
        'rankdir=LR bgcolor="transparent" nodesep=0.12 ranksep=0.6'
        f' node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=12 color="{palette.muted}"'
        f' fillcolor="{palette.surface}" fontcolor="{palette.text}"] edge [color="{palette.muted}" arrowsize=0.6]'
    )
    return f"digraph {{ {style} {'; '.join(drawn)} }}"


def _node(node: str, name: str, look: Look, *, chosen: str, held: Collection[str], waiting: Collection[str]) -> str:
    palette = look.palette
    remark = look.say("held") if node in held else look.say("waits") if node in waiting else ""
    label = escape(name) + (
        f"<br/><font color='{palette.caution}' point-size='10'>{escape(remark)}</font>" if remark else ""
    )
    label = f"<b>{label}</b>" if node == chosen else label
    looks = [f"label=<{label}>"]
    looks += [f'color="{palette.caution}" penwidth=2 style="rounded,filled,dashed"'] if remark else []
    looks += [f'fillcolor="{palette.band}"'] if node == chosen else []
    return f'"{node}" [{" ".join(looks)}]'


def _refreshes(look: Look) -> alt.X:
    return alt.X(
        "refresh:N",
        title=look.say("Refresh"),
        sort=theme.AS_GIVEN,
        axis=alt.Axis(labelAngle=0, domain=False, ticks=False, labelOverlap=True),
    )
