"""Every format lands as many rows as a bare COPY brings, and one that is too slow, or grows, is an error."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from benchmarks import landing
from benchmarks.measured.bench import EMPTY, UNTIL, Bench, Took
from warehouse.feeds.demo.chunk import make_chunk
from warehouse.feeds.demo.company import BEFORE_EVERYTHING
from warehouse.feeds.demo.effects import ALL
from warehouse.feeds.demo.files import Delivery
from warehouse.feeds.demo.frame import frame

TOOK = Took(seconds=1.0, cpu=0.2, server_cpu=0.7, rows=10)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Sequence[landing.Case]:
    """What thirty customers brought about, in every format."""
    folder = tmp_path_factory.mktemp("landing")
    shared = frame(customers=30, seed=1, until=UNTIL, effects=ALL)
    with Delivery(folder / "delivery") as files:
        for table in make_chunk(shared, 0).tables:
            files.add(table.feed, table.delivered(BEFORE_EVERYTHING, shared.end))
    return landing.cases(folder / "delivery", folder / "cases")


@pytest.fixture(scope="module")
def home(bench: Bench) -> Iterator[landing.Settings]:
    yield bench.copy(landing.DATABASE, of=EMPTY)
    bench.drop(landing.DATABASE)


def test_every_format_lands_what_a_bare_copy_brings(
    bench: Bench, home: landing.Settings, cases: Sequence[landing.Case]
) -> None:
    for case in cases:
        ways = landing.compared(bench, home, case, rounds=1)
        assert ways["COPY"][0].rows == ways["landing"][0].rows > 10
    assert landing.peak_mb(bench, home, cases[0].path) > 10


@pytest.mark.parametrize(
    ("seconds", "growth", "code"), [(1.9, 40.0, 0), (2.1, 40.0, 1), (1.9, 50.0, 1)], ids=["kept", "slow", "grows"]
)
def test_what_is_slow_or_grows_is_an_error(seconds: float, growth: float, code: int) -> None:
    found = {"csv": {"COPY": [TOOK], "landing": [replace(TOOK, seconds=seconds)]}}
    assert landing.told(found, {"csv": growth}) == code


def test_what_lands_in_part_is_not_compared() -> None:
    with pytest.raises(ValueError, match="COPY brings 10 rows, landing 9"):
        landing.told({"csv": {"COPY": [TOOK], "landing": [replace(TOOK, rows=9)]}}, {"csv": 0.0})
