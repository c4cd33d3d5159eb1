"""What would change if what is held were let pass, figure by figure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import markup
from pages.shared.drawings import Drawing
from pages.shared.guard import html
from pages.shared.health.asking import ask
from pages.shared.health.book import Book
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS
from pages.shared.readable import Readable
from warehouse.metrics import metrics
from warehouse.queries import health, state

LINES_SHOWN = 200
RELATIVE = ("count", "money", "duration")


def would_change(book: Book) -> None:
    """The newest comparison of what is held with what readers see; nothing where nothing is held."""
    say = book.words.say
    title = say("What would change")
    if book.rows(state.held).empty:
        return
    with book.screen.guarded():
        if book.not_for_me(title):
            return
        found = book.rows(health.comparison)
        if found.empty or not found["is_current"].iloc[0]:
            told = say("What is held has not been compared with what is published since one of them changed.")
            book.screen.nothing(title, ("no-rows", say("Not worked out yet"), told))
            _work_out(book)
        elif found["problem"].iloc[0] is not None:
            told = say("The rows that are held break the tables' own rules, so no figure can be made of them.")
            book.screen.nothing(title, ("held-back", say("It cannot be worked out"), told))
        else:
            _table(book, title, found.iloc[0])


def _work_out(book: Book) -> None:
    say = book.words.say
    if st.button(say("Work it out"), icon=":material/compare_arrows:", disabled=book.pulse.jobs_open > 0):
        ask(book, "compare")


def _table(book: Book, title: str, compared: pd.Series) -> None:
    words, say = book.words, book.words.say
    rows = health.changes(compared)
    days = words.span(compared["from_on"], compared["until_on"] - pd.Timedelta(days=1))
    if rows.empty:
        told = say(
            "None of the {n} figures made from it would change ({days}).", n=int(compared["compared"]), days=days
        )
        book.screen.nothing(title, ("no-rows", say("Nothing would change"), told))
        return
    lines = rows.head(LINES_SHOWN).to_dict("records")
    table = pd.DataFrame([line(book, change) for change in lines])
    first = table.iloc[0]
    tells = words.sentences(
        say(
            "Let pass, {n} of {all} figures would change ({days}).",
            n=rows["metric"].nunique(),
            all=int(compared["compared"]),
            days=days,
        ),
        say(
            "Most of all: {figure}, {place}, from {before} to {after}.",
            figure=first.iloc[0],
            place=first.iloc[1],
            before=first.iloc[2],
            after=first.iloc[3],
        ),
    )
    book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
    height = min(ROW_PIXELS * (len(table) + 1) + 2, LONGEST_TABLE)
    st.dataframe(table, hide_index=True, height=height, alt=title)
    html(
        markup.note(
            say(
                "Worked out {when} against refresh {n}.",
                when=book.moment(compared["made_at"]),
                n=int(compared["refresh_id"]),
            )
        )
    )


def line(book: Book, change: Mapping[Any, Any]) -> dict[str, str]:
    """One figure before and after in words, by the heads of the columns."""
    words, say, names = book.words, book.words.say, book.screen.names
    reads = Readable.of(str(change["metric"]), names, book.screen.viewer.standing.currency)
    before, after = float(str(change["before"])), float(str(change["after"]))
    place = say("The whole company") if pd.isna(change["region"]) else names.of_code("region", change["region"])
    return {
        say("Figure"): words.label(metrics()[str(change["metric"])].label),
        say("Place"): place,
        say("As published"): reads.value(before),
        say("With what is held"): reads.value(after),
        say("Change"): _change(reads, change),
    }


def _change(reads: Readable, line: Mapping[Any, Any]) -> str:
    """Counts, money and durations change by a share of what they were, everything else by a difference; a dash where one is not shown."""
    words = reads.names.words
    is_relative = reads.metric.kind in RELATIVE or reads.metric.unit.startswith("money")
    by = line["relative"] if is_relative else line["difference"]
    if pd.isna(by):
        return "–"
    if not is_relative:
        return reads.change(float(by))
    return f"{'+' if by > 0 else '−'}{words.percent(abs(float(by)))}"
