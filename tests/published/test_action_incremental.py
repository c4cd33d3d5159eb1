"""Lists of what is to be done: any sequence of deliveries, corrections and discards ends where a rebuild ends, and the gate agrees."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection

from checks.gate import run_gate
from checks.predicates import Look, offending_rows
from checks.rules import suites
from tests.harness import House
from tests.queries.called import called
from tests.queries.company import UNTIL, Row, company
from warehouse.db import Database

LISTS = ("action_lead", "action_visit", "action_survey", "action_answer")
TABLES = (*LISTS, "segment_customer")
KEYS = {
    "branches": ("branch_id",),
    "lead_sources": ("source_code",),
    "customers": ("customer_id",),
    "leads": ("lead_id",),
    "lead_assignments": ("lead_id", "assigned_at"),
    "contacts": ("contact_id",),
    "orders": ("order_id",),
    "surveys": ("invite_id",),
    "survey_answers": ("invite_id", "question_code"),
}
Feeds = dict[str, list[Row]]


def busy(seed: int, *, customers: int = 60, leads: int = 120) -> Feeds:
    """A company with something to do of every kind: leads of the last months, visits, answers of all sorts."""
    rng = np.random.default_rng(seed)
    feeds = called(seed, customers=customers, leads=leads, orders=150)
    for row in feeds["leads"][::2]:
        row["collected_at"] = _lately(rng, 95)
    feeds["lead_assignments"] = [
        {
            "lead_id": row["lead_id"],
            "staff_id": f"s{rng.integers(9)}",
            "assigned_at": _lately(rng, 130),
            "reason_code": "new",
        }
        for row in feeds["leads"]
        for _ in range(int(rng.integers(0, 3)))
    ]
    feeds["customers"] = company(seed, customers=customers, leads=1, orders=1).customers
    people = [row["customer_id"] for row in feeds["customers"]]
    feeds["contacts"] += [_talk(rng, number, people) for number in range(120)]
    feeds["surveys"] = [_survey(rng, number, people) for number in range(90)]
    feeds["survey_answers"] = [
        {
            "invite_id": row["invite_id"],
            "question_code": question,
            "score": int(rng.integers(low, top + 1)),
            "scale_min": low,
            "scale_max": top,
        }
        for row in feeds["surveys"]
        for question, low, top in (("recommend", 0, 10), ("overall", 1, 5))[: int(rng.integers(3))]
    ]
    return feeds


def _lately(rng: np.random.Generator, days: int) -> datetime:
    return UNTIL - timedelta(minutes=int(rng.integers(days * 24 * 60)))


def _talk(rng: np.random.Generator, number: int, people: list[object]) -> Row:
    return {
        "contact_id": f"talk{number}",
        "branch_id": f"b{rng.integers(4)}",
        "channel_code": "visit",
        "purpose_code": str(rng.choice(["visit", "care"])),
        "outcome_code": str(rng.choice(["reached", "no_answer"])),
        "started_at": _lately(rng, 80),
        "customer_id": people[int(rng.integers(len(people)))],
    }


def _survey(rng: np.random.Generator, number: int, people: list[object]) -> Row:
    sent = _lately(rng, 60)
    return {
        "invite_id": f"i{number}",
        "branch_id": f"b{rng.integers(4)}",
        "method_code": "phone",
        "sent_at": sent,
        "answered_at": min(UNTIL, sent + timedelta(days=2)) if rng.random() < 0.6 else None,
        "customer_id": people[int(rng.integers(len(people)))] if rng.random() < 0.9 else None,
    }


def newest(feeds: Feeds) -> datetime | None:
    moments = [
        value for rows in feeds.values() for row in rows for value in row.values() if isinstance(value, datetime)
    ]
    return max(moments, default=None)


def deliveries(feeds: Feeds, rng: np.random.Generator) -> list[Feeds]:
    """Every row in a random one of five deliveries, not in order of time; one in eight comes twice, changed."""
    batches: list[Feeds] = [{} for _ in range(5)]
    for feed, key in KEYS.items():
        for row in feeds[feed]:
            first = int(rng.integers(5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.125:
                donor = feeds[feed][int(rng.integers(len(feeds[feed])))]
                changed = {**donor, **{name: row[name] for name in key}}
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(changed)
    return batches


@pytest.mark.parametrize("seed", range(2))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    loads = [house.deliver(until=newest(batch), **batch) for batch in deliveries(busy(seed), rng)]
    assert blocked(house) == {}
    house.discard(loads[int(rng.integers(5))])
    found = {table: house.published(table) for table in LISTS}
    house.rebuild()
    for table in LISTS:
        assert len(found[table]) > 0
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)
    assert {"screen", "call_again", "pass_on"} <= set(found["action_lead"]["action"])
    assert found["action_survey"]["asked_on"].notna().any() and found["action_survey"]["asked_on"].isna().any()


def blocked(house: House) -> dict[str, tuple[str, ...]]:
    """Rules that would hold the lists of the newest refresh."""
    refresh_id = int(house.rows("select max(edition_id) as newest from ops.candidate").at[0, "newest"])
    verdict = run_gate(house.database, gate="figures", tables=sorted(LISTS), refresh_id=refresh_id, now=UNTIL)
    return dict(verdict.blocked)


WRONG = {
    "action_lead": [
        ("delete from published.action_lead_edition where action = 'screen'", ("facts",)),
        ("update published.action_lead_edition set action = 'pass_on' where action = 'expiring'", ("facts", "places")),
        ("update published.action_lead_edition set place = place + 1", ("places",)),
        ("update published.action_lead_edition set place = 1 where place = 2", ("places",)),
        ("update published.action_lead_edition set place = 3 - place where place < 3", ("places",)),
        (
            "update published.action_lead_edition set action = 'wait' where action = 'expiring'",
            ("action_known", "facts"),
        ),
        ("update curated.fct_lead set is_genuine = false", ("facts",)),
        ("delete from curated.fct_contact where purpose_code = 'screening'", ()),
    ],
    "action_visit": [
        ("delete from published.action_visit_edition where branch_id = 'b1'", ("facts",)),
        ("update published.action_visit_edition set spend = spend + 1", ("facts",)),
        ("update published.action_visit_edition set place = place + 1", ("places",)),
        ("update published.action_visit_edition set place = 1 where place = 2", ("places",)),
        ("update published.action_visit_edition set place = 3 - place where place < 3", ("places",)),
        ("update curated.fct_contact set is_reached = false", ("facts",)),
    ],
    "action_survey": [
        ("update published.action_survey_edition set place = 0 where place = 1", ("place_above_zero",)),
        ("update published.action_survey_edition set asked_on = null", ("facts", "turns")),
        ("update published.action_survey_edition set turn = turn + 1", ("turns",)),
        ("update published.action_survey_edition set turn = null", ("turns",)),
        ("update published.action_survey_edition set asked_on = null, turn = place", ("facts",)),
        ("update published.action_survey_edition set asked_on = null, turn = 3 - place", ("facts", "turns")),
        ("delete from published.action_survey_edition where branch_id = 'b1'", ("facts",)),
        ("delete from curated.fct_order", ("facts",)),
    ],
    "action_answer": [
        ("delete from published.action_answer_edition where recommend is not null", ("facts",)),
        ("update published.action_answer_edition set answered_at = as_of + interval '1 day'", ("answered_before_now",)),
        ("update published.action_answer_edition set place = place + 1", ("places",)),
        ("update published.action_answer_edition set place = 1 where place = 2", ("places",)),
        ("update published.action_answer_edition set place = 3 - place where place < 3", ("places",)),
        ("update curated.fct_survey_answer set score = scale_max", ("facts",)),
        ("update curated.fct_contact set is_reached = true, started_at = '2026-06-20 18:00+00'", ("facts",)),
    ],
}
"""What is done to figures or facts, and the rules that must block then; nothing where it makes no difference."""


def test_lists_that_are_not_their_facts_block(database: Database) -> None:
    house = House(database, only=TABLES).open()
    feeds = busy(2)
    house.deliver(until=newest(feeds), **feeds)
    assert blocked(house) == {}
    for table, cases in WRONG.items():
        for wrong, rules in cases:
            with database.loader.connect() as connection:
                connection.exec_driver_sql(wrong)
                assert (wrong, broken(connection, table)) == (wrong, rules)
                connection.rollback()


def test_the_list_of_visits_is_made_anew_by_what_changes_it_alone(database: Database) -> None:
    feeds = busy(3)
    house = House(database, only=TABLES).open()
    house.deliver(until=newest(feeds), **feeds)
    june, person = UNTIL - timedelta(days=2), feeds["customers"][0]
    order = {**feeds["orders"][0], "order_id": "running", "ordered_at": june}
    talk = {**_talk(np.random.default_rng(3), 0, [person["customer_id"]]), "started_at": june}
    assert not remade(house, orders=[order], surveys=[{**feeds["surveys"][0], "invite_id": "more", "sent_at": june}])
    assert not remade(house, contacts=[{**talk, "contact_id": "call", "purpose_code": "care"}])
    assert remade(house, contacts=[{**talk, "contact_id": "visit", "purpose_code": "visit"}])
    assert remade(house, orders=[{**order, "order_id": "before", "ordered_at": june - timedelta(days=40)}])
    assert remade(house, customers=[{**person, "branch_id": "b3" if person["branch_id"] != "b3" else "b2"}])
    assert remade(house, surveys=[{**feeds["surveys"][0], "sent_at": UNTIL}], until=UNTIL + timedelta(days=40))


def remade(house: House, *, until: datetime = UNTIL, **feeds: list[Row]) -> bool:
    """Whether a delivery makes the list of visits anew."""
    asked = "select edition_id from ops.standing where table_name = 'action_visit'"
    before = house.rows(asked)
    house.deliver(until=until, **feeds)
    return not house.rows(asked).equals(before)


def broken(connection: Connection, table: str) -> tuple[str, ...]:
    """Rules of single rows and of queries that `table` breaks as the connection sees it."""
    suite = suites("figures")[table]
    asked = [rule.id for rule in suite.rules if rule.expect == "rows" or rule.kind.proof == "row"]
    look = Look(now=UNTIL)
    return tuple(sorted(rule for rule in asked if offending_rows(connection, suite, rule_id=rule, look=look)))
