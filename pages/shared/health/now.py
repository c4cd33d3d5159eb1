"""What is under way: the refresh that runs, step by step, and what stewards asked for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from pages.shared import markup
from pages.shared.guard import html
from pages.shared.health import pieces, wording
from pages.shared.health.book import Book
from pages.shared.health.pieces import Step
from pages.shared.markup import Cell
from warehouse.queries import jobs

LOOK_AGAIN_SECONDS = 2.0
JOBS_SHOWN = 5
LATELY = timedelta(minutes=10)


def under_way(book: Book) -> None:
    """The refresh that runs and what was asked for just now; looked at again every two seconds while something is under way."""
    ended, pulse = book.pulse.job_ended_at, book.pulse
    asked_lately = pulse.jobs_open > 0 or (ended is not None and datetime.now(UTC) - ended < LATELY)
    if not (pulse.is_refreshing or pulse.was_cut_off or asked_lately):
        return
    with book.screen.card(), book.screen.guarded():
        st.fragment(_live, run_every=LOOK_AGAIN_SECONDS if pulse.is_busy else None)(book)


def asked(book: Book) -> None:
    """Everything that stewards asked for lately, and what came of it."""
    say = book.words.say
    with book.screen.guarded():
        if book.not_for_me(say("What stewards asked for")):
            return
        listed = book.kept("asked for", lambda: jobs.newest(book.screen.viewer.reader)).to_dict("records")
        if listed:
            _asked(book, listed)
        else:
            told = say("Releases, discards and returns to an earlier state are listed here.")
            book.screen.nothing(say("What stewards asked for"), ("no-rows", say("Nothing was asked for"), told))


def _live(book: Book) -> None:
    reader = book.screen.viewer.reader
    if jobs.pulse(reader) != book.pulse:
        st.rerun()  # something has begun or ended: the whole page may say something else now
    say = book.words.say
    running = jobs.under_way(reader)
    if book.pulse.is_refreshing and not running.empty:
        _running(book, running.iloc[0].to_dict())
    elif book.pulse.was_cut_off:
        html(
            markup.title(
                say("A refresh was cut off"), say("Readers see the last good state; the next refresh clears up.")
            )
        )
    listed = jobs.newest(reader, most=JOBS_SHOWN)
    if not listed.empty:
        _asked(book, listed.to_dict("records"))


def _running(book: Book, run: Mapping[str, object]) -> None:
    words, say = book.words, book.words.say
    timings = run["usual_timings"]
    usual: Mapping[str, float] = timings if isinstance(timings, Mapping) else {}
    named, step = wording.steps(words), str(run["step"])
    at = wording.STEPS.index(step) if step in wording.STEPS else 0
    told = say(
        "Begun by {who} {when}; {elapsed} so far.",
        who=run["started_by"],
        when=book.moment(run["started_at"]),
        elapsed=words.duration(float(str(run["elapsed_seconds"])), "seconds"),
    )
    rows = int(str(run["rows_received"]))
    if rows:
        told = words.sentences(told, words.say_many("{n} row read.", "{n} rows read.", rows))
    if usual:
        took = words.duration(sum(usual.values()), "seconds")
        told = words.sentences(told, say("The last one took {duration} in all.", duration=took))
    ahead = wording.STEPS[: wording.STEPS.index("publish")] if run["is_trial"] else wording.STEPS
    drawn = [
        Step(
            name=named[code],
            state="done" if number < at else "now" if number == at else "next",
            took=say("last time {duration}", duration=words.duration(usual[code], "seconds")) if code in usual else "",
        )
        for number, code in enumerate(ahead)
    ]
    n = run["refresh_id"]
    title = say("Dry run {n} is running", n=n) if run["is_trial"] else say("Refresh {n} is running", n=n)
    html(markup.title(title, told))
    html(pieces.steps(drawn, described=say("At step “{step}”.", step=named.get(step, step))))


def _asked(book: Book, listed: Sequence[Mapping[str, object]]) -> None:
    words, say = book.words, book.words.say
    waits = any(job["state"] in ("waiting", "running") for job in listed)
    told = say("The worker does one after the other, in the order of asking.")
    html(markup.title(say("What stewards asked for"), told))
    if waits and not book.pulse.has_worker:
        st.warning(
            say("No worker answers, so what is asked for waits. Start one: python -m warehouse work"),
            icon=":material/person_off:",
        )
    states = wording.states(words)
    lines = [
        [
            Cell(wording.asked(words, job)),
            Cell(states[str(job["state"])], wording.MOODS.get(str(job["state"]))),
            Cell(wording.came_of(words, book.screen.names, job)),
            Cell(str(job["asked_by"]), "quiet"),
            Cell(book.moment(job["asked_at"]), "quiet"),
        ]
        for job in listed
    ]
    heads = [say("Asked for"), say("State"), say("What came of it"), say("By"), say("When")]
    html(markup.table(heads, lines, described=told))
