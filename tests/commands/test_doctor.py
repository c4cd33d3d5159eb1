"""The doctor explains every set-up that we could think of breaking: each is broken here, and said, with what to do."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, Connection, create_engine, text
from typer.testing import CliRunner

from warehouse import db
from warehouse.__main__ import app
from warehouse.doctor import Finding, examine, machine, operating, roles, server, settings
from warehouse.doctor.letters import letters
from warehouse.settings import Keys, Settings

LOADER, READER = "postgresql://loader:a@host/name", "postgresql://reader:b@host/name"
OIDC = {
    "GATEHOUSE_OIDC_ISSUER": "https://id.example.com",
    "GATEHOUSE_OIDC_CLIENT_ID": "gatehouse",
    "GATEHOUSE_OIDC_CLIENT_SECRET": "secret",
    "GATEHOUSE_COOKIE_SECRET": "c" * 32,
    "GATEHOUSE_ADDRESS": "https://figures.example.com",
}
KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())


def is_wrong(found: Finding, *words: str) -> None:
    """The finding is wrong, says so with these words, and says what to do."""
    assert found.state == "wrong", found
    assert found.do
    assert all(word in f"{found.said} → {found.do}" for word in words), found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"DATABASE_URL": LOADER}, "DATABASE_READER_URL is not set"),
        ({"DATABASE_URL": "postgres://x/y", "DATABASE_READER_URL": READER}, "begin the address with postgresql://"),
        ({"DATABASE_URL": "mysql://x/y", "DATABASE_READER_URL": READER}, "mysql:// is not understood"),
        ({"DATABASE_URL": "loader@host", "DATABASE_READER_URL": READER}, "cannot be read"),
        ({"DATABASE_URL": "postgresql://loader:p@ss:w@host:x/n", "DATABASE_READER_URL": READER}, "cannot be read"),
        ({"DATABASE_URL": LOADER, "DATABASE_READER_URL": LOADER}, "both addresses come as loader"),
        ({"DATABASE_URL": LOADER, "DATABASE_READER_URL": READER + "2"}, "two databases"),
        ({"DATABASE_URL": "postgresql://loader@host", "DATABASE_READER_URL": READER}, "names no database"),
    ],
)
def test_addresses_of_the_warehouse_that_cannot_be_meant(given: dict[str, str], words: str) -> None:
    is_wrong(settings.addresses(given), words)


def test_addresses_that_fit_are_told_without_their_passwords() -> None:
    both = {"DATABASE_URL": LOADER.replace(":a@", ":pass@"), "DATABASE_READER_URL": READER}
    assert settings.addresses(both) == Finding("database", "good", "name at host")
    assert settings.addresses({}).said == "the embedded server"


def test_a_dashboard_has_the_readers_address_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"DATABASE_READER_URL": READER}
    monkeypatch.setenv("DATABASE_READER_URL", READER)
    told = {each.about: each for each in examine(own)}
    assert told["database"].said.endswith("enough for a dashboard, and for nothing else")
    assert "the dashboard's names one" in told["sign-in"].said
    assert not {"connection", "roles"} & set(told)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"GATEHOUSE_OIDC_CLIENT_SECRET": ""}, "GATEHOUSE_OIDC_CLIENT_SECRET not set"),
        ({"GATEHOUSE_COOKIE_SECRET": "short"}, "short enough to be guessed"),
        ({"GATEHOUSE_ADDRESS": ""}, "GATEHOUSE_ADDRESS is not set"),
        ({"GATEHOUSE_ADDRESS": "http://figures.example.com"}, "TLS"),
    ],
)
def test_a_sign_in_that_cannot_work(change: dict[str, str], words: str) -> None:
    is_wrong(settings.sign_in(OIDC | change), words)


def test_a_sign_in_that_works() -> None:
    assert settings.sign_in(OIDC).state == "good"
    assert settings.sign_in(OIDC | {"GATEHOUSE_ADDRESS": "http://localhost:8501"}).state == "good"
    assert settings.sign_in({}).state == "note"


def test_logs_and_metrics_are_told_as_they_are_asked_for() -> None:
    is_wrong(operating.log({"GATEHOUSE_LOG": "xml"}), "text or json")
    assert operating.log({"GATEHOUSE_LOG": "json"}).state == "good"
    is_wrong(operating.metrics({"GATEHOUSE_METRICS": "here"}), "such as 9464")
    assert "tells none" in operating.metrics({}).said
    with socket.create_server(("127.0.0.1", 0)) as dashboard:
        at = {"GATEHOUSE_METRICS": str(dashboard.getsockname()[1])}
        assert operating.metrics(at).state == "good"
    assert "nobody answers" in operating.metrics(at).said


def test_declarations_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.declared().state == "good"

    def misspelt() -> object:
        raise ValueError("expected.yaml: there is no feed ordres")

    monkeypatch.setattr(settings, "DECLARED", {"expected.yaml": misspelt})
    is_wrong(settings.declared(), "there is no feed ordres")


def test_keys_that_are_missing_weak_or_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, foreign = Settings(home=tmp_path), Settings(home=tmp_path, database_url=LOADER, reader_url=READER)
    is_wrong(settings.vault(foreign), "GATEHOUSE_VAULT_KEY")
    assert settings.vault(own).state == "good"
    (tmp_path / "keys.json").chmod(0o644)
    is_wrong(settings.vault(own), "can be read by others", "chmod 600")
    monkeypatch.setenv("GATEHOUSE_HASH_KEY", "short")
    monkeypatch.setenv("GATEHOUSE_VAULT_KEY", KEYS.vault.decode())
    is_wrong(settings.vault(foreign), "short enough to be guessed")
    monkeypatch.setenv("GATEHOUSE_HASH_KEY", "h" * 32)
    assert settings.vault(foreign).said == "from the environment"
    monkeypatch.setenv("GATEHOUSE_VAULT_KEY", "no key")
    is_wrong(settings.vault(foreign), "no Fernet key")


def test_a_machine_that_lacks_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {each.state for each in machine.machine(tmp_path)} <= {"good", "note"}
    is_wrong(machine.python((3, 14)), "Python 3.14", "rm -rf .venv")
    assert "make clean" not in machine.python((3, 14)).do, "that deletes the warehouse and its keys"
    (tmp_path / "requirements.txt").write_text("pandas==0.1\nno-such-package==1\n# why==2\nnumpy==1 ; marker\n")
    is_wrong(machine.packages(tmp_path / "requirements.txt"), "no-such-package missing", "pandas", "pip install")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:  100000 kB\n")
    is_wrong(machine.memory(tmp_path / "meminfo"), "0.1 GiB free")
    monkeypatch.setattr(machine, "LEAST_DISK", 10**18)
    is_wrong(machine.disk(tmp_path / "not" / "there"), "make room")
    monkeypatch.setattr(machine.os, "access", lambda *_: False)
    is_wrong(machine.disk(tmp_path), "cannot be written to")
    monkeypatch.setattr(machine, "FONTS", "no_such_font")
    is_wrong(machine.fonts(), "Chinese")
    monkeypatch.setattr(machine, "BROWSERS", ("no-such-browser",))
    assert machine.browser().state == "note"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "nobody-there"}, "there is no such role"),
        ({"database": "nothing_there"}, "there is no such database"),
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "nobody answers there"),
        ({"host": "no-such-host.invalid", "query": {}}, "the host is not known"),
    ],
)
def test_a_server_that_cannot_be_reached(database: db.Database, change: dict[str, object], words: str) -> None:
    engine = create_engine(database.reader.url.set(**change), connect_args={"connect_timeout": 3})
    refused = server.connects("reader", engine)
    assert refused is not None
    is_wrong(refused, words)
    assert server.connects("reader", database.reader) is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('FATAL:  too many connections for role "reader"', "no connection is left"),
        ('FATAL:  too many connections for database "gatehouse"', "no connection is left"),
        ("FATAL:  sorry, too many clients already", "no connection is left"),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "no connection is"),
        ("FATAL:  the database system is starting up", "try again in a moment"),
        ('FATAL:  permission denied for database "gatehouse"', "permission denied"),
        ('FATAL:  no pg_hba.conf entry for host "::1", user "role", no encryption', "lets nobody in from here"),
    ],
)
def test_what_a_server_says_to_whom_it_turns_away_is_understood(said: str, words: str) -> None:
    def turned_away() -> object:
        raise psycopg2.OperationalError(said)

    refused = server.connects("reader", create_engine("postgresql+psycopg2://", creator=turned_away))
    assert refused is not None
    is_wrong(refused, words)


@pytest.fixture
def owner(database: db.Database, server: URL) -> Iterator[Connection]:
    """The server's superuser in an empty warehouse; what is broken is mended by taking the transaction back."""
    engine = create_engine(server.set(database=database.loader.url.database))
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    engine.dispose()


Look = Callable[[Connection], Finding]


@pytest.mark.parametrize(
    ("broken", "look", "words"),
    [
        ("alter role reader bypassrls; set local role reader", roles.only_reads, "sees every row"),
        ("grant loader to reader; set local role reader", roles.only_reads, "can become loader"),
        ("alter role reader createrole; set local role reader", roles.only_reads, "can become others"),
        ("alter table published.load owner to reader; set local role reader", roles.only_reads, "owns"),
        ("drop policy known_people on published.refresh", roles.policies, "published.refresh can be read whole"),
        ("alter table published.load disable row level security", roles.policies, "published.load can be read whole"),
        ("grant usage on schema vault to reader; set local role reader", roles.own_schemas, "may look into vault"),
        (
            "grant insert on published.setting to reader; set local role reader",
            roles.own_schemas,
            "may write to setting",
        ),
        ("set local role reader", roles.owner, "may not make schemas"),
        ("delete from access.grants", roles.people, "nobody has a grant"),
        ("update ops.alembic_version set version_num = '2026_11'", server.migrations, "warehouse migrate"),
        ("update ops.alembic_version set version_num = '2031_01'", server.migrations, "another version"),
        ("drop table ops.alembic_version", server.migrations, "there is nothing yet"),
        ("insert into published.setting values ('reporting_zone', 'Mars')", server.reporting, "there is no zone Mars"),
        ("insert into published.refresh (started_by) values ('cron')", server.refreshes, "was cut off at step receive"),
        (
            "insert into published.refresh (started_by, started_at) values ('cron', now() + interval '1 day')",
            server.clock,
            "the clock went back",
        ),
        (
            "insert into published.job (kind, details, asked_by) values ('compare', '{}', 'steward')",
            server.worker,
            "1 jobs wait, and nobody is at work",
        ),
        (
            "insert into published.subscription (person, what, address, cadence, channel, lang)"
            " values ('a@b', 'overview', '{}', 'day', 'mail', 'en')",
            partial(letters, environment={}),
            "asked for, and not set up: mail",
        ),
        (
            "insert into ops.backup (taken_at, file_name, byte_count) values (now() - interval '3 days', 'a', 1)",
            operating.backups,
            "3 days ago",
        ),
    ],
)
def test_a_warehouse_that_is_broken(owner: Connection, broken: str, look: Look, words: str) -> None:
    for statement in broken.split("; "):
        owner.execute(text(statement))
    is_wrong(look(owner), words)


def test_clocks_that_disagree_and_vaults_that_do_not_open(owner: Connection) -> None:
    is_wrong(server.clock(owner, datetime.now(UTC) + timedelta(minutes=1)), "60 s apart")
    assert server.sealed(owner, KEYS).said == "empty"
    sealed = Fernet(KEYS.vault).encrypt(b"Ann")
    owner.execute(text("insert into vault.sealed values ('token', :value)"), {"value": sealed})
    assert server.sealed(owner, KEYS).state == "good"
    other = replace(KEYS, vault=Fernet.generate_key())
    is_wrong(server.sealed(owner, other), "sealed with another key")
    assert server.sealed(owner, replace(other, vault_before=KEYS.vault)).state == "good"
    is_wrong(server.sealed(owner, None), "there are no keys")


def test_a_whole_warehouse_is_well(database: db.Database) -> None:
    found = {each.about: each for each in server.server(database.loader, database.reader, KEYS, {})}
    assert {about for about, each in found.items() if each.state == "wrong"} == {"people"}
    assert {
        "server",
        "loader",
        "reader",
        "schema",
        "policies",
        "clock",
        "vault",
        "worker",
        "sessions",
        "letters",
        "backups",
    } <= set(found)


def test_the_command_says_all_in_one_document_and_ends_with_one_where_something_is_wrong(tmp_path: Path) -> None:
    nothing_yet = {"GATEHOUSE_HOME": str(tmp_path)}
    done = CliRunner().invoke(app, ["doctor", "--json"], env=nothing_yet)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["is_well"]) == (0, True)
    assert "there is none in" in told["findings"][-1]["said"]
    assert not list(tmp_path.iterdir()), "it changes nothing"
    done = CliRunner().invoke(app, ["doctor"], env=nothing_yet | {"DATABASE_URL": LOADER})
    assert done.exit_code == 1
    assert "✗ database: DATABASE_READER_URL is not set" in done.stdout
    assert "Traceback" not in done.output


def test_it_goes_as_far_as_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_HOME", str(tmp_path))
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "log").write_text("first\nFATAL: it is full\n")
    monkeypatch.setattr(db, "start", lambda data: (_ for _ in ()).throw(RuntimeError("exit code 1")))
    last = list(examine({}))[-1]
    is_wrong(last, "does not start: FATAL: it is full")
