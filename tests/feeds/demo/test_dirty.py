"""Each dirty delivery breaks what broken.json says, and nothing else; its correction is clean."""

import gzip
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.feeds.demo.reading import Reader
from warehouse.feeds.contract import feeds
from warehouse.feeds.demo import DIRTY_KINDS, Company, write_correction, write_dirty, write_week
from warehouse.feeds.demo.chunk import make_chunk
from warehouse.feeds.demo.dirty import keys_of

KINDS_NAMED = {
    "missing_day", "doubled_file", "shifted_columns", "changed_closed_list", "sudden_nulls", "unit_times_100",
    "wrong_encoding", "future_dates", "orphan_keys", "restated_year", "half_a_file",
}  # fmt: skip
REPEATED = "restated_year"
UNREADABLE = {"wrong_encoding", "half_a_file"}


class Deliveries:
    """The clean week and every dirty delivery of one company, each written once."""

    def __init__(self, company: Company, out: Path) -> None:
        self.company, self.out = company, out
        self.clean = write_week(company, out)

    def dirty(self, kind: str) -> Path:
        folder = self.out / f"delivery_week_01_{kind}"
        return folder if folder.exists() else write_dirty(self.company, self.out, kind)

    def broken(self, kind: str) -> dict[str, Any]:
        broken: dict[str, Any] = json.loads((self.dirty(kind) / "broken.json").read_text("utf-8"))
        return broken


@pytest.fixture(scope="module")
def deliveries(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    return Deliveries(company, tmp_path_factory.mktemp("dirty"))


def keyed(rows: pd.DataFrame, feed: str) -> pd.DataFrame:
    return rows.set_index(list(feeds()[feed].key), drop=False).sort_index()


def both(deliveries: Deliveries, read: Reader, kind: str) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Clean rows, dirty rows and the keys that broken.json names, of the feed it names."""
    broken = deliveries.broken(kind)
    feed = broken["feed"]
    clean, dirty = (read(folder, feed) for folder in (deliveries.clean, deliveries.dirty(kind)))
    keys = [key[0] for key in broken["keys"]]
    assert broken["rows"] == len(keys) > 0
    return keyed(clean, feed), keyed(dirty, feed), keys


def test_the_kinds() -> None:
    assert set(DIRTY_KINDS) == KINDS_NAMED


def test_an_unknown_kind_is_refused(company: Company, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="missing_day"):
        write_dirty(company, tmp_path, "upside_down")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", sorted(KINDS_NAMED))
def test_nothing_else_is_broken(kind: str, deliveries: Deliveries) -> None:
    broken = deliveries.broken(kind)
    folder = deliveries.dirty(kind)
    assert (folder / broken["file"]).exists()
    clean = {path.name: path.read_bytes() for path in deliveries.clean.iterdir()}
    dirty = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "broken.json"}
    changed = {name for name in clean.keys() | dirty.keys() if clean.get(name) != dirty.get(name)}
    assert changed
    assert all(name.startswith(f"{broken['feed']}_0") for name in changed)


@pytest.mark.parametrize("kind", sorted(KINDS_NAMED - {REPEATED}))
def test_the_correction_is_the_clean_week(kind: str, deliveries: Deliveries) -> None:
    folder = write_correction(deliveries.company, deliveries.out, kind)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in deliveries.clean.iterdir()
    }


@pytest.mark.parametrize(
    ("kind", "column", "change"),
    [
        ("changed_closed_list", "severity_code", lambda value: {"normal": "medium"}[value]),
        ("sudden_nulls", "handler_staff_id", lambda _: None),
        ("unit_times_100", "amount", lambda value: float(value) * 100),
        ("future_dates", "ordered_at", lambda value: f"2062{value[4:]}"),
        ("orphan_keys", "branch_id", lambda value: value.replace("B", "B9")),
    ],
)
def test_values_are_changed_in_the_rows_named(
    kind: str, column: str, change: Any, deliveries: Deliveries, read: Reader
) -> None:
    clean, dirty, keys = both(deliveries, read, kind)
    assert deliveries.broken(kind)["column"] == column
    expected = clean.copy()
    expected.loc[keys, column] = [change(value) for value in clean.loc[keys, column]]
    if column == "amount":
        expected, dirty = (table.astype({"amount": float}) for table in (expected, dirty))
    pd.testing.assert_frame_equal(dirty, expected, check_dtype=False)


def test_orphans_are_unknown(company: Company, deliveries: Deliveries, read: Reader) -> None:
    _, dirty, keys = both(deliveries, read, "orphan_keys")
    known = set(read(company.out / "delivery_000", "branches")["branch_id"])
    assert known.isdisjoint(dirty.loc[keys, "branch_id"])
    assert 0.1 < len(keys) / len(dirty) < 0.2


def test_a_day_is_missing(deliveries: Deliveries, read: Reader) -> None:
    clean, dirty, keys = both(deliveries, read, "missing_day")
    pd.testing.assert_frame_equal(dirty, clean.drop(index=keys))
    lost = clean.loc[keys, "started_at"].str[:10].unique()
    assert len(lost) == 1
    assert not (dirty["started_at"].str[:10] == lost[0]).any()


def test_a_file_is_there_twice(deliveries: Deliveries, read: Reader) -> None:
    clean, dirty, keys = both(deliveries, read, "doubled_file")
    assert sorted(keys) == clean.index.to_list()
    assert len(dirty) == 2 * len(clean)
    pd.testing.assert_frame_equal(dirty.drop_duplicates(), clean)


def test_columns_are_shifted(deliveries: Deliveries, read: Reader) -> None:
    clean, dirty, keys = both(deliveries, read, "shifted_columns")
    names = list(clean.columns)
    behind = names[names.index("branch_id") :]
    for name, following in pairwise(behind):
        moved, was = dirty.loc[keys, name], clean.loc[keys, following]
        assert [a or b for a, b in zip(moved, was, strict=True)] == was.to_list()
        assert moved.isna().sum() == was.isna().sum()
    assert dirty.loc[keys, behind[-1]].isna().all()
    pd.testing.assert_frame_equal(dirty.drop(index=keys), clean.drop(index=keys), check_dtype=False)


def test_two_encodings_in_one_file(deliveries: Deliveries, read: Reader) -> None:
    broken = deliveries.broken("wrong_encoding")
    content = (deliveries.dirty("wrong_encoding") / broken["file"]).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    lines = content.split(b"\n")
    assert len(lines) == len(read(deliveries.clean, "complaints")) + 2
    first_broken = next(number for number, line in enumerate(lines) if broken["keys"][0][0].encode() in line)
    b"\n".join(lines[:first_broken]).decode("utf-8")
    b"\n".join(lines[first_broken:]).decode("gb18030")
    assert broken["rows"] == len(lines) - 1 - first_broken


def test_last_year_is_told_again(company: Company, deliveries: Deliveries, read: Reader) -> None:
    broken = deliveries.broken(REPEATED)
    told = keyed(read(deliveries.dirty(REPEATED), "orders"), "orders")
    before = keyed(read(company.out / "delivery_000", "orders"), "orders")
    restated = [key[0] for key in broken["keys"]]
    assert set(restated) == set(before.index[before["ordered_at"].str.startswith("2025")])
    change = told.loc[restated, "amount"].astype(float) / before.loc[restated, "amount"].astype(float)
    assert change.between(0.79, 0.81).all()
    corrected = keyed(read(write_correction(company, deliveries.out, REPEATED), "orders"), "orders")
    pd.testing.assert_frame_equal(corrected.loc[restated], before.loc[restated])


def test_half_a_file(deliveries: Deliveries, read: Reader) -> None:
    broken = deliveries.broken("half_a_file")
    path = deliveries.dirty("half_a_file") / broken["file"]
    assert path.stat().st_size == (deliveries.clean / broken["file"]).stat().st_size // 2
    with gzip.open(path) as file, pytest.raises(EOFError):
        file.read()
    assert broken["rows"] == len(read(deliveries.clean, "contacts"))


def test_keys_of_a_feed_with_several_key_columns(company: Company) -> None:
    table = next(table for table in make_chunk(company.frame, 0).tables if table.feed == "complaint_events")
    rows = table.delivered(-1, company.frame.end)
    keys = keys_of("complaint_events", rows)
    assert len(set(keys)) == rows.num_rows
    assert keys[0][2] == "opened"
