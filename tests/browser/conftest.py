"""A demo warehouse made through the real refresh, the real server on it, and a browser to look at it."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import install

HOUSE = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard."""

    address: str

    def url(self, path: str, **parameters: str) -> str:
        """The address of a page with its parameters."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"{self.address}/{path}?{query}" if query else f"{self.address}/{path}"


@pytest.fixture(scope="session")
def demo_warehouse() -> Iterator[Path]:
    """The home of a warehouse that holds the demo company; GATEHOUSE_DEMO_HOME names one that is ready."""
    if ready := os.environ.get("GATEHOUSE_DEMO_HOME"):
        yield Path(ready)
        return
    with tempfile.TemporaryDirectory(prefix="gatehouse-demo-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        command = [sys.executable, "-m", "warehouse", "demo", "--load", "--customers", "3000"]
        subprocess.run(command, cwd=HOUSE, env=_environment(home), check=True, capture_output=True, timeout=600)
        yield home


@pytest.fixture(scope="session")
def dashboard(demo_warehouse: Path) -> Iterator[Dashboard]:
    """The dashboard on the demo company, as `make run` serves it."""
    with _served([sys.executable, "serve.py", "--port"], demo_warehouse) as running:
        yield running


@pytest.fixture(scope="session")
def plain_dashboard(demo_warehouse: Path) -> Iterator[Dashboard]:
    """The same served by `streamlit run`, cold: nobody has visited it."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port"]
    with _served(command, demo_warehouse) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium of the system."""
    path = install.browser()
    if path is None:
        pytest.skip("no Chromium here: python -m tests.browser.install")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@contextmanager
def _served(command: list[str], home: Path) -> Iterator[Dashboard]:
    """A server on a free port for the length of a block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, str(port)], cwd=HOUSE, env=_environment(home), stdout=log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                raise RuntimeError(log.read().decode())
            time.sleep(0.2)
        yield Dashboard(address=f"http://127.0.0.1:{port}")
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/_stcore/health")
        return asked.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        asked.close()


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))}
    return {**kept, "GATEHOUSE_HOME": str(home)}


def settled(page: Page) -> None:
    """Wait until the script has ended and every chart on the page is drawn."""
    page.wait_for_selector(".gh-head", timeout=30_000)
    page.wait_for_function(
        """() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'
            && document.querySelector('[data-testid="stVegaLiteChart"], [data-testid="stGraphVizChart"] svg, .gh-nothing')
            && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
                .every(chart => chart.querySelector('svg .mark-group path, svg [role="graphics-symbol"], canvas'))""",
        timeout=30_000,
    )
