"""One embedded server a test session, migrated once; each test that asks gets a database of its own from that template."""

import itertools
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import URL, create_engine

from tests.browser import install
from tests.oracle.company import Company, companies
from warehouse import db

_numbers = itertools.count(1)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """The embedded server of this test session, in a folder of its own: pytest's are closed to the server's user."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        yield db.start(Path(home) / "postgres")


@pytest.fixture(scope="session")
def company_of() -> Iterator[Callable[[str], Company]]:
    """A refreshed demo company by its name (`tests/oracle/company.py`); xdist's workers of one run share them."""
    with companies(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)) as made:
        yield made


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
    name = f"test_{next(_numbers)}"
    made = db.embedded(server, name, template=template)
    yield made
    made.dispose()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"drop database {name} with (force)")
    admin.dispose()


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
