"""The small random company with money in it: costs, events that cost something, foreign money, surveys, compensation."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from tests.queries.company import UNTIL, Row, company

RATE_FROM, RATE_TO = date(2024, 6, 1), date(2025, 6, 1)
RATES = {RATE_FROM: 7, RATE_TO: 8}


def rate_on(day: date) -> int | None:
    """Yuan for a dollar; nobody knows before the first of June 2024."""
    return RATES[RATE_TO] if day >= RATE_TO else RATES[RATE_FROM] if day >= RATE_FROM else None


def spending(seed: int, *, customers: int = 150, leads: int = 500, orders: int = 700) -> dict[str, list[Row]]:
    """Every feed of the company of this seed, by name."""
    made, rng = company(seed, customers=customers, leads=leads, orders=orders), np.random.default_rng(seed + 1000)
    feeds = made.feeds()
    people = [f"c{number}" for number in range(customers)]
    events = [_event(rng, number) for number in range(60)]
    feeds["events"] = events
    feeds["attendances"] = _guests(rng, [str(row["lead_id"]) for row in made.leads], people)
    feeds["orders"] = [
        row | {"event_id": f"e{rng.integers(60)}" if rng.random() < 0.1 else None} for row in made.orders
    ]
    feeds["lead_costs"] = [
        {
            "source_code": source,
            "branch_id": f"b{branch}",
            "month_on": date(2024 + month // 12, month % 12 + 1, 1),
            "cost_amount": float(rng.integers(100, 900)),
            "currency": "USD" if rng.random() < 0.1 else None,
        }
        for source in ("radio", "store")
        for branch in range(4)
        for month in range(30)
    ]
    feeds["currency_rates"] = [{"currency": "USD", "rate_on": day, "rate": rate} for day, rate in RATES.items()]
    feeds["surveys"], feeds["survey_answers"] = _surveys(rng, people)
    feeds["complaints"] = [
        {
            "complaint_id": f"k{number}",
            "branch_id": f"b{rng.integers(4)}",
            "category_code": "x",
            "opened_at": _moment(rng),
            "compensation_amount": float(rng.integers(5, 50)) if rng.random() < 0.5 else None,
        }
        for number in range(80)
    ]
    return feeds


def _moment(rng: np.random.Generator) -> datetime:
    first = datetime(2024, 1, 1, tzinfo=UTC)
    return first + timedelta(seconds=int(rng.integers(int((UNTIL - first).total_seconds()))))


def _event(rng: np.random.Generator, number: int) -> Row:
    return {
        "event_id": f"e{number}",
        "branch_id": f"b{rng.integers(4)}",
        "event_kind": str(rng.choice(["talk", "gathering", "tour"])),
        "held_on": _moment(rng).date(),
        "cost_amount": None if rng.random() < 0.1 else float(rng.integers(100, 900)),
        "currency": "USD" if rng.random() < 0.1 else "CNY",
    }


def _guests(rng: np.random.Generator, leads: list[str], people: list[str]) -> list[Row]:
    guests = [(f"e{rng.integers(58)}", str(rng.choice(leads)), None) for _ in range(250)]
    guests += [(f"e{rng.integers(58)}", None, str(rng.choice(people[:40]))) for _ in range(400)]
    return [
        {
            "event_id": event,
            "lead_id": lead,
            "customer_id": person,
            "is_attended": bool(rng.random() < 0.7),
            "is_existing_customer": None if rng.random() < 0.1 else bool(rng.random() < 0.4),
            "invited_at": _moment(rng),
            "confirmed_at": _moment(rng) if rng.random() < 0.6 else None,
        }
        for event, lead, person in dict.fromkeys(guests)
    ]


def _surveys(rng: np.random.Generator, people: list[str]) -> tuple[list[Row], list[Row]]:
    surveys = [
        {
            "invite_id": f"s{number}",
            "branch_id": f"b{rng.integers(4)}",
            "method_code": "phone",
            "sent_at": _moment(rng),
            "customer_id": str(rng.choice(people)) if rng.random() < 0.95 else None,
        }
        for number in range(600)
    ]
    answers = [
        {
            "invite_id": row["invite_id"],
            "question_code": str(rng.choice(["overall", "overall", "recommend"])),
            "score": int(rng.integers(1, 6)),
            "scale_min": 1,
            "scale_max": 5,
        }
        for row in surveys
        if rng.random() < 0.6
    ]
    answered = {row["invite_id"] for row in answers}
    timed = [
        row | {"answered_at": row["sent_at"] + timedelta(days=int(rng.integers(40)))}
        if row["invite_id"] in answered and rng.random() < 0.8
        else row
        for row in surveys
    ]
    return timed, answers
