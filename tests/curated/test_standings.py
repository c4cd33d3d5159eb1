"""Standings that are kept: whoever reads them has them worked out first, and what a crash empties is worked out again."""

import re
from pathlib import Path

import numpy as np

from tests.harness import House
from tests.published.test_lead_incremental import newest
from tests.published.test_segment_incremental import TABLES, rows_of
from tests.queries.company import company
from warehouse.curated import standings
from warehouse.db import HERE, Database

READING = re.compile(r"\bcurated\.(?:standing|moved|fct_standing)\b")


def test_who_reads_standings_has_them_worked_out_first() -> None:
    files = Path(HERE, "published").glob("*.sql")
    assert {path.stem for path in files if READING.search(path.read_text("utf-8").partition("\nwith")[2])} == set(
        standings.READ_BY
    )


def test_what_a_crash_empties_is_worked_out_again(database: Database) -> None:
    rows = rows_of(company(3, customers=30, leads=40, orders=90), 3, np.random.default_rng(3))
    house = House(database, only=TABLES).open()
    house.deliver(until=newest([row for lines in rows.values() for row in lines]), **rows)
    before = {name: house.published(name) for name in TABLES}
    kept = house.rows("select * from curated.fct_standing").sort_values(["matrix", "slice_on", "customer_id"])
    with database.loader.begin() as connection:
        connection.exec_driver_sql("truncate curated.fct_standing, curated.standing_until")
    house.discard(house.deliver(orders=[{**rows["orders"][0], "order_id": "one more"}]))
    again = house.rows("select * from curated.fct_standing").sort_values(["matrix", "slice_on", "customer_id"])
    assert len(kept) > len(rows["customers"])
    assert kept.reset_index(drop=True).equals(again.reset_index(drop=True))
    assert all(house.published(name).equals(before[name]) for name in TABLES)
