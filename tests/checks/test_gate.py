"""The delivery gate on rows: what passes, what blocks, and that nothing slips through between."""

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import text

from checks import expectations, facts, gate, predicates
from checks.gate import NothingToCheckError, Result, Verdict, offending_rows, quarantine_rows, run_gate
from checks.rules import suites
from tests.checks.deliveries import BRANCHES, NOW, complaints, counts, deliver, refresh
from warehouse.db import Database


def judged(database: Database, *tables: str, refresh_id: int) -> Verdict:
    return run_gate(database, gate="delivery", tables=tables, refresh_id=refresh_id, now=NOW)


def outcome(verdict: Verdict, rule_id: str, table: str = "complaints") -> Any:
    (found,) = [result for result in verdict.results if (result.table, result.rule_id) == (table, rule_id)]
    return found


@pytest.fixture
def refresh_id(database: Database) -> int:
    """A refresh with its branches staged."""
    made = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=made)
    return made


def test_a_good_delivery_passes_with_one_result_for_every_rule(database: Database, refresh_id: int) -> None:
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    verdict = judged(database, "branches", "complaints", refresh_id=refresh_id)
    assert verdict.passed
    assert verdict.blocked == {}
    told = [(result.table, result.rule_id) for result in verdict.results]
    rules = [(table, rule.id) for table in ("branches", "complaints") for rule in suites("delivery")[table].rules]
    assert sorted(told) == sorted(rules)
    kept = counts(database, f"select table_name, rule_id from published.check_result where refresh_id = {refresh_id}")
    assert sorted(kept) == sorted(rules)


@pytest.mark.parametrize(
    ("changed", "rule_id"),
    [
        ({"category_code": None}, "category_code.not_null"),
        ({"severity_code": "terrible"}, "severity_code.in_set"),
        ({"compensation_amount": -1}, "compensation_amount.between"),
        ({"branch_id": "B9"}, "branch_id.references"),
        ({"opened_at": NOW + timedelta(days=3), "resolved_at": None, "closed_at": None}, "opened_not_in_future"),
        ({"resolved_at": NOW - timedelta(days=900)}, "resolved_not_before_opened"),
    ],
)
def test_one_bad_row_blocks_its_feed_and_no_other(
    database: Database, refresh_id: int, changed: dict[str, Any], rule_id: str
) -> None:
    rows = complaints()
    rows[7] |= changed
    deliver(database, "complaints", rows, refresh_id=refresh_id)
    verdict = judged(database, "branches", "complaints", refresh_id=refresh_id)
    assert not verdict.passed
    assert verdict.blocked == {"complaints": (rule_id,)}
    found = outcome(verdict, rule_id)
    assert (found.outcome, found.unexpected_count, found.element_count) == ("failed", 1, 20)


def test_a_warning_is_kept_and_does_not_block(database: Database, refresh_id: int) -> None:
    deliver(database, "customers", [customer("K1")], refresh_id=refresh_id, state="passed")
    deliver(database, "complaints", complaints(customer_id="K9"), refresh_id=refresh_id)
    verdict = judged(database, "complaints", refresh_id=refresh_id)
    assert verdict.passed
    assert [result.rule_id for result in verdict.warnings] == ["customer_id.references"]


def test_a_feed_that_never_came_is_not_missed_but_branches_are(database: Database) -> None:
    made = refresh(database)
    deliver(database, "complaints", complaints(customer_id="K9"), refresh_id=made)
    verdict = judged(database, "complaints", refresh_id=made)
    assert outcome(verdict, "customer_id.references").outcome == "passed"
    assert verdict.blocked == {"complaints": ("branch_id.references",)}


def test_the_same_key_twice_in_a_load_blocks(database: Database, refresh_id: int) -> None:
    with database.loader.begin() as connection:
        connection.execute(text("drop index staging.stg_complaints_complaint_id_load_id_idx"))
    deliver(database, "complaints", [*complaints(3), *complaints(2)], refresh_id=refresh_id)
    verdict = judged(database, "complaints", refresh_id=refresh_id)
    assert verdict.blocked == {"complaints": ("key.unique",)}
    assert outcome(verdict, "key.unique").unexpected_count == 2


def test_a_unique_index_proves_every_key_without_counting(database: Database) -> None:
    with database.loader.connect() as connection:
        proven = facts.look_up(connection, list(suites("delivery").values()), now=NOW).unique
    assert proven == {table: frozenset({"load_id", *suite.key}) for table, suite in suites("delivery").items()}


def test_a_load_whose_rows_are_not_where_the_book_says_blocks(database: Database, refresh_id: int) -> None:
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    with database.loader.begin() as connection:
        connection.execute(text("delete from staging.stg_complaints where row_number = 1"))
    verdict = judged(database, "complaints", refresh_id=refresh_id)
    assert verdict.blocked == {"complaints": ("accounting",)}


def test_quarantined_rows_that_are_not_in_quarantine_block(database: Database, refresh_id: int) -> None:
    load = deliver(database, "complaints", complaints(400), refresh_id=refresh_id)
    with database.loader.begin() as connection:
        connection.execute(
            text("update published.load_feed set accepted = 399, quarantined = 1 where load_id = :load"), {"load": load}
        )
        connection.execute(text("delete from staging.stg_complaints where row_number = 1"))
    assert judged(database, "complaints", refresh_id=refresh_id).blocked == {"complaints": ("accounting",)}


def test_an_empty_table_passes_nothing(database: Database, refresh_id: int) -> None:
    load = deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    with database.loader.begin() as connection:
        connection.execute(text("delete from staging.stg_complaints"))
    blocked = judged(database, "complaints", refresh_id=refresh_id).blocked["complaints"]
    assert {"row_count", "accounting"} <= set(blocked)
    with database.loader.begin() as connection:
        connection.execute(text("delete from published.load_feed where load_id = :load"), {"load": load})
    blocked = judged(database, "complaints", refresh_id=refresh_id).blocked["complaints"]
    assert {"row_count", "accounting"} <= set(blocked)


def test_known_versions_of_known_rows_are_nothing_new_and_no_failure(database: Database, refresh_id: int) -> None:
    deliver(database, "complaints", [], superseded=20, refresh_id=refresh_id)
    assert judged(database, "complaints", refresh_id=refresh_id).passed


def test_a_gate_without_tables_or_with_unknown_ones_is_no_gate(database: Database, refresh_id: int) -> None:
    with pytest.raises(NothingToCheckError):
        judged(database, refresh_id=refresh_id)
    with pytest.raises(KeyError, match="no delivery suite for complaint"):
        judged(database, "complaint", refresh_id=refresh_id)


@pytest.mark.parametrize(
    ("altered", "told"),
    [
        (
            "alter table staging.stg_complaints alter column category_code type varchar(30)",
            {"missing": [], "other_type": {"category_code": "character varying"}},
        ),
        ("alter table staging.stg_complaints drop column category_code cascade", None),
    ],
)
def test_columns_are_looked_at_first_and_alone(
    database: Database, refresh_id: int, altered: str, told: dict[str, Any] | None
) -> None:
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    with database.loader.begin() as connection:
        view = connection.execute(text("select pg_get_viewdef('gate.delivery_complaints')")).scalar_one()
        connection.execute(text("drop view gate.delivery_complaints"))
        connection.execute(text("drop view if exists staging.now_complaints cascade"))
        connection.execute(text(altered))
        if told is not None:
            connection.execute(text(f"create view gate.delivery_complaints as {view}"))
    verdict = judged(database, "complaints", refresh_id=refresh_id)
    assert verdict.blocked == {"complaints": ("columns",)}
    assert len(verdict.results) == 1
    assert told is None or verdict.results[0].observed == told


def test_what_a_source_says_it_does_not_know_may_be_empty(database: Database, refresh_id: int) -> None:
    leads = [{"lead_id": f"L{number}", "branch_id": "B1", "source_code": "fair"} for number in range(9)]
    deliver(database, "leads", leads, refresh_id=refresh_id, source="fair")
    assert judged(database, "leads", refresh_id=refresh_id).blocked == {"leads": ("collected_at.not_null",)}
    with database.loader.begin() as connection:
        connection.execute(
            text(
                "insert into published.unknown_column values ('fair', 'leads', 'collected_at', 'no dates in the export')"
            )
        )
    verdict = judged(database, "leads", refresh_id=refresh_id)
    assert verdict.passed
    assert outcome(verdict, "collected_at.not_null", "leads").observed == {"declared_unknown": True}


@pytest.mark.parametrize(
    ("rows", "wrong", "judged_as"),
    [(1, 1, "passed"), (3, 1, "passed"), (20, 1, "passed"), (20, 5, "failed"), (2_000, 60, "failed")],
)
def test_one_wrong_row_of_few_is_no_broken_export(
    database: Database, refresh_id: int, rows: int, wrong: int, judged_as: str
) -> None:
    delivered = complaints(rows)
    for row in delivered[:wrong]:
        row["branch_id"] = "B9"
    load = deliver(database, "complaints", delivered, refresh_id=refresh_id)
    with database.loader.begin() as connection:
        quarantine_rows(connection, feed="complaints", load_ids=[load], now=NOW)
    verdict = judged(database, "complaints", refresh_id=refresh_id)
    assert outcome(verdict, "branch_id.references.share").outcome == judged_as


def test_a_correction_takes_the_place_of_what_is_held(database: Database, refresh_id: int) -> None:
    wrong = complaints(20)
    for row in wrong[:5]:
        row["branch_id"] = "B9"
    held = deliver(database, "complaints", wrong, refresh_id=refresh_id, state="held")
    with database.loader.begin() as connection:
        assert quarantine_rows(connection, feed="complaints", load_ids=[held], now=NOW) == 5
    blocked = judged(database, "complaints", refresh_id=refresh_id).blocked
    assert set(blocked["complaints"]) == {"quarantined_share", "branch_id.references.share"}
    again = refresh(database)
    deliver(database, "complaints", complaints(1, start=99), refresh_id=again)
    assert "complaints" in judged(database, "complaints", refresh_id=again).blocked
    deliver(database, "complaints", complaints(20), refresh_id=again)
    assert judged(database, "complaints", refresh_id=again).passed


def test_volume_is_held_against_the_same_weekday_once_there_are_four(database: Database) -> None:
    week = timedelta(days=7)
    for weeks in range(1, 5):
        earlier = refresh(database, state="passed")
        verdict = volume(database, 40)
        assert verdict.observed["usual"] is None
        rows = complaints(40, start=1000 * weeks)
        deliver(database, "complaints", rows, refresh_id=earlier, state="passed", received_at=NOW - weeks * week)
        deliver(
            database,
            "complaints",
            rows,
            refresh_id=earlier,
            state="passed",
            received_at=NOW - weeks * week - timedelta(days=1),
        )
    assert volume(database, 70).outcome == "passed"
    few = volume(database, 10)
    assert (few.outcome, few.level, few.observed["usual"]) == ("failed", "warn", 40)


def volume(database: Database, count: int) -> Any:
    """The result of the volume rule for a delivery of `count` complaints, which is then forgotten."""
    made = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=made)
    load = deliver(database, "complaints", complaints(count), refresh_id=made)
    found = outcome(judged(database, "complaints", refresh_id=made), "usual_volume")
    with database.loader.begin() as connection:
        connection.execute(
            text("update published.load_feed set state = 'discarded' where load_id = :load"), {"load": load}
        )
    return found


def test_nulls_are_held_against_what_was_observed_before(database: Database) -> None:
    seen = []
    for handler in ("S1", "S1", "S1", "S1", None):
        made = refresh(database, state="passed")
        deliver(database, "branches", BRANCHES, refresh_id=made)
        load = deliver(database, "complaints", complaints(handler_staff_id=handler), refresh_id=made)
        seen.append(outcome(judged(database, "complaints", refresh_id=made), "handler_like_usual"))
        with database.loader.begin() as connection:
            connection.execute(
                text("update published.load_feed set state = 'discarded' where load_id = :load"), {"load": load}
            )
    assert [found.outcome for found in seen] == ["passed"] * 4 + ["failed"]
    limit = pytest.approx(0.2 + 3 * (0.2 * 0.8 / 20) ** 0.5, abs=1e-6)
    assert seen[-1].observed == {"null_fraction": 1.0, "usual": 0.0, "limit": limit}


@pytest.mark.parametrize(
    ("lost", "gaps"), [((0, 0), 0), ((10, 30), 1), ((30, 60), 1)], ids=["none", "within", "from what was known"]
)
def test_gaps_after_what_is_known_are_noticed(
    database: Database, refresh_id: int, lost: tuple[int, int], gaps: int
) -> None:
    """Changes to complaints of long ago come with every delivery, and leave no gap between them."""
    ago = [timedelta(days=days) for days in (200, 130, *range(60)) if not lost[0] < days < lost[1]]
    known = [row | {"opened_at": NOW - timedelta(days=60)} for row in complaints(1)]
    deliver(database, "complaints", known, refresh_id=refresh_id, state="passed", newest_at=NOW - timedelta(days=60))
    rows = [
        row | {"opened_at": NOW - days, "resolved_at": NOW, "closed_at": NOW}
        for row, days in zip(complaints(len(ago), start=2), ago, strict=True)
    ]
    deliver(database, "complaints", rows, refresh_id=refresh_id)
    verdict = judged(database, "complaints", refresh_id=refresh_id)
    assert verdict.passed
    assert [result.rule_id for result in verdict.warnings] == ["days_covered"] * gaps
    assert len(offending_rows(database, gate="delivery", table="complaints", rule_id="days_covered")) == gaps


@pytest.mark.parametrize("count", [4, 40], ids=["too few to tell", "seldom for years"])
def test_what_comes_seldom_has_gaps(database: Database, refresh_id: int, count: int) -> None:
    rows = [row | {"opened_at": NOW - 9 * number * timedelta(days=1)} for number, row in enumerate(complaints(count))]
    rows[-1]["opened_at"] -= timedelta(days={4: 200, 40: 20}[count])
    deliver(
        database, "complaints", [row | {"resolved_at": None, "closed_at": None} for row in rows], refresh_id=refresh_id
    )
    assert not judged(database, "complaints", refresh_id=refresh_id).warnings


def test_an_old_file_is_noticed(database: Database, refresh_id: int) -> None:
    deliver(database, "complaints", complaints(1), refresh_id=refresh_id, state="passed", newest_at=NOW)
    old = [row | {"opened_at": row["opened_at"] - timedelta(days=90)} for row in complaints(20, start=2)]
    deliver(database, "complaints", old, refresh_id=refresh_id)
    assert [result.rule_id for result in judged(database, "complaints", refresh_id=refresh_id).warnings] == [
        "newest_record"
    ]


def test_a_target_of_a_figure_that_nobody_knows_is_noticed(database: Database, refresh_id: int) -> None:
    codes = ("nps", "matrix.portfolio.support", "npz")
    rows = [
        {"metric_code": code, "scope_kind": "company", "period_on": "2026-01-01", "target_value": 1} for code in codes
    ]
    deliver(database, "targets", rows, refresh_id=refresh_id)
    verdict = judged(database, "targets", refresh_id=refresh_id)
    assert [(result.rule_id, result.unexpected_count) for result in verdict.warnings] == [("metric_known", 1)]


def test_what_is_released_of_one_table_holds_the_others() -> None:
    results = (Result(table, "restated", "block", "failed", {}) for table in ("call_day", "order_day"))
    verdict = Verdict(gate="figures", results=tuple(results))
    assert verdict.blocked_unless({("call_day", "restated")}) == {"order_day": ("restated",)}


def test_usual_is_nothing_until_there_are_four() -> None:
    assert facts.usual([1, 2, 3]) is None
    assert facts.usual([1, 2, 3, 100]) == 2.5


def test_offending_rows_name_place_and_reasons_and_nobody(database: Database, refresh_id: int) -> None:
    rows = complaints()
    rows[3] |= {"category_code": None, "severity_code": "terrible", "text_hash": "h"}
    load = deliver(database, "complaints", rows, refresh_id=refresh_id)
    (offence,) = offending_rows(database, gate="delivery", table="complaints")
    assert (offence.where["load_id"], offence.where["row_number"], offence.where["complaint_id"]) == (load, 4, "C4")
    assert offence.rules == ("category_code.not_null", "severity_code.in_set")
    assert offence.values["severity_code"] == "terrible"
    assert "text_hash" not in {*offence.where, *offence.values}
    assert (
        offending_rows(database, gate="delivery", table="complaints", rule_id="category_code.not_null", limit=0) == []
    )


def test_where_we_cannot_count_every_rule_has_raised(database: Database, refresh_id: int, monkeypatch: Any) -> None:
    deliver(database, "complaint_events", [], refresh_id=refresh_id)
    monkeypatch.setattr(predicates, "row_query", lambda _: "select nothing_like_it from {batch}")
    verdict = judged(database, "branches", "complaint_events", refresh_id=refresh_id)
    told = {result.outcome for result in verdict.results if result.rule_id != "columns"}
    assert told == {"raised"}
    assert 'column "nothing_like_it" does not exist' in verdict.results[1].observed["problem"]
    assert counts(database, "select count(*) from published.check_result where outcome = 'raised'") != [(0,)]


def test_nobody_writes_to_what_is_being_judged(database: Database, refresh_id: int, monkeypatch: Any) -> None:
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    looked = []

    def count_and_try_to_write(self: expectations.Eyes, suite: Any, look: Any) -> Any:
        with database.loader.connect() as connection, pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            connection.execute(text("set local lock_timeout = '100ms'"))
            connection.execute(text("delete from staging.stg_complaints"))
        looked.append(suite.table)
        return count(self, suite, look)

    count = expectations.Eyes.count
    monkeypatch.setattr(expectations.Eyes, "count", count_and_try_to_write)
    assert judged(database, "complaints", refresh_id=refresh_id).passed
    assert looked == ["complaints"]


def test_the_gate_may_run_again_for_the_same_refresh(database: Database, refresh_id: int) -> None:
    deliver(database, "complaints", complaints(category_code=None), refresh_id=refresh_id)
    assert not judged(database, "complaints", refresh_id=refresh_id).passed
    with database.loader.begin() as connection:
        connection.execute(text("update staging.stg_complaints set category_code = 'delivery'"))
    assert judged(database, "complaints", refresh_id=refresh_id).passed
    assert counts(database, "select count(*) from published.check_result where outcome <> 'passed'") == [(0,)]


def test_a_password_with_a_dollar_reaches_the_server_as_it_is(database: Database) -> None:
    url = database.loader.url.set(password="pa$$word$HOME")
    with expectations.looking(url, options=gate.GX_OPTIONS) as look:
        assert look.engine.engine.url.password == "pa$$word$HOME"


def test_plans_of_the_gate_are_not_compiled(database: Database) -> None:
    with (
        expectations.looking(database.loader.url, options=gate.GX_OPTIONS) as look,
        look.engine.engine.connect() as connection,
    ):
        assert connection.execute(text("show jit")).scalar_one() == "off"


def test_importing_the_gate_does_not_import_great_expectations() -> None:
    asked = "import json, sys, checks.gate, checks.rules; print(json.dumps('great_expectations' in sys.modules))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) is False


def customer(customer_id: str) -> dict[str, Any]:
    return {"customer_id": customer_id, "branch_id": "B1", "customer_kind": "person", "created_on": "2026-01-01"}
