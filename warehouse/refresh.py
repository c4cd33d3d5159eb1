"""The refresh: receive, land, stage, gate 1, curate, editions, gate 2, publish, tell. The whole run, in order.

Whatever stops it, readers keep the last good state: nothing before `publish` is visible to them, and the next refresh
starts by clearing up what was left (`tidy`).
"""

import getpass
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from sqlalchemy import text

from checks.gate import quarantine_rows, run_gate
from checks.rules import Gate
from warehouse import db, ledger, published
from warehouse.curated import curate
from warehouse.definitions import fingerprint
from warehouse.ledger import Pending
from warehouse.published import Touched
from warehouse.receive import Delivery, Received, count_again, forget, receive
from warehouse.settings import Keys
from warehouse.tables import needing, tables

Tell = Callable[[str], None]
Held = dict[str, tuple[str, ...]]
DEFAULT_ZONE = "UTC"
WRITERS = 2  # published tables do not read each other, and an insert keeps one core busy


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


@dataclass
class Run:
    """One refresh on its way, and what has become of it so far."""

    database: db.Database
    refresh_id: int
    tell: Tell
    released: frozenset[str] = frozenset()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: str = DEFAULT_ZONE
    received: tuple[Received, ...] = ()
    held: Held = field(default_factory=dict)
    changes: Touched = field(default_factory=dict)
    editions: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    step: str = "receive"
    since: float = field(default_factory=time.monotonic)

    def at(self, step: str) -> None:
        """Enter a step: noted in the book, so that an interrupted run can say where it was."""
        now = time.monotonic()
        self.timings[self.step] = round(now - self.since, 3)
        self.since, self.step = now, step
        ledger.step(self.database.loader, self.refresh_id, step)
        self.tell(step)

    def outcome(
        self, verdict: Literal["published", "held", "unchanged", "tried"], *differences: Mapping[str, object]
    ) -> Outcome:
        """The run so far, as what it came to."""
        slices = {name: sorted(slices) for name, slices in self.changes.items()}
        return Outcome(
            self.refresh_id, verdict, self.received, self.held, slices, self.editions, differences, self.timings
        )


def refresh(
    database: db.Database,
    keys: Keys,
    deliveries: Sequence[Delivery],
    *,
    by: str | None = None,
    rebuild: bool = False,
    dry_run: bool = False,
    tell: Tell = lambda step: None,
) -> Outcome:
    """Take in `deliveries` and publish what passes both gates. Raises AlreadyRunning; no error harms what readers see."""
    with running(database, by=by, tell=tell) as run:
        run.received = tuple(
            receive(database, keys, delivery, refresh_id=run.refresh_id, tell=tell) for delivery in deliveries
        )
        with database.loader.begin() as connection:
            again = ledger.passed(connection) if rebuild else []
        return onward(run, again, dry_run=dry_run)


@contextmanager
def running(
    database: db.Database, *, by: str | None, released: Collection[str] = (), tell: Tell = lambda step: None
) -> Iterator[Run]:
    """A refresh of one's own: alone, in the book, tidied up before, and noted as failed if it raises."""
    with db.advisory_lock(database.loader, "gatehouse.refresh") as alone:
        if not alone:
            raise AlreadyRunning(_who_runs(database))
        refresh_id = ledger.begin(database.loader, by=by or getpass.getuser(), definitions=fingerprint())
        run = Run(database, refresh_id, tell, frozenset(released))
        try:
            tidy(run)
            yield run
        except BaseException as error:
            with database.loader.begin() as connection:
                reason = f"{type(error).__name__} at {run.step}: {error}"[:500]
                ledger.finish(connection, run.refresh_id, state="failed", reason=reason, timings=run.timings)
            raise


def tidy(run: Run) -> None:
    """Clear up after a refresh that was cut off: its candidates wait again, and curated forgets them."""
    with run.database.loader.begin() as connection:
        run.zone = ledger.settings(connection).get("reporting_zone", DEFAULT_ZONE)
        ledger.interrupted(connection, but=run.refresh_id)
        left = ledger.reset_candidates(connection)
        if left:
            curate(connection, loads=_loads(left), feeds=_feeds(left), zone=run.zone)
        connection.execute(text("delete from ops.candidate"))


def onward(run: Run, again: Sequence[Pending] = (), *, dry_run: bool = False) -> Outcome:
    """From the gates to the readers: what waits, and the keys of `again`, which are worked out anew.

    Where the definitions of the figures have changed since what readers see was made, everything is worked out anew.
    """
    with run.database.loader.begin() as connection:
        run.zone = ledger.settings(connection).get("reporting_zone", DEFAULT_ZONE)
        if ledger.definitions_changed(connection, run.refresh_id):
            run.tell("definitions have changed: everything is worked out anew")
            again = sorted({*again, *ledger.passed(connection)}, key=lambda item: (item.load_id, item.feed))
        waiting = ledger.pending(connection)
        remembered = published.remembered(connection)
    if not (waiting or again or remembered):
        with run.database.loader.begin() as connection:
            ledger.finish(connection, run.refresh_id, state="unchanged", reason="nothing new", timings=run.timings)
        return run.outcome("unchanged")

    run.at("gate 1")
    candidates = gate_delivery(run, waiting)
    run.at("curate")
    changes = published.together(curate_and_touch(run, [*candidates, *again]), remembered)
    run.at("editions")
    write_editions(run, changes)
    run.at("gate 2")
    gate_figures(run)
    if dry_run:
        return take_back(run, waiting)
    run.at("publish")
    return publish(run)


def gate_delivery(run: Run, waiting: Sequence[Pending]) -> list[Pending]:
    """Gate 1: the feeds that pass become candidates, the others are held by the rules that blocked them."""
    with run.database.loader.begin() as connection:
        for feed in sorted(_feeds(waiting)):
            quarantine_rows(
                connection, feed=feed, load_ids=_loads(item for item in waiting if item.feed == feed), now=run.now
            )
        for received in run.received:
            count_again(connection, received)
    blocked = ask_gate(run, "delivery", _feeds(waiting))
    with run.database.loader.begin() as connection:
        for item in waiting:
            state = "held" if item.feed in blocked else "candidate"
            ledger.move(connection, [item], to=state, held_by=blocked.get(item.feed, ()))
    run.held |= {feed: blocked[feed] for feed in _feeds(waiting) & set(blocked)}
    return [item for item in waiting if item.feed not in blocked]


def curate_and_touch(run: Run, items: Sequence[Pending]) -> Touched:
    """Curate the keys that `items` touch; the slices of every published table that change by it."""
    loads, feeds = _loads(items), _feeds(items)
    names = {table.name for table in needing(tables("published"), feeds)}
    with run.database.loader.begin() as connection:
        before = published.touched(connection, names, loads=loads, zone=run.zone)
        curate(connection, loads=loads, feeds=feeds, zone=run.zone)
        return published.together(before, published.touched(connection, names, loads=loads, zone=run.zone))


def write_editions(run: Run, changes: Touched) -> None:
    """New editions of what changed, but for tables that need a held feed: their slices are remembered for later."""
    with run.database.loader.begin() as connection:
        waiting = {table.name for table in needing(tables("published"), ledger.held_feeds(connection))}
        published.remember(connection, {name: slices for name, slices in changes.items() if name in waiting})
        run.changes = {name: slices for name, slices in changes.items() if slices and name not in waiting}
    with ThreadPoolExecutor(WRITERS) as writers:
        for written in writers.map(lambda name: _write_edition(run, name), run.changes):
            run.editions |= written
    with run.database.loader.begin() as connection:
        published.propose(connection, run.changes, refresh_id=run.refresh_id)


def _write_edition(run: Run, name: str) -> dict[str, int]:
    """One table's edition, in a transaction of its own: nobody sees it until it is proposed, and one without that is nothing."""
    with run.database.loader.begin() as connection:
        changes = {name: run.changes[name]}
        return published.write_editions(connection, changes, refresh_id=run.refresh_id, zone=run.zone)


def gate_figures(run: Run) -> None:
    """Gate 2: where figures do not hold, the feeds behind them are held and every table that needs those stays as it was."""
    blocked = ask_gate(run, "figures", run.changes)
    if not blocked:
        return
    rules = tuple(sorted({rule for ids in blocked.values() for rule in ids}))
    behind = {feed for table in tables("published") if table.name in blocked for feed in table.feeds}
    with run.database.loader.begin() as connection:
        back = [item for item in ledger.candidates(connection) if item.feed in behind]
        ledger.move(connection, back, to="held", held_by=rules)
        curate(connection, loads=_loads(back), feeds=_feeds(back), zone=run.zone)
        staying = set(blocked) | {table.name for table in needing(tables("published"), _feeds(back))}
        kept = {name: run.changes.pop(name) for name in sorted(staying & set(run.changes))}
        published.withdraw(connection, kept, refresh_id=run.refresh_id)
        published.remember(connection, kept)
    run.held |= dict.fromkeys(sorted(_feeds(back) or behind), rules)


def publish(run: Run) -> Outcome:
    """Move the pointer, if anything passed; note what is held."""
    held = "; ".join(f"{feed}: {', '.join(rules)}" for feed, rules in run.held.items())
    with run.database.loader.begin() as connection:
        if run.changes or not run.held:
            published.publish(connection, refresh_id=run.refresh_id)
            published.forget_remembered(connection, run.changes)
        else:
            ledger.finish(connection, run.refresh_id, state="held", reason=held, timings=run.timings)
    run.at("tell")
    with run.database.loader.begin() as connection:
        ledger.took(connection, run.refresh_id, run.timings, without=f"held back {held}" if held else None)
    return run.outcome("held" if run.held else "published")


def take_back(run: Run, waiting: Sequence[Pending]) -> Outcome:
    """The end of a dry run: say what would change, then take everything out again."""
    new = {received.load_id for received in run.received if received.load_id is not None}
    with run.database.loader.begin() as connection:
        differences = published.differences(connection, run.changes)
        published.drop_editions(connection, run.changes, refresh_id=run.refresh_id)
        for item in waiting:
            ledger.move(connection, [item], to=item.state)
        curate(connection, loads=_loads(waiting), feeds=_feeds(waiting), zone=run.zone)
        for load_id in sorted(new):
            forget(connection, load_id)
        ledger.finish(connection, run.refresh_id, state="tried", reason="dry run", timings=run.timings)
    return run.outcome("tried", *differences)


def ask_gate(run: Run, gate: Gate, tables: Collection[str]) -> Held:
    """The rules that hold each of `tables`; nothing where the gate opens, or where there is nothing to look at."""
    if not tables:
        return {}
    verdict = run_gate(run.database, gate=gate, tables=sorted(tables), refresh_id=run.refresh_id, now=run.now)
    return verdict.blocked_unless(run.released)


def _who_runs(database: db.Database) -> str:
    with database.loader.begin() as connection:
        row = connection.execute(
            text(
                "select started_by, started_at, step from published.refresh where state = 'running' order by refresh_id desc limit 1"
            )
        ).first()
    if row is None:
        return "another refresh has just started; try again in a moment"
    return f"{row.started_by} runs a refresh since {row.started_at:%Y-%m-%d %H:%M:%S %Z}, now at step {row.step}"


def _loads(items: Iterable[Pending]) -> list[int]:
    return sorted({item.load_id for item in items})


def _feeds(items: Iterable[Pending]) -> set[str]:
    return {item.feed for item in items}
