"""Made-up complaints for tests: seeded, with every ending, and times that never tie."""

import random
from datetime import UTC, datetime, timedelta

import pandas as pd

START = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)
"""The data date: what happens later has not happened yet."""

BRANCHES = [
    {"branch_id": "N1", "branch_name": "North one", "region_id": "north", "region_name": "North"},
    {"branch_id": "N2", "branch_name": "North two", "region_id": "north", "region_name": "North"},
    {"branch_id": "S1", "branch_name": "South one", "region_id": "south", "region_name": "South"},
]
HOURS = {"late": 30.0, "rude": 90.0, "broken": 220.0}
"""Typical hours to resolve, by category."""


def complaints(count: int, *, seed: int) -> list[dict[str, object]]:
    """Rows of the feed `complaints` as they stand at `UNTIL`."""
    chance = random.Random(seed)
    return [_complaint(f"c{number:05d}", chance) for number in range(count)]


def company() -> dict[str, list[dict[str, object]]]:
    """A few rows of every other feed that figures of complaints need; nobody in them has complained."""
    people = [(f"p{number}", str(BRANCHES[number % 3]["branch_id"])) for number in range(30)]
    return {
        "complaint_events": [{"complaint_id": "c00000", "event_code": "opened", "happened_at": START}],
        "contacts": [
            {
                "contact_id": f"t{name}",
                "branch_id": branch,
                "channel_code": "phone",
                "purpose_code": "complaint",
                "started_at": START,
                "outcome_code": "reached",
                "customer_id": name,
            }
            for name, branch in people
        ],
        "orders": [
            {"order_id": name, "customer_id": name, "branch_id": branch, "ordered_at": START, "amount": 1}
            for name, branch in people
        ],
        "surveys": [
            {"invite_id": name, "branch_id": branch, "method_code": "phone", "sent_at": START, "customer_id": name}
            for name, branch in people
        ],
        "survey_answers": [
            {"invite_id": name, "question_code": "overall", "score": 1, "scale_min": 1, "scale_max": 5}
            for name, _ in people
        ],
    }


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """The same rows with `hours` waited so far, `outcome` (event, withdrawn, transferred, censored) and `region_id`."""
    made = pd.DataFrame(rows).merge(pd.DataFrame(BRANCHES)[["branch_id", "region_id"]], on="branch_id")
    times = {
        name: pd.to_datetime(made[name], utc=True)
        for name in ("opened_at", "resolved_at", "closed_at", "first_response_at", "due_at")
    }
    made = made.assign(**times)
    made["ended_at"] = made["resolved_at"].fillna(made["closed_at"])
    made["outcome"] = made["outcome_code"].where(made["outcome_code"].isin(["withdrawn", "transferred"]), "event")
    made["outcome"] = made["outcome"].where(made["ended_at"].notna(), "censored")
    made["hours"] = (made["ended_at"].fillna(pd.Timestamp(UNTIL)) - made["opened_at"]).dt.total_seconds() / 3600
    return made


def _complaint(complaint_id: str, chance: random.Random) -> dict[str, object]:
    opened_at = START + timedelta(seconds=chance.uniform(0, (UNTIL - START).total_seconds() - 3600))
    category = chance.choice(list(HOURS))
    ends_at = opened_at + timedelta(hours=chance.lognormvariate(0, 1.1) * HOURS[category])
    responds_at = opened_at + timedelta(hours=chance.lognormvariate(0, 1.0) * 5)
    outcome = chance.choices(["resolved", "withdrawn", "transferred", "rejected"], weights=[80, 10, 6, 4])[0]
    is_over = ends_at <= UNTIL
    is_decision = outcome in ("resolved", "rejected")
    responded = responds_at <= UNTIL and responds_at < ends_at
    return {
        "complaint_id": complaint_id,
        "branch_id": chance.choice(["N1", "N2", "S1"]),
        "opened_at": opened_at,
        "category_code": category,
        "severity_code": chance.choice([None, "low", "normal", "high", "critical"]),
        "channel_code": chance.choice(["phone", "web"]),
        "cause_code": chance.choice(["product", "conduct", None]),
        "due_at": opened_at + timedelta(hours=chance.uniform(4, 200)) if chance.random() < 0.8 else None,
        "first_response_at": responds_at if responded else None,
        "resolved_at": ends_at if is_over and is_decision else None,
        "closed_at": ends_at if is_over and not is_decision else None,
        "outcome_code": outcome if is_over else None,
    }
