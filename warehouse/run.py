"""One refresh on its way: what it works with, what has become of it so far, and what it came to."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from sqlalchemy import Connection

from warehouse import db, ledger, logs, restatements
from warehouse.published import Touched
from warehouse.receive import NOT_BROUGHT, PASSING, Received, Refused

Tell = Callable[[str], None]
Held = dict[str, tuple[str, ...]]
Released = frozenset[tuple[str, str]]
"""Rules that may fail, each with the table of which somebody has let it."""
DEFAULT_ZONE = "UTC"
LONGEST_REASON = 500
FATES = ("delivered", "accepted", "superseded", "quarantined")


class AlreadyRunning(Exception):
    """Another refresh holds the lock; the message says who runs it and since when."""


@dataclass(frozen=True)
class Outcome:
    """What a refresh came to. `held` names the rules that hold each feed; `editions` counts rows written by table."""

    refresh_id: int
    verdict: Literal["published", "held", "unchanged", "tried"]
    received: tuple[Received, ...] = ()
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slices: Mapping[str, Sequence[date]] = field(default_factory=dict)
    editions: Mapping[str, int] = field(default_factory=dict)
    differences: tuple[Mapping[str, object], ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def missed(self) -> frozenset[str]:
        """Files and queries that could not be had for a cause that may pass by itself."""
        return frozenset(each.file_name for each in _refused(self.received) if each.code in PASSING)


@dataclass
class Run:
    """One refresh on its way, and what has become of it so far."""

    database: db.Database
    refresh_id: int
    tell: Tell
    released: Released = frozenset()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: str = DEFAULT_ZONE
    received: tuple[Received, ...] = ()
    held: Held = field(default_factory=dict)
    changes: Touched = field(default_factory=dict)
    editions: dict[str, int] = field(default_factory=dict)
    brings_most: bool = False
    restated: restatements.Restated = field(default_factory=restatements.Restated)
    timings: dict[str, float] = field(default_factory=dict)
    step: str = "receive"
    since: float = field(default_factory=time.monotonic)
    look: "Look" = lambda run: None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction in which this refresh is sure to run still. Raises TakenOver."""
        with self.database.loader.begin() as connection:
            ledger.claim(connection, self.refresh_id)
            yield connection

    def at(self, step: str) -> None:
        """Enter a step: noted in the book, so that an interrupted run can say where it was."""
        now = time.monotonic()
        self.timings[self.step] = round(now - self.since, 3)
        logs.event("step", refresh=self.refresh_id, step=self.step, seconds=self.timings[self.step])
        self.since, self.step = now, step
        ledger.step(self.database.loader, self.refresh_id, step)
        self.tell(step)

    def because(self, reason: str = "") -> str | None:
        """The reason for the book, with the names of what never came; None where there is nothing to say."""
        names = [each.file_name for each in _refused(self.received) if each.code in NOT_BROUGHT]
        absent = f"not brought: {', '.join(names)}" if names else ""
        return "; ".join(part for part in (reason, absent) if part)[:LONGEST_REASON] or None

    def outcome(
        self, verdict: Literal["published", "held", "unchanged", "tried"], *differences: Mapping[str, object]
    ) -> Outcome:
        """The run so far, as what it came to."""
        self._log(verdict)
        slices = {name: sorted(slices) for name, slices in self.changes.items()}
        return Outcome(
            self.refresh_id, verdict, self.received, self.held, slices, self.editions, differences, self.timings
        )

    def _log(self, verdict: str) -> None:
        for received in self.received:
            for refused in received.refused:
                logs.event("refused", refresh=self.refresh_id, source=received.source, code=refused.code)
            for each in received.feeds:
                fates = {name: getattr(each, name) for name in FATES}
                logs.event("load", refresh=self.refresh_id, load=received.load_id, feed=each.feed, **fates)
        seconds, rows = round(sum(self.timings.values()), 3), sum(self.editions.values())
        held = ", ".join(self.held)
        logs.event("refresh", refresh=self.refresh_id, verdict=verdict, seconds=seconds, rows=rows, held=held)


def _refused(received: Sequence[Received]) -> list[Refused]:
    return [refused for each in received for refused in each.refused]


Look = Callable[[Run], None]
"""What is done with a refresh that stands ready, before it goes on."""
