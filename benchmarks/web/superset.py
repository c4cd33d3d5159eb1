"""Apache Superset beside the dashboard: from PyPI into an environment of its own, its results kept in Debian's Redis.

It stands on the same Postgres server, and shows the same rows: the complaints that the demo company has published.
"""

import os
import secrets
import shutil
import tempfile
import venv
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import URL, create_engine

from benchmarks.web import board
from benchmarks.web.board import Board
from benchmarks.web.places import KEPT, PORT, Place, end, free_port, run, served
from warehouse import db

VERSION = "6.1.0"
PACKAGES = (
    f"apache-superset=={VERSION}",
    "flask-caching==2.3.1",  # newer ones break it, and it does not say so
    "flask-limiter==3.12",
    "rich",  # imported, but not declared
    "cachetools",
    "psycopg2-binary",
    "gunicorn",
)
REDIS = ("redis-tools", "libjemalloc2", "liblzf1", "liblua5.1-0", "lua-bitop", "lua-cjson", "libatomic1")
"""Debian's packages in which Redis and what it needs lie; taken out of them, as installed it would serve this machine."""
THREADS = 20
METADATA, ROWS = "superset", "board"
PEOPLE = ("admin", "admin@example.com")


@dataclass(frozen=True)
class Superset:
    """Superset, running, with the dashboard of the six figures on it."""

    place: Place
    board: Board


def installed() -> Path:
    """The folder of its programs; installed on first sight."""
    home = KEPT / f"superset-{VERSION}"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = (str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, *PACKAGES)
        (home / "ready").touch()
    return home / "bin"


@contextmanager
def redis() -> Iterator[str]:
    """Redis in memory alone, fetched on first sight where this machine has none; its address."""
    port, program, found = free_port(), shutil.which("redis-server"), dict(os.environ)
    if program is None:
        root = KEPT / "redis"
        program = str(root / "usr" / "bin" / "redis-server")
        if not Path(program).exists():
            _fetch(root)
        found["LD_LIBRARY_PATH"] = ":".join(str(each) for each in (root / "usr" / "lib").glob("*-linux-gnu"))
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    process = psutil.Popen([program, *options], env=found, cwd=KEPT, stdout=DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        end(process)


def _fetch(root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run("apt-get", "download", "-qq", *REDIS, folder=Path(folder))
        for package in Path(folder).glob("*.deb"):
            run("dpkg", "-x", str(package), str(root))


@contextmanager
def serving(home: Path, *, workers: int = 1) -> Iterator[Superset]:
    """Superset with so many workers of 20 threads each, on the Postgres server of the demo company under `home`."""
    programs, server = installed(), db.start(home / "postgres")
    is_new = _databases(server)
    board.copy_rows(server, ROWS)
    with redis() as results:
        environment = {
            "SUPERSET_CONFIG_PATH": str(Path(__file__).with_name("superset_config.py")),
            "FLASK_APP": "superset.app:create_app()",
            "SCARF_ANALYTICS": "false",
            "BENCH_SECRET": _secret(home),
            "BENCH_METADATA": _address(server, METADATA),
            "BENCH_REDIS": results,
        }
        if is_new:
            _prepared(programs / "superset", environment)
        command = [str(programs / "gunicorn"), "--workers", str(workers), "--worker-class", "gthread"]
        command += ["--threads", str(THREADS), "--timeout", "60", "--keep-alive", "5", "--limit-request-line", "0"]
        command += ["--bind", f"127.0.0.1:{PORT}", "superset.app:create_app()"]
        with served(command, environment, health="/health") as place:
            yield Superset(place, board.made(place.port, _address(server, ROWS)))


def _prepared(program: Path, environment: dict[str, str]) -> None:
    name, address = PEOPLE
    who = ("--username", name, "--password", name, "--firstname", name, "--lastname", name, "--email", address)
    for words in (("db", "upgrade"), ("fab", "create-admin", *who), ("init",)):
        run(str(program), *words, environment=environment)


def _databases(server: URL) -> bool:
    """Make sure of both databases; whether that of Superset's own data is new."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = set(connection.exec_driver_sql("select datname from pg_database").scalars())
        for name in {METADATA, ROWS} - known:
            connection.exec_driver_sql(f"create database {name}")
    admin.dispose()
    return METADATA not in known


def _address(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _secret(home: Path) -> str:
    kept = home / "superset_secret"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(42))
    return kept.read_text()
