"""Lists of what is to be done: rows typed by hand, with those that must stand there, and those that must not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pandas as pd
import pytest

from benchmarks.measured.asked import listening
from tests.harness import EXECUTIVE, House
from tests.published.test_action_incremental import busy, newest
from tests.queries.lead_rows import BRANCHES, DAY, SECOND, UNTIL, Row, call, given, lead, order
from warehouse.db import Database
from warehouse.queries import action_lists
from warehouse.scope import Scope

TABLES = ("action_answer", "action_lead", "action_survey", "action_visit")
EVER = Scope()
HEAD, OTHER = "head@example.com", "other@example.com"


@pytest.fixture
def house(database: Database) -> House:
    made = House(database, only=TABLES).open()
    made.grant(HEAD, branch="b")
    made.grant(OTHER, branch="elsewhere")
    return made


def ago(days: float) -> datetime:
    return UNTIL - timedelta(days=days)


def due(house: House, action: action_lists.LeadAction) -> dict[str, float]:
    """Days left by lead."""
    rows = action_lists.leads(house.reader(), EVER, action)
    return {row.lead_id: round(row.hours_left / 24, 3) for row in rows.itertuples()}


def test_a_lead_is_to_be_screened_until_somebody_has_or_90_days_are_over(house: House) -> None:
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        lead_sources=[{"source_code": "shop", "source_group": "store"}, {"source_code": "own", "screening_days": 9}],
        leads=[
            lead("new", ago(1)),
            lead("from a shop", ago(1.5), source="shop"),
            lead("its source says", ago(1), source="own"),
            lead("late", ago(10), is_genuine=True),
            lead("screened", ago(10)),
            lead("screened as a customer", ago(10), customer_id="c1"),
            lead("called for something else", ago(10)),
            lead("false", ago(10), is_genuine=False),
            lead("has ordered", ago(10)),
            lead("just young enough", ago(90) + SECOND),
            lead("90 days old", ago(90)),
            lead("no day", None),
        ],
        contacts=[
            call(1, ago(2), lead="screened"),
            call(2, ago(2), customer="c1"),
            call(3, ago(2), lead="called for something else", purpose="care"),
        ],
        orders=[order("o", ago(3), lead="has ordered")],
    )
    assert due(house, "screen") == {
        "just young enough": -86.0,
        "called for something else": -6.0,
        "late": -6.0,
        "from a shop": -0.5,
        "new": 3.0,
        "its source says": 8.0,
    }


def test_an_owner_s_90_days_expire_are_passed_on_and_are_called_again(house: House) -> None:
    days = {
        "83 days": 83,
        "90 less a second": 90,
        "90 days": 90,
        "97 days": 97,
        "120 less a second": 120,
        "120 days": 120,
    }
    shift = {"90 less a second": SECOND, "120 less a second": SECOND}
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        leads=[
            *(lead(name, ago(300)) for name in days),
            lead("ordered", ago(300)),
            lead("false", ago(300), is_genuine=False),
            lead("passed on today", ago(300)),
            lead("passed on and called", ago(300)),
            lead("passed on and its customer called", ago(300), customer_id="c1"),
            lead("called before it was passed on", ago(300)),
        ],
        lead_assignments=[
            *(given(name, ago(day) + shift.get(name, 0 * SECOND)) for name, day in days.items()),
            given("ordered", ago(95)),
            given("false", ago(95)),
            *(given(name, ago(95)) for name in ("passed on today", "passed on and called")),
            *(given(name, ago(95)) for name in ("passed on and its customer called", "called before it was passed on")),
            given("passed on today", UNTIL),
            given("passed on and called", ago(5)),
            given("passed on and its customer called", ago(5)),
            given("called before it was passed on", ago(5)),
        ],
        contacts=[
            call(1, ago(5), lead="passed on and called", purpose="care"),
            call(2, ago(1), customer="c1", purpose="care"),
            call(3, ago(5) - SECOND, lead="called before it was passed on", purpose="care"),
        ],
        orders=[order("o", ago(93), lead="ordered")],
    )
    assert due(house, "expiring") == {"90 less a second": 0.0, "83 days": 7.0}
    assert due(house, "pass_on") == {"120 less a second": -23.0, "97 days": 0.0, "90 days": 7.0}
    assert due(house, "call_again") == {"called before it was passed on": -1.0, "passed on today": 4.0}
    whole = action_lists.leads(house.reader(), EVER, "pass_on", most=1)
    assert (len(whole), list(whole["in_all"]), list(whole["late_in_all"])) == (1, [3], [1])


def visit(number: int, customer: str, at: datetime, outcome: str = "reached") -> Row:
    return {**call(number, at, customer=customer, purpose="visit"), "outcome_code": outcome}


def test_visits_are_due_until_they_are_made(house: House) -> None:
    until = datetime(2026, 6, 20, 12, tzinfo=UTC)
    may, june = datetime(2026, 5, 10, 12, tzinfo=UTC), datetime(2026, 6, 5, 12, tzinfo=UTC)
    people = ("never", "twice since", "all", "tried")
    house.deliver(
        until=until,
        branches=BRANCHES,
        customers=[{"customer_id": name, "branch_id": "b", "customer_kind": "person"} for name in people],
        orders=[order(name, may, customer=name) for name in people],
        contacts=[
            visit(1, "twice since", june),
            visit(2, "twice since", june + DAY),
            visit(3, "twice since", june + DAY),
            visit(4, "all", may),
            visit(5, "all", may + DAY),
            visit(6, "all", june),
            visit(7, "tried", june, "no_answer"),
        ],
    )
    found = action_lists.visits(house.reader(), EVER)
    # all four are stars, to whom three visits in three months are due; two on one day count once
    assert {row.customer_code: (row.visits_got, row.visits_due, row.visits_missing) for row in found.itertuples()} == {
        "never": (0, 3.0, 3),
        "tried": (0, 3.0, 3),
        "twice since": (2, 3.0, 1),
    }
    assert set(found["in_all"]) == set(found["in_cell"]) == {3}
    house.deliver(until=until, contacts=[visit(8, "never", june), visit(9, "never", june + DAY)])
    assert dict(action_lists.visits(house.reader(), EVER).set_index("customer_code")["visits_missing"])["never"] == 1


def test_a_tenth_of_the_active_is_drawn_and_whoever_was_asked_counts_first(house: House) -> None:
    until, earlier = datetime(2026, 6, 20, 12, tzinfo=UTC), datetime(2026, 5, 31, 12, tzinfo=UTC)
    people = [f"c{number}" for number in range(25)]
    gone = [f"gone{number}" for number in range(25)]
    feeds = {
        "branches": BRANCHES,
        "customers": [{"customer_id": name, "branch_id": "b"} for name in (*people, *gone)],
        "orders": [
            *(order(f"o{name}", datetime(2025, 6, 1, tzinfo=UTC), customer=name) for name in people),
            *(order(f"o{name}", datetime(2025, 5, 31, tzinfo=UTC), customer=name) for name in gone),
        ],
        "surveys": [
            {"invite_id": "may", "branch_id": "b", "method_code": "phone", "sent_at": earlier, "customer_id": "c7"},
            {"invite_id": "june", "branch_id": "x", "method_code": "phone", "sent_at": until, "customer_id": "c8"},
        ],
    }
    house.deliver(until=until, **feeds)
    found = action_lists.surveys(house.reader(), EVER)
    assert set(found["customer_code"]) < set(people) - {"c8"}
    assert (len(found), set(found["due_in_all"]), set(found["asked_in_all"])) == (2, {3}, {1})
    house.rebuild()
    assert list(action_lists.surveys(house.reader(), EVER)["customer_code"]) == list(found["customer_code"])
    invites = [
        {"invite_id": name, "branch_id": "b", "method_code": "phone", "sent_at": until, "customer_id": name}
        for name in found["customer_code"]
    ]
    house.deliver(until=until, surveys=invites)
    assert action_lists.surveys(house.reader(), EVER).empty


def answer(name: str, question: str, score: float, top: int, low: int = 0) -> Row:
    return {"invite_id": name, "question_code": question, "score": score, "scale_min": low, "scale_max": top}


def test_the_unhappy_of_30_days_are_called_back_until_somebody_speaks_with_them(house: House) -> None:
    said = [
        (answer("detractor", "recommend", 6, 10), ago(1)),
        (answer("passive", "recommend", 7, 10), ago(1)),
        (answer("six of seven", "recommend", 6, 7, 1), ago(1)),
        (answer("dissatisfied", "overall", 2, 5, 1), ago(1)),
        (answer("neither", "overall", 3, 5, 1), ago(1)),
        (answer("worst product", "product", 1, 5, 1), ago(1)),
        (answer("spoken with", "recommend", 0, 10), ago(5)),
        (answer("called in vain", "recommend", 1, 10), ago(5)),
        (answer("spoken with before", "recommend", 2, 10), ago(5)),
        (answer("30 days ago", "recommend", 0, 10), ago(30)),
        (answer("without its time", "recommend", 3, 10), None),
        (answer("nobody known", "recommend", 0, 10), ago(1)),
    ]
    house.deliver(
        until=UNTIL,
        branches=BRANCHES,
        surveys=[
            {
                "invite_id": row["invite_id"],
                "branch_id": "b",
                "method_code": "phone",
                "sent_at": ago(29) if at is None else at - DAY,
                "answered_at": at,
                "customer_id": None if row["invite_id"] == "nobody known" else row["invite_id"],
            }
            for row, at in said
        ],
        survey_answers=[row for row, _ in said],
        contacts=[
            {**call(1, ago(4), customer="spoken with", purpose="care"), "outcome_code": "reached"},
            call(2, ago(4), customer="called in vain", purpose="care"),
            {**call(3, ago(6), customer="spoken with before", purpose="care"), "outcome_code": "reached"},
        ],
    )
    found = action_lists.answers(house.reader(), EVER)
    expected = ["called in vain", "spoken with before", "dissatisfied", "without its time", "detractor"]
    assert list(found["invite_id"]) == expected  # by score: 0.1, 0.2, 0.25, 0.3, 0.6
    assert list(found["in_all"]) == [5] * 5


def test_a_list_is_the_own_branches_and_what_is_chosen_of_them(house: House) -> None:
    house.deliver(
        until=UNTIL,
        branches=[*BRANCHES, {"branch_id": "elsewhere", "region_id": "q"}],
        leads=[lead("ours", ago(1)), {**lead("theirs", ago(1)), "branch_id": "elsewhere"}],
    )

    def screened_by(person: str, scope: Scope = EVER) -> list[str]:
        return list(action_lists.leads(house.reader(person), scope, "screen")["lead_id"])

    assert screened_by(HEAD) == ["ours"]
    assert screened_by(HEAD, Scope(branches=("elsewhere",))) == []
    assert screened_by(OTHER, Scope(regions=("q",))) == ["theirs"]
    ours = house.reader(HEAD)
    with house.database.loader.begin() as connection:
        connection.exec_driver_sql("update access.grants set valid_until = now()")
    assert action_lists.leads(ours, EVER, "screen").empty


ASKED: dict[str, Callable[..., pd.DataFrame]] = {
    **{action: partial(action_lists.leads, action=action) for action in action_lists.LEAD_ACTIONS},
    "visits": action_lists.visits,
    "surveys": action_lists.surveys,
    "answers": action_lists.answers,
}
COUNTED: dict[str, dict[str, Callable[[pd.DataFrame], object]]] = {
    **{action: {"late_in_all": lambda rows: (rows["hours_left"] < 0).sum()} for action in action_lists.LEAD_ACTIONS},
    "visits": {"in_cell": lambda rows: rows.groupby("portfolio")["portfolio"].transform("size")},
}
PARTS = (EVER, Scope(regions=("r0",)), Scope(branches=("b1", "b2")))


def test_the_first_of_a_list_are_those_of_the_whole_list_and_all_are_counted(house: House) -> None:
    """Of several branches, whose rows lie between each other's in every order."""
    feeds = busy(5, customers=200, leads=600)
    house.deliver(until=newest(feeds), **feeds)
    of_region, of_branch = "region@example.com", "branch@example.com"
    house.grant(of_region, region="r0")
    house.grant(of_branch, branch="b1")
    for person in (EXECUTIVE, of_region, of_branch):
        for scope in PARTS:
            for name, ask in ASKED.items():
                whole = ask(house.reader(person), scope)
                assert set(whole["in_all"]) <= {len(whole)}, (person, scope, name)
                for most in (1, 2, 7):
                    first = ask(house.reader(person), scope, most=most)
                    for column in (whole.columns[0], "in_all"):
                        assert list(first[column]) == list(whole[column][:most]), (person, scope, name)
    for name, ask in ASKED.items():
        whole = ask(house.reader(), EVER)
        assert whole["branch_id"].nunique() > 1, name
        for column, counted in COUNTED.get(name, {}).items():
            assert (whole[column] == counted(whole)).all(), (name, column)


def test_a_list_looks_up_the_first_of_each_branch(house: House) -> None:
    feeds = busy(5, customers=200, leads=600)
    house.deliver(until=newest(feeds), **feeds)
    reader = house.reader()
    for name, ask in ASKED.items():
        with listening(reader.engine) as asked:
            ask(reader, EVER)
        (sent,) = (each for each in asked if not each.names_person)
        with reader.transaction() as connection:
            connection.exec_driver_sql("set local enable_seqscan = off; discard plans")
            plan = connection.exec_driver_sql(f"explain {sent.statement}", sent.parameters).scalars().all()
        looked_up = [line for line in plan if re.search(r"Index Cond: .*branch_id = ANY .*(place|turn) <= ", line)]
        assert len(looked_up) == 1, (name, plan)
