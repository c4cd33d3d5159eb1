"""What machines are told of refreshes: metrics that are what the book says, and events as they happen, with nobody's words."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.refresh.conftest import Refresh
from tests.refresh.deliveries import complaints
from warehouse import db, logs
from warehouse.monitor import book
from warehouse.refresh import Outcome

Told = Callable[..., float | None]
UNKNOWN_BRANCH = [{**row, "branch_id": "nowhere"} for row in complaints(100, first=300)]
WORDS = "Wang Fang called again"


@pytest.fixture
def told(database: db.Database) -> Told:
    """told("gatehouse_jobs", state="waiting") is what Prometheus would be told now; None where it is not told at all."""

    def ask(name: str, **labels: str) -> float | None:
        samples = (sample for family in book.registry(database).collect() for sample in family.samples)
        return next((each.value for each in samples if (each.name, each.labels) == (name, labels)), None)

    return ask


@pytest.fixture
def events() -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """events("step") are those of that name so far, as they are written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.WAYS["json"])
    logs.EVENTS.addHandler(handler)
    logs.EVENTS.setLevel(logging.INFO)
    yield lambda name: [each for each in map(json.loads, written.getvalue().splitlines()) if each["event"] == name]
    logs.EVENTS.removeHandler(handler)
    logs.EVENTS.setLevel(logging.NOTSET)
    assert WORDS not in written.getvalue()


def test_metrics_are_what_the_book_says(
    database: db.Database, published: Outcome, deliver: Refresh, told: Told
) -> None:
    assert told("gatehouse_refreshes_total", state="passed") == 1
    assert told("gatehouse_refreshes_total", state="held") == 0
    assert told("gatehouse_refresh_step_seconds", step="gate 1") == published.timings["gate 1"]
    held = deliver("held", complaints=UNKNOWN_BRANCH)
    assert held.verdict == "held"
    assert told("gatehouse_warehouse_up") == 1
    assert told("gatehouse_refreshes_total", state="held") == 1
    assert told("gatehouse_published_refresh") == published.refresh_id
    assert told("gatehouse_feed_held_loads", feed="complaints") == 1
    assert told("gatehouse_feed_held_loads", feed="branches") == 0
    assert told("gatehouse_feed_rows", feed="complaints", fate="accepted") == 300
    assert told("gatehouse_feed_rows", feed="complaints", fate="quarantined") == 100
    assert (told("gatehouse_checks", gate="delivery", level="block", outcome="failed") or 0) >= 1
    assert told("gatehouse_feed_late", feed="complaints") is not None
    assert told("gatehouse_backup_timestamp_seconds") is None, "none was made"


def test_who_is_at_work_is_told_by_the_locks(database: db.Database, published: Outcome, told: Told) -> None:
    with database.loader.begin() as connection:
        connection.execute(
            text("insert into published.refresh (started_by, started_at) values ('cron', now() - interval '1 h')")
        )
    assert (told("gatehouse_refresh_cut_off"), told("gatehouse_refresh_running_seconds")) == (1, 0)
    assert told("gatehouse_worker_up") == 0
    with db.alone_at(database.loader, "gatehouse.refresh"), db.alone_at(database.loader, "gatehouse.worker"):
        assert told("gatehouse_refresh_cut_off") == 0
        assert (told("gatehouse_refresh_running_seconds") or 0) >= 3600
        assert told("gatehouse_worker_up") == 1


def test_a_warehouse_that_cannot_be_read_is_told_as_such(database: db.Database) -> None:
    gone = create_engine(database.loader.url.set(database="nothing_there"))
    [family] = book.registry(db.Database(loader=gone, reader=gone)).collect()
    assert [(sample.name, sample.value) for sample in family.samples] == [("gatehouse_warehouse_up", 0)]


def test_a_refresh_tells_its_steps_its_loads_and_what_it_came_to(
    deliver: Refresh, published: Outcome, events: Callable[[str], list[dict[str, Any]]]
) -> None:
    rows = [{**row, "text": WORDS} for row in complaints(10, first=300)]
    outcome = deliver("more", complaints=[*rows, {**rows[0], "opened_at": WORDS}])
    assert {each["step"]: each["seconds"] for each in events("step")} == outcome.timings
    [load] = events("load")
    (received,) = outcome.received
    (staged,) = received.feeds
    about = {"refresh": outcome.refresh_id, "load": received.load_id, "feed": "complaints", "delivered": 11}
    assert about.items() <= load.items()
    assert (load["accepted"], load["quarantined"]) == (staged.accepted, staged.quarantined) == (10, 1)
    [refresh] = events("refresh")
    assert (refresh["refresh"], refresh["verdict"]) == (outcome.refresh_id, outcome.verdict)
    assert refresh["held"] == ", ".join(outcome.held)
