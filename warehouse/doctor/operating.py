"""Whether whoever runs the warehouse hears of it: logs, metrics, backups."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from warehouse import logs
from warehouse.doctor.finding import Finding, good, note, wrong
from warehouse.monitor.endpoint import SETTING, Address

PATIENCE_SECONDS = 2.0
OLD = timedelta(days=2)
"""Older than this, a backup is not one of every day."""


def log(environment: Mapping[str, str]) -> Finding:
    """Whether logs are written in a way that there is."""
    way = environment.get(logs.SETTING) or "text"
    if way not in logs.WAYS:
        return wrong("log", f"{logs.SETTING} is {way!r}", f"set it to {' or '.join(logs.WAYS)}")
    return good("log", "JSON, a document an event" if way == "json" else "lines for people")


def metrics(environment: Mapping[str, str]) -> Finding:
    """Whether the dashboard tells its metrics where it is asked to, and to nobody outside."""
    try:
        at = Address.named(environment)
    except ValueError as refused:
        return wrong("metrics", str(refused), f"mend {SETTING}, such as {SETTING}=9464")
    if at is None:
        return note(
            "metrics",
            "a dashboard with this environment tells none",
            f"set {SETTING}=9464, and run `monitor` for the warehouse's",
        )
    if not _answers(at):
        return note(
            "metrics", f"nobody answers at {at}", "start the dashboard with this setting; each process has its own"
        )
    if not at.is_of_this_machine:
        return note("metrics", f"told at {at}", "whoever reaches this port reads them: let nobody but Prometheus")
    return good("metrics", f"told at {at}, on this machine alone")


def _answers(at: Address) -> bool:
    try:
        socket.create_connection((at.host, at.port), PATIENCE_SECONDS).close()
    except OSError:
        return False
    return True


def backups(connection: Connection, now: datetime | None = None) -> Finding:
    """How old the newest backup is."""
    taken = connection.scalar(text("select max(taken_at) from ops.backup"))
    if taken is None:
        return note("backups", "none was made by `backup`", "python -m warehouse backup, every night; docs/run.md")
    old = (now or datetime.now(UTC)) - taken
    said = f"the newest is of {taken:%Y-%m-%d %H:%M %Z}"
    if old > OLD:
        return wrong("backups", f"{said}, {old.days} days ago", "see why `backup` does not run; docs/run.md")
    return good("backups", said)
