"""The commands that the examples call, done here; `make schedulers` runs them under the schedulers themselves."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.offered.conftest import Crm
from tests.refresh.deliveries import BRANCHES, complaints, write
from tests.schedulers import EXAMPLES
from warehouse.__main__ import app


@pytest.mark.parametrize("example", ["cron/crontab", "airflow/gatehouse.py", "dagster/definitions.py"])
def test_what_an_example_calls_publishes_what_has_come(
    example: str, environment: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, branches=BRANCHES, complaints=complaints(40))
    called = re.findall(r"-m warehouse ([^\"\n]+?)(?: 2>&1|\")", (EXAMPLES / example).read_text("utf-8"))
    assert called
    for words in called:
        done = run(words.replace("$DELIVERIES", str(tmp_path)), environment)
        assert done.exit_code == 0, done.stderr
    assert run("status --json", environment).stdout.count('"refresh": 1') == 1


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


def run(words: str, environment: dict[str, str]) -> Result:
    return CliRunner().invoke(app, shlex.split(words), env=environment, catch_exceptions=False)
