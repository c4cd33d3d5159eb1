"""The warehouse on a Citus cluster that CITUS_URL names: an empty database on its coordinator, as role `loader`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from warehouse import db
from warehouse.distribute import distribute, has_citus
from warehouse.settings import Settings


class NoCluster(ValueError):
    """CITUS_URL names a database in which nothing may be tried, or on which nothing is seen that is not seen without it."""


@contextmanager
def placed(url: str) -> Iterator[db.Database]:
    """The newest schema, distributed; gone after the block. The role `reader` comes in at the same address. Raises NoCluster."""
    reader = make_url(url).set(username="reader").render_as_string(hide_password=False)
    database = db.unmigrated(Settings(home=Path(), database_url=url, reader_url=reader))
    try:
        _may_be_used(database)
        db.migrate(database.loader)
        try:
            distribute(database.loader)
            yield database
        finally:
            db.downgrade(database.loader, "base")
    finally:
        database.dispose()


def _may_be_used(database: db.Database) -> None:
    if not has_citus(database.loader):
        raise NoCluster("CITUS_URL names a server without Citus: leave it unset, or name the coordinator of a cluster")
    with database.loader.begin() as connection:
        if connection.scalar(text("select to_regclass('published.refresh') is not null")):
            raise NoCluster(
                "CITUS_URL names a database that holds a warehouse: give an empty one, all of it is deleted"
            )
