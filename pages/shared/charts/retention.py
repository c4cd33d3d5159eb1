"""Drawings of retention: trends, cohorts, concentration of revenue, moves between tiers, what customers cost, product age."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look

AGES_SHOWN = 8
TRACK_END, SHARE_ENDS, ORDERS_END = "width - 206", "width - 160", "width - 84"
"""Where the bars and two of the three columns of texts end, in pixels from the right, so that a phone has room for them too."""


def monthly(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """A share over 24 months, as a control chart."""
    return forms.control(rows, look, "share")


def cohorts(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of each cohort that ordered in each quarter after its own, beside its size; quarters that still run are grey.

    Columns: label, column (the size, then +1, +2 …), state, state_name, strength (0 to 1), said and more texts.
    """
    palette, say = look.palette, look.say
    states = [say("Quarter is over"), say("Quarter still runs"), say("n too small")]
    columns = [say("n"), *(f"+{age}" for age in range(1, AGES_SHOWN + 1))]
    base = alt.Chart(rows).encode(
        x=alt.X(
            "column:N",
            title=say("Quarters after that of the first order"),
            sort=columns,
            axis=alt.Axis(orient="top", labelAngle=0, labelOverlap=False, domain=False, ticks=False),
        ),
        y=forms.rows_as_given(look),
    )
    cells = (
        base.transform_filter("datum.state != 'size'")
        .mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=3)
        .encode(
            color=alt.Color(
                "state_name:N",
                scale=alt.Scale(domain=states, range=[palette.main, palette.muted, palette.caution]),
            ),
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("label:N", title=say("First ordered in")),
                alt.Tooltip("column:N", title=say("Quarters after")),
                alt.Tooltip("value_text:N", title=say("Came back")),
                alt.Tooltip("interval_text:N", title=say("95% interval")),
                alt.Tooltip("base_text:N", title=say("n")),
                alt.Tooltip("state_name:N", title=" "),
            ],
        )
    )
    said = base.mark_text(color=palette.text, fontSize={"expr": "width < 330 ? 10 : 12"}).encode(text="said:N")
    return theme.finished(alt.layer(cells, said), look, height=alt.Step(26))


def pareto(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share of revenue by share of customers, who spend most first, against the line on which all are alike.

    Columns: customers, so_far (0 to 1), is_fifth, label, revenue_text, share_text, so_far_text.
    """
    palette, say = look.palette, look.say
    shares = theme.axis(look, format="~%")
    whole = alt.Scale(domain=[0, 1])
    across = alt.X("customers:Q", title=say("Share of customers, who spend most first"), axis=shares, scale=whole)
    base = alt.Chart(rows).encode(x=across)
    alike = base.mark_line(color=palette.muted, strokeDash=[3, 4]).encode(
        y=alt.Y("customers:Q", title=say("Share of revenue"), axis=shares, scale=whole)
    )
    curve = base.mark_line(color=palette.main, strokeWidth=2, interpolate="monotone").encode(y="so_far:Q")
    fill = base.mark_area(color=palette.band, opacity=0.5, interpolate="monotone").encode(
        y="customers:Q", y2="so_far:Q"
    )
    points = base.mark_point(filled=True, opacity=1).encode(
        y="so_far:Q",
        shape=alt.condition("datum.is_fifth", alt.value("diamond"), alt.value("circle")),
        size=alt.condition("datum.is_fifth", alt.value(150), alt.value(40)),
        color=alt.condition("datum.is_fifth", alt.value(palette.second), alt.value(palette.main)),
        tooltip=[
            alt.Tooltip("label:N", title=say("Customers")),
            alt.Tooltip("revenue_text:N", title=say("Revenue")),
            alt.Tooltip("share_text:N", title=say("Share of revenue")),
            alt.Tooltip("so_far_text:N", title=say("With all before")),
        ],
    )
    fifth = base.transform_filter("datum.is_fifth")
    said = fifth.mark_text(align="left", dx=12, dy=6, fontWeight=600, color=palette.text)
    return theme.finished(
        alt.layer(fill, alike, curve, points, said.encode(y="so_far:Q", text="so_far_text:N")), look, height=300
    )


def moves(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Customers by the tier in which they stood and that in which they stand. Arrows say better and worse, beside colour.

    Columns: label (stood), to_label (stands), way (better, worse, stayed, apart), way_name, strength, said, value_text.
    """
    palette, say = look.palette, look.say
    ways = [say("To a better tier"), say("To a worse tier"), say("Stayed"), say("New or gone")]
    base = alt.Chart(rows).encode(
        x=alt.X(
            "to_label:N",
            title=say("Stands now in"),
            sort=alt.EncodingSortField("to_place", op="min"),
            axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False),
        ),
        y=alt.Y(
            "label:N",
            title=say("Stood a month before in"),
            sort=alt.EncodingSortField("from_place", op="min"),
            axis=alt.Axis(domain=False, ticks=False, labelColor=palette.text, labelPadding=8),
        ),
    )
    cells = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(
            "way_name:N",
            scale=alt.Scale(domain=ways, range=[palette.good, palette.bad, palette.muted, palette.third]),
        ),
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("label:N", title=say("Stood a month before in")),
            alt.Tooltip("to_label:N", title=say("Stands now in")),
            alt.Tooltip("value_text:N", title=say("Customers")),
            alt.Tooltip("way_name:N", title=" "),
        ],
    )
    said = base.mark_text(color=palette.text).encode(text="said:N")
    return theme.finished(alt.layer(cells, said), look, height=alt.Step(44))


def win_and_keep(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """What it costs to win a customer and to keep one, by month, with the band in which the trade would have the first.

    Columns, one row a month and series: month, series, value, value_text, base_text, band_low, band_high (of the second series alone).
    """
    palette, say = look.palette, look.say
    series = [say("To win a customer"), say("To keep a customer")]
    base = alt.Chart(rows).encode(x=theme.x_time(look))
    known = base.transform_filter("isValid(datum.band_low)")
    band = known.mark_area(color=palette.band, opacity=0.7).encode(
        y=theme.y_number(look, "band_low", zero=True), y2="band_high:Q"
    )
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[palette.main, palette.second]))
    lines = base.mark_line(strokeWidth=2).encode(y="value:Q", color=colour)
    points = base.mark_point(filled=True, size=44, opacity=1).encode(
        y="value:Q",
        color=colour,
        shape=alt.Shape("series:N", scale=alt.Scale(domain=series, range=["circle", "diamond"])),
        tooltip=[
            alt.Tooltip("month:T", title=say("Month"), format="%Y-%m"),
            alt.Tooltip("series:N", title=" "),
            alt.Tooltip("value_text:N", title=say("Figure")),
            alt.Tooltip("base_text:N", title=say("Customers")),
        ],
    )
    return theme.finished(alt.layer(band, lines, points), look, height=360)


def product_age(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Active customers by the age of their product, with orders a year and satisfaction. Columns: place, label, share, all, texts."""
    palette, say = look.palette, look.say
    scale = alt.Scale(domain=[0, 1], range=[0, {"expr": TRACK_END}])
    base = alt.Chart(rows).encode(
        y=forms.rows_as_given(look),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("value_text:N", title=say("Customers")),
            alt.Tooltip("share_text:N", title=say("Share")),
            alt.Tooltip("orders_text:N", title=say("Orders a year")),
            alt.Tooltip("satisfaction_text:N", title=say("Satisfaction (0–100)")),
            alt.Tooltip("answers_text:N", title=say("Answers")),
        ],
    )
    track = base.mark_bar(color=palette.band, opacity=0.5, height={"band": 0.62}, cornerRadius=3)
    bar = base.mark_bar(color=palette.main, height={"band": 0.62}, cornerRadius=3)
    columns = (
        ("share_text", SHARE_ENDS, palette.text, say("Share")),
        ("orders_text", ORDERS_END, palette.quiet_text, say("Orders a year")),
        ("satisfaction_text", "width", palette.quiet_text, say("Satisfaction")),
    )
    layers = [
        track.encode(x=alt.X("all:Q", title=None, axis=None, scale=scale)),
        bar.encode(x=alt.X("share:Q", title=None, axis=None, scale=scale)),
    ]
    for text, ends, colour, head in columns:
        at = alt.XValue({"expr": ends})
        layers.append(base.mark_text(align="right", color=colour).encode(x=at, text=f"{text}:N"))
        once = alt.Chart(rows).transform_filter("datum.place == 0")
        above = once.mark_text(align="right", color=palette.quiet_text, fontSize=11)
        layers.append(above.encode(x=at, y=alt.value(-8), text=alt.value(head)))
    return theme.finished(alt.layer(*layers), look, height=alt.Step(42))
