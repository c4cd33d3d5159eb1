"""Drawings of my branch: how much time open complaints have left, what visits cover, how many customers are asked."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look


def time_left(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Open complaints by the time left to their deadline, the overdue ones first. Columns: label, part, value, value_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        x=alt.X(
            "label:N",
            title=None,
            sort=theme.AS_GIVEN,
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False, labelLimit=110),
        ),
        y=alt.Y("value:Q", title=None, axis=None, scale=alt.Scale(zero=True)),
    )
    bars = base.mark_bar(cornerRadiusEnd=3, width={"band": 0.66}).encode(
        color=alt.condition("datum.part == 'overdue'", alt.value(palette.bad), alt.value(palette.main)),
        tooltip=[
            alt.Tooltip("label:N", title=look.say("Time left")),
            alt.Tooltip("value_text:N", title=look.say("Open")),
        ],
    )
    said = base.mark_text(dy=-8, color=palette.text).encode(text="value_text:N")
    return theme.finished(alt.layer(bars, said), look, height=240)


def coverage(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Visits got of visits due, by cell, against all that are due. Columns: label, coverage, whole, coverage_text, visits_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(y=forms.rows_as_given(look))
    along = alt.X(
        "coverage:Q", title=None, axis=None, stack=None, scale=alt.Scale(zero=True, range=[0, {"expr": "width - 60"}])
    )
    bars = base.mark_bar(color=palette.main, cornerRadiusEnd=3, height={"band": 0.6}).encode(
        x=along,
        tooltip=[
            alt.Tooltip("label:N", title=look.say("Cell")),
            alt.Tooltip("coverage_text:N", title=look.say("Coverage")),
            alt.Tooltip("visits_text:N", title=look.say("Visits got / due")),
        ],
    )
    due = base.mark_tick(color=palette.text, thickness=2, height={"band": 0.9}).encode(x=alt.X("whole:Q"))
    said = base.mark_text(align="right", color=palette.text).encode(x=alt.value("width"), text="coverage_text:N")
    return theme.finished(alt.layer(bars, due, said), look, height=alt.Step(forms.BAR_STEP))


def reach(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of active customers asked, by month, as a control chart."""
    return forms.control(rows, look, "share")
