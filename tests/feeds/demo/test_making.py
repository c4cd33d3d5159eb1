"""The same seed gives the same bytes, a chunk needs no other, memory does not grow, and later deliveries add up."""

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.feeds.demo.reading import Reader
from warehouse.feeds.contract import feeds
from warehouse.feeds.demo import NONE, Company, read_company, write_company, write_week
from warehouse.feeds.demo.chunk import make_chunk
from warehouse.feeds.demo.effects import ALL
from warehouse.feeds.demo.frame import CHUNK, frame

UNTIL = date(2026, 3, 31)
DAYS = 7
PEAK = """
import sys
from pathlib import Path
from warehouse.feeds.demo import write_company
write_company(Path(sys.argv[1]), customers=int(sys.argv[2]))
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) // 1024)
"""


def prints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_company(tmp_path / "a", customers=300, seed=5)
    again = write_company(tmp_path / "b", customers=300, seed=5)
    other = write_company(tmp_path / "c", customers=300, seed=6)
    assert prints(first.out) == prints(again.out)
    assert len(prints(first.out)) == len(feeds()) + 1
    changed = {name for name, value in prints(other.out).items() if prints(first.out)[name] != value}
    assert {"delivery_000/orders_0001.csv.gz", "delivery_000/staff_0001.csv", "truth.json"} <= changed
    assert "delivery_000/lead_sources_0001.csv" not in changed


def test_a_chunk_can_be_made_alone() -> None:
    def shared() -> list[pd.DataFrame]:
        return frame(customers=2 * CHUNK + 10, seed=4, until=UNTIL, effects=ALL)

    after_another = shared()
    make_chunk(after_another, 0)
    second = make_chunk(after_another, 2)
    alone = make_chunk(shared(), 2)
    for table, same in zip(second.tables, alone.tables, strict=True):
        assert table.delivered(-1, after_another.end).equals(same.delivered(-1, after_another.end))


def test_chunks_share_no_identifier_and_the_last_may_be_smaller(tmp_path: Path, read: Reader) -> None:
    company = write_company(tmp_path, customers=CHUNK + 100, seed=2)
    customers = read(company.out / "delivery_000", "customers")
    assert len(customers) == CHUNK + 100
    assert customers["customer_id"].is_unique
    assert read(company.out / "delivery_000", "contacts")["contact_id"].is_unique


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow(tmp_path: Path) -> None:
    peaks = []
    for customers in (8_000, 20_000):
        out = subprocess.run(
            [sys.executable, "-c", PEAK, str(tmp_path / str(customers)), str(customers)],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        peaks.append(int(out.stdout))
    assert peaks[1] < peaks[0] + 40
    assert peaks[1] < 400


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_company(tmp_path, customers=CHUNK + 1, progress=lambda done, total: told.append((done, total)))
    assert told == [(CHUNK, CHUNK + 1), (CHUNK + 1, CHUNK + 1)]


def test_a_company_is_read_back(company: Company, tmp_path: Path) -> None:
    again = read_company(company.out)
    assert again == company
    write_company(tmp_path, customers=50, effects=NONE)
    assert read_company(tmp_path).effects == NONE


@pytest.mark.parametrize(
    "wrong", [{"customers": 0}, {"until": date(2012, 1, 1)}, {"days": 43}, {"days": -1}], ids=lambda wrong: str(wrong)
)
def test_impossible_numbers_are_refused(wrong: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not"):
        write_company(tmp_path, **{"customers": 10, **wrong})
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(company: Company) -> None:
    with pytest.raises(FileExistsError, match="already holds a delivery"):
        write_company(company.out, customers=10)


@pytest.mark.parametrize("until", [date(2024, 2, 29), date(2024, 2, 28), date(2025, 8, 17), date(2030, 12, 31)])
def test_any_last_day_will_do(until: date, tmp_path: Path, read: Reader) -> None:
    company = write_company(tmp_path, customers=60, until=until)
    collected = read(company.out / "delivery_000", "leads")["collected_at"]
    assert collected.min()[:10] >= date(until.year - 3, until.month, min(until.day, 28)).isoformat()
    assert collected.max()[:10] <= until.isoformat()


def folded(deliveries: list[pd.DataFrame], key: tuple[str, ...]) -> pd.DataFrame:
    rows = pd.concat(deliveries, ignore_index=True).drop_duplicates(list(key), keep="last")
    return rows.sort_values(list(key)).reset_index(drop=True)


@pytest.mark.parametrize("feed", feeds())
def test_seven_days_are_a_week(
    feed: str, company: Company, tmp_path_factory: pytest.TempPathFactory, read: Reader
) -> None:
    week = tmp_path_factory.getbasetemp() / "week" / "delivery_week_01"
    if not week.exists():
        write_week(company, week.parent)
    key = feeds()[feed].key
    days = [read(company.out / f"delivery_{day:03d}", feed) for day in range(1, DAYS + 1)]
    by_day, at_once = folded(days, key), folded([read(week, feed)], key)
    pd.testing.assert_frame_equal(by_day, at_once)


def test_a_week_goes_on_where_the_history_ends(company: Company, tmp_path: Path, read: Reader) -> None:
    week = write_week(company, tmp_path, week=1)
    before = {feed: read(company.out / "delivery_000", feed) for feed in ("customers", "orders", "complaints", "leads")}
    orders, complaints, leads = (read(week, feed) for feed in ("orders", "complaints", "leads"))
    assert orders["ordered_at"].min() > "2026-04-01"
    assert orders["ordered_at"].max() < "2026-04-08"
    assert set(orders["order_id"]).isdisjoint(before["orders"]["order_id"])
    known = set(before["customers"]["customer_id"]) | set(read(week, "customers")["customer_id"])
    assert set(orders["customer_id"]) <= known
    went_on = complaints.merge(before["complaints"], on="complaint_id", suffixes=("", "_before"))
    assert (went_on["opened_at"] == went_on["opened_at_before"]).all()
    assert (went_on["closed_at"].notna() & went_on["closed_at_before"].isna()).any()
    won = leads.merge(before["leads"], on="lead_id", suffixes=("", "_before"))
    assert (won["customer_id"].notna() & won["customer_id_before"].isna()).any()


def test_weeks_end(company: Company, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no week 7"):
        write_week(company, tmp_path, week=7)
    assert not list(tmp_path.iterdir())


def test_identifiers_fit_the_largest_company() -> None:
    shared = frame(customers=10_000_000, seed=1, until=UNTIL, effects=ALL)
    tables = {table.feed: table for table in make_chunk(shared, shared.chunks - 1).tables}
    keys = tables["orders"].columns["order_id"]
    written = keys.kind.written(keys.values).to_pylist()
    assert {len(key) for key in written} == {11}
    assert len(np.unique(written)) == len(written)
