"""How figures grow with the size of the company: the exponent that fits best, and the curves as a picture."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import pandas as pd

COLOUR = "#1f6f8b"
SPARE = 4
"""Room above and below a curve, for its figures."""


@dataclass(frozen=True)
class Curve:
    """A figure by number of customers. `most` is what its exponent may be at most; None where nothing is promised."""

    name: str
    unit: str
    figures: Mapping[int, float]
    most: float | None = None

    @property
    def exponent(self) -> float:
        """The e for which figure = c · customersᵉ fits best: least squares over the logarithms of both."""
        sizes, figures = zip(*self.figures.items(), strict=True)
        return statistics.linear_regression([*map(math.log, sizes)], [*map(math.log, figures)]).slope

    @property
    def title(self) -> str:
        """The curve's name with its exponent, and with what that may be."""
        promised = f", at most {self.most:g}" if self.most is not None else ""
        return f"{self.name} ({self.unit}): exponent {self.exponent:.2f}{promised}"


def draw(curves: Sequence[Curve], path: Path, *, about: str) -> None:
    """Write the curves as one SVG, `about` below its title: a panel each, in powers of ten, and as many of them on every axis,
    so that slopes compare."""
    span = max(10.0, *(SPARE * max(each.figures.values()) / min(each.figures.values()) for each in curves))
    title = alt.Title("What grows with the company", subtitle=about, anchor="start", offset=12)
    panels = alt.concat(*(_panel(each, span) for each in curves), columns=2, title=title).configure_view(stroke=None)
    path.parent.mkdir(parents=True, exist_ok=True)
    panels.save(path)


def _panel(curve: Curve, span: float) -> alt.LayerChart:
    sizes, figures = list(curve.figures), list(curve.figures.values())
    middle = math.sqrt(min(figures) * max(figures))
    domain = (middle / math.sqrt(span), middle * math.sqrt(span))
    size_axis = alt.Axis(values=sizes, format="~s", grid=False)
    figure_axis = alt.Axis(tickCount=2, format="~r")
    line = alt.Chart(
        pd.DataFrame({"customers": sizes, "figure": figures}),
        title=alt.Title(curve.title, fontSize=11, anchor="start", frame="group"),
        width=330,
        height=150,
    ).encode(
        alt.X("customers:Q", title="customers", scale=alt.Scale(type="log"), axis=size_axis),
        alt.Y("figure:Q", title=curve.unit, scale=alt.Scale(type="log", domain=domain), axis=figure_axis),
    )
    labels = line.mark_text(dy=-10, color=COLOUR).encode(text=alt.Text("figure:Q", format=".3~r"))
    return line.mark_line(color=COLOUR) + line.mark_point(color=COLOUR, filled=True, size=45, opacity=1) + labels
