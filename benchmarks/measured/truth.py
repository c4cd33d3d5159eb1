"""What is published against what the made-up company knows it has made, at any size: counts must be equal, amounts to the cent."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from benchmarks.measured.bench import EXECUTIVE, UNTIL, Bench
from warehouse import db
from warehouse.feeds.demo import Company
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

ALWAYS = Scope(period=Period(start=date(2000, 1, 1), end=UNTIL + timedelta(days=1)))
CENT = 0.01
Told = tuple[str, str, str, str, str]
"""What was counted of what while it was made; the metric that says it, by which dimension, and in which column."""
TOLD: Sequence[Told] = (
    ("leads", "count", "lead.count", "source", "value"),
    ("leads", "reconfirmed", "lead.genuine_rate", "source", "denominator"),
    ("leads", "genuine", "lead.genuine_rate", "source", "numerator"),
    ("orders", "count", "order.count", "month", "value"),
    ("orders", "amount", "order.amount", "month", "value"),
    ("complaints", "opened", "complaint.count", "severity", "value"),
    ("complaints", "open", "complaint.resolution", "severity", "open"),
    ("surveys_by_method", "sent", "survey.response_rate", "method", "denominator"),
    ("surveys_by_method", "answered", "survey.response_rate", "method", "numerator"),
)


def compared(bench: Bench, name: str, made: Company, told: Sequence[Told] = TOLD) -> tuple[int, list[str]]:
    """How many published figures of the database `name` were held against the truth, and a sentence for each that differs."""
    database = db.connect(bench.settings(name))
    reader = Reader(engine=database.reader, person=EXECUTIVE).pinned()
    found = [said for each in told for said in _compared(reader, made, *each)]
    database.dispose()
    return len(found), [said for said in found if said]


def _compared(
    reader: Reader, made: Company, of: str, counted: str, metric: str, along: str, column: str
) -> Iterator[str]:
    """One for each figure: what differs, or nothing."""
    rows = figure(reader, metric, ALWAYS, by=[along])
    cells = [str(cell)[:7] if along == "month" else cell for cell in rows[along]]
    shown = dict(zip(cells, rows[column], strict=True))
    for cell, row in made.truth["made"][of].items():
        if counted in row:
            is_same = abs(shown.get(cell, 0) - row[counted]) < CENT
            yield "" if is_same else f"{metric} of {cell}: {shown.get(cell)} is shown, {row[counted]} were made"
