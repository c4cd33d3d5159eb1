"""Great Expectations' side of the gate: one suite a table, counted in the database. Never import this from a page.

Importing great_expectations costs seconds and 250 MB, so `checks.gate` imports this module inside the function that
needs it. GX only counts here; what the counts mean is decided in `checks.gate`.
"""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import URL

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.interfaces import GxDatasourceWarning
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_match_regex import ExpectColumnValuesToMatchRegex
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from sqlalchemy import ColumnElement, literal_column

from checks.predicates import Look, holds, query_of
from checks.rules import Level, Rule, Suite

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
SEVERITY: dict[Level, str] = {"block": "critical", "warn": "warning", "info": "info"}


@dataclass(frozen=True)
class Seen:
    """What GX saw for one rule: its counts (None where it has none), or why it could not look."""

    rule_id: str
    unexpected: int | None
    element: int | None
    raised: str | None


@dataclass(frozen=True)
class Eyes:
    """One GX context on one warehouse, for all tables of a gate run."""

    datasource: SQLDatasource

    def count(self, suite: Suite, look: Look) -> list[Seen]:
        """What GX sees of every rule that it can count, in GX's own order."""
        asset = self.datasource.add_table_asset(name=suite.view, table_name=suite.view, schema_name="gate")
        batch = asset.add_batch_definition_whole_table("all rows").get_batch()
        validated = batch.validate(expectation_suite(suite, look), result_format=COUNTS_ONLY)
        return [_seen(result) for result in validated.results]


@contextmanager
def looking(url: URL, *, options: str) -> Iterator[Eyes]:
    """A look at the warehouse behind `url` with libpq `options`, through an ephemeral context that calls nobody."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    address = url.render_as_string(hide_password=False).replace("$", r"\$")
    engine: dict[str, Any] = {"kwargs": {"connect_args": {"options": options, "application_name": "gatehouse gate"}}}
    with warnings.catch_warnings():
        # add_postgres, which the warning recommends, refuses the socket-only URL of the embedded server
        warnings.simplefilter("ignore", category=GxDatasourceWarning)
        datasource = context.data_sources.add_sql(name="warehouse", connection_string=address, **engine)
    try:
        yield Eyes(datasource=datasource)
    finally:
        datasource.get_engine().dispose()


def expectation_suite(suite: Suite, look: Look) -> gx.ExpectationSuite:
    """The GX suite of one table: every rule that GX can count, its id in the expectation's meta."""
    rules = [rule for rule in suite.rules if rule.kind.proof != "ours"]
    return gx.ExpectationSuite(name=suite.view, expectations=[expectation(rule, suite, look) for rule in rules])


def expectation(rule: Rule, suite: Suite, look: Look) -> Expectation:
    """One rule as GX says it: its own expectation where GX has one, ours where it has not."""
    said: dict[str, Any] = {"severity": SEVERITY[rule.level], "meta": {"rule": rule.id, "table": suite.table}}
    first, bounds = "".join(rule.columns[:1]), rule.bounds
    match rule.expect:
        case "not_null" | "max_null_fraction" | "nulls_like_history":
            return ExpectColumnValuesToNotBeNull(column=first, **said)
        case "in_set":
            return ExpectColumnValuesToBeInSet(column=first, value_set=bounds["codes"], **said)
        case "between":
            limits: dict[str, Any] = {"min_value": bounds.get("low"), "max_value": bounds.get("high")}
            return ExpectColumnValuesToBeBetween(column=first, **limits, **said)
        case "pattern":
            return ExpectColumnValuesToMatchRegex(column=first, regex=bounds["pattern"], **said)
        case "row_count" | "volume_like_history":
            return ExpectTableRowCountToBeBetween(min_value=bounds.get("low", 0), max_value=bounds.get("high"), **said)
    if rule.kind.proof == "query":
        return ExpectNoRows(unexpected_rows_query=query_of(rule), **said)
    anchor = "load_id" if suite.gate == "delivery" else "slice_on"
    return ExpectRowsToKeep(column=anchor, condition=holds(rule, look), **said)


class RowsKeep(ColumnMapMetricProvider):
    """Counts rows that do not keep a condition given as SQL, in one scan with its neighbours as GX's own are."""

    condition_metric_name = "column_values.gatehouse_keep"
    condition_value_keys = ("condition",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(self, _column: ColumnElement[Any], condition: str, **_others: Any) -> ColumnElement[bool]:
        return literal_column(f"({condition})")


class ExpectRowsToKeep(ColumnMapExpectation):
    """Every row keeps `condition`, SQL over any of its columns; `column` is one that is never empty."""

    condition: str

    map_metric = "column_values.gatehouse_keep"
    success_keys = ("condition", "mostly")
    args_keys = ("column", "condition")


class ExpectNoRows(UnexpectedRowsExpectation):
    """A query returns no rows. GX's own version runs the query twice, once for a sample that nobody wants here."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        found = metrics["unexpected_rows_query.row_count"]
        return {"success": found == 0, "result": {"unexpected_count": found}}


def _seen(result: ExpectationValidationResult) -> Seen:
    """GX's counts for one rule. A row count arrives as an observed value; of no rows GX says None are unexpected."""
    counts = dict(result.result or {})
    if counts.get("element_count") == 0:
        counts["unexpected_count"] = counts.get("unexpected_count") or 0
    meta = (result.expectation_config.meta if result.expectation_config else None) or {}
    return Seen(
        rule_id=meta.get("rule", "?"),
        unexpected=counts.get("unexpected_count"),
        element=counts.get("element_count", counts.get("observed_value")),
        raised=_raised(result.exception_info or {}),
    )


def _raised(info: dict[str, Any]) -> str | None:
    """The first line of what an expectation raised: GX files one entry, or one for each metric that failed."""
    entries: Sequence[Any] = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry["raised_exception"]:
            return str(entry["exception_message"]).splitlines()[0][:300]
    return None
