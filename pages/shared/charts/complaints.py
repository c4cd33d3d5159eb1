"""Drawings of the complaints: the SLA strip, time to resolve, backlog, categories."""

import altair as alt
import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.theme import Look

SLA_PARTS = ("met", "breached_closed", "breached_open", "running")
AGES = ("0-1", "2-3", "4-7", "8-14", "15-30", "30+")


def sla(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """All complaints in four parts on one strip. Columns: part, label, share, share_text, value_text."""
    palette = look.palette
    names = [
        look.say("Closed in time"),
        look.say("Closed late"),
        look.say("Open and late"),
        look.say("Open, still in time"),
    ]
    base = alt.Chart(rows).encode(
        x=alt.X("value:Q", stack="normalize", title=None, axis=None),
        order=alt.Order("position:Q"),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("value_text:N", title=look.say("Complaints")),
            alt.Tooltip("share_text:N", title=look.say("Share")),
        ],
    )
    strip = base.mark_bar(height=44, stroke=palette.surface, strokeWidth=2).encode(
        color=alt.Color(
            "label:N",
            scale=alt.Scale(domain=names, range=[palette.good, palette.pale_bad, palette.bad, palette.muted]),
            legend=alt.Legend(),
        )
    )
    is_pale = "datum.part == 'breached_closed' || datum.part == 'running'"
    said = base.mark_text(fontWeight=600, fontSize=13).encode(
        color=alt.condition(is_pale, alt.value(palette.on_pale), alt.value(palette.surface)),
        x=alt.X("value:Q", stack="normalize", bandPosition=0.5),
        text="strip_text:N",
        detail="label:N",
    )
    return theme.finished(alt.layer(strip, said), look, height=124)


def resolution(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Median and p90 by month, all complaints beside the closed alone. Columns: month, hours, series, hours_text."""
    palette, say = look.palette, look.say
    series = [say("Half"), say("Half, closed alone"), say("Nine in ten"), say("Nine in ten, closed alone")]
    colours = [palette.main, palette.main, palette.second, palette.second]
    legend = alt.Legend(symbolType="stroke", symbolSize=300, columns=2)
    base = alt.Chart(rows).encode(
        x=theme.x_time(look),
        y=alt.Y(
            "hours:Q",
            title=say("Hours (log scale)"),
            scale=alt.Scale(type="log", nice=False, padding=12),
            axis=theme.axis(look, values=[1, 3, 10, 30, 100, 300, 1000, 3000], format=",~r"),
        ),
        tooltip=[
            alt.Tooltip("month:T", title=say("Month"), format="%Y-%m"),
            alt.Tooltip("series:N", title=say("Figure")),
            alt.Tooltip("hours_text:N", title=say("Time")),
        ],
    )
    lines = base.mark_line(strokeWidth=2).encode(
        color=alt.Color("series:N", scale=alt.Scale(domain=series, range=colours), legend=legend),
        strokeDash=alt.StrokeDash(
            "series:N", scale=alt.Scale(domain=series, range=[[1, 0], [4, 4]] * 2), legend=legend
        ),
    )
    dots = base.mark_point(filled=True, size=30, opacity=1).encode(
        color=alt.Color("series:N", scale=alt.Scale(domain=series, range=colours), legend=None)
    )
    return theme.finished(alt.layer(lines, dots), look, height=300)


def backlog(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Open at the end of each week. Columns: week, value, value_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(x=theme.x_time(look, "week"), y=theme.y_number(look, zero=True))
    area = base.mark_area(color=palette.band, opacity=0.6)
    line = base.mark_line(color=palette.main, strokeWidth=2).encode(
        tooltip=[
            alt.Tooltip("week:T", title=look.say("Week from"), format="%Y-%m-%d"),
            alt.Tooltip("value_text:N", title=look.say("Open")),
        ]
    )
    return theme.finished(alt.layer(area, line), look, height=240)


def ages(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Open now by days since receipt, the oldest darkest. Columns: label, value, value_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        x=alt.X(
            "label:N",
            title=look.say("Days since receipt"),
            sort=None,
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
        ),
        y=alt.Y("value:Q", title=None, axis=None, scale=alt.Scale(zero=True)),
    )
    late = alt.condition(
        "datum.part == '15-30' || datum.part == '30+'", alt.value(palette.bad), alt.value(palette.main)
    )
    bars = base.mark_bar(cornerRadiusEnd=3, width={"band": 0.66}).encode(
        color=late,
        tooltip=[
            alt.Tooltip("label:N", title=look.say("Days since receipt")),
            alt.Tooltip("value_text:N", title=look.say("Open")),
        ],
    )
    said = base.mark_text(dy=-8, color=palette.text).encode(text="value_text:N")
    return theme.finished(alt.layer(bars, said), look, height=240)


def categories(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Complaints by category as bars, the most first."""
    return forms.bars(rows, look)
