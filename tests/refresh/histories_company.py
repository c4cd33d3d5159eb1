"""A company of four branches, two regions and thirty customers: row `number` of a feed in its `version`, always the same.

Numbers are in the order of time, about two a day; a correction is the same number in another version. A branch `B4` is in no
row of `branches` but the fourth, so that other feeds know it before the branch list does.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random

Row = dict[str, str]
START = datetime(2025, 9, 1, 9, 0)
BRANCHES, CUSTOMERS, LEADS, STAFF, EVENTS = 3, 30, 60, 6, 12
QUESTIONS = ("overall", "recommend", "repurchase", "expectation.tangibles.1", "perception.tangibles.1")
LOG = ("responded", "paused", "resumed", "resolved")


def rows(feed: str, numbers: Iterable[int], *, version: int, newcomer: bool = False) -> list[Row]:
    """Rows of a feed; with `newcomer` some stand for the branch that the others do not know yet."""
    return [_row(feed, number, version, newcomer=newcomer) for number in numbers]


def _row(feed: str, number: int, version: int, *, newcomer: bool) -> Row:
    row = FEEDS[feed](number, Random(f"{feed} {number} {version}"), version)
    if newcomer and "branch_id" in row and feed != "branches" and number % 7 == 3:
        row["branch_id"] = "B4"
    return {name: "" if value is None else str(value) for name, value in row.items()}


def _at(number: int, hours: float = 0) -> datetime:
    return START + timedelta(hours=11 * number + hours)


def _branch(number: int, version: int) -> str:
    return f"B{(number + (version > 2)) % BRANCHES + 1}"


def _customer(number: int) -> str:
    return f"K{number * 7 % CUSTOMERS}"


def _branches(number: int, chance: Random, version: int) -> Mapping[str, object]:
    region = ("N", "S")[(number + version) % 2]
    opened = "2026-05-02" if version == 3 else "2020-01-02"
    name = {"N": "North", "S": "South"}[region]
    return {
        "branch_id": f"B{number % 4 + 1}",
        "branch_name": f"Branch {number % 4 + 1}",
        "region_id": region,
        "region_name": name,
        "opened_on": opened,
    }


def _working_hours(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "region_id": ("N", "S")[number % 2],
        "worked_on": (START + timedelta(days=number // 2)).date(),
        "opens_at": "09:00",
        "closes_at": f"{17 + version}:00",
    }


def _customers(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "customer_id": f"K{number % CUSTOMERS}",
        "branch_id": _branch(number, version),
        "customer_kind": chance.choice(["person", "company"]),
        "created_on": _at(number % CUSTOMERS).date(),
        "customer_name": f"Name {number}",
        "phone": f"1380000{number:04d}",
        "usage_code": chance.choice(["private", "commercial"]),
        "product_owned_since_on": _at(number % CUSTOMERS, -24 * 300).date(),
    }


def _orders(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "order_id": f"O{number}",
        "customer_id": _customer(number) if version < 3 else _customer(number + 1),
        "branch_id": _branch(number, version),
        "ordered_at": _at(number, 24 * 40 if version == 2 else chance.randrange(5)),
        "amount": chance.randrange(50, 900),
        "currency": chance.choice(["CNY", "CNY", "USD"]),
        "product_line": chance.choice(["beds", "tea"]),
        "lead_id": f"L{number % LEADS}" if number % 3 == 0 else "",
        "event_id": f"E{number % EVENTS}" if number % 5 == 0 else "",
    }


def _returns(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "return_id": f"R{number}",
        "order_id": f"O{number * 3}",
        "returned_at": _at(number * 3, 24 * chance.randrange(1, 60)),
        "amount": chance.choice(["", "40"]),
    }


def _leads(number: int, chance: Random, version: int) -> Mapping[str, object]:
    marks = ("has_knowledge", "has_means", "has_awareness", "has_need")
    return {
        "lead_id": f"L{number}",
        "branch_id": _branch(number, version),
        "source_code": f"src{number % 3}",
        "collected_at": _at(number, 24 * 35 if version == 2 else 0),
        "customer_id": _customer(number) if chance.random() < 0.4 else "",
        "phone": f"1390000{number:04d}",
        "is_genuine": chance.choice(["true", "false", ""]),
        **{mark: chance.choice(["true", "false", ""]) for mark in marks},
    }


def _lead_sources(number: int, chance: Random, version: int) -> Mapping[str, object]:
    group = ("media", "online", "outreach")[(number + version) % 3]
    return {"source_code": f"src{number % 3}", "source_group": group, "label_en": f"Source {number % 3} {version}"}


def _lead_costs(number: int, chance: Random, version: int) -> Mapping[str, object]:
    month = (START.replace(day=1) + timedelta(days=31 * (number // 9 % 7))).replace(day=1).date()
    return {
        "source_code": f"src{number % 3}",
        "branch_id": f"B{number // 3 % BRANCHES + 1}",
        "month_on": month,
        "cost_amount": chance.randrange(100, 900),
        "currency": chance.choice(["CNY", "USD"]),
    }


def _assignments(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "lead_id": f"L{number % LEADS}",
        "staff_id": f"S{chance.randrange(STAFF)}",
        "assigned_at": _at(number, 30),
        "reason_code": ("new", "recycled")[number // LEADS % 2],
    }


def _contacts(number: int, chance: Random, version: int) -> Mapping[str, object]:
    purposes = ("screening", "invitation", "confirmation", "reminder", "thanks", "follow_up", "care", "visit")
    to_lead = number % 3 > 0
    return {
        "contact_id": f"T{number}",
        "branch_id": _branch(number, version),
        "channel_code": "phone",
        "purpose_code": purposes[(number + version) % 8],
        "started_at": _at(number, 2),
        "outcome_code": chance.choice(["reached", "no_answer", "refused"]),
        "lead_id": f"L{number % LEADS}" if to_lead else "",
        "customer_id": "" if to_lead else _customer(number),
        "duration_seconds": chance.randrange(20, 400),
        "objection_code": chance.choice(["", "price"]),
    }


def _events(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "event_id": f"E{number % EVENTS}",
        "branch_id": _branch(number, version),
        "event_kind": chance.choice(["talk", "gathering", "tour"]),
        "held_on": _at(number % EVENTS * 20, 24 * version).date(),
        "cost_amount": chance.randrange(100, 900),
        "currency": chance.choice(["CNY", "USD"]),
        "seats_count": 40,
    }


def _attendances(number: int, chance: Random, version: int) -> Mapping[str, object]:
    is_lead = number % 2 == 0
    return {
        "event_id": f"E{number % EVENTS}",
        "is_attended": chance.choice(["true", "false"]),
        "lead_id": f"L{number % LEADS}" if is_lead else "",
        "customer_id": "" if is_lead else _customer(number),
        "invited_at": _at(number % EVENTS * 20, -60),
        "is_existing_customer": "" if is_lead else "true",
    }


def _complaints(number: int, chance: Random, version: int) -> Mapping[str, object]:
    opened = _at(number, 24 * 45 if version == 2 else 1)
    resolved = opened + timedelta(hours=chance.randrange(1, 400))
    is_open = chance.random() < 0.25
    return {
        "complaint_id": f"C{number}",
        "branch_id": _branch(number, version),
        "opened_at": opened,
        "category_code": chance.choice(["quality", "delay"]),
        "customer_id": _customer(number) if chance.random() < 0.8 else "",
        "order_id": f"O{number}" if number % 2 else "",
        "channel_code": chance.choice(["phone", "web", ""]),
        "severity_code": chance.choice(["normal", "high", "critical"]),
        "cause_code": chance.choice(["late", "damaged", ""]),
        "first_response_at": opened + timedelta(minutes=chance.randrange(5, 600)),
        "resolved_at": "" if is_open else resolved,
        "outcome_code": "" if is_open else chance.choice(["resolved", "resolved", "withdrawn", "rejected"]),
        "compensation_amount": chance.choice(["", "20", "70"]),
        "text": f"Words {number}",
    }


def _complaint_events(number: int, chance: Random, version: int) -> Mapping[str, object]:
    case = number // len(LOG)
    hours = 3 + 20 * (number % len(LOG)) + (number * 5 % 11)
    return {"complaint_id": f"C{case}", "event_code": LOG[number % len(LOG)], "happened_at": _at(case, hours)}


def _surveys(number: int, chance: Random, version: int) -> Mapping[str, object]:
    after = number % 3 == 0
    sent = _at(number, 24 * 14 if after else 6)
    return {
        "invite_id": f"I{number}",
        "branch_id": _branch(number, version),
        "method_code": chance.choice(["phone", "online"]),
        "sent_at": sent,
        "customer_id": _customer(number),
        "complaint_id": f"C{number}" if after else "",
        "answered_at": sent + timedelta(hours=chance.randrange(1, 90)) if chance.random() < 0.6 else "",
    }


def _answers(number: int, chance: Random, version: int) -> Mapping[str, object]:
    question = QUESTIONS[number % len(QUESTIONS)]
    high = {"recommend": 10, "repurchase": 5}.get(question, 5)
    return {
        "invite_id": f"I{number // len(QUESTIONS)}",
        "question_code": question,
        "score": chance.randint(1, high),
        "scale_min": 0 if question == "recommend" else 1,
        "scale_max": high,
        "comment": f"Praise {number}",
    }


def _wallets(number: int, chance: Random, version: int) -> Mapping[str, object]:
    period = (START.replace(day=1) + timedelta(days=31 * (number // CUSTOMERS % 7))).replace(day=1).date()
    return {
        "customer_id": f"K{number % CUSTOMERS}",
        "period_on": period,
        "category_spend_amount": chance.randrange(900, 3000),
    }


def _staff(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "staff_id": f"S{number % STAFF}",
        "branch_id": _branch(number, version),
        "staff_name": f"Staff {number}",
        "hired_on": "2020-02-03",
    }


def _audits(number: int, chance: Random, version: int) -> Mapping[str, object]:
    scores = {name: chance.randrange(40, 100) for name in ("procedure_score", "personal_score")}
    visited = _at(number * 2).date()
    return {
        "audit_id": f"A{number}",
        "branch_id": _branch(number, version),
        "visited_on": visited,
        **scores,
        "staff_id": f"S{number % STAFF}",
    }


def _skills(number: int, chance: Random, version: int) -> Mapping[str, object]:
    items = {f"item_{place:02d}": chance.randint(1, 5) for place in range(1, 17)}
    return {"staff_id": f"S{number % STAFF}", "assessed_on": _at(number * 5).date(), **items}


def _targets(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {
        "metric_code": ("matrix.portfolio.support", "complaint.resolution")[number % 2],
        "scope_kind": "company",
        "scope_id": "",
        "period_on": (START.replace(day=1) + timedelta(days=31 * (number // 2 % 7))).replace(day=1).date(),
        "target_value": chance.randrange(10, 90),
    }


def _rates(number: int, chance: Random, version: int) -> Mapping[str, object]:
    return {"currency": "USD", "rate_on": _at(number * 6).date(), "rate": round(6 + chance.random(), 3)}


FEEDS: Mapping[str, Callable[[int, Random, int], Mapping[str, object]]] = {
    "branches": _branches,
    "staff": _staff,
    "customers": _customers,
    "lead_sources": _lead_sources,
    "leads": _leads,
    "lead_costs": _lead_costs,
    "lead_assignments": _assignments,
    "contacts": _contacts,
    "events": _events,
    "attendances": _attendances,
    "orders": _orders,
    "returns": _returns,
    "complaints": _complaints,
    "complaint_events": _complaint_events,
    "surveys": _surveys,
    "survey_answers": _answers,
    "wallets": _wallets,
    "service_audits": _audits,
    "skill_assessments": _skills,
    "working_hours": _working_hours,
    "targets": _targets,
    "currency_rates": _rates,
}
"""Row makers by feed, in the order in which feeds refer to each other."""
