"""Drawings of the lead sources: funnel, conversion by source, time to the order, arrivals."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
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
    since = look.say("Days since collection")
    along = alt.X("at:Q", title=since, axis=theme.axis(look, grid=False, labelExpr=look.number_label))
    return forms.steps(rows, look, along=along, since=since, reached=look.say("Have ordered"))


def arrivals(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Leads collected by month, as a control chart."""
    return forms.control(rows, look, "number")


def attribution(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of all orders by source under four models, each with its own form, tied together.

    Columns, one row a source and model: label, model_name, share, share_text, value_text, revenue_text.
    """
    palette, say = look.palette, look.say
    models = [say("First touch"), say("Last touch"), say("Evenly"), say("By position")]
    colours = [palette.main, palette.second, palette.third, palette.good]
    forms_of = ["circle", "diamond", "square", "triangle-up"]
    base = alt.Chart(rows).encode(
        y=forms.rows_as_given(look),
        x=alt.X("share:Q", title=None, scale=alt.Scale(zero=True), axis=theme.axis(look, format="~%")),
    )
    tied = base.mark_line(color=palette.muted, strokeWidth=2, opacity=0.6).encode(detail="label:N")
    points = base.mark_point(size=80, strokeWidth=2, opacity=1).encode(
        color=alt.Color("model_name:N", scale=alt.Scale(domain=models, range=colours)),
        shape=alt.Shape("model_name:N", scale=alt.Scale(domain=models, range=forms_of)),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("model_name:N", title=say("Model")),
            alt.Tooltip("share_text:N", title=say("Share of orders")),
            alt.Tooltip("value_text:N", title=say("Orders")),
            alt.Tooltip("revenue_text:N", title=say("Revenue")),
        ],
    )
    return theme.finished(alt.layer(tied, points), look, height=alt.Step(26))


def triangle(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Conversion of each month's leads by the time they have had; cells that still have time are grey and say so.

    Columns: label, horizon, state, state_name, strength (0 to 1), said and more texts.
    """
    palette, say = look.palette, look.say
    states = [say("Has had its time"), say("Still has time"), say("n too small")]
    base = alt.Chart(rows).encode(
        x=alt.X(
            "horizon:N",
            title=None,
            sort=theme.AS_GIVEN,
            axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False),
        ),
        y=forms.rows_as_given(look),
    )
    cells = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(
            "state_name:N",
            scale=alt.Scale(domain=states, range=[palette.main, palette.muted, palette.caution]),
            legend=alt.Legend(columns=2),
        ),
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("label:N", title=say("Collected in")),
            alt.Tooltip("horizon:N", title=say("Ordered within")),
            alt.Tooltip("value_text:N", title=say("Figure")),
            alt.Tooltip("interval_text:N", title=say("95% interval")),
            alt.Tooltip("base_text:N", title=say("n")),
            alt.Tooltip("state_name:N", title=" "),
        ],
    )
    said = base.mark_text(color=palette.text).encode(text="said:N")
    return theme.finished(alt.layer(cells, said), look, height=alt.Step(22))


def marks(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of leads with each of the four marks, as bars."""
    return forms.bars(rows, look)
