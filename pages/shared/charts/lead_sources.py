"""Drawings of the lead sources: funnel, conversion by source, time to the order, arrivals."""

import altair as alt
import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.theme import Look

SHARE_ENDS, STEP_ENDS, BARS_END = "width - 88", "width", "width - 142"
"""Where two columns of texts end, right of the bars; in pixels, so that a phone has room for them too."""


def funnel(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """How many leads got to each stage or further. Columns: place, label, share, all, step_text, value_text and more texts."""
    palette = look.palette
    scale = alt.Scale(domain=[0, 1], range=[0, {"expr": BARS_END}])
    base = alt.Chart(rows).encode(
        y=forms.rows_as_given(look),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("reached_text:N", title=look.say("Leads")),
            alt.Tooltip("share_text:N", title=look.say("Of all collected")),
            alt.Tooltip("value_text:N", title=look.say("Of the stage before")),
            alt.Tooltip("interval_text:N", title=look.say("95% interval")),
        ],
    )
    track = base.mark_bar(color=palette.band, opacity=0.5, height={"band": 0.66}, cornerRadius=3)
    bar = base.mark_bar(color=palette.main, height={"band": 0.66}, cornerRadius=3)
    share = base.mark_text(align="right", color=palette.text, fontWeight=600)
    step = base.mark_text(align="right", color=palette.quiet_text)
    layers = [
        track.encode(x=alt.X("all:Q", title=None, axis=None, scale=scale)),
        bar.encode(x=alt.X("share:Q", title=None, axis=None, scale=scale)),
        share.encode(x=_at(SHARE_ENDS), text="share_text:N"),
        step.encode(x=_at(STEP_ENDS), text="step_text:N"),
        _head(rows, look, look.say("of all"), SHARE_ENDS),
        _head(rows, look, look.say("of stage before"), STEP_ENDS),
    ]
    return theme.finished(alt.layer(*layers), look, height=alt.Step(38))


def _head(rows: pd.DataFrame, look: Look, said: str, ends: str) -> alt.Chart:
    """The head of a column of texts, above the first row."""
    once = alt.Chart(rows).transform_filter("datum.place == 0")
    head = once.mark_text(align="right", color=look.palette.quiet_text, fontSize=11)
    return head.encode(x=_at(ends), y=alt.value(-8), text=alt.value(said))


def _at(place: str) -> alt.XValue:
    return alt.XValue({"expr": place})


def conversion(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of leads with an order by source, with intervals, against all leads."""
    return forms.dots(rows, look, "share")


def days_to_order(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of leads that have ordered by days since collection, with its 95 % band. Columns: at, share, low, high, texts."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        x=alt.X(
            "at:Q",
            title=look.say("Days since collection"),
            axis=theme.axis(look, grid=False, labelExpr=look.number_label),
        )
    )
    band = base.mark_area(color=palette.band, opacity=0.7, interpolate="step-after").encode(
        y=theme.y_share(look, "low", zero=True), y2="high:Q"
    )
    line = base.mark_line(color=palette.main, strokeWidth=2, interpolate="step-after").encode(y=alt.Y("share:Q"))
    hover = base.mark_point(opacity=0, size=120).encode(
        y="share:Q",
        tooltip=[
            alt.Tooltip("at_text:N", title=look.say("Days since collection")),
            alt.Tooltip("share_text:N", title=look.say("Have ordered")),
            alt.Tooltip("interval_text:N", title=look.say("95% interval")),
            alt.Tooltip("at_risk:Q", title=look.say("Still followed"), format=",.0f"),
        ],
    )
    return theme.finished(alt.layer(band, line, hover), look, height=260)


def arrivals(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Leads collected by month, as a control chart."""
    return forms.control(rows, look, "number")
