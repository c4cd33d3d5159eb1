"""Staging what landing holds once more, read as it was read when it came.

A load that landing no longer holds whole, or that came before its recipe was kept, stays as it is staged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy import Connection, text

from warehouse.feeds.mapping import Source, contract_source, read_mapping
from warehouse.staging.compile import LandedFile
from warehouse.staging.stage import StagedFeed, stage, sums

RECIPE = sa.table("recipe", *map(sa.column, ("load_id", "mapping_text", "zone", "currency", "beside")), schema="ops")


@dataclass(frozen=True)
class Recipe:
    """How the files of a load are read: `beside` are files of earlier loads in which they look things up."""

    source: Source
    beside: Sequence[int]


def keep_recipe(
    connection: Connection, load_id: int, *, source: Source, mapping: str | None, beside: Iterable[int]
) -> None:
    """Note how a load is read; `mapping` is the text of its mapping file. Nothing where a mapping has no text."""
    if source.mapping_file and mapping is None:
        return
    row = {"load_id": load_id, "mapping_text": mapping, "zone": source.zone, "currency": source.currency}
    connection.execute(sa.insert(RECIPE).values(**row, beside=sa.cast(list(beside), sa.ARRAY(sa.BigInteger))))


def stage_again(connection: Connection, load_ids: Iterable[int]) -> list[int]:
    """Stage these loads anew, in the caller's transaction, each with its sums; which of them could be."""
    done = [load_id for load_id in sorted(set(load_ids)) if _stage_again(connection, load_id)]
    quote = connection.dialect.identifier_preparer.quote
    for feed in _feeds(connection, done):
        connection.exec_driver_sql(f"analyze staging.{quote(f'stg_{feed}')}")
    return done


def _stage_again(connection: Connection, load_id: int) -> bool:
    recipe, files = _recipe(connection, load_id), _landed(connection, load_id)
    if recipe is None or not files:
        return False
    _unstage(connection, load_id)
    beside: dict[str, list[LandedFile]] = {}
    for file in _files(connection, recipe.beside):
        if mapping := recipe.source.match(file.name):
            beside.setdefault(mapping.pattern, []).append(file)
    staged: list[StagedFeed] = []
    for file in files:
        if mapping := recipe.source.match(file.name):
            staged += stage(
                connection, load_id=load_id, file=file, mapping=mapping, source=recipe.source, beside=beside
            )
            beside.setdefault(mapping.pattern, []).append(file)
    _write_sums(connection, load_id, sums(staged))
    return True


def _recipe(connection: Connection, load_id: int) -> Recipe | None:
    found = connection.execute(
        sa.select(RECIPE, sa.column("source"))
        .join_from(
            RECIPE, sa.table("load", sa.column("load_id"), schema="published"), sa.text("load.load_id = recipe.load_id")
        )
        .where(RECIPE.c.load_id == load_id)
    ).first()
    if found is None:
        return None
    if found.mapping_text is None:
        return Recipe(contract_source(found.source, zone=found.zone, currency=found.currency), found.beside)
    with TemporaryDirectory() as folder:
        written = Path(folder) / f"{found.source}.yaml"
        written.write_text(found.mapping_text, "utf-8")
        return Recipe(read_mapping(written), found.beside)


def _landed(connection: Connection, load_id: int) -> list[LandedFile]:
    """The files of a load in the order in which they came; none where landing does not hold all of them."""
    asked = text(
        "select file_id from published.file where load_id = :load_id and state in ('landed', 'discarded') order by file_id"
    )
    wanted = list(connection.scalars(asked, {"load_id": load_id}))
    found = _files(connection, wanted)
    return found if len(found) == len(wanted) else []


def _files(connection: Connection, file_ids: Sequence[int]) -> list[LandedFile]:
    """Those of the files that landing holds."""
    asked = text(
        "select file_id, file_name, columns from published.file"
        " where file_id = any(:ids) and to_regclass('landing.file_' || file_id) is not null order by file_id"
    )
    rows = connection.execute(asked, {"ids": list(file_ids)})
    return [LandedFile(file_id=row.file_id, name=row.file_name, columns=tuple(row.columns)) for row in rows]


def _feeds(connection: Connection, load_ids: Sequence[int]) -> list[str]:
    asked = text("select distinct feed from published.load_feed where load_id = any(:ids) order by feed")
    return list(connection.scalars(asked, {"ids": list(load_ids)}))


def _unstage(connection: Connection, load_id: int) -> None:
    """Take out what staging and quarantine hold of a load."""
    for schema, name in (
        ("published", "quarantine"),
        *(("staging", f"stg_{feed}") for feed in _feeds(connection, [load_id])),
    ):
        rows = sa.table(name, sa.column("load_id"), schema=schema)
        connection.execute(sa.delete(rows).where(rows.c.load_id == load_id))


def _write_sums(connection: Connection, load_id: int, staged: Iterable[StagedFeed]) -> None:
    statement = text(
        "update published.load_feed set delivered = :delivered, accepted = :accepted, superseded = :superseded,"
        " quarantined = :quarantined, newest_at = :newest_at where load_id = :load_id and feed = :feed"
    )
    for each in staged:
        connection.execute(statement, {"load_id": load_id, **vars(each)})
