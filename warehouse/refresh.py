"""The refresh: receive, land, stage, gate 1, curate, editions, gate 2, publish, tell. The whole run, in order.

Whatever stops it, readers keep the last good state: nothing before `publish` is visible to them, and the next refresh
starts by clearing up what was left (`tidy`). Every transaction that writes claims the refresh (`Run.transaction`), so that
one which has lost its lock, and which another has written off, writes nothing more.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from checks.gate import expecting_no_loss, quarantine_rows, run_gate
from checks.rules import Gate
from warehouse import again, curated, db, ledger, logs, published, restatements
from warehouse.curated import curate, standings
from warehouse.definitions import fingerprint
from warehouse.distribute import finish_commits
from warehouse.ledger import Pending
from warehouse.published import Touched
from warehouse.receive import Delivery, count_again, receive
from warehouse.run import DEFAULT_ZONE, AlreadyRunning, Held, Look, Outcome, Released, Run, Tell
from warehouse.settings import Keys, operator
from warehouse.tables import SqlTable, needing, side_by_side, tables
from warehouse.trace import in_short

__all__ = ["AlreadyRunning", "Outcome", "Run", "Tell", "onward", "refresh", "running"]

WRITERS = 2  # most tables do not read each other, and a statement keeps one core busy


def refresh(
    database: db.Database,
    keys: Keys,
    deliveries: Sequence[Delivery],
    *,
    by: str | None = None,
    rebuild: bool = False,
    dry_run: bool = False,
    look: Look = lambda run: None,
    tell: Tell = lambda step: None,
) -> Outcome:
    """Take in `deliveries` and publish what passes both gates. Raises AlreadyRunning; no error harms what readers see.

    A dry run stops before the pointer, lets `look` see what stands ready, and takes everything back. It works everything out
    anew from staging, where another rebuild reads landing again.
    """
    with running(database, by=by, is_trial=dry_run, tell=tell) as run:
        run.look = look
        if dry_run:
            _catch_up(run)
        run.received = tuple(
            receive(database, keys, delivery, refresh_id=run.refresh_id, is_trial=dry_run, tell=tell)
            for delivery in deliveries
        )
        return onward(run, rebuild=rebuild, dry_run=dry_run)


@contextmanager
def running(
    database: db.Database,
    *,
    by: str | None,
    released: Released = frozenset(),
    is_trial: bool = False,
    tell: Tell = lambda step: None,
) -> Iterator[Run]:
    """A refresh of one's own: alone, in the book, tidied up before, and noted as failed if it raises.

    Where the last one was cut off while it took a load out of the figures, that is finished first, in a refresh of its own.
    """
    by = by or operator()
    with db.alone_at(database.loader, "gatehouse.refresh") as alone:
        if not alone:
            raise AlreadyRunning(_who_runs(database))
        with database.loader.begin() as connection:
            unfinished = ledger.discarding(connection)
        if unfinished:
            with _booked(database, by=by, released=expecting_no_loss(), is_trial=False, tell=tell) as first:
                onward(first)
        with _booked(database, by=by, released=released, is_trial=is_trial, tell=tell) as run:
            yield run


@contextmanager
def _booked(database: db.Database, *, by: str, released: Released, is_trial: bool, tell: Tell) -> Iterator[Run]:
    refresh_id = ledger.begin(database.loader, by=by, definitions=fingerprint(), is_trial=is_trial)
    run = Run(database, refresh_id, tell, released)
    try:
        tidy(run)
        yield run
    except BaseException as error:
        reason = f"at {run.step}: {in_short(error)}"[:500]
        logs.event("refresh", refresh=run.refresh_id, verdict="failed", because=reason)
        # where the server is what is gone, the next refresh writes this one off
        with suppress(DBAPIError), database.loader.begin() as connection:
            ledger.finish(connection, run.refresh_id, state="failed", reason=reason, timings=run.timings)
        raise


def tidy(run: Run) -> None:
    """Clear up after a refresh that was cut off: its candidates wait again, and curated forgets them; what was only tried is
    forgotten altogether."""
    with run.transaction() as connection:
        run.zone = ledger.settings(connection).get("reporting_zone", DEFAULT_ZONE)
        ledger.interrupted(connection, but=run.refresh_id)
        left = ledger.reset_candidates(connection)
        if left:
            curate(connection, loads=_loads(left), feeds=_feeds(left), zone=run.zone)
        again.forget_tried(connection, ledger.tried(connection), now=run.now, zone=run.zone)
        ledger.forget_trials(connection)
        published.forget_proposed(connection)


def _catch_up(run: Run) -> None:
    """Before something is tried: judge anew what is due anyhow, so that what is taken back is what it brought and no more."""
    with run.transaction() as connection:
        again.look_again(connection, now=run.now, zone=run.zone)


def onward(run: Run, *, rebuild: bool = False, dry_run: bool = False) -> Outcome:
    """From the gates to the readers: what waits, and the keys of what is being discarded, which are worked out anew.

    So is everything, from landing, by `rebuild`; and from staging, where the definitions of the figures have changed since what
    readers see was made.
    """
    with run.transaction() as connection:
        run.zone = ledger.settings(connection).get("reporting_zone", DEFAULT_ZONE)
        before = published.remembered(connection)
        discarding = ledger.discarding(connection)
        if has_changed := ledger.definitions_changed(connection, run.refresh_id):
            run.tell("definitions have changed: everything is worked out anew")
        if rebuild or has_changed:
            again.anew(connection, now=run.now, zone=run.zone, from_landing=rebuild and not dry_run)
        again.look_again(connection, now=run.now, zone=run.zone)
        waiting = ledger.pending(connection)
        remembered = published.remembered(connection)
    if not (waiting or discarding or remembered):
        with run.transaction() as connection:
            if dry_run:
                forget_trial(connection, run)
            reason = run.because("nothing new")
            ledger.finish(connection, run.refresh_id, state="unchanged", reason=reason, timings=run.timings)
        return run.outcome("unchanged")

    run.at("gate 1")
    candidates = gate_delivery(run, waiting)
    run.at("curate")
    changes = published.together(curate_and_touch(run, [*candidates, *discarding]), remembered)
    run.at("editions")
    write_editions(run, changes)
    run.at("gate 2")
    gate_figures(run)
    if dry_run:
        return take_back(run, waiting, before)
    return publish(run)


def gate_delivery(run: Run, waiting: Sequence[Pending]) -> list[Pending]:
    """Gate 1: the feeds that pass become candidates, the others are held by the rules that blocked them."""
    with run.transaction() as connection:
        ledger.set_behind(connection, run.refresh_id)
        for feed in sorted(_feeds(waiting)):
            quarantine_rows(
                connection, feed=feed, load_ids=_loads(item for item in waiting if item.feed == feed), now=run.now
            )
        for received in run.received:
            count_again(connection, received)
    blocked = ask_gate(run, "delivery", _feeds(waiting))
    with run.transaction() as connection:
        for item in waiting:
            state = "held" if item.feed in blocked else "candidate"
            ledger.move(connection, [item], to=state, held_by=blocked.get(item.feed, ()))
    run.held |= {feed: blocked[feed] for feed in _feeds(waiting) & set(blocked)}
    return [item for item in waiting if item.feed not in blocked]


def curate_and_touch(run: Run, items: Sequence[Pending]) -> Touched:
    """Curate the keys that `items` touch; the slices of every published table that change by it.

    Each table is a transaction of its own, since two are written at once. A refresh that is cut off among them is cleared up as
    one that is cut off after them: the keys of its candidates are curated once more, and what was discarded is still noted.
    """
    loads, feeds = _loads(items), _feeds(items)
    names = {table.name for table in needing(tables("published"), feeds)}
    before = _touched(run, names, loads)
    with run.transaction() as connection:
        run.brings_most = ledger.hold_most(connection, loads)
        if any(item.state == "discarded" for item in items):
            published.remember(connection, before)  # curated will hold nothing that would lead to these slices again
        curated.begin(connection, loads)

    def write(table: SqlTable) -> None:
        with run.transaction() as connection:
            curated.replace(connection, table, loads=loads, feeds=feeds, zone=run.zone)

    side_by_side(write, needing(tables("curated"), feeds), at_once=WRITERS)
    with run.transaction() as connection:
        standings.forget(connection, loads)
    return published.together(before, _touched(run, names, loads))


def _touched(run: Run, names: Collection[str], loads: Sequence[int]) -> Touched:
    """The slices that `loads` change as curated stands, half of the tables over each of two connections."""

    def ask(part: Sequence[str]) -> Touched:
        with run.transaction() as connection:
            db.plan_for_bulk(connection, of_most=run.brings_most)
            return published.touched(connection, part, loads=loads, zone=run.zone)

    with ThreadPoolExecutor(WRITERS) as askers:
        return published.together(*askers.map(ask, (sorted(names)[start::WRITERS] for start in range(WRITERS))))


def write_editions(run: Run, changes: Touched) -> None:
    """New editions of what changed, but for tables that need a held feed: their slices are remembered for later."""
    with run.transaction() as connection:
        waiting = {table.name for table in needing(tables("published"), ledger.held_feeds(connection))}
        published.remember(connection, {name: slices for name, slices in changes.items() if name in waiting})
        run.changes = {name: slices for name, slices in changes.items() if slices and name not in waiting}
    # those that read standings are one writer's, so that these are worked out once
    standing = [name for name in run.changes if name in standings.READ_BY]
    with ThreadPoolExecutor(WRITERS) as writers:
        parts = [standing, *([name] for name in run.changes if name not in standing)]
        for written in writers.map(lambda names: _write_part(run, names), parts):
            run.editions |= written
    with run.transaction() as connection:
        published.propose(connection, run.changes, refresh_id=run.refresh_id)


def _write_part(run: Run, names: Sequence[str]) -> dict[str, int]:
    """Some tables' editions, in a transaction of their own: nobody sees them until they are proposed, and one without that is nothing."""
    with run.transaction() as connection:
        changes = {name: run.changes[name] for name in names}
        return published.write_editions(
            connection, changes, refresh_id=run.refresh_id, zone=run.zone, of_most=run.brings_most
        )


def gate_figures(run: Run) -> None:
    """Gate 2: where figures do not hold, the feeds behind them are held and every table that needs those stays as it was."""
    with run.transaction() as connection:
        finish_commits(connection)
    blocked = ask_gate(run, "figures", run.changes)
    if not blocked:
        return
    rules = tuple(sorted({rule for ids in blocked.values() for rule in ids}))
    behind = {feed for table in tables("published") if table.name in blocked for feed in table.feeds}
    with run.transaction() as connection:
        back = [item for item in ledger.candidates(connection) if item.feed in behind]
        ledger.move(connection, back, to="held", held_by=rules)
        curate(connection, loads=_loads(back), feeds=_feeds(back), zone=run.zone)
        staying = set(blocked) | {table.name for table in needing(tables("published"), _feeds(back))}
        kept = {name: run.changes.pop(name) for name in sorted(staying & set(run.changes))}
        published.withdraw(connection, kept, refresh_id=run.refresh_id)
        published.remember(connection, kept)
    run.held |= dict.fromkeys(sorted(_feeds(back) or behind), rules)


def publish(run: Run) -> Outcome:
    """Move the pointer, if anything passed; note what is held. What can be written before is: until then nobody sees it."""
    held = "; ".join(f"{feed}: {', '.join(rules)}" for feed, rules in run.held.items())
    with run.transaction() as connection:
        passed = has_passed(connection, run)
        run.restated = restatements.found(connection, run.changes, refresh_id=run.refresh_id)
        if passed:
            published.enter(connection, refresh_id=run.refresh_id)
    run.at("publish")
    with run.transaction() as connection:
        ledger.discarded(connection)
        if passed:
            ledger.because(connection, run.refresh_id, run.because(f"held back {held}" if held else ""))
            published.show(connection, refresh_id=run.refresh_id)
            restatements.note(connection, run.restated, refresh_id=run.refresh_id)
            published.forget_remembered(connection, run.changes)
        else:
            ledger.finish(connection, run.refresh_id, state="held", reason=run.because(held), timings=run.timings)
    run.at("tell")
    with run.database.loader.begin() as connection:
        published.settle(connection)
        ledger.took(connection, run.refresh_id, run.timings)
    return run.outcome("held" if run.held else "published")


def has_passed(connection: Connection, run: Run) -> bool:
    """Whether anything goes to the readers: figures, or deliveries all of whose tables wait for a held one; else all is held."""
    return bool(run.changes or ledger.candidates(connection)) or not run.held


def take_back(run: Run, waiting: Sequence[Pending], remembered: Touched) -> Outcome:
    """The end of a dry run: say what would change, then take everything out again."""
    run.look(run)
    with run.transaction() as connection:
        differences = published.differences(connection, run.changes)
        published.drop_editions(connection, run.editions, refresh_id=run.refresh_id)
        for item in waiting:
            ledger.move(connection, [item], to=item.state, held_by=item.held_by)
        curate(connection, loads=_loads(waiting), feeds=_feeds(waiting), zone=run.zone)
        forget_trial(connection, run)
        connection.execute(text("delete from ops.pending_slice"))
        published.remember(connection, remembered)
        ledger.finish(connection, run.refresh_id, state="tried", reason="dry run", timings=run.timings)
    return run.outcome("tried", *differences)


def forget_trial(connection: Connection, run: Run) -> None:
    """Take out what a dry run took in, and what its gates said of it."""
    loads = sorted(received.load_id for received in run.received if received.load_id is not None)
    again.forget_tried(connection, loads, now=run.now, zone=run.zone)
    ledger.forget_trials(connection)


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
        return "somebody is at work on the warehouse (a refresh, a comparison, purge, forget or rotate); try again in a moment"
    return f"{row.started_by} runs a refresh since {row.started_at:%Y-%m-%d %H:%M:%S %Z}, now at step {row.step}"


def _loads(items: Iterable[Pending]) -> list[int]:
    return sorted({item.load_id for item in items})


def _feeds(items: Iterable[Pending]) -> set[str]:
    return {item.feed for item in items}
