"""Lists of things to do as people read them: one writer a column, in the order in which the columns stand."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from pages.shared.names import Names
from warehouse.metrics import cells

Write = Callable[[Any], object]


def written(rows: pd.DataFrame, columns: Sequence[str], names: Names, currency: str) -> pd.DataFrame:
    """The `columns` of `rows` under their names: codes by name, times to the minute, what is not known as a dash."""
    titles, writers = _titles(names), _writers(names, currency)
    return pd.DataFrame({titles[name]: [writers.get(name, _plain)(value) for value in rows[name]] for name in columns})


def ready(table: pd.DataFrame) -> pa.Table:
    """`table` as it travels to the browser, for which Arrow wants values of one type in a column: mixed ones go as text."""
    mixed = [name for name in table if table[name].map(type).nunique() > 1]
    return pa.Table.from_pandas(table.astype(dict.fromkeys(mixed, "str")), preserve_index=False)


def _titles(names: Names) -> Mapping[str, str]:
    say = names.words.say
    return {
        "complaint_id": say("Complaint"),
        "lead_id": say("Lead"),
        "customer_code": say("Customer"),
        "customer_kind": say("Kind of customer"),
        "branch_id": say("Branch"),
        "portfolio": say("Cell"),
        "category_code": say("Category"),
        "severity_code": say("Severity"),
        "source_code": say("Source"),
        "hours_left": say("Time left"),
        "due_at": say("Due by"),
        "opened_at": say("Received"),
        "collected_at": say("Collected"),
        "assigned_at": say("Assigned"),
        "answered_at": say("Said on"),
        "owner_staff_id": say("In the hands of"),
        "handler_staff_id": say("Handled by"),
        "is_responded": say("Answered"),
        "recommend": say("Would recommend (0–10)"),
        "overall_text": say("Overall"),
        "visits_got": say("Visits got"),
        "visits_due": say("Visits due"),
        "visits_missing": say("Visits missing"),
        "spend": say("Spend in 12 months"),
        "last_ordered_on": say("Last order"),
    }


def _writers(names: Names, currency: str) -> Mapping[str, Write]:
    words = names.words
    cell = cells("portfolio")
    return {
        "branch_id": lambda code: names.of_code("branch", code),
        "source_code": lambda code: names.of_code("source", code),
        "category_code": lambda code: names.of_code("category", code),
        "severity_code": lambda code: names.of_code("severity", code),
        "customer_kind": lambda code: names.of_code("customer_kind", code),
        "portfolio": lambda code: words.label(cell[code].label),
        "hours_left": lambda hours: _left(names, hours),
        **dict.fromkeys(
            ("due_at", "opened_at", "collected_at", "assigned_at", "answered_at"),
            lambda at: "–" if pd.isna(at) else words.stamp(at),
        ),
        "is_responded": lambda answered: words.say("yes") if answered else words.say("no"),
        "recommend": lambda score: "–" if math.isnan(score) else words.number(score),
        "visits_due": lambda visits: int(visits) if float(visits).is_integer() else visits,
        "spend": lambda amount: words.money(float(amount), currency),
    }


def _left(names: Names, hours: float) -> str:
    said = names.words.duration(abs(hours), "hours")
    return names.words.say("{time} late", time=said) if hours < 0 else names.words.say("{time} left", time=said)


def _plain(value: object) -> object:
    return "–" if value is None or value != value else value if isinstance(value, int) else str(value)
