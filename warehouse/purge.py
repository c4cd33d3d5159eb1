"""What nobody looks at any more goes: editions of refreshes past, files as they were delivered, old results of checks.

A refresh is first taken from sight, and its editions go an hour later at the earliest: until then, whoever had its page open
reads on. What readers see, the newest refresh, what is held, staging (all that was ever accepted), the book and the
restatement log stay for good. Each part is a transaction of its own: cut off, it has happened or it has not.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import ARRAY, BigInteger, Connection, Date, Table, bindparam, cast, column, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from warehouse import db, landing, ledger, published
from warehouse.access.grants import audit
from warehouse.refresh import AlreadyRunning, Tell
from warehouse.tables import tables
from warehouse.trace import trace

BEFORE_EDITIONS_GO = "1 hour"
AT_A_TIME = 5
"""After a publish no more refreshes or loads than these go at once: the rest waits for the next one, or for the command."""
EVERY = 1_000_000


@dataclass(frozen=True)
class Kept:
    """How much of the past is kept: the newest `refreshes` that were published, the files of the newest `loads`, and the results
    of the checks of the newest `checks` refreshes that checked anything (of each check the newest always)."""

    refreshes: int = 30
    loads: int = 30
    checks: int = 400

    @classmethod
    def of(cls, connection: Connection) -> "Kept":
        """As the warehouse's settings say (`keep_refreshes`, `keep_loads`, `keep_checks`)."""
        said = ledger.settings(connection)
        names = (each.name for each in fields(cls))
        return cls(**{name: int(said[f"keep_{name}"]) for name in names if f"keep_{name}" in said})


@dataclass(frozen=True)
class Purged:
    """What went: refreshes taken from sight, rows of editions, files as delivered, results of checks."""

    refreshes: Sequence[int] = ()
    edition_rows: int = 0
    files: int = 0
    check_results: int = 0

    def __bool__(self) -> bool:
        """Whether anything did."""
        return bool(self.refreshes or self.edition_rows or self.files or self.check_results)

    def __str__(self) -> str:
        """One line."""
        refreshes = ", ".join(map(str, self.refreshes)) or "none"
        return (
            f"purged: refreshes taken from sight: {refreshes}; {self.edition_rows} rows of editions,"
            f" {self.files} files as delivered, {self.check_results} results of checks deleted"
        )


def keep(database: db.Database, *, by: str, **said: int | None) -> Kept:
    """Set how much is kept from now on; what is None stays as it is. ValueError for less than one."""
    with database.loader.begin() as connection:
        for name, count in said.items():
            if count is None:
                continue
            if count < 1:
                raise ValueError(f"of {name} at least 1 is kept, not {count}")
            written = text(
                "insert into published.setting (name, value) values (:name, :value)"
                " on conflict (name) do update set value = excluded.value"
            )
            connection.execute(written, {"name": f"keep_{name}", "value": str(count)})
            audit(connection, person=by, action="keep", detail=f"{count} {name}")
        return Kept.of(connection)


def purge(database: db.Database, *, by: str) -> Purged:
    """Everything that may go now. Raises AlreadyRunning while a refresh is under way."""
    with db.alone_at(database.loader, "gatehouse.refresh") as alone:
        if not alone:
            raise AlreadyRunning("a refresh is under way; purge when it has ended (`status` says which)")
        gone = _purge(database, most=EVERY, is_whole=True)
        with database.loader.begin() as connection:
            audit(connection, person=by, action="purge", detail=str(gone))
    return gone


def after(database: db.Database, *, tell: Tell = lambda line: None) -> None:
    """A bounded part of it, after a publish; nothing while another refresh is under way already. What goes wrong in the database is
    logged: what was published is published."""
    try:
        with db.alone_at(database.loader, "gatehouse.refresh") as alone:
            gone = _purge(database, most=AT_A_TIME, is_whole=False) if alone else Purged()
    except SQLAlchemyError as error:
        logging.exception("what is kept no longer could not be purged", exc_info=trace(error))
    else:
        if gone:
            tell(str(gone))


def _purge(database: db.Database, *, most: int, is_whole: bool) -> Purged:
    with database.loader.begin() as connection:
        published.hold_pointer(connection)
        kept = Kept.of(connection)
        hidden = _hide(connection, kept, most)
    with database.loader.begin() as connection:
        rows = _delete_editions(connection, most)
        rows += _delete_left_behind(connection) if is_whole else 0
    with database.loader.begin() as connection:
        files = _drop_files(connection, kept, most)
    with database.loader.begin() as connection:
        results = _delete_results(connection, kept)
    return Purged(hidden, rows, files, results)


def _hide(connection: Connection, kept: Kept, most: int) -> list[int]:
    """Take from sight what is published and older than the refreshes kept, but for what readers see."""
    statement = text(
        "update published.refresh set purged_at = clock_timestamp() where refresh_id in ("
        " select refresh_id from (select refresh_id, row_number() over (order by refresh_id desc) as place"
        " from published.refresh where state = 'passed') as listed"
        " where place > :kept and refresh_id not in (select refresh_id from published.current)"
        " and refresh_id in (select refresh_id from published.refresh where purged_at is null)"
        " order by refresh_id limit :most) returning refresh_id"
    )
    return sorted(connection.scalars(statement, {"kept": kept.refreshes, "most": most}))


def _delete_editions(connection: Connection, most: int) -> int:
    """Delete the manifests of what has been out of sight for long enough, and the editions that no other refresh shows."""
    forget = text(
        "with old as (select r.refresh_id from published.refresh as r"
        " where r.purged_at < clock_timestamp() - cast(:wait as interval)"
        " and exists (select from published.manifest as m where m.refresh_id = r.refresh_id)"
        " order by r.refresh_id limit :most),"
        " gone as (delete from published.manifest where refresh_id in (select refresh_id from old)"
        " returning table_name, slice_on, edition_id)"
        " select distinct g.table_name, g.slice_on, g.edition_id from gone as g where not exists ("
        " select from published.manifest as m where m.table_name = g.table_name and m.slice_on = g.slice_on"
        " and m.edition_id = g.edition_id and m.refresh_id not in (select refresh_id from old))"
    )
    dead: dict[str, set[tuple[object, int]]] = {}
    for name, slice_on, edition_id in connection.execute(forget, {"wait": BEFORE_EDITIONS_GO, "most": most}):
        dead.setdefault(name, set()).add((slice_on, edition_id))
    return sum(_delete(connection, edition, sorted(dead[name])) for name, edition in _editions(connection, dead))


def _delete(connection: Connection, edition: Table, places: Sequence[tuple[object, int]]) -> int:
    slices, editions = zip(*places, strict=True)
    dead = (
        func.unnest(cast(list(slices), ARRAY(Date)), cast(list(editions), ARRAY(BigInteger)))
        .table_valued(column("slice_on", Date), column("edition_id", BigInteger))
        .render_derived()
    )
    rows = edition.delete().where(edition.c.slice_on == dead.c.slice_on, edition.c.edition_id == dead.c.edition_id)
    return connection.execute(rows).rowcount


def _delete_left_behind(connection: Connection) -> int:
    """Editions that no refresh shows and none waits for: those of refreshes that were held, cut off or only tried."""
    listed = text("select distinct table_name, slice_on, edition_id from published.manifest")
    shown: dict[str, set[tuple[object, int]]] = {}
    for name, slice_on, edition_id in connection.execute(listed):
        shown.setdefault(name, set()).add((slice_on, edition_id))
    deleted = 0
    for name, edition in _editions(connection, {table.name for table in tables("published")}):
        there = set(connection.execute(select(edition.c.slice_on, edition.c.edition_id).distinct()).tuples())
        left = sorted(set(map(tuple, there)) - shown.get(name, set()))
        deleted += _delete(connection, edition, left) if left else 0
    return deleted


def _editions(connection: Connection, names: Mapping[str, object] | set[str]) -> Iterator[tuple[str, Table]]:
    for name in sorted(names):
        for table in published.stored(connection, name):
            yield name, table


def _drop_files(connection: Connection, kept: Kept, most: int) -> int:
    """Drop what was landed of loads older than those kept and settled, whole loads at a time: passed or discarded in every feed.

    Files in which others look things up stay: those beside a load that is kept, and all of sources that do so.
    """
    old = text(
        "with kept as (select load_id from published.load order by load_id desc limit :kept),"
        " going as (select distinct f.load_id from published.file as f where f.purged_at is null"
        " and f.state in ('landed', 'discarded') and f.load_id not in (select load_id from kept)"
        " and not exists (select from published.load_feed as w where w.load_id = f.load_id"
        " and w.state not in ('passed', 'discarded'))"
        " and not exists (select from ops.recipe as r where r.load_id = f.load_id and r.mapping_text like '%lookup%')"
        " order by f.load_id limit :most)"
        " select f.file_id from published.file as f where f.purged_at is null and f.load_id in (select load_id from going)"
        " and f.state in ('landed', 'discarded') and f.file_id not in"
        " (select unnest(r.beside) from ops.recipe as r where r.load_id in (select load_id from kept)) order by f.file_id"
    )
    files = list(connection.scalars(old, {"kept": kept.loads, "most": most}))
    for file_id in files:
        landing.drop(connection, file_id)
    noted = text("update published.file set purged_at = clock_timestamp() where file_id = any(:files)").bindparams(
        bindparam("files", type_=ARRAY(BigInteger))
    )
    connection.execute(noted, {"files": files})
    return len(files)


def _delete_results(connection: Connection, kept: Kept) -> int:
    """Delete the results of old refreshes that checked anything, but of each check the newest before them: it still guards what was
    left alone since."""
    statement = text(
        "with old as (select distinct refresh_id from published.check_result order by refresh_id desc offset :kept limit 1)"
        " delete from published.check_result as c where c.refresh_id <= (select refresh_id from old)"
        " and exists (select from published.check_result as n inner join published.refresh as r"
        " on n.refresh_id = r.refresh_id where r.state = 'passed' and n.gate = c.gate and n.table_name = c.table_name"
        " and n.rule_id = c.rule_id and n.refresh_id > c.refresh_id and n.refresh_id <= (select refresh_id from old))"
    )
    return connection.execute(statement, {"kept": kept.checks}).rowcount
