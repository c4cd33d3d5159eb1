"""One demo warehouse and one dashboard on it, for all workers of a test run."""

import csv
import fcntl
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from benchmarks.web.places import answers, free_port
from tests.browser.shell import HOUSE, environment, opened
from tests.servers import place

CUSTOMERS, LATE = 2_000, 30
STARTS_WITHIN = 60.0
ENDS_WITHIN = 20.0


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard, the home of its warehouse, and where it tells its metrics."""

    address: str
    home: str
    metrics: str

    def url(self, path: str, **parameters: str) -> str:
        """The address of a page with its parameters."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"{self.address}/{path}?{query}" if query else f"{self.address}/{path}"


@contextmanager
def shared(run: str) -> Iterator[Dashboard]:
    """The dashboard of the test run `run`, as `make run` serves it, on a warehouse filled by the real refresh.

    The first worker to come makes both and ends them when all others have gone. GATEHOUSE_DEMO_HOME names a home that holds
    the demo company already; it is left as it is.
    """
    folder = place() / f"gatehouse-browser-{run}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)  # the embedded server runs as somebody else, who must come through
    with (folder / "in_use").open("w") as in_use, (folder / "making").open("w") as making:
        fcntl.flock(in_use, fcntl.LOCK_SH)
        fcntl.flock(making, fcntl.LOCK_EX)
        if (folder / "made").exists():
            fcntl.flock(making, fcntl.LOCK_UN)
            yield Dashboard(*(folder / "made").read_text().splitlines())
            return
        home = os.environ.get("GATEHOUSE_DEMO_HOME") or _filled(folder)
        with served([sys.executable, "serve.py", "--port"], home) as dashboard:
            (folder / "made").write_text("\n".join(astuple(dashboard)))
            fcntl.flock(making, fcntl.LOCK_UN)
            yield dashboard
            fcntl.flock(in_use, fcntl.LOCK_EX)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def served(command: Sequence[str], home: str) -> Iterator[Dashboard]:
    """A server on a warehouse for the length of a block: `command` without its port. Raises RuntimeError with its log."""
    port, told_at = free_port(), free_port()
    own = {**environment(home), "GATEHOUSE_METRICS": str(told_at)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*command, str(port)], cwd=HOUSE, env=own, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + STARTS_WITHIN
            while not answers(port, "/_stcore/health"):
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(log.read().decode())
                time.sleep(0.2)
            yield Dashboard(f"http://127.0.0.1:{port}", home, metrics=f"127.0.0.1:{told_at}")
        finally:
            process.terminate()
            process.wait(timeout=ENDS_WITHIN)


def _filled(folder: Path) -> str:
    """A home with the demo company in it, and a second refresh with complaints that came late."""
    demo, late = folder / "demo", folder / "late"
    with opened(str(folder)) as line:
        line.run("demo", "--load", "--customers", str(CUSTOMERS), "--out", str(demo))
        _write_late(demo, late)
        line.run("refresh", "--from", str(late), "--zone", "Asia/Shanghai", "--currency", "CNY")
    return str(folder)


def _write_late(demo: Path, late: Path) -> None:
    """The newest complaints of the demo company once more, under codes of their own."""
    (delivered,) = demo.glob("delivery_000/complaints_[0-9]*")
    with gzip.open(delivered, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    late.mkdir()
    with (late / "complaints.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "complaint_id": f"L{row['complaint_id']}"} for row in rows[-LATE:])
