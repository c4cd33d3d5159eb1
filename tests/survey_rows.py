"""A made-up firm whose customers order, complain, refer and are surveyed: seeded, and small enough to ask customer by customer."""

from datetime import UTC, datetime, timedelta

import numpy as np

Row = dict[str, object]
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 10, 12, tzinfo=UTC)
BRANCHES: list[Row] = [
    {"branch_id": "N1", "branch_name": "North one", "region_id": "north", "region_name": "North"},
    {"branch_id": "N2", "branch_name": "North two", "region_id": "north", "region_name": "North"},
    {"branch_id": "S1", "branch_name": "South one", "region_id": "south", "region_name": "South"},
]
DRIVERS = ("product", "service", "promotion", "management", "staff", "expert")
TABLES = (
    "survey_score",
    "survey_cohort",
    "survey_moment",
    "survey_handling",
    "survey_stratum",
    "survey_population",
    "survey_reach",
    "servqual_day",
)
"""All that is published of surveys."""
SIDES = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")


def firm(
    seed: int, *, customers: int = 60, orders: int = 240, complaints: int = 80, surveys: int = 400
) -> dict[str, list[Row]]:
    """Rows of every feed, as they stand at `UNTIL`."""
    rng = np.random.default_rng(seed)
    people = [f"c{number}" for number in range(customers)]
    made = [_complaint(rng, number, people) for number in range(complaints)]
    invites = [_invite(rng, number, people, made) for number in range(surveys)]
    return {
        "branches": BRANCHES,
        "customers": [
            {"customer_id": person, "branch_id": _branch(rng), "customer_kind": "person", "created_on": FIRST.date()}
            for person in people[: customers * 5 // 6]
        ],
        "orders": [
            {
                "order_id": f"o{number}",
                "customer_id": str(rng.choice(people[: customers // 2] if rng.random() < 0.7 else people)),
                "branch_id": _branch(rng),
                "ordered_at": _moment(rng, UNTIL) - timedelta(days=0 if number % 8 else 500),
                "amount": 100.0,
            }
            for number in range(orders)
        ],
        "leads": [
            {
                "lead_id": f"l{number}",
                "branch_id": _branch(rng),
                "source_code": "referral",
                "collected_at": _moment(rng, UNTIL),
                "referrer_customer_id": str(rng.choice(people)),
                "is_genuine": bool(rng.random() < 0.8),
            }
            for number in range(customers)
        ],
        "complaints": made,
        "surveys": invites,
        "survey_answers": [row for invite in invites if invite["answered_at"] for row in _answers(rng, invite)],
    }


def _branch(rng: np.random.Generator) -> str:
    return str(rng.choice(["N1", "N2", "S1"]))


def _moment(rng: np.random.Generator, until: datetime) -> datetime:
    return FIRST + timedelta(seconds=int(rng.integers(int((until - FIRST).total_seconds()))))


def _complaint(rng: np.random.Generator, number: int, people: list[str]) -> Row:
    opened_at = _moment(rng, UNTIL)
    ended_at = opened_at + timedelta(hours=float(rng.lognormal(3.5, 1.3)))
    is_over = ended_at < UNTIL
    outcome = str(rng.choice(["resolved", "withdrawn", "transferred", "rejected"], p=[0.7, 0.1, 0.1, 0.1]))
    return {
        "complaint_id": f"x{number}",
        "branch_id": _branch(rng),
        "opened_at": opened_at,
        "category_code": "late",
        "customer_id": str(rng.choice(people)) if rng.random() < 0.9 else None,
        "resolved_at": ended_at if is_over else None,
        "outcome_code": outcome if is_over else None,
    }


def _invite(rng: np.random.Generator, number: int, people: list[str], complaints: list[Row]) -> Row:
    about = complaints[int(rng.integers(len(complaints)))] if rng.random() < 0.4 else None
    sent_at = _moment(rng, UNTIL)
    return {
        "invite_id": f"i{number}",
        "branch_id": _branch(rng),
        "method_code": str(rng.choice(["phone", "online"])),
        "sent_at": sent_at,
        "customer_id": about["customer_id"] if about else str(rng.choice(people)) if rng.random() < 0.9 else None,
        "complaint_id": about["complaint_id"] if about else None,
        "answered_at": sent_at + timedelta(days=1) if rng.random() < 0.7 else None,
    }


def _answers(rng: np.random.Generator, invite: Row) -> list[Row]:
    mood = rng.normal()
    asked = ["overall", *DRIVERS[:2]] if rng.random() < 0.9 else [*DRIVERS[:2]]
    asked += DRIVERS[2:] if rng.random() < 0.5 else []
    if rng.random() < 0.4:
        asked += [
            f"{side}.{name}.{item}" for side in ("expectation", "perception") for name in SIDES for item in (1, 2)
        ]
    return [
        _answer(invite, question, mood + rng.normal(0, 0.8), 10 if question == "staff" else 5)
        for question in asked
        if rng.random() < 0.95
    ]


def _answer(invite: Row, question: str, towards: float, top: int) -> Row:
    share = 1 / (1 + np.exp(-1.5 * towards))
    return {
        "invite_id": invite["invite_id"],
        "question_code": question,
        "score": 1 + int(min(share, 0.999) * top),
        "scale_min": 1,
        "scale_max": top,
    }
