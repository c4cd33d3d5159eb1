"""Where there is no Citus, `distribute` leaves everything as it is, and the tests of clusters touch nothing; and how a cluster begins."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator as Validator
from sqlalchemy import text
from typer.testing import CliRunner

from tests.citus.cluster import NoCluster, placed
from warehouse import db
from warehouse.__main__ import app
from warehouse.distribute import distribute

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_without_citus_nothing_is_done(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _functions(database)
    assert distribute(database.loader) is None
    monkeypatch.setenv("DATABASE_URL", database.loader.url.render_as_string(hide_password=False))
    monkeypatch.setenv("DATABASE_READER_URL", database.reader.url.render_as_string(hide_password=False))
    told = CliRunner().invoke(app, ["distribute"])
    assert (told.exit_code, told.stderr) == (0, "this server has no Citus: everything stays where it is\n")
    assert _functions(database) == before


def test_a_plain_server_is_no_cluster(database: db.Database) -> None:
    with (
        pytest.raises(NoCluster, match="without Citus"),
        placed(database.loader.url.render_as_string(hide_password=False)),
    ):
        pass
    assert _functions(database)


def test_the_cluster_is_a_compose_file_whose_workers_the_coordinator_knows() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    said = yaml.safe_load((DEPLOY / "citus-compose.yml").read_text("utf-8"))
    assert [error.message for error in Validator(schema).iter_errors(said)] == []
    script, stands_for = said["services"]["postgres"]["volumes"][0].split(":")[:2]
    base = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text("utf-8"))
    assert any(volume.split(":")[1] == stands_for for volume in base["services"]["postgres"]["volumes"])
    joined = re.findall(r"citus_add_node\('([^']+)'", (DEPLOY.parent / script).read_text("utf-8"))
    assert joined == [name for name in said["services"] if name != "postgres"]


def _functions(database: db.Database) -> str:
    """How the functions are written that a cluster would want otherwise."""
    with database.loader.begin() as connection:
        asked = "select string_agg(pg_get_functiondef(p.oid), '' order by p.oid) from pg_proc as p where pronamespace = 'curated'::regnamespace"
        return str(connection.scalar(text(asked)))
