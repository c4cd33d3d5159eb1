"""The figures gate on placed customers: places and fields that are right pass, and each way in which they are not is found."""

from datetime import UTC, datetime

import pytest

from checks.gate import Verdict, run_gate
from tests.checks.deliveries import NOW
from tests.checks.figures import run
from tests.harness import House
from warehouse.db import Database

TABLE = "segment_customer"
CHANGED = "update published.segment_customer_edition set"


@pytest.fixture
def refresh_id(database: Database) -> int:
    """Five distributors of one branch, the first with the highest spend, as the refresh would have left them before gate 2."""
    people = [f"c{number}" for number in range(5)]
    house = House(database, only=[TABLE]).open()
    house.deliver(
        until=datetime(2026, 7, 31, 12, tzinfo=UTC),
        branches=[{"branch_id": "n", "region_id": "r"}],
        customers=[{"customer_id": name, "branch_id": "n", "customer_kind": "distributor"} for name in people],
        orders=[
            {
                "order_id": name,
                "customer_id": name,
                "branch_id": "n",
                "ordered_at": datetime(2026, 7, 1, 12, tzinfo=UTC),
                "amount": 10 ** (len(people) - number),
            }
            for number, name in enumerate(people)
        ],
    )
    return int(house.rows("select max(refresh_id) as refresh_id from ops.candidate").at[0, "refresh_id"])


def judged(database: Database, refresh_id: int) -> Verdict:
    return run_gate(database, gate="figures", tables=[TABLE], refresh_id=refresh_id, now=NOW)


def test_places_and_fields_of_the_refresh_pass(database: Database, refresh_id: int) -> None:
    assert judged(database, refresh_id).blocked == {}


@pytest.mark.parametrize(
    ("done", "rule_id"),
    [
        (f"{CHANGED} value_tier_place = value_tier_place + 1", "places"),
        (f"{CHANGED} value_tier_place = 1", "places"),
        (f"{CHANGED} distributor_place = null where customer_code = 'c0'", "places"),
        (f"{CHANGED} value_tier_place = 6 - value_tier_place", "places"),
        (f"{CHANGED} apostle_place = 1 where customer_code = 'c0'", "places"),
        (f"{CHANGED} distributor_field_x = null where customer_code = 'c0'", "fields"),
        (f"{CHANGED} distributor = 'unknown' where customer_code = 'c0'", "fields"),
        (f"{CHANGED} distributor_field_x = -distributor_field_x", "fields"),
        (f"{CHANGED} distributor_field_x = 1 where customer_code = 'c2'", "fields"),
        (f"{CHANGED} apostle_field_y = 1 where customer_code = 'c0'", "fields"),
    ],
)
def test_places_and_fields_that_are_not_block(database: Database, refresh_id: int, done: str, rule_id: str) -> None:
    run(database, done)
    assert rule_id in judged(database, refresh_id).blocked[TABLE]
