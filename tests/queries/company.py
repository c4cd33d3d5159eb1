"""A small random company, with the quirks that matter, for figures that an independent calculation must confirm."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

Row = dict[str, object]
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 6, 20, 18, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Company:
    """Rows of every feed, as staging holds them."""

    branches: list[Row]
    lead_sources: list[Row]
    customers: list[Row]
    leads: list[Row]
    contacts: list[Row]
    events: list[Row]
    attendances: list[Row]
    orders: list[Row]
    returns: list[Row]
    wallets: list[Row]

    def feeds(self) -> dict[str, list[Row]]:
        """Every feed by name."""
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__}

    def frame(self, feed: str) -> pd.DataFrame:
        """A feed as a table, instants in UTC."""
        return pd.DataFrame(getattr(self, feed))


def company(seed: int, *, customers: int = 150, leads: int = 500, orders: int = 700) -> Company:
    """The company of this seed: four branches in two regions, 30 months, half of its leads without a customer."""
    rng = np.random.default_rng(seed)
    people = [f"c{number}" for number in range(customers)]
    branches = [
        {"branch_id": f"b{n}", "branch_name": f"Branch {n}", "region_id": f"r{n % 2}", "region_name": f"Region {n % 2}"}
        for n in range(4)
    ]
    on_file = [
        {
            "customer_id": person,
            "branch_id": f"b{rng.integers(4)}",
            "customer_kind": str(rng.choice(["person", "company"])),
            "created_on": FIRST.date(),
        }
        for person in people[: customers * 4 // 5]
    ]
    made_leads = [_lead(rng, number, people) for number in range(leads)]
    made_orders = [_order(rng, number, people, made_leads) for number in range(orders)]
    for line, order in zip(made_orders[8::9], made_orders[7::9], strict=False):  # a second order on the same day
        line |= {"customer_id": order["customer_id"], "ordered_at": order["ordered_at"]}
    return Company(
        branches=branches,
        lead_sources=[
            {"source_code": "radio", "source_group": "media", "label_en": "Radio", "label_zh": "电台"},
            {"source_code": "store", "source_group": "store", "label_en": "Store", "label_zh": "专卖店"},
        ],
        customers=on_file,
        leads=made_leads,
        contacts=[_contact(rng, number, made_leads, people) for number in range(leads * 2)],
        events=[
            {
                "event_id": f"e{n}",
                "branch_id": "b0",
                "event_kind": "talk",
                "held_on": (FIRST + timedelta(days=30 * n)).date(),
            }
            for n in range(25)
        ],
        attendances=_attendances(rng, made_leads, people),
        orders=made_orders,
        returns=[_return(rng, number, made_orders) for number in range(orders // 6)],
        wallets=[
            {
                "customer_id": person,
                "period_on": date(2025, month, 1),
                "category_spend_amount": float(rng.integers(50, 900)),
            }
            for person in people[::2]
            for month in (3, 9)
        ],
    )


def _moment(rng: np.random.Generator) -> datetime:
    return FIRST + timedelta(seconds=int(rng.integers(int((UNTIL - FIRST).total_seconds()))))


def _lead(rng: np.random.Generator, number: int, people: list[str]) -> Row:
    return {
        "lead_id": f"l{number}",
        "branch_id": f"b{rng.integers(4)}",
        "source_code": str(rng.choice(["radio", "store", "walk_in"], p=[0.6, 0.35, 0.05])),
        "collected_at": None if rng.random() < 0.03 else _moment(rng),
        "customer_id": str(rng.choice(people)) if rng.random() < 0.5 else None,
        "referrer_customer_id": str(rng.choice(people)) if rng.random() < 0.15 else None,
        "is_genuine": None if rng.random() < 0.2 else bool(rng.random() < 0.8),
    }


def _order(rng: np.random.Generator, number: int, people: list[str], leads: list[Row]) -> Row:
    return {
        "order_id": f"o{number}",
        "customer_id": str(rng.choice(people[: len(people) // 2] if rng.random() < 0.7 else people)),
        "branch_id": f"b{rng.integers(4)}",
        "ordered_at": _moment(rng),
        "amount": float(rng.integers(10, 500)),
        "product_line": str(rng.choice(["tea", "oil"])),
        "lead_id": str(rng.choice([lead["lead_id"] for lead in leads])) if rng.random() < 0.1 else None,
    }


def _contact(rng: np.random.Generator, number: int, leads: list[Row], people: list[str]) -> Row:
    to_lead = rng.random() < 0.7
    return {
        "contact_id": f"k{number}",
        "branch_id": f"b{rng.integers(4)}",
        "channel_code": "phone",
        "purpose_code": str(rng.choice(["screening", "invitation", "visit", "care"])),
        "outcome_code": str(rng.choice(["answered", "no_answer"])),
        "started_at": _moment(rng),
        "lead_id": str(rng.choice([lead["lead_id"] for lead in leads])) if to_lead else None,
        "customer_id": None if to_lead else str(rng.choice(people)),
    }


def _attendances(rng: np.random.Generator, leads: list[Row], people: list[str]) -> list[Row]:
    guests = [(f"e{rng.integers(25)}", str(rng.choice([lead["lead_id"] for lead in leads])), None) for _ in range(60)]
    guests += [(f"e{rng.integers(25)}", None, str(rng.choice(people))) for _ in range(40)]
    return [
        {"event_id": event, "lead_id": lead, "customer_id": person, "is_attended": bool(rng.random() < 0.6)}
        for event, lead, person in dict.fromkeys(guests)
    ]


def _return(rng: np.random.Generator, number: int, orders: list[Row]) -> Row:
    order = orders[int(rng.integers(len(orders)))]
    known = rng.random() < 0.9
    return {
        "return_id": f"t{number}",
        "order_id": order["order_id"] if known else f"gone{number}",
        "returned_at": order["ordered_at"],
        "amount": None if rng.random() < 0.2 and known else float(rng.integers(5, 60)),
        "branch_id": "b1",
    }
