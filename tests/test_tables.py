"""What a SQL file says of itself, read without parsing it."""

import pytest
import sqlglot
from sqlglot import exp

from warehouse.tables import HERE, SqlTable, tables

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
