"""Drawings of the overview."""

from __future__ import annotations

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look

TEXTS_FROM = "width - 84"


def monthly(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """One of the monthly five over 24 months, as a control chart."""
    return forms.control(rows, look, "share")


def orders(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Orders by month, as a control chart."""
    return forms.control(rows, look, "number")


def change(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """What each group put into a change: its own figure filled, its share of the whole hollow, both together a diamond.

    Columns, one row a group and kind: label, kind, part, part_text, effect, said (the effect as text, once a group, else empty).
    """
    palette, say = look.palette, look.say
    kinds = [say("Its own figure"), say("Its share of the whole")]
    scale = alt.Scale(range=[6, {"expr": TEXTS_FROM}])
    legend = alt.Legend(columns=1)  # beside long names of branches two do not fit on a phone
    base = alt.Chart(rows).encode(y=forms.rows_as_given(look))
    zero = alt.Chart(rows).mark_rule(color=palette.muted).encode(x=alt.XDatum(0, axis=None, title=None))
    bars = base.mark_bar(height={"band": 0.56}, strokeWidth=1.5).encode(
        x=alt.X("part:Q", stack="zero", title=None, axis=None, scale=scale),
        color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[palette.main, palette.second]), legend=legend),
        stroke=alt.Stroke("kind:N", scale=alt.Scale(domain=kinds, range=[palette.main, palette.second]), legend=legend),
        fillOpacity=alt.FillOpacity("kind:N", scale=alt.Scale(domain=kinds, range=[1.0, 0.2]), legend=legend),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("kind:N", title=say("Part of the change")),
            alt.Tooltip("part_text:N", title=say("Change")),
        ],
    )
    both = base.transform_filter("datum.said != ''")
    total = both.mark_point(shape="diamond", filled=True, size=70, opacity=1, color=palette.text)
    total = total.encode(x=alt.X("effect:Q", axis=None, title=None))
    said = both.mark_text(align="right", color=palette.text).encode(x=alt.value("width"), text="said:N")
    return theme.finished(alt.layer(zero, bars, total, said), look, height=alt.Step(30))


def ladder(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """How far customers have climbed, each step as a share. Columns: label, share, all, share_text, of_text."""
    palette = look.palette
    scale = alt.Scale(domain=[0, 1], range=[0, {"expr": "width - 150"}])
    base = alt.Chart(rows).encode(
        y=forms.rows_as_given(look),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("share_text:N", title=look.say("Share")),
            alt.Tooltip("of_text:N", title=look.say("Customers")),
        ],
    )
    track = base.mark_bar(color=palette.band, opacity=0.5, height={"band": 0.62}, cornerRadius=3)
    bar = base.mark_bar(color=palette.main, height={"band": 0.62}, cornerRadius=3)
    share = base.mark_text(align="right", color=palette.text, fontWeight=600)
    of = base.mark_text(align="right", color=palette.quiet_text)
    layers = [
        track.encode(x=alt.X("all:Q", title=None, axis=None, scale=scale)),
        bar.encode(x=alt.X("share:Q", title=None, axis=None, scale=scale)),
        share.encode(x=alt.XValue({"expr": "width - 94"}), text="share_text:N"),
        of.encode(x=alt.value("width"), text="of_text:N"),
    ]
    return theme.finished(alt.layer(*layers), look, height=alt.Step(44))


def chain(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Satisfied, ordered again, referred: by how long the complaint was handled. Columns: label, link, share, ends, texts."""
    palette, say = look.palette, look.say
    links = [say("Satisfied"), say("Ordered again"), say("Referred others")]
    colour = alt.Color(
        "link:N",
        scale=alt.Scale(domain=links, range=[palette.main, palette.second, palette.third]),
        legend=alt.Legend(symbolOpacity=1),
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "label:N",
            title=say("Time from receipt to solution"),
            sort=theme.AS_GIVEN,
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
        ),
        xOffset=alt.XOffset("link:N", sort=links),
        color=colour,
    )
    interval = base.mark_rule(opacity=0.4, strokeWidth=4, strokeCap="round").encode(
        y=theme.y_share(look, "share_low", zero=True), y2="share_high:Q"
    )
    line = base.mark_line(strokeWidth=1.5, opacity=0.7).encode(y="share:Q")
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        y="share:Q",
        shape=alt.Shape("link:N", scale=alt.Scale(domain=links, range=["circle", "diamond", "square"])),
        tooltip=[
            alt.Tooltip("label:N", title=say("Time from receipt to solution")),
            alt.Tooltip("link:N", title=" "),
            alt.Tooltip("share_text:N", title=say("Share")),
            alt.Tooltip("interval_text:N", title=say("95% interval")),
            alt.Tooltip("of_text:N", title=say("n")),
        ],
    )
    return theme.finished(alt.layer(interval, line, points), look, height=260)
