"""What fails is logged with the way to it, and without anything it stumbled over: nobody's name, no bound parameter."""

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from pages.shared import guard
from warehouse import comparison, db, purge, refresh
from warehouse.doctor import examine
from warehouse.feeds.readers import FileRefused
from warehouse.refresh import Outcome
from warehouse.settings import Keys
from warehouse.trace import in_short, of_postgres, trace
from warehouse.worker import work
from warehouse.worker.desk import Desk
from warehouse.worker.inbox import Inbox

KEYS = Keys(hashing=b"a secret of the tests that nobody guesses", vault=Fernet.generate_key())
NAMES = ("Wang Fang", "13800000001")
Stumble = Callable[..., NoReturn]


@pytest.fixture
def stumbles(database: db.Database) -> Stumble:
    """Fails in Postgres over a person's name, which stands in the statement, and telephone, which is bound; and over that again."""

    def ask(*_: object, **__: object) -> NoReturn:
        statement = text(f"select cast('{NAMES[0]}' || :phone as int)")
        with database.loader.begin() as connection, pytest.raises(DBAPIError) as caught:
            connection.execute(statement, {"phone": NAMES[1]})
        assert all(name in str(caught.value) for name in NAMES), "as it comes, it would tell"
        raise RuntimeError(NAMES[1]) from caught.value

    return ask


def logged(caplog: pytest.LogCaptureFixture) -> str:
    formatter = logging.Formatter("%(levelname)s %(message)s")
    return "\n".join(formatter.format(record) for record in caplog.records)


def is_told_without_names(said: str) -> None:
    assert not [name for name in NAMES if name in said]
    assert "Failed: DataError 22P02" in said
    assert "Failed: RuntimeError" in said
    assert "test_trace.py" in said, "where it happened is there"


def test_a_part_of_a_page_that_fails(
    stumbles: Stumble, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(guard, "html", drawn.append)
    with guard.guarded(lambda said, **values: said.format(**values)):
        stumbles()
    is_told_without_names(logged(caplog))
    assert caplog.records[0].args is not None
    assert str(caplog.records[0].args[0]) in drawn[0], "the reference leads from the page to the log"
    assert not [name for name in NAMES if name in drawn[0]]


def test_a_job_that_fails(
    stumbles: Stumble,
    database: db.Database,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.loader.begin() as connection:
        connection.exec_driver_sql("insert into published.job (kind, details, asked_by) values ('compare', '{}', 'a')")
    monkeypatch.setitem(work.DEEDS, "compare", stumbles)
    work.work(Desk(database, Inbox(tmp_path, KEYS), tmp_path), once=True)
    is_told_without_names(logged(caplog))
    with database.loader.begin() as connection:
        left = connection.exec_driver_sql("select state, message, cast(result as text) from published.job").one()
    assert left.state == "failed"
    assert not [name for name in NAMES if name in str(left)]


def test_a_comparison_that_fails(
    stumbles: Stumble, database: db.Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "keep", stumbles)
    comparison.after(database, Outcome(1, "held", held={"orders": ("columns",)}))
    is_told_without_names(logged(caplog))


def test_a_purge_that_fails(
    stumbles: Stumble, database: db.Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over_a_row(connection: Connection, kept: object) -> None:
        connection.exec_driver_sql("create temporary table person (name text unique) on commit drop")
        for _ in range(2):
            connection.execute(text("insert into person values (:name)"), {"name": NAMES[0]})

    monkeypatch.setattr(purge, "_delete_results", over_a_row)
    purge.after(database)
    assert NAMES[0] not in logged(caplog)
    assert "Failed: IntegrityError 23505" in logged(caplog)


def test_a_server_that_does_not_start(
    stumbles: Stumble, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres").mkdir()
    monkeypatch.setenv("GATEHOUSE_HOME", str(tmp_path))
    monkeypatch.setattr(db, "start", stumbles)
    list(examine({}))
    is_told_without_names(logged(caplog))


def test_a_refresh_that_fails(stumbles: Stumble, database: db.Database) -> None:
    with pytest.raises(RuntimeError), refresh.running(database, by="tests"):
        stumbles()
    with database.loader.begin() as connection:
        [reason] = connection.scalars(text("select reason from published.refresh where state = 'failed'"))
    assert reason == "at receive: RuntimeError"


def test_the_command_line_says_the_same(tmp_path: Path) -> None:
    program = f"from warehouse import __main__ as cli\ncli.app = lambda: int({NAMES[0]!r})\ncli.main()\n"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert NAMES[0] not in ended.stderr.replace(program, "")
    assert "Failed: ValueError" in ended.stderr


def test_our_own_words_and_the_systems_are_kept() -> None:
    assert in_short(FileRefused("a.csv", "is no table", "deliver one")).startswith("FileRefused: ")
    assert in_short(FileNotFoundError(2, "No such file or directory", NAMES[0])) == (
        "FileNotFoundError: No such file or directory"
    )
    assert in_short(ValueError(NAMES[0])) == "ValueError"
    assert str(trace(ValueError(NAMES[0]))) == "ValueError"


def test_of_a_statement_that_failed_names_of_columns_are_told_and_no_value() -> None:
    missing = '(psycopg2.errors.UndefinedColumn) column "x" does not exist'
    assert of_postgres(f"{missing}\nLINE 1: select x") == missing
    said = f'(psycopg2.errors.InvalidTextRepresentation) invalid input syntax for type numeric: "{NAMES[0]}"'
    assert of_postgres(f"DataError: {said}") == "DataError: (psycopg2.errors.InvalidTextRepresentation)"
    assert of_postgres("Great Expectations could not count") == "Great Expectations could not count"


@pytest.mark.parametrize(
    "kind",
    [
        "pyodbc.DataError",
        "pymysql.err.ProgrammingError",
        "psycopg.errors.CheckViolation",
        "psycopg2.DataError",
        "sqlite3.IntegrityError",
        "sqlite3.OperationalError",
        "made.up.UndefinedColumn",
        "builtins.ValueError",
    ],
)
def test_of_what_any_driver_raises_the_kind_alone_is_told(kind: str) -> None:
    assert of_postgres(f"({kind}) conversion failed on '{NAMES[0]}'\n[SQL: …]") == f"({kind})"


@pytest.mark.parametrize(
    "said",
    [
        "(sqlite3.OperationalError) no such table: cases",
        "(psycopg.errors.UndefinedTable) relation does not exist",
        "(psycopg2.OperationalError) server closed the connection unexpectedly",
    ],
)
def test_what_is_known_to_be_about_names_or_the_connection_is_told(said: str) -> None:
    assert of_postgres(said) == said
