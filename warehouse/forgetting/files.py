"""The rows of landed files that tell of one customer, refused ones as well, without what is personal in them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import (
    ColumnElement,
    Connection,
    TableClause,
    and_,
    column,
    false,
    func,
    or_,
    select,
    table,
    text,
    update,
)

from warehouse.access.standing import HASH
from warehouse.feeds.contract import feeds
from warehouse.feeds.mapping.words import find_header, header_key

CODES = {"customers": "customer_id", "leads": "lead_id", "complaints": "complaint_id", "surveys": "invite_id"}
"""The feeds whose codes tell, in any file, that a row is the customer's, and the column that carries them."""
SAID = "forgotten"
"""What stands in the place of words that figures count: a cell without any would say that nobody wrote."""
CONTRACT = "contract"
"""The source whose files have our own columns: others in them are mapped by nobody, and may hold anything."""


@dataclass(frozen=True)
class Belonging:
    """A staged row of the customer, by its place and the code that it goes by."""

    feed: str
    load_id: int
    file_id: int
    row_number: int
    code: str

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands in its table of staging: load_id, file_id, row_number."""
        return self.load_id, self.file_id, self.row_number


@dataclass(frozen=True)
class LandedFile:
    """A file as it was landed; `headers` are its columns in order, `feeds` what it holds."""

    file_id: int
    load_id: int
    headers: tuple[str, ...]
    feeds: tuple[str, ...]
    source: str

    @property
    def name(self) -> str:
        """Its table in landing."""
        return f"file_{self.file_id}"

    @cached_property
    def rows(self) -> TableClause:
        """Its table, with `row_number` and the cells."""
        cells = [f"c{place}" for place in range(1, len(self.headers) + 1)]
        return table(self.name, *map(column, ("row_number", *cells)), schema="landing")

    def cell(self, header: str | None) -> tuple[str, ...]:
        """The name of the header's cells, in a tuple of its own; none without such a header."""
        return () if header is None else (f"c{self.headers.index(header) + 1}",)


@dataclass(frozen=True)
class Mine:
    """The customer's rows of a file: whether there are any, which hashes stood in them, how many were changed."""

    are_there: bool
    tokens: frozenset[str]
    changed: int


def delivered_files(connection: Connection) -> Iterator[LandedFile]:
    """Every file whose rows are kept."""
    kept = text(
        "select f.file_id, f.load_id, f.columns, f.feeds, l.source from published.file as f"
        " inner join published.load as l on f.load_id = l.load_id"
        " where to_regclass('landing.file_' || f.file_id) is not null order by f.file_id"
    )
    for row in connection.execute(kept).all():
        yield LandedFile(row.file_id, row.load_id, tuple(row.columns), tuple(row.feeds), row.source)


def blank(
    connection: Connection, file: LandedFile, belongings: Sequence[Belonging], customer: str, counted: Collection[str]
) -> Mine:
    """Empty, in the customer's rows of the file, hashes and what nobody mapped, but that something was said, where that is
    `counted`; what was refused of them is shown no more."""
    rows = file.rows
    mine = connection.execute(select(rows).where(_is_mine(connection, file, belongings, customer))).mappings().all()
    if not mine:
        return Mine(are_there=False, tokens=frozenset(), changed=0)
    tokens = _sealed(connection, {cell for row in mine for cell in row.values() if isinstance(cell, str)})
    unmapped = _unmapped(file)
    changed: set[int] = set()
    for name in rows.c.keys()[1:]:
        emptied = {row["row_number"] for row in mine if row[name] in tokens or (name in unmapped and row[name])}
        said = {row["row_number"] for row in mine if row[name] in counted}
        for left, numbers in (("", emptied - said), (SAID, said)):
            if numbers:
                connection.execute(update(rows).values({name: left}).where(rows.c.row_number.in_(numbers)))
        changed |= emptied | said
    hide = text("update published.quarantine set value = null where file_id = :file_id and row_number = any(:numbers)")
    connection.execute(hide, {"file_id": file.file_id, "numbers": [row["row_number"] for row in mine]})
    return Mine(are_there=True, tokens=tokens, changed=len(changed))


def _is_mine(
    connection: Connection, file: LandedFile, belongings: Sequence[Belonging], customer: str
) -> ColumnElement[bool]:
    """Whether a row of the file was accepted as the customer's, or carries a code of theirs where such codes stand."""
    staged = {row.row_number for row in belongings if row.file_id == file.file_id and row.load_id == file.load_id}
    told = [file.rows.c.row_number.in_(staged)]
    for feed, name in CODES.items():
        codes = {row.code for row in belongings if row.feed == feed} | ({customer} if feed == "customers" else set())
        told += [func.btrim(file.rows.c[cell]).in_(codes) for cell in _carrying(connection, file, name)]
    return or_(*told)


def _carrying(connection: Connection, file: LandedFile, name: str) -> Collection[str]:
    """The cells that carry a code: by the header of our contract, else those that say what was staged, row for row."""
    columns = [column for feed in file.feeds for column in feeds()[feed].columns if column.name == name]
    by_header = {
        cell
        for each in columns
        for called in (each.name, each.label_zh)
        for cell in file.cell(find_header(called, file.headers))
    }
    if by_header or not columns:
        return by_header
    return {cell for feed in file.feeds for cell in _saying_the_same(connection, file, feed, name)}


def _saying_the_same(connection: Connection, file: LandedFile, feed: str, name: str) -> Collection[str]:
    if all(column.name != name for column in feeds()[feed].columns):
        return ()
    rows = file.rows
    staged = table(
        f"stg_{feed}", *(column(each) for each in ("load_id", "file_id", "row_number", name)), schema="staging"
    )
    is_same = and_(
        staged.c.load_id == file.load_id, staged.c.file_id == file.file_id, staged.c.row_number == rows.c.row_number
    )
    cells = rows.c.keys()[1:]
    same = (func.bool_and(func.coalesce(func.btrim(rows.c[cell]) == staged.c[name], false())) for cell in cells)
    asked = select(*same).select_from(rows.join(staged, is_same)).where(staged.c[name].is_not(None))
    return [cell for cell, says_it in zip(cells, connection.execute(asked).one(), strict=True) if says_it]


def _sealed(connection: Connection, cells: Collection[str]) -> frozenset[str]:
    """Those of the cells that are hashes of something in the vault."""
    known = text("select token from vault.sealed where token = any(:cells) and token ~ :hash")
    return frozenset(connection.scalars(known, {"cells": list(cells), "hash": HASH}))


def _unmapped(file: LandedFile) -> set[str]:
    """The cells of a file with our own columns that are none of ours."""
    if file.source != CONTRACT:
        return set()
    columns = [each for feed in file.feeds for each in feeds()[feed].columns]
    ours = {header_key(called) for each in columns for called in (each.name, each.label_zh)}
    return {cell for header in file.headers if header_key(header) not in ours for cell in file.cell(header)}
