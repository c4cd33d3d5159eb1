"""Forget a customer: name, telephone and words go from the vault, from staging and from the landed files; figures stay.

What stays is the customer's code and what was bought, complained of, answered: as somebody's, and nobody knows whose. A value
that somebody else has as well (a name, the telephone of a household) stays in the vault, as theirs alone. No key is needed.

Delivered files are the operator's: what a later delivery says of the customer is in the warehouse again, from then on. What was
forgotten does not come back by itself: no rebuild, release or rollback reads anything but staging and landing. A query on somebody's
database does ask for rows once more after another hash key, and after a load of it was discarded: the customer is to be forgotten there
first, or here again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, TableClause, case, column, delete, select, table, tuple_, update

from warehouse import db
from warehouse.access.grants import audit
from warehouse.access.standing import Place, landed, quiet, staged, sweep
from warehouse.forgetting.files import SAID, Belonging, blank, delivered_files

SEALED = table("sealed", column("token"), schema="vault")
LONGEST_REASON = 300
COUNTED = frozenset({"comment_hash"})
"""Hashes of words that figures count. Where one stood, `SAID` stands: somebody wrote, and nobody knows what."""


@dataclass(frozen=True)
class Forgotten:
    """What became of a customer's data: `rows` that held any, staged or landed; `gone` values of the vault, and `shared` ones,
    which stay as somebody else's."""

    customer: str
    rows: int
    gone: int
    shared: int


@dataclass
class _Taken:
    """What has been taken out so far: hashes that staging had, hashes that landing had, how many rows of which tables."""

    staged: set[str] = field(default_factory=set)
    landed: set[str] = field(default_factory=set)
    rows: int = 0
    touched: set[tuple[str, str]] = field(default_factory=set)


def forget(database: db.Database, customer: str, *, by: str, reason: str = "") -> Forgotten:
    """Erase what is personal of a customer, and write down that it was done, without any of it.

    Raises LookupError where no row tells of such a customer, and NotQuiet while a refresh is under way.
    """
    taken = _Taken()
    with quiet(database) as connection:
        told = connection.execute(db.bound("forgetting/belongings.sql", customer=customer)).mappings()
        belongings = [Belonging(**row) for row in told]
        is_landed = _take_from_landing(connection, belongings, customer, taken)
        if not (belongings or is_landed):
            raise LookupError(f"no row tells of a customer {customer}; write the code as it was delivered")
        _take_from_staging(connection, belongings, taken)
        gone = _nobodys(connection, taken)
        erased = connection.execute(delete(SEALED).where(SEALED.c.token.in_(gone))).rowcount
        done = Forgotten(customer, taken.rows, erased, len((taken.staged | taken.landed) - gone))
        why = f": {reason.strip()[:LONGEST_REASON]}" if reason.strip() else ""
        audit(connection, person=by, action="forget", detail=f"customer {customer}, {done.gone} values{why}")
    sweep(database, [("vault", "sealed"), *sorted(taken.touched)])
    return done


def _take_from_landing(connection: Connection, belongings: Sequence[Belonging], customer: str, taken: _Taken) -> bool:
    """Blank the customer's rows of every landed file; whether there are any."""
    is_landed, counted = False, _counted(connection, belongings)
    for file in delivered_files(connection):
        mine = blank(connection, file, belongings, customer, counted)
        is_landed |= mine.are_there
        taken.landed |= mine.tokens
        taken.rows += mine.changed
        taken.touched |= {("landing", file.name)} if mine.changed else set()
    return is_landed


def _counted(connection: Connection, belongings: Sequence[Belonging]) -> set[str]:
    """The hashes of the customer's words that figures count."""
    found = set[str]()
    for place in staged(connection):
        for name in COUNTED & {*place.columns}:
            rows, mine = _rows_of(place, belongings)
            found |= set(connection.scalars(select(rows.c[name]).where(mine, rows.c[name] > "")))
    return found


def _rows_of(place: Place, belongings: Sequence[Belonging]) -> tuple[TableClause, ColumnElement[bool]]:
    """A table of staging, and which of its rows are the customer's."""
    mine = [row.place for row in belongings if f"stg_{row.feed}" == place.name]
    rows = place.rows("load_id", "file_id", "row_number")
    return rows, tuple_(rows.c.load_id, rows.c.file_id, rows.c.row_number).in_(mine)


def _take_from_staging(connection: Connection, belongings: Sequence[Belonging], taken: _Taken) -> None:
    """Leave the customer's rows of staging without hashes."""
    for place in staged(connection):
        rows, is_mine = _rows_of(place, belongings)
        hashes = [rows.c[name] for name in place.columns]
        stood = [row for row in connection.execute(select(*hashes).where(is_mine)) if any(row)]
        if stood:
            empty = {
                name: case((rows.c[name].is_not(None), SAID)) if name in COUNTED else None for name in place.columns
            }
            connection.execute(update(rows).values(empty).where(is_mine))
            taken.staged |= {token for row in stood for token in row if token and token != SAID}
            taken.rows += len(stood)
            taken.touched.add(("staging", place.name))


def _nobodys(connection: Connection, taken: _Taken) -> set[str]:
    """The hashes that stand for nobody else. What was refused of others is no use to them: there they are blanked, too."""
    theirs = {
        token for place in staged(connection) for token in _standing(connection, place, taken.staged | taken.landed)
    }
    gone = taken.staged - theirs
    files = list(landed(connection))
    for place in files:
        if _standing(connection, place, gone):
            _blank(connection, place, gone)
            taken.touched.add((place.schema, place.name))
    only_landed = taken.landed - taken.staged - theirs
    return gone | (only_landed - {token for place in files for token in _standing(connection, place, only_landed)})


def _standing(connection: Connection, place: Place, tokens: set[str]) -> set[str]:
    """Those of the hashes that stand there."""
    if not tokens:
        return set()
    rows = place.rows()
    found = (connection.scalars(select(cell).where(cell.in_(tokens)).distinct()) for cell in rows.c)
    return {token for tokens_found in found for token in tokens_found}


def _blank(connection: Connection, place: Place, tokens: set[str]) -> None:
    rows = place.rows()
    for cell in rows.c:
        connection.execute(update(rows).values({cell.name: ""}).where(cell.in_(tokens)))
