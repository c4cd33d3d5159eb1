"""What one person asks on one page: metrics in, readable rows out, or the kind of nothing that stands in their place."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

import pandas as pd

from pages.shared import cached, sentences
from pages.shared.cached import Answer
from pages.shared.markup import Missing
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics
from warehouse.queries import series
from warehouse.scope import Period, Scope

MONTHS_OF_HISTORY = 24
Made = TypeVar("Made")


@dataclass(frozen=True)
class Inquiry:
    """Asks for `viewer` in `scope`; `last_day` is the last one with data, `page` the name of the page in its address."""

    viewer: Viewer
    scope: Scope
    last_day: date
    page: str = ""

    @cached_property
    def names(self) -> Names:
        """What codes are called."""
        return Names.of(self.viewer)

    def ask(self, metric: str, by: Sequence[str] = (), scope: Scope | None = None) -> Answer:
        """The figure of `metric` in the page's scope or another, narrowed by those filters alone that the metric knows."""
        return cached.figure(self.viewer.asker, metric, self.known_scope(metric, scope), by)

    def known_scope(self, metric: str, scope: Scope | None = None) -> Scope:
        """The page's scope, or another, with those filters alone that `metric` knows."""
        scope, known = scope or self.scope, metrics()[metric].filters
        return replace(scope, filters={name: codes for name, codes in scope.filters.items() if name in known})

    def history(self, metric: str) -> Answer:
        """The last 24 whole months up to the end of the period, by month, none left out from the first that is known."""
        return self.kept(("history", metric), lambda: self._history(metric))

    def _history(self, metric: str) -> Answer:
        answer = self.ask(metric, ("month",), self.long_scope)
        about = metrics()[metric]
        until = min(self.viewer.last_day(about.feeds), self.long_scope.period.end - timedelta(days=1))
        return replace(answer, rows=series.every_month(answer.rows, about, until))

    @cached_property
    def long_scope(self) -> Scope:
        """The page's scope over the last 24 whole months up to the end of its period."""
        after = self.scope.period.end if self.scope.period else self.last_day + timedelta(days=1)
        end = after.replace(day=1)
        start = (pd.Timestamp(end) - pd.DateOffset(months=MONTHS_OF_HISTORY)).date()
        return replace(self.scope, period=Period(start=start, end=end))

    @cached_property
    def place(self) -> str:
        """By what the chosen part of the company is told apart: its regions, or the branches of its one region."""
        return self.kept("place", lambda: "region" if self.branches["region_id"].nunique() > 1 else "branch")

    @property
    def branches(self) -> pd.DataFrame:
        """Those of the visible branches that the page's scope chooses."""
        seen, scope = self.viewer.branches, self.scope
        if scope.regions:
            seen = seen[seen["region_id"].isin(scope.regions)]
        return seen[seen["branch_id"].isin(scope.branches)] if scope.branches else seen

    def reads(self, metric: str) -> Readable:
        """Writes the figures of `metric` in this person's way."""
        return Readable.of(metric, self.names, self.viewer.standing.currency)

    def readable(self, answer: Answer) -> pd.DataFrame:
        """The rows of `answer` with names and texts."""
        return self.reads(answer.metric).rows(answer)

    def missing(self, answer: Answer) -> Missing | None:
        """The kind of nothing that `answer` is; None where there is something to show."""
        return sentences.nothing(self.viewer.words, self.names, answer, self.held, metrics()[answer.metric])

    @cached_property
    def held(self) -> frozenset[str]:
        """Feeds of which a delivery is held now; none where an earlier state is looked at."""
        return frozenset(self.viewer.held)

    def kept(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` makes of this person's answers, made once for `what`, scope, language and what is held."""
        words = self.viewer.words
        key = (what, self.scope.key, self.last_day, self.held, words.language, str(words.zone))
        return cached.kept(self.viewer.asker, key, make)
