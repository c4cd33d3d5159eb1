"""The dashboard on the demo company, a browser, and a way in."""

import os
import sys
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser import shell, stage
from tests.browser.shell import Shell
from tests.browser.stage import Dashboard
from tests.browser.visit import SLOW, House, room

expect.set_options(timeout=SLOW)


@pytest.fixture(scope="session")
def dashboard() -> Iterator[Dashboard]:
    """The dashboard on the demo company, as `make run` serves it; xdist's workers of one run share it."""
    with stage.shared(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)) as running:
        yield running


@pytest.fixture
def plain_dashboard(dashboard: Dashboard) -> Iterator[Dashboard]:
    """The same served by `streamlit run`, cold: nobody has visited it."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port"]
    with stage.served(command, dashboard.home) as running:
        yield running


@pytest.fixture(scope="session")
def warm(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has loaded the dashboard's own files once; far from the company, so that no day depends on the reader's zone."""
    with room(browser, timezone_id="America/Los_Angeles") as opened:
        yield opened


@pytest.fixture
def house(dashboard: Dashboard, warm: BrowserContext) -> Iterator[House]:
    """The way in; whoever came leaves with the test."""
    entered = House(dashboard, warm)
    yield entered
    entered.leave()


@pytest.fixture(scope="session")
def regions(dashboard: Dashboard, warm: BrowserContext) -> list[str]:
    """The names of all regions, as an executive reads them below the company's line."""
    entered = House(dashboard, warm)
    names = entered.come(person="executive").locator(".gh-table tbody tr td:first-child").all_inner_texts()[1:]
    entered.leave()
    assert len(names) >= 2
    return names


@pytest.fixture(scope="session")
def command_line(dashboard: Dashboard) -> Iterator[Shell]:
    """`python -m warehouse …` on the same warehouse."""
    with shell.opened(dashboard.home) as running:
        yield running
