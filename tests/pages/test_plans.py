"""The plans of what pages ask: published tables alone, and sums instead of rows, so that a page asks no more of a larger company."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import pytest

from app import ICONS
from benchmarks.measured.asked import listening
from tests.oracle import company as real
from tests.pages.company import Company
from tests.pages.conftest import Open
from warehouse.queries import figures
from warehouse.queries.figures import figure
from warehouse.queries.grains import KEPT
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

Call = tuple[str, Scope, tuple[str, ...]]
AS = {"executive": real.EXECUTIVE, "head": real.HEAD, "steward": real.STEWARD}
ROWS_OF_HEADS = frozenset(
    {
        "call_duration",
        "complaint_cohort",
        "cost_month",
        "first_touch_month",
        "lead_call",
        "lead_day",
        "lead_mark",
        "lead_owner",
        "lead_wait",
        "order_day",
        "pareto",
        "segment_apostle",
        "segment_move",
        "survey_cohort",
        "survey_moment",
        "survey_population",
        "survey_score",
        "survey_stratum",
    }
)
"""Tables of whose branches there are no sums of some kind: a head reads the rows of the own ones."""


@pytest.fixture
def asked(company: Company, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, list[Call]]:
    """What every page asks for, by person: without a warehouse."""
    found: dict[str, dict[str, Call]] = {person: {} for person in AS}

    def note(reader: Reader, metric: str, scope: Scope, *, by: tuple[str, ...] = ()) -> pd.DataFrame:
        person = reader.person.partition("@")[0]
        found[person].setdefault(repr((metric, scope, tuple(by))), (metric, scope, tuple(by)))
        return company.figure(reader, metric, scope, by=by)

    monkeypatch.setattr(figures, "figure", note)
    for person in AS:
        for page in ICONS:
            assert not open_page(page, person).exception
    return {person: list(calls.values()) for person, calls in found.items()}


def test_pages_ask_for_sums(asked: Mapping[str, list[Call]], company_of: Callable[[str], real.Company]) -> None:
    assert min(map(len, asked.values())) > 100
    engine = company_of("north").database.reader
    for person, calls in asked.items():
        reader = Reader(engine=engine, person=AS[person]).pinned()
        read: dict[str, list[Call]] = {}
        for call in calls:
            for schema, table in _read(reader, call):
                assert schema in {"published", "access"}, call
                read.setdefault(table, []).append(call)
        rows = {name for name in KEPT if f"{name}_edition" in read}
        least = ROWS_OF_HEADS if person == "head" else frozenset()
        assert rows <= least, {
            name: {(metric, by) for metric, _, by in read[f"{name}_edition"]} for name in rows - least
        }
        assert not [name for name in read if name.startswith(("action_", "segment_customer")) or "_case_" in name]


def _read(reader: Reader, call: Call) -> set[tuple[str, str]]:
    """Schema and name of every table from which a figure is made: plans name more, whatever is asked."""
    metric, scope, by = call
    with listening(reader.engine) as asked:
        try:
            figure(reader, metric, scope, by=by)
        except figures.FeedAbsent:
            return set()
    with reader.transaction() as connection:
        plans = [
            connection.exec_driver_sql(f"explain (analyze, verbose, format json) {each.statement}", each.parameters)
            for each in asked
            if not each.names_person
        ]
        return {each for plan in plans for each in _tables(plan.scalar_one()[0]["Plan"])}


def _tables(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not plan["Actual Loops"]:
        return
    if "Relation Name" in plan:
        yield plan["Schema"], plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _tables(part)
