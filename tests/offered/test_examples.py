"""The commands that the examples call, done here; `make schedulers` runs them under the schedulers themselves."""

import asyncio
import json
import re
import runpy
import shlex
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from tests.offered.conftest import Crm
from tests.refresh.deliveries import BRANCHES, complaints, write
from tests.schedulers import EXAMPLES
from warehouse import db, ledger
from warehouse.__main__ import app


@pytest.mark.parametrize("example", ["cron/crontab", "airflow/gatehouse.py", "dagster/definitions.py"])
def test_what_an_example_calls_publishes_what_has_come(
    example: str, database: db.Database, environment: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, branches=BRANCHES, complaints=complaints(40))
    said = re.sub(r'"\n\s*"', "", (EXAMPLES / example).read_text("utf-8"))
    called = re.findall(r"-m warehouse ([^\"\n]+?)(?: 2>&1|\")", said)
    assert called
    for words in called:
        done = run(words.replace("$DELIVERIES", str(tmp_path)), environment)
        assert done.exit_code == 0, done.stderr
    assert run("status --json", environment).stdout.count('"refresh": 1') == 1
    with database.loader.begin() as connection:
        settled = ledger.settings(connection)
    assert (settled["reporting_zone"], settled["reporting_currency"]) == ("Asia/Shanghai", "CNY")


def test_a_refresh_that_finds_another_one_at_it_is_to_be_tried_again(
    database: db.Database, environment: dict[str, str]
) -> None:
    with db.alone_at(database.loader, "gatehouse.refresh"):
        done = run("refresh --json", environment)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "try again in a moment" in done.stderr


HELD = json.dumps({"refresh_id": 1, "verdict": "held", "editions": {}})


@pytest.mark.parametrize(("command", "tries_again"), [("exit 1", 1), ("exit 2", 0), (f"echo '{HELD}'; exit 2", 0)])
def test_dagster_is_told_of_each_way_to_fail(command: str, tries_again: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failure(Exception):
        def __init__(self, _: str, *, allow_retries: bool = True, metadata: object = None) -> None:
            self.allow_retries = allow_retries

    dagster = MagicMock(asset=lambda **_: lambda made: made, Failure=Failure)
    monkeypatch.setitem(sys.modules, "dagster", dagster)
    figures = runpy.run_path(str(EXAMPLES / "dagster" / "definitions.py"))["figures"]
    figures.__globals__["COMMAND"] = command
    with pytest.raises(Failure) as failed:
        asyncio.run(figures())
    assert failed.value.allow_retries == tries_again


def test_a_mapping_of_queries_is_checked_against_the_database(crm: Crm, environment: dict[str, str]) -> None:
    fits = run(f"mapping check {crm.mapping}", environment)
    assert (fits.exit_code, fits.stderr) == (0, "crm.yaml fits\n")
    crm.run("alter table cases rename column topic to subject")
    fails = run(f"mapping check {crm.mapping}", environment)
    assert fails.exit_code == 2
    assert "the mapping names the header “topic”" in fails.stdout
    crm.run("drop table cases")
    assert "the database refuses the query" in run(f"mapping check {crm.mapping}", environment).stdout


def test_a_source_that_cannot_be_asked_is_told_by_the_exit_code(
    crm: Crm, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_URL")
    done = run(f"refresh --source {crm.mapping}", environment)
    assert done.exit_code == 2
    assert "refused: complaints: CRM_URL is not set" in done.stderr
    assert run("refresh --watch", environment).exit_code == 1


def test_what_is_not_reached_is_tried_again_and_leaves_a_trace(
    crm: Crm,
    database: db.Database,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CRM_URL", "postgresql+psycopg2://crm:sesame@127.0.0.1:1/crm")
    with caplog.at_level("INFO", "gatehouse"):
        done = run(f"refresh --source {crm.mapping}", environment)
    assert done.exit_code == 1
    assert "cannot be reached" in done.stderr
    with database.loader.begin() as connection:
        reasons = connection.scalars(text("select reason from published.refresh")).all()
    assert reasons == ["nothing new; not brought: branches, complaints"]
    told = [record.about for record in caplog.records if record.message == "refused"]
    assert told == [{"refresh": 1, "source": "crm", "code": "unreachable"}] * 2


def run(words: str, environment: dict[str, str]) -> Result:
    return CliRunner().invoke(app, shlex.split(words), env=environment, catch_exceptions=False)
