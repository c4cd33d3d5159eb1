"""Calls, marks and owners: any sequence of deliveries, corrections and discards ends where a rebuild ends, and the gate agrees."""

from collections.abc import Collection
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from checks.gate import run_gate
from tests.harness import House
from tests.queries.called import called
from tests.queries.company import UNTIL, Row
from warehouse.db import Database

TABLES = ("lead_call", "lead_mark", "lead_owner", "call_day", "call_duration")
KEYS = {
    "leads": ("lead_id",),
    "contacts": ("contact_id",),
    "orders": ("order_id",),
    "lead_assignments": ("lead_id", "assigned_at"),
    "lead_sources": ("source_code",),
    "branches": ("branch_id",),
}
Feeds = dict[str, list[Row]]


def newest(rows: list[Row]) -> datetime | None:
    return max((value for row in rows for value in row.values() if isinstance(value, datetime)), default=None)


def deliveries(feeds: Feeds, rng: np.random.Generator) -> list[Feeds]:
    """Every row in a random one of five deliveries, not in order of time; one in eight comes twice, changed."""
    batches: list[Feeds] = [{} for _ in range(5)]
    for feed, key in KEYS.items():
        for row in feeds[feed]:
            first = int(rng.integers(5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.125:
                donor = feeds[feed][int(rng.integers(len(feeds[feed])))]
                changed = {**donor, **{name: row[name] for name in key}}
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(changed)
    return batches


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    feeds = called(seed, customers=40, leads=90, orders=60)
    house = House(database, only=TABLES).open()
    loads = []
    for batch in deliveries(feeds, rng):
        loads.append(house.deliver(until=newest([row for rows in batch.values() for row in rows]), **batch))
    house.discard(loads[int(rng.integers(5))])
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        assert len(found[table]) > 0
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


def person(number: int) -> Row:
    """A lead of its own month, branch, source and customer."""
    return {
        "lead_id": f"l{number}",
        "branch_id": f"b{number}",
        "source_code": f"s{number}",
        "collected_at": datetime(2025, number, 10, 12, tzinfo=UTC),
        "customer_id": f"c{number}",
    }


def call(name: str, number: int, **more: object) -> Row:
    return {
        "contact_id": name,
        "branch_id": f"b{number}",
        "purpose_code": "screening",
        "outcome_code": "reached",
        "started_at": datetime(2025, number, 11, 12, tzinfo=UTC),
        "lead_id": f"l{number}",
        **more,
    }


def order(name: str, month: int, **more: object) -> Row:
    return {"order_id": name, "branch_id": "b1", "ordered_at": datetime(2025, month, 20, tzinfo=UTC), **more}


def given(number: int, month: int) -> Row:
    return {"lead_id": f"l{number}", "staff_id": "s", "assigned_at": datetime(2025, month, 10, 13, tzinfo=UTC)}


ALONE: list[tuple[Feeds, dict[str, set[int]]]] = [
    (
        {"contacts": [call("k1", 1, duration_seconds=30)]},
        {"lead_call": {1}, "call_day": {1}, "call_duration": {1}},
    ),
    ({"contacts": [call("k2", 2, lead_id=None, customer_id="c2")]}, {"lead_call": {2}, "call_day": {2}}),
    ({"leads": [{**person(3), "has_need": True}]}, {"lead_call": {3}, "lead_mark": {3}, "lead_owner": {3}}),
    ({"orders": [order("o1", 4, lead_id="l4", customer_id="new")]}, {"lead_mark": {4}, "lead_owner": {4}}),
    ({"orders": [order("o2", 5, customer_id="c5")]}, {"lead_mark": {5}, "lead_owner": {5}}),
    ({"lead_assignments": [given(6, 11)]}, {"lead_owner": {6, 11}}),
    (
        {"contacts": [call("k7", 7, purpose_code="care", duration_seconds=30)]},
        {"lead_call": {7}, "call_day": {7}, "call_duration": {7}},
    ),
    ({"lead_sources": [{"source_code": "s8", "screening_days": 9}]}, {"lead_call": {8}}),
    (
        {"branches": [{"branch_id": "b1", "region_id": "new"}]},
        {"lead_call": {1}, "lead_mark": {1}, "lead_owner": {1}, "call_day": {1}, "call_duration": {1}},
    ),
    ({"orders": [order("o3", 10, lead_id="l4", customer_id="new")]}, {}),
    ({"contacts": [call("k8", 8, purpose_code="visit")]}, {}),
]
"""Deliveries of one row, and the months of 2025 of each table that it changes, and no others."""


def test_a_row_alone_changes_the_months_it_can_and_no_others(database: Database) -> None:
    house = House(database, only=TABLES).open()
    everybody = range(1, 9)
    house.deliver(
        until=UNTIL,
        branches=[{"branch_id": f"b{number}", "region_id": "r"} for number in everybody],
        leads=[person(number) for number in everybody],
        lead_assignments=[given(number, number) for number in everybody],
        contacts=[call("k7", 7, duration_seconds=30)],
    )
    for feeds, expected in ALONE:
        before = slices(house)
        house.deliver(until=UNTIL, **feeds)
        changed = {
            table: {on.month for on, edition in months.items() if before.get(table, {}).get(on) != edition}
            for table, months in slices(house).items()
            if table in TABLES
        }
        assert {table: months for table, months in changed.items() if months} == expected, feeds
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


def slices(house: House) -> dict[str, dict[date, int]]:
    """Which edition each slice of each table shows now."""
    rows = house.rows("select m.* from published.manifest as m inner join published.current as c using (refresh_id)")
    return {
        table: dict(zip(part["slice_on"], part["edition_id"], strict=True))
        for table, part in rows.groupby("table_name")
    }


# -- the gate -----------------------------------------------------------------------------------------------------------


def blocked(house: House, tables: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Rules that would hold these tables of the newest refresh."""
    refresh_id = int(house.rows("select max(edition_id) as newest from ops.candidate").at[0, "newest"])
    return dict(
        run_gate(house.database, gate="figures", tables=sorted(tables), refresh_id=refresh_id, now=UNTIL).blocked
    )


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("select 1", {}),
        ("update published.lead_call_edition set with_thanks = leads + 1", {"lead_call": ("calls_fall",)}),
        ("delete from published.lead_call_edition where branch_id = 'b1'", {"lead_call": ("facts",)}),
        ("update published.lead_call_edition set screened_in_time = 0", {"lead_call": ("facts",)}),
        ("delete from curated.fct_lead_call where branch_id = 'b1'", {"lead_call": ("facts",)}),
        ("update published.lead_mark_edition set has_need = 0", {"lead_mark": ("facts",)}),
        ("update published.lead_mark_edition set marks = 5 - marks", {"lead_mark": ("four_at_most", "facts")}),
        ("update published.lead_mark_edition set means_known = 0", {"lead_mark": ("means_among_known",)}),
        (
            "update published.lead_owner_edition set owner = 'fourth' where owner = 'third'",
            {"lead_owner": ("owner_known",)},
        ),
        ("update published.lead_owner_edition set passed_on_in_time = 0", {"lead_owner": ("facts",)}),
        ("update published.lead_owner_edition set ordered_in_90 = 99", {"lead_owner": ("ordered_among_chances",)}),
        ("update published.call_day_edition set objection_code = null", {"call_day": ("key.unique", "facts")}),
        (
            "update published.call_day_edition set purpose_code = 'care' where purpose_code = 'thanks'",
            {"call_day": ("purpose_known",)},
        ),
        ("update published.call_duration_edition set bucket = bucket + 1", {"call_duration": ("facts",)}),
    ],
)
def test_figures_that_are_not_their_facts_block(
    database: Database, wrong: str, expected: dict[str, tuple[str, ...]]
) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **called(2, customers=40, leads=90, orders=60))
    with database.loader.begin() as connection:
        connection.exec_driver_sql(wrong)
    assert blocked(house, expected or TABLES) == expected
