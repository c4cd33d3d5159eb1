"""What came of trying a delivery: its files, its rows, what would hold it, and the figures that would change."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import explain, markup
from pages.shared.drawings import Drawing
from pages.shared.guard import html
from pages.shared.health import compared, refused, wording
from pages.shared.health.book import Book
from pages.shared.health.summary import FATES
from pages.shared.markup import Cell
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS
from warehouse.feeds.problems import Problem
from warehouse.queries import health
from warehouse.reasons import reason_words

Result = Mapping[str, Any]
LINES_SHOWN = 200


def not_yet(book: Book, job: Mapping[str, object]) -> None:
    """A drop that is being tried, or could not be."""
    say = book.words.say
    state = str(job["state"])
    told = wording.came_of(book.words, book.screen.names, job)
    if state == "waiting":
        told = say("It waits for the worker.")
    html(markup.title(wording.files(book.words, job["files"]), told))


def verdict(book: Book, job: Mapping[str, object], result: Result) -> None:
    """What a refresh with a drop would come to."""
    html(markup.title(wording.files(book.words, job["files"]), _verdict(book, job, result)))


def details(book: Book, result: Result) -> None:
    """What the verdict rests on: files, rows, checks, and the figures that would change."""
    _files(book, result)
    if result["rows"]:
        _rows(book, result)
    if result["broken"]:
        _checks(book, result)
    _refused(book, result)
    offences(book, result["offences"])
    _figures(book, result)


def _verdict(book: Book, job: Mapping[str, object], result: Result) -> str:
    """What a refresh with it would come to, in one sentence, and who tried it when."""
    words, say, names = book.words, book.words.say, book.screen.names
    tried = say("Tried {when} for {who}.", when=book.moment(job["finished_at"]), who=job["asked_by"])
    if result["code"] == "nothing_to_take":
        return words.sentences(say("There is nothing in it that could be taken in; the files are deleted."), tried)
    held = words.listed([names.feed(str(feed)) for feed in result["held"]])
    said = {
        "published": say("It would be published.")
        if not held
        else say("{feeds} would be held, the rest published.", feeds=held),
        "held": say("It would be held: {feeds}. Readers keep what they see.", feeds=held),
        "unchanged": say("It brings nothing new."),
    }
    return words.sentences(said[str(result["verdict"])], tried)


def _files(book: Book, result: Result) -> None:
    """The files but those that are all right and are what their names say: where their rows went, is told below."""
    say = book.words.say
    told = [(file, _of_file(book, file)) for file in result["files"]]
    lines = [
        [Cell(str(file["name"])), Cell(_read_as(book, file)), Cell(*said)]
        for file, said in told
        if said[0] or not _is_plain(file)
    ]
    if not lines:
        return
    heads = [say("File"), say("Read as"), say("What there is to say")]
    html(markup.table(heads, lines, described=say("Files"), is_prose=True))


def _is_plain(file: Result) -> bool:
    """Whether a file has our own columns and is called after the feed that it fills."""
    return file["source"] == "contract" and str(file["name"]).startswith(tuple(file["feeds"]))


def _read_as(book: Book, file: Result) -> str:
    """The feeds that a file fills, and whose it is."""
    feeds = book.words.listed([book.screen.names.feed(str(feed)) for feed in file["feeds"]])
    if file["source"] is None:
        return "–"
    own = book.words.say("our own columns")
    return f"{feeds}{book.words.aside(own if file['source'] == 'contract' else str(file['source']))}"


def _of_file(book: Book, file: Result) -> tuple[str, markup.Mood | None]:
    """Why a file cannot be read, or what else there is to say of it; nothing where all is well."""
    words, say = book.words, book.words.say
    if file["is_known"]:
        return say("Loaded already: the very same file."), "quiet"
    if file["refusal"]:
        return wording.refusals(words).get(str(file["refusal"]), str(file["said"])), "bad"
    problems = [Problem(**problem).told(words.language) for problem in file["problems"]]
    if file["source"] is None:
        nearest = words.listed([book.screen.names.feed(str(feed)) for feed in file["feeds"]])
        first = (
            say("Nobody knows these headers. It comes nearest to {feeds}.", feeds=nearest)
            if nearest
            else say("Nobody knows these headers: no feed of ours has them, and no mapping.")
        )
        return words.sentences(first, *problems), "bad"
    return (words.sentences(*problems), "caution") if problems else ("", None)


def _rows(book: Book, result: Result) -> None:
    say, names = book.words.say, book.screen.names
    parts = ("delivered", *FATES)
    lines = [
        [Cell(names.feed(str(row["feed"]))), *(Cell(book.count(row[part])) for part in parts)] for row in result["rows"]
    ]
    told = say("Delivered = accepted + superseded + quarantined, for every feed.")
    heads = [say("Feed"), say("Delivered"), *(names.of_code("fate", fate) for fate in FATES)]
    html(markup.table(heads, lines, described=told))


def _checks(book: Book, result: Result) -> None:
    """The checks that did not pass: those that would hold it first, then those that would only be said."""
    say, names = book.words.say, book.screen.names
    broken = sorted(result["broken"], key=lambda row: (not _stops(row), row["table_name"], row["rule_id"]))
    lines = [
        [
            Cell(_sentence(book, row), "bad" if _stops(row) else "caution", f"{row['table_name']} · {row['rule_id']}"),
            Cell(names.of_code("level", row["level"])),
            Cell(book.count(row["unexpected_count"])),
            Cell(book.count(row["element_count"])),
        ]
        for row in broken
    ]
    heads = [say("Checks that did not pass"), say("Level"), say("Rows that break it"), say("Rows checked")]
    html(markup.table(heads, lines, described=heads[0]))
    known = (explain.rules().get(_key(row)) for row in broken if _stops(row))
    for action in dict.fromkeys(book.words.label(rule.action) for rule in known if rule):
        html(markup.note(say("What to do: {action}", action=action)))


def _stops(row: Result) -> bool:
    return bool(row["outcome"] == "raised" or row["level"] == "block")


def _sentence(book: Book, row: Result) -> str:
    rule = explain.rules().get(_key(row))
    return rule.sentence(book.words.language) if rule else str(row["rule_id"])


def _key(row: Result) -> tuple[str, str, str]:
    return str(row["gate"]), str(row["table_name"]), str(row["rule_id"])


def _refused(book: Book, result: Result) -> None:
    """Rows that would be quarantined: some of them, with the reason and what was delivered."""
    words, say, names = book.words, book.words.say, book.screen.names
    if not result["refused"]:
        return
    n = sum(int(group["refused"]) for group in result["refused"])
    rows = [
        {
            say("Feed"): names.feed(str(row["feed"])),
            say("File"): row["file_name"],
            say("Row"): row["row_number"],
            say("Column"): row["column_name"],
            say("Reason"): reason_words(str(row["reason_code"]), words.language),
            say("As delivered"): "–" if row["value"] is None else str(row["value"]),
        }
        for row in result["refused_rows"]
    ]
    tells = words.say_many("{n} row would be quarantined.", "{n} rows would be quarantined.", n)
    if any(str(row["value"]).startswith(refused.SHAPE) for row in result["refused_rows"]):
        tells = words.sentences(tells, refused.shapes(book))
    _table(book, say("Refused rows"), tells, pd.DataFrame(rows))


def offences(book: Book, found: Sequence[Result]) -> None:
    """Rows that break a check which holds a delivery, or would: where they stand, and what they say."""
    say = book.words.say
    if not found:
        return
    rows = [
        {
            say("Check"): _sentence(book, {"gate": "delivery", **row}),
            say("Row"): row["row"].get("row_number"),
            say("Key"): _told({name: value for name, value in row["row"].items() if name not in PLACE}),
            say("As delivered"): _told(row["values"]),
        }
        for row in found
    ]
    _table(book, say("Rows that break a check"), say("Some of them, check by check."), pd.DataFrame(rows))


PLACE = ("load_id", "file_id", "row_number")


def _told(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {'–' if value is None else value}" for name, value in values.items())


def _figures(book: Book, result: Result) -> None:
    """The figures that would change, by how much: if it were published, and if what is held were let pass too."""
    say = book.words.say
    if result["changes"] and result["changes"]["compared"]:
        _changes(book, say("What would change"), result["changes"])
    if result["let_pass"]:
        _changes(book, say("If what is held were let pass"), result["let_pass"])


def _changes(book: Book, title: str, made: Result) -> None:
    words, say = book.words, book.words.say
    if made["problem"]:
        html(markup.title(title, say("The rows break the tables' own rules, so no figure can be made of them.")))
        return
    start, end = (date.fromisoformat(made["period"][name]) for name in ("start", "end"))
    days = words.span(start, end - timedelta(days=1))
    rows = health.changes(pd.Series(dict(made)))
    if rows.empty:
        html(markup.title(title, say("None of the {n} figures made from it ({days}).", n=made["compared"], days=days)))
        return
    tells = say("{n} of {all} figures ({days}).", n=rows["metric"].nunique(), all=int(made["compared"]), days=days)
    lines = rows.head(LINES_SHOWN).to_dict("records")
    head = {say("With what is held"): say("As it would be")}
    _table(book, title, tells, pd.DataFrame([compared.line(book, line) for line in lines]).rename(columns=head))


def _table(book: Book, title: str, tells: str, table: pd.DataFrame) -> None:
    book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
    height = min(ROW_PIXELS * (len(table) + 1) + 2, LONGEST_TABLE)
    st.dataframe(table, hide_index=True, height=height, alt=title)
