"""The figures gate on candidates: parts and wholes, facts, what was published before, and what is usual."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from checks import expectations
from checks.gate import Verdict, offending_rows, run_gate
from checks.predicates import Look
from checks.rules import Suite, suites
from tests.checks.deliveries import NOW, refresh
from tests.checks.figures import MONTHS, lead_edition, lead_facts, propose, publish, run
from warehouse.db import Database


def judged(database: Database, *tables: str, refresh_id: int) -> Verdict:
    return run_gate(database, gate="figures", tables=tables, refresh_id=refresh_id, now=NOW)


@pytest.fixture
def candidate(database: Database) -> int:
    """Three months of lead figures, proposed; the refresh's id."""
    refresh_id = refresh(database)
    lead_facts(database)
    lead_edition(database, refresh_id)
    return refresh_id


@pytest.fixture
def published(database: Database, candidate: int) -> int:
    """The same, published, and the id of the refresh that comes next."""
    publish(database, candidate)
    return refresh(database)


def test_figures_that_are_their_facts_pass(database: Database, candidate: int) -> None:
    verdict = judged(database, "lead_day", refresh_id=candidate)
    assert verdict.blocked == {}
    assert {result.rule_id for result in verdict.results} == {rule.id for rule in suites("figures")["lead_day"].rules}
    assert verdict.passed


@pytest.mark.parametrize(
    ("done", "rule_id"),
    [
        ("update published.lead_day_edition set at_reached = at_genuine + 1", "funnel_falls"),
        ("update published.lead_day_edition set ordered_in_30 = 1", "conversions_nested"),
        ("update published.lead_day_edition set ordered = leads + 1", "ordered_among_leads"),
        ("delete from published.lead_day_edition where branch_id = 'B3'", "facts"),
        ("update published.lead_day_edition set leads = leads + 1 where branch_id = 'B3'", "facts"),
        ("delete from curated.fct_lead where branch_id = 'B3'", "facts"),
        ("insert into published.lead_day_edition select * from published.lead_day_edition", "key.unique"),
        ("update ops.candidate set edition_id = 99", "row_count"),
    ],
)
def test_figures_that_are_not_block(database: Database, candidate: int, done: str, rule_id: str) -> None:
    run(database, done)
    verdict = judged(database, "lead_day", refresh_id=candidate)
    assert rule_id in verdict.blocked["lead_day"]


def test_an_empty_candidate_is_right_only_beside_empty_facts(database: Database, candidate: int) -> None:
    run(database, "delete from published.lead_day_edition")
    assert {"row_count", "facts"} <= set(judged(database, "lead_day", refresh_id=candidate).blocked["lead_day"])
    run(database, "delete from curated.fct_lead", "delete from curated.fct_lead_progress")
    assert judged(database, "lead_day", refresh_id=candidate).passed


def test_a_candidate_of_another_table_is_none_of_ours(database: Database, candidate: int) -> None:
    verdict = judged(database, "survey_cohort", refresh_id=candidate)
    assert verdict.blocked == {"survey_cohort": ("slices_kept",)}


def test_a_published_slice_does_not_vanish(database: Database, published: int) -> None:
    lead_edition(database, published, months=MONTHS[2:])
    assert judged(database, "lead_day", refresh_id=published).passed
    run(database, "delete from ops.candidate where slice_on = '2025-12-01'")
    verdict = judged(database, "lead_day", refresh_id=published)
    assert verdict.blocked == {"lead_day": ("slices_kept",)}
    (kept,) = [result for result in verdict.results if result.rule_id == "slices_kept"]
    assert kept.observed == {"slices": 2, "vanished": ["2025-12-01"]}


@pytest.mark.parametrize(
    ("month", "gone", "blocked"),
    [
        ("2025-11-01", "branch_id = 'B1'", ()),
        ("2025-11-01", "branch_id in ('B1', 'B2', 'B3')", ("restated", "coverage")),
        ("2025-11-01", "lead_id like '%3'", ()),
        ("2025-11-01", "collected_on > '2025-11-20'", ("restated",)),
        ("2026-01-01", "collected_on > '2026-01-20'", ()),
    ],
)
def test_what_was_reported_changes_within_limits(
    database: Database, published: int, month: str, gone: str, blocked: tuple[str, ...]
) -> None:
    for facts in ("fct_lead", "fct_lead_progress"):
        run(database, f"delete from curated.{facts} where date_trunc('month', collected_on) = '{month}' and {gone}")
    lead_edition(database, published, months=[month])
    verdict = judged(database, "lead_day", refresh_id=published)
    assert verdict.blocked.get("lead_day", ()) == blocked
    changed = offending_rows(database, gate="figures", table="lead_day", rule_id="restated")
    assert [str(offence.where["slice_on"]) for offence in changed] == [month] * ("restated" in blocked)


def test_a_month_outside_its_natural_limits_is_a_warning(database: Database) -> None:
    refresh_id = refresh(database)
    year = [f"2025-{month:02}-01" for month in range(1, 11)]
    for number, month in enumerate(year):
        lead_facts(database, months=[month], fake_every=10 + number % 2)
    lead_facts(database, months=["2025-11-01"], fake_every=2)
    lead_edition(database, refresh_id, months=[*year, "2025-11-01"])
    verdict = judged(database, "lead_day", refresh_id=refresh_id)
    assert verdict.passed
    assert [result.rule_id for result in verdict.warnings] == ["genuine_within_limits"]
    (signal,) = offending_rows(database, gate="figures", table="lead_day", rule_id="genuine_within_limits")
    assert str(signal.where["slice_on"]) == "2025-11-01"


def complaint_flow(database: Database, refresh_id: int, flows: list[tuple[str, int, int]]) -> None:
    """Flows by day of one branch, proposed."""
    for on_date, opened, ended in flows:
        run(
            database,
            "insert into published.complaint_daily_edition (edition_id, slice_on, branch_id, on_date, opened, reopened, ended)"
            " values (:edition, date_trunc('month', cast(:on_date as date)), 'B1', :on_date, :opened, 0, :ended)",
            edition=refresh_id,
            on_date=on_date,
            opened=opened,
            ended=ended,
        )
    propose(database, refresh_id, "complaint_daily", sorted({f"{on_date[:7]}-01" for on_date, _, _ in flows}))


def complaint_fact(database: Database, complaint_id: str, opened_on: str, ended_on: str | None) -> None:
    run(
        database,
        """
        insert into curated.fct_complaint
            (customer_id, complaint_id, branch_id, opened_at, opened_on, cohort_on, ended_at, reopened_count, open_while, paused_while)
        values (
            curated.party_id(:id), :id, 'B1', cast(:opened_on as date), :opened_on,
            case when :ended_on is null then date '0001-01-01' else date_trunc('month', cast(:opened_on as date)) end,
            cast(:ended_on as date), 0, tstzmultirange(tstzrange(cast(:opened_on as date), cast(:ended_on as date))), '{}'
        )
        """,
        id=complaint_id,
        opened_on=opened_on,
        ended_on=ended_on,
    )


def test_the_backlog_rolls_forward_to_what_is_open(database: Database) -> None:
    refresh_id = refresh(database)
    complaint_fact(database, "C1", "2026-01-05", "2026-01-09")
    complaint_fact(database, "C2", "2026-01-06", None)
    complaint_flow(database, refresh_id, [("2026-01-05", 1, 0), ("2026-01-06", 1, 0), ("2026-01-09", 0, 1)])
    assert judged(database, "complaint_daily", refresh_id=refresh_id).blocked == {}


def test_a_backlog_that_does_not_add_up_blocks(database: Database) -> None:
    refresh_id = refresh(database)
    complaint_fact(database, "C2", "2026-01-06", None)
    complaint_flow(database, refresh_id, [("2026-01-05", 0, 1), ("2026-01-06", 1, 0)])
    blocked = judged(database, "complaint_daily", refresh_id=refresh_id).blocked
    assert blocked == {"complaint_daily": ("backlog_not_negative", "backlog_rolls_forward")}


def test_nobody_changes_the_candidate_while_it_is_judged(
    database: Database, candidate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def count_and_try_to_write(self: expectations.Eyes, suite: Suite, look: Look) -> list[expectations.Seen]:
        for table in ("ops.candidate", "published.lead_day_edition"):
            with pytest.raises(OperationalError, match="lock timeout"):
                run(database, "set local lock_timeout = '100ms'", f"delete from {table}")
            refused.append(table)
        return count(self, suite, look)

    count = expectations.Eyes.count
    monkeypatch.setattr(expectations.Eyes, "count", count_and_try_to_write)
    assert judged(database, "lead_day", refresh_id=candidate).passed
    assert refused == ["ops.candidate", "published.lead_day_edition"]


def test_every_rule_of_every_figures_table_can_be_asked(database: Database) -> None:
    refresh_id = refresh(database)
    for table in suites("figures"):
        propose(database, refresh_id, table, MONTHS)
    verdict = judged(database, *suites("figures"), refresh_id=refresh_id)
    not_passed: list[Any] = [result for result in verdict.results if result.outcome != "passed"]
    assert not_passed == []
    assert len(verdict.results) == sum(len(suite.rules) for suite in suites("figures").values())
