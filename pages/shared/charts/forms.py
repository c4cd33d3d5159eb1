"""Forms that several screens share: control chart, dots with intervals, bars, one stacked strip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from pages.shared.charts import theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look

Unit = Literal["share", "number"]
BAR_STEP = 34
SAID_ROOM = 92
"""Pixels right of the lines for a difference in words; the longest is `+15.3 个百分点`."""


def control(rows: pd.DataFrame, look: Look, unit: Unit) -> alt.LayerChart:
    """A monthly series with 95 % intervals and natural limits; signals are diamonds, so that colour is never alone.

    Columns: month, value, low, high, centre, limit_low, limit_high, is_signal, value_text, interval_text, base_text.
    """
    palette = look.palette
    y = theme.y_share if unit == "share" else theme.y_number
    base = alt.Chart(rows).encode(x=theme.x_time(look))
    tooltip = [
        alt.Tooltip("month:T", title=look.say("Month"), format="%Y-%m"),
        alt.Tooltip("value_text:N", title=look.say("Figure")),
        alt.Tooltip("interval_text:N", title=look.say("95% interval")),
        alt.Tooltip("base_text:N", title=look.say("n")),
    ]
    limits = base.mark_area(color=palette.band, opacity=0.45).encode(y=y(look, "limit_low"), y2="limit_high:Q")
    centre = base.mark_line(color=palette.muted, strokeDash=[3, 4], strokeWidth=1).encode(y="centre:Q")
    interval = base.mark_rule(color=palette.main, opacity=0.35, strokeWidth=3, strokeCap="round").encode(
        y="low:Q", y2="high:Q"
    )
    line = base.mark_line(color=palette.main, strokeWidth=2).encode(y="value:Q")
    dots = base.mark_point(filled=True, opacity=1).encode(
        y="value:Q",
        shape=alt.condition("datum.is_signal", alt.value("diamond"), alt.value("circle")),
        size=alt.condition("datum.is_signal", alt.value(110), alt.value(36)),
        color=alt.condition("datum.is_signal", alt.value(palette.bad), alt.value(palette.main)),
        tooltip=tooltip,
    )
    around = theme.around(base).encode(y="value:Q", tooltip=tooltip)
    return theme.finished(alt.layer(limits, centre, interval, line, dots, around), look, height=260)


def dots(rows: pd.DataFrame, look: Look, unit: Unit) -> alt.LayerChart:
    """One figure by group: a dot with its 95 % interval, the whole as a line behind.

    Columns: label, value, low, high, whole, value_text, interval_text, base_text. Rows stand in the order given.
    """
    palette = look.palette
    base = alt.Chart(rows).encode(y=rows_as_given(look))
    tooltip = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("value_text:N", title=look.say("Figure")),
        alt.Tooltip("interval_text:N", title=look.say("95% interval")),
        alt.Tooltip("base_text:N", title=look.say("n")),
    ]
    whole = alt.Chart(rows).mark_rule(color=palette.muted, strokeDash=[3, 4]).encode(x=_along(look, unit, "whole"))
    interval = base.mark_rule(color=palette.main, opacity=0.4, strokeWidth=5, strokeCap="round").encode(
        x=_along(look, unit, "low"), x2="high:Q"
    )
    point = base.mark_point(filled=True, size=90, opacity=1, color=palette.main).encode(
        x=_along(look, unit, "value"), tooltip=tooltip
    )
    said = base.mark_text(align="right", color=palette.text).encode(x=alt.value("width"), text="value_text:N")
    return theme.finished(alt.layer(whole, interval, point, said), look, height=alt.Step(BAR_STEP))


def marks(rows: pd.DataFrame, look: Look, unit: Unit, series: Sequence[str], *, head: str) -> alt.LayerChart:
    """Several figures of each group on one line, tied together: dumbbells. Each series has its own colour and form.

    Columns, one row a mark: label, series, value, low, high, value_text, interval_text, base_text, said (right of the line, once
    a group, else empty). An interval is drawn where there is one. `head` says what stands right of the lines.
    """
    palette = look.palette
    base = alt.Chart(rows).encode(y=rows_as_given(look))
    colours = [palette.main, palette.second, palette.muted][: len(series)]
    forms = ["circle", "diamond", "square"][: len(series)]
    legend = alt.Legend(offset=20)  # above the head of the figures, which a narrow legend would run into
    tied = base.mark_line(color=palette.muted, strokeWidth=2, opacity=0.6).encode(
        x=_along(look, unit, "value", room=SAID_ROOM), detail="label:N"
    )
    interval = base.mark_rule(color=palette.main, opacity=0.3, strokeWidth=6, strokeCap="round").encode(
        x=_along(look, unit, "low", room=SAID_ROOM), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=100, opacity=1).encode(
        x=_along(look, unit, "value", room=SAID_ROOM),
        color=alt.Color("series:N", scale=alt.Scale(domain=list(series), range=colours), legend=legend),
        shape=alt.Shape("series:N", scale=alt.Scale(domain=list(series), range=forms), legend=legend),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("series:N", title=look.say("Figure")),
            alt.Tooltip("value_text:N", title=" "),
            alt.Tooltip("interval_text:N", title=look.say("95% interval")),
            alt.Tooltip("base_text:N", title=look.say("n")),
        ],
    )
    said = base.mark_text(align="right", color=palette.text).encode(x=alt.value("width"), text="said:N")
    above = (
        alt.Chart(rows)
        .transform_aggregate(rows="count()")
        .mark_text(align="right", fontSize=11, color=palette.quiet_text)
    )
    headed = above.encode(x=alt.value("width"), y=alt.value(-6), text=alt.value(head))
    return theme.finished(alt.layer(tied, interval, points, said, headed), look, height=alt.Step(BAR_STEP))


def steps(rows: pd.DataFrame, look: Look, *, along: alt.X, since: str, reached: str) -> alt.LayerChart:
    """The curve of a duration: who has got there by when, with its 95 % band. Columns: at, at_risk, share, low, high, texts."""
    palette = look.palette
    base = alt.Chart(rows).encode(x=along)
    band = base.mark_area(color=palette.band, opacity=0.7, interpolate="step-after").encode(
        y=theme.y_share(look, "low", zero=True), y2="high:Q"
    )
    line = base.mark_line(color=palette.main, strokeWidth=2, interpolate="step-after").encode(y=alt.Y("share:Q"))
    hover = base.mark_point(opacity=0, size=120).encode(
        y="share:Q",
        tooltip=[
            alt.Tooltip("at_text:N", title=since),
            alt.Tooltip("share_text:N", title=reached),
            alt.Tooltip("interval_text:N", title=look.say("95% interval")),
            alt.Tooltip("at_risk:Q", title=look.say("Still followed"), format=",.0f"),
        ],
    )
    return theme.finished(alt.layer(band, line, hover), look, height=260)


def bars(rows: pd.DataFrame, look: Look, *, step: int = BAR_STEP) -> alt.LayerChart:
    """One count by group as horizontal bars with their figures. Columns: label, value, value_text. In the order given."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        y=rows_as_given(look),
        x=alt.X("value:Q", title=None, axis=None, scale=alt.Scale(zero=True, range=[0, {"expr": "width - 48"}])),
    )
    drawn = base.mark_bar(color=palette.main, height={"band": 0.62}, cornerRadiusEnd=3).encode(
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("value_text:N", title=look.say("Figure"))]
    )
    said = base.mark_text(align="left", dx=6, color=palette.text).encode(text="value_text:N")
    return theme.finished(alt.layer(drawn, said), look, height=alt.Step(step))


def _along(look: Look, unit: Unit, column: str, *, room: int = 60) -> alt.X:
    axis = theme.axis(look, format="~%") if unit == "share" else theme.axis(look, labelExpr=look.number_label)
    return alt.X(
        f"{column}:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=True, range=[6, {"expr": f"width - {room}"}]),
        axis=axis,
    )


def rows_as_given(look: Look) -> alt.Y:
    """Groups as rows, in the order in which they come."""
    return alt.Y(
        "label:N",
        title=None,
        sort=theme.AS_GIVEN,
        axis=alt.Axis(
            domain=False, ticks=False, labelFlush=False, labelPadding=8, labelColor=look.palette.text, labelLimit=200
        ),
    )
