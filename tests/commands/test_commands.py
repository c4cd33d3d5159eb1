"""The command line as the data team uses it: one warehouse of the demo company, every command once, and its bad input."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from warehouse.__main__ import app

ROOT = Path(__file__).parents[2]


class Shell:
    """Runs `python -m warehouse …` against one home, in this process."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, words, env={"GATEHOUSE_HOME": str(self.home)}, catch_exceptions=False)

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    with tempfile.TemporaryDirectory(prefix="gatehouse-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        shell = Shell(Path(home))
        loaded = shell.run("demo", "--load", "--customers", "1000")
        assert loaded.exit_code == 0, loaded.stderr
        yield shell


def test_the_demo_company_is_published_with_every_row_accounted_for(shell: Shell) -> None:
    (first,) = shell.json("history")
    assert first["state"] == "passed"
    assert first["shown"] is True
    assert first["delivered"] == first["accepted"] + first["superseded"] + first["quarantined"] > 30_000
    assert first["quarantined"] == 0


def test_loading_the_demo_again_changes_nothing(shell: Shell) -> None:
    again = shell.run("demo", "--load", "--customers", "1000")
    assert again.exit_code == 0
    assert "holds a company already" in again.stderr
    assert len(shell.json("history")) == 1


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "warehouse", "metrics", "nps", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["code"] == "nps"


def test_status_says_how_far_each_feed_reaches(shell: Shell) -> None:
    status = {row["feed"]: row for row in shell.json("status")}
    assert status["complaints"]["data_until"].startswith("2026-03")
    assert status["complaints"]["held"] == []


def test_show_lists_loads_and_checks(shell: Shell) -> None:
    shown = shell.json("show", "1")
    assert {row["feed"] for row in shown["loads"]} >= {"leads", "orders", "complaints"}
    assert {row["gate"] for row in shown["checks"]} == {"delivery", "figures"}
    assert all(row["outcome"] != "raised" for row in shown["checks"])


def test_a_figure_says_metric_refresh_scope_unit_and_rows(shell: Shell) -> None:
    figure = shell.json(
        "figure", "complaint.sla_rate", "--by", "severity", "--from", "2025-04-01", "--to", "2026-03-31"
    )
    assert (figure["metric"], figure["refresh"], figure["unit"]) == ("complaint.sla_rate", 1, "share")
    assert figure["scope"]["period"] == {"from": "2025-04-01", "to_before": "2026-04-01"}
    assert {row["by"]["severity"] for row in figure["rows"]} == {"low", "normal", "high", "critical"}
    shown = [row for row in figure["rows"] if "suppressed" not in row]
    assert shown
    for row in shown:
        assert row["value"] == pytest.approx(row["numerator"] / row["denominator"])
        assert row["low"] <= row["value"] <= row["high"]


def test_a_branch_head_is_told_the_own_region_alone(shell: Shell) -> None:
    everybody = shell.json("figure", "lead.count", "--by", "region")["rows"]
    own = shell.json("figure", "lead.count", "--by", "region", "--as", "head@demo")["rows"]
    assert len(everybody) == 6
    assert own == [row for row in everybody if row["by"] == own[0]["by"]]


def test_a_stranger_is_told_nothing(shell: Shell) -> None:
    refused = shell.run("figure", "lead.count", "--as", "nobody@example.com")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "nothing is published yet for this person" in refused.stderr


def test_figures_come_as_csv_too(shell: Shell) -> None:
    lines = shell.run("figure", "order.count", "--by", "region", "--csv").stdout.splitlines()
    assert lines[0] == "region,value,suppressed"
    assert len(lines) == 7


def test_every_metric_is_in_the_catalogue_with_its_sql(shell: Shell) -> None:
    codes = {row["code"] for row in shell.json("metrics")}
    assert {
        "lead.conversion_90",
        "complaint.resolution",
        "csat.top2",
        "nps",
        "matrix.portfolio",
        "five.churn_rate",
    } <= codes
    about = shell.json("metrics", "nps")
    assert set(about["label"]) == {"en", "zh_CN"}
    assert "select" in about["sql"]["queries/nps.sql"]
    assert {
        "table": "figure",
        "column": "value",
        "from_table": "published.survey_score",
        "from_column": "score",
    } in about["lineage"]


def test_a_dirty_delivery_is_held_named_and_discarded(shell: Shell) -> None:
    assert shell.run("demo", "--dirty", "orphan_keys").exit_code == 0
    before = shell.json("figure", "order.count")["rows"]
    held = shell.run("refresh", "--from", str(shell.home / "demo" / "delivery_week_01_orphan_keys"))
    assert held.exit_code == 2, held.stderr
    assert "held: orders, by " in held.stderr
    assert shell.json("figure", "order.count")["rows"] == before
    refused = shell.json("quarantine", "--feed", "orders")
    assert {row["reason_code"] for row in refused} == {"unknown_branch"}
    corrected = shell.run("refresh", "--from", str(shell.home / "demo" / "delivery_week_01_orphan_keys_corrected"))
    assert corrected.exit_code == 0, corrected.stderr
    assert shell.json("figure", "order.count")["rows"] != before
    assert shell.run("rollback", "1").exit_code == 0
    assert shell.json("figure", "order.count")["rows"] == before


def test_a_grant_opens_and_a_revoked_one_shuts(shell: Shell) -> None:
    assert shell.run("access", "grant", "Ann@Example.com", "--role", "branch_head", "--region", "R2").exit_code == 0
    assert [
        row["by"]["region"]
        for row in shell.json("figure", "lead.count", "--by", "region", "--as", "ann@example.com")["rows"]
    ] == ["R2"]
    assert shell.run("access", "revoke", "ann@example.com").exit_code == 0
    assert shell.run("figure", "lead.count", "--as", "ann@example.com").exit_code == 2
    assert {"grant", "revoke"} <= {row["action"] for row in shell.json("access", "audit")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("figure", "complaint.resolutoin"), "did you mean complaint.resolution"),
        (("figure", "complaint.count", "--by", "colour"), "knows no colour"),
        (("figure", "complaint.count", "--where", "category"), "write dimension=value"),
        (("figure", "complaint.count", "--at", "99"), "refresh 99 was never published"),
        (("refresh", "--from", "no/such/folder"), "does not exist"),
        (("refresh", "--source", "no.yaml", "--from", "."), "no.yaml"),
        (("refresh", "--from", ".", "--zone", "Mars"), "there is no zone Mars"),
        (("discard", "99"), "there is no load 99"),
        (("rollback", "99"), "never made"),
        (("release", "1", "--reason", "because"), "not held by any rule"),
        (("access", "grant", "a@b.c", "--role", "king"), "there are executive, branch_head, data_steward"),
        (("access", "revoke", "a@b.c"), "has no running grant"),
        (("demo", "--dirty", "dust"), "there are"),
    ],
)
def test_bad_input_gets_one_clear_sentence(shell: Shell, words: tuple[str, ...], said: str) -> None:
    done = shell.run(*words)
    assert done.exit_code in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr
