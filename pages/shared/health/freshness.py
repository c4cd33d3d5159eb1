"""When each feed came last and is due next, how far it reaches, and which are late."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.health.book import Book
from pages.shared.text import Words


def freshness(book: Book) -> None:
    """How far behind the newest record each feed is, out of what it may be; what is late stands first."""
    with book.screen.guarded():
        drawing = book.kept("freshness", lambda: _drawing(book))
        book.screen.drawn(book.words.say("How fresh each feed is"), charts.behind, drawing)


def _drawing(book: Book) -> Drawing:
    words, names, feeds = book.words, book.screen.names, book.lateness
    order = ["is_late", "used", "feed"]
    awaited = feeds.dropna(subset=["used"]).sort_values(order, ascending=[False, False, True])
    rows = pd.DataFrame(
        {
            "label": [names.feed(feed) for feed in awaited["feed"]],
            "value": awaited["used"].astype(float).to_numpy(),
            "due": 1.0,
            "is_late": awaited["is_late"].astype(bool).to_numpy(),
            "value_text": [_behind(book, feed) for feed in awaited.to_dict("records")],
            "expected_text": [_within(words, days) for days in awaited["reach_days"]],
            "until_text": [_day(book, day) for day in awaited["data_until"]],
            "arrived_text": [book.moment(at) for at in awaited["arrived_at"]],
            "due_text": [book.moment(at) for at in awaited["due_at"]],
        }
    )
    return Drawing(rows=rows, tells=_tells(book, feeds), table=_table(book, feeds))


def _table(book: Book, feeds: pd.DataFrame) -> pd.DataFrame:
    words, say, names = book.words, book.words.say, book.screen.names
    return pd.DataFrame(
        {
            say("Feed"): [names.feed(feed) for feed in feeds["feed"]],
            say("State"): [_state(words, feed) for feed in feeds.to_dict("records")],
            say("Came last"): [book.moment(at) for at in feeds["arrived_at"]],
            say("Next due"): [book.moment(at) for at in feeds["due_at"]],
            say("Data until"): [_day(book, day) for day in feeds["data_until"]],
            say("May lie behind"): [_within(words, days) for days in feeds["reach_days"]],
            say("Held since"): [book.moment(since) for since in feeds["held_since"]],
        }
    )


def _tells(book: Book, feeds: pd.DataFrame) -> str:
    words, names = book.words, book.screen.names
    reach = words.say("Data reach until {day}.", day=words.day(book.screen.viewer.last_day()))
    late = feeds[feeds["is_late"]].sort_values(["used", "feed"], ascending=[False, True])
    if late.empty:
        return words.sentences(reach, words.say("Every feed came when it was due, and none lies too far behind."))
    named = [f"{names.feed(feed['feed'])}{words.aside(_behind(book, feed))}" for feed in late.to_dict("records")]
    return words.sentences(reach, words.say("Late: {feeds}.", feeds=words.listed(named)))


def _behind(book: Book, feed: Mapping[Any, Any]) -> str:
    """What stands beside the bar: since when a delivery is overdue, else how far the newest record lies behind."""
    words = book.words
    if feed["is_overdue"]:
        return words.say("due {when}", when=book.moment(feed["due_at"]))
    behind, within = words.duration(round(feed["behind_days"], 1), "days"), int(feed["reach_days"])
    if feed["is_behind"]:
        return words.say("{behind} of {n}, late", behind=behind, n=within)
    return words.say("{behind} of {n}", behind=behind, n=within)


def _state(words: Words, feed: Mapping[Any, Any]) -> str:
    if feed["is_overdue"]:
        return words.say("Overdue")
    if feed["is_behind"]:
        return words.say("Too old")
    return words.say("In time") if pd.notna(feed["due_at"]) else "–"


def _within(words: Words, days: float) -> str:
    return "–" if pd.isna(days) else words.say_many("{n} day", "{n} days", int(days))


def _day(book: Book, day: object) -> str:
    """A day by the reporting zone; a dash for none."""
    if not isinstance(day, pd.Timestamp) or pd.isna(day):
        return "–"
    return book.words.day(day.tz_convert(book.screen.viewer.standing.zone).date())
