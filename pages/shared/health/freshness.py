"""How far each feed reaches, by when something newer is expected, and which are late."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.health.book import Book
from pages.shared.text import Words
from warehouse.queries import health, state


def freshness(book: Book) -> None:
    """How much of the time within which something newer is expected has passed for each feed; what is late stands first."""
    words, say, names = book.words, book.words.say, book.screen.names
    with book.screen.guarded():
        feeds = health.lateness(book.rows(state.freshness))
        awaited = feeds.dropna(subset=["used"]).sort_values(["used", "feed"], ascending=[False, True])
        rows = pd.DataFrame(
            {
                "label": [names.feed(feed) for feed in awaited["feed"]],
                "value": awaited["used"].astype(float).to_numpy(),
                "due": 1.0,
                "is_late": awaited["is_late"].astype(bool).to_numpy(),
                "value_text": [_behind(words, feed) for feed in awaited.to_dict("records")],
                "expected_text": [_every(words, days) for days in awaited["expected_days"]],
                "until_text": [_day(book, day) for day in awaited["data_until"]],
            }
        )
        drawing = Drawing(rows=rows, tells=_tells(book, rows), table=_table(book, feeds))
        book.screen.drawn(say("How far each feed reaches"), charts.behind, drawing)


def _table(book: Book, feeds: pd.DataFrame) -> pd.DataFrame:
    words, say, names = book.words, book.words.say, book.screen.names
    late = {True: say("Late"), False: say("In time")}
    return pd.DataFrame(
        {
            say("Feed"): [names.feed(feed) for feed in feeds["feed"]],
            say("Data until"): [_day(book, day) for day in feeds["data_until"]],
            say("Expected by"): [_day(book, day) for day in feeds["due_at"]],
            say("Expected"): [_every(words, days) for days in feeds["expected_days"]],
            say("State"): [
                late[bool(is_late)] if pd.notna(day) else "–"
                for is_late, day in zip(feeds["is_late"], feeds["due_at"], strict=True)
            ],
            say("Held since"): [book.moment(since) for since in feeds["held_since"]],
        }
    )


def _tells(book: Book, rows: pd.DataFrame) -> str:
    words = book.words
    reach = words.say("Data reach until {day}.", day=words.day(book.screen.viewer.last_day()))
    late = rows[rows["is_late"]]
    if late.empty:
        return words.sentences(reach, words.say("Every feed has brought something newer within the time expected."))
    named = [
        f"{label}{words.aside(expected)}" for label, expected in zip(late["label"], late["expected_text"], strict=True)
    ]
    return words.sentences(reach, words.say("Late: {feeds}.", feeds=words.listed(named)))


def _behind(words: Words, feed: Mapping[Any, Any]) -> str:
    behind, within = words.duration(round(feed["behind_days"], 1), "days"), int(feed["expected_days"])
    if feed["is_late"]:
        return words.say("{behind} of {n}, late", behind=behind, n=within)
    return words.say("{behind} of {n}", behind=behind, n=within)


def _every(words: Words, days: float) -> str:
    if pd.isna(days):
        return words.say("when it changes")
    return words.say_many("within {n} day", "within {n} days", int(days))


def _day(book: Book, day: object) -> str:
    """A day by the reporting zone; a dash for none."""
    if not isinstance(day, pd.Timestamp) or pd.isna(day):
        return "–"
    return book.words.day(day.tz_convert(book.screen.viewer.standing.zone).date())
