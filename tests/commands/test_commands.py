"""The command line as the data team uses it: one warehouse of the demo company, every command once, and its bad input."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from tests.access.firm import everything
from tests.servers import place
from warehouse import db
from warehouse.__main__ import app
from warehouse.feeds.contract import feeds
from warehouse.feeds.readers import open_table
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]


class Shell:
    """Runs `python -m warehouse …` against one home, in this process, and keeps all that it said."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.demo = home.with_name(f"{home.name}-demo")
        self.said = ""

    def run(self, *words: str) -> Result:
        done = CliRunner().invoke(app, words, env={"GATEHOUSE_HOME": str(self.home)}, catch_exceptions=False)
        self.said += f"{done.stdout}\n{done.stderr}\n"
        return done

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    with tempfile.TemporaryDirectory(prefix="gatehouse-", dir=place(), ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        shell = Shell(Path(home) / "home")
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
    told = shell.json("status")
    feeds = {row["feed"]: row for row in told["feeds"]}
    assert feeds["complaints"]["data_until"].startswith("2026-03")
    assert feeds["complaints"]["held"] == []
    assert datetime.fromisoformat(feeds["complaints"]["next_due"]) > datetime.now(UTC)
    assert "overdue" not in {row["late"] for row in told["feeds"]}, "a company loaded just now is in time"
    assert (told["refresh"], told["under_way"], told["was_cut_off"]) == (1, None, False)


def test_a_refresh_that_runs_or_was_cut_off_is_said(shell: Shell) -> None:
    database = db.connect(Settings(home=shell.home))
    begin = text("insert into published.refresh (started_by, step) values ('cron', 'curate') returning refresh_id")
    with database.loader.begin() as connection:
        number = connection.scalar(begin)
    with db.alone_at(database.loader, "gatehouse.refresh"):
        assert shell.json("status")["under_way"]["step"] == "curate"
        assert f"refresh {number} of cron is at step curate" in shell.run("status").stderr
        assert shell.run("purge").exit_code == 2
    assert f"refresh {number} was cut off; readers keep the last good state" in shell.run("status").stderr
    assert shell.json("status")["was_cut_off"] is True
    with database.loader.begin() as connection:
        connection.execute(text("delete from published.refresh where refresh_id = :number"), {"number": number})
    database.dispose()


def test_show_lists_loads_and_checks(shell: Shell) -> None:
    shown = shell.json("show", "1")
    assert {row["feed"] for row in shown["loads"]} >= {"leads", "orders", "complaints"}
    assert {row["gate"] for row in shown["checks"]} == {"delivery", "figures"}
    assert all(row["outcome"] != "raised" for row in shown["checks"])
    assert shown["restatements"] == []
    assert sum(file["delivered"] for file in shown["files"]) == shell.json("history")[0]["delivered"]


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
    held = shell.run("refresh", "--from", str(shell.demo / "delivery_week_01_orphan_keys"))
    assert held.exit_code == 2, held.stderr
    assert "held: orders, by " in held.stderr
    assert shell.json("figure", "order.count")["rows"] == before
    refused = shell.json("quarantine", "--feed", "orders")
    assert {row["reason_code"] for row in refused} == {"unknown_branch"}
    lines = shell.run("quarantine", "--feed", "orders", "--csv").stdout.splitlines()
    assert lines[0] == "load_id,feed,file_name,row_number,column_name,reason_code,value,also"
    assert len(lines) == len(refused) + 1
    feeds = {row["feed"]: row for row in shell.json("status")["feeds"]}
    assert (len(feeds["orders"]["held"]), bool(feeds["orders"]["held_by"])) == (1, True)
    erased = shell.run("discard", str(refused[0]["load_id"]), "--erase")
    assert erased.exit_code == 0, erased.stderr
    assert f"load {refused[0]['load_id']}: " in erased.stderr
    assert "rows erased" in erased.stderr
    assert shell.json("quarantine", "--feed", "orders") == []
    assert shell.json("figure", "order.count")["rows"] == before
    corrected = shell.run("refresh", "--from", str(shell.demo / "delivery_week_01_orphan_keys_corrected"))
    assert corrected.exit_code == 0, corrected.stderr
    assert shell.json("figure", "order.count")["rows"] != before
    newest = shell.json("status")["refresh"]
    told = shell.json("diff", "1", str(newest))
    (orders,) = (
        row for row in told["figures"] if row["metric"] == "order.count" and not (row["region"] or row["month"])
    )
    days = ("--from", told["from"], "--to", str(date.fromisoformat(told["to_before"]) - timedelta(days=1)))
    sides = [shell.json("figure", "order.count", *days, "--at", str(at))["rows"][0]["value"] for at in (1, newest)]
    assert [orders["before"], orders["after"]] == sides
    assert {"table": "order_day", "measure": "orders"}.items() <= told["slices"][0].items() or told[
        "slices_in_all"
    ] > 100
    assert shell.json("rollback", "1") == {"refresh": 1}
    assert shell.json("figure", "order.count")["rows"] == before


def test_how_much_is_kept_is_set_and_said(shell: Shell) -> None:
    told = shell.json("purge", "--refreshes", "12", "--loads", "8")
    assert told["kept"] == {"refreshes": 12, "loads": 8, "checks": 400}
    assert shell.json("purge")["kept"]["refreshes"] == 12
    assert told["purged"]["refreshes"] == []
    assert {"12 refreshes", "8 loads"} <= {
        row["detail"]["what"] for row in shell.json("access", "audit", "--action", "keep")
    }


def test_a_grant_opens_and_a_revoked_one_shuts(shell: Shell) -> None:
    assert shell.run("access", "grant", "Ann@Example.com", "--role", "branch_head", "--region", "R2").exit_code == 0
    assert [
        row["by"]["region"]
        for row in shell.json("figure", "lead.count", "--by", "region", "--as", "ann@example.com")["rows"]
    ] == ["R2"]
    (grant,) = (row for row in shell.json("access", "list") if row["person"] == "ann@example.com")
    assert (grant["role"], grant["scope_id"], grant["valid_until"]) == ("branch_head", "R2", None)
    assert shell.run("access", "revoke", "ann@example.com", "--region", "R3").exit_code == 2
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
        (("quarantine", "99"), "there is no load 99"),
        (("quarantine", "--feed", "ordres"), "did you mean orders?"),
        (("show", "99"), "there is no refresh 99"),
        (("diff", "1", "99"), "refresh 99 was never published"),
        (("purge", "--refreshes", "0"), "at least 1 is kept"),
        (("rollback", "99"), "never made"),
        (("release", "1", "--reason", "because"), "not held by any rule"),
        (("access", "grant", "a@b.c", "--role", "king"), "there are executive, branch_head, data_steward"),
        (("access", "grant", "Ann", "--role", "executive"), "no e-mail address"),
        (("access", "grant", "a@b.c", "--role", "executive", "--region", "R1"), "is for the whole company"),
        (("access", "grant", "a@b.c", "--role", "branch_head"), "say which region or branch"),
        (("access", "grant", "a@b.c", "--role", "branch_head", "--region", "R9"), "no region R9; there are R1, R2"),
        (("access", "grant", "a@b.c", "--role", "branch_head", "--region", "R1", "--branch", "R1-01"), "not both"),
        (("access", "grant", "a@b.c", "--role", "executive", "--until", "2020-01-01"), "is over"),
        (("access", "rotate"), "say which key"),
        (("forget", "nobody"), "no row tells of a customer nobody"),
        (("access", "revoke", "a@b.c"), "has no running grant"),
        (("demo", "--dirty", "dust"), "there are"),
    ],
)
def test_bad_input_gets_one_clear_sentence(shell: Shell, words: tuple[str, ...], said: str) -> None:
    done = shell.run(*words)
    assert done.exit_code in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_grant_until_a_day_is_good_for_the_whole_day(shell: Shell) -> None:
    until = ("--until", "2099-12-31")
    given = shell.run("access", "grant", "bob@example.com", "--role", "executive", *until)
    assert "until 2100-01-01 00:00 CST" in given.stderr
    (grant,) = (row for row in shell.json("access", "list") if row["person"] == "bob@example.com")
    assert grant["valid_until"] == "2099-12-31T16:00:00+00:00"


def personal(folder: Path) -> set[str]:
    """Every name, telephone and word of a person in the deliveries of a folder."""
    told: set[str] = set()
    for code, feed in feeds().items():
        columns = {column.name for column in feed.columns if column.personal}
        for path in folder.glob(f"delivery_*/{code}_0*") if columns else ():
            opened = open_table(path)
            for batch in (each for each in opened.batches() if each.numbers):
                cells = (cells for name, cells in zip(opened.columns, batch.columns, strict=True) if name in columns)
                told |= {cell for column in cells for cell in column.to_pylist() if cell}
    return told


def found(words: set[str], *places: Path) -> list[str]:
    """The files, below the places, in which any of the words stands, as text or among other bytes."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as listed:
        listed.write("\n".join(sorted(words)))
        listed.flush()
        search = ["grep", "--recursive", "--text", "--fixed-strings", "--files-with-matches", "--file", listed.name]
        done = subprocess.run([*search, *map(str, places)], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def test_nothing_personal_stands_outside_the_vault_nor_was_ever_said(shell: Shell, tmp_path: Path) -> None:
    words = personal(shell.demo)
    assert len(words) > 1_500
    database, told = db.connect(Settings(home=shell.home)), tmp_path / "tables.txt"
    told.write_text("\n".join(f"{where}: {row}" for where, row in everything(database)), "utf-8")
    database.dispose()
    (tmp_path / "said.txt").write_text(shell.said, "utf-8")
    assert found(words, shell.home, tmp_path) == []
    assert found({"staging.stg_customers: ("}, tmp_path) == [str(told)]
    assert "R1" in shell.said


def test_a_customer_is_forgotten_and_keys_are_changed_without_a_figure_moving(shell: Shell) -> None:
    def figures() -> list[object]:
        return [shell.json("figure", code)["rows"] for code in ("order.count", "complaint.count", "csat.top2")]

    before = figures()
    (customer,) = pd.read_csv(next(shell.demo.glob("delivery_000/customers_*")), dtype=str)["customer_id"].head(1)
    done = shell.json("forget", customer, "--reason", "asked by letter")
    assert done["rows"] >= 2
    assert done["gone"] >= 1
    assert shell.json("forget", customer)["gone"] == 0
    assert "sealed with the new vault key" in shell.run("access", "rotate", "--vault", "--hmac").stderr
    assert figures() == before
    trail = shell.json("access", "audit", "--action", "key change")
    assert len(trail) == 2
    assert f"customer {customer}, {done['gone']} values: asked by letter" in {
        row["detail"]["what"] for row in shell.json("access", "audit", "--action", "forget")
    }
