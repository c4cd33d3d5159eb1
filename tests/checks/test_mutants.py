"""Each way in which a gate goes blind, tried on ours: the promise holds, and would not hold if the code did so."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from checks import expectations, gate, predicates
from checks.expectations import Seen
from checks.predicates import Look
from checks.rules import Rule, Suite
from tests.checks.deliveries import BRANCHES, NOW, complaints, deliver, refresh
from tests.checks.figures import lead_edition, lead_facts, run
from warehouse.db import Database

Patch = pytest.MonkeyPatch


def delivered(database: Database) -> int:
    """Branches and good complaints, staged."""
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    return refresh_id


def judged(database: Database, refresh_id: int) -> gate.Verdict:
    return gate.run_gate(database, gate="delivery", tables=["complaints"], refresh_id=refresh_id, now=NOW)


def seen_as(patch: Patch, changed: Callable[[list[Seen]], Sequence[Seen]]) -> None:
    """From now on GX hands back `changed` of what it saw."""
    count = expectations.Eyes.count

    def count_changed(self: expectations.Eyes, suite: Suite, look: Look) -> list[Seen]:
        return list(changed(count(self, suite, look)))

    patch.setattr(expectations.Eyes, "count", count_changed)


# What the gate promises. Each raises AssertionError where the promise is broken.


def an_error_in_a_warning_rule_blocks(database: Database, patch: Patch) -> None:
    refresh_id = delivered(database)
    order = {"order_id": "O1", "customer_id": "K1", "branch_id": "B1", "ordered_at": NOW, "amount": 5}
    deliver(database, "orders", [order], refresh_id=refresh_id)
    patch.setattr(expectations, "query_of", lambda _: "select nothing_like_it from {batch}")
    verdict = gate.run_gate(database, gate="delivery", tables=["orders"], refresh_id=refresh_id, now=NOW)
    raised = [(result.rule_id, result.level) for result in verdict.results if result.outcome == "raised"]
    assert raised == [("rate_known", "warn")]
    assert verdict.blocked == {"orders": ("rate_known",)}


def a_rule_that_gx_skips_blocks(database: Database, patch: Patch) -> None:
    refresh_id = delivered(database)
    seen_as(patch, lambda seen: [one for one in seen if one.rule_id != "category_code.not_null"])
    assert judged(database, refresh_id).blocked == {"complaints": ("category_code.not_null",)}


def a_rule_that_gx_tells_twice_blocks(database: Database, patch: Patch) -> None:
    refresh_id = delivered(database)
    seen_as(patch, lambda seen: [*seen, *[one for one in seen if one.rule_id == "category_code.not_null"]])
    assert judged(database, refresh_id).blocked == {"complaints": ("category_code.not_null",)}


def counts_that_differ_block(database: Database, patch: Patch) -> None:
    refresh_id = delivered(database)
    seen_as(patch, lambda seen: [replace(one, element=19) if one.rule_id == "usual_volume" else one for one in seen])
    assert judged(database, refresh_id).blocked == {"complaints": ("usual_volume",)}


def a_failure_blocks_whatever_gx_calls_it(database: Database, patch: Patch) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    deliver(database, "complaints", complaints(category_code=None), refresh_id=refresh_id)
    patch.setattr(expectations, "SEVERITY", dict.fromkeys(("block", "warn", "info"), "info"))
    assert judged(database, refresh_id).blocked == {"complaints": ("category_code.not_null",)}


def an_empty_delivery_blocks(database: Database, patch: Patch) -> None:
    refresh_id = delivered(database)
    run(database, "delete from staging.stg_complaints")
    assert set(judged(database, refresh_id).blocked["complaints"]) == {"row_count", "accounting"}


def an_empty_candidate_blocks(database: Database, patch: Patch) -> None:
    refresh_id = refresh(database)
    lead_facts(database)
    lead_edition(database, refresh_id)
    run(database, "delete from published.lead_day_edition")
    verdict = gate.run_gate(database, gate="figures", tables=["lead_day"], refresh_id=refresh_id, now=NOW)
    assert {"row_count", "facts"} <= set(verdict.blocked["lead_day"])


PROMISES = (
    an_error_in_a_warning_rule_blocks,
    a_rule_that_gx_skips_blocks,
    a_rule_that_gx_tells_twice_blocks,
    counts_that_differ_block,
    a_failure_blocks_whatever_gx_calls_it,
    an_empty_delivery_blocks,
    an_empty_candidate_blocks,
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_the_promise_holds(database: Database, monkeypatch: Patch, promise: Callable[[Database, Patch], None]) -> None:
    promise(database, monkeypatch)


# The mutants: the gate as somebody in a hurry would write it.


def trust_the_severity(patch: Patch) -> None:
    patch.setattr(
        gate.Result, "blocks", property(lambda result: result.outcome != "passed" and result.level == "block")
    )


def skip_what_has_no_result(patch: Patch) -> None:
    finding = gate._finding

    def lenient(rule: Rule, table: Any, seen: Sequence[Seen]) -> Any:
        return finding(rule, table, seen) if seen or rule.kind.proof == "ours" else gate._Finding("passed", {})

    patch.setattr(gate, "_finding", lenient)


def take_the_first_result(patch: Patch) -> None:
    judge_gx = gate._judge_gx
    patch.setattr(gate, "_judge_gx", lambda rule, table, seen: judge_gx(rule, table, seen[:1]))


def believe_gx_without_counting(patch: Patch) -> None:
    def believing(rule: Rule, table: Any, seen: Sequence[Seen]) -> Any:
        (one,) = seen
        return gate._Finding("failed" if one.unexpected else "passed", {})

    patch.setattr(gate, "_judge_gx", believing)


def take_every_block_for_information(patch: Patch) -> None:
    patch.setattr(gate.Result, "blocks", property(lambda result: result.outcome == "raised"))


def accept_any_size(patch: Patch) -> None:
    patch.setitem(gate._LIMITS, "row_count", lambda rule, table: gate._Finding("passed", {}))


def leave_the_sums_alone(patch: Patch) -> None:
    patch.setitem(gate._OURS, "accounting", lambda rule, table: gate._Finding("passed", {}))


def ask_no_facts(patch: Patch) -> None:
    patch.setattr(predicates, "row_query", lambda _: "select 1 from {batch} where false")


@pytest.mark.parametrize(
    ("mutant", "promise"),
    [
        (trust_the_severity, an_error_in_a_warning_rule_blocks),
        (skip_what_has_no_result, a_rule_that_gx_skips_blocks),
        (take_the_first_result, a_rule_that_gx_tells_twice_blocks),
        (believe_gx_without_counting, counts_that_differ_block),
        (take_every_block_for_information, a_failure_blocks_whatever_gx_calls_it),
        (accept_any_size, an_empty_delivery_blocks),
        (leave_the_sums_alone, an_empty_delivery_blocks),
        (accept_any_size, an_empty_candidate_blocks),
        (ask_no_facts, an_empty_candidate_blocks),
    ],
    ids=lambda named: named.__name__,
)
def test_a_mutant_breaks_the_promise(
    database: Database,
    monkeypatch: Patch,
    mutant: Callable[[Patch], None],
    promise: Callable[[Database, Patch], None],
) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        promise(database, monkeypatch)
