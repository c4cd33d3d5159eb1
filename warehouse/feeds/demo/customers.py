"""Customers and what they buy: orders in their season, returns, visits, events they come back to, and their wallets."""

from dataclasses import dataclass

import numpy as np

from warehouse.feeds.demo.columns import (
    DAY,
    FOREVER,
    HOUR,
    NONE,
    Bools,
    Column,
    Day,
    Flag,
    Floats,
    Instant,
    Ints,
    Key,
    Money,
    Table,
    Whole,
    Word,
)
from warehouse.feeds.demo.frame import (
    CURRENCY,
    Frame,
    at_hours,
    branch_column,
    event_column,
    places,
    staff_column,
)
from warehouse.feeds.demo.leads import CUSTOMER, LEAD, OUTCOMES, PHONE, PURPOSES, Leads, contacts

ORDER = Key("O")
RETURN = Key("Q")
KINDS = ("person", "company", "distributor")
STYLES = ("expressive", "driver", "amiable", "analytical")
USAGES = ("private", "company", "commercial")
OCCUPATIONS = ("retired", "teacher", "civil_servant", "worker", "shop_owner", "office", "farmer", "medical")
RETURN_REASONS = ("no_effect", "changed_mind", "damaged", "wrong_item", "family_against")
NAMES = Word(tuple(surname + given for surname in places()["surnames"] for given in places()["given"]))
YEAR = 365.25
CARE_CALLS_A_YEAR = 0.3


@dataclass(frozen=True)
class Customers:
    """One entry a customer: first those there before the first day, then the converts in order of their first order.

    `product` and `service` are how satisfied each is with either, in standard deviations. `lead` is the lead a convert
    came from, `active_from` and `active_until` the days between which further orders come.
    """

    branch: Ints
    since: Ints
    kind: Ints
    product: Floats
    service: Floats
    rate: Floats
    lead: Ints
    active_from: Ints
    active_until: Ints

    def __len__(self) -> int:
        """How many customers."""
        return len(self.branch)

    @property
    def mood(self) -> Floats:
        """Satisfaction with both, in standard deviations."""
        mood: Floats = (self.product + self.service) / 2
        return mood


@dataclass(frozen=True)
class Orders:
    """One entry an order, in order of time. `customer` is a position; amounts in fen."""

    customer: Ints
    at: Ints
    line: Ints
    amount: Ints
    event: Ints
    lead: Ints

    def __len__(self) -> int:
        """How many orders."""
        return len(self.customer)


def make_customers(frame: Frame, rng: np.random.Generator, leads: Leads, count: int) -> Customers:
    """Customers of one chunk: `count` of them known on the last day, and those won after it."""
    won = np.flatnonzero(leads.ordered < (frame.horizon + 1) * DAY)
    won = won[np.argsort(leads.ordered[won], kind="stable")]
    known = max(0, count - int((leads.ordered[won] <= frame.end).sum()))
    weight = np.where(frame.branches.opened < frame.first - 200, frame.branches.weight, 0.0)
    old_branch = rng.choice(len(weight), size=known, p=weight / weight.sum())
    branch = np.concatenate([old_branch, leads.branch[won]])
    age = rng.random(known) ** 1.5 * np.minimum(frame.first - frame.branches.opened[old_branch] - 10, 2500)
    since = np.concatenate([at_hours(rng, frame.first - 5 - age.astype(np.int64), 9, 19), leads.ordered[won]])
    total = len(branch)
    common, own = rng.normal(0, 1, total), rng.normal(0, 0.66, (2, total))
    mood = 0.75 * common + frame.branches.quality[branch]
    product, service = mood + own[0], mood + own[1]
    tier = frame.tiers.draw(rng, total)
    kind = np.searchsorted([0.92, 0.97], rng.random(total), side="right")
    rate = frame.tiers["orders_a_year"][tier] * np.exp(rng.normal(-0.2, 0.3, total)) * np.where(kind == 2, 2.0, 1.0)
    rate *= frame.effects.satisfaction.repurchase_per_sd ** ((product + service) / 2)
    stays = rng.exponential(YEAR / frame.base["leaves_a_year"], total).astype(np.int64)
    active_from = np.concatenate([np.full(known, frame.first), leads.ordered[won] // DAY + 1])
    return Customers(
        branch=branch,
        since=since,
        kind=kind,
        product=product,
        service=service,
        rate=rate,
        lead=np.concatenate([np.full(known, NONE), won]),
        active_from=active_from,
        active_until=np.minimum(active_from + stays, frame.horizon + 1),
    )


def make_orders(frame: Frame, rng: np.random.Generator, leads: Leads, customers: Customers) -> Orders:
    """First orders of the converts and everybody's further orders up to the horizon."""
    days = frame.order_days
    busy = days.between(customers.active_from, customers.active_until)
    further = rng.poisson(customers.rate / YEAR * busy)
    again = np.repeat(np.arange(len(customers)), further)
    day = days.draw(rng, customers.active_from[again], customers.active_until[again])
    converts = np.flatnonzero(customers.lead >= 0)
    lead = customers.lead[converts]
    customer = np.concatenate([converts, again])
    at = np.concatenate([leads.ordered[lead], at_hours(rng, day, 8.5, 20.5)])
    line = frame.product_lines.draw(rng, len(customer))
    spread = np.exp(rng.normal(0, 1, len(customer)) * frame.product_lines["spread"][line])
    size = np.where(customers.kind[customer] == 2, 3.0, np.where(customers.kind[customer] == 1, 1.8, 1.0))
    amount = np.round(frame.product_lines["price"][line] * spread * size).astype(np.int64) * 100
    none = np.full(len(again), NONE)
    order = np.argsort(at, kind="stable")
    return Orders(
        customer=customer[order],
        at=at[order],
        line=line[order],
        amount=amount[order],
        event=np.concatenate([leads.order_event[lead], none])[order],
        lead=np.concatenate([lead, none])[order],
    )


def customer_of_lead(leads: Leads, customers: Customers) -> Ints:
    """Position of the customer that each lead became, nothing where it did not."""
    found = np.full(len(leads), NONE)
    converts = np.flatnonzero(customers.lead >= 0)
    found[customers.lead[converts]] = converts
    return found


def referrer_of_lead(frame: Frame, rng: np.random.Generator, leads: Leads, customers: Customers) -> Ints:
    """For leads by referral: the most satisfied of five active customers of the branch; nothing for others."""
    order = np.argsort(customers.branch, kind="stable")
    count = np.bincount(customers.branch, minlength=len(frame.branches.weight))
    first = np.cumsum(count) - count
    mood = customers.mood
    best = np.full(len(leads), NONE)
    referred = leads.source == frame.sources.names.index("referral")
    for _ in range(5):
        offset = (rng.random(len(leads)) * count[leads.branch]).astype(np.int64)
        candidate = order[np.minimum(first[leads.branch] + offset, len(order) - 1)]
        fits = referred & (count[leads.branch] > 0) & (customers.since[candidate] < leads.collected - DAY)
        fits &= leads.collected < customers.active_until[candidate] * DAY
        better = fits & ((best < 0) | (mood[candidate] > mood[best]))
        best = np.where(better, candidate, best)
    return best


def number_or_nothing(position: Ints, start: int) -> Ints:
    """Positions as running numbers from `start`; nothing stays nothing."""
    return np.where(position < 0, NONE, position + start)


def customer_table(frame: Frame, rng: np.random.Generator, customers: Customers, *, start: int) -> Table:
    """The feed `customers`; `start` numbers them."""
    count = len(customers)
    born = customers.since
    owned = rng.random(count) < 0.7
    before = (rng.random(count) * np.minimum(2000, 200 + customers.active_from - frame.first)).astype(np.int64)
    owner_at = np.maximum(born, frame.first * DAY)
    return Table(
        "customers",
        born,
        {
            "customer_id": Column(CUSTOMER, start + np.arange(count)),
            "branch_id": branch_column(customers.branch),
            "customer_kind": Column(Word(KINDS), customers.kind),
            "created_on": Column(Day(), born // DAY),
            "customer_name": Column(NAMES, rng.integers(0, len(NAMES.words), count)),
            "phone": Column(PHONE, (start * 11 + np.arange(count) * 17) % 10**8),
            "is_star": Column(Flag(), (customers.rate > 4.5).astype(np.int64)),
            "owner_staff_id": staff_column(frame.staff.draw(rng, customers.branch, owner_at)),
            "social_style": Column(Word(STYLES), rng.integers(0, 4, count)),
            "usage_code": Column(Word(USAGES), np.minimum(customers.kind, rng.integers(0, 3, count) + customers.kind)),
            "product_owned_since_on": Column(
                Day(), np.where(owned, born // DAY - before * (customers.lead < 0), FOREVER)
            ),
            "birth_year": Column(Whole(), np.clip(np.round(rng.normal(1956, 9, count)), 1930, 2000).astype(np.int64)),
            "occupation_code": Column(Word(OCCUPATIONS), rng.integers(0, len(OCCUPATIONS), count)),
        },
    )


def order_table(
    frame: Frame, rng: np.random.Generator, orders: Orders, customers: Customers, *, start: int, leads_start: int
) -> Table:
    """The feed `orders`; `start` numbers customers and orders alike."""
    branch = customers.branch[orders.customer]
    return Table(
        "orders",
        orders.at,
        {
            "order_id": Column(ORDER, start + np.arange(len(orders))),
            "customer_id": Column(CUSTOMER, start + orders.customer),
            "branch_id": branch_column(branch),
            "ordered_at": Column(Instant(), orders.at),
            "amount": Column(Money(), orders.amount),
            "currency": Column(CURRENCY, np.zeros(len(orders), dtype=np.int64)),
            "product_line": Column(frame.product_lines.word, orders.line),
            "quantity": Column(Whole(), 1 + rng.poisson(0.6, len(orders))),
            "staff_id": staff_column(frame.staff.draw(rng, branch, orders.at)),
            "event_id": event_column(orders.event),
            "lead_id": Column(LEAD, number_or_nothing(orders.lead, leads_start)),
        },
    )


def return_table(frame: Frame, rng: np.random.Generator, orders: Orders, customers: Customers, *, start: int) -> Table:
    """The feed `returns`: whole orders or half of them, some days later."""
    back = np.flatnonzero(rng.random(len(orders)) < frame.base["returned"])
    at = at_hours(rng, orders.at[back] // DAY + rng.integers(2, 26, len(back)), 9, 19)
    whole = rng.random(len(back)) < 0.75
    return Table(
        "returns",
        at,
        {
            "return_id": Column(RETURN, start + np.arange(len(back))),
            "order_id": Column(ORDER, start + back),
            "returned_at": Column(Instant(), at),
            "amount": Column(Money(), np.where(whole, orders.amount[back], orders.amount[back] // 2)),
            "reason_code": Column(Word(RETURN_REASONS), rng.integers(0, len(RETURN_REASONS), len(back))),
            "branch_id": branch_column(customers.branch[orders.customer[back]]),
            "customer_id": Column(CUSTOMER, start + orders.customer[back]),
        },
    )


def visit_table(frame: Frame, rng: np.random.Generator, customers: Customers, *, start: int) -> Table:
    """The feed `contacts`, as far as customers go: care calls and visits, without contact_id."""
    years = (customers.active_until - customers.active_from) / YEAR
    visits_a_year = np.minimum(0.1 + 0.1 * customers.rate**2, 5)
    often = rng.poisson(years * (CARE_CALLS_A_YEAR + visits_a_year))
    who = np.repeat(np.arange(len(customers)), often)
    day = frame.order_days.draw(rng, customers.active_from[who], customers.active_until[who])
    branch = customers.branch[who]
    at = frame.clock.after(frame.branches.region[branch], day * DAY, rng.integers(1, 7 * HOUR, len(who)))
    visits = rng.random(len(who)) < (visits_a_year / (CARE_CALLS_A_YEAR + visits_a_year))[who]
    purpose = np.where(visits, PURPOSES.index("visit"), PURPOSES.index("care"))
    reached = visits | (rng.random(len(who)) < 0.78)
    outcome = np.where(reached, OUTCOMES.index("reached"), OUTCOMES.index("no_answer"))
    return contacts(
        rng,
        purpose=purpose,
        at=at,
        outcome=outcome,
        branch=branch,
        staff=frame.staff.draw(rng, branch, at),
        who={"customer_id": Column(CUSTOMER, start + who)},
    )


def guest_table(frame: Frame, rng: np.random.Generator, customers: Customers, *, start: int) -> Table:
    """The feed `attendances`, as far as customers go: those who come (back) to an event of their branch."""
    years = (customers.active_until - customers.active_from) / YEAR
    who = np.repeat(np.arange(len(customers)), rng.poisson(years * 0.16))
    wish = at_hours(rng, frame.order_days.draw(rng, customers.active_from[who], customers.active_until[who]), 9, 18)
    event = frame.events.next_after(customers.branch[who], wish)
    once = _first_of_each(event * len(customers) + who) & (event >= 0)
    who, wish, event = who[once], wish[once], event[once]
    there = rng.random(len(who)) < 0.8
    return Table(
        "attendances",
        frame.events.day[event] * DAY + 18 * HOUR,
        {
            "event_id": event_column(event),
            "is_attended": Column(Flag(), there.astype(np.int64)),
            "customer_id": Column(CUSTOMER, start + who),
            "invited_at": Column(Instant(), wish),
            "confirmed_at": Column(Instant(), np.where(there, wish + 4 * HOUR, FOREVER)),
            "is_existing_customer": Column(Flag(), np.ones(len(who), dtype=np.int64)),
        },
    )


def _first_of_each(keys: Ints) -> Bools:
    first = np.zeros(len(keys), dtype=np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    return first


def wallet_table(
    rng: np.random.Generator,
    orders: Orders,
    customers: Customers,
    *,
    start: int,
    years: list[tuple[int, int]],
) -> Table:
    """The feed `wallets`, for the customers who were asked: each of `years` (first day, day after the last)."""
    asked = np.flatnonzero((rng.random(len(customers)) < 0.60) | (customers.kind == KINDS.index("distributor")))
    share = rng.beta(2.0, 2.2, len(customers))
    elsewhere = np.exp(rng.normal(6.6, 0.8, len(customers))) * 100
    tables = []
    for first, after in years:
        inside = (orders.at >= first * DAY) & (orders.at < after * DAY)
        here = np.bincount(orders.customer[inside], weights=orders.amount[inside], minlength=len(customers))
        spend = np.round(here / np.maximum(share, 0.08) + elsewhere, -2)[asked].astype(np.int64)
        there = customers.since[asked] < after * DAY
        tables.append((np.full(int(there.sum()), first), np.full(int(there.sum()), after), asked[there], spend[there]))
    period, after_last, who, amount = (np.concatenate(part) for part in zip(*tables, strict=True))
    return Table(
        "wallets",
        after_last * DAY - HOUR,
        {
            "customer_id": Column(CUSTOMER, start + who),
            "period_on": Column(Day(), period),
            "category_spend_amount": Column(Money(), amount),
        },
    )
