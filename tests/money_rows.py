"""Rows of money typed by hand: leads, orders, events and their guests, with the little that a case needs to say."""

from datetime import date, datetime

from tests.queries.company import Row

BRANCHES: list[Row] = [{"branch_id": "b0", "region_id": "r0"}, {"branch_id": "b1", "region_id": "r1"}]


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def lead(name: str, source: str, day: str | None, customer: str | None = None, **more: object) -> Row:
    collected = at(day) if day else None
    return {
        "lead_id": name,
        "branch_id": "b0",
        "source_code": source,
        "collected_at": collected,
        "customer_id": customer,
    } | more


def order(name: str, customer: str, day: str, amount: float = 100, **more: object) -> Row:
    return {
        "order_id": name,
        "customer_id": customer,
        "branch_id": "b0",
        "ordered_at": at(day),
        "amount": amount,
    } | more


def event(name: str, day: str, cost: float | None = None, kind: str = "talk") -> Row:
    return {
        "event_id": name,
        "branch_id": "b0",
        "event_kind": kind,
        "held_on": date.fromisoformat(day),
        "cost_amount": cost,
    }


def guest(event_id: str, *, lead_id: str | None = None, customer: str | None = None, **more: object) -> Row:
    return {"event_id": event_id, "lead_id": lead_id, "customer_id": customer, "is_attended": True} | more
