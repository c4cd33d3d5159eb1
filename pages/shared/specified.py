"""Drawings as Vega-Lite, kept beside what Python compiles: Altair takes 45 ms for one, and would always make the same.

python -m pages.shared.specified    makes all of them, for an installation whose files nobody may write afterwards
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from hashlib import sha256
from importlib import import_module, metadata
from inspect import Parameter, signature
from pathlib import Path
from pkgutil import iter_modules
from threading import get_ident
from types import FunctionType
from typing import Any, TypeAlias

import pandas as pd

from pages.shared import charts, text
from pages.shared.charts.lazily import alt
from pages.shared.charts.theme import PALETTES, Look
from pages.shared.text import LANGUAGES, Words

Draw: TypeAlias = "Callable[[pd.DataFrame, Look], alt.LayerChart]"
CHARTS = Path(charts.__file__).parent
KEPT = CHARTS / "__pycache__"


def vega_lite(draw: Draw, look: Look) -> dict[str, Any]:
    """The drawing without its rows: every part of it says which column it wants, and of which type, whatever the rows are.

    Raises ValueError for one that draws other rows than those it was given.
    """
    found: dict[str, Any] = kept(draw, look, partial(_made, draw, look))
    return found


def kept(draw: Callable[..., object], look: Look, make: Callable[[], Any]) -> Any:
    """What `make` makes for `draw` and `look`: read, where it has been made from the same charts and words before.

    What cannot be read is made; what cannot be written is made again by the next process.
    """
    if not draw.__module__.startswith(f"{charts.__name__}."):
        return make()
    file = KEPT / f"{_name(draw)}.{look.theme}.{look.language}.json"
    with suppress(OSError, ValueError, KeyError):
        found = json.loads(file.read_text("utf-8"))
        if found["made_from"] == _made_from():
            return found["made"]
    made = json.loads(json.dumps(make()))
    with suppress(OSError):
        KEPT.mkdir(exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}-{get_ident()}")
        part.write_text(json.dumps({"made_from": _made_from(), "made": made}, ensure_ascii=False), "utf-8")
        part.replace(file)
    return made


def _made(draw: Draw, look: Look) -> dict[str, Any]:
    made: dict[str, Any] = draw(pd.DataFrame(), look).to_dict(validate=False)
    if len(made.get("datasets", {})) > 1:
        raise ValueError(f"{draw.__name__} draws other rows than those it was given")
    return {name: part for name, part in made.items() if name not in {"data", "datasets", "$schema"}}


def _name(draw: Callable[..., object]) -> str:
    """Module and function; of one that was made for some titles, these too."""
    module, name = draw.__module__.rpartition(".")[2], draw.__qualname__.partition(".")[0]
    made_for = [each.cell_contents for each in draw.__closure__ or ()]
    return f"{module}.{name}-{sha256(repr(made_for).encode()).hexdigest()[:16]}" if made_for else f"{module}.{name}"


@cache
def _made_from() -> str:
    """Of all that drawings are made from: the files of the charts and of their words, and Altair."""
    digest = sha256(metadata.version("altair").encode())
    for file in sorted([*CHARTS.glob("*.py"), *Path(text.__file__).parent.glob("*.po"), Path(__file__)]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def drawings() -> Iterator[Draw]:
    """Every function of the charts that draws rows for a look, whether or not a page uses it."""
    for module in (import_module(f"{charts.__name__}.{each.name}") for each in iter_modules(charts.__path__)):
        for name, draw in vars(module).items():
            if isinstance(draw, FunctionType) and draw.__module__ == module.__name__ and name[0] != "_":
                asked = [each.name for each in signature(draw).parameters.values() if each.default is Parameter.empty]
                if asked == ["rows", "look"]:
                    yield draw


def main() -> None:
    """Make every drawing for every theme and language."""
    for draw in drawings():
        for theme in PALETTES:
            for language in LANGUAGES:
                vega_lite(draw, Look(theme=theme, language=language, say=Words(language).say))


if __name__ == "__main__":
    main()
