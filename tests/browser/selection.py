"""Which views are looked at: every page as each person in both languages, light and dark, on a desk and on a phone, or fewer that cover all pairs."""

import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import combinations, groupby, product

import pytest
from _pytest.mark import ParameterSet

from pages.shared.names import screens
from pages.shared.text import LANGUAGES, Words
from tests.browser.visit import WIDTHS

PEOPLE = ("executive", "head", "steward")
THEMES = ("light", "dark")
EVERY = bool(os.environ.get("GATEHOUSE_EVERY_VIEW"))
"""Whether to look at the full product: `make browser-all`."""


@dataclass(frozen=True)
class Visit:
    """Somebody who comes in once and goes about."""

    person: str
    language: str
    theme: str

    def __str__(self) -> str:
        """For the names of tests and pictures."""
        return "-".join(astuple(self))


@dataclass(frozen=True)
class View:
    """One page as it is looked at."""

    visit: Visit
    screen: str
    width: str

    def __str__(self) -> str:
        """For findings and pictures."""
        return f"{self.screen}-{self.visit}-{self.width}"


def visits(theme: str) -> list[ParameterSet]:
    """Each visit in one theme with what it looks at, in the order of the menu, as parameters of a test."""
    every = [
        View(Visit(*who), screen, width)
        for who in product(PEOPLE, LANGUAGES, THEMES)
        for screen, width in product(screens(Words()), WIDTHS)
    ]
    seen = set(every if EVERY else covering([view for view in every if _is_one_of_six(view.visit)]))
    ordered = [view for view in every if view in seen and view.visit.theme == theme]
    return [
        pytest.param(visit, list(views), id=str(visit)) for visit, views in groupby(ordered, lambda view: view.visit)
    ]


def covering(views: Sequence[View]) -> list[View]:
    """Few of `views` in which any two qualities that stand together in one of them stand together."""
    missing, chosen = {pair for view in views for pair in _pairs(view)}, list[View]()
    while missing:
        chosen.append(max(views, key=lambda view: len(missing & _pairs(view))))
        missing -= _pairs(chosen[-1])
    return chosen


def _pairs(view: View) -> set[tuple[str, str]]:
    return set(combinations((*astuple(view.visit), view.screen, view.width), 2))


def _is_one_of_six(visit: Visit) -> bool:
    """Coming in is what takes time: each person once in each language, every second time in the dark."""
    turn = PEOPLE.index(visit.person) + list(LANGUAGES).index(visit.language)
    return visit.theme == THEMES[turn % 2]
