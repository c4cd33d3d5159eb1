"""A page on paper: A4, searchable and read aloud in order (PDF/UA), drawn by Typst from `leaflet.typ`. Pure: words in, bytes out."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pages.shared.downloads import FONTS, drawable, is_nothing
from pages.shared.markup import Mood

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE = Path(__file__).with_name("leaflet.typ")
STANDARD = "ua-1"
"""PDF/UA: every picture has its words, every table its head, and the file knows its language."""


@dataclass(frozen=True)
class Remark:
    """A short remark below a figure, and how it is tinted."""

    said: str
    mood: Mood


@dataclass(frozen=True)
class Figure:
    """A tile: its figure, the small lines and remarks below it, and its history as an SVG (empty: none)."""

    label: str
    figure: str
    small: Sequence[str]
    badges: Sequence[Remark] = ()
    history: str = ""


@dataclass(frozen=True)
class Card:
    """A card: its sentence, its chart as an SVG (empty: none) and its table, of which `rest` says what was left out."""

    title: str
    tells: str = ""
    picture: str = ""
    heads: Sequence[str] = ()
    sides: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    rest: str = ""


@dataclass(frozen=True)
class Definition:
    """What one figure means, a paragraph each."""

    title: str
    said: Sequence[str]


@dataclass(frozen=True)
class Leaflet:
    """Everything that stands on the paper, in its order, all of it in words of the reader's language. `first` is what stands out."""

    language: str
    title: str
    line: str
    scope: str
    source: str
    notices: Sequence[str]
    tiles: Sequence[Figure]
    cards: Sequence[Card]
    definitions_title: str
    definitions: Sequence[Definition]
    ending: Sequence[Card] = field(default_factory=tuple)
    first: Sequence[Remark] = ()


def pdf(leaflet: Leaflet) -> bytes:
    """The leaflet as a PDF, its font embedded. It is no PDF/UA where a feed's text holds what the font cannot show."""
    import typst  # 30 MB: paid for by the first who asks

    compiler = typst.Compiler(str(TEMPLATE), font_paths=_fonts(), ignore_system_fonts=True)
    said = {"leaflet": json.dumps(drawable(asdict(leaflet)), ensure_ascii=False)}
    try:
        made = compiler.compile(format="pdf", sys_inputs=said, pdf_standards=[STANDARD])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = compiler.compile(format="pdf", sys_inputs=said)
    if not isinstance(made, bytes):
        raise TypeError(f"Typst made {type(made).__name__}, not one file")
    return made


def card(title: str, tells: str, rows: pd.DataFrame, *, picture: str = "", most: int, rest: str = "") -> Card:
    """A card whose table shows the first `most` of `rows`; `rest` is said where there are more. Numbers stand on the right."""
    shown = rows.head(most)
    return Card(
        title=title,
        tells=tells,
        picture=picture,
        heads=[str(name) for name in shown],
        sides=["right" if pd.api.types.is_numeric_dtype(shown[name]) else "left" for name in shown],
        rows=[[_cell(value) for value in row] for row in shown.itertuples(index=False)],
        rest=rest if len(rows) > most else "",
    )


def _cell(value: object) -> str:
    if is_nothing(value):
        return "–"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


@cache
def _fonts() -> "Fonts":
    """Our font alone, read once."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
