"""A small company, written once for all tests of this folder."""

from datetime import date

import pandas as pd
import pytest

from tests.feeds.demo.reading import Reader, read_feed
from warehouse.feeds.contract import feeds
from warehouse.feeds.demo import Company, write_company


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """2,000 customers, three years and a week of daily deliveries."""
    return write_company(tmp_path_factory.mktemp("company"), customers=2_000, seed=7, until=date(2026, 3, 31), days=7)


@pytest.fixture(scope="session")
def rows(company: Company) -> dict[str, pd.DataFrame]:
    """The first delivery, by feed, as text."""
    return {feed: read_feed(company.out / "delivery_000", feed) for feed in feeds()}


@pytest.fixture(scope="session")
def read() -> Reader:
    """`read(folder, feed)` gives the rows of a feed in a delivery as text."""
    return read_feed
