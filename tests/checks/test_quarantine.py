"""Rows that may be set aside: moved in one go, with their reason, and the sum of the load still adding up."""

from datetime import timedelta

from sqlalchemy import text

from checks.gate import offending_rows, quarantine_rows
from tests.checks.deliveries import BRANCHES, NOW, complaints, counts, deliver, refresh
from warehouse.db import Database


def set_aside(database: Database, feed: str, load: int) -> int:
    with database.loader.begin() as connection:
        return quarantine_rows(connection, feed=feed, load_ids=[load], now=NOW)


def test_rows_move_with_their_first_reason_and_the_others_beside_it(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    rows = complaints(20)
    rows[0]["branch_id"] = "B9"
    rows[1]["resolved_at"] = rows[1]["opened_at"] - timedelta(hours=1)
    rows[2] |= {"branch_id": "B9", "closed_at": rows[2]["opened_at"] - timedelta(hours=1)}
    rows[3] |= {"opened_at": NOW + timedelta(days=9), "resolved_at": None, "closed_at": None}
    load = deliver(database, "complaints", rows, refresh_id=refresh_id, superseded=2)

    assert set_aside(database, "complaints", load) == 4

    asked = "select row_number, file_name, column_name, reason_code, value, also from published.quarantine order by row_number"
    assert counts(database, asked) == [
        (1, "complaints.csv", "branch_id", "unknown_branch", "B9", []),
        (2, "complaints.csv", "resolved_at", "closed_before_opened", "2026-03-12 11:00:00+00", []),
        (3, "complaints.csv", "branch_id", "unknown_branch", "B9", ["closed_before_opened"]),
        (4, "complaints.csv", "opened_at", "in_future", "2026-04-09 12:00:00+00", []),
    ]
    sums = "select delivered, accepted, superseded, quarantined from published.load_feed where feed = 'complaints'"
    assert counts(database, sums) == [(22, 16, 2, 4)]
    assert counts(database, "select count(*) from staging.stg_complaints") == [(16,)]


def test_doing_it_twice_changes_nothing_and_other_loads_stay(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    wrong = complaints(2, branch_id="B9")
    other = deliver(database, "complaints", wrong, refresh_id=refresh_id)
    load = deliver(database, "complaints", wrong, refresh_id=refresh_id)
    assert set_aside(database, "complaints", load) == 2
    assert set_aside(database, "complaints", load) == 0
    assert counts(database, f"select count(*) from staging.stg_complaints where load_id = {other}") == [(2,)]


def test_a_feed_without_quarantining_rules_and_no_loads_cost_nothing(database: Database) -> None:
    with database.loader.begin() as connection:
        assert quarantine_rows(connection, feed="lead_sources", load_ids=[1]) == 0
        assert quarantine_rows(connection, feed="complaints", load_ids=[]) == 0


def test_all_or_nothing(database: Database) -> None:
    refresh_id = refresh(database)
    load = deliver(database, "complaints", complaints(3), refresh_id=refresh_id)
    with database.loader.connect() as connection:
        assert quarantine_rows(connection, feed="complaints", load_ids=[load], now=NOW) == 3
        connection.rollback()
    assert counts(database, "select count(*) from staging.stg_complaints") == [(3,)]
    assert counts(database, "select count(*) from published.quarantine") == [(0,)]


def test_a_persons_name_is_never_shown_as_the_value(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    load = deliver(database, "complaints", complaints(1, branch_id="B9", text_hash="h-secret"), refresh_id=refresh_id)
    set_aside(database, "complaints", load)
    with database.loader.connect() as connection:
        kept = connection.execute(text("select cast(q.* as text) from published.quarantine as q")).scalar_one()
    assert "h-secret" not in kept


def test_a_telephone_in_the_column_of_something_else_is_not_shown(database: Database) -> None:
    refresh_id = refresh(database)
    deliver(database, "branches", BRANCHES, refresh_id=refresh_id)
    shifted = complaints(1, branch_id="13800000001", category_code="fang.wang@example.com", severity_code="loud")
    load = deliver(database, "complaints", shifted, refresh_id=refresh_id)
    told = [
        *offending_rows(database, gate="delivery", table="complaints", rule_id="branch_id.references"),
        *offending_rows(database, gate="delivery", table="complaints"),
    ]
    assert len(told) == 2
    set_aside(database, "complaints", load)
    told += counts(database, "select column_name, value from published.quarantine")
    assert told[-1] == ("branch_id", "•••")
    assert "13800000001" not in str(told)
    assert "example.com" not in str(told)
