"""Drawings of calls and events: outcomes, objections, yield, from invitation to order, skills."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, lead_sources, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look


def ladder(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """How many leads got each of the six calls in their order, drawn as the funnel of leads is."""
    return lead_sources.funnel(rows, look)


def outcomes(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """How calls of each purpose ended, as shares; wide parts say what they are, so that colour is never alone.

    Columns: label, outcome, position, share, share_text, value_text, said.
    """
    palette, say = look.palette, look.say
    base = alt.Chart(rows).encode(
        y=forms.rows_as_given(look),
        x=alt.X("share:Q", stack="zero", title=None, axis=None, scale=alt.Scale(domain=[0, 1])),
        order=alt.Order("position:Q"),
        tooltip=[
            alt.Tooltip("label:N", title=say("Purpose of the call")),
            alt.Tooltip("outcome:N", title=say("Outcome")),
            alt.Tooltip("share_text:N", title=say("Share")),
            alt.Tooltip("value_text:N", title=say("Calls")),
        ],
    )
    strip = base.mark_bar(stroke=palette.surface, strokeWidth=2, height={"band": 0.7}).encode(
        color=alt.Color(
            "outcome:N",
            sort=alt.EncodingSortField("position", op="min"),
            scale=alt.Scale(range=[*palette.sequence, palette.muted, palette.pale_bad, palette.caution]),
            legend=alt.Legend(columns={"expr": "width < 400 ? 2 : 3"}),
        )
    )
    is_dark = alt.condition("datum.position % 7 < 2", alt.value(palette.surface), alt.value(palette.on_pale))
    said = base.mark_text(fontSize=11).encode(
        x=alt.X("share:Q", stack="zero", bandPosition=0.5), text="said:N", detail="position:Q", color=is_dark
    )
    return theme.finished(alt.layer(strip, said), look, height=alt.Step(34))


def objections(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Objections by what was said, the most first."""
    return forms.bars(rows, look)


def event_yield(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Orders for each hundred who came, by kind of event, with intervals, against all events."""
    return forms.dots(rows, look, "number")


def came(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Invited, came, ordered: by month. Columns: month, step, people, people_text."""
    palette, say = look.palette, look.say
    steps = [say("Invited"), say("Attended"), say("Orders")]
    base = alt.Chart(rows).encode(
        x=theme.x_time(look),
        y=theme.y_number(look, "people", zero=True),
        color=alt.Color("step:N", scale=alt.Scale(domain=steps, range=[palette.main, palette.second, palette.third])),
    )
    points = base.mark_point(filled=True, size=45, opacity=1).encode(
        shape=alt.Shape("step:N", scale=alt.Scale(domain=steps, range=["circle", "diamond", "square"])),
        tooltip=[
            alt.Tooltip("month:T", title=say("Month"), format="%Y-%m"),
            alt.Tooltip("step:N", title=" "),
            alt.Tooltip("people_text:N", title=say("Number")),
        ],
    )
    return theme.finished(alt.layer(base.mark_line(strokeWidth=2), points), look, height=260)


def skills(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """One side of the skill by place, mean with interval, against the whole."""
    return forms.dots(rows, look, "number")
