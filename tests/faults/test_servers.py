"""What can happen to Postgres: a backend ends, the wire is cut, the whole server is killed, the disk is full."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from tests.faults import child
from tests.faults.conftest import KILLS, Course, furnish
from tests.faults.deeds import DEEDS, Deed
from tests.faults.onlookers import watched
from tests.faults.standing import shown, standing
from tests.faults.wire import Wire
from tests.servers import copied
from warehouse import db
from warehouse.settings import Settings

TIMES = max(1, KILLS // 20)
ROOM, LEFT = 512 << 20, (0, 1 << 18, 1 << 20)[: max(1, TIMES)]
"""Bytes of the disk that fills up, and how many of them are left when a refresh begins, one after the other."""
BACKENDS = """
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where usename = 'loader' and datname = current_database() and pid <> pg_backend_pid()
"""
BASE, TAKE_IN = "doomed", DEEDS["take in"]
Follow = Callable[[Deed], Course]
Base = Callable[[str], str]


@pytest.mark.parametrize("number", range(TIMES))
def test_backends_that_end_leave_one_of_two_states(
    server: URL, base_of: Base, course_of: Follow, tmp_path: Path, number: int
) -> None:
    course, dice = course_of(TAKE_IN), random.Random(number)
    with copied(server, base_of("published")) as database:
        with watched(database) as onlookers:
            process = child.start(child.Place.of(database), TAKE_IN.name, tmp_path)
            time.sleep(dice.uniform(0.1, course.seconds))
            with database.loader.begin() as connection:
                connection.execute(text(BACKENDS))
            process.join()
            assert shown(database) in (course.before.shown, course.after.shown)
            TAKE_IN.again(database, tmp_path)
        assert onlookers.states <= course.pages
        assert not onlookers.torn
        assert standing(database).unlike(course.after) == {}


@pytest.mark.parametrize("number", range(TIMES))
def test_a_wire_that_is_cut_leaves_one_of_two_states(
    server: URL, base_of: Base, course_of: Follow, tmp_path: Path, number: int
) -> None:
    course, dice = course_of(TAKE_IN), random.Random(-number)
    with copied(server, base_of("published")) as database, Wire(server) as wire, watched(database) as onlookers:
        urls = (
            wire.to(engine.url).render_as_string(hide_password=False) for engine in (database.loader, database.reader)
        )
        process = child.start(child.Place(*urls), TAKE_IN.name, tmp_path)
        time.sleep(dice.uniform(0.1, course.seconds))
        wire.cut()
        process.join()
        assert shown(database) in (course.before.shown, course.after.shown)
        wire.mend()
        assert child.ended(child.start(child.Place.of(database), TAKE_IN.name, tmp_path)) == 0
        assert standing(database).unlike(course.after) == {}
    assert onlookers.states <= course.pages
    assert not onlookers.torn


@pytest.fixture(scope="module")
def doomed() -> Iterator[Path]:
    """The home of a server as it is in earnest, with the small company, on a small disk of its own where one can be mounted."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server runs as somebody else, who must come through
        home = Path(folder) / "home"
        home.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "tmpfs", str(home)]
        is_mounted = subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
        furnish(db.connect(Settings(home=home, database_name=BASE)), "published", Path(folder) / "deliveries")
        yield home
        kill_server(home)
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(home)], check=True)


@contextmanager
def copy_of(home: Path) -> Iterator[tuple[Settings, db.Database]]:
    """A warehouse of its own on the server of `home`, and how to find it again once that was killed."""
    with copied(db.start(home / "postgres"), BASE) as database:
        yield Settings(home=home, database_name=str(database.loader.url.database)), database


def kill_server(home: Path) -> None:
    """Kill every process of the server, as a machine does that runs out of memory or loses its power."""
    postmaster = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for process in (postmaster, *map(int, backends)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_a_server_that_is_killed_comes_back_with_one_of_two_states(
    doomed: Path, course_of: Follow, tmp_path: Path
) -> None:
    course, dice = course_of(TAKE_IN), random.Random("server")
    for number in range(TIMES):
        with copy_of(doomed) as (settings, database):
            with watched(database, may_lose=True) as onlookers:
                process = child.start(child.Place.of(database), TAKE_IN.name, tmp_path / str(number))
                time.sleep(dice.uniform(0.1, course.seconds))
                kill_server(doomed)
                process.join()
                again = db.connect(settings)
                assert shown(again) in (course.before.shown, course.after.shown), number
                TAKE_IN.again(again, tmp_path / str(number))
            assert onlookers.states <= course.pages
            assert not onlookers.torn
            assert standing(again).unlike(course.after) == {}
            again.dispose()


@contextmanager
def filled(disk: Path, *, left: int) -> Iterator[None]:
    """The disk with so many bytes left, for as long as the block lasts."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - left))
    yield
    ballast.unlink()


def test_a_full_disk_leaves_what_was_there_and_the_next_refresh_succeeds(
    doomed: Path, course_of: Follow, tmp_path: Path
) -> None:
    if not doomed.is_mount():
        pytest.skip("no disk can be mounted here, so none can be filled")
    course, ends = course_of(TAKE_IN), []
    with copy_of(doomed) as (settings, database):
        for left in LEFT:
            with filled(doomed, left=left), watched(database, may_lose=True) as onlookers:
                ends.append(child.ended(child.start(child.Place.of(database), TAKE_IN.name, tmp_path)))
            assert onlookers.states <= course.pages
            database = db.connect(settings)
            assert shown(database) in (course.before.shown, course.after.shown)
        TAKE_IN.again(database, tmp_path)
        assert standing(database).unlike(course.after) == {}
        database.dispose()
    assert ends[0] == 1, "no disk was full"
