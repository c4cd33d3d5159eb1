"""All that the refresh asks, and every table that it writes, keeps the rules of Citus; and the rules refuse what they are for."""

from collections.abc import Iterable
from pathlib import Path

import pglast
import pytest
from sqlalchemy import text

from tests.citus.rules import broken
from warehouse import db
from warehouse.distribute import PLACES
from warehouse.migrations import files

ROOT = Path(__file__).parents[2]
FUNCTIONS = """
select p.proname, pg_get_functiondef(p.oid) from pg_proc as p
where p.prosqlbody is not null and p.proretset and p.pronamespace = 'curated'::regnamespace
"""
KEYS = """
select c.relname, a.attname = 'customer_id' and a.atttypid = 'bigint'::regtype and a.attnotnull
from pg_class as c
inner join pg_index as i on c.oid = i.indrelid and i.indisunique
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum = i.indkey[0]
where c.relnamespace = 'curated'::regnamespace and c.relkind = 'r'
union all
select c.relname, a.atttypid = 'bigint'::regtype and a.attnotnull
from pg_class as c
inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'customer_id'
where c.relnamespace = 'curated'::regnamespace and c.relkind = 'r'
"""
BESIDE = """
select c.relname from pg_class as c
where c.relnamespace = 'curated'::regnamespace and (
    c.relhastriggers or c.relrowsecurity or c.relkind = 'p'
    or exists (select from pg_constraint as k where k.conrelid = c.oid and k.contype = 'f')
)
"""


@pytest.mark.parametrize("folder", ["warehouse/curated", "warehouse/published", "checks/rows"])
def test_all_that_the_refresh_asks_keeps_the_rules(folder: str) -> None:
    asked = {
        path.stem: path.read_text("utf-8").replace("{batch}", "gate.batch") for path in (ROOT / folder).rglob("*.sql")
    }
    assert len(asked) > 20
    assert _breaking(asked.items()) == {}


def test_the_functions_that_it_calls_keep_the_rules(database: db.Database) -> None:
    with database.loader.begin() as connection:
        functions = connection.execute(text(FUNCTIONS)).tuples().all()
    assert {"measured", "tier_spell", "moved"} <= {name for name, _ in functions}
    assert _breaking(functions) == {}


def _breaking(asked: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: rules for name, sql in asked if (rules := broken(sql))}


def test_every_curated_table_has_a_place_and_a_key_to_lie_by(database: db.Database) -> None:
    spread, copied = map(set, PLACES.values())
    with database.loader.begin() as connection:
        curated = set(connection.scalars(text("select tablename from pg_tables where schemaname = 'curated'")))
        keys = connection.execute(text(KEYS)).tuples().all()
        beside = connection.scalars(text(BESIDE)).all()
    assert spread | copied == curated - {"standing_until"}
    assert spread == {name for name, begins in keys if begins}
    assert [name for name, begins in keys if not begins and name in spread] == []
    assert beside == []


def test_migrations_send_one_statement_at_a_time() -> None:
    paths = sorted(files.SQL.rglob("*.sql"))
    assert len(paths) > 50
    for path in paths:
        sql = path.read_text("utf-8")
        assert len(list(files.statements(sql))) == len(pglast.split(sql)), path


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        (
            "select * from curated.fct_lead as l inner join curated.fct_order as o on l.lead_id = o.lead_id",
            "l and o meet",
        ),
        (
            "with o as (select order_id, customer_id from curated.fct_order)"
            " select * from curated.fct_lead as l inner join curated.fct_survey as s on l.customer_code = s.customer_code"
            " inner join o on l.customer_id = o.customer_id",
            "meet on something else",
        ),
        (
            "with l as materialized (select * from curated.fct_lead)"
            " select exists (select from curated.fct_order as o where o.customer_id = l.customer_id) from l",
            "otherwise than by customer_id",
        ),
        (
            "select (select max(o.amount) from curated.fct_order as o where o.branch_id = b.branch_id) from curated.dim_branch as b",
            "otherwise than by customer_id",
        ),
        (
            "select * from curated.fct_lead as l cross join lateral"
            " (select * from curated.fct_order as o where o.customer_id = l.customer_id limit 1) as n",
            "lateral",
        ),
        ("select count(*), (select max(amount) from curated.fct_wallet) from curated.fct_order", "scalar subquery"),
        ("select branch_id, count(*) from curated.fct_order group by rollup (branch_id)", "grouping sets"),
        (
            "with recursive t as (select customer_id from curated.fct_lead union all select customer_id from t) select 1 from t",
            "recursive",
        ),
        ("merge into curated.fct_order as o using s on o.order_id = s.order_id when matched then delete", "merge"),
        (
            "delete from curated.dim_branch as b using staging.stg_branches as s where b.branch_id = s.branch_id",
            "a join",
        ),
        ("update curated.fct_order set customer_id = 1", "customer_id is changed"),
        ("delete from curated.fct_order where random() < 0.5", "volatile"),
    ],
)
def test_what_citus_cannot_run_is_refused(sql: str, rule: str) -> None:
    assert [told for told in broken(sql) if rule in told], broken(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from curated.fct_lead as l inner join curated.fct_order as o on l.customer_id = o.customer_id",
        "with l as materialized (select * from curated.fct_lead)"
        " select * from l inner join curated.fct_order as o on l.lead_id = o.lead_id",
        "select * from curated.fct_lead as l where exists (select from curated.fct_order as o where o.customer_id = l.customer_id)",
        "with n as (select branch_id, count(*) as n from curated.fct_order group by branch_id)"
        " select branch_id, sum(n) from n group by rollup (branch_id)",
        "delete from curated.dim_branch where branch_id in (select s.branch_id from staging.stg_branches as s)",
    ],
)
def test_what_citus_can_run_is_let_pass(sql: str) -> None:
    assert broken(sql) == []
