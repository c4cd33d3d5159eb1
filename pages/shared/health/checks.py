"""Every check with its history, and one of them opened."""

import pandas as pd
import streamlit as st

from checks.rules import Rule
from pages.shared import explain
from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.health import pieces
from pages.shared.health.book import Book
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS
from pages.shared.text import Words
from warehouse.metrics import metrics, phrase
from warehouse.queries import health

WHICH = ("all", "not_passed", "ever_failed")
Key = tuple[str, str, str]


def checks(book: Book) -> None:
    """Every check as it came out last, with the outcomes of its last runs; those that did not pass stand first."""
    words, say = book.words, book.words.say
    title = say("Checks")
    with book.screen.guarded():
        history = book.rows(health.check_history)
        if history.empty:
            missing = ("no-rows", say("Nothing was checked yet"), say("No refresh has reached a gate."))
            book.screen.nothing(title, missing)
            return
        passed = int((history["outcome"] == "passed").sum())
        tells = say(
            "{passed} of {n} checks passed when they last ran; {failed} have ever failed.",
            passed=words.number(passed),
            n=words.number(len(history)),
            failed=words.number(int(history["last_failed_at"].notna().sum())),
        )
        which = _which(book)
        table = book.kept(f"checks, {which}", lambda: _table(book, _narrowed(history, which)))
        book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
        height = min(ROW_PIXELS * (len(table) + 1) + 2, LONGEST_TABLE)
        st.dataframe(table, hide_index=True, height=height, alt=title)
        st.caption(say("Bars: ▁ passed, █ failed, ▒ could not be checked; the newest on the right."))


def opened(book: Book) -> None:
    """One check: why it is there, what to do, and every run of it."""
    words, say = book.words, book.words.say
    with book.screen.guarded():
        history = book.rows(health.check_history)
        keys = list(zip(history["gate"], history["table_name"], history["rule_id"], strict=True))
        if not keys:
            return
        key = st.selectbox(
            say("Open a check: type any part of its table or sentence"),
            keys,
            format_func=lambda key: f"{key[1]} · {_sentence(book, key)}",
            key="check",
        )
        runs = book.rows(health.check_results, *key)
        rule = explain.rules().get(key)
        rows = _runs(book, runs)
        counted = rows.dropna(subset=["value"])
        drawing = Drawing(rows=counted, tells=_tells(book, runs), table=_runs_table(book, rows))
        if counted.empty:
            book.screen.titled(_sentence(book, key), drawing)
        else:
            book.screen.drawn(_sentence(book, key), _draw(runs), drawing)
        if rule is not None:
            for head, told in ((say("Why"), rule.why), (say("What to do"), rule.action)):
                st.markdown(f"**{head}**  \n{words.label(told)}")
            st.caption(" · ".join(_facts(book, rule)))


def _which(book: Book) -> str:
    say = book.words.say
    named = {"all": say("All"), "not_passed": say("Not passed"), "ever_failed": say("Ever failed")}
    chosen = st.segmented_control(
        say("Which checks"),
        WHICH,
        format_func=lambda name: named[name],
        default=WHICH[0],
        key="which-checks",
        label_visibility="collapsed",
        required=True,
    )
    return str(chosen)


def _narrowed(history: pd.DataFrame, which: str) -> pd.DataFrame:
    match which:
        case "not_passed":
            return history[history["outcome"] != "passed"]
        case "ever_failed":
            return history[history["last_failed_at"].notna()]
        case _:
            return history


def _table(book: Book, history: pd.DataFrame) -> pd.DataFrame:
    say, names = book.words.say, book.screen.names
    keys = zip(history["gate"], history["table_name"], history["rule_id"], strict=True)
    counts = {say("Rows that break it"): "unexpected_count", say("Rows checked"): "element_count"}
    if history["element_count"].isna().all():
        counts = {}  # rows are counted for who sees the whole company
    return pd.DataFrame(
        {
            say("Outcome"): [names.of_code("outcome", outcome) for outcome in history["outcome"]],
            say("Last runs"): [pieces.strip(outcomes) for outcomes in history["outcomes"]],
            say("Last failed"): [book.moment(at) for at in history["last_failed_at"]],
            say("Table"): history["table_name"].to_numpy(),
            say("What it asks"): [_sentence(book, key) for key in keys],
            **{head: [book.count(count) for count in history[name]] for head, name in counts.items()},
            say("Level"): [names.of_code("level", level) for level in history["level"]],
            say("Checked"): [book.moment(at) for at in history["checked_at"]],
            say("Released because"): history["released_because"].fillna("").to_numpy(),
        }
    )


def _sentence(book: Book, key: Key) -> str:
    rule = explain.rules().get(key)
    return rule.sentence(book.words.language) if rule else key[2]


def _draw(runs: pd.DataFrame) -> charts.Chart:
    """What is measured decides: a share, or a count."""
    if runs["value"].notna().any():
        return charts.check_counts if runs["value"].max() > 1 else charts.check_shares
    return charts.check_shares if runs["share"].notna().any() else charts.check_counts


def _runs(book: Book, runs: pd.DataFrame) -> pd.DataFrame:
    """The runs in the shape of the drawing: refresh, value (what was measured, else the share of rows that broke it, else their
    count) with its bounds `low` and `high`, texts."""
    words, names = book.words, book.screen.names
    shares = runs["share"].astype(float)
    broken = shares if shares.notna().any() else runs["unexpected_count"].astype(float)
    is_measured = bool(runs["value"].notna().any())
    return pd.DataFrame(
        {
            "refresh": runs["refresh_id"].astype(str),
            "value": runs["value"] if is_measured else broken,
            "low": runs["low"],
            "high": runs["high"],
            "outcome": [names.of_code("outcome", outcome) for outcome in runs["outcome"]],
            "is_bad": (runs["outcome"] != "passed").to_numpy(),
            "value_text": [_measured(words, value) for value in (runs["value"] if is_measured else shares)],
            "bound_text": [_between(words, *bounds) for bounds in zip(runs["low"], runs["high"], strict=True)],
            "count_text": [book.count(count) for count in runs["unexpected_count"]],
            "when": [words.stamp(at) for at in runs["checked_at"]],
        }
    )


def _measured(words: Words, value: float) -> str:
    if pd.isna(value):
        return "–"
    return words.percent(value, 2) if value <= 1 else words.number(value)


def _between(words: Words, low: float, high: float) -> str:
    """The bounds of a run in words; a dash where there are none."""
    known = {"low": _measured(words, low), "high": _measured(words, high)}
    if pd.isna(high):
        return "–" if pd.isna(low) else words.say("at least {low}", **known)
    return words.say("at most {high}", **known) if pd.isna(low) else words.say("{low} to {high}", **known)


def _runs_table(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    say = book.words.say
    columns = {
        "refresh": say("Refresh"),
        "outcome": say("Outcome"),
        "value_text": say("Observed"),
        "bound_text": say("Allowed"),
        "count_text": say("Rows that break it"),
        "when": say("When"),
    }
    if rows["value"].isna().all():
        columns = {name: head for name, head in columns.items() if not name.endswith("_text")}
    return rows[list(columns)].iloc[::-1].set_axis(list(columns.values()), axis=1)


def _tells(book: Book, runs: pd.DataFrame) -> str:
    words, say = book.words, book.words.say
    failed = runs[runs["outcome"] != "passed"]
    ran = words.say_many("In its last run", "In its last {n} runs", len(runs))
    if failed.empty:
        return say("{runs} it always passed.", runs=ran)
    return words.say_many(
        "{runs} it did not pass {n} time, last {when}.",
        "{runs} it did not pass {n} times, last {when}.",
        len(failed),
        runs=ran,
        when=book.moment(failed["checked_at"].iloc[-1]),
    )


def _facts(book: Book, rule: Rule) -> list[str]:
    words, say, names = book.words, book.words.say, book.screen.names
    guarded = [words.label(metrics()[code].label) for code in rule.guards if code in metrics()]
    free = say("may be released with a reason") if rule.releasable else say("may not be released")
    return [
        f"{rule.table} · {rule.id}",
        names.of_code("level", rule.level),
        *([free] if rule.level == "block" else []),
        say("owner: {owner}", owner=words.label(phrase("owners", rule.owner))),
        say("since {day}", day=words.day(rule.since)),
        *([say("guards: {figures}", figures=words.listed(guarded))] if guarded else []),
    ]
