"""What the gate looks up beside the rows themselves: columns as they are, the sums of the loads, what is usual."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from checks.rules import Suite
from warehouse.feeds.contract import ColumnType, feeds
from warehouse.feeds.expected import expected

Name = TypeVar("Name", bound=Hashable)
Observed = TypeVar("Observed")

HASHED_KEYS = 1_000_000
ENOUGH_HISTORY = 4
HISTORY_KEPT = 12
SELDOM_DAYS = 2.0
"""A feed whose newest record moves on by more days than these at a time does not come every day."""
ENOUGH_ROWS = 500
"""So many rows say what share of nulls is usual, also where they all came in one delivery."""

POSTGRES_TYPES: Mapping[ColumnType, str] = {
    "id": "text",
    "code": "text",
    "text": "text",
    "instant": "timestamp with time zone",
    "date": "date",
    "time": "time without time zone",
    "amount": "numeric",
    "number": "numeric",
    "integer": "bigint",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class LoadSum:
    """One waiting load of a feed: where its delivered rows went, and what quarantine really holds of it by reason."""

    load_id: int
    state: str
    delivered: int
    accepted: int
    superseded: int
    quarantined: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class Facts:
    """Everything looked up for one gate run, by table."""

    columns: Mapping[str, Mapping[str, str]]
    loads: Mapping[str, Sequence[LoadSum]] = field(default_factory=dict)
    volumes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    newest: Mapping[str, datetime] = field(default_factory=dict)
    usual_nulls: Mapping[tuple[str, str], float] = field(default_factory=dict)
    unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unique: Mapping[str, frozenset[str]] = field(default_factory=dict)
    slices: Mapping[str, "Slices"] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    comes_every: Mapping[str, float] = field(default_factory=dict)
    stored: Mapping[str, int] = field(default_factory=dict)

    def worth_hashing(self, table: str) -> frozenset[str]:
        """The feeds whose known keys fit in memory, and are not many times the rows of `table` that wait."""
        waiting = sum(load.accepted for load in self.loads.get(table, ()))
        return frozenset(feed for feed, rows in self.stored.items() if rows <= min(HASHED_KEYS, 10 * waiting))


@dataclass(frozen=True)
class Slices:
    """The candidate manifest of one table: how many slices it proposes, and which published ones it lacks."""

    proposed: int
    vanished: Sequence[str]


def usual(history: Sequence[float]) -> float | None:
    """The median of what was seen before; None while there is too little of it to call anything usual."""
    return median(history) if len(history) >= ENOUGH_HISTORY else None


def look_up(connection: Connection, suites: Sequence[Suite], *, now: datetime) -> Facts:
    """All facts that the suites need, in a handful of statements however many suites there are."""
    columns = _columns(connection, [suite.view for suite in suites])
    tables = [suite.table for suite in suites]
    if suites[0].gate == "figures":
        made_from = {
            rule.bounds["unless_empty"] for suite in suites for rule in suite.rules if "unless_empty" in rule.bounds
        }
        return Facts(
            columns=columns,
            slices=_slices(connection, tables),
            empty=frozenset(made_from) - _filled(connection, {name: _anything("curated", name) for name in made_from}),
            kept=_filled(connection, {suite.table: _kept(suite) for suite in suites if suite.view in columns}),
            comes_every=_comes_every(connection, suites),
        )
    return Facts(
        columns=columns,
        loads=_loads(connection, tables),
        volumes=_volumes(connection, tables, now=now),
        newest=_newest(connection, tables),
        usual_nulls=_usual_nulls(connection, tables, now=now),
        unknown=_unknown(connection, tables),
        unique=_unique(connection, tables),
        stored=_stored(connection),
    )


def contract_columns(feed: str) -> dict[str, str]:
    """Every column that staging must have for a feed, with its Postgres type."""
    own = {column.stored_as: POSTGRES_TYPES[column.type] for column in feeds()[feed].columns if not column.personal}
    hashes = {column.stored_as: "text" for column in feeds()[feed].columns if column.personal}
    return {"load_id": "bigint", "file_id": "bigint", "row_number": "bigint", **own, **hashes}


def _columns(connection: Connection, views: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    asked = sa.text("""
        select table_name, column_name, data_type
        from information_schema.columns
        where table_schema = 'gate' and table_name = any(:views)
    """)
    for view, column, data_type in connection.execute(asked, {"views": list(views)}):
        found[view][column] = data_type
    return found


def _loads(connection: Connection, tables: Sequence[str]) -> dict[str, list[LoadSum]]:
    asked = sa.text("""
        select
            f.feed, f.load_id, f.state, f.delivered, f.accepted, f.superseded, f.quarantined,
            coalesce(
                (
                    select jsonb_object_agg(r.reason_code, r.row_count)
                    from (
                        select q.reason_code, count(*) as row_count
                        from published.quarantine as q
                        where q.load_id = f.load_id and q.feed = f.feed
                        group by q.reason_code
                    ) as r
                ),
                '{}'
            ) as reasons
        from published.load_feed as f
        where f.feed = any(:tables) and f.state in ('staged', 'held', 'candidate')
        order by f.feed, f.load_id
    """)
    found: dict[str, list[LoadSum]] = defaultdict(list)
    for feed, *load in connection.execute(asked, {"tables": list(tables)}):
        found[feed].append(LoadSum(*load))
    return found


def _volumes(connection: Connection, tables: Sequence[str], *, now: datetime) -> dict[str, list[int]]:
    """Rows delivered by earlier refreshes on the same weekday, newest first."""
    asked = sa.text("""
        with
        reporting as (select coalesce(max(value), 'UTC') as zone from published.setting where name = 'reporting_zone')
        select f.feed, sum(f.delivered) as delivered
        from published.load_feed as f
        inner join published.load as l on f.load_id = l.load_id
        cross join reporting as z
        where f.feed = any(:tables) and f.state = 'passed' and f.delivered > 0
            and l.received_at > cast(:now as timestamptz) - interval '400 days'
            and extract(isodow from l.received_at at time zone z.zone)
            = extract(isodow from cast(:now as timestamptz) at time zone z.zone)
        group by f.feed, l.refresh_id
        order by l.refresh_id desc
    """)
    rows = connection.execute(asked, {"tables": list(tables), "now": now})
    return _histories((feed, int(delivered)) for feed, delivered in rows)


def _usual_nulls(connection: Connection, tables: Sequence[str], *, now: datetime) -> dict[tuple[str, str], float]:
    """The median null fraction that earlier refreshes saw, by table and rule; none while they saw too little."""
    asked = sa.text("""
        select
            c.table_name, c.rule_id, c.element_count,
            cast(c.observed ->> 'null_fraction' as double precision) as null_fraction
        from published.check_result as c
        where c.gate = 'delivery' and c.table_name = any(:tables) and c.outcome = 'passed'
            and jsonb_exists(c.observed, 'null_fraction')
            and c.checked_at > cast(:now as timestamptz) - interval '400 days'
        order by c.refresh_id desc
    """)
    rows = connection.execute(asked, {"tables": list(tables), "now": now})
    seen = _histories(((row.table_name, row.rule_id), (row.null_fraction, row.element_count or 0)) for row in rows)
    return {
        key: median(fraction for fraction, _ in history)
        for key, history in seen.items()
        if len(history) >= ENOUGH_HISTORY or sum(count for _, count in history) >= ENOUGH_ROWS
    }


def _stored(connection: Connection) -> dict[str, int]:
    """Rows that lie in staging, by feed, in all versions."""
    asked = sa.text("select f.feed, sum(f.accepted) as stored from published.load_feed as f group by f.feed")
    return {row.feed: int(row.stored) for row in connection.execute(asked)}


def _unique(connection: Connection, tables: Sequence[str]) -> dict[str, frozenset[str]]:
    """The columns that a unique index of each staging table holds apart; `coalesce(x, '')` holds x apart, and nulls."""
    asked = sa.text(r"""
        select
            c.relname as stored,
            array_agg(
                regexp_replace(pg_get_indexdef(i.indexrelid, k.place, true), '^COALESCE\((\w+),.*\)$', '\1')
            ) as columns
        from pg_index as i
        inner join pg_class as c on i.indrelid = c.oid
        cross join lateral generate_series(1, i.indnkeyatts) as k (place)
        where c.relnamespace = cast('staging' as regnamespace) and c.relname = any(:stored)
            and i.indisunique and i.indisvalid and i.indpred is null
        group by c.relname, i.indexrelid
    """)
    found = connection.execute(asked, {"stored": [f"stg_{table}" for table in tables]})
    return {row.stored.removeprefix("stg_"): frozenset(row.columns) for row in found}


def _unknown(connection: Connection, tables: Sequence[str]) -> dict[str, frozenset[str]]:
    """Columns that the sources of the waiting loads say they do not know."""
    asked = sa.text("""
        select f.feed, array_agg(distinct u.column_name) as columns
        from published.load_feed as f
        inner join published.load as l on f.load_id = l.load_id
        inner join published.unknown_column as u on l.source = u.source and f.feed = u.feed
        where f.feed = any(:tables) and f.state in ('staged', 'held', 'candidate')
        group by f.feed
    """)
    return {feed: frozenset(columns) for feed, columns in connection.execute(asked, {"tables": list(tables)})}


def _slices(connection: Connection, tables: Sequence[str]) -> dict[str, Slices]:
    """The candidate manifest beside that of the last refresh that passed."""
    asked = sa.text("""
        with
        passed as (select max(refresh_id) as refresh_id from published.refresh where state = 'passed'),
        shown as (
            select m.table_name, m.slice_on
            from published.manifest as m
            inner join passed as p on m.refresh_id = p.refresh_id
        )
        select
            coalesce(c.table_name, s.table_name) as table_name,
            count(c.slice_on) as proposed,
            coalesce(array_agg(cast(s.slice_on as text)) filter (where c.slice_on is null), '{}') as vanished
        from ops.candidate as c
        full join shown as s on c.table_name = s.table_name and c.slice_on = s.slice_on
        where coalesce(c.table_name, s.table_name) = any(:tables)
        group by coalesce(c.table_name, s.table_name)
    """)
    found = connection.execute(asked, {"tables": list(tables)})
    return {table: Slices(proposed=proposed, vanished=vanished) for table, proposed, vanished in found}


def _filled(connection: Connection, asked: Mapping[str, sa.Select[int]]) -> frozenset[str]:
    """The names of those queries that return a row, from one statement."""
    if not asked:
        return frozenset()
    found = connection.execute(sa.select(*(sa.exists(query) for query in asked.values()))).one()
    return frozenset(name for name, is_filled in zip(asked, found, strict=True) if is_filled)


def _anything(schema: str, table: str) -> sa.Select[int]:
    return sa.select(sa.literal_column("1", sa.Integer)).select_from(sa.table(table, schema=schema))


def _kept(suite: Suite) -> sa.Select[int]:
    """Rows of slices that stay as they are published."""
    return _anything("gate", suite.view).where(~sa.column("is_new", sa.Boolean))


def _newest(connection: Connection, tables: Sequence[str]) -> dict[str, datetime]:
    asked = sa.text("""
        select f.feed, max(f.newest_at) as newest_at
        from published.load_feed as f
        where f.feed = any(:tables) and f.state = 'passed' and f.newest_at is not null
        group by f.feed
    """)
    return {row.feed: row.newest_at for row in connection.execute(asked, {"tables": list(tables)})}


def _comes_every(connection: Connection, suites: Sequence[Suite]) -> dict[str, float]:
    """Of the feeds that rules take to come daily those that do not: every how many days, as it is expected of them
    (`feeds/expected.yaml`), or by how far the newest record usually moves on from refresh to refresh."""
    named = {rule.bounds["of_daily"] for suite in suites for rule in suite.rules if "of_daily" in rule.bounds}
    if not named:
        return {}
    asked = sa.text("""
        select f.feed, max(f.newest_at) as newest_at
        from published.load_feed as f
        inner join published.load as l on f.load_id = l.load_id
        where f.feed = any(:named) and f.state = 'passed' and f.newest_at is not null
        group by f.feed, l.refresh_id
        order by l.refresh_id desc
    """)
    reached = _histories((row.feed, row.newest_at) for row in connection.execute(asked, {"named": sorted(named)}))
    seen: dict[str, float] = {}
    for feed, ends in reached.items():
        steps = [(later - sooner) / timedelta(days=1) for later, sooner in pairwise(ends) if later > sooner]
        seen[feed] = usual(steps) or 1.0
    every = {feed: max(_expected_every(feed), seen.get(feed, 1.0)) for feed in named}
    return {feed: days for feed, days in every.items() if days > SELDOM_DAYS}


def _expected_every(feed: str) -> float:
    """Days from one delivery of the feed to the next, as they are expected; a year for one that changes when it changes."""
    awaited = expected().get(feed)
    return 365.0 if awaited is None else max(awaited.days, 7 / len(awaited.weekdays))


def _histories(rows: Iterable[tuple[Name, Observed]]) -> dict[Name, list[Observed]]:
    histories: dict[Name, list[Observed]] = defaultdict(list)
    for name, observed in rows:
        if len(histories[name]) < HISTORY_KEPT:
            histories[name].append(observed)
    return histories
