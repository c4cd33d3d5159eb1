"""Drawings of the lead sources: funnel, conversion by source, time to the order, arrivals."""

import altair as alt
import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.theme import Look

SHARE_AT, STEP_AT = 1.24, 1.73
"""Where the two columns of texts end, right of the bars, which end at 1."""


def funnel(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """How many leads got to each stage or further. Columns: label, share, share_text, step_text, value_text, base_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "label:N",
            title=None,
            sort=None,
            axis=alt.Axis(
                domain=False, ticks=False, labelFlush=False, labelPadding=8, labelColor=palette.text, labelLimit=200
            ),
        ),
        x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1.75])),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("reached_text:N", title=look.say("Leads")),
            alt.Tooltip("share_text:N", title=look.say("Of all collected")),
            alt.Tooltip("value_text:N", title=look.say("Of the stage before")),
            alt.Tooltip("interval_text:N", title=look.say("95% interval")),
        ],
    )
    track = base.mark_bar(color=palette.band, opacity=0.5, height={"band": 0.66}, cornerRadius=3).encode(
        x=alt.X("all:Q", axis=None)
    )
    bar = base.mark_bar(color=palette.main, height={"band": 0.66}, cornerRadius=3)
    share = base.mark_text(align="right", color=palette.text, fontWeight=600).encode(
        x=alt.datum(SHARE_AT), text="share_text:N"
    )
    step = base.mark_text(align="right", color=palette.quiet_text).encode(x=alt.datum(STEP_AT), text="step_text:N")
    heads = [_head(rows, look, look.say("of all"), SHARE_AT), _head(rows, look, look.say("of stage before"), STEP_AT)]
    return theme.finished(alt.layer(track, bar, share, step, *heads), look, height=alt.Step(38))


def _head(rows: pd.DataFrame, look: Look, said: str, at: float) -> alt.Chart:
    """The head of a column of texts, above the first row."""
    only_once = alt.Chart(rows).transform_filter("datum.place == 0")
    return only_once.mark_text(align="right", color=look.palette.quiet_text, fontSize=11).encode(
        x=alt.datum(at), y=alt.value(-8), text=alt.value(said)
    )


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
