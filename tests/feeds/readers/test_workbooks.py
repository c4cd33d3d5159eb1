"""Workbooks: sheets, dates, numbers, and what a hostile or careless one may hold."""

import tracemalloc
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineWorkbook

from tests.feeds.readers.delivered import broken_of, reasons_of, rows_of
from warehouse.feeds.readers import DamagedFile, FileFormat, Limits, TooBig, UnclearSheet, open_table
from warehouse.feeds.readers.source import locate
from warehouse.feeds.readers.xlsx import plain, sheet, workbook
from warehouse.feeds.readers.xlsx.sheet import column_index
from warehouse.feeds.readers.xlsx.values import EPOCH_1900, elapsed_text, instant_text, number_text

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PREFIXED = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{{}}</x:sheetData></x:worksheet>'
PLAIN = f'<worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'


def saved(book: openpyxl.Workbook, folder: Path) -> Path:
    path = folder / "delivery.xlsx"
    book.save(path)
    return path


def by_hand(folder: Path, rows: str, *, strings: str = "", head: str = "", around: str = PREFIXED) -> Path:
    """The smallest workbook there is, around the given XML of rows and shared strings."""
    path = folder / "delivery.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Target="/xl/worksheets/s.xml"/>'
            '<Relationship Id="r2" Target="file:///etc/passwd" TargetMode="External"/></Relationships>',
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        archive.writestr("xl/worksheets/s.xml", head + around.format(rows))
    return path


def test_cells_read_as_calamine_reads_them(tmp_path: Path) -> None:
    """An independent reader of the same file sees the same values."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["text", "whole", "broken", "flag", "day", "instant", "time", "elapsed"])
    for number in range(50):
        sheet.append(
            [
                f"名 {number} <&>",
                number * 10**number if number < 14 else -number,
                number / 7,
                number % 2 == 0,
                date(1900 + number * 4, 3, 1),
                datetime(1999, 12, 31, 23, 59, 59) + timedelta(seconds=number * 86_399),
                time(number % 24, number, 59),
                timedelta(hours=number * 5, minutes=1),
            ]
        )
    path = saved(book, tmp_path)

    def as_text(value: object) -> str:
        if isinstance(value, timedelta):
            return elapsed_text(str(value / timedelta(days=1)))
        if isinstance(value, float):
            return number_text(repr(value))
        return str(value).lower() if isinstance(value, bool) else str(value)

    theirs = [
        tuple(map(as_text, row)) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    ]
    assert [row for _, row in rows_of(open_table(path))] == theirs


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("General", 45_000, "45000"),
        ("0.00", 45_000.5, "45000.5"),
        ("yyyy-mm-dd", 46_082, "2026-03-01"),
        ('yyyy"年"m"月"d"日"', 46_082, "2026-03-01"),
        ("[$-804]yyyy年m月d日;@", 46_082, "2026-03-01"),
        ("d/m/yy h:mm", 46_082.5868055556, "2026-03-01 14:05:00"),
        ("d/m/yy h:mm", 46_082, "2026-03-01"),
        ("h:mm AM/PM", 0.5, "12:00:00"),
        ("[h]:mm", 1.5, "36:00:00"),
        ("[mm]:ss", 0.001, "00:01:26"),
        ('0 "days"', 3, "3"),
        ("[Red]0", 3, "3"),
        ("#,##0_);(#,##0)", -3, "-3"),
    ],
)
def test_the_number_format_says_what_is_a_date(tmp_path: Path, code: str, value: float, text: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(["value"])
    book.active.append([value])
    book.active["A2"].number_format = code

    assert rows_of(open_table(saved(book, tmp_path))) == [(1, (text,))]


def test_the_1904_date_system(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["day"])
    book.active.append([date(2026, 3, 1)])

    assert rows_of(open_table(saved(book, tmp_path))) == [(1, ("2026-03-01",))]


@pytest.mark.parametrize(
    ("serial", "text"),
    [
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("60", "60"),
        ("61", "1900-03-01"),
        ("2958465", "9999-12-31"),
        ("2958466", "2958466"),
        ("-1", "-1"),
        ("46082.999999999", "2026-03-02 00:00:00"),
        ("46082.00001157", "2026-03-01 00:00:01"),
    ],
)
def test_serial_numbers_at_the_edges(serial: str, text: str) -> None:
    assert instant_text(serial, epoch=EPOCH_1900, time_only=False) == text


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("0.10000000000000001", "0.1"),
        ("1.3800138E10", "13800138000"),
        ("-0.5", "-0.5"),
        ("1e20", "1e+20"),
    ],
)
def test_numbers_are_written_as_people_do(stored: str, text: str) -> None:
    assert number_text(stored) == text


def test_columns_beyond_the_last_do_not_exist() -> None:
    assert [column_index(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16_383]
    with pytest.raises(ValueError, match="there is no column XFE"):
        column_index("XFE")


def test_a_lone_cell_in_the_far_corner_is_one_broken_row_and_no_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.active.cell(1_048_576, 16_384, "x")
    table = open_table(saved(book, tmp_path))
    tracemalloc.start()
    rows = rows_of(table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert rows == [(1, ("1", "2"))]
    assert peak < 10_000_000
    assert broken_of(table)[0].detail == "16384 cells, 2 columns; begins «»"
    assert reasons_of(table) == [(2, 1_048_576, "wrong_column_count")]


def test_empty_rows_are_no_records_and_short_rows_are_filled(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ([], ["a", "b"], [], [1], [None, None], [None, 2], [1, 2, None], [1, 2, 3]):
        book.active.append(row)
    table = open_table(saved(book, tmp_path))

    assert rows_of(table) == [(1, ("1", None)), (2, (None, "2")), (3, ("1", "2"))]
    assert reasons_of(table) == [(4, 8, "wrong_column_count")]


def test_rows_above_the_header_may_be_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["三月报表"], [], ["编号", "来源"], ["L1", "晨练"]):
        book.active.append(row)

    assert rows_of(open_table(saved(book, tmp_path), declared=FileFormat(header_line=3))) == [(1, ("L1", "晨练"))]


def test_the_only_sheet_with_rows_is_taken_and_hidden_ones_are_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("data").append(["a"])
    book.create_sheet("lookup").append(["z"])
    book["lookup"].sheet_state = "hidden"

    assert open_table(saved(book, tmp_path)).format.sheet == "data"


def test_several_sheets_with_rows_want_a_declaration(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.create_sheet("二月").append(["b"])
    path = saved(book, tmp_path)
    with pytest.raises(UnclearSheet) as error:
        open_table(path)

    assert str(error.value) == f"{path}: 2 sheets hold something and none is declared; declare one of: Sheet, 二月"
    assert open_table(path, declared=FileFormat(sheet="二月")).columns == ("b",)


def test_strings_rich_phonetic_escaped_and_inline(tmp_path: Path) -> None:
    strings = (
        "<si><t>name</t></si><si><r><t>张</t></r><r><t xml:space='preserve'> 三</t></r><rPh sb='0' eb='1'><t>zhang</t></rPh></si>"
        "<si><t>a_x000D_\nb</t></si><si><t>a_x0000_b</t></si>"
    )
    rows = (
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>note</x:t></x:is></x:c></x:row>'
        '<x:row><x:c t="s"><x:v>1</x:v></x:c><x:c t="str"><x:f>A1&amp;"x"</x:f><x:v>made</x:v></x:c></x:row>'
        '<x:row><x:c t="s"><x:v>2</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>'
        '<x:row><x:c t="s"><x:v>3</x:v></x:c><x:c t="d"><x:v>2026-03-01T14:05:00</x:v></x:c></x:row>'
        '<x:row r="9"><x:c r="B9" t="d"><x:v>2026-03-01T14:05:00</x:v></x:c></x:row>'
    )
    table = open_table(by_hand(tmp_path, rows, strings=strings))

    assert table.columns == ("name", "note")
    assert rows_of(table) == [(1, ("张 三", "made")), (2, ("a\r\nb", "#N/A")), (4, (None, "2026-03-01 14:05:00"))]
    assert reasons_of(table) == [(3, 4, "nul_byte")]


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ("", '<!DOCTYPE x [<!ENTITY a "aaaa">]>'),
        ('<x:row><x:c t="s"><x:v>7</x:v></x:c></x:row>', ""),
        ("<x:row><x:c><x:v>seven</x:v></x:c></x:row>", ""),
        ('<x:row><x:c t="s"><x:v>seven</x:v></x:c></x:row>', ""),
        ('<x:row><x:c r="ZZZZ1"><x:v>7</x:v></x:c></x:row>', ""),
        ("<x:a>" * 100 + "</x:a>" * 100, ""),
    ],
)
def test_what_no_spreadsheet_program_writes_is_damage(tmp_path: Path, rows: str, head: str) -> None:
    with pytest.raises(DamagedFile) as error:
        open_table(by_hand(tmp_path, rows, head=head))
    assert "seven" not in str(error.value), "no cell is quoted"


@pytest.mark.parametrize(
    ("rows", "strings"),
    [
        (f'<x:row><x:c t="str"><x:v>{"y" * 2_000}</x:v></x:c></x:row>', ""),
        ("<x:row>" + '<x:c t="s"><x:v>0</x:v></x:c>' * 20 + "</x:row>", f"<si><t>{'y' * 100}</t></si>"),
        ("", f"<si><t>{'y' * 10_000}</t></si>"),
    ],
)
def test_more_than_is_held_in_memory_is_refused(tmp_path: Path, rows: str, strings: str) -> None:
    with pytest.raises(TooBig):
        open_table(by_hand(tmp_path, rows, strings=strings), limits=Limits(line=1_000, held=5_000))


def test_one_string_in_many_cells_is_read_in_small_batches(tmp_path: Path) -> None:
    rows = '<x:row><x:c t="s"><x:v>0</x:v></x:c></x:row>' * 300
    table = open_table(by_hand(tmp_path, rows, strings=f"<si><t>{'y' * 1_000_000}</t></si>"))
    assert max(len(batch.numbers) for batch in table.batches()) < 100
    assert table.delivered == 299


CELLS = [
    '<c r="{}"><v>1.50</v></c>',
    '<c r="{}" s="0"><v>46082</v></c>',
    '<c r="{}" s="1"><v>46082.5</v></c>',
    '<c r="{}" t="s"><v>1</v></c>',
    '<c r="{}" s="1" t="str"><f>A1&amp;"x"</f><v>a &amp; b&#10;</v></c>',
    '<c r="{}" t="str"><f t="shared" si="0"/><v>made\r\nhere</v></c>',
    '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> 晨练 </t></is></c>',
    '<c r="{}" t="str"><v>a_x000D_&lt;b&gt;</v></c>',
    '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" s="1"/>',
    '<c r="{}" s="1" />',
    '<c r="{}" t="n"></c>',
]
ODD = [
    '<c t="str" r="{}"><v>other order</v></c>',
    '<c r="{}" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c>',
    '<c r="{}" t="str"><v><![CDATA[raw]]></v></c>',
    '<!-- a remark --><c r="{}"><v>2</v></c>',
    '<c r="{}" t="str"><v>&#x6668;</v></c>',
    '<c r="{}" t="s"><v>0</v></c>',
]
STRINGS = [
    ("<si><t>名</t></si>", '<si><t xml:space="preserve">a &amp; b </t><phoneticPr fontId="1"/></si>'),
    ("<si><r><t>名</t></r></si>", "<si><t>b</t></si>"),
    ("<si><t/></si>", "<si><t>b_x0041_</t></si>"),
]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.lists(st.tuples(st.sampled_from("ABDZ"), st.sampled_from([*CELLS * 3, *ODD])), max_size=4), max_size=9
    ),
    strings=st.sampled_from(STRINGS),
    block=st.sampled_from([7, 100, 1 << 18]),
    head=st.sampled_from(["", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n', "<!-- a remark -->"]),
)
def test_plain_sheets_say_the_same_as_their_events(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[list[tuple[str, str]]],
    strings: tuple[str, str],
    block: int,
    head: str,
) -> None:
    """However the XML is written, and wherever it is cut into pieces; what is odd comes by events, each row once."""
    rows = "".join(
        f'<row r="{number}" spans="1:4">{"".join(cell.format(f"{column}{number}") for column, cell in cells)}</row>'
        for number, cells in enumerate(lines, 1)
    )
    path = by_hand(tmp_path, rows, strings="".join(strings), head=head, around=PLAIN)
    monkeypatch.setattr(plain, "BLOCK", block)
    source = locate(path, Limits())
    with workbook.opened(source, path) as book:
        part = book.sheets[0][1]
        assert list(sheet.rows(book, part)) == list(sheet.rows_of_events(book, part))
        with monkeypatch.context() as patch:
            patch.setattr(plain, "strings", _not_plain)
            with workbook.opened(source, path) as other:
                assert list(book.strings) == list(other.strings)


def _not_plain(archive: zipfile.ZipFile, part: str) -> list[str]:
    raise plain.NotPlain


@pytest.mark.parametrize(
    ("broken", "around"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c>', PLAIN),
        ('<row r="1"><c r="A1"><v>1</v></row>', PLAIN),
        ('<row r="1"><c r="A1" t="str"><v>&nobody;</v></c></row>', PLAIN),
        ('<row r="1"><c r="A1" t="str"><v>\x01</v></c></row>', PLAIN),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', PLAIN),
        ('<row r="1"><c r="A1"><v>seven</v></c></row>', PLAIN),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c>', PLAIN),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', PLAIN.removesuffix("</worksheet>")),
    ],
)
def test_plain_or_not_what_is_no_xml_is_damage(tmp_path: Path, broken: str, around: str) -> None:
    with pytest.raises(DamagedFile):
        list(open_table(by_hand(tmp_path, broken, around=around)).batches())


def test_a_remark_before_the_rows_is_none_of_them(tmp_path: Path) -> None:
    remark = '<!-- <sheetData><row r="1"><c r="A1"><v>0</v></c></row> --><sheetData>'
    rows = '<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    table = open_table(by_hand(tmp_path, rows, around=PLAIN.replace("<sheetData>", remark)))

    assert (table.columns, rows_of(table)) == (("a",), [(1, ("1",))])


def test_what_programs_write_is_plain(tmp_path: Path) -> None:
    """Or all the reading would be by events, and nobody would know."""
    book = openpyxl.Workbook()
    for number in range(3_000):
        book.active.append([f"名 {number} <&>", number / 7, date(2026, 3, 1), number % 2 == 0, None])
    with zipfile.ZipFile(saved(book, tmp_path)) as archive:
        assert sum(len(list(tags)) for tags in plain.tags(archive, "xl/worksheets/sheet1.xml")) == 6 * 3_000
    for strings in STRINGS[::2]:
        with zipfile.ZipFile(by_hand(tmp_path, "", strings="".join(strings))) as archive:
            assert len(list(plain.strings(archive, "xl/sharedStrings.xml"))) == 2
