"""What people take away: a table as CSV, a chart as a picture, what a workbook is made of. Pure: rows in, bytes out."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import noto_cjk_sans_otc
import pandas as pd

Form = Literal["png", "svg", "pdf"]
FORMS: Mapping[Form, str] = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = FORMS["pdf"]
FONT, FONTS = "Noto Sans CJK SC", Path(noto_cjk_sans_otc.__file__).parent
"""The one font of everything drawn without a browser: it comes with the requirements, not with the system."""
PICTURE_WIDTH, PICTURE_SCALE, LETTERS_IN_A_LINE = 720, 2, 100
NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
NOT_IN_FILE_NAMES, LONGEST_FILE_NAME = frozenset('"<>|'), 80
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML holds: one of them in a picture ends the process that draws it, in a workbook it is refused."""


@dataclass(frozen=True)
class Sketch:
    """A chart that is drawn without a browser: its Vega-Lite, made for a light page, and its rows."""

    specification: Mapping[str, Any]
    rows: pd.DataFrame


@dataclass(frozen=True)
class Sheet:
    """One card of a page as it is taken away: its title, the sentence that says what it shows, its rows to reckon on.

    `read` are the rows as people read them, where those are others; `sketch` makes its chart, where it has one. A card of
    tiles names its `figures` by their codes.
    """

    title: str
    tells: str
    rows: pd.DataFrame
    read: pd.DataFrame | None = None
    sketch: Callable[[], Sketch] | None = None
    figures: tuple[str, ...] = ()


def csv(rows: pd.DataFrame) -> bytes:
    """Rows as CSV in UTF-8 with BOM, as spreadsheets want it; text that would be a formula is disarmed by a quote."""
    text: str = rows.map(_disarmed).rename(columns=_disarmed).to_csv(index=False)
    return text.encode("utf-8-sig", "replace")


def picture(sketch: Sketch, *, form: Form, title: str, below: Sequence[str]) -> bytes:
    """A chart with its title, the sentence and the scope above it, drawn without a browser by vl-convert."""
    lines = [line for said in below for line in _wrapped(said)]
    heading = {
        "text": title,
        "subtitle": lines,
        "anchor": "start",
        "fontSize": 16,
        "fontWeight": "normal",
        "offset": 14,
    }
    whole = _whole(sketch, width=PICTURE_WIDTH, background="white", padding=16, title=heading)
    match form:
        case "png":
            drawn: bytes = _drawing().vegalite_to_png(whole, scale=PICTURE_SCALE)
            return drawn
        case "svg":
            return str(_drawing().vegalite_to_svg(whole)).encode()
        case "pdf":
            return bytes(_drawing().vegalite_to_pdf(whole))


def plain_picture(sketch: Sketch, *, width: int) -> str:
    """A chart alone as SVG, `width` pixels without its axes, for a page that says the rest."""
    return str(_drawing().vegalite_to_svg(_whole(sketch, width=width, background="transparent", padding=2)))


def _whole(sketch: Sketch, **properties: object) -> dict[str, Any]:
    """The Vega-Lite of a chart with its rows and its font."""
    whole: dict[str, Any] = drawable(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            **sketch.specification,
            "config": {**sketch.specification.get("config", {}), "font": FONT},
            "data": {"values": sketch.rows.map(drawable).pipe(_records)},
            **properties,
        }
    )
    return whole


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(rows.to_json(orient="records", date_format="iso"))
    return records


def drawable(part: Any) -> Any:
    """A text, or a list or mapping of parts, without what is no text: see `NO_TEXT`."""
    if isinstance(part, str):
        return NO_TEXT.sub("", part)
    if isinstance(part, Mapping):
        return {name: drawable(value) for name, value in part.items()}
    return [drawable(value) for value in part] if isinstance(part, list | tuple) else part


def _disarmed(value: Any) -> Any:
    """A cell that spreadsheets take for text. A return would begin a row, and with it another cell: it becomes a newline."""
    if not isinstance(value, str):
        return value
    quoted = f"'{value}" if value.startswith(STARTS_A_FORMULA) else value
    return quoted.replace("\r\n", "\n").replace("\r", "\n")


@cache
def _drawing() -> ModuleType:
    """The module that draws, which knows the font; imported when the first picture is asked for."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def is_nothing(value: object) -> bool:
    """Whether a cell of a table holds nothing: None, NaN or pandas' NA."""
    return value is None or value is pd.NA or value != value


def file_name(*parts: object, ending: str) -> str:
    """Parts joined by hyphens, without what file systems refuse."""
    said = " ".join(str(part)[:LONGEST_FILE_NAME] for part in parts).translate(NOT_IN_SHEET_NAMES)
    kept = "".join(letter if letter.isprintable() and letter not in NOT_IN_FILE_NAMES else " " for letter in said)
    return f"gatehouse-{'-'.join(kept.replace('..', ' ').split())}.{ending}"


def _wrapped(said: str) -> list[str]:
    """Lines of about `LETTERS_IN_A_LINE` letters, broken at blanks, or anywhere in a script without blanks."""
    lines = [""]
    for word in said.split(" "):
        pieces = [word[at : at + LETTERS_IN_A_LINE // 2] for at in range(0, max(len(word), 1), LETTERS_IN_A_LINE // 2)]
        for piece in pieces:
            wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in lines[-1] + piece)
            if lines[-1] and wide > LETTERS_IN_A_LINE:
                lines.append(piece)
            else:
                lines[-1] = f"{lines[-1]} {piece}".strip() if piece == word else lines[-1] + piece
    return [line for line in lines if line]
