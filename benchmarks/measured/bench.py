"""A server of the benchmark's own, databases on it, and a refresh in a process of its own, measured from within."""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import psutil
from sqlalchemy import URL, TextClause, create_engine, text

from warehouse import db
from warehouse.access import grants
from warehouse.feeds.demo import Company, write_company
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Settings, keys

UNTIL = date(2026, 3, 31)
ZONE, CURRENCY = "Asia/Shanghai", "CNY"
EXECUTIVE = grants.DEMO_PEOPLE["executive"][0]
LEAVE = text("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = :name")
EMPTY = "empty"
"""The database that holds the newest schema and nothing else."""


class NotPublished(RuntimeError):
    """A refresh came to something else than what was to be measured."""


@dataclass(frozen=True)
class Took:
    """What a refresh took: seconds on the clock and of processors (its own process, and the server), and memory at most.

    `steps` are seconds by step, as the refresh itself tells them; `rows` were delivered.
    """

    seconds: float
    cpu: float
    server_cpu: float
    peak_mb: float = 0.0
    rows: int = 0
    steps: Mapping[str, float] = field(default_factory=dict)

    @property
    def all_cpu(self) -> float:
        """Seconds of processors in all."""
        return self.cpu + self.server_cpu

    @property
    def gates(self) -> float:
        """Seconds at both gates."""
        return sum(taken for step, taken in self.steps.items() if step.startswith("gate"))


def in_a_process_of_its_own() -> Executor:
    """One new process that has nothing of this one."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


@dataclass(frozen=True)
class Bench:
    """An embedded server, whose files lie in `home`. Its databases are made from templates and thrown away; `folder` is for all else.

    `beside` is where refreshes run: in a process of their own, whose memory and processors' seconds are theirs alone.
    """

    folder: Path
    home: Path
    server: URL
    beside: Callable[[], Executor] = in_a_process_of_its_own

    def copy(self, name: str, *, of: str) -> Settings:
        """A database that holds what `of` holds, in place of any other of that name."""
        self.drop(name)
        self._run(
            LEAVE.bindparams(name=of), text(f"create database {name} owner loader template {of} strategy file_copy")
        )
        return self.settings(name)

    def drop(self, name: str) -> None:
        """Throw a database away, if it is there."""
        self._run(text(f"drop database if exists {name} with (force)"))

    def settings(self, name: str) -> Settings:
        """Where the database `name` is, for the house's own code."""
        return Settings(home=self.home, database_name=name)

    def refresh(self, name: str, delivery: Path) -> Took:
        """Take in the files of a folder, in a process of its own. Raises NotPublished."""
        before = self.cpu()
        with self.beside() as alone:
            took = alone.submit(_refresh, self.settings(name), delivery).result()
        return Took(**{**vars(took), "server_cpu": self.cpu() - before})

    def timed(self, work: Callable[[], float]) -> Took:
        """What `work` takes, which tells the seconds of processors that its own processes took."""
        before, began = self.cpu(), time.perf_counter()
        cpu = work()
        return Took(seconds=time.perf_counter() - began, cpu=cpu, server_cpu=self.cpu() - before)

    def program(self, name: str) -> Path:
        """A program that came with the server, such as psql."""
        return Path(psutil.Process(self._postmaster()).exe()).with_name(name)

    def cpu(self) -> float:
        """Seconds that the processors have worked for the server so far, its ended processes included."""
        postmaster = psutil.Process(self._postmaster())
        times = postmaster.cpu_times()
        spent = times.user + times.system + times.children_user + times.children_system
        for process in postmaster.children():
            try:
                spent += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue  # ended meanwhile; a moment later it counts among the children's
        return spent

    def _postmaster(self) -> int:
        return int((self.home / "postgres" / db.POSTMASTER).read_text("utf-8").split()[0])

    def _run(self, *statements: TextClause) -> None:
        admin = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for statement in statements:
                connection.execute(statement)
        admin.dispose()


@contextmanager
def opened(folder: Path | None = None) -> Iterator[Bench]:
    """A bench with the database EMPTY, in a folder of its own below `folder`, gone after the block, and where the process is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    made = Path(tempfile.mkdtemp(prefix="gatehouse-bench-", dir=folder))
    made.chmod(0o755)  # the embedded server runs as somebody else, who must come through
    home = made / "home"
    try:
        bench = Bench(made, home, db.start(home / "postgres"))
        db.connect(bench.settings(EMPTY)).dispose()
        yield bench
    finally:
        _stop(home)
        shutil.rmtree(made, ignore_errors=True)


def company(bench: Bench, *, customers: int) -> Company:
    """The made-up company of so many customers, written to the bench's folder."""
    return write_company(bench.folder / f"company_{customers}", customers=customers, seed=1, until=UNTIL)


def settle(bench: Bench, name: str, made: Company) -> Took:
    """The database `name`: the company published as a demo company, to its three people, statistics fresh. What publishing took."""
    settings = bench.copy(name, of=EMPTY)
    took = bench.refresh(name, made.out / "delivery_000")
    database = db.connect(settings)
    with database.loader.begin() as connection:
        grants.give_demo(connection, by="benchmark")
        connection.execute(text("insert into published.setting (name, value) values ('company', 'demo')"))
    with database.loader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    database.dispose()
    return took


def delivery_of(folder: Path) -> Delivery:
    """The files of a folder as the made-up company delivers them."""
    return Delivery.by_contract(folder, zone=ZONE, currency=CURRENCY)


def _refresh(settings: Settings, folder: Path) -> Took:
    database, secrets = db.connect(settings), keys(settings)
    began, cpu = time.perf_counter(), time.process_time()
    outcome = refresh(database, secrets, [delivery_of(folder)], by="benchmark")
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    database.dispose()
    if outcome.verdict != "published":
        raise NotPublished(f"{folder.name} was {outcome.verdict}: {dict(outcome.held)}")
    rows = sum(feed.delivered for received in outcome.received for feed in received.feeds)
    return Took(seconds=took, cpu=spent, server_cpu=0.0, peak_mb=peak_mb(), rows=rows, steps=dict(outcome.timings))


def peak_mb() -> float:
    """Memory of this process at most so far; what its parent held when it began does not count, as in getrusage it would."""
    told = Path("/proc/self/status").read_text("utf-8").split("VmHWM:")[1]
    return int(told.split()[0]) / 1024


def _stop(home: Path) -> None:
    """Stop the server of the bench, which is nobody else's."""
    try:
        postmaster = psutil.Process(int((home / "postgres" / db.POSTMASTER).read_text("utf-8").split()[0]))
    except (OSError, psutil.NoSuchProcess):
        return
    postmaster.send_signal(signal.SIGINT)  # a fast shutdown: nobody is waited for
    postmaster.wait(60)
