"""The promise of a refresh: one whole, checked state or the one before it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

import warehouse.refresh
from tests.refresh.conftest import KEYS, Refresh
from tests.refresh.deliveries import BRANCHES, complaints, delivered
from warehouse import comparison, db, ledger, logs, stewardship
from warehouse.queries import state
from warehouse.queries.reader import NothingPublished, Reader, UnknownRefresh
from warehouse.receive import Delivery
from warehouse.refresh import AlreadyRunning, Outcome, Run, refresh, running
from warehouse.settings import operator

Count = Callable[..., int]
HELD_COMPLAINTS = [{**row, "branch_id": "nowhere"} for row in complaints(100, first=300)]


def rows(database: db.Database, question: str) -> list[tuple[object, ...]]:
    with database.loader.begin() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def partly_lost(first: int) -> list[dict[str, str]]:
    """A hundred complaints, of which a dozen name a branch that nobody knows."""
    return [
        {**row, "branch_id": "nowhere"} if number < 12 else row
        for number, row in enumerate(complaints(100, first=first))
    ]


def test_a_first_delivery_is_published(published: Outcome, count: Count) -> None:
    assert count() == 300


def test_rows_add_up_for_every_feed(database: db.Database, deliver: Refresh, published: Outcome) -> None:
    twice = complaints(50, first=300) + complaints(10, first=300)
    broken = [{**row, "opened_at": "yesterday"} for row in complaints(1, first=400)]
    outcome = deliver("twice", complaints=twice + broken)
    (staged,) = outcome.received[0].feeds
    assert (staged.delivered, staged.accepted, staged.superseded, staged.quarantined) == (61, 50, 10, 1)
    assert rows(database, "select column_name, reason_code from published.quarantine") == [("opened_at", "not_a_date")]


def test_loads_bring_most_by_the_rows_that_were_accepted(
    database: db.Database, deliver: Refresh, published: Outcome
) -> None:
    deliver("few", complaints=complaints(50, first=300))
    with database.loader.begin() as connection:
        found = [ledger.hold_most(connection, loads) for loads in ([], [1], [2], [1, 2])]
    assert found == [False, True, False, True]


def test_the_same_file_again_changes_nothing(deliver: Refresh, published: Outcome, count: Count) -> None:
    again = deliver("again", branches=BRANCHES, complaints=complaints())
    assert again.verdict == "unchanged"
    assert again.received[0].skipped == ["branches.csv", "complaints.csv"]
    assert count() == 300


def test_a_correction_replaces_by_key(
    deliver: Refresh, published: Outcome, count: Count, database: db.Database
) -> None:
    moved = [{**row, "branch_id": "B2"} for row in complaints(2)]
    assert deliver("correction", complaints=moved).verdict == "published"
    assert count() == 300
    assert count("north@example.com") == 149


def test_a_branch_head_sees_the_own_region(published: Outcome, count: Count) -> None:
    assert count("north@example.com") == 150


def test_a_stranger_sees_nothing(published: Outcome, count: Count) -> None:
    with pytest.raises(NothingPublished):
        count("stranger@example.com")


def test_a_dirty_delivery_is_held_and_the_last_good_figures_stay(
    deliver: Refresh, published: Outcome, count: Count, database: db.Database
) -> None:
    outcome = deliver("dirty", complaints=HELD_COMPLAINTS)
    assert outcome.verdict == "held"
    assert "complaints" in outcome.held
    assert outcome.held["complaints"]
    assert count() == 300
    held = rows(database, "select feed, state, held_by <> '{}' from published.load_feed where state = 'held'")
    assert held == [("complaints", "held", True)]


def test_a_correction_of_what_is_held_publishes_both(deliver: Refresh, published: Outcome, count: Count) -> None:
    deliver("dirty", complaints=HELD_COMPLAINTS)
    assert deliver("corrected", complaints=complaints(100, first=300)).verdict == "published"
    assert count() == 400


def test_a_discarded_load_leaves_no_trace(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    load_id = deliver("second", complaints=complaints(40, first=300)).received[0].load_id
    assert count() == 340
    assert load_id is not None
    assert stewardship.discard(database, load_id, by="tests").verdict == "published"
    assert count() == 300
    assert deliver("second", complaints=complaints(40, first=300)).verdict == "published"
    assert count() == 340


def test_discarding_what_is_held_lets_the_next_delivery_pass(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    load_id = deliver("dirty", complaints=HELD_COMPLAINTS).received[0].load_id
    assert load_id is not None
    stewardship.discard(database, load_id, by="tests")
    assert deliver("third", complaints=complaints(20, first=300)).verdict == "published"
    assert count() == 320


def test_a_held_feed_holds_nobody_else(deliver: Refresh, published: Outcome, database: db.Database) -> None:
    orders = [
        {
            "order_id": f"O{n}",
            "customer_id": f"K{n % 40}",
            "branch_id": "B1",
            "ordered_at": f"2026-01-{1 + n % 20:02d}",
            "amount": "10",
        }
        for n in range(200)
    ]
    outcome = deliver("mixed", complaints=HELD_COMPLAINTS, orders=orders)
    assert set(outcome.held) == {"complaints"}
    assert outcome.slices["order_day"]
    assert not any(name.startswith("complaint") for name in outcome.slices)
    assert rows(
        database,
        "select sum(orders) from published.order_day where refresh_id = (select refresh_id from published.current)",
    ) == [(200,)]


def test_an_earlier_refresh_can_be_looked_at_and_shown_again(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    later = deliver("second", complaints=complaints(40, first=300))
    assert count(at=published.refresh_id) == 300
    stewardship.rollback(database, published.refresh_id, by="tests")
    assert count() == 300
    assert count(at=later.refresh_id) == 340
    assert deliver("third", complaints=complaints(5, first=340)).verdict == "published"
    assert count() == 345


def test_a_refresh_that_never_passed_cannot_be_shown(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    held = deliver("dirty", complaints=HELD_COMPLAINTS)
    with pytest.raises(LookupError, match="was held"):
        stewardship.rollback(database, held.refresh_id, by="tests")
    with pytest.raises(UnknownRefresh):
        count(at=held.refresh_id)


def test_postgres_refuses_a_pointer_to_what_has_not_passed(
    database: db.Database, deliver: Refresh, published: Outcome
) -> None:
    held = deliver("dirty", complaints=HELD_COMPLAINTS)
    with pytest.raises(IntegrityError, match="current_refresh_id_must_be_fkey"), database.loader.begin() as connection:
        connection.execute(text("update published.current set refresh_id = :held"), {"held": held.refresh_id})


def test_publishing_before_checking_is_refused(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant that moves the pointer without the verdict meets the foreign key."""
    path = "published/publishing/pass.sql"
    real = db.bound
    monkeypatch.setattr(
        db, "bound", lambda asked, **values: text("select 1") if asked == path else real(asked, **values)
    )
    with pytest.raises(IntegrityError):
        deliver("second", complaints=complaints(40, first=300))
    monkeypatch.undo()
    assert count() == 300


def test_a_dry_run_says_the_difference_and_leaves_nothing(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    before = rows(database, "select count(*) from staging.stg_complaints")
    outcome = deliver("tried", dry_run=True, complaints=complaints(40, first=300))
    assert outcome.verdict == "tried"
    opened = [row for row in outcome.differences if row["table"] == "complaint_cohort" and row["measure"] == "opened"]
    assert sum(int(row["after"] or 0) - int(row["before"] or 0) for row in opened) == 40
    assert count() == 300
    assert rows(database, "select count(*) from staging.stg_complaints") == before
    assert rows(database, "select count(*) from curated.fct_complaint") == [(300,)]
    assert deliver("really", complaints=complaints(40, first=300)).verdict == "published"
    assert count() == 340


def test_a_dry_run_settles_nothing(database: db.Database, deliver: Refresh) -> None:
    deliver("tried", dry_run=True, branches=BRANCHES, complaints=complaints(40))
    assert rows(database, "select name from published.setting") == []
    deliver("really", branches=BRANCHES, complaints=complaints(40))
    assert rows(database, "select name, value from published.setting") == [("reporting_zone", "UTC")]


def test_a_rebuild_comes_to_the_same_figures(database: db.Database, deliver: Refresh, published: Outcome) -> None:
    deliver("second", complaints=[*complaints(40, first=300), *complaints(30, first=10, hours=9)])
    question = """
        select opened_on, branch_id, category_code, opened, sla_met, sla_breached_closed from published.complaint_cohort
        where refresh_id = (select refresh_id from published.current) order by 1, 2, 3, 4, 5, 6
    """
    incremental = rows(database, question)
    assert deliver("again", rebuild=True).verdict == "published"
    assert rows(database, question) == incremental


def test_changed_definitions_are_worked_out_anew(
    monkeypatch: pytest.MonkeyPatch, deliver: Refresh, published: Outcome, count: Count
) -> None:
    assert deliver("nothing new").verdict == "unchanged"
    monkeypatch.setattr("warehouse.refresh.fingerprint", lambda: "another")
    again = deliver("a new version of the house")
    assert (again.verdict, set(again.slices)) == ("published", set(published.slices))
    assert count() == count(at=published.refresh_id) == 300
    assert deliver("once is enough").verdict == "unchanged"


def test_a_refresh_that_was_cut_off_is_cleared_up_by_the_next(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    entered = "select distinct refresh_id from published.manifest where refresh_id > 1"
    monkeypatch.setattr(warehouse.refresh.published, "show", cut)
    with pytest.raises(KeyboardInterrupt):
        deliver("second", complaints=complaints(40, first=300))
    monkeypatch.undo()
    assert (count(), rows(database, entered)) == (300, [(2,)]), "entered, and seen by nobody"
    assert deliver("next").verdict == "published"
    assert (count(), rows(database, entered)) == (340, [(3,)])


def test_a_second_refresh_says_who_runs(database: db.Database, published: Outcome) -> None:
    with db.alone_at(database.loader, "gatehouse.refresh") as held:
        assert held
        ledger.begin(database.loader, by="mary")
        with pytest.raises(AlreadyRunning, match="mary runs a refresh since"):
            refresh(database, KEYS, [], by="john")


def test_a_file_without_rows_holds_nothing_back(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "complaints.csv").write_text("complaint_id,branch_id,opened_at,category_code\n", "utf-8")
    nothing = [Delivery.by_contract(tmp_path / "none")]
    assert refresh(database, KEYS, nothing, by="tests").verdict == "unchanged"
    assert deliver("next", complaints=complaints(40, first=300)).verdict == "published"
    assert count() == 340
    assert rows(database, "select distinct state from published.load_feed") == [("passed",)]


def test_bad_files_are_refused_one_by_one_and_the_rest_goes_on(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    deliveries = delivered(folder, complaints=complaints(20, first=300))
    (folder / "orders.csv").write_bytes(b"")
    (folder / "leads.csv").write_text("complaint_id,opened_at\n1,2026-01-01\n", "utf-8")
    (folder / "notes.txt").write_text("hello", "utf-8")
    (folder / "returns.csv").write_text("return_id,order_id,returned_at\n", "utf-8")
    deliveries = [type(deliveries[0]).by_contract(folder)]
    outcome = refresh(database, KEYS, deliveries, by="tests")
    refused = {each.file_name: each.why for each in outcome.received[0].refused}
    assert set(refused) == {"orders.csv", "leads.csv"}
    assert "empty" in refused["orders.csv"]
    assert "no header of this file is a column of leads" in refused["leads.csv"]
    assert outcome.received[0].unknown == ["notes.txt"]
    (remark,) = outcome.received[
        0
    ].remarks  # none of leads.csv: a line of which no header is known may be somebody's data
    assert remark.startswith("returns.csv: a header and no rows")
    assert outcome.verdict == "published"
    assert count() == 320


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="does not exist"):
        delivered_from_nowhere = tmp_path / "nowhere"
        warehouse.refresh.Delivery.by_contract(delivered_from_nowhere)


def test_personal_data_stands_nowhere_in_the_clear(database: db.Database, deliver: Refresh, published: Outcome) -> None:
    people = [
        {
            "customer_id": f"K{n}",
            "branch_id": "B1",
            "customer_kind": "person",
            "created_on": "2026-01-02",
            "customer_name": f"Zofia Nowak {n}",
            "phone": f"1380000{n:04d}",
        }
        for n in range(60)
    ]
    assert deliver("people", customers=people).verdict == "published"
    names = rows(
        database,
        "select table_schema, table_name, column_name from information_schema.columns where table_schema in ('landing', 'staging', 'curated', 'published', 'vault', 'ops')",
    )
    with database.loader.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for schema, table, column in names:
            found = connection.exec_driver_sql(
                f"select count(*) from {quote(str(schema))}.{quote(str(table))} where {quote(str(column))}::text like %s or {quote(str(column))}::text like %s",
                ("%Zofia%", "%1380000%"),
            ).scalar_one()
            assert found == 0, f"{schema}.{table}.{column}"
        assert connection.exec_driver_sql("select count(*) from vault.sealed").scalar_one() == 120


def test_the_reader_can_neither_write_nor_look_elsewhere(database: db.Database, published: Outcome) -> None:
    for statement in (
        "insert into published.setting values ('a', 'b')",
        "select count(*) from curated.fct_complaint",
        "select count(*) from vault.sealed",
        "select count(*) from access.grants",
        "set role loader",
        "create table published.mine (a int)",
    ):
        with pytest.raises(DBAPIError), database.reader.begin() as connection:
            connection.exec_driver_sql(statement)


def test_what_is_held_can_be_released_with_a_reason_that_stays(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    held = deliver("partly", complaints=partly_lost(300))
    assert held.verdict == "held"
    assert count() == 300
    with pytest.raises(stewardship.NotReleasable, match="say why"):
        stewardship.release(database, held.refresh_id, reason=" ", by="mary")
    released = stewardship.release(database, held.refresh_id, reason="twelve rows of a closed branch", by="mary")
    assert released.verdict == "published"
    assert count() == 388
    kept = rows(database, "select distinct reason, released_by, published_refresh_id from published.release")
    assert kept == [("twelve rows of a closed branch", "mary", released.refresh_id)]
    told = state.checks(Reader(database.reader, "boss@example.com").pinned())
    released_checks = told[told["released_because"].notna()]
    assert set(released_checks["table_name"]) == {"complaints"}
    assert set(released_checks["released_because"]) == {"twelve rows of a closed branch"}
    assert ("mary", "release") in rows(database, "select person, action from access.audit")
    for settled in (released.refresh_id + 1, released.refresh_id, held.refresh_id):
        with pytest.raises(stewardship.NotReleasable, match="not held by any rule"):
            stewardship.release(database, settled, reason="again", by="mary")


def test_a_release_lets_nothing_pass_that_came_later(
    deliver: Refresh, database: db.Database, published: Outcome, count: Count
) -> None:
    held = [deliver(f"partly {first}", complaints=partly_lost(first)) for first in (300, 400)]
    with pytest.raises(stewardship.NotReleasable, match=f"look at refresh {held[1].refresh_id}"):
        stewardship.release(database, held[0].refresh_id, reason="twelve rows of a closed branch", by="mary")
    assert stewardship.release(database, held[1].refresh_id, reason="both", by="mary").verdict == "published"
    assert count() == 476


def test_a_release_lets_nothing_pass_that_came_while_it_began(
    deliver: Refresh, database: db.Database, published: Outcome, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, begin = deliver("partly 300", complaints=partly_lost(300)), stewardship.running

    @contextmanager
    def overtaken(*args: Any, **options: Any) -> Iterator[Run]:
        deliver("partly 400", complaints=partly_lost(400))
        with begin(*args, **options) as run:
            yield run

    monkeypatch.setattr(stewardship, "running", overtaken)
    with pytest.raises(stewardship.NotReleasable, match="is held with it"):
        stewardship.release(database, held.refresh_id, reason="twelve rows of a closed branch", by="mary")
    assert count() == 300


def test_what_is_held_is_compared_once(deliver: Refresh, database: db.Database, published: Outcome) -> None:
    held, said = deliver("partly", complaints=partly_lost(300)), list[str]()
    for _ in range(2):
        comparison.after(database, held, tell=said.append)
    assert said == ["compare what is held with what is published"]
    assert rows(database, "select count(*) from published.comparison") == [(1,)]
    later = deliver("partly again", complaints=partly_lost(400))
    comparison.after(database, later, tell=said.append)
    assert len(said) == 2


def test_a_failure_is_told_where_the_server_is_what_is_gone(
    database: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("update", {}, Exception("the server closed the connection"))

    told = list[dict[str, object]]()
    monkeypatch.setattr(logs, "event", lambda name, **about: told.append({"event": name, **about}))
    monkeypatch.setattr(ledger, "finish", gone)
    with pytest.raises(InterruptedError), running(database, by="tests"):
        raise InterruptedError
    assert [(each["event"], each["verdict"]) for each in told] == [("refresh", "failed")]


def test_who_has_no_name_is_noted_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def getuser() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", getuser)
    assert operator() == str(os.getuid())
