"""What would change if what is held were let pass: tried in one transaction, which is always rolled back."""

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from warehouse import db, ledger, published
from warehouse.access import grants
from warehouse.curated import curate
from warehouse.ledger import Pending
from warehouse.metrics import Metric, metrics
from warehouse.queries import figures
from warehouse.queries.reader import Reader
from warehouse.refresh import AlreadyRunning, Outcome, Tell
from warehouse.scope import Period, Scope
from warehouse.tables import needing, tables

TRIAL = 0
"""The number of the refresh that is tried. It never leaves its transaction, so that no number is spent on it."""
COMPARED = {"count": "value", "money": "value", "rate": "value", "ratio": "value", "money_rate": "value"} | {
    "score": "value",
    "duration": "median",
}
"""The kinds of figures that are one number, and the column in which it stands."""


@dataclass(frozen=True)
class Change:
    """One figure as published and as it would be; `region` None is the whole company, a figure None is not shown."""

    metric: str
    region: str | None
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Comparison:
    """Every figure that would change, of `compared` that were looked at in `period`; `problem` says why there are none."""

    changes: Sequence[Change] = ()
    compared: int = 0
    period: Period | None = None
    problem: str | None = None


@dataclass(frozen=True)
class _Within(Reader):
    """Reads within a transaction that is under way, and so sees what has not been committed."""

    connection: Connection = field(kw_only=True)

    @contextmanager
    def transaction(self, *, read_only: bool = True) -> Iterator[Connection]:
        """The transaction under way, in the person's name."""
        self.connection.execute(text("select set_config('app.person', :person, true)"), {"person": self.person})
        yield self.connection


def keep(database: db.Database) -> Comparison | None:
    """Compare what is held now with what readers see, and keep the answer for stewards. None where there is nothing to compare.

    Raises AlreadyRunning while a refresh is under way: it may settle what is held.
    """
    person = grants.owner_view(database.loader)
    with db.advisory_lock(database.loader, "gatehouse.refresh") as alone:
        if not alone:
            raise AlreadyRunning("a refresh is under way; what is held is compared when it has ended")
        with database.loader.begin() as connection:
            held = ledger.held(connection)
            shown = connection.scalar(text("select refresh_id from published.current"))
        if not held or shown is None:
            return None
        made = _tried(database, held, person=person, shown=int(shown))
        with database.loader.begin() as connection:
            _write(connection, made, loads=sorted({item.load_id for item in held}), shown=int(shown))
    return made


def after(database: db.Database, outcome: Outcome, *, tell: Tell = lambda line: None) -> None:
    """Where a refresh holds something, work out what would change. What goes wrong here harms nothing, and is logged."""
    if not outcome.held or outcome.verdict == "tried":
        return
    tell("compare what is held with what is published")
    try:
        keep(database)
    except AlreadyRunning as busy:
        tell(str(busy))
    except Exception:
        logging.exception("what refresh %s holds could not be compared", outcome.refresh_id)


def _tried(database: db.Database, held: Sequence[Pending], *, person: str, shown: int) -> Comparison:
    """Publish what is held within one transaction, look at the figures on both sides, and take it all back."""
    feeds = {item.feed for item in held}
    with database.loader.connect() as connection:
        attempt = connection.begin()
        try:
            last_day = _publish_on_trial(connection, held)
            period = Period(start=_year_up_to(last_day), end=last_day + timedelta(days=1))
            sides = [_Within(database.loader, person, refresh, connection=connection) for refresh in (shown, TRIAL)]
            found = [_changes(sides[0], sides[1], about, period) for about in _comparable(feeds)]
        except DBAPIError as error:
            return Comparison(problem=type(error.orig).__name__)
        finally:
            attempt.rollback()
    return Comparison([change for each in found for change in each], compared=len(found), period=period)


def _publish_on_trial(connection: Connection, held: Sequence[Pending]) -> date:
    """The refresh that would publish `held`, without the gates; the last day to which their feeds would then reach."""
    zone = ledger.settings(connection).get("reporting_zone", "UTC")
    loads, feeds = sorted({item.load_id for item in held}), sorted({item.feed for item in held})
    names = {table.name for table in needing(tables("published"), feeds)}
    waiting = {name: slices for name, slices in published.remembered(connection).items() if name in names}
    ledger.move(connection, held, to="candidate")
    before = published.touched(connection, names, loads=loads, zone=zone)
    curate(connection, loads=loads, feeds=feeds, zone=zone)
    after = published.touched(connection, names, loads=loads, zone=zone)
    changes = published.together(before, after, waiting)
    ledger.begin_trial(connection, TRIAL)
    published.write_editions(connection, changes, refresh_id=TRIAL, zone=zone)
    published.propose(connection, changes, refresh_id=TRIAL)
    published.publish(connection, refresh_id=TRIAL)
    until = ledger.data_until(connection, feeds)
    newest = pd.Timestamp.now("UTC") if until is None else pd.Timestamp(str(until))
    return newest.tz_convert(ZoneInfo(zone)).date()


def _year_up_to(day: date) -> date:
    """The first of the twelve months that end with the one of `day`: what pages show when they are first opened."""
    return (pd.Timestamp(day.replace(day=1)) - pd.DateOffset(months=11)).date()


def _comparable(feeds: set[str]) -> list[Metric]:
    """The figures made from one of `feeds` that are one number."""
    return [
        about
        for about in metrics().values()
        if set(about.feeds) & feeds and about.kind in COMPARED and about.same_as is None
    ]


def _changes(shown: Reader, tried: Reader, about: Metric, period: Period) -> list[Change]:
    """The figure of the company and of each region, where they differ; nothing where one side lacks a feed."""
    grouped: list[tuple[str, ...]] = [(), ("region",)] if "region" in about.dims else [()]
    found: list[Change] = []
    for by in grouped:
        before, after = (_values(reader, about, period, by) for reader in (shown, tried))
        regions = sorted(before.keys() | after.keys(), key=str)
        sides = [(region, before.get(region), after.get(region)) for region in regions]
        found += [Change(about.code, region, was, becomes) for region, was, becomes in sides if _differ(was, becomes)]
    return found


def _differ(was: float | None, becomes: float | None) -> bool:
    """Whether two figures differ by more than the order in which they were added up."""
    if was is None or becomes is None:
        return was is not becomes
    return not math.isclose(was, becomes, rel_tol=1e-9)


def _values(reader: Reader, about: Metric, period: Period, by: tuple[str, ...]) -> dict[str | None, float | None]:
    try:
        rows = figures.figure(reader, about.code, Scope(period=period), by=by)
    except figures.FeedAbsent:
        return {}
    places = rows["region"] if by else [None] * len(rows)
    values = (None if math.isnan(value) else float(value) for value in rows[COMPARED[about.kind]])
    return dict(zip(places, values, strict=True))


def _write(connection: Connection, made: Comparison, *, loads: Sequence[int], shown: int) -> None:
    statement = text(
        "insert into published.comparison (refresh_id, load_ids, from_on, until_on, compared, problem, changes)"
        " values (:refresh_id, :loads, :from_on, :until_on, :compared, :problem, :changes)"
    ).bindparams(bindparam("changes", type_=JSONB))
    row = {
        "refresh_id": shown,
        "loads": list(loads),
        "from_on": made.period.start if made.period else None,
        "until_on": made.period.end if made.period else None,
        "compared": made.compared,
        "problem": made.problem,
        "changes": [asdict(change) for change in made.changes],
    }
    connection.execute(statement, row)
