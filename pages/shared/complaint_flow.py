"""How complaints flow: at which hours they come, how many wait, and how many are expected to."""

from dataclasses import asdict, replace
from datetime import timedelta

import pandas as pd

from pages.shared import drawings, drill, sentences
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.readable import Readable
from warehouse.queries import forecast
from warehouse.scope import Period

BACKLOG = "complaint.backlog"
WEEK = timedelta(weeks=1)
WEEKS_LOOKED_AT, WEEKS_AHEAD = 104, 4


def backlog(inquiry: Inquiry) -> Drawing | Missing:
    """Open complaints week by week; where the period reaches to the newest data, what to expect of the next weeks."""
    answer = inquiry.ask(BACKLOG, ("week",))
    if missing := inquiry.missing(answer):
        return missing
    words, reads = inquiry.viewer.words, inquiry.reads(BACKLOG)
    known = inquiry.readable(answer).assign(series="known", series_name=words.say("Known"))
    told = sentences.trend(known, reads)
    if inquiry.scope.period and inquiry.scope.period.end <= inquiry.last_day:
        return drawings.drawing(inquiry, known, told, known, ("week",))
    whole = _whole_weeks(inquiry)
    expected = _expected(whole, reads)
    if expected.empty:
        told = words.sentences(
            told,
            words.say(
                "Nothing is forecast: that takes {n} whole weeks in which the figure moved.", n=forecast.FEWEST_POINTS
            ),
        )
        return drawings.drawing(inquiry, known, told, known, ("week",))
    last = expected.iloc[-1]
    said = words.say(
        "If it goes on as in the last {n} weeks: {value} at the end of the week from {week} (95%: {interval}).",
        n=words.number(len(whole)),
        value=last["value_text"],
        week=words.day(last["week"].date()),
        interval=last["interval_text"],
    )
    parts = [drill.with_period(known), expected]
    shown = pd.concat([*parts, _joint(whole)], ignore_index=True).sort_values(["series", "week"])
    rows = pd.concat(parts, ignore_index=True)
    return drawings.drawing(inquiry, shown, words.sentences(told, said), rows, ("week", "series"))


def _whole_weeks(inquiry: Inquiry) -> pd.DataFrame:
    """The last two years of weeks that are over, in order."""
    end = inquiry.last_day + timedelta(days=1)
    long = replace(inquiry.scope, period=Period(start=end - WEEKS_LOOKED_AT * WEEK, end=end))
    rows = inquiry.readable(inquiry.ask(BACKLOG, ("week",), long))
    return rows[(rows["week"] + WEEK).dt.date <= end].sort_values("week")


def _expected(whole: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """The next weeks as rows like those known, each with its interval; no rows where nothing can be forecast."""
    ahead = forecast.ahead([float(value) for value in whole["value"]], WEEKS_AHEAD)
    if not ahead:
        return pd.DataFrame(columns=["week", "value"])
    last = whole["week"].iloc[-1]
    rows = pd.DataFrame([{"week": last + step * WEEK, **asdict(each)} for step, each in enumerate(ahead, 1)])
    return rows.assign(
        series="forecast",
        series_name=reads.names.words.say("Forecast"),
        value_text=[reads.value(round(value)) for value in rows["value"]],
        interval_text=[
            reads.interval(round(low), round(high)) for low, high in zip(rows["low"], rows["high"], strict=True)
        ],
        base_text="",
    )


def _joint(whole: pd.DataFrame) -> pd.DataFrame:
    """Where the forecast sets out: the last whole week, without any doubt."""
    value = whole["value"].iloc[-1]
    return whole.iloc[[-1]].assign(series="forecast", low=value, high=value)


def hours(inquiry: Inquiry) -> Drawing | Missing:
    """Complaints by weekday and hour of receipt."""
    by = ("weekday", "hour")
    answer = inquiry.ask("complaint.count", by)
    if missing := inquiry.missing(answer):
        return missing
    words, reads = inquiry.viewer.words, inquiry.reads("complaint.count")
    rows = inquiry.readable(answer)
    known = rows.dropna(subset=list(by))
    if known.empty:
        return (
            "feed-absent",
            words.say("Waits for times of day"),
            words.say(
                "The feed says on which day complaints came, not at what time. Until it does, the hours are unknown."
            ),
        )
    return drawings.drawing(inquiry, known, busiest_hours(rows, reads), rows, by)


def busiest_hours(rows: pd.DataFrame, reads: Readable) -> str:
    """The weekday and the hour with the most, and for how many the hour is not known."""
    words, known = reads.names.words, rows.dropna(subset=["weekday", "hour"])
    counts = [known.groupby(f"{name}_name", sort=False)["value"].sum() for name in ("weekday", "hour")]
    (day, on_day), (hour, in_hour) = ((count.idxmax(), count.max()) for count in counts)
    said = words.say(
        "{n} complaints; the most on {day} ({on_day}) and in the hour from {hour} ({in_hour}). Hours without any are left blank.",
        n=words.number(known["value"].sum()),
        day=day,
        on_day=words.number(on_day),
        hour=hour,
        in_hour=words.number(in_hour),
    )
    unknown = int(rows["value"].sum() - known["value"].sum())
    if not unknown:
        return said
    return words.sentences(
        said, words.say_many("Of {n} more only the day is known.", "Of {n} more only the day is known.", unknown)
    )
