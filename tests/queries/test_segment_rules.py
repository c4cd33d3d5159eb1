"""The rules of the segment matrices, one by one: a few rows typed by hand, and the cells that must come of them."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from tests.harness import House
from warehouse.db import Database
from warehouse.metrics import cuts
from warehouse.queries import lists
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.scope import Period, Scope

TABLES = ("segment_apostle", "segment_customer", "segment_cut", "segment_move")
Row = dict[str, object]
UNTIL = datetime(2026, 7, 31, 12, tzinfo=UTC)
JULY = Scope(period=Period(start=date(2026, 7, 1), end=date(2026, 8, 1)))


@pytest.fixture
def house(database: Database) -> House:
    """An empty warehouse with a region of its own."""
    return House(database, only=TABLES).open()


@pytest.fixture
def fixed_sales(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Distributors' sales are cut at 100, whoever else sells."""
    with monkeypatch.context() as patched:
        patched.setattr("warehouse.curated.cuts", lambda: sales_cut({"cut": "fixed", "at": 100}))
        yield


def sales_cut(cut: Mapping[str, object]) -> str:
    """The cuts of the catalogue with another cut of distributors' sales."""
    declared = json.loads(cuts())
    declared["distributor"]["measured_by"]["orders"]["sales"] = dict(cut)
    return json.dumps(declared)


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00+00:00")


def branches(*names: str) -> list[Row]:
    return [{"branch_id": name, "branch_name": name, "region_id": "r", "region_name": "R"} for name in names]


def customers(*names: str, kind: str = "distributor") -> list[Row]:
    """Each in a branch of the same name, so that figures by branch are figures by customer."""
    return [
        {"customer_id": name, "branch_id": name, "customer_kind": kind, "created_on": date(2024, 1, 1)}
        for name in names
    ]


def orders(bought: Mapping[str, list[tuple[str, float]]]) -> list[Row]:
    return [
        {
            "order_id": f"{name}-{number}",
            "customer_id": name,
            "branch_id": name,
            "ordered_at": day(on),
            "amount": amount,
        }
        for name, lines in bought.items()
        for number, (on, amount) in enumerate(lines)
    ]


def asked(said: Mapping[str, list[tuple[str, str, float]]]) -> dict[str, list[Row]]:
    """Surveys and answers on a scale of 0 to 100: day sent, question, score."""
    lines = [(f"{name}-{n}", name, *line) for name, answers in said.items() for n, line in enumerate(answers)]
    return {
        "surveys": [
            {"invite_id": invite, "branch_id": "a", "method_code": "phone", "sent_at": day(on), "customer_id": name}
            for invite, name, on, _, _ in lines
        ],
        "survey_answers": [
            {"invite_id": invite, "question_code": question, "score": score, "scale_min": 0, "scale_max": 100}
            for invite, _, _, question, score in lines
        ],
    }


def sell(house: House, bought: Mapping[str, list[tuple[str, float]]]) -> None:
    """These distributors and their orders, as far as the end of July 2026."""
    house.deliver(until=UNTIL, branches=branches(*bought), customers=customers(*bought), orders=orders(bought))


def by_customer(house: House, matrix: str) -> dict[str, str]:
    """The cell of each customer at the end of July 2026."""
    rows = figure(house.reader(), f"matrix.{matrix}", JULY, by=["branch"])
    return rows.set_index("branch")["part"].to_dict()


def history(house: House, matrix: str) -> pd.DataFrame:
    """The cell of each customer at every month's end: month by branch."""
    rows = figure(house.reader(), f"matrix.{matrix}", Scope(), by=["month", "branch"])
    return rows.pivot_table(index="month", columns="branch", values="part", aggfunc="first")


def test_distributors_by_sales_and_by_months_with_an_order(house: House) -> None:
    # Sales of the 12 months to July 2026: steady 1200, burst 2000, small 8, rare 5: the median is (1200 + 8) / 2 = 604.
    # Months with an order: 12, 2, 8, 1; from 6 on a distributor is loyal. Two orders of one month are one month.
    months = ["2025-08", "2025-09", "2025-10", "2025-11", "2025-12", *(f"2026-0{n}" for n in range(1, 8))]
    house.deliver(customers=customers("person", kind="person"), branches=branches("person"))
    sell(
        house,
        {
            "steady": [(f"{month}-10", 100) for month in months],
            "burst": [("2025-08-01", 900), ("2026-07-01", 1000), ("2026-07-31", 100)],
            "small": [(f"{month}-20", 1) for month in months[4:]],
            "rare": [("2026-07-02", 5), ("2025-07-31", 7000)],
            "person": [("2026-07-02", 9000)],
        },
    )
    house.deliver(customers=customers("person", kind="person"))
    assert by_customer(house, "distributor") == {
        "steady": "profit",
        "burst": "relation",
        "small": "support",
        "rare": "risk",
    }
    lines = lists.cuts(house.reader(), matrix="distributor")
    assert lines[lines["month_on"] == date(2026, 7, 1)].set_index("axis")["cut_at"].to_dict() == {
        "sales": 604,
        "loyalty": 5.5,
    }


@pytest.mark.usefixtures("fixed_sales")
def test_to_change_cell_a_customer_must_cross_the_cut_by_five_per_cent(house: House) -> None:
    # The cut is 100. What was bought in January 2025 counts until December, what was bought in January 2026 from then on.
    sell(
        house,
        {
            "falls_a_little": [("2025-01-15", 110), ("2026-01-15", 97)],
            "falls_to_95": [("2025-01-15", 110), ("2026-01-15", 95)],
            "falls": [("2025-01-15", 110), ("2026-01-15", 94)],
            "rises_a_little": [("2025-01-15", 50), ("2026-01-15", 103)],
            "rises_to_105": [("2025-01-15", 50), ("2026-01-15", 105)],
            "starts_below": [("2026-01-15", 99)],
            "starts_above": [("2026-01-15", 101)],
        },
    )
    cells = history(house, "distributor")
    january = {
        "falls_a_little": "relation",  # 97 lies within 95 to 105: stays high
        "falls_to_95": "relation",
        "falls": "risk",
        "rises_a_little": "risk",  # stays low
        "rises_to_105": "relation",
        "starts_below": "risk",  # nothing to remember: the cut alone
        "starts_above": "relation",
    }
    assert cells.loc[date(2026, 1, 1)].to_dict() == january
    # In June the newest month outside the band is December, the sixth before; in July it is out of memory: the cut alone.
    assert cells.loc[date(2026, 6, 1)].to_dict() == january
    assert cells.loc[date(2026, 7, 1)].to_dict() == january | {
        "falls_a_little": "risk",
        "falls_to_95": "risk",
        "rises_a_little": "relation",
    }


@pytest.mark.usefixtures("fixed_sales")
def test_the_band_looks_at_the_newest_month_outside_it(house: House) -> None:
    # 120 until March, 80 from April (low), 96 in May: within the band, and low at the newest month outside it.
    sell(house, {"a": [("2025-04-10", 40), ("2025-05-10", 80), ("2026-05-10", 96)]})
    cells = history(house, "distributor")["a"]
    assert [cells[date(2026, month, 1)] for month in (3, 4, 5, 6)] == ["relation", "risk", "risk", "risk"]


@pytest.mark.usefixtures("fixed_sales")
def test_who_would_move_if_a_cut_moved_by_a_tenth(house: House) -> None:
    # Cut 100: between 90 and 110 somebody would move. Months with an order, cut at 5.5: five and six would (4.95 to 6.05).
    months = [f"2026-0{n}-10" for n in range(1, 8)]
    sell(
        house,
        {
            "far_below": [("2026-07-01", 89)],
            "near_below": [("2026-07-01", 91)],
            "near_above": [("2026-07-01", 109)],
            "far_above": [("2026-07-01", 111)],
            "five_months": [(on, 100) for on in months[:5]],
            "seven_months": [(on, 100) for on in months],
        },
    )
    rows = figure(house.reader(), "matrix.distributor", JULY, by=["branch"]).set_index("branch")
    assert rows[rows["would_move"] == 1].index.tolist() == ["five_months", "near_above", "near_below"]
    whole = figure(house.reader(), "matrix.distributor", JULY).set_index("part")
    assert whole["would_move_share"].to_dict() == {"profit": 0, "relation": 2 / 3, "risk": 1 / 2}


def test_a_target_of_the_company_moves_the_cut_from_its_month_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.curated.cuts", lambda: sales_cut({"cut": "target", "at": 100}))
    target = {"metric_code": "matrix.distributor.sales", "scope_kind": "company", "scope_id": None}
    sell(house, {"a": [("2026-01-10", 150)]})
    house.deliver(
        targets=[
            {**target, "period_on": date(2026, 3, 15), "target_value": 200},
            {**target, "period_on": date(2026, 6, 1), "target_value": 120},
            {**target, "scope_kind": "region", "scope_id": "r", "period_on": date(2026, 2, 1), "target_value": 1},
            {**target, "metric_code": "matrix.distributor.loyalty", "period_on": date(2026, 2, 1), "target_value": 1},
        ]
    )
    lines = lists.cuts(house.reader(), matrix="distributor")
    sales = lines[lines["axis"] == "sales"].set_index("month_on")["cut_at"]
    assert sales.tolist() == [100, 100, 200, 200, 200, 120, 120]
    assert set(lines[lines["axis"] == "loyalty"]["cut_at"]) == {5.5}
    assert history(house, "distributor")["a"].tolist() == [*["relation"] * 2, *["risk"] * 3, *["relation"] * 2]


def test_apostles_by_satisfaction_and_days_with_an_order(house: House) -> None:
    # Satisfied from 65, loyal from two days on, apostle from 90 and four days on. Two orders of one day are one.
    days = ["2026-02-01", "2026-02-15", "2026-04-01", "2026-04-20"]
    bought = {
        "tip": [(on, 1.0) for on in days],
        "likes": [(on, 1.0) for on in days[:2]],
        "buys": [(on, 1.0) for on in days],
        "once": [(days[0], 1.0), (days[0], 1.0)],
        "bound": [(on, 1.0) for on in days[:2]],
    }
    names = (*bought, "never")
    said = asked(
        {
            "tip": [("2026-06-01", "overall", 80), ("2025-08-01", "overall", 100)],  # mean 90
            "likes": [
                ("2026-06-01", "overall", 100),
                ("2025-07-31", "overall", 0),
            ],  # July 2025 is longer ago than 12 months
            "buys": [("2026-06-01", "overall", 80)],
            "once": [("2026-06-01", "overall", 100), ("2026-06-02", "service", 0)],
            "bound": [("2026-06-01", "overall", 40)],
            "never": [("2026-06-01", "overall", 61)],
            "stranger": [("2026-06-01", "overall", 100)],
        }
    )
    people = customers(*names, kind="person")
    house.deliver(until=UNTIL, branches=branches("a", *names), customers=people, orders=orders(bought), **said)
    assert by_customer(house, "apostle") == {
        "tip": "apostle",
        "likes": "loyalist",
        "buys": "loyalist",
        "once": "mercenary",
        "bound": "hostage",
        "never": "defector",
    }
    rows = figure(house.reader(), "matrix.apostle", JULY).set_index("part")
    assert rows["by_intention"].tolist() == [0] * 5
    # 61 would be satisfied at 58.5. The means 80 lie below the corner of 90, moved down to 81, too: nobody else would move.
    # The mean of 90 would be no apostle at 99.
    assert rows["would_move"].to_dict() == {"apostle": 1, "defector": 1, "hostage": 0, "loyalist": 0, "mercenary": 0}


def test_without_orders_loyalty_is_what_customers_say_they_would_do(house: House) -> None:
    said = asked(
        {
            "both": [("2026-06-01", "overall", 95), ("2026-06-02", "repurchase", 95)],
            "keeps": [("2026-06-01", "overall", 30), ("2026-06-02", "repurchase", 80)],
            "silent": [("2026-06-01", "overall", 95)],
        }
    )
    names = ("both", "keeps", "silent")
    house.deliver(until=UNTIL, branches=branches("a", *names), customers=customers(*names, kind="person"), **said)
    assert by_customer(house, "apostle") == {"both": "apostle", "keeps": "hostage", "silent": "unknown"}
    assert set(figure(house.reader(), "matrix.apostle", JULY)["by_intention"]) == {1}
    with pytest.raises(FeedAbsent, match="orders"):
        figure(house.reader(), "matrix.distributor", JULY)
    # The first order ever, by whomever and long after, makes orders the measure of every month.
    house.deliver(until=UNTIL, orders=orders({"silent": [("2026-07-20", 10)]}))
    assert by_customer(house, "apostle") == {"both": "mercenary", "keeps": "defector", "silent": "mercenary"}
    assert history(house, "apostle")["keeps"][date(2026, 6, 1)] == "defector"


def test_moves_from_month_to_month(house: House) -> None:
    # One order of February 2025: opportunity until July, edge until January 2026, then lost; in the distributors' matrix the
    # only one there, hence at the median: high, seldom; gone when the order is 12 months old.
    sell(house, {"a": [("2025-02-10", 10)], "b": [("2026-07-10", 10)]})
    by = ["month", "from_cell", "to_cell"]
    for matrix, expected in {
        "value_tier": [
            (date(2025, 2, 1), "new", "opportunity"),
            (date(2025, 8, 1), "opportunity", "edge"),
            (date(2026, 2, 1), "edge", "lost"),
        ],
        "distributor": [(date(2025, 2, 1), "new", "relation"), (date(2026, 2, 1), "relation", "gone")],
    }.items():
        moves = figure(house.reader(), "matrix.moves", Scope(branches=("a",), filters={"matrix": (matrix,)}), by=by)
        assert (moves["value"] == 1).all()
        changes = moves[moves["from_cell"] != moves["to_cell"]]
        assert list(changes[by].itertuples(index=False, name=None)) == expected
    newest = figure(house.reader(), "matrix.moves", JULY, by=["matrix", "from_cell", "to_cell"])
    assert list(newest[["matrix", "from_cell", "to_cell", "value"]].itertuples(index=False, name=None)) == [
        ("distributor", "new", "relation", 1),
        ("portfolio", "new", "star", 1),
        ("value_tier", "lost", "lost", 1),
        ("value_tier", "new", "opportunity", 1),
    ]


def test_the_drill_says_what_is_due(house: House) -> None:
    sell(house, {"a": [("2026-07-10", 10)]})
    found = lists.customers(house.reader(), Scope(), matrix="distributor", cell="relation")
    row = found.iloc[0]
    assert (row["customer_code"], row["distributor"], row["portfolio"], row["value_tier"], row["apostle"]) == (
        "a",
        "relation",
        "star",
        "opportunity",
        None,
    )
    assert row["action_en"].startswith("work on the relation")
    assert row["action_zh"].startswith("加强客情关系")
    with pytest.raises(KeyError):
        lists.customers(house.reader(), Scope(), matrix="distributor", cell="star")
