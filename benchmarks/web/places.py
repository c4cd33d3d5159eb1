"""The servers that are measured, each in a process of its own: our dashboard, a page of ours with six figures, an empty page."""

import http.client
import os
import socket
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

HOUSE = Path(__file__).parents[2]
KEPT = HOUSE / ".gatehouse-bench"
"""What is fetched and made once, for all the measurements that come after."""
PORT = "{port}"
STARTS_WITHIN, ENDS_WITHIN = 120.0, 20.0
BESIDE = ("-m", "warehouse", "work")
"""What does stewards' work beside the dashboard: not a part of drawing pages."""


@dataclass(frozen=True)
class Place:
    """A server that answers on `port`; `root` is its first process."""

    port: int
    root: int

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[psutil.Process]:
        """Its processes, without what only stands beside it."""
        root = psutil.Process(self.root)
        return [each for each in (root, *root.children(recursive=True)) if not _is_beside(each)]

    def cpu(self) -> float:
        """Seconds of processors that it has taken so far."""
        times = [each.cpu_times() for each in self.processes()]
        return sum(each.user + each.system for each in times)

    def megabytes(self) -> float:
        """Memory that is its own: pages shared by several processes count a part in each (PSS)."""
        return sum(each.memory_full_info().pss for each in self.processes()) / 1e6


@contextmanager
def ours(home: Path) -> Iterator[Place]:
    """The dashboard as it is served, on the demo company under `home`."""
    with served([sys.executable, "serve.py", "--port", PORT], {"GATEHOUSE_HOME": str(home)}) as place:
        yield place


@contextmanager
def six(home: Path) -> Iterator[Place]:
    """The dashboard with a page of the six figures that Superset shows too."""
    command = [sys.executable, "-m", "benchmarks.web.six", "--port", PORT]
    with served(command, {"GATEHOUSE_HOME": str(home)}) as place:
        yield place


@contextmanager
def empty() -> Iterator[Place]:
    """A Streamlit page with a title, a list and a word: what no page can be quicker than."""
    with served([sys.executable, "-m", "benchmarks.web.empty", "--port", PORT]) as place:
        yield place


@contextmanager
def served(
    command: Sequence[str], environment: Mapping[str, str] = {}, *, health: str = "/_stcore/health"
) -> Iterator[Place]:
    """`command` with a free port in the place of PORT, until the block ends. Raises RuntimeError with its log if it does not answer."""
    port = free_port()
    words = [word.replace(PORT, str(port)) for word in command]
    around = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))}
    with tempfile.TemporaryFile() as log:
        process = psutil.Popen(words, cwd=HOUSE, env=around | dict(environment), stdout=log, stderr=STDOUT)
        try:
            deadline = time.monotonic() + STARTS_WITHIN
            while not answers(port, health):
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(f"{' '.join(command)} does not answer: {log.read().decode()[-2000:]}")
                time.sleep(0.02)
            yield Place(port, process.pid)
        finally:
            end(process)


def end(process: psutil.Popen) -> None:
    """Ask a process to end, and end it where it does not; one that has ended is let be."""
    with suppress(psutil.NoSuchProcess):
        process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except psutil.TimeoutExpired:
        process.kill()


def run(*command: str, environment: Mapping[str, str] = {}, folder: Path = HOUSE) -> None:
    """Run a command to its end. Raises RuntimeError with what it said where it fails."""
    process = psutil.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=PIPE, stderr=STDOUT)
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {said.decode()[-2000:]}")


def demo(customers: int) -> Path:
    """A home with the demo company of so many customers in it, made once by the real refresh."""
    home = KEPT / f"company_{customers}"
    home.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "warehouse", "demo", "--load", "--customers", str(customers))
    run(*command, "--out", str(home / "demo"), environment={"GATEHOUSE_HOME": str(home)})
    return home


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(port: int, path: str) -> bool:
    """Whether a server of this machine says that it is well."""
    asked = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        asked.request("GET", path)
        return asked.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        asked.close()


def _is_beside(process: psutil.Process) -> bool:
    return " ".join(BESIDE) in " ".join(process.cmdline())
