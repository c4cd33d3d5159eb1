"""A delivery dropped on the page: sealed for the worker, who tries it; at the steward's second word it is refreshed or put away."""

from collections.abc import Mapping

import streamlit as st

from pages.shared import cached, markup, uploads
from pages.shared.guard import html
from pages.shared.health import trial
from pages.shared.health.asking import ask
from pages.shared.health.book import Book
from warehouse.queries import jobs
from warehouse.settings import keys
from warehouse.worker.inbox import MOST_BYTES, MOST_FILES, Inbox, NotDroppable

MEGABYTES = MOST_BYTES >> 20


def deliver(book: Book) -> None:
    """The place to drop files, and what came of those dropped lately; for stewards alone."""
    say = book.words.say
    with book.screen.card(), book.screen.guarded():
        if book.not_for_me(say("New delivery")):
            return
        _place(book)
    tried = book.kept("tried", lambda: jobs.tried(book.screen.viewer.reader))
    for dropped in tried.to_dict("records"):
        with book.screen.card(), book.screen.guarded():
            _dropped(book, {str(name): value for name, value in dropped.items()})


def _place(book: Book) -> None:
    say = book.words.say
    told = say("Files are recognised by their headers and tried first. Nothing is published before you say so.")
    html(markup.title(say("New delivery"), told))
    if book.screen.viewer.may_change:
        uploads.invite()
    with st.form("drop", border=False, clear_on_submit=True):
        with st.container(key=f"files-{book.words.language}"):
            files = st.file_uploader(
                say("Files, at most {n} of {size} MB: CSV, TSV, XLSX or Parquet", n=MOST_FILES, size=MEGABYTES),
                accept_multiple_files=True,
                max_upload_size=MEGABYTES,
                disabled=not book.screen.viewer.may_change,
            )
        sent = st.form_submit_button(say("Check and try"), type="primary", icon=":material/fact_check:")
    if not sent:
        return
    inbox = Inbox.of(cached.settings(), keys(cached.settings()))
    try:
        sealed = inbox.seal(((file.name, file) for file in files), by=book.screen.viewer.person)
    except NotDroppable as refused:
        st.error(_why_not(book)[refused.code])
        return
    ask(book, "try", files=[file.as_details() for file in sealed])
    inbox.put_away(sealed)  # we come here where the warehouse refused


def _why_not(book: Book) -> Mapping[str, str]:
    say = book.words.say
    return {
        "nothing": say("First choose a file."),
        "too_many": say("These are more than {n} files. Drop them in two parts.", n=MOST_FILES),
        "yours_full": say("Too much of yours waits in the inbox. Have it refreshed, or put it away."),
        "full": say("The inbox is full. Have what waits there refreshed, or put it away."),
        "too_large": say("A file is larger than {size} MB. Have it delivered as a file instead.", size=MEGABYTES),
    }


def _dropped(book: Book, job: Mapping[str, object]) -> None:
    """One drop: that it is being tried, or what came of it, and the two ways on."""
    job_id, result = int(str(job["job_id"])), job["result"]
    if not isinstance(result, Mapping) or result.get("code") not in ("tried", "nothing_to_take"):
        trial.not_yet(book, job)
        return
    trial.verdict(book, job, result)
    if result["code"] == "tried":
        _second_word(book, job_id, is_asked=isinstance(job["next_kind"], str))
    trial.details(book, result)


def _second_word(book: Book, job_id: int, *, is_asked: bool) -> None:
    say = book.words.say
    with st.container(horizontal=True, gap="small"):
        if st.button(
            say("Refresh with it"), type="primary", icon=":material/sync:", key=f"take-{job_id}", disabled=is_asked
        ):
            ask(book, "take", job_id=job_id)
        if st.button(say("Put it away"), icon=":material/delete:", key=f"put-away-{job_id}", disabled=is_asked):
            ask(book, "put_away", job_id=job_id)
