"""Standings in the segment matrices end, after any deliveries, where a rebuild ends; and a refresh makes no more than it must."""

import json
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from tests.published.test_lead_incremental import newest, slices
from tests.queries.company import UNTIL, Company, Row, company
from tests.queries.standings import surveys_of
from warehouse.db import Database
from warehouse.metrics import cuts

TABLES = ("segment_move", "segment_apostle", "segment_cut", "segment_customer")
FEEDS = ("orders", "wallets", "customers", "contacts", "surveys", "survey_answers", "targets")


def rows_of(made: Company, seed: int, rng: np.random.Generator) -> dict[str, list[Row]]:
    """What the matrices are made of, with distributors, surveys and targets for a cut."""
    for row in made.customers[::3]:
        row["customer_kind"] = "distributor"
    invites, answers = surveys_of(made, seed)
    targets = [
        {
            "metric_code": "matrix.distributor.sales",
            "scope_kind": "company",
            "scope_id": None,
            "period_on": date(2024, 1, 1) + timedelta(days=200 * number),
            "target_value": float(rng.integers(200, 900)),
        }
        for number in range(5)
    ]
    return {**made.feeds(), "surveys": invites, "survey_answers": answers, "targets": targets}


def deliveries(rows: dict[str, list[Row]], rng: np.random.Generator) -> list[dict[str, list[Row]]]:
    """Every row in a random one of five deliveries; some come twice, changed. Whole feeds may be late."""
    late = {feed: int(rng.integers(3)) for feed in FEEDS}
    batches: list[dict[str, list[Row]]] = [{} for _ in range(5)]
    batches[0] = {"branches": rows["branches"]}
    for feed in FEEDS:
        for row in rows[feed]:
            first = int(rng.integers(late[feed], 5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.1:
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(_changed(feed, row, rng, rows))
    return batches


def _changed(feed: str, row: Row, rng: np.random.Generator, rows: dict[str, list[Row]]) -> Row:
    """The same key with what another row says."""
    donor = rows[feed][int(rng.integers(len(rows[feed])))]
    taken = {
        "orders": ("ordered_at", "customer_id", "amount"),
        "customers": ("branch_id", "customer_kind"),
        "contacts": ("started_at", "customer_id", "lead_id", "purpose_code", "outcome_code"),
        "surveys": ("sent_at", "customer_id"),
        "wallets": ("category_spend_amount",),
        "targets": ("target_value",),
    }.get(feed, ())
    changed = {**row, **{name: donor[name] for name in taken}}
    return {**changed, "score": row["scale_min"]} if feed == "survey_answers" else changed


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = json.loads(cuts())
    declared["distributor"]["measured_by"]["orders"]["sales"] = {"cut": "target", "at": 400}
    monkeypatch.setattr("warehouse.curated.cuts", lambda: json.dumps(declared))
    rng = np.random.default_rng(seed)
    rows = rows_of(company(seed, customers=40, leads=90, orders=130), seed, rng)
    house = House(database, only=TABLES).open()
    loads = []
    for batch in deliveries(rows, rng):
        loads.append(house.deliver(until=newest([row for lines in batch.values() for row in lines]), **batch))
    house.discard(loads[int(rng.integers(1, 5))])
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        assert len(found[table]) > 0
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


def remade(house: House, **feeds: list[Row]) -> dict[str, list[date]]:
    """The slices of each table that a delivery makes anew."""
    before = slices(house)
    house.deliver(until=UNTIL, **feeds)
    after = slices(house)
    return {
        table: sorted(on for on, edition in after[table].items() if before[table].get(on) != edition)
        for table in TABLES
    }


def test_a_delivery_makes_the_months_it_can_change_and_no_others(database: Database) -> None:
    rows = rows_of(company(2, customers=40, leads=90, orders=130), 2, np.random.default_rng(2))
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **rows)
    month = date(2026, 3, 1)
    from_march, snapshot = [date(2026, number, 1) for number in (3, 4, 5)], [date(1, 1, 1)]
    invite = next(
        row for row in rows["surveys"] if f"{row['sent_at']:%Y-%m}" == f"{month:%Y-%m}" and row["customer_id"]
    )
    answer = {"invite_id": invite["invite_id"], "question_code": "overall", "score": 2, "scale_min": 1, "scale_max": 5}
    assert remade(house, survey_answers=[answer]) == {
        "segment_move": [],
        "segment_apostle": from_march,
        "segment_cut": from_march,
        "segment_customer": snapshot,
    }
    order = {**rows["orders"][0], "order_id": "late", "ordered_at": datetime.fromisoformat("2026-03-09T12:00+00:00")}
    assert remade(house, orders=[order]) == dict.fromkeys(TABLES[:3], from_march) | {"segment_customer": snapshot}
    running = {**order, "order_id": "running", "ordered_at": datetime.fromisoformat("2026-06-09T12:00+00:00")}
    assert remade(house, orders=[running]) == {table: [] for table in TABLES}
