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
