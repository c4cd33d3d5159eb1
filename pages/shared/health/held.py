"""What is held and why, what would change if it were let pass, and what a steward can do about it."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.shared import explain, markup
from pages.shared.guard import html
from pages.shared.health import trial
from pages.shared.health.asking import ask
from pages.shared.health.book import Book
from pages.shared.markup import Cell
from warehouse.queries import health, jobs, state

LONGEST_REASON = 500
Key = tuple[str, str, str]


def held(book: Book) -> None:
    """Every delivery that a gate holds: since when, by which checks, what to do; for stewards the ways out."""
    say = book.words.say
    title = say("Held deliveries")
    with book.screen.guarded():
        waiting = book.rows(state.held)
        if waiting.empty:
            missing = ("no-rows", say("Nothing is held"), say("Every delivery has passed its checks."))
            book.screen.nothing(title, missing)
            return
        html(markup.title(title, _tells(book, waiting)))
        stopped = book.rows(health.holding)
        for load_id, parts in waiting.groupby("load_id"):
            _load(book, parts, stopped[stopped["load_id"] == load_id])
        if book.is_for_steward:
            found = book.rows(health.comparison)
            if not found.empty and found["is_current"].iloc[0]:
                trial.offences(book, found["offences"].iloc[0])
            _ways_out(book, waiting, stopped)


def _tells(book: Book, waiting: pd.DataFrame) -> str:
    words = book.words
    feeds = words.listed([book.screen.names.feed(feed) for feed in waiting["feed"].unique()])
    loads = waiting["load_id"].nunique()
    return words.say_many("{n} load waits, with {feeds}.", "{n} loads wait, with {feeds}.", loads, feeds=feeds)


def _load(book: Book, parts: pd.DataFrame, rules: pd.DataFrame) -> None:
    """The held feeds of one load: their rows, and every check that stops them with what to do."""
    words, say = book.words, book.words.say
    load, since = parts["load_id"].iloc[0], book.moment(parts["held_since"].min())
    is_counted = bool(parts["delivered"].notna().all())  # rows are counted for who sees the whole company
    told = say("Load {load}, held since {since}.", load=load, since=since)
    if is_counted:
        told = say(
            "Load {load}, held since {since}: {delivered} rows delivered, {quarantined} of them quarantined.",
            load=load,
            since=since,
            delivered=book.count(parts["delivered"].sum()),
            quarantined=book.count(parts["quarantined"].sum()),
        )
    feeds = [str(feed) for feed in parts["feed"]]
    html(markup.title(words.listed([book.screen.names.feed(feed) for feed in feeds]), told))
    once = rules.drop_duplicates(["gate", "table_name", "rule_id"])
    lines = [_rule(book, rule) for rule in once.to_dict("records")]
    if not lines:
        said = dict.fromkeys(check for feed in feeds for check in explain.stopped_by(book.screen.viewer, feed))
        lines = [[Cell(check, "bad"), Cell("–"), Cell("–")] for check in said]
    heads = [say("Stopped by"), say("Rows that break it"), say("Rows checked")]
    shown = slice(None if is_counted else 1)
    described = words.sentences(say("Stopped by"), told)
    html(markup.table(heads[shown], [line[shown] for line in lines], described=described))
    for action in _actions(book, rules):
        html(markup.note(say("What to do: {action}", action=action)))


def _rule(book: Book, result: Mapping[str, object]) -> list[Cell]:
    rule = explain.rules().get(_key(result))
    said = rule.sentence(book.words.language) if rule else str(result["rule_id"])
    return [
        Cell(said, "bad", f"{result['table_name']} · {result['rule_id']}"),
        Cell(book.count(result["unexpected_count"])),
        Cell(book.count(result["element_count"])),
    ]


def _actions(book: Book, results: pd.DataFrame) -> list[str]:
    """What the declarations of the rules say is to be done, each once."""
    known = (explain.rules().get(_key(result)) for result in results.to_dict("records"))
    return list(dict.fromkeys(book.words.label(rule.action) for rule in known if rule))


def _ways_out(book: Book, waiting: pd.DataFrame, stopped: pd.DataFrame) -> None:
    """A button for every refresh that can be released and every load that can be discarded."""
    say = book.words.say
    html(markup.note(say("A corrected delivery settles it by itself: the next refresh takes both.")))
    stuck = {int(refresh): _stuck(book, rules) for refresh, rules in stopped.groupby("refresh_id")}
    open_jobs = book.rows(jobs.newest)
    asked = open_jobs[open_jobs["state"].isin(["waiting", "running"])]["details"].tolist()
    with st.container(horizontal=True, gap="small"):
        for refresh, checks in stuck.items():
            if not checks:
                _release(book, refresh, is_asked=any(each.get("refresh_id") == refresh for each in asked))
        for load in sorted(waiting["load_id"].unique()):
            _discard(book, int(load), is_asked=any(each.get("load_id") == load for each in asked))
    for refresh, checks in stuck.items():
        if checks:
            said = say("Refresh {n} cannot be released: {checks}.", n=refresh, checks=book.words.listed(checks))
            html(markup.note(said))


def _stuck(book: Book, results: pd.DataFrame) -> list[str]:
    """The checks among `results` that nobody may release, as sentences."""
    known = explain.rules()
    free = {rule.id for rule in known.values() if rule.releasable} - {
        rule.id for rule in known.values() if not rule.releasable
    }
    stuck = [
        result
        for result in results.to_dict("records")
        if result["outcome"] == "raised" or result["rule_id"] not in free
    ]
    said = [
        known[_key(result)].sentence(book.words.language) if _key(result) in known else str(result["rule_id"])
        for result in stuck
    ]
    return list(dict.fromkeys(said))


def _release(book: Book, refresh: int, *, is_asked: bool) -> None:
    say = book.words.say
    with st.popover(say("Release refresh {n} …", n=refresh), icon=":material/lock_open:", disabled=is_asked):
        st.markdown(
            say("Everything that refresh {n} holds is published, with your reason beside it in amber.", n=refresh)
        )
        with st.form(f"release-{refresh}", border=False):
            reason = st.text_area(say("Why may it pass?"), max_chars=LONGEST_REASON)
            sent = st.form_submit_button(say("Release"), type="primary")
        if sent and not reason.strip():
            st.error(say("Say why: the reason is shown wherever the released figures stand."))
        elif sent:
            ask(book, "release", refresh_id=refresh, reason=reason.strip())


def _discard(book: Book, load: int, *, is_asked: bool) -> None:
    say = book.words.say
    with st.popover(say("Discard load {n} …", n=load), icon=":material/delete:", disabled=is_asked):
        st.markdown(
            say(
                "All rows of load {n} are taken out, as if they had never come. The files can be delivered again.",
                n=load,
            )
        )
        if st.button(say("Discard"), type="primary", key=f"discard-{load}"):
            ask(book, "discard", load_id=load)


def _key(result: Mapping[str, object]) -> Key:
    return str(result["gate"]), str(result["table_name"]), str(result["rule_id"])
