"""Every figure can be followed, column by column, up to the feeds that its catalogue entry names."""

import pytest

from warehouse.metrics import Metric, metrics
from warehouse.queries.lineage import Step, columns, made_from, steps


@pytest.mark.parametrize("metric", metrics().values(), ids=lambda metric: metric.code)
def test_every_figure_comes_from_its_feeds(metric: Metric) -> None:
    found = steps(metric)
    fed = {step.from_table.removeprefix("feed.") for step in found if step.from_table.startswith("feed.")}
    assert set(metric.feeds) <= fed
    assert found[0].table == "figure"


def test_a_column_is_followed_through_every_table() -> None:
    found = set(steps(metrics()["lead.conversion_90"]))
    assert Step("figure", "numerator", "published.lead_day", "ordered_in_90") in found
    assert Step("published.lead_day", "ordered_in_90", "curated.fct_lead_progress", "wait_seconds") in found
    assert Step("curated.fct_lead_progress", "wait_seconds", "curated.fct_order", "ordered_at") in found
    assert Step("curated.fct_order", "ordered_at", "feed.orders", "ordered_at") in found


def test_where_rows_are_counted_the_tables_alone_are_named() -> None:
    assert made_from("published/lead_day.sql", "leads") == (
        ("curated.dim_branch", ""),
        ("curated.fct_lead_progress", ""),
    )


def test_the_columns_of_a_file_are_known_without_a_database() -> None:
    assert {"value", "low", "high", "numerator", "denominator", "pending"} <= set(
        columns("queries/lead_conversion.sql")
    )
