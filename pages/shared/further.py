"""Further figures of a row beside its own, which the catalogue names under `also`: what they are called and how they are written."""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

from pages.shared.text import Words

Written = Literal["count", "share", "points", "of five", "of 100", "money", "as the figure"]
WRITTEN: Mapping[str, Written] = {
    "asked": "count",
    "asked_share": "share",
    "population": "count",
    "population_share": "share",
    "response_rate": "share",
    "matched_value": "share",
    "matched_n": "count",
    "difference": "points",
    "difference_low": "points",
    "difference_high": "points",
    "satisfaction": "of 100",
    "answers": "count",
    "compensation": "money",
    "expectation": "of five",
    "perception": "of five",
    "importance": "of five",
    "r2": "share",
    "unweighted": "as the figure",
    "centre": "as the figure",
    "low_95": "as the figure",
    "high_95": "as the figure",
    "low_998": "as the figure",
    "high_998": "as the figure",
}


@cache
def titles(words: Words) -> Mapping[str, str]:
    """What each is called, in the order in which tables show them."""
    say = words.say
    return {
        "asked": say("Asked"),
        "asked_share": say("Share of those asked"),
        "population": say("Active customers"),
        "population_share": say("Share of customers"),
        "response_rate": say("Response rate"),
        "matched_value": say("Comparable customers"),
        "matched_n": say("n compared with"),
        "difference": say("Difference"),
        "difference_low": say("Difference, 95% low"),
        "difference_high": say("Difference, 95% high"),
        "satisfaction": say("Satisfaction (0–100)"),
        "answers": say("Answers"),
        "compensation": say("Mean compensation"),
        "expectation": say("Expectation"),
        "perception": say("Experience"),
        "importance": say("Importance"),
        "r2": say("Explained together (R²)"),
        "unweighted": say("Plain figure"),
        "centre": say("Whole company"),
        "low_95": say("95% limit, low"),
        "high_95": say("95% limit, high"),
        "low_998": say("99.8% limit, low"),
        "high_998": say("99.8% limit, high"),
    }


def text(words: Words, name: str, value: float, *, currency: str, as_figure: str) -> str:
    """One further figure as it is read; `as_figure` is how the row's own figure would write it."""
    if value is None or math.isnan(value):
        return "–"
    writers: Mapping[Written, Callable[[], str]] = {
        "count": lambda: words.number(value),
        "share": lambda: words.percent(value),
        "points": lambda: words.points(value),
        "of five": lambda: words.number(value, 2),
        "of 100": lambda: words.number(value, 1),
        "money": lambda: words.money(value, currency),
        "as the figure": lambda: as_figure,
    }
    return writers[WRITTEN[name]]()
