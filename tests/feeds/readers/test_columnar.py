"""Parquet: every type as the text that people write, in memory that does not grow with the file."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from tests.feeds.readers.delivered import broken_of, rows_of
from warehouse.feeds.readers import Limits, TooBig, open_table

AFTERNOON = datetime.fromisoformat("2026-03-01T14:05:00")


def written(folder: Path, **columns: pyarrow.Array) -> Path:
    path = folder / "delivery.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    return path


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ([42], pyarrow.int64(), "42"),
        ([0.1], pyarrow.float64(), "0.1"),
        ([3.0], pyarrow.float64(), "3"),
        ([Decimal("1.50")], None, "1.50"),
        ([False], None, "false"),
        ([date(2026, 3, 1)], None, "2026-03-01"),
        ([time(14, 5)], None, "14:05:00"),
        ([AFTERNOON], pyarrow.timestamp("ns"), "2026-03-01 14:05:00"),
        ([AFTERNOON.replace(microsecond=250_000)], pyarrow.timestamp("ms"), "2026-03-01 14:05:00.250"),
        ([AFTERNOON.replace(tzinfo=UTC)], pyarrow.timestamp("us", "UTC"), "2026-03-01 14:05:00Z"),
        ([AFTERNOON], pyarrow.timestamp("us", "-03:30"), "2026-03-01 10:35:00-03:30"),
        (["晨练"], pyarrow.dictionary(pyarrow.int8(), pyarrow.string()), "晨练"),
        (["晨练"], pyarrow.large_string(), "晨练"),
        (["晨练".encode()], pyarrow.binary(), "晨练"),
        ([b"\xff"], pyarrow.binary(), "/w=="),
        ([["a", "无"]], None, '["a", "无"]'),
        ([timedelta(hours=26)], None, '"1 day, 2:00:00"'),
        ([""], None, ""),
        ([None], pyarrow.null(), None),
    ],
)
def test_types(tmp_path: Path, values: list[object], kind: pyarrow.DataType | None, text: str | None) -> None:
    assert rows_of(open_table(written(tmp_path, a=pyarrow.array(values, kind)))) == [(1, (text,))]


def test_instants_carry_the_offset_of_their_own_day(tmp_path: Path) -> None:
    noon = datetime.fromisoformat("2026-01-15T12:00:00")
    instants = [noon, None, noon + timedelta(days=181), noon.replace(year=1840)]
    table = open_table(written(tmp_path, a=pyarrow.array(instants, pyarrow.timestamp("ms", "Europe/London"))))

    assert rows_of(table) == [
        (1, ("2026-01-15 12:00:00+00:00",)),
        (2, (None,)),
        (3, ("2026-07-15 13:00:00+01:00",)),
        (4, ("1840-01-15 11:58:45-00:01",)),
    ]


def test_many_columns_are_read_in_small_batches(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, **{f"c{place}": pyarrow.array(range(1_000)) for place in range(1_000)}))

    assert max(len(batch.numbers) for batch in table.batches()) <= 524
    assert table.delivered == 1_000


def test_a_zero_byte_costs_its_row(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, a=pyarrow.array(["x", "y\0", None]), b=pyarrow.array([1, 2, 3])))

    assert rows_of(table) == [(1, ("x", "1")), (3, (None, "3"))]
    assert [(each.row_number, each.reason_code, each.detail) for each in broken_of(table)] == [
        (2, "nul_byte", "cell 1 holds a zero byte")
    ]


def test_a_file_without_rows_is_header_only(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, a=pyarrow.array([], pyarrow.string())))

    assert rows_of(table) == []
    assert table.is_header_only


def test_rows_are_numbered_across_batches_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "delivery.parquet"
    parquet.write_table(pyarrow.table({"a": list(range(9_999))}), path, row_group_size=2_500)

    assert all(int(str(cells[0])) == number - 1 for number, cells in rows_of(open_table(path)))


@pytest.mark.parametrize("text", ["y" * 1_000_000, b"y" * 1_000_000], ids=["text", "bytes"])
def test_one_text_in_many_rows_is_read_in_small_batches(tmp_path: Path, text: str | bytes) -> None:
    same = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 150, pyarrow.int32()), pyarrow.array([text]))
    path = tmp_path / "delivery.parquet"
    parquet.write_table(pyarrow.table({"a": same, "b": range(150)}), path, store_schema=False)
    table = open_table(path)
    numbers = [list(batch.numbers) for batch in table.batches()]
    assert max(map(len, numbers)) < 100
    assert [number for part in numbers for number in part] == list(range(1, 151))


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "delivery.parquet"
    parquet.write_table(
        pyarrow.table({"a": ["y" * 1_000] * 3_000}),
        path,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
    )
    assert open_table(path).columns == ("a",)
    with pytest.raises(TooBig):
        open_table(path, limits=Limits(ratio=50, ratio_from=1 << 20))
