"""The figures gate on the lists of cases: lists that are what the facts say pass, and each way in which they are not is found."""

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.gate import Verdict, run_gate
from tests.checks.deliveries import NOW
from tests.checks.figures import run
from tests.harness import House
from warehouse.db import Database

UNTIL = datetime(2025, 12, 31, 20, tzinfo=UTC)
RECENT, EARLIER = UNTIL - timedelta(days=5), UNTIL - timedelta(days=91)
LONG_AGO = UNTIL - timedelta(days=92)
TABLES = ("complaint_case", "lead_case", "survey_case", "event_case")


@pytest.fixture
def refresh_id(database: Database) -> int:
    """Cases of every kind, in and beyond the days that are kept, as the refresh would have left them before gate 2."""
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    times = {"recent": RECENT, "earlier": EARLIER, "long ago": LONG_AGO}
    house.deliver(
        until=UNTIL,
        branches=[{"branch_id": "n", "region_id": "r"}],
        complaints=[
            {"complaint_id": f"{name}, {end}", "branch_id": "n", "opened_at": at, "due_at": at + timedelta(days=2)}
            | ({"resolved_at": at + timedelta(days=1), "outcome_code": "resolved"} if end == "over" else {})
            for name, at in times.items()
            for end in ("open", "over")
        ],
        leads=[
            {"lead_id": name, "branch_id": "n", "collected_at": at, "is_genuine": True} for name, at in times.items()
        ],
        surveys=[{"invite_id": name, "branch_id": "n", "sent_at": at, "answered_at": at} for name, at in times.items()],
        survey_answers=[
            {"invite_id": name, "question_code": "overall", "scale_min": 1, "scale_max": 5, "score": 4}
            for name in times
        ],
        events=[
            {"event_id": name, "branch_id": "n", "event_kind": "talk", "held_on": day}
            for name, day in (("recent", date(2025, 12, 30)), ("long ago", date(2025, 1, 1)))
        ],
        attendances=[{"event_id": "recent", "lead_id": name, "is_attended": True} for name in times],
    )
    return int(house.rows("select max(refresh_id) as refresh_id from ops.candidate").at[0, "refresh_id"])


def judged(database: Database, refresh_id: int, *tables: str) -> Verdict:
    return run_gate(database, gate="figures", tables=tables, refresh_id=refresh_id, now=NOW)


def test_lists_that_are_what_the_facts_say_pass(database: Database, refresh_id: int) -> None:
    assert judged(database, refresh_id, *TABLES).blocked == {}


@pytest.mark.parametrize(
    ("table", "done", "rule_id"),
    [
        (
            "complaint_case",
            "delete from published.complaint_case_edition where complaint_id = 'earlier, over'",
            "facts",
        ),
        (
            "complaint_case",
            "delete from published.complaint_case_edition where complaint_id = 'long ago, open'",
            "facts",
        ),
        ("complaint_case", "update published.complaint_case_edition set sla = 'met' where ended_at is null", "facts"),
        (
            "complaint_case",
            "update published.complaint_case_edition set opened_at = as_of + interval '1 s'",
            "received_before_now",
        ),
        ("lead_case", "delete from published.lead_case_edition where lead_id = 'earlier'", "facts"),
        ("lead_case", "update published.lead_case_edition set stage = 3 where lead_id = 'recent'", "facts"),
        ("lead_case", "update published.lead_case_edition set stage = 9", "stages_known"),
        ("survey_case", "delete from published.survey_case_edition where invite_id = 'recent'", "facts"),
        ("survey_case", "update published.survey_case_edition set overall = null", "facts"),
        ("survey_case", "update published.survey_case_edition set recommend = 11", "recommend_within"),
        ("event_case", "delete from published.event_case_edition", "facts"),
        ("event_case", "update published.event_case_edition set attended = 2", "facts"),
        ("event_case", "update published.event_case_edition set invited = 1", "came_of_invited"),
        ("event_case", "delete from curated.fct_attendance where lead_id = 'recent'", "facts"),
    ],
)
def test_lists_that_are_not_block(database: Database, refresh_id: int, table: str, done: str, rule_id: str) -> None:
    run(database, done)
    assert rule_id in judged(database, refresh_id, table).blocked[table]
