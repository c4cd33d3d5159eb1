"""How a figure is made: the question that a page asks, and the statements that make the tables which it reads."""

import re
from functools import cache
from pathlib import Path

from warehouse.metrics import Metric

WAREHOUSE = Path(__file__).parent.parent
READS = re.compile(r"\b(published|curated)\.(\w+?)(?:_sums)?\b", re.IGNORECASE)
MADE_IN = {"published": "published", "curated": "curated"}


def of(metric: Metric) -> tuple[tuple[str, str], ...]:
    """Path below `warehouse/` and text of every SQL file behind `metric`: the question first, then table by table upwards."""
    return _behind(f"queries/{metric.family}.sql")


@cache
def _behind(question: str) -> tuple[tuple[str, str], ...]:
    found = {question: ""}
    waiting = list(found)
    while waiting:
        path = waiting.pop(0)
        found[path] = (WAREHOUSE / path).read_text("utf-8")
        above = (f"{MADE_IN[schema.lower()]}/{table}.sql" for schema, table in READS.findall(found[path]))
        for other in dict.fromkeys(above):
            if other not in found and (WAREHOUSE / other).exists():
                found[other] = ""
                waiting.append(other)
    return tuple(found.items())
