"""Drawings of the complaints: the SLA strip, time to resolve, backlog, categories."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look


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
    """Open at the end of each week, and what is expected of the next ones. Columns: week, value, value_text, low, high, interval_text, series."""
    palette, say = look.palette, look.say
    base = alt.Chart(rows).encode(x=theme.x_time(look, "week"), y=theme.y_number(look, zero=True))
    known, ahead = (base.transform_filter(f"datum.series == '{series}'") for series in ("known", "forecast"))
    tooltip = [
        alt.Tooltip("week:T", title=say("Week from"), format="%Y-%m-%d"),
        alt.Tooltip("series_name:N", title=" "),
        alt.Tooltip("value_text:N", title=say("Open")),
        alt.Tooltip("interval_text:N", title=say("95% interval")),
    ]
    area = known.mark_area(color=palette.band, opacity=0.6)
    line = known.mark_line(color=palette.main, strokeWidth=2)
    around = theme.around(known).encode(tooltip=tooltip)
    doubt = ahead.mark_area(color=palette.second, opacity=0.2).encode(y="low:Q", y2="high:Q", tooltip=tooltip)
    expected = ahead.mark_line(color=palette.second, strokeWidth=2, strokeDash=[4, 3]).encode(tooltip=tooltip)
    return theme.finished(alt.layer(area, doubt, line, expected, around), look, height=240)


def ages(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Open now by days since receipt, the oldest darkest. Columns: label, value, value_text."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        x=alt.X(
            "label:N",
            title=look.say("Days since receipt"),
            sort=theme.AS_GIVEN,
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


def branches(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Branches by size and share broken, within the limits of chance around the company: a funnel plot (Spiegelhalter 2005).

    Columns: label, base, value, centre, low_95, high_95, low_998, high_998, place, mark_text and texts.
    """
    palette, say = look.palette, look.say
    places = [say("Within the limits"), say("Above: worse"), say("Below: better")]
    domain = alt.Scale(domain=places, range=[palette.main, palette.bad, palette.good])
    forms_of = alt.Scale(domain=places, range=["circle", "triangle-up", "triangle-down"])
    legend = alt.Legend(offset=22)  # above the name of a branch that lies at the top
    base = alt.Chart(rows).encode(
        x=alt.X(
            "base:Q",
            title=[say("Complaints whose promise is decided"), say("Shaded: where 95 and 99.8 in 100 would lie")],
            scale=alt.Scale(zero=False, nice=True, padding=8),
            axis=theme.axis(look, grid=False, labelExpr=look.number_label),
        )
    )
    far = base.mark_area(color=palette.band, opacity=0.45).encode(y=theme.y_share(look, "low_998"), y2="high_998:Q")
    near = base.mark_area(color=palette.band, opacity=0.6).encode(y=theme.y_share(look, "low_95"), y2="high_95:Q")
    centre = base.mark_line(color=palette.muted, strokeDash=[3, 4], strokeWidth=1).encode(y="centre:Q")
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        y="value:Q",
        color=alt.Color("place:N", scale=domain, legend=legend),
        shape=alt.Shape("place:N", scale=forms_of, legend=legend),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("value_text:N", title=say("Figure")),
            alt.Tooltip("base_text:N", title=say("n")),
            alt.Tooltip("centre_text:N", title=say("Whole company")),
            alt.Tooltip("limits_text:N", title=say("99.8% limits")),
        ],
    )
    said = base.mark_text(dy=-12, color=palette.text).encode(y="value:Q", text="mark_text:N")
    return theme.finished(alt.layer(far, near, centre, points, said), look, height=320)


def causes(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Causes as bars, the gap of service below the name of each. Columns: label, gap, value, said."""
    palette = look.palette
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "label:N",
            title=None,
            sort=theme.AS_GIVEN,
            axis=alt.Axis(domain=False, ticks=False, labelPadding=8, labelColor=palette.text, labelLimit=170),
        ),
        x=alt.X("value:Q", title=None, axis=None, scale=alt.Scale(zero=True, range=[0, {"expr": "width - 64"}])),
    )
    bars = base.mark_bar(color=palette.main, height={"band": 0.4}, cornerRadiusEnd=3).encode(
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("gap:N", title=look.say("Gap of service")),
            alt.Tooltip("said:N", title=look.say("Complaints")),
        ]
    )
    said = base.mark_text(align="left", dx=6, color=palette.text).encode(text="said:N")
    gap = base.mark_text(align="left", dy=16, fontSize=11, color=palette.quiet_text).encode(
        x=alt.value(2), text="gap:N"
    )
    return theme.finished(alt.layer(bars, said, gap), look, height=alt.Step(42))


def settled(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of complaints resolved by time since receipt, with its 95 % band."""
    since = look.say("Hours since receipt (log scale)")
    along = alt.X(
        "at:Q",
        title=since,
        scale=alt.Scale(type="log", nice=False),
        axis=theme.axis(
            look,
            grid=False,
            tickCount=30,
            values=[0.1, 1, 3, 10, 30, 100, 300, 1000, 3000],
            format=",~r",
            labelOverlap=False,
        ),
    )
    return forms.steps(rows, look, along=along, since=look.say("Time"), reached=look.say("Resolved"))


def recovery(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Who ordered again after a complaint, beside comparable customers."""
    series = (look.say("After a complaint"), look.say("Comparable, no complaint"))
    return forms.marks(rows, look, "share", series, head=look.say("difference"))


def arrivals(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Complaints by day as a calendar: weeks beside each other, weekdays below each other, the more the stronger."""
    palette = look.palette
    drawn = (
        alt.Chart(rows)
        .mark_rect(stroke=palette.surface, strokeWidth=0.5)
        .encode(
            x=theme.x_time(look, "week"),
            x2="week_end:T",
            y=alt.Y(
                "weekday:N",
                title=None,
                sort=alt.EncodingSortField("position", op="min"),
                axis=alt.Axis(domain=False, ticks=False),
            ),
            color=alt.Color("value:Q", scale=alt.Scale(range=list(reversed(palette.sequence))), legend=None),
            tooltip=[
                alt.Tooltip("day_text:N", title=look.say("Day")),
                alt.Tooltip("value_text:N", title=look.say("Complaints")),
            ],
        )
    )
    return theme.finished(alt.layer(drawn), look, height=alt.Step(24))


def hours(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Complaints by weekday and hour of receipt, the more the stronger. Columns: weekday, weekday_name, hour, hour_name, value, value_text."""
    palette, say = look.palette, look.say
    number = alt.Legend(
        title=None, orient="top", direction="horizontal", gradientLength=160, gradientThickness=10, tickCount=3
    )
    drawn = (
        alt.Chart(rows)
        .mark_rect(stroke=palette.surface, strokeWidth=1.5, cornerRadius=2)
        .encode(
            x=alt.X(
                "hour:O",
                title=say("Hour of receipt"),
                scale=alt.Scale(domain=[f"{hour:02}" for hour in range(24)]),
                axis=alt.Axis(
                    labelAngle=0, domain=False, ticks=False, values=[f"{hour:02}" for hour in range(0, 24, 3)]
                ),
            ),
            y=alt.Y(
                "weekday_name:N",
                title=None,
                sort=alt.EncodingSortField("weekday", op="min"),
                axis=alt.Axis(domain=False, ticks=False),
            ),
            color=alt.Color("value:Q", scale=alt.Scale(range=list(reversed(palette.sequence))), legend=number),
            tooltip=[
                alt.Tooltip("weekday_name:N", title=say("Weekday")),
                alt.Tooltip("hour_name:N", title=say("From")),
                alt.Tooltip("value_text:N", title=say("Complaints")),
            ],
        )
    )
    return theme.finished(alt.layer(drawn), look, height=alt.Step(26))


def categories(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Complaints by category as bars, the most first."""
    return forms.bars(rows, look)
