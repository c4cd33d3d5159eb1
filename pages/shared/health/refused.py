"""Refused rows: how many for which reason, and the rows themselves."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.health.book import Book
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS
from warehouse.queries import health
from warehouse.reasons import reason_words

REASONS_DRAWN = 15
SHAPE = "≈"
"""Before a value of which only the shape is kept."""


def by_reason(book: Book) -> None:
    """Refused rows by feed, column and reason."""
    words, say = book.words, book.words.say
    title = say("Refused rows by reason")
    with book.screen.guarded():
        if book.not_for_me(title):
            return
        groups = book.rows(health.refused_groups)
        if groups.empty:
            said = say("Every delivered row was accepted, or replaced by a newer one.")
            book.screen.nothing(title, ("no-rows", say("Nothing was refused"), said))
            return
        reasons = groups.groupby(["feed", "column_name", "reason_code"], as_index=False)
        counts = reasons.agg(refused=("refused", "sum"), loads=("load_id", "nunique"))
        counts = counts.sort_values("refused", ascending=False, ignore_index=True)
        labels = [
            _reason(book, *key)
            for key in zip(counts["feed"], counts["column_name"], counts["reason_code"], strict=True)
        ]
        values = counts["refused"].astype(float)
        rows = pd.DataFrame({"label": labels, "value": values, "value_text": [words.number(count) for count in values]})
        table = pd.DataFrame({say("Reason"): labels, say("Rows"): counts["refused"], say("Loads"): counts["loads"]})
        tells = say("{n} rows are refused; most often: {label}.", n=words.number(float(values.sum())), label=labels[0])
        drawing = Drawing(rows=rows.head(REASONS_DRAWN), tells=tells, table=table)
        book.screen.drawn(title, charts.refusals, drawing)


def rows(book: Book) -> None:
    """The refused rows of a load, feed and reason, with what was delivered; personal values are not shown."""
    words, say = book.words, book.words.say
    title = say("Refused rows")
    with book.screen.guarded():
        groups = book.rows(health.refused_groups)
        if not book.is_for_steward or groups.empty:
            return
        with st.container(horizontal=True, gap="small"):
            load = _choose(say("Load"), say("All loads"), groups, "load_id", str)
            feed = _choose(say("Feed"), say("All feeds"), groups, "feed", book.screen.names.feed)
            reason = _choose(
                say("Reason"),
                say("All reasons"),
                groups,
                "reason_code",
                lambda code: reason_words(code, words.language),
            )
        n = int(_narrowed(groups, load_id=load, feed=feed, reason_code=reason)["refused"].sum())
        if n == 0:
            book.screen.nothing(title, ("no-rows", say("No row fits"), say("Choose another load, feed or reason.")))
            return
        found = book.rows(health.refused_rows, None if load is None else int(load), feed, reason)
        table = _table(book, found)
        tells = words.say_many("{n} row is refused.", "{n} rows are refused.", n)
        if n > len(found):
            tells = words.sentences(tells, say("The newest {n} are listed.", n=words.number(len(found))))
        if any(str(value).startswith(SHAPE) for value in found["value"]):
            tells = words.sentences(tells, shapes(book))
        book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
        height = min(ROW_PIXELS * (len(table) + 1) + 2, LONGEST_TABLE)
        st.dataframe(table, hide_index=True, height=height, alt=title)


def shapes(book: Book) -> str:
    """What it means that a value is not shown."""
    return book.words.say(
        "≈ stands before the shape of a value, letters as x and digits as 9: it may be somebody's name, so it is not kept."
    )


def _choose(label: str, every: str, groups: pd.DataFrame, column: str, called: Callable[[Any], str]) -> Any:
    options = [None, *groups[column].drop_duplicates().sort_values(ascending=column != "load_id").tolist()]
    return st.selectbox(
        label, options, format_func=lambda code: every if code is None else called(code), key=f"refused-{column}"
    )


def _narrowed(groups: pd.DataFrame, **chosen: object) -> pd.DataFrame:
    for column, code in chosen.items():
        groups = groups if code is None else groups[groups[column] == code]
    return groups


def _table(book: Book, found: pd.DataFrame) -> pd.DataFrame:
    words, say, names = book.words, book.words.say, book.screen.names
    values = ["–" if value is None or value != value else str(value) for value in found["value"]]
    return pd.DataFrame(
        {
            say("Load"): found["load_id"].to_numpy(),
            say("Feed"): [names.feed(feed) for feed in found["feed"]],
            say("File"): found["file_name"].to_numpy(),
            say("Row"): found["row_number"].to_numpy(),
            say("Column"): found["column_name"].to_numpy(),
            say("Reason"): [reason_words(code, words.language) for code in found["reason_code"]],
            say("As delivered"): values,
            say("Also"): [
                words.listed([reason_words(code, words.language) for code in also]) for also in found["also"]
            ],
        }
    )


def _reason(book: Book, feed: str, column: str, code: str) -> str:
    return f"{book.screen.names.feed(feed)} · {column}: {reason_words(code, book.words.language)}"
