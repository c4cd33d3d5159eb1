"""Embedded servers for tests, which outlive no loss of power, one for all workers of a run where they share it, and databases on them."""

import atexit
import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine

from warehouse import db

MEMORY, ROOM = Path("/dev", "shm"), 8 << 30
UNNEEDED = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""What a server does for the day after: no test has one."""
_numbers = itertools.count(1)


def place() -> Path:
    """Where servers of tests have their files: in memory, where it has room. A new database is a thousand files."""
    is_large = bool(os.environ.get("GATEHOUSE_LARGE_COMPANY"))
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM and not is_large
    return MEMORY if has_room else Path(tempfile.gettempdir())


def started(data: Path) -> URL:
    """The embedded server whose files lie in `data`, started without what tests do not need; the superuser's URL."""
    server = db.start(data)
    spared = (*(f"{name} = off" for name in UNNEEDED), "max_wal_size = '1GB'")
    _run(_admin(server), *(f"alter system set {each}" for each in spared), "select pg_reload_conf()")
    return server


@contextmanager
def copied(server: URL, template: str) -> Iterator[db.Database]:
    """A database of its own with all that `template` holds, gone after the block."""
    name, admin = f"test_{next(_numbers)}", _admin(server)
    gone = f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{template}'"
    _run(admin, gone, f"create database {name} owner loader template {template} strategy file_copy")
    made = db.existing(server, name)
    try:
        yield made
    finally:
        made.dispose()
        _run(admin, f"drop database {name} with (force)")
        admin.dispose()


@dataclass(frozen=True)
class Shared:
    """A server that the workers of one run share, and the folder in which they keep what they tell each other."""

    server: URL
    folder: Path

    @contextmanager
    def making(self, name: str) -> Iterator[bool]:
        """Whether `name` is still to be made: by whoever asks first, while the others wait."""
        done = self.folder / f"{name}.made"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield not done.exists()
            done.touch()


@contextmanager
def shared(run: str) -> Iterator[Shared]:
    """The server that all workers of the test run `run` share; it goes when the last of them ends."""
    folder = place() / f"gatehouse-companies-{run}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)  # the embedded server runs as somebody else, who must come through
    with (folder / "in_use").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        atexit.register(_forget, folder)  # the server's own farewell is registered after it, and so runs before
        yield Shared(started(folder / "postgres"), folder)


def _forget(folder: Path) -> None:
    with suppress(BlockingIOError, FileNotFoundError), (folder / "in_use").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


def _admin(server: URL) -> Engine:
    return create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)


def _run(admin: Engine, *statements: str) -> None:
    with admin.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
