"""The tiles on top: the newest verdict, rows that add up, checks, what is held, what is late."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.shared import markup
from pages.shared.guard import html
from pages.shared.health import wording
from pages.shared.health.book import Book
from pages.shared.markup import Tile
from warehouse.queries import health, state

FATES = ("accepted", "superseded", "quarantined")


def summary(book: Book) -> None:
    """How the house stands, in one row of tiles."""
    with book.screen.guarded():
        refreshes = book.rows(state.refreshes)
        tiles = [
            _newest(book, refreshes.iloc[0].to_dict()),
            *([_rows_in(book, refreshes)] if book.is_for_steward else []),
            _checks_passed(book, book.rows(health.check_history)),
            _held(book, book.rows(state.held)),
            _late(book, book.lateness),
        ]
        grid = st.grid(len(tiles), min_column_width=170, border=True, key="card-health")
        for tile in tiles:
            with grid.cell():
                html(tile.markup())


def _newest(book: Book, refresh: Mapping[str, object]) -> Tile:
    say = book.words.say
    shown = refresh["refresh_id"] == book.screen.viewer.standing.refresh_id
    badges = (markup.badge("quiet", say("what readers see")),) if shown else ()
    return Tile(
        label=say("Newest refresh"),
        figure=wording.verdict(book.words, str(refresh["state"]), refresh["reason"])[0],
        small=(say("refresh {n}, begun {when}", n=refresh["refresh_id"], when=book.moment(refresh["started_at"])),),
        badges=badges,
    )


def _rows_in(book: Book, refreshes: pd.DataFrame) -> Tile:
    words = book.words
    delivered, *fates = (int(refreshes[name].sum()) for name in ("delivered", *FATES))
    accepted, superseded, quarantined = map(words.number, fates)
    small = words.say(
        "= {accepted} accepted + {superseded} superseded + {quarantined} quarantined",
        accepted=accepted,
        superseded=superseded,
        quarantined=quarantined,
    )
    good = markup.badge("good", words.say("adds up"))
    badge = good if delivered == sum(fates) else markup.badge("bad", words.say("does not add up"))
    label = words.say("Rows delivered, newest refreshes")
    return Tile(label=label, figure=words.number(delivered), small=(small,), badges=(badge,))


def _checks_passed(book: Book, checks: pd.DataFrame) -> Tile:
    words = book.words
    passed = int((checks["outcome"] == "passed").sum())
    figure = f"{words.number(passed)} / {words.number(len(checks))}"
    return Tile(label=words.say("Checks passed"), figure=figure, small=(words.say("each as it came out last"),))


def _held(book: Book, held: pd.DataFrame) -> Tile:
    words, loads = book.words, held["load_id"].nunique()
    small = (words.say("wait for a correction, a release or a discard"),)
    badges = (markup.badge("caution", words.listed([book.screen.names.feed(feed) for feed in held["feed"].unique()])),)
    return Tile(label=words.say("Loads held"), figure=words.number(loads), small=small, badges=badges if loads else ())


def _late(book: Book, feeds: pd.DataFrame) -> Tile:
    words, late = book.words, feeds[feeds["is_late"]]
    badges = (markup.badge("caution", words.listed([book.screen.names.feed(feed) for feed in late["feed"]])),)
    small = (words.say("did not come when due, or brought nothing newer"),)
    return Tile(
        label=words.say("Feeds late"), figure=words.number(len(late)), small=small, badges=badges if len(late) else ()
    )
