"""What a gate run may cost: statements, memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from checks.gate import run_gate
from checks.rules import suites
from tests.checks.deliveries import BRANCHES, NOW, complaints, deliver, refresh
from warehouse.db import Database

MEGABYTES = 400


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any engine of this process sends."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_statements_of_a_run_are_pinned(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    with statements() as sent:
        run_gate(database, gate="delivery", tables=["branches", "complaints"], refresh_id=refresh_id, now=NOW)
    samples = [statement for statement in sent if "unexpected_values" in statement]
    rules = [rule for table in ("branches", "complaints") for rule in suites("delivery")[table].rules]
    assert len(samples) <= len([rule for rule in rules if rule.kind.proof == "row"])
    assert all("LIMIT" in statement for statement in samples)
    assert len(sent) == 58


def test_rows_are_scanned_a_fixed_number_of_times_however_many_rules_there_are(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    with statements() as sent:
        run_gate(database, gate="delivery", tables=["complaints"], refresh_id=refresh_id, now=NOW)
    scans = [statement for statement in sent if "delivery_complaints" in statement and "LIMIT" not in statement]
    assert len(scans) == 4


def test_memory_of_a_run_stays_below_the_budget(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    deliver(database, "complaints", complaints(20_000), refresh_id=refresh_id)
    url = database.loader.url.render_as_string(hide_password=False)
    asked = f"""
import json, re
from pathlib import Path
from sqlalchemy import create_engine
from checks.gate import run_gate
from warehouse.db import Database
engine = create_engine({url!r})
verdict = run_gate(Database(loader=engine, reader=engine), gate="delivery", tables=["complaints"], refresh_id={refresh_id})
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])  # of this program, not of its parent
print(json.dumps([len(verdict.results), peak / 1024]))
"""
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    results, megabytes = json.loads(said.stdout.splitlines()[-1])
    assert results == len(suites("delivery")["complaints"].rules)
    assert megabytes < MEGABYTES
