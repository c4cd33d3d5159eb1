"""What leads cost and who is credited with orders: small cases, worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from tests.harness import House
from tests.money_rows import BRANCHES, at, event, guest, lead, order
from warehouse.db import Database
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

TABLES = ("attribution_day", "cost_month", "first_touch_month", "lead_day", "lead_source")
MODELS = ("first_touch", "last_touch", "linear", "position")


def told(
    reader: Reader, metric: str, by: str, column: str = "value", **filters: tuple[str, ...]
) -> dict[object, float]:
    found = figure(reader, metric, Scope(filters=filters), by=[by])
    return dict(zip(found[by], found[column], strict=True))


def test_an_event_is_paid_by_those_who_came_in_equal_parts(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(
        until=at("2026-03-31"),
        branches=BRANCHES,
        lead_sources=[{"source_code": "radio", "source_group": "media"}],
        lead_costs=[
            {"source_code": "radio", "branch_id": "b1", "month_on": date(2026, 1, 1), "cost_amount": 1000},
            {
                "source_code": "radio",
                "branch_id": "b1",
                "month_on": date(2026, 2, 1),
                "cost_amount": 10,
                "currency": "USD",
            },
        ],
        leads=[
            lead("a", "radio", "2026-01-02"),
            lead("later", "radio", "2026-02-01", "c1"),
            lead("first", "store", "2026-01-03", "c1"),
        ],
        events=[event("e1", "2026-01-20", 100), event("e2", "2026-02-05", 50), event("e3", "2026-02-06")],
        attendances=[
            guest("e1", lead_id="a"),
            guest("e1", customer="c1"),
            guest("e1", customer="stranger"),
            guest("e1", customer="c2", is_attended=False),
            guest("e3", lead_id="a"),
        ],
    )
    reader = house.reader()
    # e1 costs 100, three came: a (radio), c1 (whose first lead is of the store) and somebody no lead brought.
    # e2 costs 50 and nobody came. What e3 cost is unknown, and nobody knows the rate of the dollar.
    assert told(reader, "lead.cost", "source") == pytest.approx(
        {
            "radio": 1000 + 100 / 3,
            "store": 100 / 3,
            "unattributed": 50 + 100 / 3,
        }
    )
    assert told(reader, "lead.cost", "source_group", source=("radio", "unattributed")) == pytest.approx(
        {
            "media": 1000 + 100 / 3,
            "unattributed": 50 + 100 / 3,
        }
    )
    assert told(reader, "lead.cost", "month") == {date(2026, 1, 1): 1100, date(2026, 2, 1): 50}
    assert told(reader, "lead.cost", "branch") == {"b0": 150, "b1": 1000}
    assert told(reader, "lead.cost", "branch", source=("unattributed",)) == pytest.approx({"b0": 50 + 100 / 3})
    parts = house.published("cost_month")[["source_amount", "new_amount", "existing_amount", "unattended_amount"]]
    assert parts.sum().sum() == Decimal(1150)
    house.deliver(currency_rates=[{"currency": "USD", "rate_on": date(2026, 1, 31), "rate": 7}])
    assert told(house.reader(), "lead.cost", "month")[date(2026, 2, 1)] == 120


def test_months_that_begin_in_the_period_count_whole(database: Database) -> None:
    house = House(database, only=TABLES).open()
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    house.deliver(
        until=at("2026-03-31"),
        branches=BRANCHES,
        lead_costs=[
            {"source_code": "radio", "branch_id": "b0", "month_on": month, "cost_amount": 10**month.month}
            for month in months
        ],
    )
    scope = Scope(period=Period(start=date(2026, 1, 2), end=date(2026, 3, 2)))
    assert figure(house.reader(), "lead.cost", scope).at[0, "value"] == 100 + 1000


def test_what_leads_cost_and_brought(database: Database) -> None:
    house = House(database, only=TABLES).open()
    old = [lead(f"old{n}", "radio", "2025-01-10", f"c{n}") for n in range(30)]
    young = [lead(f"new{n}", "radio", "2025-12-10", None) for n in range(20)]
    house.deliver(
        until=at("2026-01-31"),
        branches=BRANCHES,
        lead_costs=[
            {"source_code": "radio", "branch_id": "b0", "month_on": date(2025, 1, 1), "cost_amount": 600},
            {"source_code": "radio", "branch_id": "b0", "month_on": date(2025, 12, 1), "cost_amount": 400},
        ],
        leads=[*old, *young],
        orders=[
            *(order(f"o{n}", f"c{n}", "2025-12-05", 40) for n in range(25)),
            order("unknown", "nobody", "2025-12-06", 1000),
        ],
    )
    reader = house.reader()
    january, december = date(2025, 1, 1), date(2025, 12, 1)
    # cost per lead: 600 / 30 and 400 / 20. The leads of January brought 25 × 40 = 1000: 1000 / 30 each, and
    # (1000 − 600) / 600 of what they cost; those of December nothing yet, and all 20 are pending.
    assert told(reader, "lead.cost_per_lead", "month") == {january: 20, december: 20}
    assert told(reader, "lead.revenue_per_lead", "month") == {january: pytest.approx(1000 / 30), december: 0}
    assert told(reader, "lead.roi", "month") == {january: pytest.approx(400 / 600), december: -1}
    assert told(reader, "lead.roi", "month", "pending") == {january: 0, december: 20}
    # by month of ordering: 26 orders in December, one of them without a lead; January has costs and no order.
    row = figure(reader, "lead.cost_per_order", Scope(), by=["month"]).set_index("month").loc[december]
    assert (row.numerator, row.denominator, row.n) == (400, 26, 26)
    by_source = figure(reader, "lead.cost_per_order", Scope(), by=["source"]).set_index("source")
    assert by_source.at["unattributed", "n"] == 1
    whole = figure(reader, "lead.roi", Scope()).iloc[0]
    assert (whole.numerator, whole.denominator, whole.value, whole.n) == (0, 1000, 0, 50)


def test_four_models_share_out_an_order(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(
        until=at("2026-06-30"),
        branches=BRANCHES,
        leads=[
            lead("l1", "store", "2026-02-01", "c1"),
            lead("l2", "radio", "2026-01-01", "c1"),
            lead("l3", "paper", None, "c1"),
            lead("l4", "late", "2026-02-21", "c1"),
            lead("l5", "named", "2026-04-01", "c9"),
            lead("p1", "radio", "2026-01-01", "pair"),
            lead("p2", "store", "2026-02-20", "pair"),
        ],
        orders=[
            *(order(f"o{n}", "c1", "2026-02-20", 10, lead_id="l5") for n in range(20)),
            *(order(f"p{n}", "pair", "2026-02-20", 30) for n in range(4)),
            *(order(f"x{n}", "c2", "2026-02-20", 5) for n in range(6)),
        ],
    )
    reader = house.reader()
    found = figure(reader, "lead.attribution", Scope(), by=["model"])
    credited = {(row.model, row.part): (row.value, row.revenue) for row in found.itertuples()}
    # Twenty orders of 10 have four touches in this order: paper (no day), radio, store, named (by the order alone; the
    # lead that came later is none). Four of 30 have two: radio, then store on the very moment. Six of 5 have none.
    assert credited == {
        ("first_touch", "paper"): (20, 200),
        ("first_touch", "radio"): (4, 120),
        ("last_touch", "named"): (20, 200),
        ("last_touch", "store"): (4, 120),
        ("linear", "paper"): (5, 50),
        ("linear", "radio"): (7, 110),
        ("linear", "store"): (7, 110),
        ("linear", "named"): (5, 50),
        ("position", "paper"): (8, 80),
        ("position", "radio"): (4, 80),
        ("position", "store"): (4, 80),
        ("position", "named"): (8, 80),
        **{(model, "unattributed"): (6, 30) for model in MODELS},
        ("first_touch", "store"): (0, 0),
        ("first_touch", "named"): (0, 0),
        ("last_touch", "paper"): (0, 0),
        ("last_touch", "radio"): (0, 0),
    }
    assert set(found["denominator"]) == {30}
    first = figure(reader, "lead.attribution", Scope()).set_index("part")["value"]
    assert first["paper"] == 20
    last = figure(reader, "lead.attribution", Scope(filters={"model": ("last_touch", "linear")})).set_index("part")
    assert last.at["named", "value"] == 20
    assert last.at["named", "share"] == pytest.approx(20 / 30)


def test_parts_that_round_still_add_up(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(
        until=at("2026-06-30"),
        branches=BRANCHES,
        leads=[lead(f"l{n}", f"source{n}", f"2026-01-0{n + 1}", "c1") for n in range(7)],
        orders=[order("o", "c1", "2026-02-01", 0.1)],
    )
    rows = house.published("attribution_day")
    assert rows["linear_orders"].sum() == rows["position_orders"].sum() == Decimal(1)
    assert rows["linear_amount"].sum() == rows["position_amount"].sum() == Decimal("0.1")
    assert rows["linear_orders"].nunique() > 1  # a seventh is not finite, so somebody has the rest


def test_absent_feeds_are_said_not_zero(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(until=at("2026-01-31"), branches=BRANCHES, orders=[order("o", "c", "2026-01-01")])
    for metric, feed in [
        ("lead.cost", "lead_costs"),
        ("lead.roi", "lead_costs"),
        ("lead.attribution", "leads"),
        ("event.yield", "events"),
        ("five.cost_to_win", "lead_costs"),
        ("five.cost_to_keep", "complaints"),
        ("five.ladder", "surveys"),
    ]:
        with pytest.raises(FeedAbsent, match=feed):
            figure(house.reader(), metric, Scope())
