"""Rows of leads, calls, orders and assignments, typed by hand."""

from datetime import UTC, datetime, timedelta

BRANCHES = [{"branch_id": "b", "region_id": "r"}]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
UNTIL = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
Row = dict[str, object]


def lead(name: str, at: datetime | None = NOON, *, source: str = "fair", **more: object) -> Row:
    return {"lead_id": name, "branch_id": "b", "source_code": source, "collected_at": at, **more}


def call(
    number: int, at: datetime, *, lead: str | None = None, customer: str | None = None, purpose: str = "screening"
) -> Row:
    return {
        "contact_id": f"k{number}",
        "branch_id": "b",
        "channel_code": "phone",
        "purpose_code": purpose,
        "started_at": at,
        "outcome_code": "no_answer",
        "lead_id": lead,
        "customer_id": customer,
    }


def order(name: str, at: datetime, *, lead: str | None = None, customer: str = "c") -> Row:
    return {
        "order_id": name,
        "customer_id": customer,
        "branch_id": "b",
        "ordered_at": at,
        "amount": 1.0,
        "lead_id": lead,
    }


def given(lead: str, at: datetime) -> Row:
    return {"lead_id": lead, "staff_id": "s", "assigned_at": at}
