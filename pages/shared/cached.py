"""What is kept between clicks, and for whom: the only caches of the dashboard.

Every answer is kept under the person's effective scope (visible branches and roles, as the database told them at this very
click), the refresh, the question and its parameters. Two people with the same scope share answers; nobody else does.
What is kept is shared, not copied: whoever needs another shape makes a new one.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from warehouse import db
from warehouse.monitor import questions
from warehouse.queries import figures, state, visits
from warehouse.queries.reader import Reader
from warehouse.scope import Scope
from warehouse.settings import Settings

# Frames have few rows here: with texts as Arrow, which pandas would choose, a page made anew takes a third longer.
pd.set_option("mode.string_storage", "python")

ANSWERS_KEPT = 20_000
FRESH_SECONDS = 15.0
EffectiveScope = tuple[tuple[str, ...], tuple[str, ...]]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Asker:
    """Whose eyes a question is answered for: `effective` is all that decides what they see, `reader` is how it is asked."""

    effective: EffectiveScope
    reader: Reader


@dataclass(frozen=True)
class Answer:
    """Rows of one figure, or the feeds without which it cannot be told."""

    metric: str
    by: tuple[str, ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    absent: tuple[str, ...] = ()


class Kept:
    """What was made, by key; the least used is forgotten first. Two threads may make the same thing; one of them is kept."""

    def __init__(self, most: int) -> None:
        self._made: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def get(self, key: Hashable, make: Callable[[], Made], *, seconds: float = float("inf")) -> Made:
        """What is kept under `key` and not older than `seconds`, else what `make` returns. What raises is not kept."""
        with self._lock:
            made_at, kept = self._made.get(key, (float("-inf"), None))
            if key in self._made and time.monotonic() - made_at < seconds:
                self._made.move_to_end(key)
                found: Made = kept
                return found
        made = make()
        with self._lock:
            self._made[key] = (time.monotonic(), made)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._made.clear()


@st.cache_resource(show_spinner=False)
def engine() -> db.Engine:
    """The reader's engine: the dashboard's only connection to the warehouse."""
    return questions.timed(db.connect_reader(settings()))


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Where the warehouse is, read once from the environment."""
    return Settings.from_environment()


everything = Kept(ANSWERS_KEPT)
"""All that is kept, of everybody, in one place with one bound. Looked into some sixty times a click."""


def standing(person: str, onlooker: str | None = None) -> state.Standing:
    """What `person` may see now, looked at by `onlooker`. Never kept: a revoked grant ends at the next click."""
    return state.standing(Reader(engine=engine(), person=person, onlooker=onlooker))


def company(person: str) -> str | None:
    """Which company the warehouse holds, as `person` may know it: looked up again every quarter of a minute."""
    return everything.get(("company", person), lambda: standing(person).company, seconds=FRESH_SECONDS)


def people(person: str) -> Mapping[str, tuple[str, ...]]:
    """Whom `person` may look as, with their roles: looked up again every quarter of a minute."""
    ask = Reader(engine=engine(), person=person)
    return everything.get(("people", person), lambda: visits.people(ask), seconds=FRESH_SECONDS)


def figure(asker: Asker, metric: str, scope: Scope, by: Sequence[str] = ()) -> Answer:
    """Rows of `metric` by `by`, as `warehouse.queries.figures.figure` returns them, or the feeds that are absent."""

    def ask() -> Answer:
        try:
            return Answer(metric=metric, by=tuple(by), rows=figures.figure(asker.reader, metric, scope, by=tuple(by)))
        except figures.FeedAbsent as absent:
            return Answer(metric=metric, by=tuple(by), absent=absent.feeds)

    return kept(asker, ("figure", metric, _narrowed(scope), tuple(by)), ask)


def rows(asker: Asker, question: Callable[..., pd.DataFrame], *parameters: Scope | str | int) -> pd.DataFrame:
    """Rows of any other question of `warehouse.queries`, called as `question(reader, *parameters)`."""
    key = tuple(_narrowed(part) if isinstance(part, Scope) else part for part in parameters)
    return kept(asker, (_name(question), key), lambda: question(asker.reader, *parameters))


def fresh(asker: Asker, question: Callable[[Reader], pd.DataFrame], *, turn: int = 0) -> pd.DataFrame:
    """Rows that change without a new refresh (held loads, running refreshes): kept for a quarter of a minute only.

    Whoever changes them counts up `turn`, and sees the change at once.
    """
    return lately(asker, (_name(question), turn), lambda: question(asker.reader))


def lately(asker: Asker, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` makes for `asker` of what changes without a new refresh, kept for a quarter of a minute."""
    return everything.get((asker.effective, asker.reader.refresh_id, key), make, seconds=FRESH_SECONDS)


def kept(asker: Asker, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` makes of answers for `asker`; `key` names all else that it depends on."""
    return everything.get((asker.effective, asker.reader.refresh_id, key), make)


def _narrowed(scope: Scope) -> Hashable:
    """All of a scope that answers depend on: what they are held against is asked for by itself."""
    return replace(scope, comparison="none").key


def _name(question: Callable[..., object]) -> str:
    return f"{question.__module__}.{question.__qualname__}"
