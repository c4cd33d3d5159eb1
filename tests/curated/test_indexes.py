"""A large table that is filled for the first time gets its indexes afterwards, and they are those that it had."""

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from tests.published.test_segment_incremental import rows_of
from tests.queries.company import company
from warehouse.curated import indexes
from warehouse.db import Database

OF_ORDERS = """
    select i.indexrelid as number, pg_get_indexdef(i.indexrelid) as index, pg_get_constraintdef(k.oid) as key
    from pg_index as i
    left join pg_constraint as k on i.indexrelid = k.conindid
    where i.indrelid = 'curated.fct_order'::regclass
    order by pg_get_indexdef(i.indexrelid)
"""


@pytest.mark.parametrize(("large", "is_built_again"), [(-1, True), (100_000, False)])
def test_a_table_has_its_indexes_again_when_it_is_filled(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, large: int, is_built_again: bool
) -> None:
    monkeypatch.setattr(indexes, "LARGE", large)
    house = House(database, only={"order_day"}).open()
    before = house.rows(OF_ORDERS)
    orders = rows_of(company(3, customers=30, leads=40, orders=90), 3, np.random.default_rng(3))["orders"]
    house.deliver(orders=orders)
    after = house.rows(OF_ORDERS)
    assert len(house.rows("select * from curated.fct_order")) == len({order["order_id"] for order in orders})
    pd.testing.assert_frame_equal(before.drop(columns="number"), after.drop(columns="number"))
    assert set(before["number"]).isdisjoint(after["number"]) == is_built_again
    assert before["key"].notna().sum() == 1
