"""The catalogue: every figure is named and explained in both languages, and its SQL gives what its kind promises."""

import re
from pathlib import Path

import pytest

from warehouse.feeds.contract import feeds
from warehouse.metrics import CATALOGUE, Metric, cells, filters_of, metrics, phrases
from warehouse.queries.figures import SHAPES

QUERIES = CATALOGUE.parent / "queries"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EVERY = pytest.mark.parametrize("metric", metrics().values(), ids=lambda metric: metric.code)


@EVERY
def test_words_stand_in_both_languages(metric: Metric) -> None:
    for words in (metric.label, metric.meaning, metric.how_to_read, metric.not_conclude, metric.formula):
        assert set(words) == {"en", "zh_CN"}
        assert not CHINESE.search(words["en"])
        assert CHINESE.search(words["zh_CN"])
    assert metric.source and metric.owner and metric.unit


@EVERY
def test_unit_owner_and_source_are_translated(metric: Metric) -> None:
    assert metric.unit in phrases()["units"]
    assert metric.owner in phrases()["owners"]
    assert set(metric.source.split("; ")) <= set(phrases()["sources"])
    assert CHINESE.search(metric.source_label["zh_CN"])


@EVERY
def test_feeds_and_columns_are_those_of_the_contract(metric: Metric) -> None:
    assert set(metric.feeds) <= set(feeds())
    for needed in (*metric.needs, metric.dated_by):
        feed, column = needed.split(".")
        assert feeds()[feed].column(column).name == column
        assert feed in metric.feeds


@EVERY
def test_the_family_has_its_sql_and_knows_the_dimensions(metric: Metric) -> None:
    text = Path(QUERIES / f"{metric.family}.sql").read_text("utf-8")
    for dimension in metric.dims:
        assert f"'{dimension}' = any(cast(:by as text[]))" in text
    for name in filters_of(metric.family):
        assert f":{name} " in text
    for measure in (*SHAPES[metric.kind].figures, *SHAPES[metric.kind].counts):
        assert re.search(rf"\b{measure}\b", text)


def test_the_same_figure_under_another_name_keeps_its_own_words() -> None:
    five, csat = metrics()["five.satisfaction_rate"], metrics()["csat.top2"]
    assert (five.family, five.kind, five.dims, five.asked_as) == (csat.family, csat.kind, csat.dims, "csat.top2")
    assert five.label != csat.label


def test_every_cell_has_a_name_and_an_action() -> None:
    for matrix, expected in [
        ("portfolio", ["star", "question", "cash_cow", "dog", "unknown"]),
        ("value_tier", ["loyal", "opportunity", "edge", "lost"]),
        ("service_type", ["quality", "factory", "friendly", "indifferent"]),
        ("repurchase", ["both", "product", "service", "neither"]),
        ("product_age", ["up_to_2", "2_to_5", "over_5", "unknown"]),
    ]:
        assert list(cells(matrix)) == expected
        for cell in cells(matrix).values():
            assert set(cell.label) == set(cell.action) == {"en", "zh_CN"}
