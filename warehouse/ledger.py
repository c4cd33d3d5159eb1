"""The book of refreshes: what ran, what it took in, what passed, what is held. Every state change is made here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text

PENDING = ("staged", "held")


@dataclass(frozen=True)
class Pending:
    """Rows of one feed in one load that have not passed yet."""

    load_id: int
    feed: str
    state: str


def begin(engine: Engine, *, by: str, definitions: str | None = None) -> int:
    """Open a refresh whose figures are made by `definitions` (a fingerprint); its id."""
    statement = text(
        "insert into published.refresh (started_by, definitions) values (:by, :definitions) returning refresh_id"
    )
    with engine.begin() as connection:
        return int(connection.execute(statement, {"by": by, "definitions": definitions}).scalar_one())


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
    """Close a refresh that published nothing (held, failed, unchanged)."""
    statement = text(
        "update published.refresh set state = :state, reason = :reason, finished_at = clock_timestamp(), timings = :timings"
        " where refresh_id = :refresh_id"
    ).bindparams(bindparam("timings", type_=JSONB))
    connection.execute(
        statement, {"state": state, "reason": reason, "timings": dict(timings), "refresh_id": refresh_id}
    )


def took(connection: Connection, refresh_id: int, timings: Mapping[str, float], *, without: str | None) -> None:
    """Note how long each step took, in seconds, and what was held back while the rest was published."""
    statement = text(
        "update published.refresh set timings = :timings, reason = coalesce(:without, reason) where refresh_id = :refresh_id"
    ).bindparams(bindparam("timings", type_=JSONB))
    connection.execute(statement, {"timings": dict(timings), "without": without, "refresh_id": refresh_id})


def interrupted(connection: Connection, *, but: int) -> list[int]:
    """Refreshes that still say they run, though `but` holds the lock: they were cut off. Marks them failed."""
    statement = text(
        "update published.refresh set state = 'failed', finished_at = clock_timestamp(), reason = 'interrupted at step ' || step"
        " where state = 'running' and refresh_id <> :but returning refresh_id"
    )
    return list(connection.scalars(statement, {"but": but}))


def new_load(connection: Connection, *, refresh_id: int, source: str) -> int:
    """Open a load; its id."""
    statement = text("insert into published.load (refresh_id, source) values (:refresh_id, :source) returning load_id")
    return int(connection.execute(statement, {"refresh_id": refresh_id, "source": source}).scalar_one())


def pending(connection: Connection) -> list[Pending]:
    """Everything that waits for a gate: staged by this refresh or left by an earlier one, and what is held."""
    statement = text(
        "select load_id, feed, state from published.load_feed where state = any(:states) and accepted + quarantined > 0"
        " order by load_id, feed"
    ).bindparams(bindparam("states", type_=ARRAY(Text)))
    return [Pending(**row) for row in connection.execute(statement, {"states": list(PENDING)}).mappings()]


def move(connection: Connection, items: Iterable[Pending], *, to: str, held_by: Sequence[str] = ()) -> None:
    """Move pending rows to another state; `held_by` names the rules that hold them."""
    statement = text(
        "update published.load_feed set state = :to, held_by = :held_by,"
        " held_since = case when :to = 'held' then coalesce(held_since, clock_timestamp()) end"
        " where load_id = :load_id and feed = :feed"
    ).bindparams(bindparam("held_by", type_=ARRAY(Text)))
    for item in items:
        connection.execute(statement, {"to": to, "held_by": list(held_by), "load_id": item.load_id, "feed": item.feed})


def reset_candidates(connection: Connection) -> list[Pending]:
    """Candidates of a run that was cut off are staged again; what they were, so that curated can forget them."""
    statement = text(
        "update published.load_feed set state = 'staged' where state = 'candidate' returning load_id, feed, 'staged' as state"
    )
    return [Pending(**row) for row in connection.execute(statement).mappings()]


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
    statement = text("select load_id, feed, state from published.load_feed where state = 'held' order by load_id, feed")
    return [Pending(**row) for row in connection.execute(statement).mappings()]


def held_feeds(connection: Connection) -> set[str]:
    """Feeds of which a load is held."""
    return set(connection.scalars(text("select distinct feed from published.load_feed where state = 'held'")))


def data_until(connection: Connection, feeds: Sequence[str]) -> object:
    """The newest instant accepted in any of `feeds`; None where there is none."""
    statement = text(
        "select max(newest_at) from published.load_feed where feed = any(:feeds) and state in ('candidate', 'passed')"
    ).bindparams(bindparam("feeds", type_=ARRAY(Text)))
    return connection.execute(statement, {"feeds": list(feeds)}).scalar()


def loads_of(connection: Connection, load_id: int) -> list[Pending]:
    """All feeds of one load; LookupError if there is no such load."""
    statement = text("select load_id, feed, state from published.load_feed where load_id = :load_id order by feed")
    found = [Pending(**row) for row in connection.execute(statement, {"load_id": load_id}).mappings()]
    if not found:
        raise LookupError(f"there is no load {load_id}; `history` lists the loads")
    return found


def settings(connection: Connection) -> dict[str, str]:
    """The warehouse's own settings by name."""
    return {
        str(name): str(value) for name, value in connection.execute(text("select name, value from published.setting"))
    }


def settle(connection: Connection, **values: str | None) -> None:
    """Set what is not set yet: the first source decides the reporting zone and currency."""
    for name, value in values.items():
        if value is None:
            continue
        connection.execute(
            text("insert into published.setting (name, value) values (:name, :value) on conflict do nothing"),
            {"name": name, "value": value},
        )
