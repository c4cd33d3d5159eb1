"""Published tables: immutable editions of slices, a manifest that says which edition a refresh shows, and one pointer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Date, Integer, Numeric, Text

from warehouse import db, ledger
from warehouse.curated import declared, standings
from warehouse.tables import SqlTable, tables

Touched = dict[str, set[date]]
NEW_BY = ("edition_id", "slice_on")


def touched(connection: Connection, names: Collection[str], *, loads: Sequence[int], zone: str) -> Touched:
    """The slices of each table that rows of `loads` change, as far as curated shows them now."""
    newest = ledger.reached(connection)
    return {
        table.name: set(
            connection.scalars(
                db.bound(
                    f"published/touched/{table.name}.sql",
                    loads=list(loads),
                    zone=zone,
                    data_until=max((newest[feed] for feed in table.feeds if feed in newest), default=None),
                )
            )
        )
        for table in tables("published")
        if table.name in names
    }


def together(*parts: Touched) -> Touched:
    """The union of several sets of touched slices."""
    names = {name for part in parts for name in part}
    return {name: set().union(*(part.get(name, set()) for part in parts)) for name in names}


def write_editions(
    connection: Connection, changes: Touched, *, refresh_id: int, zone: str, of_most: bool = False
) -> dict[str, int]:
    """Write a new edition of every slice in `changes`, seen by nobody yet; rows written, by table. `of_most` as in `db.plan_for_bulk`."""
    db.plan_for_bulk(connection, of_most=of_most)
    standings.keep(connection, changes, zone=zone, cuts=declared()["cuts"])
    by_name = {table.name: table for table in tables("published")}
    return {
        name: _write_edition(connection, by_name[name], sorted(slices), refresh_id=refresh_id, zone=zone)
        for name, slices in changes.items()
        if slices
    }


def _write_edition(connection: Connection, table: SqlTable, slices: list[date], *, refresh_id: int, zone: str) -> int:
    target = db.table(connection, f"{table.name}_edition", schema="published")
    columns = [column for column in target.columns if column.name != "edition_id"]
    until = ledger.data_until(connection, table.feeds)
    figures = (
        db.bound(table.path, slices=slices, data_until=until, zone=zone, **declared()).columns(*columns).subquery()
    )
    names = ["edition_id", *(column.name for column in columns)]
    written = connection.execute(insert(target).from_select(names, select(literal(refresh_id), *figures.c))).rowcount
    db.analyze(connection, target.name, schema="published", written=written, told_by=NEW_BY)
    if written:
        _write_sums(connection, table.name, slices, refresh_id=refresh_id)
    return written


def _write_sums(connection: Connection, name: str, slices: list[date], *, refresh_id: int) -> None:
    """Add up what was written, for a table of which sums are kept (migrations/sql/2026_12/79_sums.sql)."""
    added = text("select ops.write_sums(:name, :refresh_id, :slices)").bindparams(
        bindparam("slices", type_=ARRAY(Date))
    )
    parameters = {"name": name, "refresh_id": refresh_id, "slices": slices}
    if sums := connection.execute(added, parameters).scalar_one():
        db.analyze(connection, f"{name}_sums_edition", schema="published", written=sums, told_by=NEW_BY)


def stored(connection: Connection, name: str) -> tuple[Table, ...]:
    """The tables that hold the editions of a published table: its rows, and their sums where they are kept."""
    kept = connection.scalars(
        text("select table_name || '_sums_edition' from ops.sums where table_name = :name"), {"name": name}
    )
    return tuple(db.table(connection, each, schema="published") for each in (f"{name}_edition", *kept))


def propose(connection: Connection, changes: Touched, *, refresh_id: int) -> None:
    """Write the whole candidate manifest: the newest published slices with the new editions in place."""
    connection.execute(text("delete from ops.candidate"))
    connection.execute(
        text(
            "insert into ops.candidate (refresh_id, table_name, slice_on, edition_id)"
            " select :refresh_id, table_name, slice_on, edition_id from published.manifest"
            " where refresh_id = (select max(refresh_id) from published.refresh where state = 'passed')"
        ),
        {"refresh_id": refresh_id},
    )
    connection.execute(
        text(
            "insert into ops.candidate (refresh_id, table_name, slice_on, edition_id)"
            " select :refresh_id, table_name, slice_on, :refresh_id from unnest(:names, :slices) as _ (table_name, slice_on)"
            " on conflict (refresh_id, table_name, slice_on) do update set edition_id = excluded.edition_id"
        ).bindparams(*_SLICES),
        {"refresh_id": refresh_id, **_listed(changes)},
    )
    connection.exec_driver_sql("analyze ops.candidate")


_SLICES = (bindparam("names", type_=ARRAY(Text)), bindparam("slices", type_=ARRAY(Date)))


def _listed(changes: Touched) -> dict[str, list[object]]:
    """Slices side by side with their tables, as `unnest` takes them."""
    pairs = [(name, slice_on) for name, slices in changes.items() for slice_on in sorted(slices)]
    return {"names": [name for name, _ in pairs], "slices": [slice_on for _, slice_on in pairs]}


def withdraw(connection: Connection, names: Iterable[str], *, refresh_id: int) -> None:
    """Put the published slices of `names` back into the candidate manifest: those tables keep their last good state."""
    for name in names:
        parameters = {"refresh_id": refresh_id, "table_name": name}
        connection.execute(text("delete from ops.candidate where table_name = :table_name"), parameters)
        connection.execute(
            text(
                "insert into ops.candidate (refresh_id, table_name, slice_on, edition_id)"
                " select :refresh_id, table_name, slice_on, edition_id from published.manifest where table_name = :table_name"
                " and refresh_id = (select max(refresh_id) from published.refresh where state = 'passed')"
            ),
            parameters,
        )


def remember(connection: Connection, changes: Touched) -> None:
    """Note slices that must be made again once nothing they need is held."""
    statement = "insert into ops.pending_slice (table_name, slice_on) select * from unnest(:names, :slices) on conflict do nothing"
    connection.execute(text(statement).bindparams(*_SLICES), _listed(changes))


def remembered(connection: Connection) -> Touched:
    """Slices noted earlier that still wait."""
    return by_table(connection.execute(text("select table_name, slice_on from ops.pending_slice")).tuples())


def by_table(slices: Iterable[tuple[str, date]]) -> Touched:
    """Slices by their table; those of tables that an earlier version had are nobody's."""
    known = {table.name for table in tables("published")}
    found: Touched = {}
    for name, slice_on in slices:
        if name in known:
            found.setdefault(name, set()).add(slice_on)
    return found


def enter(connection: Connection, *, refresh_id: int) -> None:
    """Write the manifest of a refresh: a row for each slice, seen by nobody until the refresh has passed."""
    connection.execute(db.bound("published/publishing/manifest.sql", refresh_id=refresh_id))


def forget_proposed(connection: Connection) -> None:
    """Take back what a refresh that was cut off would have shown."""
    connection.execute(text("delete from ops.candidate"))
    connection.execute(
        text(
            "delete from published.manifest"
            " where refresh_id > (select coalesce(max(refresh_id), 0) from published.refresh where state = 'passed')"
        )
    )


def show(connection: Connection, *, refresh_id: int) -> None:
    """Move the pointer to what has been entered: a few rows, no DDL, no lock that a reader waits for.

    Postgres refuses (foreign key on published.current) where the refresh has not passed.
    """
    for path in ("pass", "loads", "feed_status", "branches", "pointer"):
        connection.execute(db.bound(f"published/publishing/{path}.sql", refresh_id=refresh_id))


def publish(connection: Connection, *, refresh_id: int) -> None:
    """Enter and show at once."""
    enter(connection, refresh_id=refresh_id)
    show(connection, refresh_id=refresh_id)


def settle(connection: Connection) -> None:
    """Count what the manifest holds now: every reader's plan begins with it."""
    connection.exec_driver_sql("analyze published.manifest")


def hold_pointer(connection: Connection) -> None:
    """Nobody else moves the pointer, or takes from sight what it points at, for the rest of the transaction; readers read on."""
    connection.execute(text("select from published.current for update"))


def rollback(connection: Connection, *, refresh_id: int) -> None:
    """Point at an earlier refresh; IntegrityError where it never passed."""
    connection.execute(db.bound("published/publishing/pointer.sql", refresh_id=refresh_id))


def forget_remembered(connection: Connection, changes: Touched) -> None:
    """Slices that have now been made wait no longer."""
    connection.execute(text("delete from ops.pending_slice where table_name = any(:names)"), {"names": list(changes)})


def drop_editions(connection: Connection, names: Iterable[str], *, refresh_id: int) -> None:
    """Delete what a dry run wrote; nobody has seen it."""
    for target in (target for name in names for target in stored(connection, name)):
        connection.execute(target.delete().where(target.c.edition_id == refresh_id))
    connection.execute(text("delete from ops.candidate"))


def differences(connection: Connection, changes: Touched) -> tuple[dict[str, object], ...]:
    """For each slice in `changes`: the sum of every measure as published now and as proposed, where the two differ."""
    return tuple(row for name in sorted(changes) for row in _table_differences(connection, name))


def _table_differences(connection: Connection, name: str) -> list[dict[str, object]]:
    edition = db.table(connection, f"{name}_edition", schema="published")
    manifest = db.table(connection, "manifest", schema="published")
    candidate = db.table(connection, "candidate", schema="ops")
    newest = select(func.max(manifest.c.refresh_id)).scalar_subquery()
    measures = [
        column
        for column in edition.columns
        if isinstance(column.type, Numeric | BigInteger | Integer) and column.name != "edition_id"
    ]
    now = _sums(edition, manifest, name, measures, manifest.c.refresh_id == newest)
    then = _sums(edition, candidate, name, measures, true())
    before: dict[date, Mapping[str, object]] = {
        row["slice_on"]: dict(row) for row in connection.execute(now).mappings()
    }
    after: dict[date, Mapping[str, object]] = {
        row["slice_on"]: dict(row) for row in connection.execute(then).mappings()
    }
    return [
        {"table": name, "slice": slice_on, "measure": measure.name, "before": was, "after": becomes}
        for slice_on in sorted(before.keys() | after.keys())
        for measure in measures
        if (was := before.get(slice_on, {}).get(measure.name)) != (becomes := after.get(slice_on, {}).get(measure.name))
    ]


def _sums(
    edition: Table, listed: Table, name: str, measures: Sequence[Column[object]], which: ColumnElement[bool]
) -> Select[tuple[object, ...]]:
    return (
        select(edition.c.slice_on, *(func.sum(measure).label(measure.name) for measure in measures))
        .join(listed, and_(listed.c.slice_on == edition.c.slice_on, listed.c.edition_id == edition.c.edition_id))
        .where(listed.c.table_name == name, which)
        .group_by(edition.c.slice_on)
    )
