"""Feeds that the head office writes: branches, staff, sources, costs, events, audits, hours, targets, rates."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from warehouse.feeds.demo.calendar import day_number, day_of, openings
from warehouse.feeds.demo.columns import (
    DAY,
    HOUR,
    Column,
    Day,
    Decimal,
    Ints,
    Key,
    Money,
    Table,
    TimeOfDay,
    Whole,
    Word,
)
from warehouse.feeds.demo.customers import NAMES
from warehouse.feeds.demo.frame import (
    CURRENCY,
    PLANNED,
    REGION,
    Frame,
    branch_column,
    event_column,
    places,
    staff_column,
)

ROLES = ("店长", "健康顾问", "服务专员", "电话专员", "专家")
SKILLS = 16
# Monthly targets of the company: metric, target, what the branches are asked beside it.
TARGETS = (
    ("lead.genuine_rate", 0.75),
    ("lead.conversion_90", 0.12),
    ("complaint.sla_rate", 0.90),
    ("csat.top2", 0.80),
    ("nps", 35.0),
    ("survey.response_rate", 0.40),
    ("five.repeat_rate", 0.55),
    ("five.referral_rate", 0.30),
    ("five.churn_rate", 0.30),
)
FOR_BRANCHES = ("lead.conversion_90", "complaint.sla_rate", "csat.top2")


def office_tables(frame: Frame) -> Iterator[Table]:
    """All of them, one after the other, in the order in which they refer to each other."""
    yield branch_table(frame)
    yield staff_table(frame)
    yield source_table(frame)
    yield cost_table(frame)
    yield event_table(frame)
    yield audit_table(frame)
    for half_year, day in enumerate(range(frame.first + 75, frame.horizon, 182)):
        yield skill_table(frame, day, frame.rng(2, 3, half_year))
    yield hours_table(frame)
    yield target_table(frame)
    yield rate_table(frame)


def _always(count: int) -> Ints:
    return np.zeros(count, dtype=np.int64)


def branch_table(frame: Frame) -> Table:
    """The feed `branches`."""
    declared = places()["branches"]
    regions = Word(tuple(region["name"] for region in places()["regions"].values()))
    branches = frame.branches
    number = np.arange(len(declared))
    return Table(
        "branches",
        _always(len(declared)),
        {
            "branch_id": branch_column(number),
            "branch_name": Column(Word(tuple(branch["name"] for branch in declared)), number),
            "region_id": Column(REGION, branches.region + 1),
            "region_name": Column(regions, branches.region),
            "city": Column(Word(tuple(branch["city"] for branch in declared)), number),
            "opened_on": Column(Day(), branches.opened),
        },
    )


def staff_table(frame: Frame) -> Table:
    """The feed `staff`."""
    staff = frame.staff
    rng = frame.rng(2, 0)
    count = len(staff.branch)
    place = np.arange(count) - staff.first[staff.branch]
    return Table(
        "staff",
        staff.hired * DAY,
        {
            "staff_id": staff_column(np.arange(count)),
            "branch_id": branch_column(staff.branch),
            "staff_name": Column(NAMES, rng.integers(0, len(NAMES.words), count)),
            "staff_role": Column(Word(ROLES), np.where(place == 0, 0, 1 + place % (len(ROLES) - 1))),
            "hired_on": Column(Day(), staff.hired),
            "left_on": Column(Day(), staff.left, since=staff.left * DAY),
        },
    )


def source_table(frame: Frame) -> Table:
    """The feed `lead_sources`."""
    number = np.arange(len(frame.sources))
    return Table(
        "lead_sources",
        _always(len(number)),
        {
            "source_code": Column(frame.sources.word, number),
            "source_group": Column(Word(frame.sources.texts("group")), number),
            "label_en": Column(Word(frame.sources.texts("en")), number),
            "label_zh": Column(Word(frame.sources.texts("zh")), number),
            "screening_days": Column(Whole(), frame.sources["screening_days"].astype(np.int64)),
        },
    )


def cost_table(frame: Frame) -> Table:
    """The feed `lead_costs`: what each source cost each branch, each month; known when the month is over."""
    rng = frame.rng(2, 1)
    months = _months(frame.first, frame.horizon)
    first = np.array([month for month, _ in months])
    after = np.array([after for _, after in months])
    month, branch, source = (
        grid.ravel()
        for grid in np.meshgrid(np.arange(len(months)), np.arange(40), np.arange(len(frame.sources)), indexing="ij")
    )
    opened = frame.branches.opened[branch] + 1
    days = frame.lead_days
    busy = days.between(np.maximum(first[month], opened), np.maximum(after[month], opened))
    weight = frame.branches.weight * days.between(
        np.maximum(frame.branches.opened + 1, frame.first), np.full(len(frame.branches.opened), frame.horizon + 1)
    )
    leads = frame.leads_expected(frame.customers) * frame.branches.weight[branch] * busy / weight.sum()
    cost = leads * (frame.sources["share"] * frame.sources["cost"])[source] * rng.uniform(0.8, 1.2, len(month))
    spent = busy > 0
    return Table(
        "lead_costs",
        (after[month] * DAY - 4 * HOUR)[spent],
        {
            "source_code": Column(frame.sources.word, source[spent]),
            "branch_id": branch_column(branch[spent]),
            "month_on": Column(Day(), first[month][spent]),
            "cost_amount": Column(Money(), np.round(cost[spent]).astype(np.int64) * 100),
            "currency": Column(CURRENCY, _always(int(spent.sum()))),
        },
    )


def _months(first: int, last: int) -> list[tuple[int, int]]:
    """First day and the day after the last of every month between two days."""
    day = day_of(first).replace(day=1)
    months = []
    while day_number(day) <= last:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        months.append((day_number(day), day_number(after)))
        day = after
    return months


def event_table(frame: Frame) -> Table:
    """The feed `events`, each known once it was held."""
    events = frame.events
    return Table(
        "events",
        events.day * DAY + 17 * HOUR,
        {
            "event_id": event_column(np.arange(len(events.day))),
            "branch_id": branch_column(events.branch),
            "event_kind": Column(frame.event_kinds.word, events.kind),
            "held_on": Column(Day(), events.day),
            "cost_amount": Column(Money(), events.cost),
            "currency": Column(CURRENCY, _always(len(events.day))),
            "seats_count": Column(Whole(), events.seats),
        },
    )


def audit_table(frame: Frame) -> Table:
    """The feed `service_audits`: a mystery guest in every branch every month."""
    rng = frame.rng(2, 2)
    starts = np.array([max(first, frame.first) for first, _ in _months(frame.first, frame.horizon)])
    month, branch = (grid.ravel() for grid in np.meshgrid(np.arange(len(starts)), np.arange(40), indexing="ij"))
    day = starts[month] + rng.integers(0, 27, len(month))
    there = day > frame.branches.opened[branch] + 30
    branch, day = branch[there], day[there]
    order = np.argsort(day, kind="stable")
    branch, day = branch[order], day[order]
    # Two independent sides a branch, so that all four types of service are found.
    sides = np.stack([-frame.branches.pace, frame.branches.quality])
    sides = (sides - sides.mean(axis=1, keepdims=True)) / sides.std(axis=1, keepdims=True)
    scores = 72 + 9 * sides[:, branch] + rng.normal(0, 5, (2, len(day)))
    procedure, personal = np.clip(np.round(scores, 1), 0, 100)
    return Table(
        "service_audits",
        day * DAY + 18 * HOUR,
        {
            "audit_id": Column(Key("A", 6), 1 + np.arange(len(day))),
            "branch_id": branch_column(branch),
            "visited_on": Column(Day(), day),
            "procedure_score": Column(Decimal(), procedure),
            "personal_score": Column(Decimal(), personal),
            "staff_id": staff_column(frame.staff.draw(rng, branch, day * DAY)),
        },
    )


def skill_table(frame: Frame, day: int, rng: np.random.Generator) -> Table:
    """The feed `skill_assessments` of one day: everybody who is there and not quite new."""
    staff = frame.staff
    who = np.flatnonzero((staff.hired + 20 < day) & (day < staff.left))
    assessed = np.full(len(who), day)
    level = rng.normal(3.4, 0.5, len(who))
    items = np.clip(np.round(level + rng.normal(0, 0.8, (SKILLS, len(who)))), 1, 5).astype(np.int64)
    return Table(
        "skill_assessments",
        assessed * DAY + 17 * HOUR,
        {
            "staff_id": staff_column(who),
            "assessed_on": Column(Day(), assessed),
            **{f"item_{number + 1:02d}": Column(Whole(), item) for number, item in enumerate(items)},
        },
    )


def hours_table(frame: Frame) -> Table:
    """The feed `working_hours`, as far ahead as it is planned."""
    worked = openings(places()["regions"], frame.first - 10, frame.last + PLANNED)
    return Table(
        "working_hours",
        _always(len(worked.day)),
        {
            "region_id": Column(REGION, worked.region + 1),
            "worked_on": Column(Day(), worked.day),
            "opens_at": Column(TimeOfDay(), worked.opens),
            "closes_at": Column(TimeOfDay(), worked.closes),
        },
    )


def target_table(frame: Frame) -> Table:
    """The feed `targets`, monthly: company and regions for all the time, branches for the last year."""
    kinds = ("company", "region", "branch")
    regions, branches = len(places()["regions"]), len(frame.branches.weight)
    scopes = (*places()["regions"], *(f"B{number + 1:02d}" for number in range(branches)))
    rows = [
        (metric, 0 if scope == 0 else 1 if scope <= regions else 2, scope, month, target)
        for month, _ in _months(frame.first, frame.last + PLANNED)
        for metric, (code, target) in enumerate(TARGETS)
        for scope in range(len(scopes) + 1)
        if scope <= regions or (code in FOR_BRANCHES and month > frame.last - 366)
    ]
    metric, kind, scope, month, target = (np.array(column) for column in zip(*rows, strict=True))
    return Table(
        "targets",
        _always(len(rows)),
        {
            "metric_code": Column(Word(tuple(code for code, _ in TARGETS)), metric),
            "scope_kind": Column(Word(kinds), kind),
            "scope_id": Column(Word(scopes), scope - 1),  # the company needs no name
            "period_on": Column(Day(), month),
            "target_value": Column(Decimal(), target),
        },
    )


def rate_table(frame: Frame) -> Table:
    """The feed `currency_rates`: one currency, so 1 every day."""
    day = np.arange(frame.first, frame.horizon + 1)
    return Table(
        "currency_rates",
        day * DAY + HOUR,
        {
            "currency": Column(CURRENCY, _always(len(day))),
            "rate_on": Column(Day(), day),
            "rate": Column(Decimal(), np.ones(len(day))),
        },
    )
