"""Great Expectations' side of the gate: every rule as an expectation, counted in the database. Never import this from a page.

Importing great_expectations costs more than a second and 60 MB, so `checks.gate` imports this module inside the function
that needs it, without what it never uses. GX only counts here; what the counts mean is decided in `checks.gate`. So GX is
asked for the counts of each expectation and not for its opinion of them: that takes it several times as long, and a
statement more for each rule.
"""

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import URL

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.interfaces import GxDatasourceWarning
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_match_regex import ExpectColumnValuesToMatchRegex
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import BatchExpectation, ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.expectations.row_conditions import Column, ComparisonCondition, Operator
from great_expectations.validator.metric_configuration import MetricConfiguration, MetricConfigurationID
from sqlalchemy import ColumnElement, literal_column

from checks.predicates import Look, holds, query_of
from checks.rules import Gate, Level, Rule, Suite
from warehouse.trace import of_postgres

SEVERITY: dict[Level, str] = {"block": "critical", "warn": "warning", "info": "info"}
ANCHORS: dict[Gate, str] = {"delivery": "load_id", "figures": "slice_on"}
"""The column that is never empty."""
COLUMNS, ROW_COUNT, QUERY_COUNT = "table.columns", "table.row_count", "unexpected_rows_query.row_count"

Found = dict[MetricConfigurationID, Any]
Failed = dict[MetricConfigurationID, str]


@dataclass(frozen=True)
class Seen:
    """What GX saw for one rule: its counts (None where it has none), or why it could not look."""

    rule_id: str
    unexpected: int | None
    element: int | None
    raised: str | None


@dataclass(frozen=True)
class Eyes:
    """One GX engine on one warehouse, for all tables of a gate run."""

    engine: SqlAlchemyExecutionEngine

    def count(self, suite: Suite, look: Look) -> list[Seen]:
        """What GX sees of every rule that it can count: all about rows in one statement, and each query in one."""
        view = SqlAlchemyBatchData(self.engine, schema_name="gate", table_name=suite.view, create_temp_table=False)
        self.engine.load_batch_data(suite.view, view)
        rules = [rule for rule in suite.rules if rule.kind.proof != "ours"]
        columns = MetricConfiguration(COLUMNS, {"batch_id": suite.view})
        asked = [_counts(rule.id, *said(rule, suite, look), suite, columns) for rule in rules]
        # which columns there are has been looked up before the first rule is asked
        found: Found = {columns.id: [*ANCHORS.values(), *(name for rule in rules for name in rule.columns)]}
        failed: Failed = {}
        for step in _steps([metric for each in asked for metric in each.wanted], found):
            self._compute(step, found, failed)
        return [_seen(each, found, failed) for each in asked]

    def _compute(self, metrics: Sequence[MetricConfiguration], found: Found, failed: Failed) -> None:
        """Add what GX computes of `metrics` to `found`: of all together, and where that fails, of each by itself."""
        try:
            found.update(self.engine.resolve_metrics(metrics, found))
        except GreatExpectationsError as error:
            if len(metrics) == 1:
                failed[metrics[0].id] = str(error)
                return
            for metric in metrics:
                self._compute([metric], found, failed)


@dataclass(frozen=True)
class _Asked:
    """The metrics that we want of GX for one rule: how many rows are unexpected, and out of how many."""

    rule_id: str
    unexpected: MetricConfiguration | None
    element: MetricConfiguration | None

    @property
    def wanted(self) -> Iterator[MetricConfiguration]:
        return (metric for metric in (self.unexpected, self.element) if metric is not None)


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
    connect = {"options": options, "application_name": "gatehouse gate"}
    engine: dict[str, Any] = {"kwargs": {"connect_args": connect, "isolation_level": "AUTOCOMMIT"}}
    with warnings.catch_warnings():
        # add_postgres, which the warning recommends, refuses the socket-only URL of the embedded server
        warnings.simplefilter("ignore", category=GxDatasourceWarning)
        datasource = context.data_sources.add_sql(name="warehouse", connection_string=address, **engine)
    try:
        yield Eyes(engine=datasource.get_execution_engine())
    finally:
        datasource.get_engine().dispose()


def said(rule: Rule, suite: Suite, look: Look) -> tuple[type[BatchExpectation], Mapping[str, Any]]:
    """One rule as GX says it: its own expectation where GX has one, ours where it has not."""
    meta: dict[str, Any] = {"severity": SEVERITY[rule.level], "meta": {"rule": rule.id, "table": suite.table}}
    first, bounds = "".join(rule.columns[:1]), rule.bounds
    match rule.expect:
        case "not_null" | "max_null_fraction" | "nulls_like_history":
            return ExpectColumnValuesToNotBeNull, {"column": first, **meta}
        case "in_set":
            return ExpectColumnValuesToBeInSet, {"column": first, "value_set": bounds["codes"], **meta}
        case "between":
            limits = {"min_value": bounds.get("low"), "max_value": bounds.get("high")}
            return ExpectColumnValuesToBeBetween, {"column": first, **limits, **meta}
        case "pattern":
            return ExpectColumnValuesToMatchRegex, {"column": first, "regex": bounds["pattern"], **meta}
        case "row_count" | "volume_like_history":
            limits = {"min_value": bounds.get("low", 0), "max_value": bounds.get("high")}
            return ExpectTableRowCountToBeBetween, {**limits, **meta}
    if rule.kind.proof == "query":
        return ExpectNoRows, {"unexpected_rows_query": query_of(rule), **meta}
    return ExpectRowsToKeep, {"column": ANCHORS[suite.gate], "condition": holds(rule, look), **meta}


def _rows_of(suite: Suite, kind: type[BatchExpectation]) -> dict[str, Any]:
    """The rows that an expectation is about; of figures, those in slices made anew: the others were looked at when they were."""
    rows: dict[str, Any] = {"batch_id": suite.view}
    if suite.gate == "figures" and kind is not ExpectNoRows:
        rows["row_condition"] = ComparisonCondition(column=Column("is_new"), operator=Operator.EQUAL, parameter=True)
    return rows


def _counts(
    rule_id: str, kind: type[BatchExpectation], about: Mapping[str, Any], suite: Suite, columns: MetricConfiguration
) -> _Asked:
    """The metrics behind an expectation, as GX names them, without those that it would need to have an opinion."""
    rows = _rows_of(suite, kind)
    expected = kind(**about, **rows)
    if isinstance(expected, ExpectNoRows):
        return _Asked(rule_id, _metric(QUERY_COUNT, rows, _values(QUERY_COUNT, expected)), None)
    size = _metric(ROW_COUNT, rows, {}, metric_partial_fn=_metric(f"{ROW_COUNT}.aggregate_fn", rows, {}))
    if not isinstance(expected, ColumnMapExpectation):
        return _Asked(rule_id, None, size)
    name, cells = f"{expected.map_metric}.unexpected_count", {**rows, "column": expected.column}
    values = _values(name, expected)
    keeps = _metric(f"{expected.map_metric}.condition", cells, values, **{COLUMNS: columns})
    counted = _metric(f"{name}.aggregate_fn", cells, values, unexpected_condition=keeps)
    return _Asked(rule_id, _metric(name, cells, values, metric_partial_fn=counted), size)


def _metric(
    name: str, domain: Mapping[str, Any], values: Mapping[str, Any], **needs: MetricConfiguration
) -> MetricConfiguration:
    """A metric of GX's, after those that it is computed from."""
    metric = MetricConfiguration(name, dict(domain), dict(values))
    metric.metric_dependencies = needs
    return metric


def _values(name: str, expected: BatchExpectation) -> dict[str, Any]:
    """What a metric is told beside the rows, as its expectation has it."""
    return {key: getattr(expected, key) for key in get_metric_kwargs(name)["metric_value_keys"]}


def _steps(wanted: Sequence[MetricConfiguration], found: Found) -> list[list[MetricConfiguration]]:
    """What is computed one after the other: what `wanted` is made from, level by level, and all that is wanted at last."""
    steps = [list({metric.id: metric for metric in wanted}.values())]
    while needed := {
        needs.id: needs for metric in steps[0] for needs in metric.metric_dependencies.values() if needs.id not in found
    }:
        steps.insert(0, list(needed.values()))
    return steps


def _seen(asked: _Asked, found: Found, failed: Failed) -> Seen:
    """GX's counts for one rule; of no rows it says that None are unexpected."""
    unexpected, element = (found.get(metric.id) if metric else None for metric in (asked.unexpected, asked.element))
    if asked.unexpected is not None and element == 0:
        unexpected = unexpected or 0
    raised = None
    if not all(metric.id in found for metric in asked.wanted):
        causes = (_cause(metric, failed) for metric in asked.wanted)
        raised = of_postgres(next(filter(None, causes), "Great Expectations could not count"))
    return Seen(asked.rule_id, unexpected, element, raised)


def _cause(metric: MetricConfiguration, failed: Failed) -> str | None:
    """Why a metric could not be computed: what failed first of all that it is made from."""
    causes = (_cause(needs, failed) for needs in metric.metric_dependencies.values())
    return next(filter(None, causes), failed.get(metric.id))


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

    metric_dependencies: ClassVar[tuple[str, ...]] = (QUERY_COUNT,)
