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
from warehouse.receive import Delivery
from warehouse.refresh import Outcome, refresh
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

    def take(deliveries: Sequence[Delivery]) -> None:
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

    def take(deliveries: Sequence[Delivery]) -> None:
        outcomes.append(refresh(database, KEYS, deliveries, by="tests"))

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


def test_a_failure_is_waited_out_ever_longer_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, branches=BRANCHES)
    stop, taken, somebody = Waits(*[nothing] * 13), list[Delivery](), "Zofia " + "Nowak"

    def take(deliveries: Sequence[Delivery]) -> None:
        if len(stop.seconds) < 13:
            raise RuntimeError(somebody)
        taken.extend(deliveries)

    watch(lambda: [Delivery.by_contract(tmp_path)], take, stop=stop, every=2.0)
    assert stop.seconds[:5] == [2.0, 4.0, 8.0, 16.0, 32.0]
    assert max(stop.seconds) == 900.0
    assert stop.seconds[-1] == 2.0
    assert [file.name for delivery in taken for file in delivery.files] == ["branches.csv"]
    assert somebody not in caplog.text


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
    watcher = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
    write(tmp_path, branches=BRANCHES, complaints=complaints(40))
    began = time.monotonic()
    with database.loader.begin() as connection:
        while not connection.scalar(text("select count(*) from published.current")):
            assert time.monotonic() - began < PATIENCE, "nothing was published"
            time.sleep(0.05)
    watcher.send_signal(signal.SIGTERM)
    _, said = watcher.communicate(timeout=PATIENCE)
    assert watcher.returncode == 0, said
    assert said.endswith("stopped\n")
    assert "published" in said
