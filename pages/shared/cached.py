"""What is kept between clicks, and for whom: the only caches of the dashboard.

Every answer is kept under the person's effective scope (visible branches and roles, as the database told them at this very
click), the refresh, the question and its parameters. Two people with the same scope share answers; nobody else does.
Kept frames are shared, not copied: whoever needs another shape makes a new frame.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from warehouse import db
from warehouse.queries import figures, state
from warehouse.queries.reader import Reader
from warehouse.scope import Scope
from warehouse.settings import Settings

ANSWERS_KEPT = 20_000
EffectiveScope = tuple[tuple[str, ...], tuple[str, ...]]


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


@st.cache_resource(show_spinner=False)
def engine() -> db.Engine:
    """The reader's engine: the dashboard's only connection to the warehouse."""
    return db.connect_reader(settings())


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Where the warehouse is, read once from the environment."""
    return Settings.from_environment()


def standing(person: str) -> state.Standing:
    """What `person` may see now. Never kept: a revoked grant ends at the next click."""
    return state.standing(Reader(engine=engine(), person=person))


def figure(asker: Asker, metric: str, scope: Scope, by: Sequence[str] = ()) -> Answer:
    """Rows of `metric` by `by`, as `warehouse.queries.figures.figure` returns them, or the feeds that are absent."""
    return _figure(asker.effective, asker.reader.refresh_id, metric, scope.key, tuple(by), asker.reader, scope)


def rows(asker: Asker, question: Callable[..., pd.DataFrame], *parameters: Scope | str | int) -> pd.DataFrame:
    """Rows of any other question of `warehouse.queries`, called as `question(reader, *parameters)`."""
    key = tuple(part.key if isinstance(part, Scope) else part for part in parameters)
    name = f"{question.__module__}.{question.__qualname__}"
    return _rows(asker.effective, asker.reader.refresh_id, name, key, asker.reader, question, parameters)


def fresh(asker: Asker, question: Callable[[Reader], pd.DataFrame]) -> pd.DataFrame:
    """Rows that change without a new refresh (held loads, running refreshes): kept for a quarter of a minute only."""
    return _fresh(
        asker.effective,
        asker.reader.refresh_id,
        f"{question.__module__}.{question.__qualname__}",
        asker.reader,
        question,
    )


@st.cache_resource(max_entries=ANSWERS_KEPT, show_spinner=False)
def _figure(
    effective: EffectiveScope,
    refresh: int | None,
    metric: str,
    scope_key: tuple[object, ...],
    by: tuple[str, ...],
    _reader: Reader,
    _scope: Scope,
) -> Answer:
    try:
        return Answer(metric=metric, by=by, rows=figures.figure(_reader, metric, _scope, by=by))
    except figures.FeedAbsent as absent:
        return Answer(metric=metric, by=by, absent=absent.feeds)


@st.cache_resource(max_entries=ANSWERS_KEPT, show_spinner=False)
def _rows(
    effective: EffectiveScope,
    refresh: int | None,
    question_name: str,
    key: tuple[object, ...],
    _reader: Reader,
    _question: Callable[..., pd.DataFrame],
    _parameters: tuple[Scope | str | int, ...],
) -> pd.DataFrame:
    return _question(_reader, *_parameters)


@st.cache_resource(max_entries=ANSWERS_KEPT, ttl=15, show_spinner=False)
def _fresh(
    effective: EffectiveScope,
    refresh: int | None,
    question_name: str,
    _reader: Reader,
    _question: Callable[[Reader], pd.DataFrame],
) -> pd.DataFrame:
    return _question(_reader)
