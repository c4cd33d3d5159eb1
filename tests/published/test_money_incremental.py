"""Money: any sequence of deliveries, corrections and discards ends in the same published rows as making everything anew."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from tests.money_company import spending
from tests.published.test_lead_incremental import newest, slices
from tests.queries.company import Row
from warehouse.db import Database

TABLES = (
    "cost_month",
    "attribution_day",
    "first_touch_month",
    "event_day",
    "satisfied_month",
    "compensation_month",
    "five_month",
)
KEYS = {
    "leads": "lead_id",
    "events": "event_id",
    "orders": "order_id",
    "customers": "customer_id",
    "surveys": "invite_id",
    "complaints": "complaint_id",
}
LATE = (
    "leads",
    "events",
    "attendances",
    "orders",
    "customers",
    "lead_costs",
    "surveys",
    "survey_answers",
    "complaints",
)


def deliveries(feeds: dict[str, list[Row]], rng: np.random.Generator) -> list[dict[str, list[Row]]]:
    """Every row in a random one of five deliveries, not in order of time; some come twice, the second time changed."""
    batches: list[dict[str, list[Row]]] = [{} for _ in range(5)]
    batches[0] = {name: rows for name, rows in feeds.items() if name in ("branches", "lead_sources")}
    batches[2] = {"currency_rates": feeds["currency_rates"][:1]}
    batches[3] = {"currency_rates": feeds["currency_rates"][1:]}
    for feed in LATE:
        for row in feeds[feed]:
            first = int(rng.integers(5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.15:
                donor = feeds[feed][int(rng.integers(len(feeds[feed])))]
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(_changed(feed, row, donor))
    return batches


def _changed(feed: str, row: Row, donor: Row) -> Row:
    """The same key with what another row says."""
    key = {
        "attendances": ("event_id", "lead_id", "customer_id"),
        "lead_costs": ("source_code", "branch_id", "month_on"),
        "survey_answers": ("invite_id", "question_code"),
    }.get(feed, (KEYS.get(feed, ""),))
    return {**donor, **{name: row[name] for name in key}}


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    feeds = spending(seed, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    loads = []
    for batch in deliveries(feeds, rng):
        loads.append(house.deliver(until=newest([row for rows in batch.values() for row in rows]), **batch))
    house.discard(loads[int(rng.integers(1, 5))])
    house.deliver(
        branches=[{"branch_id": "b1", "branch_name": "Branch 1", "region_id": "r9", "region_name": "Region 9"}]
    )
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        assert len(found[table]) > 5
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


def test_a_late_row_touches_the_months_it_can_change_and_no_others(database: Database) -> None:
    feeds = spending(2, customers=40, leads=90, orders=130)
    house = House(database, only=TABLES).open()
    house.deliver(until=newest([row for rows in feeds.values() for row in rows]), **feeds)
    sent = {
        "lead_costs": [{**feeds["lead_costs"][3], "cost_amount": 1}],
        "complaints": [{**feeds["complaints"][0], "compensation_amount": 1}],
        "orders": [{**feeds["orders"][0], "order_id": "late", "customer_id": "stranger", "lead_id": None}],
        "surveys": [{**feeds["surveys"][0], "invite_id": "late", "answered_at": None}],
    }
    month = feeds["lead_costs"][3]["month_on"]
    assert _touched(house, lead_costs=sent["lead_costs"]) == {"cost_month": [month]}
    opened = feeds["complaints"][0]["opened_at"]
    assert _touched(house, complaints=sent["complaints"]) == {"compensation_month": [_month(opened)]}
    ordered = _touched(house, orders=sent["orders"])
    assert ordered["attribution_day"] == ordered["first_touch_month"] == [_month(feeds["orders"][0]["ordered_at"])]
    assert set(ordered) <= {"attribution_day", "first_touch_month", "event_day", "five_month"}
    assert len(ordered.get("event_day", [])) <= 2
    assert _touched(house, surveys=sent["surveys"]) == {}


def _touched(house: House, **feeds: list[Row]) -> dict[str, list[object]]:
    before = slices(house)
    house.deliver(**feeds)
    after = slices(house)
    changed = {
        table: sorted(on for on, edition in after[table].items() if before[table].get(on) != edition)
        for table in TABLES
    }
    return {table: months for table, months in changed.items() if months}


def _month(moment: object) -> object:
    assert isinstance(moment, datetime)
    return moment.date().replace(day=1)
