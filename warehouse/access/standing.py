"""Where keyed hashes stand outside the vault, and quiet while they are worked on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, TableClause, column, func, select, table, text

from warehouse import db

HASH = "^[0-9a-f]{64}$"


class NotQuiet(ValueError):
    """A refresh is under way."""


@dataclass(frozen=True)
class Place:
    """A table, and its columns in which keyed hashes stand."""

    schema: str
    name: str
    columns: tuple[str, ...]

    def rows(self, *others: str) -> TableClause:
        """The table, with those columns and `others`."""
        return table(self.name, *(column(name) for name in (*self.columns, *others)), schema=self.schema)


@contextmanager
def quiet(database: db.Database) -> Iterator[Connection]:
    """One transaction of the loader in which no refresh runs. Raises NotQuiet where one does."""
    with db.alone_at(database.loader, "gatehouse.refresh") as alone:
        if not alone:
            raise NotQuiet("a refresh is under way; try again when it has ended (`history` says when)")
        with database.loader.begin() as connection:
            db.plan_for_bulk(connection)
            yield connection


def places(connection: Connection) -> list[Place]:
    """Staging's columns of hashes, by their names, and those of landing, by what stands in them."""
    return [*staged(connection), *landed(connection)]


def staged(connection: Connection) -> list[Place]:
    """The tables of staging that have columns of hashes."""
    return [
        Place("staging", name, hashes)
        for name, columns in _text_columns(connection, "staging")
        if (hashes := tuple(each for each in columns if each.endswith("_hash")))
    ]


def landed(connection: Connection) -> Iterator[Place]:
    """The landed files that have hashes: mappings are the operator's, so their columns are known by what they hold."""
    for name, columns in _text_columns(connection, "landing"):
        file = table(name, *(column(cell) for cell in columns), schema="landing")
        asked = select(*(func.bool_or(file.c[cell].regexp_match(HASH)) for cell in columns))
        hashes = tuple(cell for cell, is_hash in zip(columns, connection.execute(asked).one(), strict=True) if is_hash)
        if hashes:
            yield Place("landing", name, hashes)


def sweep(database: db.Database, places: Sequence[tuple[str, str]]) -> None:
    """Write tables, (schema, name), anew on the disk, so that what was replaced or deleted is not left in their files, nor among
    the most common values that Postgres keeps of their columns (where the loader owns the database: others may not)."""
    with database.loader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        quote = connection.dialect.identifier_preparer.quote
        for schema, name in places:
            connection.exec_driver_sql(f"vacuum (full, analyze) {quote(schema)}.{quote(name)}")
        connection.exec_driver_sql("vacuum (full) pg_catalog.pg_statistic")


def _text_columns(connection: Connection, schema: str) -> list[tuple[str, list[str]]]:
    """Every table of a schema with its columns of text."""
    found = text(
        "select c.table_name, array_agg(cast(c.column_name as text) order by c.ordinal_position) as columns"
        " from information_schema.columns as c"
        " inner join information_schema.tables as t using (table_schema, table_name)"
        " where c.table_schema = :schema and c.data_type = 'text' and t.table_type = 'BASE TABLE'"
        " group by c.table_name order by c.table_name"
    )
    return [(row.table_name, list(row.columns)) for row in connection.execute(found, {"schema": schema})]
