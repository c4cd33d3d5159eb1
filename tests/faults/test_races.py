"""Two at once, a lock that is lost, a clock that goes back: one of them is right, and the other does no harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.faults import child
from tests.faults.conftest import Course
from tests.faults.deeds import DEEDS, KEYS, Deed, deliveries, take_in
from tests.faults.onlookers import PERSON, page
from tests.faults.standing import shown, standing
from warehouse import db, ledger
from warehouse.queries import state
from warehouse.queries.reader import Reader
from warehouse.refresh import refresh

Follow = Callable[[Deed], Course]
HOLDS_THE_LOCK = """
    select pg_terminate_backend(pid, 5000)
    from pg_locks
    where relation = cast('ops.lock_refresh' as regclass) and mode = 'ExclusiveLock'
"""
TIMES = {
    "refresh": ("started_at", "finished_at", "published_at"),
    "load": ("received_at",),
    "load_feed": ("held_since",),
    "check_result": ("checked_at",),
    "current": ("moved_at",),
}


def run(database: db.Database, statement: str) -> None:
    with database.loader.begin() as connection:
        connection.execute(text(statement))


def test_who_has_lost_the_lock_writes_nothing_once_another_has_begun(
    small: db.Database, course_of: Follow, tmp_path: Path
) -> None:
    def overtaken(step: str) -> None:
        if step == "editions":
            run(small, HOLDS_THE_LOCK)
            take_in("grown")(small, tmp_path / "another")

    with pytest.raises(ledger.TakenOver, match="another one has taken over"):
        refresh(small, KEYS, deliveries(tmp_path, "grown"), by="one", tell=overtaken)
    assert standing(small).unlike(course_of(DEEDS["take in"]).after) == {}


def test_who_has_lost_the_lock_and_is_alone_goes_on(small: db.Database, course_of: Follow, tmp_path: Path) -> None:
    def cut(step: str) -> None:
        if step == "gate 2":
            run(small, HOLDS_THE_LOCK)

    assert refresh(small, KEYS, deliveries(tmp_path, "grown"), by="one", tell=cut).verdict == "published"
    assert standing(small).unlike(course_of(DEEDS["take in"]).after) == {}


def test_what_was_never_judged_waits_like_what_is_held(small: db.Database, course_of: Follow, tmp_path: Path) -> None:
    """Rows that a later delivery corrects do not count against it, whatever became of the refresh that brought them."""

    def cut_off(step: str) -> None:
        if step == "gate 1":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        refresh(small, KEYS, deliveries(tmp_path, "partly_lost"), by="faults", tell=cut_off)
    take_in("corrected")(small, tmp_path)
    assert shown(small) == course_of(DEEDS["correct what is held"]).after.shown


def test_three_processes_at_once_are_one_refresh(small: db.Database, course_of: Follow, tmp_path: Path) -> None:
    place = child.Place.of(small)
    processes = [child.start(place, "take in", tmp_path / str(number)) for number in range(3)]
    for process in processes:
        process.join()
    assert 0 in {process.exitcode for process in processes}
    assert standing(small).unlike(course_of(DEEDS["take in"]).after) == {}


def test_a_clock_that_went_back_changes_no_order(small: db.Database, course_of: Follow, tmp_path: Path) -> None:
    for table, columns in TIMES.items():
        later = ", ".join(f"{column} = {column} + interval '3 days'" for column in columns)
        run(small, f"update published.{table} set {later}")
    outcome = refresh(small, KEYS, deliveries(tmp_path, "grown"), by="faults")
    assert outcome.verdict == "published"
    assert standing(small).unlike(course_of(DEEDS["take in"]).after) == {}
    refresh_id, figures = page(Reader(small.reader, PERSON))
    assert refresh_id == outcome.refresh_id
    assert figures in course_of(DEEDS["take in"]).pages
    assert state.refreshes(Reader(small.reader, PERSON).pinned())["refresh_id"].iloc[0] == outcome.refresh_id


def test_nothing_but_the_foreign_key_keeps_the_pointer_off_what_is_held(small: db.Database, tmp_path: Path) -> None:
    """The mutant that drops it: then whoever publishes before checking is stopped by nobody."""
    before = shown(small)
    held = refresh(small, KEYS, deliveries(tmp_path, "partly_lost"), by="faults")
    point = f"update published.current set refresh_id = {held.refresh_id}"
    with pytest.raises(IntegrityError, match="current_refresh_id_must_be_fkey"):
        run(small, point)
    assert shown(small) == before
    run(small, "alter table published.current drop constraint current_refresh_id_must_be_fkey")
    run(small, point)
    assert shown(small) != before
