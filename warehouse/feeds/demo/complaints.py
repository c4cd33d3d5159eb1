"""Complaints from receipt to the end, with every step of the way."""

from dataclasses import dataclass

import numpy as np

from warehouse.feeds.demo.calendar import day_number
from warehouse.feeds.demo.columns import (
    DAY,
    FOREVER,
    HOUR,
    NONE,
    Column,
    Floats,
    Instant,
    Ints,
    Key,
    Money,
    Table,
    Word,
)
from warehouse.feeds.demo.customers import ORDER, Customers, Orders, number_or_nothing
from warehouse.feeds.demo.frame import Frame, branch_column, staff_column
from warehouse.feeds.demo.leads import CUSTOMER, OUTCOMES, PURPOSES, contacts

COMPLAINT = Key("K")
CATEGORIES = ("product_quality", "effect", "delivery", "billing", "service_attitude", "after_sales", "promotion")
CATEGORY_SHARES = (0.24, 0.20, 0.15, 0.12, 0.12, 0.11, 0.06)
CAUSES = (
    "service_below_expectation",
    "quality_of_work",
    "unprofessional_conduct",
    "bill_above_estimate",
    "wants_more_service",
    "product",
)
CAUSE_SHARES = (0.31, 0.19, 0.13, 0.10, 0.09, 0.18)
CHANNELS = ("phone", "store", "wechat", "online", "letter")
CHANNEL_SHARES = (0.46, 0.22, 0.17, 0.12, 0.03)
OUTCOME_CODES = ("resolved", "withdrawn", "transferred", "rejected")
EVENTS = ("opened", "responded", "paused", "resumed", "escalated", "resolved", "reopened", "closed")
TEXTS = Word(
    (
        "用了一个月没有效果，要求退货",
        "送货晚了三天，也没有人通知",
        '客服说"明天回电"，一直没有等到',
        "发票金额与订单不一致，请核对",
        "机器有异响，希望上门检修",
        "店员态度冷淡，问题没有解决",
        "宣传时承诺的赠品没有收到",
        "包装破损，里面的瓶子碎了一个",
        "保养服务约了两次都没来",
        "对产品说明有疑问,希望专家解答",
    )
)


@dataclass(frozen=True)
class Complaints:
    """One entry a complaint, in order of opening; instants are FOREVER where the thing did not happen."""

    customer: Ints
    order: Ints
    branch: Ints
    severity: Ints
    channel: Ints
    handler: Ints
    opened: Ints
    responded: Ints
    paused: Ints
    resumed: Ints
    escalated: Ints
    resolved: Ints
    reopened: Ints
    resolved_again: Ints
    closed: Ints
    outcome: Ints

    def __len__(self) -> int:
        """How many complaints."""
        return len(self.customer)

    @property
    def last_resolved(self) -> Ints:
        """The resolution that held: the second where it was reopened."""
        return np.where(self.reopened < FOREVER, self.resolved_again, self.resolved)

    @property
    def hours(self) -> Floats:
        """Calendar hours from receipt to the resolution that held; infinite where there is none."""
        resolved = self.last_resolved
        hours: Floats = np.where(resolved < FOREVER, (resolved - self.opened) / HOUR, np.inf)
        return hours


def make_complaints(frame: Frame, rng: np.random.Generator, orders: Orders, customers: Customers) -> Complaints:
    """Complaints of one chunk up to the horizon and beyond."""
    customer, order, branch, opened = _opened(frame, rng, orders, customers)
    count = len(opened)
    region = frame.branches.region[branch]
    severity = frame.severities.draw(rng, count)
    on_duty = severity == frame.severities.names.index(frame.base["duty_severity"])
    pace = frame.branches.pace[branch] * _slip(frame, branch, opened)
    stuck = np.where(rng.random(count) < frame.base["stuck"]["share"], frame.base["stuck"]["factor"], 1.0)

    def passed(instant: Ints, hours: Floats) -> Ints:
        seconds = np.maximum((hours * HOUR).astype(np.int64), 60)
        return np.where(on_duty, instant + seconds, frame.clock.after(region, instant, seconds))

    answer_hours = frame.severities["response"][severity] * np.exp(rng.normal(0, 0.9, count)) * pace
    at_desk = rng.random(count) < 0.45  # the hotline answers by day and night, but cannot resolve
    responded = np.where(
        at_desk, opened + (answer_hours * HOUR / 2).astype(np.int64) + 60, passed(opened, answer_hours)
    )
    hours = frame.severities["resolution"][severity] * np.exp(rng.normal(0, frame.base["handling_spread"], count))
    done = np.maximum(passed(opened, hours * pace * stuck), passed(responded, rng.uniform(0.1, 1.5, count)))
    pauses = rng.random(count) < frame.base["paused"]
    paused = np.where(pauses, responded + ((done - responded) * rng.uniform(0.1, 0.7, count)).astype(np.int64), FOREVER)
    resumed = np.where(pauses, paused + (rng.exponential(1.2, count) * DAY).astype(np.int64) + 1800, FOREVER)
    done = np.where(
        pauses, passed(np.minimum(resumed, FOREVER >> 1), np.maximum((done - paused) / HOUR / 4, 0.2)), done
    )

    outcome = np.searchsorted(
        np.cumsum([frame.base["outcomes"][code] for code in OUTCOME_CODES[1:]]), rng.random(count), side="right"
    )
    outcome = (outcome + 1) % len(OUTCOME_CODES)
    dropped = np.isin(outcome, [OUTCOME_CODES.index("withdrawn"), OUTCOME_CODES.index("transferred")])
    resolved = np.where(dropped, FOREVER, done)
    returns = ~dropped & (rng.random(count) < frame.base["reopened"])
    reopened = np.where(returns, done + (rng.exponential(5.0, count) * DAY).astype(np.int64) + HOUR, FOREVER)
    resolved_again = np.where(returns, passed(np.minimum(reopened, FOREVER >> 1), 0.5 + hours * pace * 0.7), FOREVER)
    end = np.where(returns, resolved_again, done)
    escalated = (hours * pace * stuck > 25) & (rng.random(count) < 0.5)
    return Complaints(
        customer=customer,
        order=order,
        branch=branch,
        severity=severity,
        channel=_shared(rng, CHANNEL_SHARES, count),
        handler=frame.staff.draw(rng, branch, opened),
        opened=opened,
        responded=responded,
        paused=paused,
        resumed=resumed,
        escalated=np.where(escalated & ~pauses, (responded + done) // 2, FOREVER),
        resolved=resolved,
        reopened=reopened,
        resolved_again=resolved_again,
        closed=np.where(dropped, end, end + (rng.exponential(14, count) * HOUR).astype(np.int64) + 600),
        outcome=outcome,
    )


def _opened(
    frame: Frame, rng: np.random.Generator, orders: Orders, customers: Customers
) -> tuple[Ints, Ints, Ints, Ints]:
    """Customer, order, branch and instant of each complaint; unhappy customers complain more."""
    mood = customers.mood[orders.customer]
    likely = frame.base["complaints_per_order"] * np.exp(-0.45 * mood - 0.09)
    order = np.flatnonzero(rng.random(len(orders)) < likely)
    wait = np.exp(rng.normal(np.log(7), 1.0, len(order))).astype(np.int64) + 1
    day = orders.at[order] // DAY + wait
    weekend = (day + 3) % 7 >= 5  # the first day of 1970 was a Thursday
    opened = _round_the_clock(rng, day + 2 * (weekend & (rng.random(len(day)) < 0.45)))
    nameless = rng.random(len(order)) < frame.base["without_customer"]
    customer = orders.customer[order]
    branch = customers.branch[customer]
    inside = np.argsort(opened, kind="stable")
    return (
        np.where(nameless, NONE, customer)[inside],
        np.where(nameless, NONE, order)[inside],
        branch[inside],
        opened[inside],
    )


def _round_the_clock(rng: np.random.Generator, day: Ints) -> Ints:
    """Most by day, some in the evening, a few at night."""
    part = rng.random(len(day))
    hour = np.where(
        part < 0.76,
        rng.uniform(8.5, 18, len(day)),
        np.where(part < 0.94, rng.uniform(18, 23, len(day)), rng.uniform(0, 8.5, len(day))),
    )
    return day * DAY + (hour * HOUR).astype(np.int64)


def _slip(frame: Frame, branch: Ints, opened: Ints) -> Floats:
    slip = frame.effects.branch_slip
    slower = (branch == frame.slipping_branch) & (opened // DAY >= day_number(slip.since(frame.until)))
    return np.where(slower, slip.handling_factor, 1.0)


def _shared(rng: np.random.Generator, shares: tuple[float, ...], count: int) -> Ints:
    return np.minimum(np.searchsorted(np.cumsum(shares), rng.random(count), side="right"), len(shares) - 1)


def complaint_table(frame: Frame, rng: np.random.Generator, complaints: Complaints, *, start: int) -> Table:
    """The feed `complaints`; `start` numbers customers, orders and complaints alike."""
    count = len(complaints)
    outcome, closed = complaints.outcome, complaints.closed
    ended = np.where(complaints.last_resolved < FOREVER, complaints.last_resolved, closed)
    own_deadline = np.isin(complaints.channel, [CHANNELS.index("phone"), CHANNELS.index("online")]) & (
        rng.random(count) < 0.6
    )
    due = complaints.opened + (frame.severities["due"][complaints.severity] * HOUR).astype(np.int64)
    paid = (rng.random(count) < 0.18) & (outcome == OUTCOME_CODES.index("resolved"))
    amount = (np.exp(rng.normal(4.6, 0.8, count)) // 10 * 10).astype(np.int64) * 100
    return Table(
        "complaints",
        complaints.opened,
        {
            "complaint_id": Column(COMPLAINT, start + np.arange(count)),
            "branch_id": branch_column(complaints.branch),
            "opened_at": Column(Instant(), complaints.opened),
            "category_code": Column(Word(CATEGORIES), _shared(rng, CATEGORY_SHARES, count)),
            "customer_id": Column(CUSTOMER, number_or_nothing(complaints.customer, start)),
            "order_id": Column(ORDER, number_or_nothing(complaints.order, start)),
            "channel_code": Column(Word(CHANNELS), complaints.channel),
            "severity_code": Column(frame.severities.word, complaints.severity),
            "cause_code": Column(Word(CAUSES), _shared(rng, CAUSE_SHARES, count), since=ended),
            "handler_staff_id": staff_column(complaints.handler),
            "due_at": Column(Instant(), np.where(own_deadline, due, FOREVER)),
            "first_response_at": Column(Instant(), complaints.responded, since=complaints.responded),
            "resolved_at": Column(
                Instant(),
                complaints.resolved,
                since=complaints.resolved,
                then=(
                    (complaints.reopened, np.full(count, FOREVER)),
                    (complaints.resolved_again, complaints.resolved_again),
                ),
            ),
            "closed_at": Column(Instant(), closed, since=closed),
            "outcome_code": Column(Word(OUTCOME_CODES), outcome, since=closed),
            "compensation_amount": Column(Money(), np.where(paid, amount, NONE), since=ended),
            "text": Column(TEXTS, rng.integers(0, len(TEXTS.words), count)),
        },
    )


def step_table(complaints: Complaints, *, start: int) -> Table:
    """The feed `complaint_events`: what happened to each complaint, step by step."""
    steps = {
        "opened": complaints.opened,
        "responded": complaints.responded,
        "paused": complaints.paused,
        "resumed": complaints.resumed,
        "escalated": complaints.escalated,
        "resolved": complaints.resolved,
        "reopened": complaints.reopened,
        "closed": complaints.closed,
    }
    at = np.concatenate([*steps.values(), complaints.resolved_again])
    codes = [*steps, "resolved"]
    event = np.repeat([EVENTS.index(code) for code in codes], len(complaints))
    number = np.tile(np.arange(len(complaints)), len(codes))
    happened = at < FOREVER
    by_staff = ~np.isin(event, [EVENTS.index("opened"), EVENTS.index("reopened")])
    staff = np.where(by_staff, complaints.handler[number], NONE)
    return Table(
        "complaint_events",
        at[happened],
        {
            "complaint_id": Column(COMPLAINT, (start + number)[happened]),
            "event_code": Column(Word(EVENTS), event[happened]),
            "happened_at": Column(Instant(), at[happened]),
            "staff_id": staff_column(staff[happened]),
        },
    )


def call_back_table(frame: Frame, rng: np.random.Generator, complaints: Complaints, *, start: int) -> Table:
    """The feed `contacts`, as far as complaints go: calls while one runs or soon after, without contact_id."""
    named = complaints.customer >= 0
    called = np.flatnonzero(named & (rng.random(len(complaints)) < 0.3))
    late = rng.random(len(called)) < 0.35
    from_ = np.where(late, np.minimum(complaints.closed, FOREVER >> 1)[called], complaints.responded[called])
    branch = complaints.branch[called]
    at = frame.clock.after(frame.branches.region[branch], from_, rng.integers(600, 8 * HOUR, len(called)))
    return contacts(
        rng,
        purpose=np.full(len(called), PURPOSES.index("complaint")),
        at=at,
        outcome=np.full(len(called), OUTCOMES.index("reached")),
        branch=branch,
        staff=complaints.handler[called],
        who={"customer_id": Column(CUSTOMER, start + complaints.customer[called])},
    )
