"""The capacity table says what was measured, and what each further customer takes."""

from benchmarks import capacity
from benchmarks.capacity import MB, Taken
from benchmarks.measured.bench import EMPTY, Bench, Took


def taken(seconds: float, megabytes: int) -> Taken:
    full = Took(seconds=seconds, cpu=1.0, server_cpu=1.0, peak_mb=300.0)
    day = Took(seconds=seconds / 10, cpu=1.0, server_cpu=1.0, peak_mb=310.0)
    disk = {"all": megabytes * MB, "landing": megabytes * MB // 2, "vault": 1}
    return Taken(rows=1_000, full=full, day=day, dashboard_mb=250.0, disk=disk)


def test_the_table_says_what_was_measured_and_what_the_next_customer_takes() -> None:
    told = capacity.table({1_000: taken(10, 100), 3_000: taken(20, 300)})
    assert "| 3,000 | 1,000 | 20 s (2) | 2.0 s (2.0) | 310 MB | 250 MB | 300 MB | 150 MB | 0 MB | 0 MB | 0 MB |" in told
    assert "Each further customer takes about 100 kB of disk and 5.0 ms of a full refresh." in told
    assert len({line.count("|") for line in told.splitlines() if line.startswith("|")}) == 1, "a whole table"


def test_the_disk_is_that_of_the_whole_database(bench: Bench) -> None:
    bench.copy(capacity.DASHBOARDS, of=EMPTY)
    found = capacity.disk(bench)
    assert found["all"] > sum(found.get(stage, 0) for stage in capacity.STAGES) > found["published"] > 0
