"""What a SQL file says of itself, read without parsing it."""

import pytest
import sqlglot
from sqlglot import exp

from warehouse.tables import HERE, SqlTable, side_by_side, tables

EVERY = [table for schema in ("curated", "published") for table in tables(schema)]


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.path)
def test_a_table_reads_what_its_sql_reads(table: SqlTable) -> None:
    parsed = sqlglot.parse_one((HERE / table.path).read_text("utf-8"), dialect="postgres")
    named = {(read.db, read.name) for read in parsed.find_all(exp.Table) if read.db and read.name}
    assert table.reads == named


def test_a_table_is_made_after_those_it_reads() -> None:
    for schema in ("curated", "published"):
        made: set[tuple[str, str]] = set()
        for table in tables(schema):
            ours = {read for read in table.reads if read[0] == schema} & {
                (schema, other.name) for other in tables(schema)
            }
            assert ours - {(schema, table.name)} <= made
            made.add((schema, table.name))


def test_tables_written_side_by_side_wait_for_those_they_read() -> None:
    written: list[str] = []

    def write(table: SqlTable) -> None:
        assert {name for schema, name in table.reads if schema == "curated"} <= set(written)
        written.append(table.name)

    side_by_side(write, tables("curated"), at_once=2)
    assert sorted(written) == sorted(table.name for table in tables("curated"))


def test_where_one_fails_those_that_wait_are_not_begun() -> None:
    begun: list[str] = []

    def fail(table: SqlTable) -> None:
        begun.append(table.name)
        raise RuntimeError(table.name)

    with pytest.raises(RuntimeError):
        side_by_side(fail, tables("curated"), at_once=2)
    assert begun
    assert not set(begun) & {table.name for table in tables("curated") if ("curated", "fct_order") in table.reads}
