"""What the gate reads: the rows that wait, newest version first, and the candidate as readers would see it."""

from sqlalchemy import text

from tests.checks.deliveries import complaints, counts, deliver, refresh
from warehouse.db import Database

SHOWN = "select complaint_id, load_id from gate.delivery_complaints order by complaint_id, load_id"


def test_only_waiting_loads_are_shown(database: Database) -> None:
    refresh_id = refresh(database)
    for number, state in enumerate(("staged", "held", "candidate", "passed", "discarded"), start=1):
        deliver(database, "complaints", complaints(1, start=number), refresh_id=refresh_id, state=state)
    assert counts(database, SHOWN) == [("C1", 1), ("C2", 2), ("C3", 3)]


def test_a_held_row_is_hidden_by_a_newer_waiting_one_only(database: Database) -> None:
    refresh_id = refresh(database)
    held = deliver(database, "complaints", complaints(3), refresh_id=refresh_id, state="held")
    deliver(database, "complaints", complaints(1, start=1), refresh_id=refresh_id, state="passed")
    newer = deliver(database, "complaints", complaints(1, start=2), refresh_id=refresh_id)
    assert counts(database, SHOWN) == [("C1", held), ("C2", newer), ("C3", held)]


def test_a_held_row_of_a_key_with_nothing_in_it_is_found_too(database: Database) -> None:
    refresh_id = refresh(database)
    target = {"metric_code": "nps", "scope_kind": "company", "period_on": "2026-01-01", "target_value": 30}
    deliver(database, "targets", [target], refresh_id=refresh_id, state="held")
    newer = deliver(database, "targets", [target | {"target_value": 40}], refresh_id=refresh_id)
    assert counts(database, "select load_id, target_value from gate.delivery_targets") == [(newer, 40)]


def test_keys_of_discarded_loads_are_not_known(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "complaints", complaints(1, start=1), refresh_id=refresh_id, state="passed")
    deliver(database, "complaints", complaints(1, start=2), refresh_id=refresh_id, state="discarded")
    assert counts(database, "select known_id from gate.known_complaints") == [("C1",)]


def test_the_search_for_newer_rows_runs_for_held_loads_alone(database: Database) -> None:
    deliver(database, "complaints", complaints(500), refresh_id=refresh(database))
    with database.loader.connect() as connection:
        connection.execute(text("analyze staging.stg_complaints"))
        plan = connection.scalars(text("explain (analyze, timing off) select count(*) from gate.delivery_complaints"))
        lines = list(plan)
    newer = [line for line in lines if "stg_complaints n" in line]
    assert newer
    assert all("never executed" in line for line in newer), lines
