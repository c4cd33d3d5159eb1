"""Whether several ways came to the same: as many rows in every curated and every published table."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, literal_column, select, table

from benchmarks.measured.bench import Bench
from warehouse import db
from warehouse.tables import tables

PLACES = {
    **{each.name: ("curated", each.name) for each in tables("curated")},
    **{each.name: ("published", f"{each.name}_edition") for each in tables("published")},
}
"""Where a table of rows lies in the house, by its name."""


class RowsDiffer(RuntimeError):
    """Two ways that were to do the same did not: the tables that differ, with their rows."""


def agree(bench: Bench, names: Mapping[str, str], *, as_models: str) -> None:
    """Compare the databases in which the ways (by name) were done; `as_models` names the way that made models. Raises RowsDiffer."""
    counted = {way: _counts(bench, name, are_models=way == as_models) for way, name in names.items()}
    first, *others = counted
    for other in others:
        differ = {
            name: (rows, counted[other][name]) for name, rows in counted[first].items() if counted[other][name] != rows
        }
        if differ:
            raise RowsDiffer(f"{first} and {other} do not hold the same: {differ}")


def _counts(bench: Bench, name: str, *, are_models: bool) -> dict[str, int]:
    database = db.connect(bench.settings(name))
    with database.loader.begin() as connection:
        found = {each: _count(connection, *(("dbt", each) if are_models else place)) for each, place in PLACES.items()}
    database.dispose()
    return found


def _count(connection: Connection, schema: str, name: str) -> int:
    """Rows of a table; none where there is no such table, as of feeds that did not come no model is made."""
    if not connection.scalar(select(func.to_regclass(f'{schema}."{name}"').is_not(None))):
        return 0
    rows = select(func.count(literal_column("*"))).select_from(table(name, schema=schema))
    return int(connection.execute(rows).scalar_one())
