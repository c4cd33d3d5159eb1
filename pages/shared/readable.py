"""Figures made readable: the same rows with names, texts in the reader's way, and control limits. Pure; nothing here draws."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pages.shared import further
from pages.shared.cached import Answer
from pages.shared.names import Names
from warehouse.metrics import TIMES, Metric, metrics
from warehouse.queries import signals
from warehouse.queries.signals import Estimate

ESTIMATES = {"duration": ("median", "median_low", "median_high")}
BASES = {
    "rate": "denominator",
    "ratio": "denominator",
    "funnel": "denominator",
    "parts": "denominator",
    "money_rate": "n",
    "duration": "n",
    "score": "n",
    "coefficients": "n",
}
DIGITS_SIGNED = {"nps": 0, "servqual.gap": 2, "csat.drivers": 2}
"""Figures that are differences: read with their sign, with so many digits."""


@dataclass(frozen=True)
class Readable:
    """Writes the figures of one metric in the reader's way."""

    metric: Metric
    names: Names
    currency: str

    @classmethod
    def of(cls, code: str, names: Names, currency: str) -> "Readable":
        """For the metric called `code`; KeyError if there is none."""
        return cls(metric=metrics()[code], names=names, currency=currency)

    def value(self, value: float) -> str:
        """One figure, with its unit."""
        return "–" if value is None or math.isnan(value) else self._known(value)

    def _known(self, value: float) -> str:
        words = self.names.words
        match self._form:
            case "signed":
                return words.signed(value, DIGITS_SIGNED[self.metric.code])
            case "rate" | "money_rate" | "funnel":
                return words.percent(value)
            case "money":
                return words.money(value, self.currency)
            case "duration":
                return words.duration(value, self.metric.unit)
            case "score":
                return words.number(value, self._digits)
            case "ratio":
                return words.say("{n} per 100", n=words.number(self._per_100 * value, 1))
            case _:
                return words.number(value)

    def interval(self, low: float, high: float) -> str:
        """Both ends of a 95 % interval; an end that is not reached is said as such."""
        if math.isnan(low) and math.isnan(high):
            return ""
        if self.metric.kind == "ratio":
            return f"{self.names.words.number(self._per_100 * low, 1)} – {self.names.words.number(self._per_100 * high, 1)}"
        top = self.names.words.say("beyond the data") if math.isnan(high) else self.value(high)
        return f"{self.value(low)} {'…' if self.metric.code in DIGITS_SIGNED else '–'} {top}"

    def change(self, difference: float) -> str:
        """A difference of two figures, with its sign."""
        words = self.names.words
        match self._form:
            case "signed":
                return words.signed(difference, max(1, DIGITS_SIGNED[self.metric.code]))
            case "rate" | "money_rate" | "funnel":
                return words.points(difference)
            case "ratio":
                return words.say("{n} per 100", n=words.signed(self._per_100 * difference, 1))
            case "duration":
                return f"{'+' if difference > 0 else '−'}{words.duration(abs(difference), self.metric.unit)}"
            case "count" | "parts":
                return words.signed(difference)
            case _:
                return words.signed(difference, self._digits)

    @property
    def _per_100(self) -> int:
        """What a ratio is multiplied with to be told per 100: some are counted so already."""
        return 1 if "per 100" in self.metric.unit else 100

    @property
    def _digits(self) -> int:
        """How many digits a score is written with: a coefficient between 0 and 1 says nothing with one."""
        return 2 if self.metric.unit.startswith("coefficient") else 1

    @property
    def _form(self) -> str:
        """The kind after which the figure is written: money for each of something as money, a score that is a share as a share."""
        if self.metric.code in DIGITS_SIGNED:
            return "signed"
        if self.metric.unit.startswith("money"):
            return "money"
        return "rate" if (self.metric.kind, self.metric.unit) == ("score", "share") else self.metric.kind

    def _said(self, value: float, suppressed: str | None, base: float) -> str:
        """One figure of a row; where there is none, why. A month without any case has no base."""
        if suppressed is not None and suppressed == suppressed:
            return self.names.words.say("n too small")
        if math.isnan(value) and self.metric.kind == "duration" and not math.isnan(base):
            return self.names.words.say("not half yet")
        return self.value(value)

    def rows(self, answer: Answer) -> pd.DataFrame:
        """The rows of `answer` with value, low, high, base, their texts, and `label`, the names of what they are by.

        Times become timestamps; everything that `figure` returned stays.
        """
        rows, words = answer.rows.copy(deep=False), self.names.words
        rows.attrs = {}  # else pandas would copy them with every column
        value, low, high = ESTIMATES.get(self.metric.kind, ("value", "low", "high"))
        sources = {"value": value, "low": low, "high": high, "base": BASES.get(self.metric.kind, "")}
        numbers = {name: _numbers(rows, source) for name, source in sources.items()}
        known = zip(numbers["value"], rows["suppressed"], numbers["base"], strict=True)
        ends = zip(numbers["low"], numbers["high"], strict=True)
        texts = {
            "value_text": [self._said(*each) for each in known],
            "interval_text": [self.interval(*pair) for pair in ends],
            "base_text": ["" if math.isnan(base) else words.number(base) for base in numbers["base"]],
        }
        parts = [name for name in (*answer.by, "part") if name in rows and name not in TIMES]
        named = {f"{name}_name": [self.names.of_code(name, code) for code in rows[name].tolist()] for name in parts}
        label = [" · ".join(said) for said in zip(*named.values(), strict=True)] if parts else ""
        columns: dict[str, Any] = {**dict(rows.items()), **numbers, **texts, **named, "label": label}
        if "share" in rows:
            columns["share_text"] = [words.percent(share) if share == share else "–" for share in rows["share"]]
        for name in (name for name in self.metric.also if name in further.WRITTEN and name in rows):
            columns[f"{name}_text"] = [self._further(name, value) for value in _numbers(rows, name)]
        for name in set(answer.by) & set(TIMES):
            columns[name] = pd.to_datetime(rows[name])
        return pd.DataFrame(columns, index=rows.index)

    def _further(self, name: str, value: float) -> str:
        return further.text(self.names.words, name, value, currency=self.currency, as_figure=self.value(value))


def _numbers(rows: pd.DataFrame, name: str) -> list[float]:
    """A column as numbers; not a number where there is no such column."""
    found: list[float] = rows[name].astype(float).tolist() if name in rows else [math.nan] * len(rows)
    return found


def estimate(row: pd.Series, kind: str) -> Estimate | None:
    """The figure of one readable row with its interval; a count gets its Poisson interval; None where there is none."""
    if math.isnan(row["value"]):
        return None
    if kind == "count":
        return signals.count_estimate(row["value"])
    if math.isnan(row["low"]) or math.isnan(row["high"]):
        return None
    return Estimate(value=row["value"], low=row["low"], high=row["high"])


def errors(rows: pd.DataFrame, about: Metric) -> list[float] | None:
    """Standard errors of readable rows whose months share data with their neighbours; None where each month stands for itself."""
    if about.window_months == 1:
        return None
    return signals.standard_errors(rows["low"], rows["high"])


def with_limits(rows: pd.DataFrame, about: Metric) -> pd.DataFrame:
    """Readable rows in order of time with centre, limit_low, limit_high and is_signal (XmR); limits empty where too short."""
    values, own_errors = [float(value) for value in rows["value"]], errors(rows, about)
    natural = signals.limits(values, own_errors)
    found = {signal.index for signal in signals.signals(values, own_errors)}
    return rows.assign(
        centre=natural.centre if natural else float("nan"),
        limit_low=max(natural.low, 0.0)
        if natural and min(values, default=0) >= 0
        else natural.low
        if natural
        else float("nan"),
        limit_high=natural.high if natural else float("nan"),
        is_signal=[index in found for index in range(len(values))],
    )


def table(rows: pd.DataFrame, names: Names, by: Sequence[str]) -> pd.DataFrame:
    """Readable rows as people copy them: what they are by, figure, interval, n, under their names."""
    say = names.words.say
    columns = {
        f"{name}_name" if f"{name}_name" in rows else name: names.dimension(name)
        for name in (*by, "part")
        if name in rows
    }
    columns |= {
        "value_text": say("Figure"),
        "interval_text": say("95% interval"),
        "share_text": say("Share"),
        "base_text": say("n"),
    } | {f"{name}_text": title for name, title in further.titles(names.words).items()}
    written = {
        title: [names.words.day(day.date()) for day in rows[name]] if name in TIMES else rows[name]
        for name, title in columns.items()
        if name in rows
    }
    told = {title: said for title, said in written.items() if any(each != "" for each in said)}
    return pd.DataFrame(told, index=rows.index)


def values(rows: pd.DataFrame, names: Names, by: Sequence[str]) -> pd.DataFrame:
    """Readable rows for reckoning on: what they are by under its names, and every figure as a number, unrounded."""
    say = names.words.say
    called = {
        "value": say("Figure"),
        "low": say("95% low"),
        "high": say("95% high"),
        "numerator": say("Numerator"),
        "denominator": say("Denominator"),
        "median": say("Half within"),
        "p75": say("Three quarters within"),
        "p90": say("Nine in ten within"),
        "open": say("Still open"),
        "pending": say("Not yet due"),
        "n": say("n"),
        "share": say("Share"),
    } | {name: title for name, title in further.titles(names.words).items() if f"{name}_text" in rows}
    parts = {
        f"{name}_name" if f"{name}_name" in rows else name: names.dimension(name)
        for name in (*by, "part")
        if name in rows
    }
    numbers = {name: title for name, title in called.items() if name in rows and rows[name].notna().any()}
    return pd.DataFrame({title: rows[name] for name, title in (parts | numbers).items()}, index=rows.index)


def cases(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """A list of cases under readable names: places and codes by name, times to the minute, hours rounded."""
    say = names.words.say
    shown = {
        "complaint_id": (say("Complaint"), lambda column: column),
        "branch_id": (say("Branch"), lambda column: [names.of_code("branch", code) for code in column]),
        "category_code": (say("Category"), lambda column: [names.of_code("category", code) for code in column]),
        "severity_code": (say("Severity"), lambda column: [names.of_code("severity", code) for code in column]),
        "opened_at": (say("Received"), lambda column: [names.words.stamp(at) for at in column]),
        "due_at": (say("Due"), lambda column: [names.words.stamp(at) for at in column]),
        "hours_left": (
            say("Overdue by"),
            lambda column: [names.words.duration(abs(float(hours)), "hours") for hours in column],
        ),
        "is_responded": (
            say("Answered"),
            lambda column: [say("yes") if answered else say("no") for answered in column],
        ),
        "handler_staff_id": (
            say("Handled by"),
            lambda column: [str(code) if code is not None and code == code else "–" for code in column],
        ),
        "customer_code": (
            say("Customer"),
            lambda column: [str(code) if code is not None and code == code else "–" for code in column],
        ),
    }
    return pd.DataFrame({title: write(rows[name]) for name, (title, write) in shown.items() if name in rows})
