"""Any sequence of deliveries, corrections and discards ends in the same published rows as making everything anew."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from tests.queries.company import Company, Row, company
from warehouse.db import Database

TABLES = (
    "branch",
    "lead_source",
    "lead_day",
    "lead_wait",
    "order_day",
    "return_day",
    "five_month",
    "segment_move",
    "segment_cut",
    "segment_customer",
)
FACTS = ("leads", "contacts", "attendances", "orders", "returns", "wallets", "customers", "events")


def newest(rows: list[Row]) -> datetime | None:
    moments = [value for row in rows for value in row.values() if isinstance(value, datetime)]
    return max(moments, default=None)


def deliveries(made: Company, rng: np.random.Generator) -> list[dict[str, list[Row]]]:
    """Every fact in a random one of five deliveries, not in order of time; some come twice, changed."""
    batches: list[dict[str, list[Row]]] = [{} for _ in range(5)]
    batches[0] = {"branches": made.branches, "lead_sources": made.lead_sources}
    for feed in FACTS:
        for row in getattr(made, feed):
            first = int(rng.integers(5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.1:
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(_changed(row, rng, made))
    return batches


def _changed(row: Row, rng: np.random.Generator, made: Company) -> Row:
    """The same key with something else in it."""
    other = {"branch_id": f"b{rng.integers(4)}"} if "branch_id" in row else {}
    if "order_id" in row and "ordered_at" in row:
        donor = made.orders[int(rng.integers(len(made.orders)))]
        other |= {"ordered_at": donor["ordered_at"], "customer_id": donor["customer_id"], "lead_id": donor["lead_id"]}
    if "collected_at" in row:
        donor = made.leads[int(rng.integers(len(made.leads)))]
        other |= {name: donor[name] for name in ("collected_at", "customer_id", "referrer_customer_id", "is_genuine")}
    if "started_at" in row:
        donor = made.contacts[int(rng.integers(len(made.contacts)))]
        other |= {
            name: donor[name] for name in ("started_at", "lead_id", "customer_id", "outcome_code", "purpose_code")
        }
    return {**row, **other}


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = company(seed, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    loads = []
    for batch in deliveries(made, rng):
        loads.append(house.deliver(until=newest([row for rows in batch.values() for row in rows]), **batch))
    house.discard(loads[int(rng.integers(1, 5))])
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        assert len(found[table]) > 0
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


def test_the_same_rows_again_change_nothing(database: Database) -> None:
    made = company(2, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    every = [row for rows in made.feeds().values() for row in rows]
    house.deliver(until=newest(every), **made.feeds())
    once = {table: house.published(table) for table in TABLES}
    house.deliver(until=newest(every), **made.feeds())
    for table in TABLES:
        pd.testing.assert_frame_equal(once[table], house.published(table), obj=table)


def test_a_branch_that_moves_takes_its_past_along(database: Database) -> None:
    made = company(2, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    house.deliver(until=newest([row for rows in made.feeds().values() for row in rows]), **made.feeds())
    house.deliver(
        branches=[{"branch_id": "b1", "branch_name": "Branch 1", "region_id": "r9", "region_name": "Region 9"}]
    )
    for table in set(TABLES) - {"lead_source", "segment_cut"}:
        rows = house.published(table)
        assert set(rows[rows["branch_id"] == "b1"]["region_id"]) == {"r9"}, table


def test_a_late_order_touches_the_months_it_can_change_and_no_others(database: Database) -> None:
    made = company(2, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    house.deliver(until=newest([row for rows in made.feeds().values() for row in rows]), **made.feeds())
    late = {**made.orders[0], "order_id": "late", "lead_id": None, "customer_id": "stranger"}
    before = slices(house)
    house.deliver(orders=[late])
    after = slices(house)
    month = pd.Timestamp(late["ordered_at"]).tz_localize(None).to_period("M").to_timestamp().date()
    changed = {
        table: sorted(on for on, edition in after[table].items() if before[table][on] != edition) for table in TABLES
    }
    assert changed["order_day"] == [month]
    assert changed["lead_day"] == changed["lead_wait"] == changed["return_day"] == []
    assert changed["five_month"] == [on for on in sorted(after["five_month"]) if on >= month]


def test_a_month_that_ends_adds_its_standing_without_any_row_of_its_own(database: Database) -> None:
    made = company(2, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    house.deliver(until=datetime.fromisoformat("2026-06-20T12:00+00:00"), **made.feeds())
    before = slices(house)["five_month"]
    newer = {**made.orders[0], "order_id": "new", "ordered_at": datetime.fromisoformat("2026-08-02T12:00+00:00")}
    house.deliver(until=newer["ordered_at"], orders=[newer])
    after = slices(house)["five_month"]
    assert [on.isoformat() for on in sorted(after.keys() - before.keys())] == ["2026-06-01", "2026-07-01"]
    assert all(after[on] == edition for on, edition in before.items())


def slices(house: House) -> dict[str, dict[object, int]]:
    """Which edition each slice of each table shows now."""
    rows = house.rows("select m.* from published.manifest as m inner join published.current as c using (refresh_id)")
    return {
        table: dict(zip(part["slice_on"], part["edition_id"], strict=True))
        for table, part in rows.groupby("table_name")
    }
