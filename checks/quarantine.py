"""Rows that a rule may set aside leave staging before the gate looks, and the sum of their load is put right."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects.postgresql import ARRAY, array

from checks.predicates import Look, bad
from checks.rules import Rule, suites


def quarantine_rows(connection: Connection, *, feed: str, load_ids: Sequence[int], now: datetime | None = None) -> int:
    """Move the rows of `load_ids` that break a quarantining rule to `published.quarantine`; the number moved.

    One statement, set-based, in the caller's transaction. A row is filed under the first rule it breaks, in the order
    of the suite; `also` names the reasons of the others; of its value telephones and addresses are not shown. KeyError for an
    unknown feed.
    """
    rules = [rule for rule in suites("delivery")[feed].rules if rule.quarantine]
    if not rules or not load_ids:
        return 0
    moved = _move(feed, rules, Look(now=now or datetime.now(UTC)))
    return connection.scalars(moved, {"load_ids": list(load_ids)}).one()


def _move(feed: str, rules: Sequence[Rule], look: Look) -> sa.Select[int]:
    staged = sa.table(f"stg_{feed}", *map(sa.column, ("load_id", "file_id", "row_number")), schema="staging")
    broken = [bad(rule, look) for rule in rules]
    reasons = [sa.literal(rule.quarantine.reason_code) for rule in rules if rule.quarantine]
    waiting = sa.bindparam("load_ids", type_=ARRAY(sa.BigInteger))
    gone = (
        sa.delete(staged)
        .where(staged.c.load_id == sa.any_(waiting), sa.or_(*broken))
        .returning(
            staged.c.load_id,
            staged.c.file_id,
            staged.c.row_number,
            _first(broken, [sa.literal(rule.columns[0]) for rule in rules]).label("column_name"),
            _first(broken, reasons).label("reason_code"),
            sa.func.staging.shown(
                _first(broken, [sa.cast(sa.column(rule.columns[0]), sa.Text) for rule in rules])
            ).label("value"),
            _all_of(broken, reasons).label("reasons"),
        )
        .cte("gone")
    )
    files = sa.table("file", sa.column("file_id"), sa.column("file_name"), schema="published")
    quarantine = sa.table(
        "quarantine",
        *map(
            sa.column,
            ("load_id", "feed", "file_id", "file_name", "row_number", "column_name", "reason_code", "value", "also"),
        ),
        schema="published",
    )
    filed = (
        sa.insert(quarantine)
        .from_select(
            [column.name for column in quarantine.c],
            sa.select(
                gone.c.load_id,
                sa.literal(feed),
                gone.c.file_id,
                files.c.file_name,
                gone.c.row_number,
                gone.c.column_name,
                gone.c.reason_code,
                gone.c.value,
                sa.func.array_remove(gone.c.reasons, gone.c.reason_code),
            ).join_from(gone, files, gone.c.file_id == files.c.file_id, isouter=True),
        )
        .returning(quarantine.c.load_id)
        .cte("filed")
    )
    counts = sa.select(filed.c.load_id, sa.func.count().label("row_count")).group_by(filed.c.load_id).cte("counts")
    sums = sa.table("load_feed", *map(sa.column, ("load_id", "feed", "accepted", "quarantined")), schema="published")
    put_right = (
        sa.update(sums)
        .values(accepted=sums.c.accepted - counts.c.row_count, quarantined=sums.c.quarantined + counts.c.row_count)
        .where(sums.c.load_id == counts.c.load_id, sums.c.feed == feed)
        .returning(counts.c.row_count)
        .cte("put_right")
    )
    return sa.select(sa.cast(sa.func.coalesce(sa.func.sum(put_right.c.row_count), 0), sa.BigInteger))


def _first(broken: Sequence[ColumnElement[bool]], said: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    """What is said of the first rule that is broken."""
    return sa.case(*zip(broken, said, strict=True))


def _all_of(broken: Sequence[ColumnElement[bool]], reasons: Sequence[ColumnElement[str]]) -> ColumnElement[list[str]]:
    """The reasons of all rules that are broken."""
    named = [sa.case((is_broken, reason)) for is_broken, reason in zip(broken, reasons, strict=True)]
    return sa.func.array_remove(array(named), None)
