"""What a gate run may cost: statements, scans, memory."""

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
from tests.checks.figures import MONTHS, lead_edition, lead_facts, publish
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


def sent_for_a_delivery(database: Database, *tables: str) -> list[str]:
    """The statements of a run over waiting branches and complaints."""
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    deliver(database, "complaints", complaints(), refresh_id=refresh_id)
    with statements() as sent:
        assert run_gate(database, gate="delivery", tables=list(tables), refresh_id=refresh_id, now=NOW).passed
    return sent


def test_statements_of_a_delivery_are_pinned_and_no_value_is_asked_for(database: Database) -> None:
    sent = sent_for_a_delivery(database, "branches", "complaints")
    assert not [statement for statement in sent if "unexpected_values" in statement]
    assert len(sent) == 23


def test_scans_of_a_delivery_do_not_grow_with_its_rules(database: Database) -> None:
    scans = [sent for sent in sent_for_a_delivery(database, "complaints") if "delivery_complaints" in sent]
    assert len(scans) == 2 + 1  # ours: rows, and days without any; GX's: rows


def rows_of(database: Database, refresh_id: int) -> int:
    """Rows that a refresh wrote of `lead_day`."""
    with database.loader.begin() as connection:
        written = sa.text("select count(*) from published.lead_day_edition where edition_id = :refresh_id")
        return int(connection.execute(written, {"refresh_id": refresh_id}).scalar_one())


def test_of_figures_only_what_is_new_is_scanned_by_row_rules(database: Database) -> None:
    earlier = refresh(database)
    lead_facts(database)
    lead_edition(database, earlier, months=MONTHS[:2])
    publish(database, earlier)
    refresh_id = refresh(database)
    lead_edition(database, refresh_id, months=MONTHS[2:])
    with statements() as sent:
        verdict = run_gate(database, gate="figures", tables=["lead_day"], refresh_id=refresh_id, now=NOW)
    assert verdict.passed
    queries = [rule for rule in suites("figures")["lead_day"].rules if rule.kind.proof == "query"]
    scans = [statement for statement in sent if "figures_lead_day" in statement and "EXISTS" not in statement]
    assert len(sent) == 19
    ours, theirs = 3, 1 + len(queries)  # rows, keys, queries together; rows, queries one by one
    assert len(scans) == ours + theirs
    (size,) = (result for result in verdict.results if result.rule_id == "row_count")
    assert size.element_count == rows_of(database, refresh_id) < rows_of(database, earlier)


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
