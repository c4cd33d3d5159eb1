"""Every refresh with its verdict and rows that add up; an earlier one can be shown again."""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import streamlit as st

from pages.shared import markup
from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.guard import html
from pages.shared.health import wording
from pages.shared.health.asking import ask
from pages.shared.health.book import Book
from pages.shared.health.summary import FATES
from pages.shared.markup import Cell
from pages.shared.text import Words
from warehouse.queries import state

REFRESHES_DRAWN = 12


def rows_by_fate(book: Book) -> None:
    """Delivered rows of the newest refreshes by fate."""
    say = book.words.say
    title = say("What became of the rows")
    with book.screen.guarded():
        if book.not_for_me(title):
            return
        drawing = book.kept("rows by fate", lambda: _by_fate(book))
        if drawing is None:
            missing = ("no-rows", say("No rows yet"), say("No refresh has received anything."))
            book.screen.nothing(title, missing)
            return
        book.screen.drawn(title, charts.rows_by_fate, drawing)


def _by_fate(book: Book) -> Drawing | None:
    words, say, names = book.words, book.words.say, book.screen.names
    refreshes = book.rows(state.refreshes)
    arrived = refreshes[refreshes["delivered"] > 0].head(REFRESHES_DRAWN).iloc[::-1]
    if arrived.empty:
        return None
    long = arrived.melt(id_vars="refresh_id", value_vars=list(FATES), var_name="code", value_name="value")
    rows = pd.DataFrame(
        {
            "refresh": long["refresh_id"].astype(str),
            "fate": [names.of_code("fate", code) for code in long["code"]],
            "value": long["value"].astype(float),
            "value_text": [words.number(float(value)) for value in long["value"]],
        }
    )
    heads = [say("Refresh"), say("Delivered"), *(names.of_code("fate", fate) for fate in FATES)]
    table = arrived[["refresh_id", "delivered", *FATES]].set_axis(heads, axis=1)
    refused = words.percent(float(arrived["quarantined"].sum() / arrived["delivered"].sum()), 2)
    tells = say("Every delivered row has exactly one fate; {share} of those shown are quarantined.", share=refused)
    return Drawing(rows=rows, tells=tells, table=table)


def refreshes(book: Book) -> None:
    """Every refresh: who began it, when, how long it took, its rows, its verdict; and the way back to one of them."""
    say = book.words.say
    title = say("Refreshes")
    with book.screen.guarded():
        if book.not_for_me(title):
            return
        listed = book.rows(state.refreshes).to_dict("records")
        fates = [book.screen.names.of_code("fate", fate) for fate in FATES]
        heads = [say("Refresh"), say("Verdict"), say("Begun"), say("By"), say("Took"), say("Delivered"), *fates]
        heads += [say("Checks"), say("Reason")]
        told = say("Delivered = accepted + superseded + quarantined, for every refresh.")
        html(markup.title(title, told))
        html(markup.table(heads, [_line(book, row) for row in listed], described=told))
        _way_back(book, listed)


def _line(book: Book, row: Mapping[str, object]) -> list[Cell]:
    words, verdict = book.words, str(row["state"])
    is_shown = row["refresh_id"] == book.screen.viewer.standing.refresh_id
    return [
        Cell(words.say("{n}, shown", n=row["refresh_id"]) if is_shown else str(row["refresh_id"])),
        Cell(*wording.verdict(words, verdict, row["reason"])),
        Cell(words.stamp(row["started_at"])),
        Cell(str(row["started_by"])),
        Cell(_took(words, row)),
        *(Cell(words.number(row[name])) for name in ("delivered", *FATES)),
        Cell(f"{row['checks_passed']} / {row['checks']}"),
        Cell(wording.because(words, book.screen.names, row["reason"]), "quiet"),
    ]


def _took(words: Words, refresh: Mapping[str, object]) -> str:
    begun, ended = refresh["started_at"], refresh["finished_at"]
    if not isinstance(begun, datetime) or not isinstance(ended, datetime) or pd.isna(ended):
        return "–"
    return words.duration((ended - begun).total_seconds(), "seconds")


def _way_back(book: Book, listed: list[dict[str, object]]) -> None:
    """Any refresh that passed can be shown to everybody again."""
    words, say = book.words, book.words.say
    shown = book.screen.viewer.standing.refresh_id
    passed = {
        int(str(row["refresh_id"])): say(
            "Refresh {n}, published {when}", n=row["refresh_id"], when=words.stamp(row["published_at"])
        )
        for row in listed
        if row["state"] == "passed" and pd.isna(row["purged_at"]) and row["refresh_id"] != shown
    }
    if not passed:
        return
    with st.popover(say("Show an earlier state to everybody …"), icon=":material/history:"):
        chosen = st.selectbox(say("Refresh"), list(passed), format_func=lambda number: passed[number], key="way-back")
        told = say("Everybody sees refresh {n} at the next click. The next refresh goes on from the newest.", n=chosen)
        st.markdown(told)
        if st.button(say("Show it"), type="primary"):
            ask(book, "rollback", refresh_id=int(chosen))
