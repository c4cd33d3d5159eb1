"""What stands in a card: rows in the shape of the drawing, the sentence that says what they show, the table behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
import pyarrow as pa

from pages.shared import cached, drill, readable, sentences, shapes
from pages.shared.address import Choices
from pages.shared.charts.theme import NTH
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.readable import Readable
from pages.shared.shapes import Shape
from warehouse.metrics import metrics
from warehouse.queries import figures
from warehouse.scope import Scope

Tells = Callable[[pd.DataFrame, Readable], str]


@dataclass(frozen=True)
class Drawing:
    """`rows` for the drawing, `tells` for eyes and screen readers, `table` for reading, `values` for reckoning on."""

    rows: pd.DataFrame
    tells: str
    table: pd.DataFrame
    values: pd.DataFrame | None = None
    _fields: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def away(self) -> pd.DataFrame:
        """The rows that people take away: numbers where there are any."""
        return self.table if self.values is None else self.values

    @cached_property
    def marks(self) -> pd.DataFrame:
        """The rows, numbered, with all that a click on their marks can narrow the page to."""
        return drill.with_period(self.rows).assign(**{NTH: range(len(self.rows))})

    def fields(self, choices: Choices | None) -> tuple[str, ...]:
        """What of `choices` a click on a mark can narrow the page to, found once."""
        offered = drill.offered(choices)
        if offered not in self._fields:
            self._fields[offered] = drill.fields(self.marks, choices)
        return self._fields[offered]

    @cached_property
    def arrow(self) -> pa.Table:
        """The marks as they travel to the browser, made once."""
        return pa.Table.from_pandas(self.marks, preserve_index=False)


@dataclass(frozen=True)
class Listed:
    """Cases as people read them."""

    rows: pd.DataFrame

    @cached_property
    def arrow(self) -> pa.Table:
        """The rows as they travel to the browser, made once."""
        return pa.Table.from_pandas(self.rows, preserve_index=False)


def figure(inquiry: Inquiry, metric: str, *, by: Sequence[str], shape: Shape, tells: Tells) -> Drawing | Missing:
    """One metric by some dimensions."""
    answer = inquiry.ask(metric, by)
    if missing := inquiry.missing(answer):
        return missing
    rows, reads = inquiry.readable(answer), inquiry.reads(metric)
    shown = shape(rows, reads)
    return drawing(inquiry, shown, tells(shown, reads), rows, by)


def compared(inquiry: Inquiry, metric: str, *, by: str, shape: Shape) -> Drawing | Missing:
    """One figure by group with intervals, against the whole; groups too small stand in the table alone."""
    answer, whole = inquiry.ask(metric, (by,)), inquiry.ask(metric)
    if missing := inquiry.missing(answer):
        return missing
    reads = inquiry.reads(metric)
    rows = shape(inquiry.readable(answer), reads)
    shown = shapes.best_first(rows, reads).assign(whole=float(inquiry.readable(whole)["value"].iloc[0]))
    return drawing(inquiry, shown, sentences.ranking(rows, reads), rows, (by,))


def trend(inquiry: Inquiry, metric: str) -> Drawing | Missing:
    """The last 24 months of one metric, with interval and natural limits."""
    answer = inquiry.history(metric)
    if missing := inquiry.missing(answer):
        return missing
    rows = readable.with_limits(inquiry.readable(answer), metrics()[metric])
    return drawing(inquiry, rows, sentences.trend(rows, inquiry.reads(metric)), rows, ("month",))


def curve(inquiry: Inquiry, metric: str) -> Drawing | Missing:
    """The Kaplan-Meier curve of a duration."""
    answer = inquiry.ask(metric)
    if missing := inquiry.missing(answer):
        return missing
    say, reads = inquiry.viewer.words.say, inquiry.reads(metric)
    asked = cached.rows(inquiry.viewer.asker, figures.curve, metric, inquiry.known_scope(metric))
    steps = shapes.curve(asked, reads)
    heads = [say("Time"), say("Share"), say("95% interval")]
    table = steps[["at_text", "share_text", "interval_text"]].set_axis(heads, axis=1)
    return Drawing(rows=steps, tells=sentences.duration(inquiry.readable(answer), reads), table=table)


def beside(inquiry: Inquiry, honest: str, common: str) -> Drawing | Missing:
    """Median and 90th percentile by month of all cases, beside those of the closed alone."""
    answer = inquiry.history(honest)
    if missing := inquiry.missing(answer):
        return missing
    reads, rows = inquiry.reads(honest), readable.with_limits(inquiry.readable(answer), metrics()[honest])
    shown = shapes.quantiles(rows, inquiry.readable(inquiry.history(common)), reads)
    return drawing(inquiry, shown, sentences.trend(rows, reads), rows, ("month",))


def with_whole(inquiry: Inquiry, metric: str, by: str, *, scope: Scope | None = None) -> pd.DataFrame | Missing:
    """Readable rows of one metric by group, the whole first; the group alone where there is but one."""
    whole = inquiry.ask(metric, scope=scope)
    if missing := inquiry.missing(whole):
        return missing
    groups, said = (
        inquiry.readable(inquiry.ask(metric, (by,), scope)).sort_values("label"),
        inquiry.viewer.words.say("All"),
    )
    first = inquiry.readable(whole).assign(**{"label": said, f"{by}_name": said})
    return groups if len(groups) == 1 else pd.concat([first, groups], ignore_index=True)


def drawing(inquiry: Inquiry, shown: pd.DataFrame, tells: str, rows: pd.DataFrame, by: Sequence[str]) -> Drawing:
    """`shown` in the shape of the drawing; `rows` are all of them, for the table and for taking away."""
    table, values = readable.table(rows, inquiry.names, by), readable.values(rows, inquiry.names, by)
    return Drawing(rows=shown, tells=tells, table=table, values=values)
