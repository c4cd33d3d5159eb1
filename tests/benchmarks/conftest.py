"""A bench on the test session's own server, and a company of a few people with a few feeds."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

from benchmarks.measured.bench import EMPTY, Bench, company
from warehouse.feeds.demo import Company

FEEDS = ("branches", "customers", "orders", "returns", "working_hours")


@pytest.fixture(scope="module")
def bench(server: URL, template: str) -> Iterator[Bench]:
    """A bench whose refreshes run in this process: it has imported already what costs another one three seconds."""
    admin = create_engine(server)
    with admin.connect() as connection:
        data = Path(connection.exec_driver_sql("show data_directory").scalar_one())
    admin.dispose()
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        made = Bench(Path(folder), data.parent, server, beside=partial(ThreadPoolExecutor, 1))
        made.copy(EMPTY, of=template)
        yield made
        for name in (EMPTY, "settled", "refreshed", "recorded", "bare", "gatehouse"):
            made.drop(name)


@pytest.fixture(scope="module")
def few(bench: Bench) -> Company:
    """Forty customers, what they ordered and took back: all else would only take its time."""
    made = company(bench, customers=40)
    for path in (made.out / "delivery_000").iterdir():
        if path.name.rsplit("_", 1)[0] not in FEEDS:
            path.unlink()
    return made
