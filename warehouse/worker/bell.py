"""Rings for the post while the worker is there: what is due is sent beside the jobs, and none of them waits for a mail server."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread

from sqlalchemy import text

from warehouse import db, logs
from warehouse.digests import post
from warehouse.digests.channels import channels
from warehouse.digests.press import press
from warehouse.trace import trace

EVERY_SECONDS = 300.0
ROUNDS: tuple[Callable[..., list[post.Told]], ...] = (post.watch, post.digests)


@dataclass
class Bell:
    """Rings every five minutes, unless the round before still goes on or nobody has asked to be sent anything."""

    database: db.Database
    rung_at: float = field(default_factory=time.monotonic)
    round: Thread | None = None

    def ring(self) -> None:
        """Begin a round beside, if it is time; an end of this process ends it, and the next one goes on from there."""
        is_under_way = self.round is not None and self.round.is_alive()
        if is_under_way or time.monotonic() - self.rung_at < EVERY_SECONDS:
            return
        self.rung_at = time.monotonic()
        with self.database.loader.begin() as connection:
            is_wanted = connection.scalar(
                text("select exists (select from published.subscription where ended_at is null)")
            )
        if is_wanted:
            self.round = Thread(target=_rounds, args=(self.database,), daemon=True, name="post")
            self.round.start()


def _rounds(database: db.Database) -> None:
    with _logged(), press() as write:
        office = post.Office(database, channels(os.environ), write)
        for go in ROUNDS if office.channels else ():
            with _logged():
                for told in go(office, now=datetime.now(UTC)):
                    logs.event("letter", letter=told.letter_id, state=told.state)


@contextmanager
def _logged() -> Iterator[None]:
    """What stops the block is logged, and stops nothing else; another's round is left to them."""
    try:
        yield
    except post.AnotherRound:
        return
    except Exception as error:
        logging.exception("a round of the post failed", exc_info=trace(error))
