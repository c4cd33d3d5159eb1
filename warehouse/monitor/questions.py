"""How long a dashboard's questions take in the database."""

import time
from typing import Any

from prometheus_client import Histogram
from sqlalchemy import Engine, event

QUESTIONS = Histogram(
    "gatehouse_question_seconds",
    "Seconds from a question to all of its rows, by the question's file in warehouse/queries.",
    ["question"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)


def timed(engine: Engine) -> Engine:
    """The engine, whose questions are timed from now on."""
    event.listen(engine, "before_cursor_execute", _begin, named=True)
    event.listen(engine, "after_cursor_execute", _end, named=True)
    return engine


def _begin(*, context: Any, **_: Any) -> None:
    context.began = time.perf_counter()


def _end(*, context: Any, **_: Any) -> None:
    if question := context.execution_options.get("question"):
        QUESTIONS.labels(question).observe(time.perf_counter() - context.began)
