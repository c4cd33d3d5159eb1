"""A recorded refresh as a dbt project: each statement that fills a table is a model, each rule of the gates a test.

The database that it is built in holds what the scripts made of the same company, short of publishing: the bookkeeping that models
and rules read, and the functions, some of which read curated tables. All models stand in a schema of their own.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection, text

from benchmarks.bare.recorded import COMMENT, Recording
from benchmarks.measured.bench import Bench
from benchmarks.measured.environment import environment
from benchmarks.measured.programs import run
from checks.predicates import QUERIES, Look, holds, query_of
from checks.rules import Rule, Suite, suites
from warehouse import db

VERSIONS = ("dbt-core==1.11.16", "dbt-postgres==1.10.2")  # of 1.12 a part does not come from PyPI
THREADS = 2  # as many as the refresh has writers
AS_THE_REFRESH = {"PGOPTIONS": "-c jit=off -c work_mem=64MB"}
SILENT = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
JUDGED = re.compile(r"\s*create temporary table judged_rows as (.+)", re.IGNORECASE | re.DOTALL)
JUDGED_ROWS = "FROM judged_rows"
FILLED = re.compile(
    r'\s*insert into (staging|curated|published)\."?(\w+)"? \(([^)]+)\) (.+)', re.IGNORECASE | re.DOTALL
)
NAMED = re.compile(r'\b(staging|curated|published|gate)\."?(\w+)"?(?!\w|\()')
NOT_ASKED = frozenset({"max_null_fraction", "nulls_like_history", "coverage_kept", "restated_within", "period_covered"})
"""Rules that compare with earlier refreshes, or judge a share: no test of dbt's is like them."""


Table = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True)
class Project:
    """A dbt project in `folder`: so many models and tests, and the rules that have no test there."""

    folder: Path
    models: int
    tests: int
    not_asked: int


@dataclass
class _Drawn:
    """What was read off a recording: what judges the rows of each file, and by table the columns and SELECTs that fill it."""

    judged: dict[str, str] = field(default_factory=dict)
    parts: dict[Table, list[tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Model:
    """SQL that names tables of the house, and what becomes of it."""

    sql: str
    kind: Literal["table", "view"] = "table"
    indexes: Sequence[Mapping[str, object]] = ()

    @property
    def config(self) -> str:
        """What dbt is told of it; statistics are fresh after each table, as in the refresh."""
        indexes = f", indexes={json.dumps(self.indexes)}" if self.indexes else ""
        analyzed = ", post_hook='analyze {{ this }}'" if self.kind == "table" else ""
        return f"{{{{ config(materialized='{self.kind}'{indexes}{analyzed}) }}}}"


def project(bench: Bench, name: str, recording: Recording, folder: Path, *, builds_in: str) -> Project:
    """Write the project that builds, in the database `builds_in`, a copy of `name`, what the recording says."""
    drawn = _drawn(recording)
    database = db.connect(bench.settings(name))
    with database.loader.begin() as connection:
        models = dict(_models(connection, drawn))
    database.dispose()
    names = {table: _name(*table) for table in models}
    for table, model in models.items():
        _write(folder / "models" / f"{names[table]}.sql", f"{model.config}\n{_referring(model.sql, names)}\n")
    tests = dict(_tests(names))
    for test, body in tests.items():
        _write(folder / "tests" / f"{test}.sql", body)
    _configure(bench, builds_in, folder)
    rules = sum(len(suite.rules) for gate in ("delivery", "figures") for suite in suites(gate).values())
    return Project(folder, len(models), len(tests), rules - len(tests))


def build(made: Project) -> float:
    """Build all models and ask all tests; seconds of processors that dbt itself took. Raises ProgramFailed."""
    program = environment("dbt", *VERSIONS) / "dbt"
    where = ("--project-dir", made.folder, "--profiles-dir", made.folder)
    return run(
        program, "--quiet", "build", *where, "--threads", str(THREADS), environment={**SILENT, **AS_THE_REFRESH}
    ).cpu


def _drawn(recording: Recording) -> _Drawn:
    """The models of a recording. Rows that are judged are a model of each file; a table filled from several files is their union."""
    drawn, judging = _Drawn(), ""
    for statement in (each for transaction in recording.work for each in transaction):
        sql = COMMENT.sub("", statement.sql)
        if found := JUDGED.match(sql):
            judging = f"judged_{len(drawn.judged) + 1}"
            drawn.judged[judging] = found[1]
        elif (found := FILLED.match(sql)) and _holds_rows(found[1], found[2], found[4]):
            schema, table, columns, select = found.groups()
            select = select.replace(JUDGED_ROWS, f"FROM {{{{ ref('{judging}') }}}} AS judged_rows")
            table = f"refused_{len(drawn.judged)}" if table == "quarantine" else table
            drawn.parts.setdefault((schema, table), []).append((columns, select))
    return drawn


def _models(connection: Connection, drawn: _Drawn) -> Iterator[tuple[Table, _Model]]:
    for judging, sql in drawn.judged.items():
        yield ("dbt", judging), _Model(sql)
    for table, parts in drawn.parts.items():
        yield table, _Model(_filled(connection, table, parts), indexes=_indexes(connection, table))
    for view, sql in _views(connection, drawn).items():
        yield view, _Model(sql, "view")


def _holds_rows(schema: str, table: str, select: str) -> bool:
    """Whether a statement fills a table of rows; the others write in the book."""
    return schema != "published" or table.endswith("_edition") or (table == "quarantine" and JUDGED_ROWS in select)


def _filled(connection: Connection, table: Table, parts: Sequence[tuple[str, str]]) -> str:
    """The rows of a table, with all its columns in their types, as an insert into it would have made them."""
    schema, name = table
    known = _columns(connection, schema, "quarantine" if name.startswith("refused_") else name)
    return "\nunion all\n".join(_typed(known, columns, select) for columns, select in parts)


def _typed(known: Mapping[str, str], columns: str, select: str) -> str:
    given = [column.strip().strip('"') for column in columns.split(",")]
    cells = (
        f'cast({f"t.{name!s}" if name in given else "null"} as {kind}) as "{name}"' for name, kind in known.items()
    )
    return " ".join(("select", ", ".join(cells), "from", f"({select}) as t ({', '.join(given)})"))


def _columns(connection: Connection, schema: str, table: str) -> dict[str, str]:
    asked = text(
        "select attname, format_type(atttypid, atttypmod) as kind from pg_attribute"
        " where attrelid = cast(:name as regclass) and attnum > 0 and not attisdropped and attgenerated = '' order by attnum"
    )
    return {row.attname: row.kind for row in connection.execute(asked, {"name": f'{schema}."{table}"'})}


def _indexes(connection: Connection, table: Table) -> list[dict[str, object]]:
    """The indexes of a table that dbt can say: those on columns."""
    asked = text(
        "select i.indisunique as is_unique, array_agg(a.attname order by k.place) as columns from pg_index as i"
        " cross join unnest(i.indkey) with ordinality as k (number, place)"
        " inner join pg_attribute as a on i.indrelid = a.attrelid and k.number = a.attnum"
        " where i.indrelid = to_regclass(:name) and i.indexprs is null and i.indpred is null"
        " and k.place <= i.indnkeyatts group by i.indexrelid, i.indisunique order by i.indexrelid"
    )
    found = connection.execute(asked, {"name": f'{table[0]}."{table[1]}"'})
    return [{"columns": list(row.columns), "unique": row.is_unique} for row in found]


def _views(connection: Connection, drawn: _Drawn) -> dict[Table, str]:
    """The views that models and rules read: the newest version of each key, and the keys that are known, of feeds that came."""
    asked = text(
        "select schemaname, viewname, definition from pg_views where (schemaname, left(viewname, 4)) in (('staging', 'now_'))"
        " or (schemaname, left(viewname, 6)) in (('gate', 'known_'))"
    )
    return {
        (row.schemaname, row.viewname): row.definition.rstrip(" ;\n")
        for row in connection.execute(asked)
        if {each for each in NAMED.findall(row.definition) if each[0] == "staging"} <= set(drawn.parts)
    }


def _name(schema: str, table: str) -> str:
    """What a table is called as a model."""
    return table.removesuffix("_edition") if schema == "published" else table


def _referring(sql: str, names: Mapping[Table, str]) -> str:
    """The same SQL, naming models where it named tables, and what waits at a gate as the model that it is."""

    def named(found: re.Match[str]) -> str:
        schema, table = found.groups()
        if (schema, table) in names:
            return f"{{{{ ref('{names[schema, table]}') }}}}"
        if schema == "gate" and table.startswith("delivery_"):
            return f"{{{{ ref('stg_{table.removeprefix('delivery_')}') }}}}"
        return found[0]

    bare = COMMENT.sub("", sql).replace("{%", "{{ '{%' }}").replace("{#", "{{ '{#' }}")
    return NAMED.sub(named, bare)


def _tests(names: Mapping[Table, str]) -> Iterator[tuple[str, str]]:
    """A test for each rule that is about rows, keys or a query: it returns what is wrong."""
    look = Look(now=datetime.now(UTC))
    for gate, schema, form in (("delivery", "staging", "stg_{}"), ("figures", "published", "{}_edition")):
        for suite in suites(gate).values():
            table = (schema, form.format(suite.table))
            if table in names:
                for rule in suite.rules:
                    if asked := _asked(rule, suite, look, f"{{{{ ref('{names[table]}') }}}}"):
                        severity = "error" if rule.level == "block" else "warn"
                        body = f"{{{{ config(severity='{severity}') }}}}\n{_referring(asked, names)}\n"
                        yield re.sub(r"\W", "_", f"{gate}__{suite.table}__{rule.id}"), body


def _asked(rule: Rule, suite: Suite, look: Look, rows: str) -> str | None:
    """The query that returns what breaks the rule; None for a rule that is no test."""
    if rule.expect in NOT_ASKED:
        return None
    kept = sa.select(sa.literal_column("*")).select_from(sa.text(f"{rows} as kept"))
    if rule.expect == "unique":
        within = [
            sa.column(name) for name in (["load_id", *rule.columns] if suite.gate == "delivery" else rule.columns)
        ]
        return str(sa.select(*within).select_from(sa.text(rows)).group_by(*within).having(sa.text("count(*) > 1")))
    if rule.expect == "row_count":
        too_many = sa.text(f"count(*) > {rule.bounds['high']}")
        return str(sa.select(sa.func.count()).select_from(sa.text(rows)).having(too_many))
    if rule.kind.proof == "row":
        return str(kept.where(sa.literal_column(f"not ({holds(rule, look)})")))
    if rule.expect in QUERIES:
        batch = kept if suite.gate == "delivery" else kept.add_columns(sa.true().label("is_new"))
        return query_of(rule).replace("{batch}", f"({batch}) as subselect")
    return None


def _configure(bench: Bench, name: str, folder: Path) -> None:
    paths = {"model-paths": ["models"], "test-paths": ["tests"]}
    _write(
        folder / "dbt_project.yml",
        json.dumps({"name": "refresh", "version": "1.0.0", "config-version": 2, "profile": "refresh", **paths}),
    )
    place = {
        "host": bench.server.query["host"],
        "port": 5432,
        "user": "loader",
        "pass": bench.server.password or "",
        "dbname": name,
    }
    output = {"type": "postgres", **place, "schema": "dbt", "threads": THREADS}
    _write(folder / "profiles.yml", json.dumps({"refresh": {"target": "bench", "outputs": {"bench": output}}}))


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
