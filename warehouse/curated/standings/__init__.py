"""Where customers stand in the matrices at each month's end, kept: what rows change is forgotten, and worked out before it is read.

Several published tables tell of it. To work it out for each of them, and for the months before that a cell remembers, was most
of what a refresh cost, of a small delivery too.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, column, delete, table

from warehouse import db, ledger
from warehouse.tables import tables

READ_BY = frozenset({"action_visit", "segment_apostle", "segment_customer", "segment_cut", "segment_move"})
"""The published tables that read `curated.fct_standing`."""
A_YEAR = 12
"""So many months are worked out at once: the rows of all of a large company's would be sorted on disk."""
STANDING = table("fct_standing", column("matrix"), column("slice_on"), schema="curated")
UNTIL = table("standing_until", schema="curated")


def forget(connection: Connection, loads: Sequence[int]) -> None:
    """Forget the months that rows of `loads` change, as curated shows them now."""
    db.plan_for_bulk(connection)
    for changed in connection.execute(db.bound("curated/standings/forget.sql", loads=list(loads))).all():
        theirs = STANDING.c.matrix == changed.matrix
        connection.execute(delete(STANDING).where(theirs, STANDING.c.slice_on >= changed.from_on))


def forget_all(connection: Connection) -> None:
    """Forget every month."""
    for kept in (STANDING, UNTIL):
        connection.execute(delete(kept))


def keep(connection: Connection, names: Collection[str], *, zone: str, cuts: str) -> None:
    """Work out by `cuts` the months that are over and not kept, where one of the published tables `names` reads them."""
    if not READ_BY & set(names):
        return
    feeds = sorted({feed for each in tables("published") if each.name in READ_BY for feed in each.feeds})
    until = {"data_until": ledger.data_until(connection, feeds), "zone": zone}
    for months, matrices in connection.execute(db.bound("curated/standings/missing.sql", **until)).all():
        written = 0
        for first in range(0, len(months), A_YEAR):
            year = months[first : first + A_YEAR]
            work = db.bound("curated/standings/keep.sql", matrices=matrices, months=year, cuts=cuts)
            written += connection.execute(work).rowcount
        connection.execute(db.bound("curated/standings/kept.sql", matrices=matrices, **until))
        db.analyze(connection, STANDING.name, schema="curated", written=written)
