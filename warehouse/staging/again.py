"""Staging what landing holds once more, read as it was read when it came.

A load that landing no longer holds whole, or that came before its recipe was kept, stays as it is staged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.feeds.mapping import Source, contract_source, read_mapping
from warehouse.staging.compile import LandedFile
from warehouse.staging.stage import UNKNOWN, StagedFeed, remember_unknown, stage, sums

RECIPE = sa.table(
    "recipe",
    *map(sa.column, ("load_id", "mapping_text", "zone", "currency", "beside")),
    sa.column("read_as", JSONB),
    schema="ops",
)


@dataclass(frozen=True)
class Recipe:
    """How the files of a load are read: `beside` are files of earlier loads in which they look things up."""

    source: Source
    beside: Sequence[int]


def keep_recipe(connection: Connection, load_id: int, *, source: Source, beside: Iterable[int]) -> None:
    """Note how a load is read."""
    row = {
        "load_id": load_id,
        "mapping_text": source.text,
        "zone": source.zone,
        "currency": source.currency,
        "read_as": dict(source.read_as),
    }
    connection.execute(sa.insert(RECIPE).values(**row, beside=sa.cast(list(beside), sa.ARRAY(sa.BigInteger))))


def can_be_staged(connection: Connection, load_ids: Iterable[int]) -> list[int]:
    """Those of the loads of which landing holds every file, and the book how each is read."""
    asked = text(
        "select f.load_id from published.file as f"
        " where f.load_id = any(:ids) and f.state in ('landed', 'discarded')"
        " group by f.load_id having bool_and(to_regclass('landing.file_' || f.file_id) is not null) order by f.load_id"
    )
    whole = connection.scalars(asked, {"ids": list(load_ids)}).all()
    return [load_id for load_id in whole if _is_told(_recipe(connection, load_id), _landed(connection, load_id))]


def stage_again(connection: Connection, load_ids: Iterable[int]) -> None:
    """Stage anew those of the loads that can be, in the caller's transaction, each with its sums."""
    done = can_be_staged(connection, load_ids)
    for load_id in done:
        _stage_again(connection, load_id)
    for source in _sources(connection, done):
        recall_unknown(connection, source)
    quote = connection.dialect.identifier_preparer.quote
    for feed in _feeds(connection, done):
        connection.exec_driver_sql(f"analyze staging.{quote(f'stg_{feed}')}")


def recall_unknown(connection: Connection, source: str) -> None:
    """What the files of a source do not know, as the newest load of it says: staging an older one says otherwise."""
    asked = text("select max(load_id) from published.load where source = :source")
    newest = connection.scalar(asked, {"source": source})
    recipe = None if newest is None else _recipe(connection, newest)
    if newest is not None and recipe is None:
        return
    connection.execute(sa.delete(UNKNOWN).where(UNKNOWN.c.source == source))
    named = text(
        "select distinct f.file_name from published.file as f inner join published.load as l on f.load_id = l.load_id"
        " where l.source = :source and f.state in ('landed', 'discarded')"
    )
    if recipe is not None:
        matches = (recipe.source.match(name) for name in connection.scalars(named, {"source": source}))
        for mapping in {match.pattern: match for match in matches if match}.values():
            remember_unknown(connection, recipe.source, mapping)


def _is_told(recipe: Recipe | None, files: Iterable[LandedFile]) -> bool:
    return recipe is not None and all(recipe.source.match(file.name) for file in files)


def _stage_again(connection: Connection, load_id: int) -> None:
    recipe, files = _recipe(connection, load_id), _landed(connection, load_id)
    if recipe is None:
        return
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
        source = contract_source(found.source, zone=found.zone, currency=found.currency)
        return Recipe(replace(source, read_as=found.read_as), found.beside)
    with TemporaryDirectory() as folder:
        written = Path(folder) / f"{found.source}.yaml"
        written.write_text(found.mapping_text, "utf-8")
        return Recipe(replace(read_mapping(written), read_as=found.read_as), found.beside)


def _landed(connection: Connection, load_id: int) -> list[LandedFile]:
    """The files of a load in the order in which they came."""
    asked = text("select file_id from published.file where load_id = :load_id and state in ('landed', 'discarded')")
    return _files(connection, list(connection.scalars(asked, {"load_id": load_id})))


def _files(connection: Connection, file_ids: Sequence[int]) -> list[LandedFile]:
    """Those of the files that landing holds."""
    asked = text(
        "select file_id, file_name, columns from published.file"
        " where file_id = any(:ids) and to_regclass('landing.file_' || file_id) is not null order by file_id"
    )
    rows = connection.execute(asked, {"ids": list(file_ids)})
    return [LandedFile(file_id=row.file_id, name=row.file_name, columns=tuple(row.columns)) for row in rows]


def _sources(connection: Connection, load_ids: Sequence[int]) -> list[str]:
    asked = text("select distinct source from published.load where load_id = any(:ids) order by source")
    return list(connection.scalars(asked, {"ids": list(load_ids)}))


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
