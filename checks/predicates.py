"""What a rule says about a row, as SQLAlchemy Core: one source for our own counts, the quarantine and the GX conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select, Subquery, TableClause
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import NamedColumn

from checks.rules import Rule, Suite, row_query


@dataclass(frozen=True)
class Count:
    """Rows that break a rule, out of the rows looked at."""

    unexpected: int
    element: int


@dataclass(frozen=True)
class Offence:
    """One offending row: where it stands, the rules it breaks, and the values those rules speak of."""

    where: Mapping[str, Any]
    rules: tuple[str, ...]
    values: Mapping[str, Any]


def bad(rule: Rule, *, now: datetime) -> ColumnElement[bool]:
    """True for a row that breaks the row rule, null or false for one that keeps it; reads unqualified columns.

    KeyError for a kind that is not about single rows.
    """
    columns: list[NamedColumn[Any]] = [sa.column(name) for name in rule.columns]
    return _BAD[rule.expect](columns, rule.bounds, now)


def holds(rule: Rule, *, now: datetime) -> str:
    """The condition that a good row keeps, as SQL text with literal values: what GX is told to count."""
    kept = sa.not_(bad(rule, now=now))
    return str(kept.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})).replace("%%", "%")


def view_of(suite: Suite) -> TableClause:
    """The view in schema `gate` that holds the suite's rows."""
    return sa.table(suite.view, schema="gate")


def count_rows(connection: Connection, suite: Suite, *, now: datetime) -> dict[str, Count]:
    """Our own count of every row rule of a suite, in one statement that reads the rows once."""
    rules = [rule for rule in suite.rules if rule.kind.proof == "row"]
    counts = [sa.func.count().filter(bad(rule, now=now)) for rule in rules]
    every, *unexpected = connection.execute(sa.select(sa.func.count(), *counts).select_from(view_of(suite))).one()
    return {rule.id: Count(unexpected=found, element=every) for rule, found in zip(rules, unexpected, strict=True)}


def count_queries(connection: Connection, suite: Suite) -> dict[str, int]:
    """Our own count of the rows that each query rule of a suite returns, in one statement."""
    rules = [rule for rule in suite.rules if rule.kind.proof == "query"]
    if not rules:
        return {}
    found = [sa.select(sa.func.count()).select_from(_returned(rule, suite)).scalar_subquery() for rule in rules]
    return dict(zip([rule.id for rule in rules], connection.execute(sa.select(*found)).one(), strict=True))


def query_of(rule: Rule) -> str:
    """The SELECT of a query rule, with `{batch}` still in it."""
    if rule.expect == "rows":
        return row_query(rule.bounds["file"])
    column, days = sa.column(rule.columns[0]), int(rule.bounds["max_gap_days"])
    day = sa.cast(column, sa.Date).label("day_on")
    days_seen = sa.select(day).distinct().select_from(sa.text("{batch}")).where(column.is_not(None)).subquery("days_seen")
    pairs = sa.select(days_seen.c.day_on, sa.func.lag(days_seen.c.day_on).over(order_by=days_seen.c.day_on).label("before_on"))
    gaps = pairs.subquery("pairs")
    wide = sa.select(gaps.c.before_on, gaps.c.day_on).where(gaps.c.day_on - gaps.c.before_on > days)
    return str(wide.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


def offending_rows(connection: Connection, suite: Suite, *, rule_id: str | None, limit: int, now: datetime) -> list[Offence]:
    """At most `limit` rows that break a row rule, each with all its reasons; for one query rule, the rows it returns.

    Personal columns are never selected: not even their hashes say anything here.
    """
    rules = [rule for rule in suite.rules if rule.id == rule_id or (rule_id is None and rule.kind.proof == "row")]
    if any(rule.kind.proof == "query" for rule in rules):
        rows = connection.execute(sa.select(sa.text("*")).select_from(_returned(rules[0], suite)).limit(limit)).mappings()
        return [Offence(where=dict(row), rules=(rules[0].id,), values={}) for row in rows]
    about_rows = [rule for rule in rules if rule.kind.proof == "row"]
    return _offences(connection, suite, about_rows, limit=limit, now=now) if about_rows else []


def _offences(connection: Connection, suite: Suite, rules: Sequence[Rule], *, limit: int, now: datetime) -> list[Offence]:
    place = ["load_id", "file_id", "row_number", *suite.key] if suite.gate == "delivery" else ["slice_on", *suite.key]
    shown = [name for name in dict.fromkeys(name for rule in rules for name in rule.columns) if not name.endswith("_hash")]
    verdicts = [sa.func.coalesce(bad(rule, now=now), sa.false()).label(f"rule_{number}") for number, rule in enumerate(rules)]
    judged = sa.select(*map(sa.column, dict.fromkeys([*place, *shown])), *verdicts).select_from(view_of(suite)).subquery("judged")
    broken = [judged.c[f"rule_{number}"] for number in range(len(rules))]
    rows = connection.execute(sa.select(judged).where(sa.or_(*broken)).limit(limit)).mappings()
    return [_offence(row, place, rules) for row in rows]


def _offence(row: Mapping[Any, Any], place: Sequence[str], rules: Sequence[Rule]) -> Offence:
    broken = [rule for number, rule in enumerate(rules) if row[f"rule_{number}"]]
    spoken_of = dict.fromkeys(name for rule in broken for name in rule.columns)
    return Offence(
        where={name: row[name] for name in place},
        rules=tuple(rule.id for rule in broken),
        values={name: row[name] for name in spoken_of if name in row},
    )


def _returned(rule: Rule, suite: Suite) -> Subquery:
    """The rows that a query rule returns, reading the view just as GX does."""
    query = query_of(rule).replace("{batch}", f"(select * from gate.{suite.view}) as subselect")
    found: Select[Any] = sa.select(sa.text("*")).select_from(sa.text(f"({query}) as wrong"))
    return found.subquery("wrong_rows")


Columns = Sequence[ColumnElement[Any]]
Bounds = Mapping[str, Any]


def _outside(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    below = [columns[0] < sa.literal_column(repr(bounds["low"]))] if "low" in bounds else []
    above = [columns[0] > sa.literal_column(repr(bounds["high"]))] if "high" in bounds else []
    return sa.or_(*below, *above)


def _too_late(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    latest = sa.literal((now + timedelta(days=bounds["days"])).isoformat(), sa.Text)
    return columns[0] > sa.cast(latest, sa.TIMESTAMP(timezone=True))


def _unknown(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    """Not among the keys known of another feed. A feed that never came cannot miss anything; branches always come."""
    known = sa.table(f"known_{bounds['feed']}", sa.column("known_id"), schema="gate")
    orphan = sa.and_(columns[0].is_not(None), ~sa.exists().where(known.c.known_id == columns[0]))
    if bounds["feed"] == "branches":
        return orphan
    return sa.and_(sa.exists(sa.select(known.c.known_id)), orphan)


def _not_the_sum(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    total, *parts = columns
    added: ColumnElement[Any] = sa.literal_column("0")
    for part in parts:
        added = added + sa.func.coalesce(part, sa.literal_column("0"))
    return total != added


def _is_missing(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    return sa.and_(*(column.is_(None) for column in columns))


def _out_of_order(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    return sa.or_(*(left > right for left, right in zip(columns, columns[1:], strict=False)))


def _before(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    return columns[0] < columns[1]


def _not_in(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    return columns[0].not_in(bounds["codes"])


def _written_otherwise(columns: Columns, bounds: Bounds, now: datetime) -> ColumnElement[bool]:
    return ~columns[0].op("~", is_comparison=True)(bounds["pattern"])


_BAD = {
    "not_null": _is_missing,
    "max_null_fraction": _is_missing,
    "nulls_like_history": _is_missing,
    "one_of": _is_missing,
    "in_set": _not_in,
    "between": _outside,
    "pattern": _written_otherwise,
    "order_of_times": _before,
    "in_order": _out_of_order,
    "not_in_future": _too_late,
    "references": _unknown,
    "parts_equal_total": _not_the_sum,
}
