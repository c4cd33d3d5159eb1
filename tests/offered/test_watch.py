"""Watching: what has come whole is taken in, once; failures are tried again; whoever is told to stop stops between two steps."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.offered.conftest import KEYS
from tests.refresh.deliveries import BRANCHES, complaints, write
from warehouse import db
from warehouse.feeds.mapping import contract_source
from warehouse.feeds.sources import RemoteFile
from warehouse.receive import Delivery, Received, Refused
from warehouse.refresh import AlreadyRunning, Outcome, refresh
from warehouse.watch import Stopped, _stamp, stopping, watch

PATIENCE = 60.0
WORDS = "Ms Wang Fang called again"


class Waits(threading.Event):
    """Instead of waiting, notes how long that would be, and lets happen what comes next; after the last of it, it is time to stop."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._happens = iter(happens)

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0)
        happens = next(self._happens, self.set)
        happens()
        return self.is_set()


def test_a_file_that_may_be_read_at_last_is_another_one(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id", "utf-8")
    before = _stamp(file)
    file.chmod(0o640)
    assert _stamp(file) != before


@pytest.mark.parametrize("kind", [RuntimeError, ValueError])
def test_what_fails_while_rows_are_read_is_logged_by_its_kind(
    kind: type[Exception], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "in", branches=BRANCHES)
    told = list[str]()

    def take(deliveries: Sequence[Delivery]) -> Sequence[str]:
        raise kind(WORDS)

    def look() -> Sequence[Delivery]:
        return [Delivery.by_contract(tmp_path / "in", zone="Asia/Shanghai", currency="CNY")]

    watch(look, take, stop=Waits(nothing), every=1, tell=told.append)
    assert kind.__name__ in caplog.text
    assert WORDS not in caplog.text + "".join(told)


def nothing() -> None:
    """Time goes by."""


def test_files_are_taken_when_they_stand_still_whatever_their_dates_say(database: db.Database, tmp_path: Path) -> None:
    folder, outcomes, told = tmp_path / "in", list[Outcome](), list[str]()
    whole = (write(tmp_path / "made", complaints=complaints(40)) / "complaints.csv").read_text("utf-8")

    def from_a_clock_far_ahead() -> None:
        write(folder, branches=BRANCHES)
        os.utime(folder / "branches.csv", (4e9, 4e9))

    def written(name: str, text: str) -> Callable[[], int]:
        return lambda: (folder / name).write_text(text, "utf-8")

    def take(deliveries: Sequence[Delivery]) -> frozenset[str]:
        outcomes.append(refresh(database, KEYS, deliveries, by="tests"))
        return outcomes[-1].missed

    half, refused = written("complaints.csv", whole[:900]), written("orders.csv", "")
    happens = [
        from_a_clock_far_ahead,
        nothing,
        half,
        written("complaints.csv", whole),
        nothing,
        refused,
        nothing,
        nothing,
    ]
    watch(lambda: [Delivery.by_contract(folder)], take, stop=Waits(*happens, nothing), every=60, tell=told.append)
    assert "does not exist" in told[0]  # it is looked for again
    assert [outcome.verdict for outcome in outcomes] == ["published", "published", "unchanged"]
    assert [sum(each.delivered for each in outcome.received[0].feeds) for outcome in outcomes] == [2, 40, 0]
    assert [each.file_name for each in outcomes[2].received[0].refused] == [
        "orders.csv"
    ]  # once, and not again and again


def test_what_was_cut_off_is_gone_on_with_at_the_start_and_once(tmp_path: Path) -> None:
    write(tmp_path, branches=BRANCHES)
    taken = list[list[str]]()

    def take(deliveries: Sequence[Delivery]) -> Sequence[str]:
        taken.append([file.name for delivery in deliveries for file in delivery.files])
        if len(taken) == 1:
            raise AlreadyRunning("somebody")
        return ()

    stop = Waits(*[nothing] * 3)
    watch(lambda: [Delivery.by_contract(tmp_path)], take, stop=stop, every=1, was_cut_off=True)
    assert taken == [[], ["branches.csv"]]
    watch(lambda: [Delivery.by_contract(tmp_path / "none")], take, stop=Waits(nothing), every=1, was_cut_off=True)


def test_a_failure_is_waited_out_ever_longer_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, branches=BRANCHES)
    stop, taken, somebody = Waits(*[nothing] * 13), list[Delivery](), "Zofia " + "Nowak"

    def take(deliveries: Sequence[Delivery]) -> Sequence[str]:
        if len(stop.seconds) < 13:
            raise RuntimeError(somebody)
        taken.extend(deliveries)
        return ()

    watch(lambda: [Delivery.by_contract(tmp_path)], take, stop=stop, every=2.0)
    assert stop.seconds[:5] == [2.0, 4.0, 8.0, 16.0, 32.0]
    assert max(stop.seconds) == 900.0
    assert stop.seconds[-1] == 2.0
    assert [file.name for delivery in taken for file in delivery.files] == ["branches.csv"]
    assert somebody not in caplog.text


def test_what_could_not_be_had_is_tried_again_after_ever_longer_waits() -> None:
    files = (RemoteFile("s3://b/a.csv", "a.csv", "1"), RemoteFile("s3://b/b.csv", "b.csv", "1"))
    stop, takes = Waits(*[nothing] * 6), list[float]()

    def take(deliveries: Sequence[Delivery]) -> Sequence[str]:
        takes.append(len(stop.seconds))
        return ["b.csv"] if len(takes) < 3 else []

    watch(lambda: [Delivery(contract_source(), files)], take, stop=stop, every=1.0)
    assert takes == [1, 2, 3]
    assert stop.seconds == [1, 2, 4, 1, 1, 1, 1]
    refusals = [Refused("a.csv", "it is empty"), Refused("b.csv", "no answer", "unreachable")]
    assert Outcome(1, "unchanged", (Received("crm", refused=refusals),)).missed == {"b.csv"}


def test_a_file_whose_changes_do_not_show_is_looked_into_each_time() -> None:
    file, takes = RemoteFile("http://host/a.csv", "a.csv", "", may_differ=True), list[int]()
    stop = Waits(*[nothing] * 4)

    def take(deliveries: Sequence[Delivery]) -> Sequence[str]:
        takes.append(len(stop.seconds))
        return ()

    watch(lambda: [Delivery(contract_source(), (file,))], take, stop=stop, every=1)
    assert takes == [1, 2, 3, 4]


def test_told_to_stop_it_ends_the_step_and_the_next_refresh_goes_on(database: db.Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def tell(step: str) -> None:
        if step == "gate 1":
            stop.set()

    given = [Delivery.by_contract(write(tmp_path, branches=BRANCHES, complaints=complaints(40)))]
    with pytest.raises(Stopped, match="before curate"):
        refresh(database, KEYS, given, by="tests", tell=stopping(stop, tell))
    with database.loader.begin() as connection:
        assert connection.execute(text("select state, reason from published.refresh")).one() == (
            "failed",
            "at curate: Stopped: told to stop before curate",
        )
    assert refresh(database, KEYS, given, by="tests").verdict == "published"


def test_the_command_takes_what_comes_and_ends_well_when_it_is_told_to(
    database: db.Database, environment: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "warehouse", "refresh", "--watch", "--every", "0.2", "--from", str(tmp_path)]
    with database.loader.begin() as connection:
        connection.execute(text("insert into published.refresh (started_by) values ('cut off')"))
    watcher = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
    wait_for(database, "select count(*) from published.refresh where state = 'unchanged'")
    write(tmp_path, branches=BRANCHES, complaints=complaints(40))
    wait_for(database, "select count(*) from published.current")
    watcher.send_signal(signal.SIGTERM)
    _, said = watcher.communicate(timeout=PATIENCE)
    assert watcher.returncode == 0, said
    assert said.endswith("stopped\n")
    assert "published" in said
    with database.loader.begin() as connection:
        first = "select state, reason from published.refresh order by refresh_id limit 1"
        assert connection.execute(text(first)).one() == ("failed", "interrupted at step receive")


def wait_for(database: db.Database, question: str) -> None:
    """Until the warehouse says another number than none."""
    began = time.monotonic()
    while True:
        with database.loader.begin() as connection:
            if connection.scalar(text(question)):
                return
        assert time.monotonic() - began < PATIENCE, question
        time.sleep(0.05)
