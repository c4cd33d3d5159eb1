"""Drawings of satisfaction: trend, distribution, NPS, response."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look


def top2(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of the two best answers by month, as a control chart."""
    return forms.control(rows, look, "share")


def nps(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Net promoter score by month, as a control chart."""
    return forms.control(rows, look, "number")


def distribution(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """All five answers as columns, worst to best. Columns: label, part, share, said, share_text, value_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        x=alt.X(
            "label:N",
            title=None,
            sort=theme.AS_GIVEN,
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False, labelLimit=90, labelExpr="split(datum.label, ' ')"),
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
    said = base.mark_text(dy=-8, color=palette.text).encode(text="said:N")
    return theme.finished(alt.layer(bars, said), look, height=240)


def response(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Answered of sent by method, with intervals, against all methods."""
    return forms.dots(rows, look, "share")


def questions(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of the two best answers by question, with intervals."""
    return forms.dots(rows, look, "share")


def expectation(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """What was expected and what was experienced, by side of service: dumbbells."""
    return forms.marks(rows, look, "number", (look.say("Experience"), look.say("Expectation")), head=look.say("gap"))


def importance(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Sides of service by gap and importance: what lies further left and higher is mended first.

    Columns: label, above, below, right (the label in one of them), value, importance and texts.
    """
    palette, say = look.palette, look.say
    base = alt.Chart(rows).encode(
        x=alt.X(
            "value:Q",
            title=say("Experience − expectation"),
            scale=alt.Scale(zero=False, nice=True, padding=60),
            axis=theme.axis(look, format="+.1f", labelFlush=True),
        ),
        y=theme.y_number(look, "importance", title=say("Importance")),
    )
    points = base.mark_point(filled=True, size=110, opacity=1, color=palette.main).encode(
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("value_text:N", title=say("Experience − expectation")),
            alt.Tooltip("interval_text:N", title=say("95% interval")),
            alt.Tooltip("importance_text:N", title=say("Importance")),
        ]
    )
    above = base.mark_text(dy=-14, color=palette.text).encode(text="above:N")
    below = base.mark_text(dy=16, color=palette.text).encode(text="below:N")
    right = base.mark_text(dx=10, align="left", color=palette.text).encode(text="right:N")
    return theme.finished(alt.layer(points, above, below, right), look, height=260)


def drivers(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Coefficients with intervals, against zero."""
    return forms.dots(rows, look, "number")


def weighted(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """The post-stratified figure with its interval, beside the plain one."""
    return forms.marks(
        rows, look, "share", (look.say("Post-stratified"), look.say("Plain")), head=look.say("post-stratified")
    )


def bias(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Shares of groups among answers, those asked, and customers."""
    series = (look.say("Of answers"), look.say("Of those asked"), look.say("Of customers"))
    return forms.marks(rows, look, "share", series, head=look.say("answered of asked"))
