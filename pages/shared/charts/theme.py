"""How charts look: two palettes that stay apart for colour-blind eyes, one type size, few lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pages.shared.charts.lazily import alt

Theme = Literal["light", "dark"]
NTH = "nth"
"""The column that numbers the rows of every drawing."""
AS_GIVEN: Mapping[str, Any] = {"field": NTH, "op": "min"}
"""The order of the rows. Without a field to go by, marks that move to other rows would keep the order of those before."""


@dataclass(frozen=True)
class Palette:
    """Colours by meaning. Every mark has at least 3:1 on `surface`, every text 4.5:1."""

    surface: str
    text: str
    quiet_text: str
    grid: str
    main: str
    second: str
    third: str
    good: str
    bad: str
    caution: str
    band: str
    muted: str
    pale_bad: str
    on_pale: str
    sequence: tuple[str, ...]


PALETTES: Mapping[Theme, Palette] = {
    "light": Palette(
        surface="#ffffff",
        text="#1b2430",
        quiet_text="#566274",
        grid="#e7eaef",
        main="#1f5fae",
        second="#b84f09",
        third="#8a5fb5",
        good="#0f8577",
        bad="#b84f09",
        caution="#96690a",
        band="#c9daee",
        muted="#8792a2",
        pale_bad="#e39a64",
        on_pale="#1b2430",
        sequence=("#113766", "#1f5fae", "#588cc6", "#9cbde1"),
    ),
    "dark": Palette(
        surface="#1a212b",
        text="#e6eaf0",
        quiet_text="#a3afbf",
        grid="#2c3643",
        main="#7fb2ee",
        second="#f0965a",
        third="#bd9ae0",
        good="#4fc3b2",
        bad="#f0965a",
        caution="#dcb04a",
        band="#27405e",
        muted="#8391a8",
        pale_bad="#c98a5e",
        on_pale="#12171e",
        sequence=("#cfe3fa", "#7fb2ee", "#5993cd", "#427db6"),
    ),
}


@dataclass(frozen=True)
class Look:
    """Theme and language of one drawing. `say` translates; it is fixed by the language and so no part of the identity."""

    theme: Theme
    language: str
    say: Callable[..., str] = field(compare=False)

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]

    @property
    def number_label(self) -> str:
        """Vega expression that writes `datum.value` of an axis short: 12k and 3M, or 1.2万 and 3亿."""
        if self.language == "zh_CN":
            return (
                "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, '~r') + '亿'"
                " : abs(datum.value) >= 1e4 ? format(datum.value / 1e4, '~r') + '万' : format(datum.value, ',~r')"
            )
        return "abs(datum.value) >= 1e4 ? format(datum.value, '~s') : format(datum.value, ',~r')"

    @property
    def month_label(self) -> str:
        """Vega expression that writes a month on a time axis, with the year where it begins."""
        if self.language == "zh_CN":
            return "month(datum.value) == 0 ? timeFormat(datum.value, '%Y年') : timeFormat(datum.value, '%-m月')"
        return "month(datum.value) == 0 ? timeFormat(datum.value, '%Y') : timeFormat(datum.value, '%b')"


def x_time(look: Look, column: str = "month") -> alt.X:
    """A calm time axis."""
    return alt.X(
        f"{column}:T",
        title=None,
        axis=alt.Axis(
            labelExpr=look.month_label,
            grid=False,
            tickCount=8,
            labelFlush=False,
            domainColor=look.palette.grid,
            tickColor=look.palette.grid,
        ),
    )


def y_share(look: Look, column: str = "value", *, title: str | None = None, zero: bool = False) -> alt.Y:
    """A share of one, written in per cent."""
    return alt.Y(f"{column}:Q", title=title, scale=alt.Scale(zero=zero, nice=True), axis=axis(look, format="~%"))


def y_number(look: Look, column: str = "value", *, title: str | None = None, zero: bool = False) -> alt.Y:
    """A number, written short in the reader's way."""
    return alt.Y(
        f"{column}:Q", title=title, scale=alt.Scale(zero=zero, nice=True), axis=axis(look, labelExpr=look.number_label)
    )


def axis(look: Look, **changes: Any) -> alt.Axis:
    """A value axis: light grid, no ticks, about five labels."""
    return alt.Axis(
        **{
            "tickCount": 5,
            "grid": True,
            "gridColor": look.palette.grid,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            **changes,
        }
    )


def around(base: alt.Chart) -> alt.Chart:
    """Room around small points in which they can be pointed at and clicked, also by a finger; nothing is seen of it."""
    return base.mark_point(filled=True, opacity=0, size=420, aria=False)


def finished(chart: alt.LayerChart, look: Look, *, height: int | alt.Step = 240) -> alt.LayerChart:
    """`chart` with the house's type, colours and height.

    Screen readers are told its sentence and offered its table; hundreds of marks one by one would tell them nothing.
    """
    palette = look.palette
    return (
        chart.properties(height=height, background="transparent")
        .configure(aria=False, mark=alt.MarkConfig(aria=False))
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.quiet_text,
            titleColor=palette.quiet_text,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=180,
            labelFlush=False,
        )
        .configure_legend(
            orient="top",
            direction="horizontal",
            title=None,
            labelColor=palette.quiet_text,
            labelFontSize=12,
            symbolSize=90,
            offset=4,
            padding=0,
            columns=2,
            labelLimit=220,
        )
        .configure_text(color=palette.text, fontSize=12)
    )
