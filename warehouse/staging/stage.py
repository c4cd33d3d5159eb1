"""Staging one landed file: good rows to `staging`, refused ones to `published.quarantine`, and the sum that adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert

from warehouse import db
from warehouse.feeds.contract import Feed
from warehouse.feeds.mapping.model import FeedMapping, FileMapping, Source, personal_columns
from warehouse.reasons import UNCLAIMED, WHOLE_ROW
from warehouse.staging.compile import Beside, LandedFile, judged, unclaimed

QUARANTINE = sa.table(
    "quarantine",
    sa.column("load_id"),
    sa.column("feed"),
    sa.column("file_id"),
    sa.column("file_name"),
    sa.column("row_number"),
    sa.column("column_name"),
    sa.column("reason_code"),
    sa.column("value"),
    sa.column("also"),
    schema="published",
)
BROKEN = sa.table(
    "broken_line",
    sa.column("file_id"),
    sa.column("row_number"),
    sa.column("line_number"),
    sa.column("reason_code"),
    sa.column("detail"),
    schema="ops",
)
UNKNOWN = sa.table(
    "unknown_column",
    sa.column("source"),
    sa.column("feed"),
    sa.column("column_name"),
    sa.column("reason"),
    schema="published",
)
AHEAD = frozenset({"due_at", "closed_on", "left_on", "month_on", "period_on", "worked_on"})
"""Columns that may rightly lie in the future, so they do not say how far the data reach."""
INSTANT = sa.DateTime(timezone=True)
NOTHING_ELSE = sa.literal([], ARRAY(sa.Text))


class RowsDoNotAddUp(AssertionError):
    """Delivered is not accepted + superseded + quarantined: a fault of ours, never of the data. Nothing may be kept."""


@dataclass(frozen=True)
class StagedFeed:
    """What a file brought to one feed, in rows; `newest_at` is the newest instant accepted.

    A newer row of a key that an older file of the load brought supersedes that row: it counts here as superseded and lowers
    `accepted`, so that the sums over the files of a load say what the load holds.
    """

    feed: str
    delivered: int
    accepted: int
    superseded: int
    quarantined: int
    newest_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.delivered != self.accepted + self.superseded + self.quarantined:
            raise RowsDoNotAddUp(
                f"{self.feed}: {self.delivered} rows delivered, but {self.accepted} accepted, {self.superseded} superseded"
                f" and {self.quarantined} quarantined"
            )

    def __add__(self, other: "StagedFeed") -> "StagedFeed":
        """Two files' rows of the same feed together."""
        newest = max((at for at in (self.newest_at, other.newest_at) if at is not None), default=None)
        return StagedFeed(
            self.feed,
            self.delivered + other.delivered,
            self.accepted + other.accepted,
            self.superseded + other.superseded,
            self.quarantined + other.quarantined,
            newest,
        )


def stage(
    connection: Connection,
    *,
    load_id: int,
    file: LandedFile,
    mapping: FileMapping,
    source: Source,
    beside: Beside = MappingProxyType({}),
) -> list[StagedFeed]:
    """Stage every feed of a landed file, in the caller's transaction; files of one load come in name order.

    `beside` are the files of the same delivery that it looks things up in.

    Lines that could not be read (`ops.broken_line`) and rows that no feed takes count as delivered and quarantined of the
    file's main feed. Raises HeaderAbsent, RowsDoNotAddUp.
    """
    db.plan_for_bulk(connection)
    remember_unknown(connection, source, mapping)
    is_of_people = bool(personal_columns(mapping, file.columns))
    staged = [_stage_feed(connection, load_id, file, feed, beside, is_of_people=is_of_people) for feed in mapping.feeds]
    leftover = _quarantine_unclaimed(connection, load_id, file, mapping)
    _nothing_lost(connection, file, mapping, staged, leftover)
    lost = leftover + _quarantine_broken(connection, load_id, file, mapping)
    return [staged[0] + StagedFeed(staged[0].feed, lost, 0, 0, lost), *staged[1:]]


def sums(staged: Iterable[StagedFeed]) -> list[StagedFeed]:
    """One sum a feed, over the files of a load."""
    totals: dict[str, StagedFeed] = {}
    for part in staged:
        totals[part.feed] = totals[part.feed] + part if part.feed in totals else part
    return list(totals.values())


def remember_unknown(connection: Connection, source: Source, mapping: FileMapping) -> None:
    """Note which columns the file does not know, and forget those that every file of the source knows by now."""
    for feed in mapping.feeds:
        ours = sa.and_(UNKNOWN.c.source == source.code, UNKNOWN.c.feed == feed.feed.code)
        still = source.unknown(feed.feed.code)
        connection.execute(sa.delete(UNKNOWN).where(ours, UNKNOWN.c.column_name.not_in(still)))
        for name, reason in feed.unknown.items():
            note = insert(UNKNOWN).values(source=source.code, feed=feed.feed.code, column_name=name, reason=reason)
            keys = ["source", "feed", "column_name"]
            connection.execute(note.on_conflict_do_update(index_elements=keys, set_={"reason": note.excluded.reason}))


def _stage_feed(
    connection: Connection, load_id: int, file: LandedFile, mapping: FeedMapping, beside: Beside, *, is_of_people: bool
) -> StagedFeed:
    work = judged(mapping, file, beside, is_of_people=is_of_people).into("judged_rows", temporary=True)
    connection.execute(work)
    rows = work.table
    quarantined = _quarantine(connection, load_id, file, mapping.feed, rows)
    accepted = _accept(connection, load_id, file, mapping.feed, rows)
    delivered, good, newest_at = connection.execute(_counts(mapping.feed, rows)).one()
    connection.execute(sa.schema.DropTable(rows))
    return StagedFeed(mapping.feed.code, delivered, accepted, good - accepted, quarantined, newest_at)


def _quarantine(connection: Connection, load_id: int, file: LandedFile, feed: Feed, rows: sa.Table) -> int:
    """The refused rows, each with the first thing wrong; their number."""
    about = (sa.literal(load_id), sa.literal(feed.code), sa.literal(file.file_id), sa.literal(file.name))
    wrong = (rows.c.row_number, rows.c.wrong_column, rows.c.wrong_reason, rows.c.wrong_value, rows.c.wrong_also)
    refused = sa.select(*about, *wrong).where(rows.c.wrong_reason.is_not(None))
    return connection.execute(sa.insert(QUARANTINE).from_select(list(QUARANTINE.c.keys()), refused)).rowcount


def _quarantine_unclaimed(connection: Connection, load_id: int, file: LandedFile, mapping: FileMapping) -> int:
    """The rows that no feed of the file takes; their number."""
    leftover = unclaimed(mapping.feeds, file)
    if leftover is None:
        return 0
    rows = leftover.subquery()
    about = (sa.literal(load_id), sa.literal(mapping.main_feed), sa.literal(file.file_id), sa.literal(file.name))
    why = (sa.literal(WHOLE_ROW), sa.literal(UNCLAIMED), sa.null(), NOTHING_ELSE)
    refused = sa.select(*about, rows.c.row_number, *why)
    return connection.execute(sa.insert(QUARANTINE).from_select(list(QUARANTINE.c.keys()), refused)).rowcount


def _quarantine_broken(connection: Connection, load_id: int, file: LandedFile, mapping: FileMapping) -> int:
    """The lines that the reader could make no row of; their number."""
    about = (sa.literal(load_id), sa.literal(mapping.main_feed), sa.literal(file.file_id), sa.literal(file.name))
    line = sa.case((BROKEN.c.line_number > 0, sa.func.concat("line ", BROKEN.c.line_number, ": ")))
    where = sa.func.concat(line, BROKEN.c.detail)
    why = (BROKEN.c.row_number, sa.literal(WHOLE_ROW), BROKEN.c.reason_code, where, NOTHING_ELSE)
    refused = sa.select(*about, *why).where(BROKEN.c.file_id == file.file_id)
    return connection.execute(sa.insert(QUARANTINE).from_select(list(QUARANTINE.c.keys()), refused)).rowcount


def _accept(connection: Connection, load_id: int, file: LandedFile, feed: Feed, rows: sa.Table) -> int:
    """The last good row of every key, in the place of what an older file of the load brought; by how many rows the load grew."""
    stored = [column.stored_as for column in feed.columns if column.stored_as in rows.c]
    key = [part for part in _key(feed, rows.c) if not isinstance(part, sa.BindParameter)]
    good = (
        sa.select(sa.literal(load_id), sa.literal(file.file_id), rows.c.row_number, *(rows.c[name] for name in stored))
        .where(rows.c.wrong_reason.is_(None))
        .ext(distinct_on(*key))
        .order_by(*key, rows.c.rank.desc())
    )
    staged = _staging_table(feed)
    put = insert(staged).from_select(["load_id", "file_id", "row_number", *stored], good)
    if not connection.scalar(sa.select(sa.exists().where(staged.c.load_id == load_id))):
        return connection.execute(put).rowcount
    put = put.on_conflict_do_update(
        index_elements=[*_key(feed, staged.c), staged.c.load_id],
        set_={column.name: put.excluded[column.name] for column in staged.c},
    )
    is_new = put.returning((sa.literal_column("xmax") == 0).label("is_new")).cte().c.is_new
    return connection.execute(sa.select(sa.func.count()).where(is_new)).scalar_one()


def _counts(feed: Feed, rows: sa.Table) -> sa.Select[int, int, datetime]:
    """Rows in all, good ones, and the newest thing that a good row says has happened."""
    good = rows.c.wrong_reason.is_(None)
    instants = [column.name for column in feed.columns if column.type == "instant" and column.name not in AHEAD]
    happened = instants or [
        column.name for column in feed.columns if column.type == "date" and column.name not in AHEAD
    ]
    moments = [sa.cast(rows.c[name], INSTANT) for name in happened if name in rows.c]
    newest = [sa.func.max(moment).filter(good, moment <= sa.func.now()) for moment in moments]
    latest = sa.func.greatest(*newest, sa.cast(sa.null(), INSTANT), type_=INSTANT)
    return sa.select(sa.func.count(), sa.func.count().filter(good), latest)


def _nothing_lost(
    connection: Connection, file: LandedFile, mapping: FileMapping, staged: Sequence[StagedFeed], leftover: int
) -> None:
    """Every landed row was taken by a feed or is left over; RowsDoNotAddUp otherwise."""
    landed = int(connection.execute(sa.select(sa.func.count()).select_from(file.table)).scalar_one())
    for feed, part in zip(mapping.feeds, staged, strict=True):
        if feed.where is None and not feed.each and part.delivered != landed:
            raise RowsDoNotAddUp(f"{file.name}: {landed} rows landed, {part.delivered} of them came to {part.feed}")
    if sum(part.delivered for part in staged) + leftover < landed:
        raise RowsDoNotAddUp(f"{file.name}: {landed} rows landed, but fewer were staged, superseded or quarantined")


def _staging_table(feed: Feed) -> sa.TableClause:
    names = ("load_id", "file_id", "row_number", *(column.stored_as for column in feed.columns))
    return sa.table(f"stg_{feed.code}", *map(sa.column, names), schema="staging")


def _key(feed: Feed, columns: sa.ColumnCollection[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The key as it is compared: a part that may be empty counts as ''."""
    return [
        columns[name]
        if feed.column(name).required
        else sa.func.coalesce(columns[name], "")
        if name in columns
        else sa.literal("")
        for name in feed.key
    ]
