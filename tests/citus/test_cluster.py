"""The same deliveries on a Citus cluster and on one server: the same rows, the same figures.

They run where CITUS_URL names the coordinator of a cluster (docs/citus.md); without it, that a plain server is refused.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from tests.citus.cluster import placed
from tests.refresh.histories import BOSS, KEYS, House, assert_same
from tests.refresh.histories_company import FEEDS
from tests.refresh.histories_drawn import Part, Step
from tests.servers import copied
from warehouse import db
from warehouse.distribute import PLACES, distribute
from warehouse.feeds.demo import write_company
from warehouse.metrics import metrics
from warehouse.queries import figures
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.scope import Scope

CITUS = os.environ.get("CITUS_URL", "")
OTHERS = sorted(set(FEEDS) - {"branches"})
STORY = (
    Step("deliver", (Part("branches", 0, 3, 0), *(Part(feed, 0, 60, 0) for feed in OTHERS))),
    Step("deliver", tuple(Part(feed, 40, 60, 1) for feed in OTHERS), twist="newcomer"),
    Step("deliver", (Part("branches", 0, 4, 1),)),
    Step("try", tuple(Part(feed, 200, 12, 2) for feed in OTHERS)),
    Step("deliver", tuple(Part(feed, 90, 12, 3) for feed in OTHERS), twist="doubled"),
    Step("discard", pick=1),
    Step("reworded", pick=0),
    Step("rebuild"),
    Step("rollback", pick=0),
    Step("again", pick=1),
    Step("nothing"),
)
needs_cluster = pytest.mark.skipif(not CITUS, reason="CITUS_URL names no cluster")


@pytest.fixture
def cluster() -> Iterator[db.Database]:
    with placed(CITUS) as database:
        yield database


@needs_cluster
def test_a_history_is_the_same(cluster: db.Database, server: URL, template: str, tmp_path: Path) -> None:
    with copied(server, template) as plain:
        here, there = House(plain, tmp_path / "plain").open(), House(cluster, tmp_path / "cluster").open()
        for house in (here, there):
            house.folder.mkdir()
        for step in STORY:
            for house in (here, there):
                house.happen(step)
            assert_same(here.published(), there.published(), str(step))
            assert_same(here.book(), there.book(), str(step))


@needs_cluster
def test_all_figures_of_the_demo_company_are_the_same(
    cluster: db.Database, server: URL, template: str, tmp_path: Path
) -> None:
    out = write_company(tmp_path / "company", customers=200, days=1).out
    with copied(server, template) as plain:
        told = []
        for database in (plain, cluster):
            house = House(database, tmp_path).open()
            for folder in sorted(out.glob("delivery_*")):
                given = [Delivery.by_contract(folder, zone="Asia/Shanghai", currency="CNY")]
                assert refresh(database, KEYS, given, by="tests").verdict == "published"
            told.append((house, _figures(Reader(database.reader, BOSS).pinned())))
        (here, figures_here), (there, figures_there) = told
        assert_same(here.published(), there.published(), "the demo company")
        assert figures_there == figures_here


def _figures(reader: Reader) -> dict[str, str]:
    """Every figure of the catalogue, as text."""
    return {code: figures.figure(reader, code, Scope()).to_csv(float_format="%.9g") for code in metrics()}


@needs_cluster
def test_what_lies_on_the_workers_is_what_is_said(cluster: db.Database) -> None:
    assert distribute(cluster.loader) == ()
    with cluster.loader.begin() as connection:
        lies = connection.execute(text("select table_name::text, distribution_column from citus_tables")).tuples().all()
    spread, copied_everywhere = PLACES.values()
    assert dict(lies) == {f"curated.{name}": "customer_id" for name in spread} | {
        f"curated.{name}": "<none>" for name in copied_everywhere
    }
