"""What stewards ask for on the page, done by the worker: each kind end to end, and every way of asking wrongly."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from tests.refresh.conftest import Ask, Refresh, Tables
from tests.refresh.deliveries import complaints
from warehouse import db
from warehouse.queries import health, jobs
from warehouse.queries.jobs import Kind
from warehouse.queries.reader import Reader, Refused
from warehouse.refresh import Outcome
from warehouse.worker import work
from warehouse.worker.desk import Desk

Count = Callable[..., int]
STRANGERS = [{**row, "branch_id": "nowhere"} for row in complaints(100, first=300)]
SOON = [
    {**row, "opened_at": row["opened_at"].replace("2026", "2036"), "resolved_at": ""}
    for row in complaints(30, first=340)
]


def _let_no_row_in(database: db.Database) -> None:
    """From now on every new row breaks a rule of its table."""
    with database.loader.begin() as connection:
        connection.execute(
            text("alter table published.complaint_cohort_edition add constraint never check (false) not valid")
        )


def _let_rows_in(database: db.Database) -> None:
    with database.loader.begin() as connection:
        connection.execute(text("alter table published.complaint_cohort_edition drop constraint never"))


def _breaks(*_: object, **__: object) -> None:
    raise RuntimeError("the disk is full of secrets")


def _audited(database: db.Database) -> list[tuple[object, ...]]:
    with database.loader.begin() as connection:
        return [
            tuple(row) for row in connection.execute(text("select person, action from access.audit order by audit_id"))
        ]


def test_a_rollback_and_a_discard_asked_for_are_what_everybody_sees(
    deliver: Refresh,
    published: Outcome,
    count: Count,
    done: Ask,
    database: db.Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = deliver("second", complaints=complaints(40, first=300)).received[0].load_id
    assert load is not None
    assert count() == 340
    job = done("rollback", refresh_id=published.refresh_id)
    assert (job["state"], job["result"]) == ("done", {"code": "shown", "refresh_id": published.refresh_id})
    assert count() == 300
    assert _audited(database)[-2:] == [("steward@example.com", "ask rollback"), ("steward@example.com", "rollback")]
    with monkeypatch.context() as patch:
        patch.setattr(work.stewardship, "onward", _breaks)
        assert done("discard", load_id=load)["state"] == "failed"
    job = done("discard", load_id=load)
    assert (job["state"], job["result"]["code"]) == ("done", "unchanged"), "what was cut off was finished first"
    assert count() == 300


def test_what_would_change_is_what_a_release_then_changes(
    database: db.Database,
    deliver: Refresh,
    published: Outcome,
    count: Count,
    done: Ask,
    steward: Reader,
    tables: Tables,
) -> None:
    held = deliver("soon", complaints=[*complaints(40, first=300), *SOON])
    assert held.verdict == "held"
    before = tables()
    _let_no_row_in(database)
    assert done("compare")["result"]["code"] == "compared"
    assert health.comparison(steward)["problem"].iloc[0] == "CheckViolation"
    _let_rows_in(database)
    assert done("compare")["result"]["code"] == "compared"
    assert tables() == before, "the trial leaves no row anywhere"
    changes = health.changes(health.comparison(steward).iloc[0])
    told = changes[(changes["metric"] == "complaint.count") & changes["region"].isna()].iloc[0]
    assert (told["before"], told["after"]) == (300, 340)
    assert told["relative"] == pytest.approx(40 / 300)
    by_region = changes[(changes["metric"] == "complaint.count") & changes["region"].notna()]
    assert set(by_region["region"]) == {"N", "S"}
    assert by_region["after"].sum() == 340
    assert count() == 300
    job = done("release", refresh_id=held.refresh_id, reason="booked ahead on purpose")
    assert (job["state"], job["result"]["code"]) == ("done", "published")
    assert count() == 340
    assert "booked ahead on purpose" in set(health.check_history(steward)["released_because"].dropna())
    assert health.holding(steward).empty


def test_some_rows_that_break_what_holds_a_delivery_are_kept_with_the_comparison(
    deliver: Refresh, published: Outcome, done: Ask, steward: Reader
) -> None:
    shift = {"region_id": "N", "worked_on": "2026-01-05", "opens_at": "18:00", "closes_at": "09:00"}
    held = deliver("hours", working_hours=[shift, {**shift, "worked_on": "2026-01-06", "closes_at": "19:00"}])
    assert "closes_not_before_opens" in held.held["working_hours"]
    assert done("compare")["state"] == "done"
    (offence,) = health.comparison(steward)["offences"].iloc[0]
    assert (offence["rule_id"], offence["row"]["row_number"]) == ("closes_not_before_opens", 1)
    assert offence["values"] == {"closes_at": "09:00:00", "opens_at": "18:00:00"}


def test_what_cannot_be_released_is_compared_and_discarded(
    deliver: Refresh, published: Outcome, done: Ask, steward: Reader
) -> None:
    held = deliver("dirty", complaints=STRANGERS)
    stopped = health.holding(steward)
    assert set(stopped["refresh_id"]) == {held.refresh_id}
    assert set(stopped["rule_id"]) == set(held.held["complaints"])
    load = int(stopped["load_id"].iloc[0])
    job = done("release", refresh_id=held.refresh_id, reason="please")
    assert (job["state"], job["result"]["code"]) == ("refused", "not_releasable")
    refused = health.refused_rows(steward, load, "complaints", None)
    assert len(refused) == health.refused_groups(steward)["refused"].sum() == 100
    assert set(refused["value"]) == {"nowhere"}

    assert done("compare")["result"] == {"code": "compared", "changes": 0}, "no row of it was accepted"
    assert bool(health.comparison(steward)["is_current"].iloc[0])
    assert done("discard", load_id=load)["state"] == "done"
    assert not bool(health.comparison(steward)["is_current"].iloc[0]), "nothing is held any more"
    assert done("compare")["result"]["code"] == "nothing_held"


@pytest.mark.parametrize(
    ("kind", "details", "code"),
    [
        ("release", {"refresh_id": 999, "reason": "please"}, "not_held"),
        ("discard", {"load_id": 999}, "no_such_load"),
        ("rollback", {"refresh_id": 999}, "never_passed"),
    ],
)
def test_what_is_not_there_is_refused_in_words(done: Ask, kind: Kind, details: dict[str, int | str], code: str) -> None:
    job = done(kind, **details)
    assert (job["state"], job["result"]["code"]) == ("refused", code)
    assert job["message"]


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        ("release", {"refresh_id": 1, "reason": "  "}, "say why"),
        ("release", {"refresh_id": 1, "reason": "x" * 501}, "at most 500"),
        ("release", {"refresh_id": 1}, "takes: refresh_id, reason"),
        ("rollback", {"refresh_id": "1; drop"}, "whole number"),
        ("rollback", {"refresh_id": -1}, "whole number"),
        ("discard", {"load_id": 1, "more": 2}, "takes: load_id"),
        ("compare", {"load_id": 1}, "takes: nothing"),
        ("forget", {}, "no job of this kind"),
    ],
)
def test_what_is_asked_wrongly_is_refused_at_once(
    steward: Reader, kind: Kind, details: dict[str, int | str], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        jobs.ask(steward, kind, **details)
    assert jobs.newest(steward).empty


@pytest.mark.parametrize("person", ["boss@example.com", "stranger@example.com", ""])
def test_nobody_but_a_steward_asks_or_sees(database: db.Database, steward: Reader, person: str) -> None:
    jobs.ask(steward, "rollback", refresh_id=7)
    other = Reader(database.reader, person)
    with pytest.raises(Refused, match="only a data steward"):
        jobs.ask(other, "rollback", refresh_id=7)
    assert jobs.newest(other).empty
    assert health.comparison(other).empty
    assert not jobs.pulse(other).newest_job


def test_the_same_thing_asked_for_twice_is_one_job(steward: Reader) -> None:
    first = jobs.ask(steward, "rollback", refresh_id=7)
    assert jobs.ask(steward, "rollback", refresh_id=7) == first
    assert len(jobs.newest(steward)) == 1


def test_a_job_waits_for_a_refresh_that_is_under_way(
    database: db.Database, desk: Desk, steward: Reader, done: Ask
) -> None:
    with db.alone_at(database.loader, "gatehouse.refresh") as mine:
        assert mine
        assert jobs.pulse(steward).is_refreshing
        assert done("compare")["state"] == "waiting"
    work.work(desk, once=True)
    assert jobs.newest(steward)["state"].iloc[0] == "done"
    assert not jobs.pulse(steward).is_refreshing


def test_what_a_lost_worker_left_is_closed_and_not_done_twice(
    database: db.Database, desk: Desk, steward: Reader
) -> None:
    jobs.ask(steward, "discard", load_id=1)
    with database.loader.begin() as connection:
        connection.execute(text("update published.job set state = 'running', started_at = clock_timestamp()"))
    work.work(desk, once=True)
    job = jobs.newest(steward).iloc[0]
    assert (job["state"], job["result"]) == ("failed", {"code": "stopped"})


def test_pages_know_whether_a_worker_is_there_and_one_is_enough(desk: Desk, steward: Reader) -> None:
    seen: list[bool] = []

    def look() -> bool:
        seen.append(jobs.pulse(steward).has_worker)
        with pytest.raises(work.AnotherWorker):
            work.work(desk, once=True)
        return False

    assert not jobs.pulse(steward).has_worker
    work.work(desk, goes_on=look)
    assert seen == [True]
    assert not jobs.pulse(steward).has_worker


def test_the_command_works_until_it_is_stopped(database: db.Database, steward: Reader) -> None:
    process = _worker(database)
    try:
        _wait_until(lambda: jobs.pulse(steward).has_worker)
        jobs.ask(steward, "rollback", refresh_id=7)
        _wait_until(lambda: jobs.newest(steward)["state"].iloc[0] == "refused")
    finally:
        process.terminate()
    assert process.wait(timeout=20) == 0
    _wait_until(lambda: not jobs.pulse(steward).has_worker)


def test_a_worker_ends_with_the_process_that_started_it(database: db.Database) -> None:
    assert _worker(database, "--beside", "1").wait(timeout=60) == 0


def _worker(database: db.Database, *options: str) -> subprocess.Popen[bytes]:
    urls = {"DATABASE_URL": database.loader.url, "DATABASE_READER_URL": database.reader.url}
    named = {name: url.render_as_string(hide_password=False) for name, url in urls.items()}
    named |= {"GATEHOUSE_HASH_KEY": secrets.token_hex(32), "GATEHOUSE_VAULT_KEY": Fernet.generate_key().decode()}
    return subprocess.Popen([sys.executable, "-m", "warehouse", "work", *options], env=os.environ | named)


def _wait_until(holds: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.2)


def test_what_goes_wrong_inside_is_told_and_the_worker_goes_on(done: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(work.stewardship, "rollback", _breaks)
        job = done("rollback", refresh_id=7)
    assert (job["state"], job["result"]) == ("failed", {"code": "error"})
    assert "secrets" not in str(job["message"])
    assert done("rollback", refresh_id=7)["result"]["code"] == "never_passed"
