"""What people read, read back: figures with the slack that their rounding leaves, and sentences with what was filled in."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from pages.shared.text import Words, translations
from warehouse.metrics import metrics

Template = str | tuple[str, str]
"""A message as it stands in the code, or its two forms for one and for many."""
Heard = list[tuple[Template, dict[str, str]]]
FIGURES = ("n", "value", "share", "interval")
"""How the names of what is filled in end, where it is a figure: no brackets stand in it."""
SHORT = {"K": 1e3, "M": 1e6, "B": 1e9, "万": 1e4, "亿": 1e8}
NUMBER = r"[+−-]?[\d,]*\.?\d+"
HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}
SPANS = (("{n} d", 24.0), ("{n} h", 1.0), ("{n} min", 1 / 60), ("{n} s", 1 / 3600))


@dataclass(frozen=True)
class Read:
    """A figure as it was read: `value`, and by how much rounding may have moved it."""

    value: float
    slack: float

    def is_about(self, true: float) -> bool:
        """Whether `true` can have been written so."""
        return abs(self.value - true) <= self.slack * 1.001 + 1e-9


def read(said: str, words: Words) -> Read:
    """A figure in the reader's language: shares of one, lengths in hours, money and counts as they are, "per 100" of one."""
    said = said.strip()
    if said == "<1%":
        return Read(0.0025, 0.0025)
    for message, hours in SPANS:
        if found := pattern(words, message).fullmatch(said.lstrip("+−")):
            return _scaled(found["n"], hours, sign=-1 if said.startswith("−") else 1)
    for message in ("{n} pts", "{n} per 100"):
        if found := pattern(words, message).fullmatch(said):
            return _scaled(found["n"], 0.01)
    if said.endswith("%"):
        return _scaled(said[:-1], 0.01)
    return _scaled(said.removeprefix("CN¥").removeprefix("¥"), 1.0)


def _scaled(said: str, by: float, *, sign: int = 1) -> Read:
    plain = said.strip()
    if plain and plain[-1] in SHORT:
        plain, by = plain[:-1], by * SHORT[plain[-1]]
    if not re.fullmatch(NUMBER, plain):
        raise ValueError(f"no figure: {said!r}")
    decimals = len(plain.partition(".")[2])
    number = float(plain.replace(",", "").replace("−", "-"))
    return Read(sign * number * by, 0.5 * 10**-decimals * by)


def says(said: str, true: float, words: Words, code: str | None = None) -> bool:
    """Whether `said` is what `true` reads like: a figure of the metric `code` in its own unit, or a plain number."""
    if math.isnan(true):
        return said in {"–", words.say("not half yet"), words.say("n too small")}
    try:
        found = read(said, words)
    except ValueError:
        return False
    return found.is_about(in_base(true, code))


def in_base(true: float, code: str | None) -> float:
    """A figure of the metric `code` in the units of `read`."""
    about = metrics()[code] if code else None
    if about is not None and about.kind == "duration":
        return true * HOURS[about.unit]
    if about is not None and about.kind == "ratio" and "per 100" in about.unit:
        return true / 100
    return true


def heard(words: Words, text: str, *templates: Template) -> Heard:
    """`text` taken apart into sentences of the code: which they are, in their order, and what was filled in.

    Raises ValueError where some of it is none of `templates`.
    """
    found = _heard(words, text, templates)
    if found is None:
        raise ValueError(f"nobody expected to hear {text!r}")
    return found


def _heard(words: Words, text: str, templates: Sequence[Template]) -> Heard | None:
    for end in _ends(text):
        for template in templates:
            for form in (template,) if isinstance(template, str) else template:
                first = pattern(words, form).fullmatch(text[:end])
                if first is None:
                    continue
                rest = text[end:].lstrip()
                after = _heard(words, rest, templates) if rest else []
                if after is not None:
                    return [(template, first.groupdict()), *after]
    return None


def _ends(text: str) -> Iterator[int]:
    for place, character in enumerate(text, 1):
        if (character in ".:" and text[place : place + 1] in {"", " "}) or character in "。：" or place == len(text):
            yield place


@cache
def pattern(words: Words, message: str) -> re.Pattern[str]:
    """What a message of the code looks like once it is translated and filled."""
    catalogue = translations(words.language)._catalog
    told = (catalogue.get(message) or catalogue.get((message, 0)) or message) if words.language != "en" else message
    pieces, named = [], set[str]()
    for literal, name in re.findall(r"([^{]*)(?:\{(\w+)\})?", told):
        pieces.append(re.escape(literal))
        if name:
            any_of_it = r"[^()（）]+?" if name.endswith(FIGURES) else ".+?"
            pieces.append(f"(?P={name})" if name in named else f"(?P<{name}>{any_of_it})")
            named.add(name)
    return re.compile("".join(pieces))


def month_of(said: str, words: Words, among: Sequence[date]) -> date | None:
    """The one of `among` that is written so, as a month or a day."""
    return next((day for day in among if said in {words.month(day), words.day(day)}), None)
