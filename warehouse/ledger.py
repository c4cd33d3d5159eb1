"""The book of refreshes: what ran, what it took in, what passed, what is held. Every state change is made here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text

PENDING = ("staged", "held")


class NoSuchLoad(LookupError):
    """There is no load of this number that brought rows."""

    code = "no_such_load"


class TakenOver(Exception):
    """The refresh does not run any more: its lock was lost with a connection, and another one has begun."""


@dataclass(frozen=True)
class Pending:
    """Rows of one feed in one load that have not passed yet; `held_by` names the rules that hold them."""

    load_id: int
    feed: str
    state: str
    held_by: Sequence[str] = ()


def begin(engine: Engine, *, by: str, definitions: str | None = None, is_trial: bool = False) -> int:
    """Open a refresh whose figures are made by `definitions` (a fingerprint), and which only tries them; its id."""
    statement = text(
        "insert into published.refresh (started_by, definitions, is_trial) values (:by, :definitions, :is_trial)"
        " returning refresh_id"
    )
    with engine.begin() as connection:
        row = {"by": by, "definitions": definitions, "is_trial": is_trial}
        return int(connection.execute(statement, row).scalar_one())


def claim(connection: Connection, refresh_id: int) -> None:
    """Make sure that the refresh still runs, and goes on to do so for the rest of the transaction. Raises TakenOver.

    The lock is held by a connection of its own, which can be lost while the others work on: whoever comes next writes this
    refresh off (`interrupted`), and waits there for a transaction that has claimed it.
    """
    statement = text("select from published.refresh where refresh_id = :refresh_id and state = 'running' for key share")
    if connection.execute(statement, {"refresh_id": refresh_id}).first() is None:
        raise TakenOver(f"refresh {refresh_id} lost its connection, and another one has taken over")


def begin_trial(connection: Connection, refresh_id: int) -> None:
    """Open a refresh under a number of the caller's, in a transaction that will be rolled back: no number is used up."""
    statement = text(
        "insert into published.refresh (refresh_id, started_by) overriding system value values (:refresh_id, 'trial')"
    )
    connection.execute(statement, {"refresh_id": refresh_id})


def definitions_changed(connection: Connection, refresh_id: int) -> bool:
    """Whether the figures that readers see were made by other definitions than those of this refresh."""
    statement = text(
        "select now.definitions is distinct from last.definitions from published.refresh as now, published.refresh as last"
        " where now.refresh_id = :refresh_id"
        " and last.refresh_id = (select max(refresh_id) from published.refresh where state = 'passed')"
    )
    return bool(connection.execute(statement, {"refresh_id": refresh_id}).scalar())


def step(engine: Engine, refresh_id: int, name: str) -> None:
    """Say which step the refresh is at."""
    with engine.begin() as connection:
        connection.execute(
            text("update published.refresh set step = :name where refresh_id = :refresh_id"),
            {"name": name, "refresh_id": refresh_id},
        )


def finish(
    connection: Connection, refresh_id: int, *, state: str, reason: str | None, timings: Mapping[str, float]
) -> None:
    """Close a refresh that published nothing (held, failed, unchanged); one that does not run any more stays as it is."""
    statement = text(
        "update published.refresh set state = :state, reason = :reason, finished_at = clock_timestamp(), timings = :timings"
        " where refresh_id = :refresh_id and state = 'running'"
    ).bindparams(bindparam("timings", type_=JSONB))
    connection.execute(
        statement, {"state": state, "reason": reason, "timings": dict(timings), "refresh_id": refresh_id}
    )


def because(connection: Connection, refresh_id: int, reason: str | None) -> None:
    """Note what was held back while the rest was published."""
    statement = text("update published.refresh set reason = :reason where refresh_id = :refresh_id")
    connection.execute(statement, {"reason": reason, "refresh_id": refresh_id})


def took(connection: Connection, refresh_id: int, timings: Mapping[str, float]) -> None:
    """Note how long each step took, in seconds."""
    statement = text("update published.refresh set timings = :timings where refresh_id = :refresh_id").bindparams(
        bindparam("timings", type_=JSONB)
    )
    connection.execute(statement, {"timings": dict(timings), "refresh_id": refresh_id})


def interrupted(connection: Connection, *, but: int) -> None:
    """Refreshes that still say they run, though `but` holds the lock: they were cut off. Marks them failed."""
    statement = text(
        "update published.refresh set state = 'failed', finished_at = clock_timestamp(), reason = 'interrupted at step ' || step"
        " where state = 'running' and refresh_id <> :but"
    )
    connection.execute(statement, {"but": but})


def tried(connection: Connection) -> list[int]:
    """Loads that a refresh took in which only tried, and which ended without taking them out again."""
    statement = text(
        "select l.load_id from published.load as l inner join published.refresh as r on l.refresh_id = r.refresh_id"
        " where r.is_trial and r.state = 'failed' order by l.load_id"
    )
    return list(connection.scalars(statement))


def forget_trials(connection: Connection) -> None:
    """Take out what the gates said in refreshes that only tried, since later ones ask what is usual, and what they settled."""
    connection.execute(
        text(
            "delete from published.check_result as c using published.refresh as r"
            " where c.refresh_id = r.refresh_id and r.is_trial"
        )
    )
    connection.execute(
        text(
            "delete from published.setting as s using published.refresh as r"
            " where s.settled_by = r.refresh_id and r.is_trial"
        )
    )


def reads(engine: Engine, refresh_id: int, rows: int) -> None:
    """Say how many rows the refresh has read so far."""
    statement = text("update published.refresh set rows_received = :rows where refresh_id = :refresh_id")
    with engine.begin() as connection:
        connection.execute(statement, {"rows": rows, "refresh_id": refresh_id})


def new_load(connection: Connection, *, refresh_id: int, source: str) -> int:
    """Open a load; its id."""
    statement = text("insert into published.load (refresh_id, source) values (:refresh_id, :source) returning load_id")
    return int(connection.execute(statement, {"refresh_id": refresh_id, "source": source}).scalar_one())


def pending(connection: Connection) -> list[Pending]:
    """Everything that waits for a gate: staged by this refresh or left by an earlier one, and what is held."""
    statement = text(
        "select load_id, feed, state, held_by from published.load_feed where state = any(:states)"
        " and accepted + quarantined > 0 order by load_id, feed"
    ).bindparams(bindparam("states", type_=ARRAY(Text)))
    return [Pending(**row) for row in connection.execute(statement, {"states": list(PENDING)}).mappings()]


def move(connection: Connection, items: Iterable[Pending], *, to: str, held_by: Sequence[str] = ()) -> None:
    """Move pending rows to another state; `held_by` names the rules that hold them.

    A candidate keeps the note of what held it before: should its refresh be cut off, it is held again, not new.
    """
    statement = text(
        "update published.load_feed set state = :to,"
        " held_by = case when :to = 'candidate' then held_by else :held_by end,"
        " held_since = case :to when 'held' then coalesce(held_since, clock_timestamp()) when 'candidate' then held_since end"
        " where load_id = :load_id and feed = :feed"
    ).bindparams(bindparam("held_by", type_=ARRAY(Text)))
    for item in items:
        connection.execute(statement, {"to": to, "held_by": list(held_by), "load_id": item.load_id, "feed": item.feed})


def reset_candidates(connection: Connection) -> list[Pending]:
    """Candidates of a run that was cut off are again what they were, staged or held; all of them, for curated to forget."""
    statement = text(
        "update published.load_feed set state = case when held_since is null then 'staged' else 'held' end"
        " where state = 'candidate' returning load_id, feed, state, held_by"
    )
    return [Pending(**row) for row in connection.execute(statement).mappings()]


def set_behind(connection: Connection, refresh_id: int) -> None:
    """What an earlier refresh took in and never judged waits like what is held, once a later load of its feed is there: so
    rows that the later one corrects do not count against it."""
    statement = text(
        "update published.load_feed as f set state = 'held', held_since = clock_timestamp()"
        " from published.load as l where f.load_id = l.load_id and l.refresh_id <> :refresh_id and f.state = 'staged'"
        " and exists (select from published.load_feed as n where n.feed = f.feed and n.load_id > f.load_id and n.state = 'staged' and n.accepted > 0)"
    )
    connection.execute(statement, {"refresh_id": refresh_id})


def discard(connection: Connection, load_id: int) -> None:
    """Take a load out; figures that it is in are noted, to be made anew by whichever refresh comes to it."""
    row = {"load_id": load_id}
    connection.execute(
        text(
            "insert into ops.discarding (load_id, feed)"
            " select load_id, feed from published.load_feed where load_id = :load_id and state = 'passed'"
        ),
        row,
    )
    connection.execute(
        text(
            "update published.load_feed set state = 'discarded', held_by = '{}', held_since = null where load_id = :load_id"
        ),
        row,
    )
    connection.execute(text("update published.file set state = 'discarded' where load_id = :load_id"), row)


def discarding(connection: Connection) -> list[Pending]:
    """What was discarded while its figures have not been made anew yet."""
    statement = text("select load_id, feed, 'discarded' as state from ops.discarding order by load_id, feed")
    return [Pending(**row) for row in connection.execute(statement).mappings()]


def discarded(connection: Connection) -> None:
    """The figures of all that was discarded have been made anew."""
    connection.execute(text("delete from ops.discarding"))


def candidates(connection: Connection) -> list[Pending]:
    """What has passed gate 1 and waits for gate 2."""
    statement = text(
        "select load_id, feed, state from published.load_feed where state = 'candidate' order by load_id, feed"
    )
    return [Pending(**row) for row in connection.execute(statement).mappings()]


def passed(connection: Connection) -> list[Pending]:
    """Everything that has ever passed and was not taken out again."""
    statement = text(
        "select load_id, feed, state from published.load_feed where state = 'passed' order by load_id, feed"
    )
    return [Pending(**row) for row in connection.execute(statement).mappings()]


def held(connection: Connection) -> list[Pending]:
    """Everything that a gate holds."""
    statement = text(
        "select load_id, feed, state, held_by from published.load_feed where state = 'held' order by load_id, feed"
    )
    return [Pending(**row) for row in connection.execute(statement).mappings()]


def held_feeds(connection: Connection) -> set[str]:
    """Feeds of which a load is held."""
    return set(connection.scalars(text("select distinct feed from published.load_feed where state = 'held'")))


def reached(connection: Connection) -> dict[str, datetime]:
    """The newest instant accepted in each feed that has one."""
    statement = text(
        "select feed, max(newest_at) as newest_at from published.load_feed"
        " where state in ('candidate', 'passed') and newest_at is not null group by feed"
    )
    return {row.feed: row.newest_at for row in connection.execute(statement)}


def data_until(connection: Connection, feeds: Iterable[str]) -> datetime | None:
    """The newest instant accepted in any of `feeds`; None where there is none."""
    newest = reached(connection)
    return max((newest[feed] for feed in feeds if feed in newest), default=None)


def hold_most(connection: Connection, loads: Sequence[int]) -> bool:
    """Whether `loads` hold most of all rows that were ever accepted."""
    statement = text(
        "select coalesce(2 * sum(accepted) filter (where load_id = any(:loads)) > sum(accepted), false)"
        " from published.load_feed"
    )
    return bool(connection.scalar(statement, {"loads": list(loads)}))


def loads_of(connection: Connection, load_id: int) -> list[Pending]:
    """All feeds of one load. Raises NoSuchLoad."""
    statement = text("select load_id, feed, state from published.load_feed where load_id = :load_id order by feed")
    found = [Pending(**row) for row in connection.execute(statement, {"load_id": load_id}).mappings()]
    if not found:
        raise NoSuchLoad(f"there is no load {load_id} that brought rows; `history` lists the loads")
    return found


def settings(connection: Connection) -> dict[str, str]:
    """The warehouse's own settings by name."""
    return {
        str(name): str(value) for name, value in connection.execute(text("select name, value from published.setting"))
    }


def settle(connection: Connection, *, refresh_id: int | None = None, **values: str | None) -> None:
    """Set what is not set yet: the first source, which comes with `refresh_id`, decides the reporting zone and currency."""
    statement = text(
        "insert into published.setting (name, value, settled_by) values (:name, :value, :refresh_id) on conflict do nothing"
    )
    for name, value in values.items():
        if value is not None:
            connection.execute(statement, {"name": name, "value": value, "refresh_id": refresh_id})
