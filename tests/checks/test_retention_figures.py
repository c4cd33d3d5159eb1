"""The figures gate on retention: cohorts that are those of the orders pass, and each way in which they are not is found."""

from datetime import UTC, date, datetime

import pytest

from checks.gate import Verdict, run_gate
from tests.checks.deliveries import NOW
from tests.checks.figures import run
from tests.harness import House
from warehouse.db import Database

TABLE = "retention_cohort"
DAYS = ("2025-01-08", "2025-02-08", "2025-05-08", "2025-11-08")


@pytest.fixture
def refresh_id(database: Database) -> int:
    """Two customers who ordered in three quarters, as the refresh would have left them before gate 2; the refresh's id."""
    people = ("a", "b")
    house = House(database, only=[TABLE]).open()
    house.deliver(
        until=datetime(2025, 12, 31, tzinfo=UTC),
        branches=[{"branch_id": "n", "region_id": "r"}],
        customers=[
            {"customer_id": name, "branch_id": "n", "customer_kind": "person", "created_on": date(2020, 1, 1)}
            for name in people
        ],
        orders=[
            {
                "order_id": f"{name}-{day}",
                "customer_id": name,
                "branch_id": "n",
                "ordered_at": datetime.fromisoformat(f"{day}T12:00:00+00:00"),
            }
            for name in people
            for day in DAYS
        ],
    )
    return int(house.rows("select max(refresh_id) as refresh_id from ops.candidate").at[0, "refresh_id"])


def judged(database: Database, refresh_id: int) -> Verdict:
    return run_gate(database, gate="figures", tables=[TABLE], refresh_id=refresh_id, now=NOW)


def test_cohorts_of_the_orders_pass(database: Database, refresh_id: int) -> None:
    assert judged(database, refresh_id).blocked == {}


@pytest.mark.parametrize(
    ("done", "rule_id"),
    [
        ("update published.retention_cohort_edition set customers = 3 where slice_on = '2025-04-01'", "within_cohort"),
        ("delete from published.retention_cohort_edition where slice_on = '2025-01-01'", "within_cohort"),
        ("update published.retention_cohort_edition set customers = 1 where slice_on = '2025-10-01'", "facts"),
        ("delete from curated.fct_order where ordered_on = '2025-05-08'", "facts"),
        ("update published.retention_cohort_edition set cohort_on = '2026-01-01'", "ordered_after_won"),
    ],
)
def test_cohorts_that_are_not_block(database: Database, refresh_id: int, done: str, rule_id: str) -> None:
    run(database, done)
    assert rule_id in judged(database, refresh_id).blocked[TABLE]
