"""What a rule says about a row, in SQLAlchemy Core: for our own counts, the quarantine and the conditions GX counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ClauseElement, ColumnElement, Connection, Select, Subquery, TableClause
from sqlalchemy.sql.elements import NamedColumn

from checks.rules import Rule, Suite, row_query
from warehouse.feeds.contract import feeds

QUERIES = frozenset({"rows", "period_covered", "coverage_kept", "restated_within"})
A_WEEK = 7
"""So many days with rows say how long a gap is usual."""
UNUSUAL = 10
"""Times as long as the others is what chance and holidays make of a gap at most."""
DIALECT = sa.make_url("postgresql+psycopg2://").get_dialect()()


@dataclass(frozen=True)
class Look:
    """How rows are looked at: the instant that counts as now, and the feeds whose known keys are worth hashing.

    Hashing reads all known keys once; looking up asks an index for each row, which suits few rows or very many keys.
    """

    now: datetime
    hashed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Counted:
    """One pass over a table: rows, rows of each load, rows that break each rule, newest record by rule (None: none)."""

    rows: int
    by_load: Mapping[int, int]
    broken: Mapping[str, int]
    newest: Mapping[str, datetime | None]


@dataclass(frozen=True)
class Offence:
    """One offending row: where it stands, the rules it breaks, and the values those rules speak of."""

    where: Mapping[str, Any]
    rules: tuple[str, ...]
    values: Mapping[str, Any]


def bad(rule: Rule, look: Look) -> ColumnElement[bool]:
    """True for a row that breaks the row rule, null or false for one that keeps it; reads unqualified columns.

    ValueError for a kind that is not about single rows.
    """
    columns: list[ColumnElement[Any]] = [sa.column(name) for name in rule.columns]
    if len(columns) > 1:
        return _bad_together(rule, columns)
    return _bad_alone(rule, columns[0], look)


def _bad_alone(rule: Rule, column: ColumnElement[Any], look: Look) -> ColumnElement[bool]:
    """What is wrong with one value."""
    match rule.expect:
        case "not_null" | "max_null_fraction" | "nulls_like_history":
            return column.is_(None)
        case "in_set":
            return column.not_in(rule.bounds["codes"])
        case "between":
            return _outside(column, rule.bounds)
        case "pattern":
            return ~column.op("~", is_comparison=True)(rule.bounds["pattern"])
        case "not_in_future":
            latest = sa.literal((look.now + timedelta(days=rule.bounds["days"])).isoformat(), sa.Text)
            return column > sa.cast(latest, sa.TIMESTAMP(timezone=True))
        case "references":
            return _unknown(column, rule.bounds["feed"], look)
    raise ValueError(f"{rule.expect} is not about single rows")


def _bad_together(rule: Rule, columns: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """What is wrong between the values of one row."""
    first, *rest = columns
    match rule.expect:
        case "one_of":
            return sa.and_(*(column.is_(None) for column in columns))
        case "order_of_times":
            return first < rest[0]
        case "in_order":
            return sa.or_(*(left > right for left, right in pairwise(columns)))
        case "parts_equal_total":
            nothing: ColumnElement[Any] = sa.literal_column("cast(0 as bigint)")
            return first != sum((sa.func.coalesce(part, nothing) for part in rest), nothing)
    raise ValueError(f"{rule.expect} is not about single rows")


def holds(rule: Rule, look: Look) -> str:
    """The condition that a good row keeps, as SQL text with literal values: what GX is told to count."""
    return _literal(sa.not_(bad(rule, look)))


def view_of(suite: Suite) -> TableClause:
    """The view in schema `gate` that holds the suite's rows."""
    return sa.table(suite.view, schema="gate")


def looked_at(asked: Select[Any], suite: Suite) -> Select[Any]:
    """`asked` of the rows that a row rule speaks of: all that wait, and of figures those of the slices made anew.

    Editions never change, so the rows of the other slices were looked at when they were made.
    """
    rows = asked.select_from(view_of(suite))
    return rows if suite.gate == "delivery" else rows.where(sa.column("is_new"))


def count_rows(connection: Connection, suite: Suite, look: Look, *, load_ids: Sequence[int] = ()) -> Counted:
    """Our own count of every row rule of a suite, and of the rows of each load, in one statement that reads rows once."""
    rules = [rule for rule in suite.rules if rule.kind.proof == "row"]
    newest = [rule for rule in suite.rules if rule.expect == "newest_record"]
    asked = [
        *(sa.func.count().filter(sa.column("load_id") == load_id) for load_id in load_ids),
        *(sa.func.count().filter(bad(rule, look)) for rule in rules),
        *(sa.func.max(sa.cast(sa.column(rule.columns[0]), sa.TIMESTAMP(timezone=True))) for rule in newest),
    ]
    every: int
    found: list[Any]
    every, *found = connection.execute(looked_at(sa.select(sa.func.count(), *asked), suite)).one()
    counted = iter(found)
    return Counted(
        rows=every,
        by_load={load_id: next(counted) for load_id in load_ids},
        broken={rule.id: next(counted) for rule in rules},
        newest={rule.id: next(counted) for rule in newest},
    )


def count_duplicates(connection: Connection, suite: Suite, rule: Rule) -> int:
    """Rows beyond the first of each key: within one load of a delivery, within the slice or the whole of a figures table."""
    names = ["load_id", *rule.columns] if suite.gate == "delivery" else rule.columns
    keys = sa.select(sa.func.count().label("copies")).group_by(*map(sa.column, names)).having(sa.func.count() > 1)
    within = suite.gate == "delivery" or "slice_on" in rule.columns
    copies = (looked_at(keys, suite) if within else keys.select_from(view_of(suite))).subquery("copies")
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(copies.c.copies - 1), 0))).scalar_one())


def count_queries(connection: Connection, suite: Suite) -> dict[str, int]:
    """Our own count of the rows that each query rule of a suite returns, in one statement."""
    rules = [rule for rule in suite.rules if rule.expect in QUERIES]
    if not rules:
        return {}
    found = [sa.select(sa.func.count()).select_from(_returned(rule, suite)).scalar_subquery() for rule in rules]
    return dict(zip([rule.id for rule in rules], connection.execute(sa.select(*found)).one(), strict=True))


def query_of(rule: Rule) -> str:
    """The SELECT of a query rule, with `{batch}` still in it. ValueError for a kind that is not a query."""
    match rule.expect:
        case "rows":
            return row_query(rule.bounds["file"])
        case "period_covered":
            return _literal(_gaps(rule))
        case "coverage_kept":
            return _literal(_shrunk(rule))
        case "restated_within":
            return _literal(_restated(rule))
    raise ValueError(f"{rule.expect} is not a query")


def offending_rows(
    connection: Connection, suite: Suite, *, rule_id: str | None = None, limit: int = 100, look: Look
) -> list[Offence]:
    """At most `limit` rows that break a row rule, each with all its reasons; of a query rule, the rows it returns.

    Personal columns are never selected, not even as hashes; telephones and addresses that stand elsewhere are not shown.
    """
    about_fractions = {"max_null_fraction", "nulls_like_history"}
    every = [rule for rule in suite.rules if rule.kind.proof == "row" and rule.expect not in about_fractions]
    rules = [rule for rule in suite.rules if rule.id == rule_id] if rule_id else every
    if any(rule.expect in QUERIES for rule in rules):
        wrong = sa.select(sa.text("*")).select_from(_returned(rules[0], suite)).limit(limit)
        rows = connection.execute(wrong).mappings()
        return [Offence(where=dict(row), rules=(rules[0].id,), values={}) for row in rows]
    about_rows = [rule for rule in rules if rule.kind.proof == "row"]
    return _offences(connection, suite, about_rows, limit=limit, look=look) if about_rows else []


def _literal(said: ClauseElement) -> str:
    """SQL text with its values written out, its percent signs single again."""
    return str(said.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})).replace("%%", "%")


def _offences(connection: Connection, suite: Suite, rules: Sequence[Rule], *, limit: int, look: Look) -> list[Offence]:
    place = ["load_id", "file_id", "row_number", *suite.key] if suite.gate == "delivery" else ["slice_on", *suite.key]
    spoken_of = [name for rule in rules for name in rule.columns if not name.endswith("_hash")]
    shown = [_shown(suite, name) for name in dict.fromkeys([*place, *spoken_of])]
    verdicts = [
        sa.func.coalesce(bad(rule, look), sa.false()).label(f"rule_{number}") for number, rule in enumerate(rules)
    ]
    judged = looked_at(sa.select(*shown, *verdicts), suite).subquery("judged")
    broken = [judged.c[f"rule_{number}"] for number in range(len(rules))]
    rows = connection.execute(sa.select(judged).where(sa.or_(*broken)).limit(limit)).mappings()
    return [_offence(row, place, rules) for row in rows]


def _shown(suite: Suite, name: str) -> ColumnElement[Any]:
    """A column as people may see it: where columns were shifted, a telephone or a name may stand in any that holds text."""
    column: NamedColumn[Any] = sa.column(name)
    columns = feeds()[suite.table].columns if suite.gate == "delivery" else ()
    kind = next((each.type for each in columns if each.name == name and not each.codes), None)
    if kind not in ("id", "code", "text"):
        return column
    if any(each.personal for each in columns):
        return sa.func.staging.shown_of_people(column, kind == "code", type_=sa.Text).label(name)
    return sa.func.staging.shown(column, type_=sa.Text).label(name)


def _offence(row: Mapping[Any, Any], place: Sequence[str], rules: Sequence[Rule]) -> Offence:
    broken = [rule for number, rule in enumerate(rules) if row[f"rule_{number}"]]
    spoken_of = dict.fromkeys(name for rule in broken for name in rule.columns)
    return Offence(
        where={name: row[name] for name in place},
        rules=tuple(rule.id for rule in broken),
        values={name: row[name] for name in spoken_of if name in row},
    )


def _gaps(rule: Rule) -> Select[Any]:
    """Stretches without a row, after all that earlier refreshes brought, longer than they may be and than is usual among the others:
    few complaints come seldom. What a delivery says of older days are changes, which come to few of them."""
    column: NamedColumn[Any] = sa.column(rule.columns[0])
    day = sa.cast(column, sa.Date)
    newest_at: ColumnElement[Any] = sa.func.max(sa.column("newest_at"))
    passed = sa.and_(sa.column("feed") == rule.table, sa.column("state") == "passed")
    reached = (
        sa.select(sa.cast(newest_at, sa.Date)).select_from(sa.table("load_feed", schema="published")).where(passed)
    )
    known = sa.func.coalesce(reached.scalar_subquery(), sa.literal_column("date '-infinity'"))
    later = sa.select(day.label("day_on")).select_from(sa.text("{batch}")).where(day > known)
    days_seen = later.union(reached.having(newest_at.is_not(None))).subquery("days_seen")
    before = sa.func.lag(days_seen.c.day_on).over(order_by=days_seen.c.day_on).label("before_on")
    steps = sa.select(days_seen.c.day_on, before).subquery("steps")
    step = steps.c.day_on - steps.c.before_on
    counted: ColumnElement[Any] = sa.func.count(step).over()
    enough = sa.case((counted >= A_WEEK, counted - 1.0))
    others = (sa.func.sum(step).over() - step) / enough
    gaps = sa.select(steps, step.label("days"), others.label("usual_days")).subquery("gaps")
    unusual = gaps.c.days > UNUSUAL * gaps.c.usual_days
    return sa.select(gaps).where(gaps.c.days > rule.bounds["max_gap_days"], unusual)


def _shrunk(rule: Rule) -> Select[Any]:
    """Published slices whose number of different values of the column falls by more than the declared fraction."""
    column: NamedColumn[Any] = sa.column(rule.columns[0])
    after, before = _by_slice(rule, sa.func.count(column.distinct()))
    kept = sa.func.coalesce(after.c.figure, sa.literal_column("cast(0 as bigint)"))
    return (
        sa.select(before.c.slice_on, before.c.figure.label("before"), kept.label("after"))
        .join_from(before, after, before.c.slice_on == after.c.slice_on, isouter=True)
        .where(
            before.c.figure >= rule.bounds["at_least"],
            kept < before.c.figure * sa.literal_column(repr(1 - rule.bounds["max_loss"])),
        )
    )


def _restated(rule: Rule) -> Select[Any]:
    """Published slices of the past whose sum changes by more than the declared fraction.

    The past ends `after_days` before the newest slice that is published: data have a clock of their own.
    """
    after, before = _by_slice(rule, sa.func.sum(sa.column(rule.columns[0])))
    newest = sa.table("newest_slice", sa.column("table_name"), sa.column("slice_on", sa.Date), schema="gate")
    change = sa.func.abs(sa.func.coalesce(after.c.figure, sa.literal_column("cast(0 as bigint)")) - before.c.figure)
    return (
        sa.select(before.c.slice_on, before.c.figure.label("before"), after.c.figure.label("after"))
        .join_from(before, after, before.c.slice_on == after.c.slice_on, isouter=True)
        .join(newest, newest.c.table_name == rule.table)
        .where(
            before.c.figure >= rule.bounds["at_least"],
            before.c.slice_on > sa.literal_column("date '0001-01-01'"),
            before.c.slice_on <= newest.c.slice_on - sa.literal_column(str(rule.bounds["after_days"])),
            change > before.c.figure * sa.literal_column(repr(rule.bounds["max_change"])),
        )
    )


def _by_slice(rule: Rule, figure: ColumnElement[Any]) -> tuple[Subquery, Subquery]:
    """A figure by slice, as proposed and as published now, for the slices that get a new edition."""
    slice_on: ColumnElement[Any] = sa.column("slice_on")
    by_slice = sa.select(slice_on, figure.label("figure")).group_by(slice_on)
    proposed = by_slice.select_from(sa.text("{batch}")).where(sa.column("is_new"))
    published = by_slice.select_from(sa.table(f"replaced_{rule.table}", schema="gate"))
    return proposed.subquery("proposed"), published.subquery("published_now")


def _returned(rule: Rule, suite: Suite) -> Subquery:
    """The rows that a query rule returns, reading the view just as GX does."""
    query = query_of(rule).replace("{batch}", f"({sa.select(sa.text('*')).select_from(view_of(suite))}) as subselect")
    found: Select[Any] = sa.select(sa.text("*")).select_from(sa.text(f"({query}) as wrong"))
    return found.subquery("wrong_rows")


def _outside(column: ColumnElement[Any], bounds: Mapping[str, Any]) -> ColumnElement[bool]:
    below = [column < sa.literal_column(repr(bounds["low"]))] if "low" in bounds else []
    above = [column > sa.literal_column(repr(bounds["high"]))] if "high" in bounds else []
    return sa.or_(*below, *above)


def _unknown(column: ColumnElement[Any], feed: str, look: Look) -> ColumnElement[bool]:
    """Given, but not known. A feed that never came cannot miss anything; branches always come."""
    known = sa.table(f"known_{feed}", sa.column("known_id"), schema="gate")
    missing = (
        column.not_in(sa.select(known.c.known_id))
        if feed in look.hashed
        else sa.and_(column.is_not(None), ~sa.exists().where(known.c.known_id == column))
    )
    return missing if feed == "branches" else sa.and_(sa.exists(sa.select(known.c.known_id)), missing)
