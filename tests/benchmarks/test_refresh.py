"""A refresh taken down: psql makes the same rows of it, and the dbt project says the same SQL."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks import refresh
from benchmarks.bare import dbt, script
from benchmarks.bare.recorded import Recording, Statement, record
from benchmarks.measured.bench import EMPTY, Bench, Took
from tests.citus.rules import broken
from warehouse import db
from warehouse.feeds.demo import Company
from warehouse.tables import tables

REFERENCE = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
TOOK = Took(seconds=10.0, cpu=2.0, server_cpu=7.0, peak_mb=300.0, rows=100, steps={"receive": 8.0, "gate 1": 1.0})


@pytest.fixture(scope="module")
def recording(bench: Bench, few: Company) -> Recording:
    return record(bench.copy("recorded", of=EMPTY), few.out / "delivery_000")


def test_psql_makes_the_rows_that_the_refresh_made(bench: Bench, recording: Recording) -> None:
    scripts = script.written(recording, bench.folder / "scripts")
    bench.copy("bare", of=EMPTY)
    _, steps = script.played(bench, "bare", scripts.landing, scripts.rest)
    made = _rows(bench, "bare")
    assert made == _rows(bench, "recorded")
    assert made["curated.fct_order"][0] > 100 and made["published.order_day_edition"][0] > 100
    assert [*steps] == ["landing", "receive", "gate 1", "curate", "editions", "gate 2", "publish", "tell"]


def test_the_dbt_project_says_sql_that_postgres_can_plan(bench: Bench, recording: Recording, tmp_path: Path) -> None:
    made = dbt.project(bench, "recorded", recording, tmp_path, builds_in="built")
    models = {path.stem: path.read_text("utf-8") for path in (tmp_path / "models").iterdir()}
    tests = {path.stem: path.read_text("utf-8") for path in (tmp_path / "tests").iterdir()}
    assert (len(models), len(tests)) == (made.models, made.tests)
    assert {"stg_orders", "now_orders", "fct_order", "order_day", "known_customers"} <= set(models)
    assert {"delivery__orders__amount_not_null", "figures__order_day__key_unique"} <= set(tests)
    database = db.connect(bench.settings("recorded"))
    with database.loader.begin() as connection:
        for sql in (*models.values(), *tests.values()):
            if "ref('judged_" not in sql:
                connection.exec_driver_sql("explain " + REFERENCE.sub(_in_the_house, sql.split("\n", 1)[1]))
    database.dispose()


def test_a_citus_cluster_could_run_whatever_was_sent(recording: Recording) -> None:
    sent = {each.sql for transaction in recording.transactions for each in transaction if "curated." in each.sql}
    assert len(sent) > 50
    assert {sql: rules for sql in sent if (rules := broken(sql))} == {}


def test_work_is_what_writes_and_what_gates_count_with() -> None:
    assert Statement("curate", "-- a comment\ninsert into curated.fct_order select 1").is_work
    assert Statement("gate 2", "SELECT count(*) FROM gate.figures_order_day").is_work
    assert not Statement("curate", "-- touched slices\nwith touched as (select 1) select * from touched").is_work
    assert not Statement("gate 1", "lock table staging.stg_orders in share mode").is_work
    assert not Statement("gate 1", "select f.feed from published.load_feed as f").is_work


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"refresh": [TOOK], "psql": [replace(TOOK, seconds=7.0)]}, 0),
        ({"refresh": [TOOK], "psql": [replace(TOOK, seconds=6.0)]}, 1),
        ({"refresh": [TOOK], "psql": [TOOK], "dbt": [replace(TOOK, seconds=16.0)]}, 1),
        ({"refresh": [replace(TOOK, peak_mb=501.0)], "psql": [TOOK]}, 1),
        ({"refresh": [replace(TOOK, steps={"gate 1": 2.1})], "psql": [TOOK]}, 1),
    ],
)
def test_a_goal_that_is_missed_is_an_error(found: dict[str, list[Took]], code: int) -> None:
    assert refresh.told(found, [{"receive": 1.0}]) == code


def _rows(bench: Bench, name: str) -> dict[str, tuple[int, str]]:
    """Of every curated table and every edition how many rows there are, and a fingerprint of them all."""
    names = [f"curated.{table.name}" for table in tables("curated")]
    names += [f"published.{table.name}_edition" for table in tables("published")]
    asked = "select count(*), coalesce(md5(string_agg(cast(t as text), '|' order by cast(t as text))), '') from {} as t"
    database = db.connect(bench.settings(name))
    with database.loader.begin() as connection:
        found = {each: tuple(connection.execute(text(asked.format(each))).one()) for each in names}
    database.dispose()
    return found


def _in_the_house(reference: re.Match[str]) -> str:
    """The table of ours that a model is made like."""
    name = reference[1]
    for schema in ("staging", "curated", "gate"):
        if name.startswith({"staging": ("stg_", "now_"), "curated": ("dim_", "fct_"), "gate": ("known_",)}[schema]):
            return f"{schema}.{name}"
    return f"published.{name}_edition"
