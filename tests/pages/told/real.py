"""Pages over the oracle's company `north`, opened as people open them, with what stands on them kept for questions."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from html import unescape
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from pages.shared.markup import Missing
from pages.shared.names import Names
from pages.shared.text import Language, Words
from pages.shared.workbook import Page
from tests.oracle.company import Company
from tests.pages.told.reading import Heard, Template, heard, says
from warehouse.metrics import metrics
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

SPOKEN = re.compile(r'<div class="gh-title"[^>]*>([^<]*)</div><p class="gh-tells">([^<]*)</p>')
UNTIMED = frozenset({"my_branch"})
UNSCOPED = frozenset({"data_health", "metrics"})
SCOPED = (
    "overview",
    "lead_sources",
    "calls_events",
    "segments",
    "complaints",
    "satisfaction",
    "retention",
    "my_branch",
)


@dataclass(frozen=True)
class Opening:
    """One page as somebody asks for it. `scope` is what the address says, in whole days."""

    screen: str
    person: str
    scope: Scope = field(default_factory=Scope)
    language: Language = "en"
    view: str = ""

    @property
    def address(self) -> Mapping[str, Sequence[str]]:
        """The parameters of the address."""
        period = self.scope.period
        days = [f"{period.start}..{period.end - timedelta(days=1)}"] if period else ["all"]
        own = {"view": [self.view]} if self.view else {}
        timed = {} if self.screen in UNTIMED | UNSCOPED else {"period": days, "compare": [self.scope.comparison]}
        places = {"region": list(self.scope.regions), "branch": list(self.scope.branches)}
        said = {"lang": [self.language], **own, **timed, **places, **dict(self.scope.filters)}
        return {name: list(values) for name, values in said.items() if values}

    @property
    def asked(self) -> Scope:
        """The scope that the figures of the page must be of."""
        return Scope(regions=self.scope.regions, branches=self.scope.branches) if self.screen in UNTIMED else self.scope


@dataclass(frozen=True)
class Card:
    """A card with a sentence: `made` says of which metric it is and how its sentence came about, as `Screen` was told."""

    title: str
    tells: str
    made: tuple[Any, ...]
    metric: str
    opened: "Opened"
    rows: pd.DataFrame

    @property
    def words(self) -> Words:
        """The reader's words."""
        return self.opened.words

    @property
    def names(self) -> Names:
        """What codes are called."""
        return self.opened.page.inquiry.names

    def heard(self, *templates: Template) -> Heard:
        """The sentence taken apart; see `reading.heard`."""
        return heard(self.words, self.tells, *templates)

    def says(self, said: str, true: float, code: str | None = None) -> None:
        """Fails unless `said` is what `true` reads like."""
        assert says(said, float(true), self.words, code), f"{self}: {said!r} is told of {true}"

    def ask(self, code: str = "", *by: str, scope: Scope | None = None) -> pd.DataFrame:
        """The figure itself, as `figure --json` has it: of the page's scope or another, with the filters that it knows."""
        return self.opened.ask(code or self.metric, *by, scope=scope)

    def called(self, dimension: str, codes: Iterable[object]) -> list[str]:
        """What codes of a dimension are called."""
        return [self.names.of_code(dimension, code) for code in codes]

    def label(self, code: str = "") -> str:
        """What a metric is called."""
        return self.words.label(metrics()[code or self.metric].label)

    def __str__(self) -> str:
        """Which card of which page."""
        return f"{self.opened.opening} · {self.title}: {self.tells}"


@dataclass
class Opened:
    """A page that was opened: its text, its cards, the kinds of nothing on it, and what would be taken away with it."""

    opening: Opening
    company: Company
    app: AppTest
    page: Page
    made: Mapping[str, tuple[Any, ...]]
    missing: Mapping[str, Missing]

    @property
    def words(self) -> Words:
        """The reader's words."""
        return self.page.inquiry.viewer.words

    @cached_property
    def text(self) -> str:
        """Everything that the page says in text."""
        return "\n".join(str(element.value) for element in self.app.markdown)

    @cached_property
    def reader(self) -> Reader:
        """Asks as the person who looks."""
        return Reader(engine=self.company.database.reader, person=self.opening.person).pinned()

    @property
    def cards(self) -> list[Card]:
        """Every card that has a sentence; the tiles have none."""
        shown = [
            Card(sheet.title, sheet.tells, self.made.get(sheet.title, ()), self._metric(sheet.title), self, sheet.rows)
            for sheet in self.page.shown
            if sheet.tells and not sheet.figures and sheet.title not in self.missing
        ]
        return [*shown, *self._spoken({card.title for card in shown})]

    def _spoken(self, known: set[str]) -> list[Card]:
        """What the pages of the house say above tables that nobody takes away."""
        if self.opening.screen not in UNSCOPED:
            return []
        found = ((unescape(title), unescape(tells)) for title, tells in SPOKEN.findall(self.text))
        return [Card(title, tells, (), "", self, pd.DataFrame()) for title, tells in found if title not in known]

    def _metric(self, title: str) -> str:
        return str(self.made[title][0]) if title in self.made else ""

    def ask(self, code: str, *by: str, scope: Scope | None = None) -> pd.DataFrame:
        """The figure itself, for the person who looks, with those filters alone that it knows."""
        asked = scope or self.opening.asked
        known = {name: codes for name, codes in asked.filters.items() if name in metrics()[code].filters}
        narrowed = Scope(period=asked.period, regions=asked.regions, branches=asked.branches, filters=known)
        return figure(self.reader, code, narrowed, by=by)

    @property
    def long(self) -> Scope:
        """The 24 whole months up to the end of the page's period, or of the data where it has none."""
        asked = self.opening.asked
        after = asked.period.end if asked.period else self.page.inquiry.last_day + timedelta(days=1)
        end = after.replace(day=1)
        return Scope(
            period=Period(start=months_before(end, 24), end=end),
            regions=asked.regions,
            branches=asked.branches,
            filters=asked.filters,
        )


def months_before(day: date, months: int) -> date:
    """The first of the month so many months before that of `day`."""
    return (pd.Timestamp(day).to_period("M") - months).to_timestamp().date()


Come = Callable[[Opening], Opened]
