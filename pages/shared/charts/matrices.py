"""Drawings of the matrices: customers between two cut lines, who moved where, types by month, two-way tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import pandas as pd

from pages.shared.charts import forms, theme
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import Look

Draw: TypeAlias = "Callable[[pd.DataFrame, Look], alt.LayerChart]"
FIELD = 34
RATIOS = [digit * 10**power for power in range(9) for digit in (1, 3)]
"""Where a logarithmic axis is labelled: lines at every ratio would be a grille, all their labels a heap."""


@dataclass(frozen=True)
class Axis:
    """One axis of a matrix: its title in the reader's language, how it is written, and what equal steps are.

    Steps are evenly spread, of equal ratios (nothing below or at zero has a place), or wider near zero (`root`).
    """

    title: str
    form: Literal["number", "share"] = "number"
    spread: Literal["even", "ratios", "root"] = "even"


@cache
def points(across: Axis, up: Axis) -> Draw:
    """Customers as points, or fields of them as larger ones, with the company's cuts as lines; the chosen cell stands out.

    Columns: x, y, customers, label (of the cell), is_chosen, x_cut, y_cut, x_corner, y_corner (NaN: no such line), customer_text,
    x_text, y_text, customers_text.
    """

    def drawn(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
        palette = look.palette
        x, y = alt.X("x:Q", **_along(look, across)), alt.Y("y:Q", **_along(look, up))
        dots = (
            alt.Chart(rows)
            .mark_point(filled=True, stroke=palette.surface, strokeWidth=0.5)
            .encode(
                x=x,
                y=y,
                size=alt.Size("customers:Q", legend=None, scale=alt.Scale(domain=[1, 60], range=[30, 420], clamp=True)),
                shape=alt.condition("datum.is_chosen", alt.value("diamond"), alt.value("circle")),
                color=alt.condition("datum.is_chosen", alt.value(palette.main), alt.value(palette.muted)),
                opacity=alt.condition("datum.is_chosen", alt.value(0.9), alt.value(0.45)),
                tooltip=[
                    alt.Tooltip("label:N", title=" "),
                    alt.Tooltip("customer_text:N", title=look.say("Customer")),
                    alt.Tooltip("customers_text:N", title=look.say("Customers")),
                    alt.Tooltip("x_text:N", title=across.title),
                    alt.Tooltip("y_text:N", title=up.title),
                ],
            )
        )
        lines = [
            _cut(rows, column, dash, look).encode(**{column[0]: _line_at(column, look, across, up)})
            for column, dash in (("x_cut", [1, 0]), ("y_cut", [1, 0]), ("x_corner", [4, 4]), ("y_corner", [4, 4]))
        ]
        named = (
            alt.Chart(rows)
            .transform_aggregate(x="median(x)", y="median(y)", groupby=["label"])
            .encode(x=x, y=y, text="label:N")
        )
        halo = named.mark_text(fontWeight="bold", stroke=palette.surface, strokeWidth=4, strokeJoin="round")
        names = named.mark_text(fontWeight="bold", color=palette.text)
        return theme.finished(alt.layer(dots, *lines, halo, names), look, height=400)

    return drawn


@cache
def table(down: str, across: str) -> Draw:
    """A two-way table whose fields are tinted: `down` and `across` are the titles of its sides.

    Columns: row, row_at, column, column_at (their order), tint, is_tinted, said, and value_text, further_text for the tooltip.
    """

    def drawn(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
        palette = look.palette
        tints = [palette.surface, palette.band]
        upright = alt.Axis(domain=False, ticks=False, labelPadding=8, labelColor=palette.text, labelLimit=140)
        slanted = alt.Axis(
            orient="top",
            domain=False,
            ticks=False,
            labelAngle=-45,
            labelColor=palette.text,
            labelLimit=120,
            labelOverlap=False,
        )
        base = alt.Chart(rows).encode(
            x=alt.X("column:N", title=across, axis=slanted, sort=alt.EncodingSortField("column_at", op="min")),
            y=alt.Y("row:N", title=down, axis=upright, sort=alt.EncodingSortField("row_at", op="min")),
        )
        fields = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=4).encode(
            color=alt.condition(
                "datum.is_tinted",
                alt.Color("tint:Q", legend=None, scale=alt.Scale(zero=True, range=tints, interpolate="rgb")),
                alt.value(palette.grid),
            ),
            tooltip=[
                alt.Tooltip("row:N", title=down),
                alt.Tooltip("column:N", title=across),
                alt.Tooltip("value_text:N", title=look.say("Figure")),
                alt.Tooltip("further_text:N", title=" "),
            ],
        )
        said = base.mark_text(color=palette.text).encode(text="said:N")
        drawing = theme.finished(alt.layer(fields, said), look, height=alt.Step(FIELD))
        return drawing.properties(padding={"left": 0, "top": 5, "right": 20, "bottom": 5})  # the last head sticks out

    return drawn


@cache
def history(labels: tuple[str, ...]) -> Draw:
    """Shares of cells at each month's end, stacked, in the order of `labels`.

    Columns: month, label, position, share, share_text, value_text.
    """

    def drawn(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
        areas = (
            alt.Chart(rows)
            .mark_area(stroke=look.palette.surface, strokeWidth=1)
            .encode(
                x=theme.x_time(look),
                y=alt.Y(
                    "share:Q",
                    stack="zero",
                    title=None,
                    axis=theme.axis(look, format="~%"),
                    scale=alt.Scale(domain=[0, 1]),
                ),
                color=alt.Color("label:N", scale=alt.Scale(domain=list(labels), range=_shades(labels, look))),
                order=alt.Order("position:Q"),
                tooltip=[
                    alt.Tooltip("month:T", title=look.say("Month"), format="%Y-%m"),
                    alt.Tooltip("label:N", title=look.say("Cell")),
                    alt.Tooltip("share_text:N", title=look.say("Share")),
                    alt.Tooltip("value_text:N", title=look.say("Figure")),
                ],
            )
        )
        return theme.finished(alt.layer(areas), look, height=280)

    return drawn


@cache
def types(labels: tuple[str, ...]) -> Draw:
    """The type of each branch at each month's end; `labels` are the types, the best first.

    Columns: month, branch (its code), branch_name, label, mark (two letters of the type), value_text.
    """

    def drawn(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
        palette = look.palette
        colours = [palette.good, palette.main, palette.third, palette.bad]
        months = alt.X("yearmonth(month):O", title=None, axis=alt.Axis(**_months(look)))
        base = alt.Chart(rows).encode(
            x=months,
            y=alt.Y(
                "branch_name:N",
                title=None,
                sort=theme.AS_GIVEN,
                axis=alt.Axis(domain=False, ticks=False, labelColor=palette.text, labelPadding=8, labelLimit=160),
            ),
        )
        fields = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=3).encode(
            color=alt.Color("label:N", scale=alt.Scale(domain=list(labels), range=colours)),
            tooltip=[
                alt.Tooltip("branch_name:N", title=look.say("Branch")),
                alt.Tooltip("month:T", title=look.say("Month"), format="%Y-%m"),
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("value_text:N", title=look.say("Audits")),
            ],
        )
        said = base.mark_text(color=palette.surface, fontSize=11).encode(text="mark:N")
        return theme.finished(alt.layer(fields, said), look, height=alt.Step(26))

    return drawn


def repurchase(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    """Share that bought again by what satisfied them, with intervals, beside what the trade quotes."""
    return forms.marks(rows, look, "share", (look.say("Here"), look.say("Trade reference")), head=look.say("here"))


def _along(look: Look, axis: Axis) -> dict[str, object]:
    said = {"format": "~%"} if axis.form == "share" else {"labelExpr": look.number_label}
    spaced = {"grid": False, "values": RATIOS} if axis.spread == "ratios" else {}
    written = theme.axis(look, **said, **spaced)
    spread = {
        "even": alt.Scale(zero=False, nice=True, padding=12),
        "ratios": alt.Scale(type="log", nice=False, padding=12),
        "root": alt.Scale(type="sqrt", nice=True),
    }
    return {"title": axis.title, "axis": written, "scale": spread[axis.spread]}


def _cut(rows: pd.DataFrame, column: str, dash: list[int], look: Look) -> alt.Chart:
    return (
        alt.Chart(rows)
        .transform_aggregate(groupby=[column])
        .transform_filter(f"isValid(datum.{column})")
        .mark_rule(color=look.palette.second, strokeWidth=1.5, strokeDash=dash)
    )


def _line_at(column: str, look: Look, across: Axis, up: Axis) -> alt.X | alt.Y:
    """The encoding of a line at `column`, on the axis that its name begins with."""
    if column.startswith("x"):
        return alt.X(f"{column}:Q", **_along(look, across))
    return alt.Y(f"{column}:Q", **_along(look, up))


def _shades(labels: tuple[str, ...], look: Look) -> list[str]:
    """As many shades as labels, the strongest first; the last, which is the least, is grey."""
    palette = look.palette
    strongest = [*palette.sequence, palette.third, palette.second][: len(labels) - 1]
    return [*strongest, palette.muted]


def _months(look: Look) -> dict[str, object]:
    return {
        "labelExpr": look.month_label,
        "labelAngle": 0,
        "orient": "top",
        "domain": False,
        "ticks": False,
        "labelOverlap": True,
    }
