"""The value ladder, and what it costs to win and to keep: small cases, worked out by hand."""

from datetime import date

import pytest

from tests.harness import House
from tests.money_rows import BRANCHES, at, event, guest, lead, order
from warehouse.db import Database
from warehouse.queries.figures import figure
from warehouse.scope import Period, Scope

TABLES = ("branch", "compensation_month", "cost_month", "five_month", "satisfied_month")


def test_winning_and_keeping(database: Database) -> None:
    house = House(database, only=TABLES).open()
    kept = [order(f"{year}-{n}", f"k{n}", f"{year}-03-05") for n in range(20) for year in (2024, 2025)]
    won = [order(f"w{n}", f"w{n}", "2025-02-01") for n in range(25)]
    house.deliver(
        until=at("2026-01-10"),
        branches=BRANCHES,
        orders=[*kept, *won, order("start", "early", "2024-01-05"), order("gone", "early2", "2024-02-05")],
        lead_costs=[
            {"source_code": "radio", "branch_id": "b0", "month_on": date(2024, 12, 1), "cost_amount": 9999},
            {"source_code": "radio", "branch_id": "b0", "month_on": date(2025, 1, 1), "cost_amount": 700},
            {"source_code": "radio", "branch_id": "b0", "month_on": date(2026, 1, 1), "cost_amount": 9999},
        ],
        events=[event("e1", "2025-05-05", 400), event("e2", "2025-06-05", 80)],
        attendances=[
            *(guest("e1", customer=f"g{n}", is_existing_customer=[True, False, None, False][n]) for n in range(4)),
            guest("e2", customer="g9", is_attended=False),
        ],
        complaints=[
            {
                "complaint_id": day,
                "branch_id": "b0",
                "category_code": "x",
                "opened_at": at(day),
                "compensation_amount": amount,
            }
            for day, amount in [("2024-12-31", 1000), ("2025-01-01", 30), ("2025-12-31", 20), ("2025-12-30", None)]
        ],
    )
    reader = house.reader()
    # 2025: 700 booked, and three of four parts of e1's 400; 25 customers ordered for the first time. e2's 80 are nobody's.
    win = figure(reader, "five.cost_to_win", Scope()).iloc[0]
    assert (win.numerator, win.denominator, win.n, win.value) == (1000, 25, 25, 40)
    # One part of e1, and 30 + 20 of compensation; 20 customers ordered both in 2024 and in 2025.
    keep = figure(reader, "five.cost_to_keep", Scope()).iloc[0]
    assert (keep.numerator, keep.denominator, keep.n, keep.value) == (150, 20, 20, 7.5)
    # The end of 2024 looks back 12 months and no further: 22 were won, and nobody knows who was kept.
    before = Scope(period=Period(start=date(2024, 1, 1), end=date(2025, 1, 1)))
    win = figure(reader, "five.cost_to_win", before).iloc[0]
    assert (win.numerator, win.denominator, win.pending) == (9999, 22, 0)
    assert figure(reader, "five.cost_to_keep", before).iloc[0].n == 0
    young = figure(reader, "five.cost_to_win", Scope(period=Period(start=date(2024, 1, 1), end=date(2024, 4, 1)))).iloc[
        0
    ]
    assert (young.n, young.pending) == (0, 22)


def test_the_ladder(database: Database) -> None:
    house = House(database, only=TABLES).open()
    people = [f"c{n}" for n in range(30)]
    scored = [
        *((f"c{n}", "2025-06-01", 5) for n in range(15)),  # satisfied …
        *((f"c{n}", "2025-07-01", 3) for n in range(5)),  # … five of them no longer
        *((f"c{n}", "2025-03-01", 2) for n in range(15, 22)),
        ("c22", "2024-12-31", 5),  # too long ago
        ("stranger", "2025-06-01", 5),  # no customer
    ]
    invites = [(f"s{number}", *row) for number, row in enumerate(scored)]
    house.deliver(
        until=at("2026-01-10"),
        branches=BRANCHES,
        orders=[
            order("start", "early", "2024-01-05"),
            *(order(person, person, "2025-03-05") for person in people),
            *(order(f"again{n}", f"c{n}", "2025-04-05") for n in range(12)),
            order("same_day", "c20", "2025-03-05"),
        ],
        leads=[
            lead("l0", "x", "2025-05-01", referrer_customer_id="c0", is_genuine=True),
            lead("l1", "x", "2025-05-01", referrer_customer_id="c1", is_genuine=False),
            lead("l2", "x", "2024-05-01", referrer_customer_id="c2", is_genuine=True),
        ],
        surveys=[
            {
                "invite_id": name,
                "branch_id": "b1",
                "method_code": "phone",
                "sent_at": at("2024-06-01") if person == "c0" else at(day),
                "answered_at": at(day) if person == "c0" else None,
                "customer_id": person,
            }
            for name, person, day, _ in invites
        ],
        survey_answers=[
            {"invite_id": name, "question_code": "overall", "score": score, "scale_min": 1, "scale_max": 5}
            for name, _, _, score in invites
        ],
    )
    found = figure(house.reader(), "five.ladder", Scope())
    assert list(found["part"]) == ["bought", "satisfied", "bought_again", "referred"]
    # Of 30 who bought, 22 answered and ten of those are satisfied, 12 bought on a second day, one referred a genuine lead.
    assert list(found["value"]) == [30, 10, 12, 1]
    assert list(found["denominator"]) == [30, 22, 30, 30]
    assert found.at[1, "share"] == pytest.approx(10 / 22)
    at_home = figure(house.reader(), "five.ladder", Scope(), by=["branch"])
    assert set(at_home["branch"]) == {"b0"}
