"""A line that does not fit costs itself only, says where it is and why, and lets out nothing of what it holds."""

import gzip
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.feeds.readers.delivered import broken_of, delivered, reasons_of, rows_of
from warehouse.feeds.readers import FileFormat, FileRefused, Limits, open_table, text


@pytest.mark.parametrize(
    ("lines", "kept", "broken"),
    [
        (['1,"open', "2,b", "3,c"], [2, 3], [(1, 2, "broken_quotes")]),
        (["1,a", '2,"b" c', "3,c"], [1, 3], [(2, 3, "broken_quotes")]),
        (['1,"one', '2,"two', "3,c"], [3], [(1, 2, "broken_quotes"), (2, 3, "broken_quotes")]),
        (['1,"a', 'still a"', '2,"open', "3,c"], [1, 3], [(2, 4, "broken_quotes")]),
        (['1,"a, b', '2", c, d', "3,c"], [3], [(1, 2, "broken_quotes"), (2, 3, "wrong_column_count")]),
        (["1", "2,b", "3,c,d"], [2], [(1, 2, "wrong_column_count"), (3, 4, "wrong_column_count")]),
        (["1,a,,", "2,b,", "3,c"], [1, 2, 3], []),
        (["1,a", "", "   ", "2,b"], [1, 2], []),
        (["1,a\0", "2,b"], [2], [(1, 2, "nul_byte")]),
        (["1,a\rb", "2,b"], [2], [(1, 2, "stray_line_break")]),
        (['5" pipe,a', '6,say "hi"'], [1, 2], []),
        ([f"1,{'x' * 300}", "2,b"], [2], [(1, 2, "line_too_long")]),
        (["1,a", '2,"b', "x" * 300, "3,c"], [1, 4], [(2, 3, "broken_quotes"), (3, 4, "line_too_long")]),
    ],
)
def test_only_the_broken_line_is_lost(
    tmp_path: Path, lines: list[str], kept: list[int], broken: list[tuple[int, int, str]]
) -> None:
    for ending in ("\n", "\r\n"):
        path = delivered(tmp_path, ending.join(["id,name", *lines]) + ending)
        table = open_table(path, limits=Limits(line=256))
        assert [number for number, _ in rows_of(table)] == kept
        assert reasons_of(table) == broken


def test_a_record_over_too_many_lines_is_taken_for_an_open_quote(tmp_path: Path) -> None:
    path = delivered(tmp_path, 'id,name\n1,"a\nb\nc"\n2,"x\n' + "y,y\n" * 5 + 'z"\n3,c\n')
    table = open_table(path, limits=Limits(record_lines=3))

    assert [row[0] for _, row in rows_of(table)] == ["1", *"yyyyy", "3"]
    assert reasons_of(table) == [(2, 5, "broken_quotes"), (8, 11, "wrong_column_count")]


def test_undecodable_bytes_cost_their_line_and_the_reason_names_the_cell(tmp_path: Path) -> None:
    lines = ["id,name", *(f"{number},价格" for number in range(1, 9))]
    content = "\n".join(lines).encode().replace(b"4,\xe4", b"4,\xff")
    table = open_table(delivered(tmp_path, content))

    assert table.format.encoding == "utf-8"
    assert [number for number, _ in rows_of(table)] == [1, 2, 3, 5, 6, 7, 8]
    assert broken_of(table)[0].reason_code == "wrong_encoding"
    assert broken_of(table)[0].detail == "cell 2 holds bytes that are not utf-8"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "cp949"])
def test_undecodable_bytes_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    bad = {"gb18030": b"\x81\x20", "utf-16-le": b"\x00\xdc", "cp949": b"\xff\xff"}[encoding]
    lines = [line.encode(encoding) for line in ("id,name\n", "1,a\n", "2,", "\n", "3,c\n")]
    table = open_table(
        delivered(tmp_path, b"".join([*lines[:3], bad, *lines[3:]])), declared=FileFormat(encoding=encoding)
    )

    assert rows_of(table) == [(1, ("1", "a")), (3, ("3", "c"))]
    assert reasons_of(table) == [(2, 3, "wrong_encoding")]


def test_quotation_marks_may_be_declared_to_mean_nothing(tmp_path: Path) -> None:
    path = delivered(tmp_path, 'id\tsize\n1\t"5 inch\n2\t6"\n')

    assert rows_of(open_table(path, declared=FileFormat(quotes=False))) == [(1, ("1", '"5 inch')), (2, ("2", '6"'))]


def test_lines_above_the_header_may_be_passed_over(tmp_path: Path) -> None:
    path = delivered(tmp_path, "Report of March\n\nid,name\n1,a\n2\n")
    table = open_table(path, declared=FileFormat(header_line=3))

    assert table.columns == ("id", "name")
    assert rows_of(table) == [(1, ("1", "a"))]
    assert reasons_of(table) == [(2, 5, "wrong_column_count")]


def test_old_macintosh_line_ends(tmp_path: Path) -> None:
    assert rows_of(open_table(delivered(tmp_path, "id,name\r1,a\r2,b\r"))) == [(1, ("1", "a")), (2, ("2", "b"))]


def test_details_hold_no_text_of_the_line(tmp_path: Path) -> None:
    path = delivered(tmp_path, 'id,name,phone\nZhang Wei 13800138000\n7,"王小明,13900139000\n8,"a" b,c\n')
    details = " ".join(each.detail for each in broken_of(open_table(path)))

    assert len(broken_of(open_table(path))) == 3
    assert not set(details) & set("王小明") and "13800" not in details and "13900" not in details
    assert "Zhang" not in details and "xxxxx xxx 99999999999" in details


def test_a_line_of_100_mb_is_skipped_in_little_memory(tmp_path: Path) -> None:
    def lines() -> Iterator[bytes]:
        yield b"id,name\n1,a\n2,"
        for _ in range(100):
            yield b"x" * 1_000_000
        yield b"\n3,c\n"

    path = tmp_path / "long.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.writelines(lines())
    table = open_table(path)
    tracemalloc.start()
    rows, broken = rows_of(table), table.broken_count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert rows == [(1, ("1", "a")), (3, ("3", "c"))]
    assert broken == 1
    assert peak < 20_000_000
    assert broken_of(table)[0].detail == "100000002 bytes, at most 1048576"


class OnlyWithCare(text._Arrow):
    """The readers without their fast way."""

    def whole_records(self, piece: bytes) -> tuple[bytes, bytes]:
        return b"", piece


PARTS = [
    b"a",
    b",",
    b'"',
    b'""',
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b"\0",
    b"\xff",
    "中".encode(),
    b'\n"',
    b'",',
    b'"\n',
    b',"',
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.sampled_from([b"id,name\n", b"id\n", b"id,name\r\n"]),
    body=st.lists(st.sampled_from([*PARTS, b"x,y\n", b'"x","y"\n']), max_size=40).map(b"".join),
    line=st.sampled_from([48, 256, 1 << 20]),
)
def test_the_fast_way_and_the_careful_way_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: bytes, body: bytes, line: int
) -> None:
    """Whatever the bytes, and wherever they are cut into pieces."""
    path = delivered(tmp_path, header + body)
    declared = FileFormat(encoding="utf-8", delimiter=",")
    try:
        fast = open_table(path, declared=declared, limits=Limits(line=line))
        found = rows_of(fast), broken_of(fast)
    except FileRefused:
        reject()
    with monkeypatch.context() as patch:
        patch.setattr(text, "_Arrow", OnlyWithCare)
        careful = open_table(path, declared=declared, limits=Limits(line=line))
        assert (rows_of(careful), broken_of(careful)) == found
    assert fast.delivered == len(found[0]) + len(found[1])
    numbers = [number for number, _ in found[0]] + [each.row_number for each in found[1]]
    assert sorted(numbers) == list(range(1, fast.delivered + 1))
