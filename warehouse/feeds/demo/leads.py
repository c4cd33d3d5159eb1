"""The way of the leads: collected, screened, invited, at an event, ordered; passed on where they did not order."""

from dataclasses import dataclass

import numpy as np

from warehouse.feeds.demo.calendar import day_number
from warehouse.feeds.demo.columns import (
    DAY,
    FOREVER,
    HOUR,
    NONE,
    Bools,
    Column,
    Flag,
    Floats,
    Instant,
    Ints,
    Key,
    Table,
    Values,
    Whole,
    Word,
)
from warehouse.feeds.demo.frame import Frame, at_hours, branch_column, days_later, event_column, staff_column

LEAD = Key("L")
CUSTOMER = Key("C")
PHONE = Key("100", 8)  # no mobile number in use begins so
CHANNELS = ("phone", "visit", "sms", "wechat")
PURPOSES = (
    "screening",
    "invitation",
    "confirmation",
    "reminder",
    "thanks",
    "follow_up",
    "care",
    "complaint",
    "visit",
)
OUTCOMES = ("reached", "agreed", "refused", "no_answer", "wrong_number", "invalid_number", "callback")
OBJECTIONS = ("price", "no_time", "doubts_effect", "family_against", "too_far", "has_other", "not_interested")
REASONS = ("new", "recycled", "requested")
RECYCLE_AFTER = 90 * DAY


@dataclass(frozen=True)
class Leads:
    """One entry a lead, in order of collection; instants are FOREVER where the thing did not happen."""

    branch: Ints
    source: Ints
    collected: Ints
    owner: Ints
    assigned: Ints
    tried: Ints
    screened: Ints
    reconfirmed: Ints
    genuine: Bools
    reached: Bools
    invited: Ints
    agreed: Bools
    event: Ints
    attended: Bools
    ordered: Ints
    order_event: Ints
    passed_on: Ints
    second_owner: Ints

    def __len__(self) -> int:
        """How many leads."""
        return len(self.branch)


def make_leads(frame: Frame, rng: np.random.Generator, count: int) -> Leads:
    """The leads of one chunk with all that happens to them up to the horizon and beyond."""
    branch, collected = _collected(frame, rng, count)
    source = frame.sources.draw(rng, count)
    region = frame.branches.region[branch]
    clock = frame.clock
    chance = {name: frame.sources[name][source] for name in ("genuine", "reached", "invited", "attended", "ordered")}

    assigned = clock.after(region, collected, (rng.exponential(1.5, count) * HOUR).astype(np.int64))
    owner = frame.staff.draw(rng, branch, assigned)
    screened = _screened(frame, rng, source, region, collected)
    known = screened < FOREVER
    genuine = rng.random(count) < chance["genuine"]
    reached = known & genuine & (rng.random(count) < chance["reached"] / frame.base["screened"])
    tried = np.where(reached & (rng.random(count) < 0.3), screened, FOREVER)
    screened = np.where(tried < FOREVER, clock.after(region, screened, rng.integers(4, 14, count) * HOUR), screened)
    reconfirmed = np.where(known, np.where(reached, screened + 600, screened + 20 * HOUR), FOREVER)

    invited = reached & (rng.random(count) < chance["invited"])
    invited_at = clock.after(region, screened, rng.integers(2, 30, count) * HOUR)
    agreed = invited & (rng.random(count) < np.minimum(chance["attended"] / frame.base["shows_up"], 1.0))
    event = np.where(agreed, frame.events.next_after(branch, invited_at), NONE)
    attended = (event >= 0) & (rng.random(count) < frame.base["shows_up"])

    eager = frame.branches.selling[branch] * _decay(frame, source, collected)
    ordered, order_event = _first_order(
        frame,
        rng,
        source,
        event=np.where(attended, event, NONE),
        eager=eager,
        reached_at=np.where(reached, screened, FOREVER),
    )
    passed_on = _passed_on(frame, rng, assigned, ordered, known & genuine)
    late = (passed_on < FOREVER) & (ordered == FOREVER) & (rng.random(count) < frame.base["late_order"] * eager)
    ordered = np.where(late, days_later(rng, passed_on, 20, 0.8), ordered)
    return Leads(
        branch=branch,
        source=source,
        collected=collected,
        owner=owner,
        assigned=assigned,
        tried=tried,
        screened=screened,
        reconfirmed=reconfirmed,
        genuine=genuine,
        reached=reached,
        invited=np.where(invited, invited_at, FOREVER),
        agreed=agreed,
        event=event,
        attended=attended,
        ordered=ordered,
        order_event=order_event,
        passed_on=passed_on,
        second_owner=frame.staff.draw(rng, branch, np.minimum(passed_on, frame.horizon * DAY)),
    )


def _collected(frame: Frame, rng: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    days = frame.lead_days
    opened = np.maximum(frame.branches.opened + 1, frame.first)
    ends = np.full(len(opened), frame.horizon + 1)
    share = np.cumsum(frame.branches.weight * days.between(opened, ends))
    branch = np.minimum(np.searchsorted(share, rng.random(count) * share[-1], side="right"), len(share) - 1)
    day = days.draw(rng, opened[branch], ends[branch])
    collected = at_hours(rng, day, 7.0, 19.5)
    order = np.argsort(collected, kind="stable")
    return branch[order], collected[order]


def _screened(frame: Frame, rng: np.random.Generator, source: Ints, region: Ints, collected: Ints) -> Ints:
    count = len(source)
    due = frame.sources["screening_days"][source]
    on_time = rng.random(count) < frame.base["screened_on_time"]
    wait = due * np.where(on_time, rng.uniform(0.03, 0.6, count), rng.uniform(1.0, 3.5, count))
    called = frame.clock.after(region, collected + (wait * DAY).astype(np.int64), rng.integers(60, 5400, count))
    return np.where(rng.random(count) < frame.base["screened"], called, FOREVER)


def _decay(frame: Frame, source: Ints, collected: Ints) -> Floats:
    decay = frame.effects.source_decay
    worse = source == frame.sources.names.index(decay.source_code)
    worse &= collected // DAY >= day_number(decay.since(frame.until))
    return np.where(worse, decay.order_factor, 1.0)


def _first_order(
    frame: Frame, rng: np.random.Generator, source: Ints, *, event: Ints, eager: Floats, reached_at: Ints
) -> tuple[Ints, Ints]:
    """When each lead first ordered, and at which event (nothing where at none)."""
    count = len(source)
    winner = frame.effects.winning_event
    kind = frame.events.kind[event]
    factor = np.where(kind == frame.event_kinds.names.index(winner.event_kind), winner.order_factor, 1.0)
    after_event = (event >= 0) & (rng.random(count) < frame.sources["ordered"][source] * eager * factor)
    at_event = after_event & (rng.random(count) < 0.5)
    held = frame.events.day[event]
    there = at_hours(rng, held, 10.5, 16.0)
    afterwards = days_later(rng, there, 4, 0.8)
    direct = (reached_at < FOREVER) & (rng.random(count) < frame.sources["direct"][source] * eager)
    directly = days_later(rng, reached_at, 2.5, 0.9)
    ordered = np.where(after_event, np.where(at_event, there, afterwards), FOREVER)
    first = np.where(direct, np.minimum(directly, ordered), ordered)
    return first, np.where(at_event & (first == ordered), event, NONE)


def _passed_on(frame: Frame, rng: np.random.Generator, assigned: Ints, ordered: Ints, worth: Bools) -> Ints:
    count = len(assigned)
    draw = rng.random(count)
    in_time, late = frame.base["recycled_in_time"], frame.base["recycled_late"]
    wait = np.where(draw < in_time, rng.uniform(0.1, 6.8, count), rng.uniform(8, 45, count))
    due = assigned + RECYCLE_AFTER
    passed = worth & (ordered > due) & (draw < in_time + late)
    return np.where(passed, due + (wait * DAY).astype(np.int64), FOREVER)


def lead_table(
    frame: Frame, rng: np.random.Generator, leads: Leads, *, start: int, customer: Ints, referrer: Ints
) -> Table:
    """The feed `leads`. `start` numbers them; `customer` and `referrer` are customer numbers, nothing where none."""
    count = len(leads)
    marks = {
        name: Column(
            Flag(),
            np.where(leads.reached, rng.random(count) < share + 0.15 * (leads.ordered < FOREVER), NONE).astype(
                np.int64
            ),
            since=leads.reconfirmed,
        )
        for name, share in frame.base["four_marks"].items()
    }
    told = np.where(leads.reached & (rng.random(count) < 0.35), leads.source, NONE)
    other = (told >= 0) & (rng.random(count) < 0.15)
    return Table(
        "leads",
        leads.collected,
        {
            "lead_id": Column(LEAD, start + np.arange(count)),
            "branch_id": branch_column(leads.branch),
            "source_code": Column(frame.sources.word, leads.source),
            "collected_at": Column(Instant(), leads.collected),
            "collected_by_staff_id": staff_column(frame.staff.draw(rng, leads.branch, leads.collected)),
            "customer_id": Column(CUSTOMER, customer, since=leads.ordered),
            "phone": Column(PHONE, (start * 7 + np.arange(count) * 13) % 10**8),
            "referrer_customer_id": Column(CUSTOMER, referrer),
            "reconfirmed_at": Column(Instant(), leads.reconfirmed, since=leads.reconfirmed),
            "is_genuine": Column(Flag(), leads.genuine.astype(np.int64), since=leads.reconfirmed),
            **marks,
            "self_reported_source": Column(
                Word(frame.sources.texts("zh")),
                np.where(other, rng.integers(0, len(frame.sources), count), told),
                since=leads.reconfirmed,
            ),
        },
    )


def assignment_table(leads: Leads, *, start: int) -> Table:
    """The feed `lead_assignments`: the first owner, and the second where the lead was passed on."""
    passed = np.flatnonzero(leads.passed_on < FOREVER)
    lead = np.concatenate([np.arange(len(leads)), passed])
    at = np.concatenate([leads.assigned, leads.passed_on[passed]])
    owner = np.concatenate([leads.owner, leads.second_owner[passed]])
    reason = np.repeat([REASONS.index("new"), REASONS.index("recycled")], [len(leads), len(passed)])
    return Table(
        "lead_assignments",
        at,
        {
            "lead_id": Column(LEAD, start + lead),
            "staff_id": staff_column(owner),
            "assigned_at": Column(Instant(), at),
            "reason_code": Column(Word(REASONS), reason),
        },
    )


def attendance_table(frame: Frame, leads: Leads, *, start: int) -> Table:
    """The feed `attendances`, as far as leads go: everybody who agreed to come, known when the event is over."""
    lead = np.flatnonzero(leads.event >= 0)
    event = leads.event[lead]
    held = frame.events.day[event] * DAY
    return Table(
        "attendances",
        held + 18 * HOUR,
        {
            "event_id": event_column(event),
            "is_attended": Column(Flag(), leads.attended[lead].astype(np.int64)),
            "lead_id": Column(LEAD, start + lead),
            "invited_at": Column(Instant(), leads.invited[lead]),
            "confirmed_at": Column(
                Instant(), np.where(_promised(leads)[lead], _called_to_confirm(leads, held, lead), FOREVER)
            ),
            "is_existing_customer": Column(Flag(), np.zeros(len(lead), dtype=np.int64)),
        },
    )


def _called_to_confirm(leads: Leads, held: Ints, lead: Ints) -> Ints:
    """When each was called to confirm: two days before the event, or soon after the invitation where that is later."""
    called: Ints = np.maximum(leads.invited[lead] + 2 * HOUR, held - 2 * DAY + 10 * HOUR + (lead * 37) % (6 * HOUR))
    return called


def _promised(leads: Leads) -> Bools:
    """Who said yes to that call: all who came, and some who did not."""
    number = np.arange(len(leads))
    promised: Bools = (leads.event >= 0) & (number % 10 > 0) & (leads.attended | (number % 3 == 0))
    return promised


def call_table(frame: Frame, rng: np.random.Generator, leads: Leads, *, start: int) -> Table:
    """The feed `contacts`, as far as leads go: the six calls in their order, without contact_id."""
    everybody = np.arange(len(leads))
    came = np.flatnonzero(leads.event >= 0)
    held = frame.events.day[leads.event] * DAY
    confirmed = _called_to_confirm(leads, held[came], came)
    chance = rng.random((6, len(leads)))
    called = came[came % 10 > 0]
    reminded = came[chance[0, came] < 0.82]
    there = leads.attended
    thanked = everybody[there & (chance[1] < 0.86)]
    followed = everybody[there & (chance[2] < 0.84)]
    screened = everybody[leads.screened < FOREVER]
    asked = everybody[leads.invited < FOREVER]
    first_tries = everybody[leads.tried < FOREVER]
    no_reply = OUTCOMES.index("no_answer")
    reply = OUTCOMES.index("reached")
    agreed = OUTCOMES.index("agreed")
    refused = OUTCOMES.index("refused")
    found = np.where(leads.reached, reply, no_reply)
    found = np.where(
        leads.genuine,
        found,
        np.where(chance[3] < 0.6, OUTCOMES.index("wrong_number"), OUTCOMES.index("invalid_number")),
    )
    kept = np.where(_promised(leads), agreed, np.where(chance[4] < 0.5, no_reply, OUTCOMES.index("callback")))
    heard = np.where(chance[5] < 0.9, reply, no_reply)
    region = frame.branches.region[leads.branch]
    thanked_at = frame.clock.after(region, held + 20 * HOUR, everybody * 29 % 9000)
    followed_at = frame.clock.after(region, np.maximum(held + 3 * DAY, thanked_at), everybody * 31 % 40000)
    calls = [
        ("screening", first_tries, leads.tried[first_tries], np.full(len(first_tries), no_reply)),
        ("screening", screened, leads.screened[screened], found[screened]),
        ("invitation", asked, leads.invited[asked], np.where(leads.agreed, agreed, refused)[asked]),
        ("confirmation", called, confirmed[came % 10 > 0], kept[called]),
        ("reminder", reminded, held[reminded] - DAY + 16 * HOUR + (reminded * 17) % (3 * HOUR), heard[reminded]),
        ("thanks", thanked, thanked_at[thanked], heard[thanked]),
        ("follow_up", followed, followed_at[followed], heard[followed]),
    ]
    lead = np.concatenate([who for _, who, _, _ in calls])
    return contacts(
        rng,
        purpose=np.concatenate([np.full(len(who), PURPOSES.index(purpose)) for purpose, who, _, _ in calls]),
        at=np.concatenate([at for _, _, at, _ in calls]),
        outcome=np.concatenate([outcome for _, _, _, outcome in calls]),
        branch=leads.branch[lead],
        staff=leads.owner[lead],
        who={"lead_id": Column(LEAD, start + lead)},
    )


def contacts(
    rng: np.random.Generator,
    *,
    purpose: Ints,
    at: Ints,
    outcome: Ints,
    branch: Ints,
    staff: Ints,
    who: dict[str, Column],
) -> Table:
    """Rows of the feed `contacts`, without contact_id; durations, channels and objections are drawn."""
    count = len(at)
    talked = np.isin(outcome, [OUTCOMES.index(word) for word in ("reached", "agreed", "refused")])
    seconds = np.where(talked, np.exp(rng.normal(5.1, 0.7, count)), rng.uniform(0, 35, count))
    objecting = (outcome == OUTCOMES.index("refused")) & (purpose != PURPOSES.index("screening"))
    channel = np.where(purpose == PURPOSES.index("visit"), CHANNELS.index("visit"), _channel(rng, purpose))
    return Table(
        "contacts",
        at,
        {
            "branch_id": branch_column(branch),
            "channel_code": Column(Word(CHANNELS), channel),
            "purpose_code": Column(Word(PURPOSES), purpose),
            "started_at": Column(Instant(), at),
            "outcome_code": Column(Word(OUTCOMES), outcome),
            **who,
            "staff_id": staff_column(staff),
            "duration_seconds": Column(Whole(), seconds.astype(np.int64)),
            "objection_code": Column(
                Word(OBJECTIONS), np.where(objecting, rng.integers(0, len(OBJECTIONS), count), NONE)
            ),
        },
    )


def _channel(rng: np.random.Generator, purpose: Ints) -> Values:
    writes = np.isin(purpose, [PURPOSES.index("reminder"), PURPOSES.index("thanks")])
    return np.where(writes & (rng.random(len(purpose)) < 0.3), CHANNELS.index("wechat"), CHANNELS.index("phone"))
