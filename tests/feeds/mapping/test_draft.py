"""A drafted mapping reads, fits its own files, and guesses what the headers plainly say."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.feeds.contract import feeds
from warehouse.feeds.mapping import check, draft, read_mapping

CASES = """CASE_ENQUIRY_ID,OPEN_DT,CLOSED_DT,REASON,Department,Priority,Owner: phone
101,01/25/2015 12:40:41 PM,,Trash,PWD,High,13812345678
102,01/26/2015 01:00:00 AM,01/27/2015 01:00:00 AM,Trash,PWD,Lo,13912345678
"""


def drafted(folder, name, content):
    (folder / name).write_bytes(content.encode())
    path = folder / "draft.yaml"
    path.write_text(draft([folder / name]), "utf-8")
    return path.read_text("utf-8"), read_mapping(path)


def test_headers_synonyms_shapes_and_words_are_recognised(tmp_path):
    text, source = drafted(tmp_path, "cases_2015-01.csv", CASES)
    complaints = {column.name: column for column in source.match("cases_2016-02.csv.gz").feed("complaints").columns}
    assert complaints["complaint_id"].headers == ("CASE_ENQUIRY_ID",)
    assert (complaints["opened_at"].headers, complaints["opened_at"].date_order) == (("OPEN_DT",), "mdy")
    assert complaints["closed_at"].headers == ("CLOSED_DT",)
    assert dict(complaints["severity_code"].values)["Lo"] == "low"
    assert source.files[0].ignore == {"Owner: phone"}
    assert "138" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_our_own_columns_are_all_recognised(tmp_path, language):
    for feed in feeds().values():
        headers = [column.name if language == "en" else column.label_zh for column in feed.columns]
        folder = tmp_path / feed.code
        folder.mkdir()
        _, source = drafted(folder, f"{feed.code}.csv", ",".join(headers) + "\n")
        (file,) = source.files
        assert file.main_feed == feed.code
        assert {column.headers for column in file.feeds[0].columns} == {(header,) for header in headers}


def test_a_questionnaire_becomes_one_row_an_answer(tmp_path):
    questions = [f"Q{number} how?" for number in range(1, 9)]
    rows = [[f"r{number}", "x", *str(number % 5 + 1) * 8] for number in range(9)]
    content = "\n".join(",".join(row) for row in (["RESPNUM", "Remark", *questions], *rows))
    _, source = drafted(tmp_path, "survey.csv", content + "\n")
    (file,) = source.files
    assert file.ignore == {"Remark"}
    answers = file.feed("survey_answers")
    assert [each.header for each in answers.each] == questions
    assert len({each.name for each in answers.each}) == len(questions)
    assert [column.origin.value for column in answers.columns if column.name.startswith("scale_")] == ["1", "5"]


@pytest.mark.parametrize(("ids", "says"), [(("1", "2"), False), (("1", "1"), True)])
def test_a_key_that_repeats_is_said(tmp_path, ids, says):
    text, _ = drafted(tmp_path, "log.csv", "case:concept:name,opened\n" + "".join(f"{id_},2026-01-01\n" for id_ in ids))
    assert ("keep: first" in text) == says


LOG = """case:concept:name,activity,time:timestamp
1,Ticket assigned,2026-01-01
1,Resolve ticket,2026-01-02
1,Closed,2026-01-03
"""


def test_a_log_opens_complaints_lists_its_branch_and_guesses_no_code_that_sounds_like_none(tmp_path):
    text, source = drafted(tmp_path, "log.csv", LOG)
    (file,) = source.files
    assert [feed.feed.code for feed in file.feeds] == ["complaint_events", "complaints", "branches"]
    (events,) = (column for column in file.feeds[0].columns if column.name == "event_code")
    codes = {"Ticket assigned": "", "Resolve ticket": "resolved", "Closed": "closed"}
    assert codes.items() <= dict(events.values).items()
    assert "one of opened, responded" in text
    assert [problem.kind for problem in check(source, [tmp_path / "log.csv"])] == ["value_to_nothing"]


def test_branches_are_not_proposed_beside_a_file_that_lists_them(tmp_path):
    (tmp_path / "branches.csv").write_text("branch_id,branch_name,region_id,region_name\n", "utf-8")
    (tmp_path / "cases.csv").write_text(CASES, "utf-8")
    assert draft(tmp_path.glob("*.csv")).count("branches:") == 1


def test_what_else_a_feed_takes_is_said_with_its_codes(tmp_path):
    text, _ = drafted(tmp_path, "cases.csv", CASES)
    assert "# also takes: customer_id, " in text
    assert "outcome_code (resolved, withdrawn, transferred, rejected)" in text


def test_of_two_names_the_usual_one_is_taken_and_what_no_header_says_is_unknown_not_the_same_everywhere(tmp_path):
    _, source = drafted(tmp_path, "leads.csv", "Prospect ID,Lead Origin,Lead Source\na,Form,Google\n")
    (leads, branches) = source.files[0].feeds
    assert next(column.headers for column in leads.columns if column.name == "source_code") == ("Lead Source",)
    assert branches.feed.code == "branches"
    _, source = drafted(tmp_path, "orders.csv", "order id,order date,amount\n1,2026-01-01,5\n")
    assert source.files[0].feeds[0].unknown.keys() == {"customer_id"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters='",;\ufeff')).map(
            "h".__add__
        ),
        min_size=2,
        max_size=6,
    ),
    cells=st.lists(
        st.sampled_from(["1", "x", "", "2026-01-01", "3/4/2026", "是", "1.5", "10:00"]), min_size=2, max_size=6
    ),
)
def test_whatever_the_headers_the_draft_reads_and_names_no_absent_header(tmp_path_factory, headers, cells):
    folder = tmp_path_factory.mktemp("draft")
    row = (cells * len(headers))[: len(headers)]
    content = "\n".join((",".join(headers), ",".join(row))) + "\n"
    _, source = drafted(folder, "file.csv", content)
    assert [problem for problem in check(source, [folder / "file.csv"]) if problem.kind == "header_absent"] == []
