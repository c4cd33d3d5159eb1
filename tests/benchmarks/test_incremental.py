"""Few new rows: as many as are asked for are delivered, and what they cost is told beside the full refresh."""

from dataclasses import replace

import pytest

from benchmarks import incremental
from benchmarks.measured.bench import Bench, NotPublished, Took, settle
from benchmarks.measured.deliveries import Ahead, rows_of
from tests.benchmarks.conftest import FEEDS
from warehouse.feeds.demo import Company

FULL = Took(seconds=100.0, cpu=20.0, server_cpu=70.0, rows=1_000, steps={"receive": 100.0})


def test_the_next_rows_are_taken_in_beside_what_is_published(bench: Bench, few: Company) -> None:
    full = settle(bench, "settled", few)
    folder = bench.folder / "next"
    rows = Ahead(few).write(folder, rows=200)
    assert 100 <= rows <= 300
    for path in folder.iterdir():
        if path.name.rsplit("_", 1)[0] not in FEEDS:
            path.unlink()
    bench.copy("refreshed", of="settled")
    took = bench.refresh("refreshed", folder)
    assert 0 < took.rows < rows < full.rows < rows_of(few)
    assert took.seconds > 0 and took.cpu > 0 and 0 < took.server_cpu < 60
    assert {"receive", "gate 1", "curate", "editions", "gate 2", "publish"} <= set(took.steps)
    with pytest.raises(NotPublished, match="unchanged"):
        bench.refresh("refreshed", folder)


@pytest.mark.parametrize(("hundredth", "few", "code"), [(4.9, 3.9, 0), (5.1, 3.9, 1), (4.9, 4.1, 1)])
def test_a_delivery_that_costs_more_than_it_may_is_an_error(hundredth: float, few: float, code: int) -> None:
    found = {"full": [FULL], "1 %": [replace(FULL, seconds=hundredth)], "0.01 %": [replace(FULL, seconds=few)]}
    assert incremental.told(found) == code
