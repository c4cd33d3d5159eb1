"""Service, product age, repurchase, concentration, skills, reach: any deliveries end where making everything anew ends."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from warehouse.db import Database

TABLES = (
    "repurchase",
    "service_type",
    "product_age",
    "pareto",
    "skill_profile",
    "survey_reach",
    "retention_cohort",
)
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 800
Row = dict[str, object]


def when(rng: np.random.Generator) -> datetime:
    return FIRST + timedelta(seconds=int(rng.integers(DAYS * 86400)))


def company(rng: np.random.Generator) -> dict[str, list[Row]]:
    """Sixty people of whom a third is on no file, with everything that these tables are made of."""
    people, staff = [f"c{number}" for number in range(60)], [f"p{number}" for number in range(8)]
    return {
        "branches": [{"branch_id": f"b{n}", "region_id": f"r{n % 2}"} for n in range(4)],
        "staff": [{"staff_id": name, "branch_id": _branch(rng)} for name in staff[:6]],
        "customers": [_customer(rng, name) for name in people[:40]],
        "currency_rates": [{"currency": "USD", "rate_on": date(2024, month, 1), "rate": 7} for month in (1, 7)],
        "orders": [
            {
                "order_id": f"o{number}",
                "customer_id": str(rng.choice(people)),
                "branch_id": _branch(rng),
                "ordered_at": when(rng),
                "amount": float(rng.integers(-20, 400)),
                "currency": str(rng.choice(["CNY", "USD"])),
            }
            for number in range(220)
        ],
        "surveys": [_survey(rng, number, people) for number in range(150)],
        "survey_answers": [
            {
                "invite_id": f"i{number}",
                "question_code": question,
                "score": int(rng.integers(0, 6)),
                "scale_min": 1,
                "scale_max": 5,
            }
            for number in range(150)
            for question in ("overall", "product", "service")
            if rng.random() < 0.8
        ],
        "service_audits": [
            {
                "audit_id": f"a{number}",
                "branch_id": _branch(rng),
                "visited_on": when(rng).date(),
                "procedure_score": float(rng.integers(50, 95)),
                "personal_score": float(rng.integers(50, 95)),
                "staff_id": str(rng.choice(staff)) if rng.random() < 0.8 else None,
            }
            for number in range(60)
        ],
        "skill_assessments": [
            {"staff_id": name, "assessed_on": when(rng).date(), **_items(rng)} for name in staff for _ in range(3)
        ],
    }


def _branch(rng: np.random.Generator) -> str:
    return f"b{rng.integers(4)}"


def _customer(rng: np.random.Generator, name: str) -> Row:
    return {
        "customer_id": name,
        "branch_id": _branch(rng),
        "customer_kind": "person",
        "created_on": FIRST.date(),
        "usage_code": str(rng.choice(["private", "company"])),
        "product_owned_since_on": when(rng).date() - timedelta(days=int(rng.integers(2500))),
    }


def _survey(rng: np.random.Generator, number: int, people: list[str]) -> Row:
    return {
        "invite_id": f"i{number}",
        "branch_id": _branch(rng),
        "method_code": "phone",
        "sent_at": when(rng),
        "customer_id": str(rng.choice(people)) if rng.random() < 0.9 else None,
    }


KEYS = {
    "branches": ("branch_id",),
    "staff": ("staff_id",),
    "customers": ("customer_id",),
    "currency_rates": ("currency", "rate_on"),
    "orders": ("order_id",),
    "surveys": ("invite_id",),
    "survey_answers": ("invite_id", "question_code"),
    "service_audits": ("audit_id",),
    "skill_assessments": ("staff_id", "assessed_on"),
}


def _items(rng: np.random.Generator) -> Row:
    return {f"item_{number:02d}": int(rng.integers(1, 6)) for number in range(1, 17)}


def deliveries(rng: np.random.Generator) -> list[dict[str, list[Row]]]:
    """Every row in one of five deliveries, not in order of time; some come again with the rest of another row of the feed."""
    batches: list[dict[str, list[Row]]] = [{} for _ in range(5)]
    for feed, rows in company(rng).items():
        unique = {tuple(row[name] for name in KEYS[feed]): row for row in rows}
        for row in unique.values():
            first = int(rng.integers(5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.15:
                other = rows[int(rng.integers(len(rows)))]
                changed = {**other, **{name: row[name] for name in KEYS[feed]}}
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(changed)
    return batches


def newest(batch: dict[str, list[Row]]) -> datetime:
    moments = [
        value for rows in batch.values() for row in rows for value in row.values() if isinstance(value, datetime)
    ]
    return max(moments, default=FIRST)


@pytest.mark.parametrize("seed", range(3))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    house = House(database, only=TABLES).open()
    loads = [house.deliver(until=newest(batch), **batch) for batch in deliveries(rng)]
    house.discard(loads[int(rng.integers(1, 4))])
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        assert len(found[table]) > 0
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


def test_each_row_touches_the_months_it_can_change_and_no_others(database: Database) -> None:
    made = company(np.random.default_rng(9))
    house = House(database, only=TABLES).open()
    house.deliver(until=FIRST + timedelta(days=DAYS), **made)
    before = slices(house)
    on = datetime(2024, 9, 10, tzinfo=UTC)
    later = {**made["orders"][0], "order_id": "new", "customer_id": "c1", "ordered_at": on}
    house.deliver(orders=[later])
    after = slices(house)
    year = [date(2024, month, 1) for month in range(9, 13)] + [date(2025, month, 1) for month in range(1, 9)]
    for table in ("product_age", "pareto", "survey_reach"):
        assert changed(before, after, table) == year, table
    asked = {
        row["sent_at"].date().replace(day=1)
        for row in made["surveys"]
        if row["customer_id"] == "c1" and timedelta(0) < on - row["sent_at"] <= timedelta(days=180)
    }
    assert changed(before, after, "repurchase") == sorted(asked)
    assert changed(before, after, "service_type") == changed(before, after, "skill_profile") == []


def changed(before: dict[str, dict[date, int]], after: dict[str, dict[date, int]], table: str) -> list[date]:
    return sorted(on for on, edition in after[table].items() if before[table].get(on) != edition)


def slices(house: House) -> dict[str, dict[date, int]]:
    """Which edition each slice of each table shows now."""
    rows = house.rows("select m.* from published.manifest as m inner join published.current as c using (refresh_id)")
    return {
        table: dict(zip(part["slice_on"], part["edition_id"], strict=True))
        for table, part in rows.groupby("table_name")
    }
