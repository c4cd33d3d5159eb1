"""What stands in the manual for operators is true: metrics by name and labels, rules and panels that Prometheus understands, events."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.core import CounterMetricFamily

from pages.shared import meters
from warehouse.monitor import book, questions

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / "operating.md").read_text("utf-8")
GRAFANA = json.loads((DOCS / "grafana.json").read_text("utf-8"))
RULES = yaml.safe_load(re.findall(r"```yaml\n(# gatehouse.rules.yml\n.*?)```", MANUAL, re.DOTALL)[0])["groups"][0][
    "rules"
]
EXPRESSIONS = [
    *(target["expr"] for panel in GRAFANA["panels"] for target in panel.get("targets", ())),
    *(each["expr"] for each in GRAFANA["annotations"]["list"]),
    *(rule["expr"] for rule in RULES),
]
COLUMNS = 24
OF_PROMETHEUS = {"instance", "job"}
"""Labels that Prometheus adds to everything that it asks for."""


def exported() -> dict[str, set[str]]:
    """Every metric that there is, with its labels."""
    of_the_book = {
        figure.name + ("_total" if figure.kind is CounterMetricFamily else ""): {*figure.labels}
        for figure in book.FIGURES
    }
    of_feeds = {name: {"feed"} for name, _ in book.FEED_FIGURES.values()}
    meters.PAGES.labels("a page").observe(1)
    questions.QUESTIONS.labels("a question").observe(1)
    own = (meters.PAGES, meters.FAILURES, meters.SESSIONS, questions.QUESTIONS)
    of_dashboards: dict[str, set[str]] = {}
    for sample in (sample for meter in own for family in meter.collect() for sample in family.samples):
        of_dashboards.setdefault(sample.name, set()).update(sample.labels)
    return {**of_the_book, **of_feeds, **of_dashboards, book.UP: set(), "process_resident_memory_bytes": set()}


def parts(expression: str) -> Iterator[Any]:
    """Every node of an expression, as Prometheus reads it. Raises ValueError where it would not."""
    found: list[Any] = []
    promql_parser.walk(promql_parser.parse(expression.replace("$__rate_interval", "5m")), found.append)
    return iter(found)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_asked_for_is_told(expression: str) -> None:
    known, asked, labels = exported(), set(), set()
    for part in parts(expression):
        if isinstance(part, promql_parser.VectorSelector):
            asked.add(part.name)
            labels |= {each.name for each in part.matchers.matchers}
        elif isinstance(part, promql_parser.AggregateExpr) and part.modifier is not None:
            labels |= {*part.modifier.labels}
    assert asked
    assert asked <= known.keys()
    assert labels <= OF_PROMETHEUS.union(*(known[name] for name in asked))


def test_the_manual_names_every_metric_with_its_labels_and_no_other() -> None:
    table = MANUAL.partition("| metric | tells |")[2]
    told = {
        name: {*filter(None, labels.split(","))}
        for name, labels in re.findall(r"`(gatehouse_\w+?)(?:\{([\w,]*)\})?`", table)
    }
    whole = {name: labels for name, labels in exported().items() if not name.endswith(("_bucket", "_sum", "_created"))}
    assert told == {
        name.removesuffix("_count"): labels for name, labels in whole.items() if name.startswith("gatehouse_")
    }


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) > 10


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_what_is_not_there_wakes_somebody_when_it_stays_away(rule: dict[str, Any]) -> None:
    """Prometheus misses what it asks for now and then."""
    assert "for" in rule or not re.search("absent|unless", rule["expr"])


@pytest.mark.parametrize("metric", ["gatehouse_published_timestamp_seconds", "gatehouse_backup_timestamp_seconds"])
def test_what_has_never_been_wakes_somebody_too(metric: str) -> None:
    assert f"gatehouse_warehouse_up == 1 unless on (instance) {metric}" in EXPRESSIONS


def test_panels_stand_beside_each_other() -> None:
    """What Grafana refuses or draws over: numbers given twice, panels that overlap, a source that is another one's."""
    assert len({panel["id"] for panel in GRAFANA["panels"]}) == len(GRAFANA["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in GRAFANA["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert all(x < COLUMNS for x, _ in cells), panel["title"]
        taken |= cells
    [source] = GRAFANA["templating"]["list"]
    used = {target["datasource"]["uid"] for panel in GRAFANA["panels"] for target in panel.get("targets", ())}
    assert used == {f"${{{source['name']}}}"}
    assert source["type"] == "datasource"
    assert source["query"] == "prometheus"
