"""What the dashboard measures of itself while it serves: pages drawn, parts that failed, people connected."""

import time
from collections.abc import Callable
from importlib import import_module

from prometheus_client import Counter, Gauge, Histogram
from streamlit.runtime import Runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

PAGES = Histogram(
    "gatehouse_page_seconds",
    "Seconds that a page took to its last element, on the server.",
    ["page"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
FAILURES = Counter("gatehouse_page_failures", "Parts of pages that failed to load.")
SESSIONS = Gauge("gatehouse_sessions", "People connected now, a browser tab each.")


def opened(page: str, *asked: object) -> None:
    """Draw the screen of this name. Its file, and what it alone needs, is loaded for the first who comes, or by `serve.py` before."""
    drawn(page, import_module(f"pages.{page}").show, *asked)


def drawn(page: str, show: Callable[..., None], *asked: object) -> None:
    """Draw a page, and count how long it took; one that is interrupted by the next click is not counted."""
    began = time.perf_counter()
    show(*asked)
    PAGES.labels(page).observe(time.perf_counter() - began)


def connected() -> float:
    """How many sessions Streamlit serves."""
    if not Runtime.exists():
        return 0
    told = Runtime.instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY])[ACTIVE_SESSIONS_FAMILY]
    return sum(each.value for each in told if isinstance(each, GaugeStat))


SESSIONS.set_function(connected)
