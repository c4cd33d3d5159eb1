"""Drawings of satisfaction: trend, distribution, NPS, response."""

import altair as alt
import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.theme import Look


def top2(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of the two best answers by month, as a control chart."""
    return forms.control(rows, look, "share")


def nps(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Net promoter score by month, as a control chart."""
    return forms.control(rows, look, "number")


def distribution(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """All five answers as columns, worst to best. Columns: label, part, share, share_text, value_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        x=alt.X(
            "label:N", title=None, sort=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False, labelLimit=90)
        ),
        y=alt.Y("share:Q", title=None, axis=None, scale=alt.Scale(zero=True)),
    )
    bars = base.mark_bar(cornerRadiusEnd=3, width={"band": 0.66}).encode(
        color=alt.Color(
            "part:O",
            legend=None,
            scale=alt.Scale(
                domain=[1, 2, 3, 4, 5],
                range=[palette.bad, palette.pale_bad, palette.muted, palette.sequence[2], palette.good],
            ),
        ),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("share_text:N", title=look.say("Share")),
            alt.Tooltip("value_text:N", title=look.say("Answers")),
        ],
    )
    said = base.mark_text(dy=-8, color=palette.text).encode(text="share_text:N")
    return theme.finished(alt.layer(bars, said), look, height=240)


def response(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Answered of sent by method, with intervals, against all methods."""
    return forms.dots(rows, look, "share")


def questions(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of the two best answers by question, with intervals."""
    return forms.dots(rows, look, "share")
