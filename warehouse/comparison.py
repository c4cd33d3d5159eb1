"""What would change if what is held were let pass: tried in one transaction, which is always rolled back."""

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from checks.gate import offending_rows
from checks.rules import suites
from warehouse import db, ledger, published
from warehouse.access import grants
from warehouse.curated import curate
from warehouse.ledger import Pending
from warehouse.queries import diff
from warehouse.queries.diff import Change
from warehouse.queries.reader import Reader
from warehouse.refresh import AlreadyRunning, Outcome, Tell
from warehouse.scope import Period
from warehouse.tables import needing, tables
from warehouse.trace import trace

OFFENCES_SHOWN = 10
TRIAL = 0
"""The number of the refresh that is tried. It never leaves its transaction, so that no number is spent on it."""


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
    with db.alone_at(database.loader, "gatehouse.refresh") as alone:
        if not alone:
            raise AlreadyRunning("a refresh is under way; what is held is compared when it has ended")
        with database.loader.begin() as connection:
            held = ledger.held(connection)
            shown = connection.scalar(text("select refresh_id from published.current"))
        if not held or shown is None:
            return None
        made = _tried(database, held, person=person, shown=int(shown))
        known = {feed: {rule.id for rule in suite.rules} for feed, suite in suites("delivery").items()}
        broken = sorted({(item.feed, rule) for item in held for rule in item.held_by if rule in known[item.feed]})
        wrong = offences(database, broken)
        with database.loader.begin() as connection:
            loads = sorted({item.load_id for item in held})
            _write(connection, made, wrong, loads=loads, shown=int(shown))
    return made


def after(database: db.Database, outcome: Outcome, *, tell: Tell = lambda line: None) -> None:
    """Where a refresh holds something, work out what would change. What goes wrong here harms nothing, and is logged."""
    if not outcome.held or outcome.verdict == "tried":
        return
    try:
        if is_known(database):
            return
        tell("compare what is held with what is published")
        keep(database)
    except AlreadyRunning as busy:
        tell(str(busy))
    except Exception as error:
        logging.exception("what refresh %s holds could not be compared", outcome.refresh_id, exc_info=trace(error))


def is_known(database: db.Database) -> bool:
    """Whether what is held was compared already with what readers see: nothing of both has changed since."""
    with database.loader.begin() as connection:
        loads = sorted({item.load_id for item in ledger.held(connection)})
        known = text(
            "select exists (select from published.comparison as c inner join published.current as p on c.refresh_id = p.refresh_id"
            " where c.load_ids = :loads)"
        ).bindparams(bindparam("loads", type_=ARRAY(BigInteger)))
        return bool(connection.scalar(known, {"loads": loads}))


def offences(database: db.Database, broken: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    """Some of the rows that break rules about deliveries, each rule with its feed: table_name, rule_id, where the row stands
    (`row`) and the `values` of which the rule speaks."""
    return [
        {"table_name": feed, "rule_id": rule_id, "row": dict(found.where), "values": dict(found.values)}
        for feed, rule_id in broken
        for found in offending_rows(database, gate="delivery", table=feed, rule_id=rule_id, limit=OFFENCES_SHOWN)
    ]


def of_candidate(database: db.Database, refresh_id: int) -> tuple[Comparison, Comparison | None]:
    """What readers would see if `refresh_id`, whose candidate stands ready, were published; and, where something is held, if that
    were let pass too. Tried in one transaction and taken back."""
    person = grants.owner_view(database.loader)
    with database.loader.connect() as connection:
        attempt = connection.begin()
        try:
            shown = connection.scalar(text("select refresh_id from published.current"))
            ready, held = ledger.candidates(connection), ledger.held(connection)
            if shown is None:
                return Comparison(), None
            published.publish(connection, refresh_id=refresh_id)
            published.settle(connection)
            made = _differences(connection, ready, person=person, shown=shown, tried=refresh_id)
            return made, _let_pass(connection, held, person=person, shown=shown) if held else None
        finally:
            attempt.rollback()


def _tried(database: db.Database, held: Sequence[Pending], *, person: str, shown: int) -> Comparison:
    """Publish what is held within one transaction, look at the figures on both sides, and take it all back."""
    with database.loader.connect() as connection:
        attempt = connection.begin()
        try:
            return _let_pass(connection, held, person=person, shown=shown)
        finally:
            attempt.rollback()


def _let_pass(connection: Connection, held: Sequence[Pending], *, person: str, shown: int) -> Comparison:
    try:
        _publish_on_trial(connection, held)
        return _differences(connection, held, person=person, shown=shown, tried=TRIAL)
    except DBAPIError as error:
        return Comparison(problem=type(error.orig).__name__)


def _differences(
    connection: Connection, items: Sequence[Pending], *, person: str, shown: int, tried: int
) -> Comparison:
    """The figures made from the feeds of `items` that two refreshes show otherwise, within the transaction under way."""
    feeds = {item.feed for item in items}
    period = diff.year_up_to(_last_day(connection, feeds))
    sides = [_Within(connection.engine, person, refresh, connection=connection) for refresh in (shown, tried)]
    found = [diff.both(sides[0], sides[1], about, period) for about in diff.comparable(feeds)]
    return Comparison([change for each in found for change in each], compared=len(found), period=period)


def _publish_on_trial(connection: Connection, held: Sequence[Pending]) -> None:
    """The refresh that would publish `held`, without the gates."""
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
    published.settle(connection)


def _last_day(connection: Connection, feeds: Collection[str]) -> date:
    """The last day to which `feeds` reach by now, by the reporting zone; today where none of them says."""
    zone = ledger.settings(connection).get("reporting_zone", "UTC")
    until = ledger.data_until(connection, sorted(feeds))
    newest = pd.Timestamp.now("UTC") if until is None else pd.Timestamp(str(until))
    return newest.tz_convert(ZoneInfo(zone)).date()


def _write(
    connection: Connection, made: Comparison, wrong: Sequence[dict[str, object]], *, loads: Sequence[int], shown: int
) -> None:
    statement = text(
        "insert into published.comparison (refresh_id, load_ids, from_on, until_on, compared, problem, changes, offences)"
        " values (:refresh_id, :loads, :from_on, :until_on, :compared, :problem, :changes, cast(:offences as jsonb))"
    ).bindparams(bindparam("changes", type_=JSONB))
    row = {
        "refresh_id": shown,
        "loads": list(loads),
        "from_on": made.period.start if made.period else None,
        "until_on": made.period.end if made.period else None,
        "compared": made.compared,
        "problem": made.problem,
        "changes": [asdict(change) for change in made.changes],
        "offences": json.dumps(wrong, default=str),
    }
    connection.execute(statement, row)
