"""The role `reader` with raw SQL, in the name of the head of one branch: what Postgres refuses it, and what it could still do."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.harness import EXECUTIVE, House
from warehouse import db

HEAD = "north@example.com"
DENIED = "42501"


@pytest.fixture(scope="module")
def house(server: URL) -> Iterator[House]:
    """A warehouse migrated in its own database, as they are in earnest: what is said of a database is not in its copies."""
    made = db.embedded(server, "raw_reader")
    db.migrate(made.loader)
    opened = House(made).open()
    branches = [
        {"branch_id": f"{region[0]}1", "branch_name": f"{region} 1", "region_id": region, "region_name": region}
        for region in ("north", "south")
    ]
    opened.deliver(branches=branches, until=datetime(2026, 3, 31, tzinfo=UTC))
    opened.grant(HEAD, region="north")
    with made.loader.begin() as connection:
        connection.execute(text("insert into vault.sealed (token, value) values ('t', 'sealed')"))
    yield opened
    made.dispose()


@pytest.fixture
def reader(house: House) -> Iterator[Connection]:
    """A session of the role in the head's name."""
    with house.database.reader.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("select set_config('app.person', :person, false)"), {"person": HEAD})
        yield connection
        connection.invalidate()


def refused(reader: Connection, statement: str) -> tuple[str, str]:
    """The code and the words with which a statement is refused."""
    with pytest.raises(DBAPIError) as error:
        reader.exec_driver_sql(statement)
    return str(getattr(error.value.orig, "pgcode", "")), str(error.value.orig)


TO_WRITE = [
    "insert into published.setting (name, value) values ('company', 'demo')",
    "update published.current set refresh_id = 1",
    "delete from published.branch_edition",
    "truncate published.branch_edition",
    "insert into published.saved_view (person, page, name, address) values ('a', 'overview', 'n', '{}')",
    "insert into published.job (kind, details, asked_by) values ('discard', '{}', 'a')",
    "select * from published.branch_edition for update",
    "do $$ begin lock table published.branch_edition in access exclusive mode; end $$",
    "select nextval('published.refresh_refresh_id_seq')",
    "select setval('published.refresh_refresh_id_seq', 1)",
    "create table published.mine (a int)",
    "create table public.mine (a int)",
    "create temporary table mine (a int)",
    "select branch_id into temporary mine from published.branch",
    "create schema mine",
    "create function published.mine() returns int language sql return 1",
    "create or replace function access.person() returns text language sql return 'executive@example.com'",
    "create view published.mine as select 1 as a",
    "create index on published.branch_edition (branch_id)",
    "comment on table published.branch_edition is 'mine'",
    "drop table published.branch_edition",
    "drop policy own_branches on published.branch_edition",
    "create policy all_of_it on published.branch_edition using (true)",
    "alter table published.branch_edition disable row level security",
    "alter view published.branch set (security_invoker = false)",
    "alter table published.branch_edition owner to reader",
    "grant select on all tables in schema curated to reader",
    "alter default privileges for role loader grant all on tables to reader",
    "reindex table published.branch_edition",
    "create trigger mine before insert on published.setting execute function access.refuse_to_rewrite()",
    "create event trigger mine on ddl_command_start execute function access.refuse_to_rewrite()",
    "create publication mine for all tables",
    "select lo_creat(-1)",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
]
TO_BE_SOMEBODY_ELSE = [
    "set role loader",
    "set role postgres",
    "set session authorization loader",
    "grant loader to reader",
    "grant pg_read_all_data to reader",
    "alter role reader bypassrls",
    "alter role reader superuser",
    "alter role loader password 'x'",
    "create role mine",
    "drop role loader",
    "reassign owned by loader to reader",
    "set session_replication_role = replica",
    "alter system set row_security = off",
    "alter database raw_reader set row_security = off",
    "alter role loader set row_security = off",
]
TO_LOOK_ELSEWHERE = [
    "select * from vault.sealed",
    "select * from access.grants",
    "select * from access.audit",
    "select * from access.branch",
    "select * from curated.dim_customer",
    "select * from staging.now_customers",
    "select * from ops.candidate",
    "select * from gate.figures_branch",
    "select access.valid_grants()",
    "select access.behind_case('customer', 'wang')",
    "select access.heads('n1')",
    "select ops.open_edition('branch', 'known_people')",
    "select rolpassword from pg_authid",
    "select * from pg_shadow",
    "select * from pg_statistic",
    "select * from pg_user_mapping",
    "select pg_read_file('postgresql.conf')",
    "select pg_read_binary_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('postgresql.conf')",
    "select pg_current_logfile()",
    "select lo_import('/etc/passwd')",
    "copy (select 1) to '/tmp/mine'",
    "copy (select 1) to program 'id'",
    "copy published.setting from '/etc/passwd'",
    "load '/tmp/mine.so'",
    "select pg_reload_conf()",
    "select pg_switch_wal()",
    "select pg_create_physical_replication_slot('mine')",
    "checkpoint",
    "select pg_cancel_backend(1)",
    "select pg_terminate_backend(1)",
    "set temp_file_limit = -1",
    "set log_statement = 'none'",
    "do $$ begin lock table ops.lock_refresh in access share mode; end $$",
    "do $$ begin lock table ops.alembic_version in access share mode; end $$",
]
TO_REWRITE_THE_TRAIL = [
    "insert into access.audit (person, action) values ('executive@example.com', 'export')",
    "update access.audit set person = 'nobody'",
    "delete from access.audit",
    "truncate access.audit",
    "alter table access.audit disable trigger append_only",
    "drop trigger append_only on access.audit",
]


@pytest.mark.parametrize("statement", [*TO_WRITE, *TO_BE_SOMEBODY_ELSE, *TO_LOOK_ELSEWHERE, *TO_REWRITE_THE_TRAIL])
def test_postgres_refuses(reader: Connection, statement: str) -> None:
    code, said = refused(reader, statement)
    assert code == DENIED, said


@pytest.mark.parametrize("name", ["dblink", "postgres_fdw", "file_fdw", "plpython3u", "hstore"])
def test_it_adds_nothing_that_reaches_out_of_the_database(reader: Connection, name: str) -> None:
    """Whether the server has it or not: what is trusted needs the right to create in the database."""
    assert refused(reader, f"create extension {name}")[0] in (DENIED, "0A000")
    assert not reader.exec_driver_sql("select has_database_privilege(current_database(), 'create, temporary')").scalar()


def test_turning_row_security_off_is_an_error_and_no_way_round(reader: Connection) -> None:
    reader.exec_driver_sql("set row_security = off")
    assert "would be affected by row-level security" in refused(reader, "select * from published.branch_edition")[1]


@pytest.mark.parametrize(
    "statement",
    [
        "select cast(branch_id as int) from published.branch_edition order by branch_id desc",
        "select cast(branch_id as int) from published.branch_edition where branch_id in ('s1', 'n1')",
        "select * from published.branch where cast(branch_id as int) = 1",
        "select * from published.branch_edition as b, lateral (select cast(b.branch_id as int)) as e",
        "select * from published.branch_edition tablesample bernoulli (100) where cast(branch_id as int) = 1",
    ],
)
def test_an_error_tells_no_row_that_may_not_be_seen(reader: Connection, statement: str) -> None:
    assert '"n1"' in refused(reader, statement)[1]


def test_a_condition_is_asked_of_no_row_that_may_not_be_seen(reader: Connection) -> None:
    spy = "select count(*) from published.branch_edition where 1 / (case branch_id when 's1' then 0 else 1 end) = 1"
    assert reader.exec_driver_sql(spy).scalar() == 1
    assert "division by zero" in refused(reader, spy.replace("s1", "n1"))[1]


def test_what_stands_in_the_catalogue(house: House) -> None:
    """Whoever adds a table or a function: it is guarded as the others are."""
    unguarded = house.rows(
        "select relname from pg_class where relnamespace = 'published'::regnamespace and ("
        " (relkind in ('r', 'p') and not relrowsecurity)"
        " or (relkind = 'v' and 'security_invoker=true' <> all(coalesce(reloptions, '{}')))"
        " or relkind in ('m', 'f') or relowner = 'reader'::regrole"
        " or has_table_privilege('reader', oid, 'insert, update, delete, truncate, references, trigger, maintain')"
        " or has_any_column_privilege('reader', oid, 'insert, update, references')) and relkind in ('r', 'p', 'v', 'm', 'f')"
    )
    assert list(unguarded["relname"]) == []
    open_to_all = house.rows(
        "select oid::regprocedure::text as name from pg_proc where pronamespace in (select oid from pg_namespace where nspname"
        " in ('access', 'published', 'vault', 'ops', 'curated', 'staging', 'landing', 'gate')) and prosecdef"
        " and (has_function_privilege('public', oid, 'execute') or 'search_path=\"\"' <> all(coalesce(proconfig, '{}')))"
    )
    assert list(open_to_all["name"]) == []
    reachable = house.rows(
        "select nspname from pg_namespace where has_schema_privilege('reader', oid, 'usage') and nspname !~ '^pg_'"
        " and nspname <> 'information_schema' order by nspname"
    )
    assert list(reachable["nspname"]) == ["access", "published"]
    rights = house.rows(
        "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
        " or exists (select from pg_auth_members where member = r.oid) as any from pg_roles as r where rolname = 'reader'"
    )
    assert list(rights["any"]) == [False]


# -- What whoever has the reader's password can do all the same: docs/reader.md says it, here it is seen --------------------


def test_it_can_name_whomever_it_likes(reader: Connection) -> None:
    seen = "select string_agg(branch_id, ' ' order by branch_id) from published.branch"
    assert reader.exec_driver_sql(seen).scalar() == "n1"
    reader.execute(text("select set_config('app.person', :person, false)"), {"person": EXECUTIVE})
    assert reader.exec_driver_sql(seen).scalar() == "n1 s1"


def test_it_cannot_hold_a_refresh_up(reader: Connection, house: House) -> None:
    """Whatever advisory locks it takes, and keeps: nobody else asks for any."""
    for task in ("refresh", "worker", "migrate", "setup"):
        reader.exec_driver_sql(f"select pg_advisory_lock(hashtext('gatehouse.{task}'))")
    for task in ("gatehouse.refresh", "gatehouse.worker"):
        with db.alone_at(house.database.loader, task) as mine:
            assert mine
    db.migrate(house.database.loader)


def test_one_task_at_a_time_and_known_people_see_that_it_is_under_way(reader: Connection, house: House) -> None:
    asked = "select access.is_under_way('gatehouse.worker')"
    with db.alone_at(house.database.loader, "gatehouse.worker") as mine:
        assert mine
        assert reader.exec_driver_sql(asked).scalar()
        with db.alone_at(house.database.loader, "gatehouse.worker") as another:
            assert not another
        with db.alone_at(house.database.loader, "gatehouse.refresh") as other_task:
            assert other_task
    assert not reader.exec_driver_sql(asked).scalar()
    assert not reader.exec_driver_sql("select access.is_under_way('vault.sealed')").scalar()


def test_it_can_see_what_tables_are_called_and_how_long_they_are(reader: Connection) -> None:
    known = reader.exec_driver_sql("select count(reltuples) from pg_class where relnamespace = 'vault'::regnamespace")
    assert known.scalar()


def test_it_may_not_end_other_sessions(reader: Connection, house: House) -> None:
    with house.database.reader.connect() as other, house.database.loader.connect() as loader:
        for connection in (other, loader):
            pid = connection.exec_driver_sql("select pg_backend_pid()").scalar()
            assert refused(reader, f"select pg_terminate_backend({pid})")[0] == DENIED


def test_it_cannot_connect_to_other_databases(server: URL, reader: Connection) -> None:
    for name in ("postgres", "template1"):
        elsewhere = create_engine(server.set(username="reader", password=None, database=name))
        with pytest.raises(OperationalError, match="permission denied for database"):
            elsewhere.connect()
        elsewhere.dispose()


def test_what_it_may_take_of_the_server_has_ends(reader: Connection, house: House) -> None:
    """A question has two minutes and two gigabytes of the disk; connections are left for refreshes."""
    asked = {name: reader.exec_driver_sql(f"show {name}").scalar() for name in ("statement_timeout", "temp_file_limit")}
    assert asked == {"statement_timeout": "2min", "temp_file_limit": "2GB"}
    most = house.rows(
        "select rolconnlimit, cast(current_setting('max_connections') as int) as all from pg_roles where rolname = 'reader'"
    )
    assert 0 < most.at[0, "rolconnlimit"] < most.at[0, "all"]
    reader.exec_driver_sql("set statement_timeout = '100ms'")
    assert "statement timeout" in refused(reader, "select pg_sleep(5)")[1]


def test_a_notice_that_it_listens_to_or_sends_reaches_nobody_of_the_house(reader: Connection, house: House) -> None:
    """Nothing of the house listens: what is sent is lost."""
    reader.exec_driver_sql("listen mine")
    reader.exec_driver_sql("notify mine, 'x'")
    heard = house.rows("select pg_listening_channels() as channel")
    assert heard.empty


def test_it_can_take_memory_and_time_by_settings_of_its_own(reader: Connection) -> None:
    for name, value in (("work_mem", "1GB"), ("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")):
        reader.exec_driver_sql(f"set {name} = '{value}'")
        assert reader.exec_driver_sql(f"show {name}").scalar() == value


def test_it_can_see_what_other_sessions_of_the_reader_ask(reader: Connection, house: House) -> None:
    with house.database.reader.connect() as other, house.database.loader.connect() as loader:
        other.exec_driver_sql("select 'asked by the dashboard'")
        loader.exec_driver_sql("select 'asked by a refresh'")
        seen = reader.exec_driver_sql("select string_agg(query, ' ') from pg_stat_activity").scalar()
    assert "asked by the dashboard" in str(seen)
    assert "asked by a refresh" not in str(seen)
