"""Schemas of other versions: up and down with data in them, and not while somebody works."""

import re
from pathlib import Path

import pytest
from sqlalchemy import URL, text
from typer.testing import CliRunner

from tests.faults.deeds import take_in
from tests.faults.standing import standing
from warehouse import db
from warehouse.__main__ import app

SQL = Path(db.__file__).parent / "migrations" / "sql"
FIRST = "2026_11"
UPGRADE = (Path(db.__file__).parents[1] / "docs" / "upgrade.md").read_text("utf-8")
SCHEMAS = "('ops', 'staging', 'curated', 'gate', 'published', 'access', 'vault')"
OURS = f"in (select oid from pg_namespace where nspname in {SCHEMAS})"
CATALOGUE = {
    "columns": "select table_schema, table_name, column_name, data_type, is_nullable, column_default"
    f" from information_schema.columns where table_schema in {SCHEMAS} order by 1, 2, 3",
    "views": "select cast(oid as regclass), pg_get_viewdef(oid), cast(reloptions as text) from pg_class"
    f" where relkind = 'v' and relnamespace {OURS} order by 1",
    "functions": "select cast(oid as regprocedure), pg_get_functiondef(oid), cast(proacl as text) from pg_proc"
    f" where prokind = 'f' and pronamespace {OURS} order by 1",
    "constraints": "select cast(conrelid as regclass), conname, pg_get_constraintdef(oid) from pg_constraint"
    f" where connamespace {OURS} order by 1, 2",
    "indexes": f"select indexdef from pg_indexes where schemaname in {SCHEMAS} order by 1",
    "policies": f"select * from pg_policies where schemaname in {SCHEMAS} order by 1, 2, 3",
    "rights": "select cast(oid as regclass), cast(relacl as text), relrowsecurity from pg_class"
    f" where relkind in ('r', 'v', 'S') and relnamespace {OURS} order by 1",
}


def catalogue(database: db.Database) -> dict[str, set[tuple[str, ...]]]:
    """Everything that a migration may make or change, as words."""
    with database.loader.begin() as connection:
        return {
            name: {tuple(map(str, row)) for row in connection.execute(text(question))}
            for name, question in CATALOGUE.items()
        }


def test_every_file_has_its_inverse() -> None:
    for folder in (path for path in SQL.iterdir() if path.is_dir()):
        up, down = (sorted(path.name for path in each.glob("*.sql")) for each in (folder, folder / "down"))
        assert up == down, folder.name


def test_a_warehouse_with_data_goes_down_and_up_and_on(small: db.Database, server: URL, tmp_path: Path) -> None:
    before, newest = standing(small), catalogue(small)
    db.downgrade(small.loader, FIRST)
    first = db.embedded(server, "as_first_made")
    db.migrate(first.loader, FIRST)
    went_down, was_first = catalogue(small), catalogue(first)
    first.dispose()
    for name, was in was_first.items():
        assert went_down[name] == was, name
    db.migrate(small.loader)
    went_up = catalogue(small)
    for name, was in newest.items():
        assert went_up[name] == was, name
    assert standing(small).unlike(before) == {}
    take_in("grown")(small, tmp_path)
    assert standing(small).shown != before.shown


def test_nobody_changes_the_schema_under_a_refresh_of_the_version_before(small: db.Database) -> None:
    db.downgrade(small.loader, FIRST)
    with small.loader.connect() as connection:
        connection.execute(text("select pg_advisory_lock(hashtext('gatehouse.refresh'))"))
        with pytest.raises(db.OtherVersion, match="a refresh by another version of Gatehouse is under way"):
            db.migrate(small.loader)
        connection.execute(text("select pg_advisory_unlock_all()"))
    db.migrate(small.loader)


def test_nobody_takes_the_schema_down_under_a_refresh(small: db.Database) -> None:
    with db.alone_at(small.loader, "gatehouse.refresh") as alone:
        assert alone
        with pytest.raises(db.OtherVersion, match="a refresh by another version of Gatehouse is under way"):
            db.downgrade(small.loader, FIRST)


def test_an_operator_goes_back_and_on_by_the_manual(
    small: db.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, commands = standing(small), re.findall(r"^ +python -m warehouse (.*)$", UPGRADE, re.MULTILINE)
    assert [words.split()[0] for words in commands] == ["backup", "migrate", "doctor", "migrate"]
    addresses = {"DATABASE_URL": small.loader.url, "DATABASE_READER_URL": small.reader.url}
    for name, url in addresses.items():
        monkeypatch.setenv(name, url.render_as_string(hide_password=False))
    for words in commands:
        done = CliRunner().invoke(app, words.replace("FOLDER", str(tmp_path / "backups")).split())
        assert words == "doctor" or done.exit_code == 0, done.output
    with small.loader.begin() as connection:
        assert connection.scalar(text("select version_num from ops.alembic_version")) == commands[-1].split()[-1]
    for unknown in ("base", "2031_01"):
        refused = CliRunner().invoke(app, ["migrate", "--down-to", unknown])
        assert (refused.exit_code, f"there is no revision {unknown}" in refused.output) == (2, True)
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    assert standing(small).unlike(before) == {}
