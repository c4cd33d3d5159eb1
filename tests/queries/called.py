"""A small random company that calls its leads, notes their marks and passes them on, hitting every limit exactly now and then."""

import json
from datetime import datetime, timedelta

import numpy as np

from tests.queries.company import UNTIL, Company, Row, company
from warehouse.targets import six_calls

CALLS = ["screening", "invitation", "confirmation", "reminder", "thanks", "follow_up"]
MARKS = ["has_knowledge", "has_means", "has_awareness", "has_need"]
WINDOWS: dict[str, int] = json.loads(six_calls())["windows"]
FEW = timedelta(seconds=1)


def called(seed: int, *, customers: int = 150, leads: int = 500, orders: int = 500) -> dict[str, list[Row]]:
    """Rows of every feed that the figures of calls, marks and owners need."""
    rng = np.random.default_rng(seed + 1000)
    made: Company = company(seed, customers=customers, leads=leads, orders=orders)
    for lead in made.leads:
        lead |= {mark: None if rng.random() < 0.15 else bool(rng.random() < 0.6) for mark in MARKS}
    sources = {"radio": None, "store": 3}
    assignments = [row for lead in made.leads for row in _assignments(rng, lead)]
    return {
        "branches": made.branches,
        "lead_sources": [row | {"screening_days": sources[str(row["source_code"])]} for row in made.lead_sources],
        "leads": made.leads,
        "contacts": _numbered(row for lead in made.leads for row in _calls(rng, lead)),
        "lead_assignments": assignments,
        "orders": [*made.orders, *_orders(rng, assignments, made.leads)],
    }


def _calls(rng: np.random.Generator, lead: Row) -> list[Row]:
    """The six calls in their order, some left out, made twice, too late, or with the customer instead of the lead."""
    at = lead["collected_at"]
    if not isinstance(at, datetime):
        return [_call(rng, lead, "screening", UNTIL - timedelta(days=9))]
    made = [_call(rng, lead, str(rng.choice([*CALLS, "visit", "care"])), at - timedelta(hours=5))]
    for purpose in CALLS[: int(rng.integers(1, 8))]:
        window = timedelta(days=WINDOWS[purpose])
        gaps = [timedelta(0), window * rng.random(), window, window + FEW, window * 2]
        at += gaps[int(rng.choice(5, p=[0.1, 0.6, 0.1, 0.1, 0.1]))]
        made += [_call(rng, lead, purpose, at) for _ in range(int(rng.choice([0, 1, 2], p=[0.1, 0.7, 0.2])))]
    return [row for row in made if row["started_at"] <= UNTIL]


def _call(rng: np.random.Generator, lead: Row, purpose: str, at: datetime) -> Row:
    is_with_customer = lead["customer_id"] is not None and rng.random() < 0.4
    return {
        "branch_id": f"b{rng.integers(4)}",
        "channel_code": "phone",
        "purpose_code": purpose,
        "outcome_code": str(rng.choice(["reached", "agreed", "no_answer"])),
        "started_at": at,
        "lead_id": None if is_with_customer else lead["lead_id"],
        "customer_id": lead["customer_id"] if is_with_customer else None,
        "duration_seconds": float(rng.choice([0, 0.5, rng.integers(1, 900)])) if rng.random() < 0.9 else None,
        "objection_code": str(rng.choice(["price", "too_far"])) if rng.random() < 0.2 else None,
    }


def _numbered(rows: object) -> list[Row]:
    return [{"contact_id": f"k{number}", **row} for number, row in enumerate(rows)]


def _assignments(rng: np.random.Generator, lead: Row) -> list[Row]:
    """Up to four owners, each for less than 90 days, for 90 to 97, or for longer."""
    at = lead["collected_at"]
    if not isinstance(at, datetime):
        return []
    found = []
    for _ in range(int(rng.integers(0, 5))):
        days = [90 * rng.random(), 90, 90 + 7 * rng.random(), 97, 97 + 20 * rng.random()]
        found.append({"lead_id": lead["lead_id"], "staff_id": "s", "assigned_at": at, "reason_code": "new"})
        at += timedelta(days=days[int(rng.integers(5))])
    return [row for row in found if row["assigned_at"] <= UNTIL]


def _orders(rng: np.random.Generator, assignments: list[Row], leads: list[Row]) -> list[Row]:
    """Orders of leads that were assigned: at the moment itself, after 90 days, or in between."""
    by_name = {lead["lead_id"]: lead for lead in leads}
    found = []
    for number, row in enumerate(assignments[::4]):
        lead, days = by_name[row["lead_id"]], [0.0, 90.0, 90 * rng.random(), 200 * rng.random()]
        found.append(
            {
                "order_id": f"a{number}",
                "customer_id": lead["customer_id"] or f"of-{lead['lead_id']}",
                "branch_id": "b0",
                "ordered_at": row["assigned_at"] + timedelta(days=days[int(rng.integers(4))]),
                "amount": 10.0,
                "lead_id": lead["lead_id"],
            }
        )
    return [row for row in found if row["ordered_at"] <= UNTIL]
