"""The warehouse itself: the server, its schema, clock, vault, the worker, what stands still."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import available_timezones

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from warehouse import db
from warehouse.doctor import roles
from warehouse.doctor.finding import Finding, good, note, wrong
from warehouse.doctor.letters import letters
from warehouse.doctor.operating import backups
from warehouse.settings import Keys

OLDEST_SERVER = 160_000
CLOCKS_APART = timedelta(seconds=5)
IDLE_FOR = "1 hour"
FULL = "too many connections|too many clients|connection slots are reserved"
REFUSALS = (
    (FULL, "no connection is left for this role", "end what holds them, or raise max_connections or the role's limit"),
    ("could not translate host name", "the host is not known", "mend the host in the address"),
    ("Connection refused", "nobody answers there", "start the server, or mend host and port"),
    ("timeout expired", "nobody answers there", "a firewall may be in between; mend host and port"),
    ("starting up|shutting down|in recovery mode", "the server starts or stops", "try again in a moment"),
    ("no pg_hba.conf entry", "the server lets nobody in from here", "a line for this role and machine in pg_hba.conf"),
    ("password authentication failed", "the password is wrong", "mend it in the address, or `alter role … password`"),
    ('role ".+" does not exist', "there is no such role", "create role loader login; create role reader login"),
    ('database ".+" does not exist', "there is no such database", "create database … owner loader"),
    ("SSL", "the connection cannot be encrypted as asked", "mend sslmode in the address"),
)
"""What a server says to whom it turns away, what that means and what to do; the first that fits."""


def server(loader: Engine, reader: Engine, kept: Keys | None, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Everything about a warehouse that can be opened; ends early where it cannot."""
    for role, engine in (("loader", loader), ("reader", reader)):
        if (refused := connects(role, engine)) is not None:
            yield refused
            return
    with loader.connect() as ours, reader.connect() as theirs:
        yield version(ours)
        yield roles.owner(ours)
        yield roles.only_reads(theirs)
        migrated = migrations(ours)
        yield migrated
        if migrated.state == "wrong":
            return
        yield roles.policies(ours)
        yield roles.own_schemas(theirs)
        yield clock(ours)
        yield sealed(ours, kept)
        yield roles.people(ours)
        yield reporting(ours)
        yield worker(ours)
        yield refreshes(ours)
        yield waiting(ours)
        yield letters(ours, environment)
        yield backups(ours)


def connects(role: str, engine: Engine) -> Finding | None:
    """Why the server cannot be reached as `role`; None where it can."""
    try:
        with engine.connect():
            return None
    except OperationalError as error:
        said = str(error.orig)
        for sign, meaning, remedy in REFUSALS:
            if re.search(sign, said):
                return wrong("connection", f"as {role}: {meaning}", remedy)
        return wrong("connection", f"as {role}: {said.splitlines()[0]}", "ask whoever runs the server")
    except DBAPIError as error:
        return wrong("connection", f"as {role}: {type(error.orig).__name__}", "ask whoever runs the server")


def version(connection: Connection) -> Finding:
    """Whether the server is new enough and keeps text as UTF-8."""
    number, said, encoding = connection.execute(
        text(
            "select cast(current_setting('server_version_num') as int), current_setting('server_version'),"
            " current_setting('server_encoding')"
        )
    ).one()
    if number < OLDEST_SERVER:
        return wrong("server", f"PostgreSQL {said}", "PostgreSQL 16 or newer")
    if encoding != "UTF8":
        return wrong(
            "server", f"the database keeps text as {encoding}", "create database … encoding 'UTF8' template template0"
        )
    return good("server", f"PostgreSQL {said}")


def migrations(connection: Connection) -> Finding:
    """Whether the schema is of this version."""
    if connection.scalar(text("select to_regclass('ops.alembic_version')")) is None:
        return wrong("schema", "there is nothing yet", "python -m warehouse migrate, or refresh")
    stands, known = connection.scalar(text("select version_num from ops.alembic_version")), db.revisions()
    if stands == known[-1]:
        return good("schema", f"{stands}, the newest")
    if stands in known:
        return wrong("schema", f"{stands}; this version knows {known[-1]}", "python -m warehouse migrate")
    return wrong("schema", f"{stands} was made by another version of Gatehouse", "run that version")


def clock(connection: Connection, now: datetime | None = None) -> Finding:
    """Whether the server and this machine agree on the time, and neither goes back."""
    theirs, newest = connection.execute(
        text("select clock_timestamp(), (select max(started_at) from published.refresh)")
    ).one()
    ours = now or datetime.now(UTC)
    if abs(theirs - ours) > CLOCKS_APART:
        apart = abs(theirs - ours).total_seconds()
        return wrong(
            "clock",
            f"this machine and the server are {apart:.0f} s apart",
            "set both by NTP: lateness and sign-ins go by them",
        )
    if newest is not None and newest > theirs + CLOCKS_APART:
        return wrong(
            "clock",
            f"a refresh began at {newest:%Y-%m-%d %H:%M %Z}, which is yet to come",
            "the clock went back: set it by NTP",
        )
    return good("clock", "this machine and the server agree")


def sealed(connection: Connection, kept: Keys | None) -> Finding:
    """Whether the keys open what is in the vault."""
    value = connection.scalar(text("select value from vault.sealed limit 1"))
    if value is None:
        return good("vault", "empty")
    if kept is None:
        return wrong("vault", "it is full, and there are no keys", "without its keys nobody opens it: find them")
    try:
        MultiFernet([Fernet(key) for key in (kept.vault, kept.vault_before) if key]).decrypt(bytes(value))
    except InvalidToken:
        return wrong(
            "vault",
            "it was sealed with another key",
            "give that one as GATEHOUSE_VAULT_KEY, or as GATEHOUSE_VAULT_KEY_OLD beside the new one, and run `access rotate --vault`",
        )
    return good("vault", "the keys open it")


def reporting(connection: Connection) -> Finding:
    """Whether days are cut in a zone that there is."""
    said = connection.scalar(text("select value from published.setting where name = 'reporting_zone'"))
    if said is None:
        return note("reporting zone", "not settled: the first refresh takes that of its source")
    if said not in available_timezones():
        return wrong(
            "reporting zone",
            f"there is no zone {said}",
            "update published.setting set value = 'Asia/Shanghai' where name = 'reporting_zone', then refresh --rebuild",
        )
    return good("reporting zone", str(said))


def worker(connection: Connection) -> Finding:
    """Whether somebody does what stewards ask for on the page."""
    waits = int(connection.scalar(text("select count(*) from published.job where state = 'waiting'")) or 0)
    if _is_held(connection, "worker"):
        return good("worker", "at work")
    if waits:
        return wrong("worker", f"{waits} jobs wait, and nobody is at work", "python -m warehouse work")
    return note(
        "worker",
        "nobody is at work",
        "the dashboard starts one beside the embedded server; else: python -m warehouse work",
    )


def refreshes(connection: Connection) -> Finding:
    """Whether a refresh was cut off, and what is held."""
    left = connection.execute(
        text(
            "select refresh_id, step, started_at from published.refresh where state = 'running' order by refresh_id desc"
        )
    ).first()
    held: Sequence[str] = list(
        connection.scalars(text("select distinct feed from published.load_feed where state = 'held' order by 1"))
    )
    if left is not None and not _is_held(connection, "refresh"):
        return wrong(
            "refreshes",
            f"refresh {left.refresh_id} was cut off at step {left.step}, begun {left.started_at:%Y-%m-%d %H:%M %Z}",
            "readers keep the last good state; the next `refresh` clears up",
        )
    if held:
        return note(
            "refreshes", f"held: {', '.join(held)}", "`status` says by which check; correct, release or discard"
        )
    return good("refreshes", "nothing was cut off, nothing is held")


def waiting(connection: Connection) -> Finding:
    """Whether a session that somebody left open stands in the way of others."""
    counted = text(
        "select count(*) from pg_stat_activity as a where datname = current_database() and state like 'idle in transaction%'"
        " and state_change < now() - cast(:idle as interval) and not exists (select from pg_locks as l where l.pid = a.pid"
        " and l.granted and l.relation in (to_regclass('ops.lock_refresh'), to_regclass('ops.lock_worker')))"
    )
    idle = int(connection.scalar(counted, {"idle": IDLE_FOR}) or 0)
    if not idle:
        return good("sessions", "none stands in the way")
    return note(
        "sessions",
        f"{idle} left open within a transaction for an hour",
        "end them (pg_terminate_backend): rows deleted stay on the disk as long as they last",
    )


def _is_held(connection: Connection, task: str) -> bool:
    """Whether somebody is at `task` now (`refresh`, `worker`)."""
    asked = text(
        "select exists (select from pg_locks as l where l.locktype = 'relation' and l.granted and l.mode = 'ExclusiveLock'"
        " and l.database = (select oid from pg_database where datname = current_database())"
        " and l.relation = to_regclass('ops.lock_' || cast(:task as text)))"
    )
    return bool(connection.scalar(asked, {"task": task}))


def log_of(home: Path) -> str:
    """The last line of the embedded server's log, which says why it does not start; nothing where there is none."""
    log = home / "postgres" / "log"
    lines = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else ""
