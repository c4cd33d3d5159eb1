"""A mapping against files: each thing that does not fit is one message, and reading goes no further than it must."""

import pytest

from warehouse.feeds.mapping import check, check_headers, contract_source, read_mapping

MAPPING = """
source: shop
files:
  - pattern: "shop*.csv"
    ignore: [Remark]
    feeds:
      complaints:
        columns:
          complaint_id: Case No
          branch_id: Branch
          opened_at: Opened
          category_code: {column: Topic, values: {Fee: fees}, otherwise: refuse}
          severity_code: Level
          closed_at: {column: Closed, optional: true}
          text: Message
      branches: {columns: {branch_id: {constant: B}, branch_name: {constant: B}, region_id: {constant: all}, region_name: {constant: All}}}
  - pattern: "never*.csv"
    feeds: {orders: same}
"""
HEAD = "case_no,Branch,Opened,Topic,Level,Message,Remark,\n"


@pytest.fixture
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("mapping") / "shop.yaml"
    path.write_text(MAPPING, "utf-8")
    return read_mapping(path)


def kinds(problems):
    return [(problem.file, problem.kind, problem.value) for problem in problems]


def test_a_file_that_fits_has_no_problem(source, tmp_path):
    (tmp_path / "shop.csv").write_text(HEAD + "1,B,2026-01-01,Fee,Normal,hi,x,\n", "utf-8")
    assert kinds(check(source, tmp_path)) == [("shop.yaml", "no_file", "never*.csv")]


def test_headers_that_are_absent_or_left_over_are_named_with_the_nearest(source):
    found = check_headers(
        source.files[0], ("Case No", "Brunch", "Opened", "Topic", "Level", "Message", "staff id"), file="a.csv"
    )
    assert [(problem.kind, problem.value, problem.fits, problem.stops) for problem in found] == [
        ("header_absent", "Branch", ("Brunch",), True),
        ("header_unmapped", "Brunch", ("branch_id", "ignore"), False),
        ("header_unmapped", "staff id", ("handler_staff_id", "ignore"), False),
    ]


def test_words_and_dates_that_the_first_rows_already_show(source, tmp_path):
    rows = "1,B,3/4/2026,Fees,urgent,13812345678,x,\n2,B,2026-01-01,Fee,高,N/A,x,\n"
    (tmp_path / "shop.csv").write_text(HEAD + rows, "utf-8")
    found = [problem for problem in check(source, tmp_path) if problem.file == "shop.csv"]
    assert [(problem.kind, problem.value, problem.header, problem.fits, problem.stops) for problem in found] == [
        ("date_ambiguous", "3/4/2026", "Opened", (), False),
        ("value_unmapped", "Fees", "Topic", ("Fee",), False),
        ("value_unmapped", "urgent", "Level", ("low", "normal", "high", "critical"), False),
    ]
    assert not any("138" in problem.told(language) for problem in found for language in ("en", "zh_CN"))


def test_files_that_are_strange_empty_broken_or_twice_the_same(source, tmp_path):
    (tmp_path / "shop1.csv").write_text(HEAD, "utf-8")
    (tmp_path / "shop2.csv").write_text(HEAD, "utf-8")
    (tmp_path / "shop3.csv").write_text("", "utf-8")
    (tmp_path / "shoop.csv").write_text("other", "utf-8")
    (tmp_path / "shop.csv").mkdir()
    found = kinds(check(source, tmp_path))
    assert ("shop1.csv", "empty", "") in found
    assert ("shop2.csv", "same_file", "shop1.csv") in found
    assert ("shoop.csv", "no_pattern", "") in found
    assert [file for file, kind, _ in found if kind == "unreadable"] == ["shop3.csv"]


def test_a_file_of_the_wrong_feed_and_one_with_a_column_missing(tmp_path):
    (tmp_path / "leads.csv").write_text("a,b\n1,2\n", "utf-8")
    (tmp_path / "投诉.csv").write_text("投诉编号,网点,受理时间,投诉类别\n1,B,2026-01-01,x\n", "utf-8")
    (tmp_path / "contacts.csv").write_text(
        "contact_id,branch_id,channel_code,purpose_code,started_at,outcome_code\n", "utf-8"
    )
    found = check(contract_source(), tmp_path)
    assert [(problem.file, problem.kind, problem.column) for problem in found if problem.stops] == [
        ("contacts.csv", "one_of_unmapped", None),
        ("leads.csv", "nothing_recognised", None),
        ("投诉.csv", "required_unmapped", "branch_id"),
    ]
    assert next(problem.fits for problem in found if problem.column == "branch_id") == ("网点",)


def test_no_folder(source, tmp_path):
    with pytest.raises(NotADirectoryError):
        check(source, tmp_path / "nowhere")


CONDITIONS = [
    ("{column: Kind, is: Case}", True),
    ("{column: Kind, is_not: Case}", False),
    ("{column: Kind, in: [Case, Call]}", True),
    ("{column: Kind, not_in: [Call]}", True),
    ("{column: Kind, matches: '^C.*e$'}", True),
    ("{column: Kind, is_nothing: true}", False),
    ("{column: Blank, is_something: true}", False),
    ("{column: Blank, is: '-'}", True),
    ("{column: Blank, matches: '-'}", False),
    ("{not: {column: Kind, is: Case}}", False),
    ("[{column: Kind, is: Case}, {column: Kind, is: Call}]", False),
    ("{any: [{column: Kind, is: Case}, {column: Kind, is: Call}]}", True),
]


@pytest.mark.parametrize(("where", "is_meant"), CONDITIONS)
def test_only_rows_that_the_feed_means_are_looked_at(tmp_path, where, is_meant):
    """The word of a row that `where` leaves out need not be in the dictionary."""
    columns = "{complaint_id: No, branch_id: No, opened_at: No, category_code: No, severity_code: {column: Kind, values: {x: low}}}"
    mapping = f"source: s\nfiles:\n  - pattern: '*.csv'\n    feeds:\n      complaints:\n        where: {where}\n        columns: {columns}\n"
    (tmp_path / "s.yaml").write_text(mapping, "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("No,Kind,Blank\n1, Case ,-\n", "utf-8")
    found = [
        problem.value for problem in check(read_mapping(tmp_path / "s.yaml"), data) if problem.kind == "value_unmapped"
    ]
    assert found == (["Case"] if is_meant else [])


MORE = """
source: s
files:
  - pattern: "*.csv"
    ignore: rest
    feeds:
      complaint_events:
        columns:
          complaint_id: No
          event_code: {column: Kind, values: {Start: opened, Note: ""}}
          happened_at: Day
"""
COMPLAINTS = "      complaints: {where: {column: Kind, is: Start}, columns: {complaint_id: No, branch_id: No, opened_at: Day, category_code: {column: Kind, values: {Start: x}, otherwise: refuse}}}\n"
BRANCHES = "      branches: {columns: {branch_id: No, branch_name: No, region_id: {unknown: none}, region_name: {unknown: none}}}\n"


def problems_of(folder, mapping, rows):
    (folder / "s.yaml").write_text(mapping, "utf-8")
    data = folder / "data"
    data.mkdir()
    (data / "a.csv").write_text(f"No,Kind,Day\n{rows}", "utf-8")
    return check(read_mapping(folder / "s.yaml"), data)


def test_words_that_are_missing_are_one_message_with_the_codes_and_so_are_those_that_mean_nothing(tmp_path):
    words = "".join(f"1,{word},2026-01-01\n" for word in ("Start", "Stop", "Stop", "Pause", "Note"))
    assert [(each.kind, each.value, each.fits[0]) for each in problems_of(tmp_path, MORE, words)] == [
        ("value_unmapped", "Stop”, “Pause", "opened"),
        ("value_to_nothing", "Note", "opened"),
    ]


def test_many_missing_words_are_cut_short_and_said_to_be(tmp_path):
    words = "".join(f"1,word {number},2026-01-01\n" for number in range(13))
    (found,) = problems_of(tmp_path, MORE, words)
    assert found.value.endswith("“word 11”, “…")


@pytest.mark.parametrize(
    ("feeds", "kinds"), [(COMPLAINTS, ["feed_unfilled"]), (COMPLAINTS + BRANCHES, ["region_unknown"])]
)
def test_what_a_refresh_would_be_held_for_is_said_before(tmp_path, feeds, kinds):
    found = problems_of(tmp_path, MORE + feeds, "1,Start,2026-01-01\n")
    assert [(each.kind, each.stops) for each in found] == [(kind, False) for kind in kinds]
    assert all(each.line for each in found)
