"""The press: writes letters for the post, an order a line in, a letter a line out. Pages are drawn as on the dashboard, for nobody's
screen: Streamlit runs without a server, and what a page would give to whoever takes it away is put on paper."""

import base64
import json
import logging
import os
import sys
from dataclasses import asdict
from importlib import import_module
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import streamlit as st

from pages.shared import alert_words, cached, guard, letters, takeaway
from pages.shared.inquiry import Inquiry
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse import logs
from warehouse.digests.letter import Letter, NotWhole, Order
from warehouse.queries import state
from warehouse.queries.reader import Reader
from warehouse.queries.subscriptions import ALERTS
from warehouse.scope import Scope
from warehouse.trace import in_short, trace


def written(order: Order) -> Letter:
    """The letter that an order asks for, in the eyes of its person. Raises NotWhole, and whatever stops a page."""
    st.session_state.clear()  # nothing of the letter before
    st.query_params.from_dict(order.address)
    who = _recipient(order)
    return _alerts(who, order) if order.what == ALERTS else _page(who, order)


def _recipient(order: Order) -> Viewer:
    """The person, as if on the dashboard now, looking at the refresh of the letter."""
    standing = cached.standing(order.person)
    reader = Reader(engine=cached.engine(), person=order.person, refresh_id=order.refresh_id)
    return Viewer(
        person=order.person,
        standing=standing,
        reader=reader,
        published_at=state.published_at(reader, order.refresh_id),
        words=Words(language=order.lang, zone=ZoneInfo(standing.zone)),
        theme="light",
    )


def _page(who: Viewer, order: Order) -> Letter:
    with takeaway.laid_aside() as laid, guard.counted() as failures:
        import_module(f"pages.{order.what}").show(who)
        letter = letters.of_page(laid[-1], order.address)
    if failures:
        raise NotWhole(f"{len(failures)} parts of the page failed to load")
    return letter


def _alerts(who: Viewer, order: Order) -> Letter:
    places = {name: tuple(order.address.get(name, ())) for name in ("region", "branch")}
    scope = Scope(regions=places["region"], branches=places["branch"])
    inquiry = Inquiry(viewer=who, scope=scope, last_day=who.last_day())
    figures = [alert["subject"] for alert in order.alerts if alert["kind"] in {"signal", "promise"}]
    return letters.of_alerts(inquiry, [alert_words.told(inquiry, alert) for alert in order.alerts], figures)


def answer(line: str) -> dict[str, Any]:
    """The answer to one order: the parts of the letter, or why there is none."""
    try:
        letter = written(Order(**json.loads(line)))
    except Exception as error:
        logging.exception("a letter could not be written", exc_info=trace(error))
        return {"failed": in_short(error)}
    told = asdict(letter)
    pdf = told.pop("attachment")
    return {**told, "pdf": None if pdf is None else base64.b64encode(pdf).decode()}


def main(orders: TextIO, answers: TextIO) -> None:
    """Answer orders until there are no more."""
    logging.disable(logging.WARNING)  # Streamlit warns at every step that there is no browser
    for line in orders:
        answers.write(json.dumps(answer(line), ensure_ascii=False) + "\n")
        answers.flush()


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as own:
        os.dup2(2, 1)  # whatever else is printed is no answer
        logs.configure(os.environ)
        main(sys.stdin, own)
