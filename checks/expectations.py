"""Great Expectations' side of the gate: every rule as an expectation, counted in the database. Never import this from a page.

Importing great_expectations costs seconds and 250 MB, so `checks.gate` imports this module inside the function that
needs it. GX only counts here; what the counts mean is decided in `checks.gate`. So GX is asked for the counts of each
expectation and not for its opinion of them: that takes it several times as long, and a statement more for each rule.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
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
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
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
from great_expectations.expectations.row_conditions import Column, ComparisonCondition, Operator
from great_expectations.validator.metric_configuration import MetricConfigurationID
from great_expectations.validator.validation_graph import MetricEdge, ValidationGraph
from sqlalchemy import ColumnElement, literal_column

from checks.predicates import Look, holds, query_of
from checks.rules import Level, Rule, Suite
from warehouse.trace import of_postgres

COUNTS_ONLY = {"result_format": {"result_format": "BOOLEAN_ONLY"}}
SEVERITY: dict[Level, str] = {"block": "critical", "warn": "warning", "info": "info"}
KNOWN = 2_000
ROW_COUNT, QUERY_COUNT = "table.row_count", "unexpected_rows_query.row_count"


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
        """What GX sees of every rule that it can count."""
        view = SqlAlchemyBatchData(self.engine, schema_name="gate", table_name=suite.view, create_temp_table=False)
        self.engine.load_batch_data(suite.view, view)
        asked = [self._asked(rule, suite, look) for rule in suite.rules if rule.kind.proof != "ours"]
        edges = {edge.id: edge for each in asked for edge in each.edges}
        graph = ValidationGraph(execution_engine=self.engine, edges=list(edges.values()))
        found, failed = graph.resolve(COUNTS_ONLY, show_progress_bars=False)
        return [_seen(each, found, failed) for each in asked]

    def _asked(self, rule: Rule, suite: Suite, look: Look) -> "_Asked":
        """What is to be computed for a rule, kept by what it says: to work it out costs more than to count."""
        kind, about = said(rule, suite, look)
        key = (suite.view, rule.id, kind, *map(str, about.items()))
        if key not in _known:
            if len(_known) > KNOWN:
                _known.clear()  # a rule about the future says another instant each time
            _known[key] = _counts(rule.id, expectation(suite, kind, about), self.engine)
        return _known[key]


@dataclass(frozen=True)
class _Asked:
    """The metrics that GX computes for one rule, each after those it needs, and the ids of the two that we want."""

    rule_id: str
    edges: tuple[MetricEdge, ...]
    unexpected: MetricConfigurationID | None
    element: MetricConfigurationID | None


_known: dict[tuple[object, ...], _Asked] = {}


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
        yield Eyes(engine=datasource.get_execution_engine())
    finally:
        datasource.get_engine().dispose()


def said(rule: Rule, suite: Suite, look: Look) -> tuple[type[Expectation], Mapping[str, Any]]:
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
    anchor = "load_id" if suite.gate == "delivery" else "slice_on"
    return ExpectRowsToKeep, {"column": anchor, "condition": holds(rule, look), **meta}


def expectation(suite: Suite, kind: type[Expectation], about: Mapping[str, Any]) -> Expectation:
    """An expectation of a suite's rows; of figures, of those in slices made anew: the others were looked at when they were."""
    told = {**about, "batch_id": suite.view}
    if suite.gate == "figures" and kind is not ExpectNoRows:
        told["row_condition"] = ComparisonCondition(column=Column("is_new"), operator=Operator.EQUAL, parameter=True)
    return kind(**told)


def _counts(rule_id: str, expected: Expectation, engine: SqlAlchemyExecutionEngine) -> _Asked:
    """The metrics behind an expectation: how many rows there are, and how many are unexpected."""
    metrics = expected.get_validation_dependencies(engine, COUNTS_ONLY).metric_configurations
    name = f"{expected.map_metric}.unexpected_count" if isinstance(expected, ColumnMapExpectation) else QUERY_COUNT
    wanted = {kind: metrics[kind] for kind in (name, ROW_COUNT) if kind in metrics}
    graph = ValidationGraph(execution_engine=engine)
    for metric in wanted.values():
        graph.build_metric_dependency_graph(metric, COUNTS_ONLY)
    unexpected, element = (wanted[kind].id if kind in wanted else None for kind in (name, ROW_COUNT))
    return _Asked(rule_id, tuple(graph.edges), unexpected, element)


def _seen(asked: _Asked, found: Mapping[Any, Any], failed: Mapping[Any, Any]) -> Seen:
    """GX's counts for one rule; of no rows it says that None are unexpected."""
    wanted = [metric for metric in (asked.unexpected, asked.element) if metric is not None]
    unexpected, element = (found.get(metric) for metric in (asked.unexpected, asked.element))
    if asked.unexpected is not None and element == 0:
        unexpected = unexpected or 0
    raised = None
    if not all(metric in found for metric in wanted):
        behind = [failed[edge.left.id] for edge in asked.edges if edge.left.id in failed]
        problem = behind[0]["exception_info"].exception_message if behind else "Great Expectations could not count"
        raised = of_postgres(problem)
    return Seen(asked.rule_id, unexpected, element, raised)


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
