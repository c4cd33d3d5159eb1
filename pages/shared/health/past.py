"""What changed: in months that were over, by a refresh; and in figures, between any two refreshes."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import markup
from pages.shared.drawings import Drawing
from pages.shared.guard import html
from pages.shared.health import compared
from pages.shared.health.book import Book
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS
from warehouse.metrics import metrics
from warehouse.queries import diff, flow, health, state
from warehouse.queries.reader import UnknownRefresh

LINES_SHOWN = 500


def restated(book: Book) -> None:
    """The sums of months that were over and that a refresh changed; the newest refresh that did so, or one chosen."""
    say = book.words.say
    title = say("Restated months")
    with book.screen.guarded():
        refreshes = book.rows(state.refreshes)
        counts = dict(zip(refreshes["refresh_id"], refreshes["restated"], strict=True))
        restating = [int(refresh) for refresh, count in counts.items() if count > 0]
        if not restating:
            told = say("None of the newest refreshes changed a month that was over.")
            book.screen.nothing(title, ("no-rows", say("Nothing was restated"), told))
            return
        head = st.container()
        chosen = st.selectbox(
            say("Refresh"), restating, format_func=lambda refresh: say("Refresh {n}", n=refresh), key="restated"
        )
        rows = book.rows(health.restated, chosen)
        if rows.empty:
            book.screen.not_allowed(title, say("Sums of the whole company are for those who see all of it."))
            return
        table = _restatements(book, rows)
        tells = _restated_tells(book, chosen, int(counts[chosen]), table)
        with head:
            book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
        _draw_table(table, title)


def differences(book: Book) -> None:
    """The figures that differ between two refreshes that are kept, worked out when asked for."""
    say = book.words.say
    title = say("Compare two refreshes")
    with book.screen.guarded():
        if book.not_for_me(title):
            return
        kept = _kept(book)
        if len(kept) < 2:
            told = say("There is one published refresh, and nothing to compare it with.")
            book.screen.nothing(title, ("no-rows", say("Nothing to compare"), told))
            return
        head = st.container()
        with st.form("compare-refreshes", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            earlier = st.selectbox(say("Earlier"), kept[1:], format_func=str, key="earlier")
            later = st.selectbox(say("Later"), kept, format_func=str, key="later")
            if st.form_submit_button(say("Compare"), icon=":material/compare_arrows:"):
                st.session_state[COMPARE] = (int(earlier), int(later))
        if (pair := st.session_state.get(COMPARE)) is None:
            told = say("Which figures differ, and by how much: of the last twelve months, and month by month.")
            with head:
                html(markup.title(title, told))
        else:
            _differing(book, head, title, *pair)


COMPARE = "compared-refreshes"
"""Where the session keeps which two are compared."""


def _kept(book: Book) -> Sequence[int]:
    """The refreshes that can be looked at, the newest first."""
    listed = book.rows(state.refreshes)
    shown = listed[(listed["state"] == "passed") & listed["purged_at"].isna()]
    return [int(refresh) for refresh in shown["refresh_id"]]


def _differing(book: Book, head: DeltaGenerator, title: str, earlier: int, later: int) -> None:
    words, say = book.words, book.words.say
    try:
        rows = book.rows(diff.between, earlier, later)
    except UnknownRefresh:
        told = say("One of the two was never published, or is kept no longer.")
        with head:
            book.screen.nothing(title, ("no-rows", say("Nothing to compare"), told))
        return
    if rows.empty:
        told = say("Refreshes {a} and {b} show the same figures.", a=earlier, b=later)
        with head:
            book.screen.nothing(title, ("no-rows", say("No figure differs"), told))
        return
    period = rows.attrs["period"]
    days = words.span(period.start, period.end - pd.Timedelta(days=1))
    sized = diff.sized(rows)
    lines = sized.head(LINES_SHOWN).to_dict("records")
    heads = [say("Figure"), say("Place"), str(earlier), str(later), say("Change")]
    table = pd.DataFrame([compared.line(book, line) for line in lines]).set_axis(heads, axis=1)
    table.insert(1, say("Period"), [days if pd.isna(line["month"]) else words.month(line["month"]) for line in lines])
    tells = say(
        "From refresh {a} to {b}, {n} of {all} figures differ.",
        a=earlier,
        b=later,
        n=sized["metric"].nunique(),
        all=rows.attrs["compared"],
    )
    if len(sized) > len(lines):
        tells = words.sentences(tells, say("The greatest {n} changes are listed.", n=words.number(len(lines))))
    with head:
        book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
    _draw_table(table, title)


def _restatements(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    words, say = book.words, book.words.say
    return pd.DataFrame(
        {
            say("Month"): [words.month(month) for month in rows["slice_on"]],
            say("Place"): [_place(book, region) for region in rows["region_id"]],
            say("Sum"): [f"{row.table_name} · {row.measure}" for row in rows.itertuples()],
            say("Was"): [words.number(was) if was == was else "–" for was in rows["was"]],
            say("Is now"): [words.number(now) if now == now else "–" for now in rows["becomes"]],
            say("Change"): [words.signed(by) for by in rows["difference"]],
            say("Figures made of it"): [_figures(book, table) for table in rows["table_name"]],
        }
    )


def _restated_tells(book: Book, refresh: int, count: int, table: pd.DataFrame) -> str:
    words = book.words
    first = table.iloc[0]
    tells = words.say_many(
        "Refresh {refresh} changed {n} sum of months that were over.",
        "Refresh {refresh} changed {n} sums of months that were over.",
        count,
        refresh=refresh,
    )
    most = words.say(
        "Most of all: {sum}, {month}, from {was} to {now}.",
        sum=first.iloc[2],
        month=first.iloc[0],
        was=first.iloc[3],
        now=first.iloc[4],
    )
    if count <= len(table):
        return words.sentences(tells, most)
    return words.sentences(tells, most, words.say("The greatest {n} changes are listed.", n=words.number(len(table))))


def _figures(book: Book, table: str) -> str:
    """What figures are made of a published table, the first few of them."""
    made = [code for code, tables in flow.asked_from().items() if table in tables]
    named = [book.words.label(metrics()[code].label) for code in made]
    return book.words.listed(named[:3]) + (" …" if len(named) > 3 else "")


def _place(book: Book, region: object) -> str:
    return book.words.say("The whole company") if pd.isna(region) else book.screen.names.of_code("region", str(region))


def _draw_table(table: pd.DataFrame, title: str) -> None:
    height = min(ROW_PIXELS * (len(table) + 1) + 2, LONGEST_TABLE)
    st.dataframe(table, hide_index=True, height=height, alt=title)
