"""Erase a load that was discarded: what landing, staging, quarantine and the vault hold of it; figures stay as they are.

For a delivery in which names stood in columns that are not personal, and no check noticed. What stays is the book: when it came,
what its files were called, how many rows there were.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, column, delete, select, table, text, union

from warehouse import db, landing, ledger
from warehouse.access.grants import audit
from warehouse.access.standing import places, quiet, sweep
from warehouse.forgetting import SEALED

SWEPT = (("vault", "sealed"), ("ops", "broken_line"), ("published", "comparison"), ("published", "job"))


class NotErasable(ValueError):
    """The load is in the figures still, or others are read with its help."""


@dataclass(frozen=True)
class Erased:
    """What went of a load: landed files, rows of staging and quarantine, values of the vault that no row has any more."""

    load_id: int
    files: int
    rows: int
    values: int


def erase(database: db.Database, load_id: int, *, by: str) -> Erased:
    """Erase what is kept of the rows of a discarded load; a second time there is nothing left to erase.

    Raises ledger.NoSuchLoad, NotErasable, and NotQuiet while a refresh is under way.
    """
    with quiet(database) as connection:
        feeds = _discarded(connection, load_id)
        files = list(connection.scalars(text(_FILES), {"load_id": load_id}))
        for file_id in files:
            landing.drop(connection, file_id)
        touched = [("published", "quarantine"), *(("staging", f"stg_{feed}") for feed in feeds)]
        rows = sum(_delete(connection, schema, name, load_id) for schema, name in touched)
        for statement in _TOLD_ELSEWHERE:
            connection.execute(text(statement), {"load_id": load_id})
        values = _delete_unused(connection)
        audit(connection, person=by, action="erase", detail=f"load {load_id}: {rows} rows, {values} values")
    sweep(database, [*SWEPT, *touched])
    return Erased(load_id, len(files), rows, values)


def _discarded(connection: Connection, load_id: int) -> list[str]:
    """The feeds of the load. Raises NoSuchLoad, and NotErasable where something is made from it."""
    parts = ledger.loads_of(connection, load_id)
    waiting = {part.load_id for part in ledger.discarding(connection)}
    if load_id in waiting or any(part.state != "discarded" for part in parts):
        raise NotErasable(f"load {load_id} is not discarded: figures are made from it, or may be")
    if helped := list(connection.scalars(text(_HELPED), {"load_id": load_id})):
        raise NotErasable(f"load {load_id} is where loads {helped} look things up: discard those as well")
    return [part.feed for part in parts]


def _delete(connection: Connection, schema: str, name: str, load_id: int) -> int:
    rows = table(name, column("load_id"), schema=schema)
    return connection.execute(delete(rows).where(rows.c.load_id == load_id)).rowcount


def _delete_unused(connection: Connection) -> int:
    """Delete the values of the vault whose hashes stand in no row of staging or landing; their number."""
    hashes = [select(cell).where(cell.is_not(None)) for place in places(connection) for cell in place.rows().c]
    return connection.execute(delete(SEALED).where(SEALED.c.token.not_in(union(*hashes)))).rowcount


_FILES = """
update published.file
set purged_at = coalesce(purged_at, clock_timestamp())
where load_id = :load_id
returning file_id
"""
_HELPED = """
select distinct r.load_id
from ops.recipe as r
inner join published.load_feed as p on r.load_id = p.load_id and p.state <> 'discarded'
where
    r.mapping_text like '%lookup%'
    and r.beside && array(
        select f.file_id from published.file as f
        where f.load_id = :load_id
    )
order by r.load_id
"""
_TOLD_ELSEWHERE = (
    "update published.comparison set offences = '[]' where :load_id = any(load_ids)",
    # what a steward was told when the same files were tried
    """
    update published.job as j
    set result = j.result || '{"refused_rows": [], "offences": []}'
    where
        j.kind = 'try' and exists (
            select from jsonb_array_elements(j.details -> 'files') as f (file)
            inner join published.file as known on f.file ->> 'hash' = known.content_hash
            where known.load_id = :load_id
        )
    """,
)
