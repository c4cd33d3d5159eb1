"""What events bring: small cases, worked out by hand."""

import pytest

from tests.harness import House
from tests.money_rows import BRANCHES, at, event, guest, lead, order
from tests.queries.company import Row
from warehouse.db import Database
from warehouse.queries.figures import figure
from warehouse.scope import Scope

TABLES = ("event_day",)


def guests_of(event_id: str, *, new: int, existing: int = 0) -> list[Row]:
    return [
        guest(event_id, customer=f"{event_id}-{n}", is_existing_customer=n >= new, confirmed_at=at("2025-12-01"))
        for n in range(new + existing)
    ]


def test_orders_of_thirty_days_belong_to_one_event(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(
        until=at("2026-06-30"),
        branches=BRANCHES,
        leads=[lead("l1", "radio", "2026-01-01", "of_lead"), lead("l2", "radio", "2026-01-01")],
        events=[
            event("e1", "2026-01-10", 500),
            event("e2", "2026-01-20", 300, "tour"),
            event("e3", "2026-02-15", 1, "tour"),
        ],
        attendances=[
            *guests_of("e1", new=15, existing=5),
            *guests_of("e2", new=20),
            guest("e1", lead_id="l1"),
            guest("e1", lead_id="l2"),
            guest("e1", customer="stayed_away", is_attended=False),
            guest("e1", customer="both"),
            guest("e2", customer="both"),
        ],
        orders=[
            order("day_before", "e1-0", "2026-01-09"),
            order("same_day", "e1-1", "2026-01-10"),  # e1
            order("thirtieth_day", "e1-2", "2026-02-09"),  # e1
            order("day_after", "e1-3", "2026-02-10"),
            order("again", "e1-1", "2026-01-11"),  # e1
            order("of_lead", "of_lead", "2026-01-15"),  # e1: the lead's customer
            order("named_lead", "somebody", "2026-01-15", lead_id="l2"),  # e1: the lead itself
            order("away", "stayed_away", "2026-01-15"),
            order("between", "both", "2026-01-19"),  # e1: e2 was not yet held
            order("latest", "both", "2026-01-20", 7),  # e2, though e1 was in the 30 days too
            order("names_first", "both", "2026-01-25", event_id="e1"),  # e1, since it says so
            order("names_other", "e2-0", "2026-01-25", event_id="e3"),  # e3, to which this person did not come
            order("named_too_late", "e1-4", "2026-02-20", event_id="e1"),
        ],
    )
    found = figure(house.reader(), "event.yield", Scope(), by=["event_kind"]).set_index("event_kind")
    talk, tour = found.loc["talk"], found.loc["tour"]
    # e1: 20 guests, two leads and `both` came = 23, of 24 invited; seven orders. e2: 21 came. e3: nobody.
    assert (talk.numerator, talk.denominator, talk.revenue, talk.cost) == (7, 23, 700, 500)
    assert (talk.invited, talk.confirmed, talk.attended, talk.new, talk.existing) == (24, 20, 23, 18, 5)
    assert talk.value == pytest.approx(700 / 23)
    assert talk.low < talk.value < talk.high
    assert (tour.events, tour.numerator, tour.denominator, tour.revenue, tour.cost) == (2, 1, 21, 7, 301)


@pytest.mark.parametrize(("until", "due", "pending"), [("2026-02-09", 0, 20), ("2026-02-10", 20, 0)])
def test_an_event_has_its_thirty_whole_days(database: Database, until: str, due: int, pending: int) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(
        until=at(until), branches=BRANCHES, events=[event("e1", "2026-01-10")], attendances=guests_of("e1", new=20)
    )
    house.deliver(orders=[order("o", "e1-0", "2026-01-11")])
    row = figure(house.reader(), "event.yield", Scope()).iloc[0]
    assert (row.denominator, row.pending) == (due, pending)


def test_who_confirmed_and_came(database: Database) -> None:
    house = House(database, only=TABLES).open()
    yes = [guest("e1", customer=f"y{n}", confirmed_at=at("2026-01-05"), is_attended=n < 18) for n in range(24)]
    walked_in = [guest("e1", customer=f"w{n}") for n in range(6)]
    to_come = [guest("e2", customer=f"t{n}", confirmed_at=at("2026-01-05"), is_attended=False) for n in range(5)]
    house.deliver(
        until=at("2026-01-31"),
        branches=BRANCHES,
        events=[event("e1", "2026-01-30"), event("e2", "2026-01-31")],
        attendances=[*yes, *walked_in, *to_come],
    )
    row = figure(house.reader(), "event.show_rate", Scope()).iloc[0]
    assert (row.numerator, row.denominator, row.pending) == (18, 24, 5)
    house.rows(
        "insert into published.unknown_column values ('crm', 'attendances', 'confirmed_at', 'not noted') returning 1"
    )
    house.deliver(attendances=[])
    row = figure(house.reader(), "event.show_rate", Scope()).iloc[0]
    assert (row.numerator, row.denominator, row.pending) == (24, 30, 5)
