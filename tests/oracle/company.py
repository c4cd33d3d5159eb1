"""Demo companies, refreshed once a test session for all workers, and their accepted rows as tables for the oracles."""

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path

import pandas as pd
from cryptography.fernet import Fernet
from sqlalchemy import text

from tests.servers import Shared
from warehouse import db
from warehouse.access import grants
from warehouse.access.grants import Grant
from warehouse.feeds.demo import write_company
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Keys

ZONE = "Asia/Shanghai"
UNTIL = date(2026, 3, 31)
EXECUTIVE, HEAD, STEWARD = "executive@example.com", "head@example.com", "steward@example.com"
GRANTS = (
    Grant(person=EXECUTIVE, role="executive"),
    Grant(person=HEAD, role="branch_head", region="R1"),
    Grant(person=STEWARD, role="data_steward"),
)
KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
"""Nothing is unsealed here, so every process may have a key of its own."""


@dataclass(frozen=True)
class Kind:
    """One of the companies: its seed, and the feeds that it keeps to itself."""

    name: str
    seed: int
    without: tuple[str, ...] = ()


THOROUGH = bool(os.environ.get("GATEHOUSE_EVERY_FIGURE"))
"""Whether to ask a third company, and all of them many more random questions: `make figures-all`."""
EXAMPLES = 20 if THOROUGH else 3
"""Random questions a metric, company and test."""
LARGE = int(os.environ.get("GATEHOUSE_LARGE_COMPANY", "0"))
"""Customers of one large company, which is then asked in place of the small ones: `make figures-large`."""
CUSTOMERS = LARGE or 1_200
KINDS = (
    (Kind("large", seed=1),)
    if LARGE
    else (
        Kind("north", seed=11),
        Kind("south", seed=12, without=("wallets", "complaint_events")),
        *((Kind("west", seed=13),) if THOROUGH else ()),
    )
)


@dataclass(frozen=True, eq=False)
class Company:
    """A published demo company. `reader` asks for its figures; `rows` gives what the figures are made of."""

    kind: Kind
    database: db.Database
    reader: Reader

    def rows(self, feed: str) -> pd.DataFrame:
        """The accepted rows of a feed, newest version of each key; instants in the company's zone, numbers as floats.

        For every `…_at` there is a `…_day`: midnight of that day, without a zone.
        """
        return self._cache(feed).copy()

    def has(self, *feeds: str) -> bool:
        """Whether all of these were delivered."""
        return all(feed not in self.kind.without for feed in feeds)

    def until(self, *names: str) -> pd.Timestamp:
        """The data date: the newest instant that these feeds (none named: all) know."""
        known = self._newest if not names else self._newest[self._newest.index.isin(names)]
        return known.max()

    def ripe(self, outcome: Collection[str], *names: str) -> pd.Timestamp:
        """The day by which these feeds had their time: the data date, or the day up to which those of `outcome` were heard of."""
        heard = pd.concat([self._newest, self._arrived.dt.normalize()], axis=1).max(axis=1)
        return min(self.until(*names), heard[heard.index.isin(outcome)].min())

    def home(self) -> pd.DataFrame:
        """One row a branch: branch, region."""
        return self.rows("branches")[["branch_id", "region_id"]].set_axis(["branch", "region"], axis=1)

    @cached_property
    def _cache(self) -> Callable[[str], pd.DataFrame]:
        return cache(self._read)

    @cached_property
    def _newest(self) -> "pd.Series[pd.Timestamp]":
        query = "select feed, max(newest_at) as at from published.load_feed where state = 'passed' group by feed"
        with self.database.loader.begin() as connection:
            known = pd.read_sql(text(query), connection).set_index("feed")["at"]
        return pd.to_datetime(known, utc=True).dt.tz_convert(ZONE)

    @cached_property
    def _arrived(self) -> "pd.Series[pd.Timestamp]":
        query = "select feed, max(received_at) as at from published.load_feed where state = 'passed' group by feed"
        with self.database.loader.begin() as connection:
            known = pd.read_sql(text(query), connection).set_index("feed")["at"]
        return pd.to_datetime(known, utc=True).dt.tz_convert(ZONE)

    def _read(self, feed: str) -> pd.DataFrame:
        with self.database.loader.begin() as connection:
            frame = pd.read_sql(text(f"select * from staging.now_{feed}"), connection, coerce_float=True)
        for name in frame.columns:
            if name.endswith("_at") and not name.endswith("s_at"):
                frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(ZONE)
                frame[name.removesuffix("_at") + "_day"] = frame[name].dt.tz_localize(None).dt.normalize()
            elif name.endswith(("_on", "_since_on")):
                frame[name] = pd.to_datetime(frame[name])
        texts = frame.select_dtypes("str").columns  # as plain objects they are cut into groups together, not one by one
        return frame.astype(dict.fromkeys(texts, object)).drop(columns=["load_id", "file_id", "row_number"])


def companies(place: Shared) -> Callable[[str], Company]:
    """Companies by name, each made by whichever process of the test run asks first."""
    made = {kind.name: cache(partial(_open, place, kind)) for kind in KINDS}
    return lambda name: made[name]()


def _open(place: Shared, kind: Kind) -> Company:
    database = db.embedded(place.server, kind.name)
    with place.making(kind.name) as is_new:
        if is_new:
            _make(database, place.folder, kind)
    return Company(kind, database, Reader(engine=database.reader, person=EXECUTIVE).pinned())


def _make(database: db.Database, folder: Path, kind: Kind) -> None:
    db.migrate(database.loader)
    files = folder / kind.name
    write_company(files, customers=CUSTOMERS, seed=kind.seed, until=UNTIL)
    for feed in kind.without:
        for path in (files / "delivery_000").glob(f"{feed}_[0-9]*"):
            path.unlink()
    delivery = Delivery.by_contract(files / "delivery_000", zone=ZONE, currency="CNY")
    outcome = refresh(database, KEYS, [delivery], by="test")
    assert outcome.verdict == "published", outcome.held
    with database.loader.begin() as connection:
        for grant in GRANTS:
            grants.give(connection, grant, by="test")
    shutil.rmtree(files)
