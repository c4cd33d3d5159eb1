"""Files as people really have them: each sample is read as what it says."""

import pytest

from tests.feeds.readers.delivered import SAMPLES, broken_of, reasons_of, rows_of
from warehouse.feeds.readers import FileFormat, open_table

LEADS = [
    (1, ("L001", "B1", "晨练单兵", "2026年3月1日")),
    (2, ("L002", "B2", "社区体验点", "2026/3/2 ９：３０")),
]


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("leads_utf8_bom.csv", "utf-8", ","),
        ("leads_gb18030.csv", "gb18030", ","),
        ("leads_utf16le.tsv", "utf-16-le", "\t"),
        ("leads_utf16be_no_mark.csv", "utf-16-be", ";"),
        ("leads.csv.gz", "utf-8", ","),
        ("leads.csv.zst", "utf-8", ","),
    ],
)
def test_encoding_delimiter_and_packing_are_found_out(name: str, encoding: str, delimiter: str) -> None:
    table = open_table(SAMPLES / name)

    assert (table.format.kind, table.format.encoding, table.format.delimiter) == ("text", encoding, delimiter)
    assert table.columns == ("线索编号", "网点", "来源", "收档时间")
    assert rows_of(table) == LEADS
    assert table.broken_count == 0


def test_korean_questions_as_headers_with_commas_inside() -> None:
    table = open_table(SAMPLES / "kiosk_cp949.csv")

    assert table.format.encoding == "cp949"
    assert table.columns[1] == "1-1. 키오스크 사용자가, 다시 이용하겠습니까?(기대)"
    assert rows_of(table)[2] == (3, ("여", "그렇지 않다", ""))


def test_western_accents_and_semicolons() -> None:
    table = open_table(SAMPLES / "orders_cp1252.csv")

    assert table.format.encoding == "cp1252"
    assert [row[2] for _, row in rows_of(table)] == ["Köln", "São Paulo", "Montréal, Québec"]


def test_unnamed_and_repeated_headers_get_names_and_cells_stay_as_delivered() -> None:
    table = open_table(SAMPLES / "requests_unnamed_index.csv")

    assert table.columns == ("column_1", "case_id", "opened", "zip", "zip (2)")
    assert rows_of(table) == [
        (1, ("0", "101", "01/05/2015 12:40:41 PM", "2108.0", "02108")),
        (2, ("1", "102", "01/06/2015 01:46:56 PM", "", "")),
    ]


def test_a_last_column_without_name_or_content_is_a_column() -> None:
    table = open_table(SAMPLES / "export_all_empty_last_column.csv")

    assert table.columns == ("Prospect ID", "Lead Source", "Score", "column_4")
    assert rows_of(table)[1] == (2, ("a2", "google", "", ""))


def test_comments_of_several_lines_keep_their_line_breaks_and_quotation_marks() -> None:
    comments = [row[3] for _, row in rows_of(open_table(SAMPLES / "reviews_multiline.csv"))]

    assert comments == ['Ótimo!\r\nChegou antes,\r\n"recomendo"', "", "não\n\nchegou"]


def test_a_shifted_row_is_quarantined_with_its_place_and_the_rest_goes_on() -> None:
    table = open_table(SAMPLES / "calls_shifted.tsv")

    assert [number for number, _ in rows_of(table)] == [1, 3]
    assert reasons_of(table) == [(2, 3, "wrong_column_count")]
    assert broken_of(table)[0].detail == "4 cells, 5 columns; begins «xx9999»"


def test_blank_lines_are_no_records_and_junk_below_the_table_is_quarantined() -> None:
    table = open_table(SAMPLES / "sales_junk_rows.csv")

    assert [number for number, _ in rows_of(table)] == [1, 2]
    assert reasons_of(table) == [(3, 5, "wrong_column_count"), (4, 6, "wrong_column_count")]
    assert table.delivered == 4


def test_a_file_cut_inside_a_quoted_cell_loses_that_line_only() -> None:
    table = open_table(SAMPLES / "complaints_cut.csv")

    assert [row[0] for _, row in rows_of(table)] == ["1", "2"]
    assert reasons_of(table) == [(3, 5, "broken_quotes")]


def test_a_workbook_with_text_times_and_true_dates_mixed() -> None:
    table = open_table(SAMPLES / "messages.xlsx")
    rows = rows_of(table)

    assert table.format == FileFormat(kind="xlsx", sheet="留言")
    assert table.columns[:3] == ("留言编号", "留言用户", "留言时间")
    assert table.columns[7] == "column_8"
    assert rows[0] == (1, ("2549", "A00045581", "2019/4/25 9:32:09", "\n\t\t您好\n", "1", "0.1", "true", None, None))
    assert rows[1] == (2, ("2554", "A00023583", "2019-04-24 16:03:40", "无", "3", "1e-07", "false", "x", "26:05:00"))
    assert rows[2] == (3, ("2555", "A00031618", "2019-04-24", None, "12345678901234", None, None, None, "14:05:00"))


def test_parquet_tells_null_from_empty_and_keeps_the_offset() -> None:
    table = open_table(SAMPLES / "orders.parquet")

    assert table.format == FileFormat(kind="parquet")
    assert rows_of(table) == [
        (1, ("1", "10", "2026-03-01 22:05:00+08:00", "true", "")),
        (2, ("2", None, None, "false", None)),
    ]
