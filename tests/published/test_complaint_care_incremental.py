"""What follows complaints: any sequence of deliveries, corrections and discards ends where making everything anew ends."""

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tests.harness import House
from warehouse.db import Database

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 6, 20, 18, tzinfo=UTC)
DAYS = (UNTIL - FIRST).days
TABLES = (
    "complaint_cohort",
    "complaint_company",
    "complaint_resolved",
    "complaint_recovery",
    "complaint_peer",
    "complaint_silent",
)
PEOPLE = [f"c{number}" for number in range(25)]
KEYS = {
    "customers": ("customer_id",),
    "complaints": ("complaint_id",),
    "complaint_events": ("complaint_id", "event_code", "happened_at"),
    "contacts": ("contact_id",),
    "orders": ("order_id",),
    "surveys": ("invite_id",),
    "survey_answers": ("invite_id", "question_code"),
}
Row = dict[str, object]
Feeds = dict[str, list[Row]]


def branch(name: str, region: str | None = None) -> Row:
    place = region or name[0]
    return {"branch_id": name, "branch_name": name, "region_id": place, "region_name": place}


def company(chance: random.Random) -> Feeds:
    """Every feed that what follows a complaint depends on; close together, so that things meet."""

    def moment() -> datetime:
        return FIRST + timedelta(hours=chance.randrange(24 * DAYS))

    def somebody() -> str | None:
        """Seven complain again and again, the others hardly ever."""
        return chance.choice([*PEOPLE[:7], *PEOPLE[:7], *PEOPLE[:7], None, chance.choice(PEOPLE[7:])])

    opened = {f"k{number}": moment() for number in range(90)}
    resolved = {name: at + timedelta(hours=chance.expovariate(1 / 300)) for name, at in opened.items()}
    over = {name: at for name, at in resolved.items() if at < UNTIL}
    reopened = {name: at + timedelta(days=chance.uniform(0, 50)) for name, at in over.items() if chance.random() < 0.3}
    complaints = [
        {
            "complaint_id": name,
            "branch_id": chance.choice(["N1", "N2", "S1"]),
            "opened_at": at,
            "category_code": chance.choice(["late", "rude"]),
            "customer_id": somebody(),
            "severity_code": chance.choice(["low", "critical", None]),
            "cause_code": chance.choice(["product", "weather", None]),
            "resolved_at": over.get(name),
            "outcome_code": chance.choice([None, "resolved", "rejected", "withdrawn"]) if name in over else None,
            "compensation_amount": chance.choice([None, 10]),
        }
        for name, at in opened.items()
    ]
    log = [("resolved", over), ("reopened", {name: at for name, at in reopened.items() if at < UNTIL})]
    asked = [f"i{number}" for number in range(120)]
    return {
        "customers": [
            {"customer_id": name, "branch_id": chance.choice(["N1", "S1"]), "created_on": FIRST.date()}
            for name in PEOPLE[5:]
        ],
        "complaints": complaints,
        "complaint_events": [
            {"complaint_id": name, "event_code": code, "happened_at": at}
            for code, moments in log
            for name, at in moments.items()
            if name in reopened
        ],
        "contacts": [
            {
                "contact_id": f"t{number}",
                "branch_id": "N1",
                "channel_code": "phone",
                "purpose_code": chance.choice(["complaint", "complaint", "care"]),
                "started_at": resolved[about["complaint_id"]] + timedelta(hours=chance.uniform(-200, 200)),
                "outcome_code": "reached",
                "customer_id": about["customer_id"],
            }
            for number, about in enumerate(chance.choices(complaints, k=60))
        ],
        "orders": [
            {
                "order_id": f"o{number}",
                "customer_id": chance.choice(PEOPLE),
                "branch_id": chance.choice(["N1", "S1"]),
                "ordered_at": moment(),
                "amount": 10,
            }
            for number in range(90)
        ],
        "surveys": [
            {
                "invite_id": name,
                "branch_id": chance.choice(["N1", "S1"]),
                "method_code": "phone",
                "sent_at": moment(),
                "customer_id": chance.choice([*PEOPLE, *(f"quiet{number}" for number in range(20)), None]),
                "complaint_id": chance.choice([*opened, None]),
            }
            for name in asked
        ],
        "survey_answers": [
            {
                "invite_id": name,
                "question_code": chance.choice(["overall", "overall", "product"]),
                "score": chance.randint(1, 5),
                "scale_min": 1,
                "scale_max": 5,
            }
            for name in asked
        ],
    }


def changed(row: Row, key: tuple[str, ...], others: list[Row], chance: random.Random) -> Row:
    """The same key with everything else of another row, as a correction may have."""
    return {**chance.choice(others), **{name: row[name] for name in key}}


def deliveries(made: Feeds, chance: random.Random) -> list[Feeds]:
    """Most of it at once, then a few rows of one feed at a time: new ones and corrections, whatever their time."""
    late = {feed: chance.sample(rows, 5) for feed, rows in made.items()}
    first = {feed: [row for row in rows if row not in late[feed]] for feed, rows in made.items()}
    steps = [
        {feed: [*rows, *(changed(row, KEYS[feed], made[feed], chance) for row in chance.sample(first[feed], 3))]}
        for feed, rows in late.items()
    ]
    chance.shuffle(steps)
    return [{"branches": [branch(name) for name in ("N1", "N2", "S1")], **first}, *steps]


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    loads = [house.deliver(until=UNTIL, **batch) for batch in deliveries(company(chance), chance)]
    house.deliver(branches=[branch("N2", "S")], until=UNTIL + timedelta(days=12))
    house.discard(chance.choice(loads[1:]))
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table, frame in found.items():
        assert len(frame) > 0
        pd.testing.assert_frame_equal(frame, house.published(table), obj=table)


def test_the_rows_that_matter_are_there(database: Database) -> None:
    house = House(database, only=TABLES).open()
    made = company(random.Random(1))
    house.deliver(branches=[branch(name) for name in ("N1", "N2", "S1")], **made, until=UNTIL)
    sums = {table: house.published(table).sum(numeric_only=True) for table in TABLES}
    for table, measures in {
        "complaint_cohort": ["named", "repeated_in_30"],
        "complaint_company": ["breached", "decided"],
        "complaint_resolved": ["reopened_in_30", "settled", "resolved"],
        "complaint_recovery": ["ordered_in_180", "unnamed", "answers", "compensated", "complaints"],
        "complaint_peer": ["ordered_in_180", "customers"],
        "complaint_silent": ["never_complained", "dissatisfied"],
    }.items():
        assert (sums[table][measures] > 0).all(), sums[table]
    decided = house.published("complaint_cohort")[["sla_met", "sla_breached_closed", "sla_breached_open"]].sum().sum()
    by_cut = house.published("complaint_company").groupby("cut")["decided"].sum()
    assert by_cut.to_dict() == dict.fromkeys(("all", "category", "severity", "channel", "cause"), decided)


def slices(house: House) -> dict[str, dict[object, int]]:
    """Which edition each slice of each table shows now."""
    rows = house.rows("select m.* from published.manifest as m inner join published.current as c using (refresh_id)")
    return {
        table: dict(zip(part["slice_on"], part["edition_id"], strict=True))
        for table, part in rows.groupby("table_name")
    }


def test_a_new_order_touches_half_a_year_of_complaints_and_no_month_of_comparison(database: Database) -> None:
    house = House(database, only=TABLES).open()
    made = company(random.Random(1))
    house.deliver(branches=[branch(name) for name in ("N1", "N2", "S1")], **made, until=UNTIL)
    before = slices(house)
    new = {**made["orders"][0], "order_id": "new", "ordered_at": UNTIL, "customer_id": PEOPLE[3]}
    house.deliver(orders=[new], until=UNTIL)
    after = slices(house)
    moved = {
        table: [str(on) for on, edition in after[table].items() if before[table].get(on) != edition] for table in TABLES
    }
    assert moved["complaint_peer"] == moved["complaint_resolved"] == moved["complaint_silent"] == []
    assert moved["complaint_recovery"] and min(moved["complaint_recovery"]) >= "2025-12-01"


def test_a_month_of_comparison_comes_when_its_180_days_are_over(database: Database) -> None:
    house = House(database, only=TABLES).open()
    made = company(random.Random(1))
    house.deliver(branches=[branch(name) for name in ("N1", "N2", "S1")], **made, until=UNTIL)
    # 1 December 2025 and 180 days are 30 May 2026, 1 January and 180 days 30 June: not over on 20 June, over on 1 July.
    assert max(slices(house)["complaint_peer"]).isoformat() == "2025-12-01"
    house.deliver(complaints=made["complaints"][:1], until=UNTIL + timedelta(days=11))
    assert max(slices(house)["complaint_peer"]).isoformat() == "2026-01-01"
