"""The server and its roles: migrations both ways, a server of one's own by URL, settings that do not fit together."""

import os
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, text

from warehouse import db
from warehouse.settings import Settings, keys

OURS = "select count(*) from information_schema.tables where table_schema = any(array['ops', 'staging', 'curated', 'published', 'access', 'vault'])"


def tables(database: db.Database) -> int:
    with database.loader.begin() as connection:
        return int(connection.execute(text(OURS)).scalar_one())


def test_the_schema_goes_down_and_up_again(database: db.Database) -> None:
    before = tables(database)
    db.downgrade(database.loader, "base")
    assert tables(database) == 1, "only the note of the version is left"
    db.migrate(database.loader)
    assert tables(database) == before > 50


def test_where_most_rows_are_moved_none_is_looked_up_by_itself(database: db.Database) -> None:
    few = text(
        "explain select from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid where c.relname = 'pg_am'"
    )
    with database.loader.begin() as connection:
        for of_most in (True, False):
            db.plan_for_bulk(connection, of_most=of_most)
            assert ("Nested Loop" in "".join(connection.scalars(few))) is not of_most


def test_an_embedded_server_is_told_what_a_refresh_wants(database: db.Database) -> None:
    with database.loader.connect() as connection:
        asked = "select setting from pg_settings where name = :name"
        known = {name: connection.scalar(text(asked), {"name": name}) for name in ("wal_level", "shared_buffers")}
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8192
    assert known["wal_level"] == "minimal"
    assert int(known["shared_buffers"]) == pytest.approx(min(pages // 4, db.LARGEST_BUFFERS << 7), rel=0.01)


def test_the_files_of_revisions_are_named_after_them() -> None:
    config = Config()
    config.set_main_option("script_location", str(db.VERSIONS.parent))
    known = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert db.revisions() == known[::-1]


def test_a_warehouse_of_another_version_is_left_alone_and_named(database: db.Database) -> None:
    with database.loader.begin() as connection:
        connection.execute(text("update ops.alembic_version set version_num = '0001'"))
    with pytest.raises(db.OtherVersion, match=r"another version of Gatehouse .*0001.*make clean"):
        db.migrate(database.loader)
    assert tables(database) > 50


def test_a_server_of_ones_own_is_reached_by_two_urls(
    server: URL, template: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    db.embedded(server, "by_url", template=template).dispose()
    own = {
        name: server.set(drivername="postgresql", username=role, database="by_url")
        for name, role in (("DATABASE_URL", "loader"), ("DATABASE_READER_URL", "reader"))
    }
    for name, url in own.items():
        monkeypatch.setenv(name, url.render_as_string(hide_password=False))
    settings = Settings.from_environment()
    assert not settings.is_embedded
    database = db.connect(settings)
    with database.reader.begin() as connection:
        assert connection.execute(text("select current_user, access.is_known()")).one() == ("reader", False)
    database.dispose()


def test_one_url_without_the_other_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://loader@localhost/gatehouse")
    monkeypatch.delenv("DATABASE_READER_URL", raising=False)
    with pytest.raises(ValueError, match="without DATABASE_READER_URL"):
        Settings.from_environment()


def test_a_server_of_ones_own_needs_keys_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GATEHOUSE_HASH_KEY", raising=False)
    with pytest.raises(ValueError, match="GATEHOUSE_VAULT_KEY"):
        keys(Settings(home=tmp_path, database_url="postgresql://x/y", reader_url="postgresql://x/y"))


def test_the_embedded_warehouse_keeps_its_keys_to_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GATEHOUSE_HASH_KEY", raising=False)
    made = keys(Settings(home=tmp_path))
    assert keys(Settings(home=tmp_path)) == made
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_of_many_rows_only_the_columns_that_tell_the_new_are_looked_at_again(database: db.Database) -> None:
    known = text("select attname, most_common_vals::text from pg_stats where tablename = 'many' order by 1")
    with database.loader.begin() as connection:
        connection.exec_driver_sql(
            "create table public.many as select 1 as edition, 'a' as word from generate_series(1, 2000)"
        )
        db.analyze(connection, "many", schema="public", written=2000)
        connection.exec_driver_sql("insert into public.many select 2, 'b' from generate_series(1, 1500)")
        db.analyze(connection, "many", schema="public", written=1500, told_by=["edition"])
        assert connection.execute(known).all() == [("edition", "{1,2}"), ("word", "{a}")]
        db.analyze(connection, "many", schema="public", written=1500)
        assert connection.execute(known).all() == [("edition", "{1,2}"), ("word", "{a,b}")]
        connection.exec_driver_sql("drop table public.many")


def test_every_published_table_has_row_security_and_another_owner_than_its_reader(database: db.Database) -> None:
    question = """
        select c.relname, c.relrowsecurity, pg_get_userbyid(c.relowner) as owner,
            exists (select from pg_policy as p where p.polrelid = c.oid) as has_policy
        from pg_class as c
        where c.relnamespace = 'published'::regnamespace and c.relkind = 'r'
    """
    with database.loader.begin() as connection:
        found = connection.execute(text(question)).all()
    assert len(found) > 20
    assert [row for row in found if not row.relrowsecurity or not row.has_policy or row.owner != "loader"] == []


def test_every_published_view_looks_with_the_eyes_of_who_asks(database: db.Database) -> None:
    question = """
        select c.relname from pg_class as c
        where c.relnamespace = 'published'::regnamespace and c.relkind = 'v'
            and not coalesce('security_invoker=true' = any(c.reloptions), false)
    """
    with database.loader.begin() as connection:
        assert connection.execute(text(question)).all() == []
