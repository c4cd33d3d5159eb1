"""Receive and land: each file of a delivery once, every row as delivered, in one transaction a delivery.

A file that cannot be read is refused with a sentence; the others go on. Either the whole delivery has arrived, or, where
the process was stopped, nothing of it has.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, column, delete, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from checks.gate import wake
from warehouse import db, landing, ledger
from warehouse.access.vault import Vault
from warehouse.feeds.mapping import (
    FileMapping,
    Source,
    check_headers,
    check_lookups,
    contract_source,
    protections,
    read_mapping,
)
from warehouse.feeds.readers import (
    ChangedFile,
    FileRefused,
    MissingFile,
    NoDriver,
    NotAnswered,
    NotSetUp,
    Unreachable,
    open_table,
)
from warehouse.feeds.sources import Offered, files_at, queries
from warehouse.landing.sieve import Sieve
from warehouse.offered import at_hand
from warehouse.settings import Keys
from warehouse.staging import LandedFile, StagedFeed, stage, sums
from warehouse.staging.again import keep_recipe, recall_unknown


@dataclass(frozen=True)
class Delivery:
    """A source and what lies ready for it."""

    source: Source
    files: tuple[Offered, ...]

    def in_order(self) -> list[Offered]:
        """The files as they are to be read: by name, but those that others look things up in before those."""
        wanted = (file for file in self.files if not self.source.ignores(file.name))
        return sorted(wanted, key=lambda file: self.source.depth(file.name))

    @classmethod
    def of(cls, mapping: Path, place: Path | str | None) -> "Delivery":
        """The files of a folder, by its path or URL, and what the queries of the mapping file `mapping` ask for.

        Raises MappingError, ValueError for files without a folder, and OSError for a folder that cannot be read.
        """
        source = read_mapping(mapping)
        asked = queries(source)
        if len(asked) == len(source.files):
            return cls(source, asked)
        if place is None:
            raise ValueError("--source says how files are read, --from says where they lie: give both")
        return cls(source, (*asked, *files_at(place)))

    @classmethod
    def by_contract(cls, place: Path | str, *, zone: str = "UTC", currency: str | None = None) -> "Delivery":
        """The files of a folder, named after our feeds and with our own column names. OSError for one that cannot be read."""
        return cls(source=contract_source(zone=zone, currency=currency), files=files_at(place))


PASSING = frozenset({Unreachable.code, ChangedFile.code, MissingFile.code})
"""Refusals of what could not be had this time, and may be the next time, with nobody doing anything."""
NOT_BROUGHT = PASSING | {NotSetUp.code, NotAnswered.code, NoDriver.code}
"""Refusals of what never came: the book has no file of it."""


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, and why: what is wrong, where, and what would fit; `code` is that of the refusal."""

    file_name: str
    why: str
    code: str = "unreadable"


@dataclass
class Received:
    """What became of a delivery: rows by feed, files skipped because they are loaded already, files that no pattern of
    the source fits, files refused.

    `load_id` is None where no file of it was taken.
    """

    source: str
    load_id: int | None = None
    feeds: Sequence[StagedFeed] = ()
    skipped: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class _HeaderRefused(FileRefused):
    """The columns of a file do not fit its mapping."""

    code = "wrong_columns"


def receive(
    database: db.Database,
    keys: Keys,
    delivery: Delivery,
    *,
    refresh_id: int,
    is_trial: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Received:
    """Take in every new file of `delivery`: landed, staged, counted. One transaction: all of it, or nothing.

    What `is_trial` leaves nothing in the vault: it is taken out again.
    """
    received = Received(source=delivery.source.code)
    reading = _Reading(database.loader, refresh_id)
    vault = Vault(keys, is_trial=is_trial)
    with database.loader.begin() as connection:
        ledger.claim(connection, refresh_id)
        staged: list[StagedFeed] = []
        beside: dict[str, list[LandedFile]] = {}
        earlier: list[int] = []
        for file in delivery.in_order():
            mapping = delivery.source.match(file.name)
            if mapping is None:
                received.unknown.append(file.name)
                continue
            here = at_hand(
                connection,
                file,
                source=received.source,
                refresh_id=refresh_id,
                key=keys.hashing,
                is_trial=is_trial,
                remark=received.remarks.append,
            )
            try:
                with here as found:
                    match found:
                        case LandedFile():
                            received.skipped.append(file.name)
                            beside.setdefault(mapping.pattern, []).append(found)
                            earlier.append(found.file_id)
                        case Path():
                            tell(f"receive {file.name}")
                            received.load_id = received.load_id or _new_load(connection, refresh_id, received.source)
                            staged += _take(
                                connection, vault, received, found, mapping, delivery.source, beside, reading
                            )
            except FileRefused as refusal:
                received.refused.append(Refused(file.name, refusal.said, refusal.code))
        if received.load_id is not None:
            received.feeds = sums(staged)
            _write_sums(connection, received.load_id, received.feeds)
            keep_recipe(connection, received.load_id, source=delivery.source, beside=earlier)
            _analyze(connection, received.feeds)
            house = {"reporting_zone": delivery.source.zone, "reporting_currency": delivery.source.currency}
            ledger.settle(connection, refresh_id=refresh_id, **house)
    return received


def count_again(connection: Connection, received: Received) -> None:
    """Bring the sums of `received` up to date: the gate has quarantined rows since they were counted."""
    statement = text(
        "select feed, delivered, accepted, superseded, quarantined, newest_at from published.load_feed"
        " where load_id = :load_id"
    )
    found = connection.execute(statement, {"load_id": received.load_id}).mappings()
    now = {row["feed"]: StagedFeed(**row) for row in found}
    received.feeds = [now[each.feed] for each in received.feeds]


def forget(connection: Connection, load_id: int) -> None:
    """Take a load out without a trace: what a dry run brought."""
    asked = text("select source from published.load where load_id = :load_id")
    source = connection.scalar(asked, {"load_id": load_id})
    files = list(
        connection.scalars(text("select file_id from published.file where load_id = :load_id"), {"load_id": load_id})
    )
    feeds = list(
        connection.scalars(text("select feed from published.load_feed where load_id = :load_id"), {"load_id": load_id})
    )
    for file_id in files:
        landing.drop(connection, file_id)
    staged = [("staging", f"stg_{feed}") for feed in feeds]
    for schema, name in [*staged, *(("published", name) for name in ("quarantine", "load_feed", "file", "load"))]:
        rows = table(name, column("load_id"), schema=schema)
        connection.execute(delete(rows).where(rows.c.load_id == load_id))
    recall_unknown(connection, source)


def _take(
    connection: Connection,
    vault: Vault,
    received: Received,
    path: Path,
    mapping: FileMapping,
    source: Source,
    beside: dict[str, list[LandedFile]],
    reading: "_Reading",
) -> list[StagedFeed]:
    """Land and stage one file, in a savepoint, and lay it beside the others of the delivery, by its pattern.

    Nothing, and a sentence in `received`, where the file is refused.
    """
    file_id = _new_file(connection, received.load_id, path, mapping)
    try:
        with connection.begin_nested(), vault:
            opened = open_table(path, declared=mapping.format)
            headers = {pattern: [(file.name, file.columns) for file in files] for pattern, files in beside.items()}
            found = [
                *check_headers(mapping, opened.columns, file=path.name),
                *check_lookups(mapping, headers, file=path.name),
            ]
            problems = [problem for problem in found if problem.stops]
            received.remarks += [str(problem) for problem in found if not problem.stops]
            if problems:
                raise _HeaderRefused(
                    path.name, "; ".join(problem.what("en") for problem in problems), "correct the mapping or the file"
                )
            shields = protections(source, mapping, opened.columns, vault.protect)
            sieve = Sieve.of(source, mapping, opened.columns, branches=_branches(connection))
            landed = landing.land(
                connection, table=opened, file_id=file_id, protect=shields, sieve=sieve, progress=reading
            )
            vault.keep(connection)
            reading.ended(landed.rows)
            if landed.is_header_only:
                received.remarks.append(
                    f"{path.name}: a header and no rows; if there was nothing to deliver, all is well"
                )
            file = LandedFile(file_id=file_id, name=path.name, columns=landed.columns)
            load_id = int(received.load_id or 0)
            staged = stage(connection, load_id=load_id, file=file, mapping=mapping, source=source, beside=beside)
            _note_file(connection, file_id, state="landed", landed=landed, why=None)
            beside.setdefault(mapping.pattern, []).append(file)
            return staged
    except FileRefused as refusal:
        received.refused.append(Refused(path.name, refusal.said, refusal.code))
        _note_file(connection, file_id, state="refused", landed=None, why=refusal.said)
        return []


class _Reading:
    """How far the files of a refresh are read, told at most once a second to whoever waits for it."""

    def __init__(self, engine: Engine, refresh_id: int) -> None:
        self._engine, self._refresh_id = engine, refresh_id
        self._before, self._told_at = 0, time.monotonic()

    def __call__(self, rows: int, _: float) -> None:
        """So many rows of the file at hand are landed."""
        if time.monotonic() - self._told_at >= 1.0:
            ledger.reads(self._engine, self._refresh_id, self._before + rows)
            self._told_at = time.monotonic()

    def ended(self, rows: int) -> None:
        """The file at hand had so many rows."""
        self._before += rows


def _branches(connection: Connection) -> list[str]:
    """Every branch that a list has named, in this delivery as well."""
    return list(connection.scalars(text("select distinct branch_id from staging.stg_branches")))


def _new_load(connection: Connection, refresh_id: int, source: str) -> int:
    wake()
    return ledger.new_load(connection, refresh_id=refresh_id, source=source)


def _new_file(connection: Connection, load_id: int | None, path: Path, mapping: FileMapping) -> int:
    statement = text(
        "insert into published.file (load_id, file_name, content_hash, byte_count, feeds)"
        " values (:load_id, :name, '', :size, :feeds) returning file_id"
    ).bindparams(bindparam("feeds", type_=ARRAY(Text)))
    feeds = [feed.feed.code for feed in mapping.feeds]
    row = {"load_id": load_id, "name": path.name, "size": path.stat().st_size, "feeds": feeds}
    return int(connection.execute(statement, row).scalar_one())


def _note_file(
    connection: Connection, file_id: int, *, state: str, landed: landing.Landed | None, why: str | None
) -> None:
    statement = text(
        "update published.file set state = :state, refused_because = :why, content_hash = :hash, columns = :columns,"
        " delivered = :delivered, broken = :broken where file_id = :file_id"
    ).bindparams(bindparam("columns", type_=ARRAY(Text)))
    about: Mapping[str, object] = {
        "hash": landed.content_hash if landed else "",
        "columns": list(landed.columns) if landed else [],
        "delivered": landed.delivered if landed else 0,
        "broken": landed.broken if landed else 0,
    }
    connection.execute(statement, {"file_id": file_id, "state": state, "why": why, **about})


def _analyze(connection: Connection, staged: Sequence[StagedFeed]) -> None:
    for each in staged:
        db.analyze(connection, f"stg_{each.feed}", schema="staging", written=each.accepted)


def _write_sums(connection: Connection, load_id: int, staged: Sequence[StagedFeed]) -> None:
    """Open the book of a load. A feed of which no row came has nothing for a gate to judge, and waits for none."""
    statement = text(
        "insert into published.load_feed (load_id, feed, delivered, accepted, superseded, quarantined, newest_at, state)"
        " values (:load_id, :feed, :delivered, :accepted, :superseded, :quarantined, :newest_at,"
        " case when :accepted + :quarantined > 0 then 'staged' else 'passed' end)"
    )
    for each in staged:
        row = {
            name: getattr(each, name)
            for name in ("feed", "delivered", "accepted", "superseded", "quarantined", "newest_at")
        }
        connection.execute(statement, {"load_id": load_id, **row})
