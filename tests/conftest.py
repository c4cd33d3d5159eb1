"""One embedded server a test session, migrated once; each test that asks gets a database of its own from that template."""

import gc
import os
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import URL
from streamlit.components.v2 import manifest_scanner

from tests.browser import install
from tests.oracle.company import Company, companies
from tests.servers import Shared, copied, place, shared, started
from warehouse import db

signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is told to end leaves no server behind
settings.register_profile("patient", deadline=None)  # how long an example takes says what else the machine does
settings.load_profile("patient")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]

LONG = (
    "tests/oracle/test_figures.py",
    "tests/access/test_leaks.py",
    "tests/browser/test_pages_dark.py",
    "tests/browser/test_pages_light.py",
    "tests/browser/test_questions.py",
    "tests/truth/",
    "tests/oracle/",
    "tests/sources/",
    "tests/faults/",
    "tests/refresh/",
    "tests/published/",
)
"""What takes long begins, so that the workers of a run end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long; files stay whole, and in their own order.

    Files that drive a browser come last: Playwright leaves its event loop running, beside which no other can be run.
    """
    driving = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path in driving, _length(item)))


def _length(item: pytest.Item) -> int:
    return next((place for place, of in enumerate(LONG) if item.nodeid.startswith(of)), len(LONG))


@pytest.fixture(scope="module", autouse=True)
def _kept() -> None:
    """What is there when a module begins stays to the end: Streamlit looks through all of it for garbage after every rerun."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _scanned_once() -> Iterator[None]:
    """Streamlit's AppTest looks for components in all that is installed at every visit; nothing is installed meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """The embedded server of this test session, in a folder of its own: pytest's are closed to the server's user."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-", dir=place(), ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        yield started(Path(home) / "postgres")


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Shared]:
    """A server that xdist's workers of one run share."""
    with shared(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)) as made:
        yield made


@pytest.fixture(scope="session")
def company_of(shared_server: Shared) -> Callable[[str], Company]:
    """A refreshed demo company by its name (`tests/oracle/company.py`)."""
    return companies(shared_server)


@pytest.fixture(scope="session")
def template(server: URL) -> str:
    """Name of a database with the newest schema and nothing in it."""
    made = db.embedded(server, "template_gatehouse")
    db.migrate(made.loader)
    made.dispose()
    return "template_gatehouse"


@pytest.fixture
def database(server: URL, template: str) -> Iterator[db.Database]:
    """An empty warehouse, gone after the test."""
    with copied(server, template) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium of the system; Playwright runs once a process, so whoever drives a browser takes this one."""
    path = install.browser()
    if path is None:
        pytest.skip("no Chromium here: python -m tests.browser.install")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
