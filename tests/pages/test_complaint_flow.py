"""When complaints come and how many will wait, on figures typed by hand: only what is known is said."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pages.shared import complaint_flow
from pages.shared.cached import Answer
from pages.shared.drawings import Drawing
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from warehouse.queries import forecast
from warehouse.scope import Period, Scope

WORDS = Words("en")
NAMES = Names(words=WORDS)
LAST_DAY = date(2026, 3, 31)
"""A Tuesday: the week from 30 March still runs."""
RUNNING = pd.Timestamp("2026-03-30")
TWO_YEARS = 104


def inquiry(rows: list[dict[str, Any]], *, period: Period | None = None) -> Any:
    """One who is told those of `rows` that begin in the period asked for."""

    def ask(metric: str, by: tuple[str, ...], scope: Scope | None = None) -> Answer:
        within = (scope or Scope(period=period)).period
        told = [row for row in rows if within is None or "week" not in row or within.start <= row["week"] < within.end]
        columns = pd.DataFrame(told, columns=[*by, "value"])
        return Answer(metric=metric, by=by, rows=columns.assign(suppressed=None))

    def reads(metric: str) -> Readable:
        return Readable.of(metric, NAMES, "CNY")

    return SimpleNamespace(
        viewer=SimpleNamespace(words=WORDS),
        names=NAMES,
        scope=Scope(period=period),
        last_day=LAST_DAY,
        ask=ask,
        reads=reads,
        readable=lambda answer: reads(answer.metric).rows(answer),
        missing=lambda answer: None,
    )


def weeks(count: int, *, value: int | None = None) -> list[dict[str, Any]]:
    """The running week and those before it, with a figure that goes up and down or stays."""
    starts = [(RUNNING - number * timedelta(weeks=1)).date() for number in reversed(range(count))]
    return [{"week": start, "value": float(value or 40 + number % 5)} for number, start in enumerate(starts)]


def backlog(rows: list[dict[str, Any]], *, period: Period | None = None) -> Drawing:
    made = complaint_flow.backlog(inquiry(rows, period=period))
    assert isinstance(made, Drawing)
    return made


def test_the_next_weeks_follow_the_last_whole_one() -> None:
    made = backlog(weeks(60))
    ahead = made.rows[(made.rows["series"] == "forecast") & made.rows["low"].lt(made.rows["high"])]
    assert [f"{week:%m-%d}" for week in ahead["week"]] == ["03-30", "04-06", "04-13", "04-20"]
    told = forecast.ahead([row["value"] for row in weeks(60)[:-1]], 4)
    assert [*ahead["value"]] == [each.value for each in told]
    last = (
        f"{told[-1].value:.0f} at the end of the week from 20 Apr 2026 (95%: {told[-1].low:.0f} – {told[-1].high:.0f})."
    )
    assert made.tells.endswith(f"If it goes on as in the last 59 weeks: {last}")
    assert list(made.table["Series"].value_counts().items()) == [("Known", 60), ("Forecast", 4)]


def test_a_running_week_teaches_nothing() -> None:
    strange = [*weeks(60)[:-1], {"week": RUNNING.date(), "value": 900.0}]
    plain, other = (backlog(rows).rows.query("series == 'forecast'")["value"] for rows in (weeks(60), strange))
    assert [*plain] == [*other]


def test_a_click_on_what_is_to_come_narrows_to_nothing() -> None:
    marks = backlog(weeks(60)).marks
    to_come = marks[(marks["series"] == "forecast") & (marks["week"] >= RUNNING)]
    assert to_come["period"].isna().all()
    assert marks[marks["series"] == "known"]["period"].notna().all()


@pytest.mark.parametrize("rows", [weeks(forecast.FEWEST_POINTS), weeks(60, value=7)], ids=["too short", "never moved"])
def test_where_nothing_can_be_known_nothing_is_forecast_and_that_is_said(rows: list[dict[str, Any]]) -> None:
    made = backlog(rows)
    assert made.tells.endswith("Nothing is forecast: that takes 26 whole weeks in which the figure moved.")
    assert set(made.rows["series"]) == {"known"}


def test_one_week_more_and_there_is_a_forecast() -> None:
    assert set(backlog(weeks(forecast.FEWEST_POINTS + 1)).rows["series"]) == {"known", "forecast"}


def test_a_period_that_ends_before_the_data_has_no_future_to_tell() -> None:
    made = backlog(weeks(60), period=Period(start=date(2026, 1, 1), end=LAST_DAY))
    assert set(made.rows["series"]) == {"known"}
    assert "forecast" not in made.tells


def test_a_short_period_still_learns_from_two_years() -> None:
    made = backlog(weeks(TWO_YEARS + 20), period=Period(start=date(2026, 3, 1), end=LAST_DAY + timedelta(days=1)))
    assert "as in the last 103 weeks" in made.tells  # of 104 weeks back from the data date, the first is not whole
    assert len(made.rows.query("series == 'known'")) == len(pd.date_range("2026-03-02", RUNNING, freq="7D"))


def hours(*cells: tuple[str | None, str | None, float]) -> Any:
    return complaint_flow.hours(inquiry([{"weekday": day, "hour": hour, "value": value} for day, hour, value in cells]))


def test_the_busiest_day_and_hour_are_those_of_their_sums() -> None:
    made = hours(("1", "09", 5.0), ("1", "10", 1.0), ("2", "10", 5.0), ("7", "23", 3.0))
    assert made.tells == (
        "14 complaints; the most on Mon (6) and in the hour from 10:00 (6). Hours without any are left blank."
    )
    assert [*made.table["Weekday"]] == ["Mon", "Mon", "Tue", "Sun"]
    assert [*made.table["Hour of receipt"]] == ["09:00", "10:00", "10:00", "23:00"]


def test_what_came_at_no_known_hour_is_told_and_not_drawn() -> None:
    made = hours(("1", "09", 5.0), ("3", None, 2.0), (None, None, 1.0))
    assert made.tells.startswith("5 complaints; the most on Mon (5)")
    assert made.tells.endswith("Of 3 more only the day is known.")
    assert len(made.rows) == 1
    assert len(made.table) == 3


def test_days_alone_make_no_hours() -> None:
    kind, title, _ = hours(("1", None, 5.0), ("3", None, 2.0))
    assert (kind, title) == ("feed-absent", "Waits for times of day")
