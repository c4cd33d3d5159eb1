"""What public data asked of mappings: logs whose first line counts, questions with their own blanks, unknown callers."""

from datetime import UTC, datetime

from sqlalchemy import text

from warehouse.staging import StagedFeed

LOG = """
source: helpdesk
files:
  - pattern: "*.csv"
    feeds:
      complaints:
        keep: first
        columns:
          complaint_id: Case
          branch_id: {constant: desk}
          opened_at: At
          category_code: Event
"""
QUESTIONS = """
source: survey
files:
  - pattern: "*.csv"
    feeds:
      survey_answers:
        each:
          Q1: {name: overall, nothing: ["0", "6"]}
          Q2: {name: recommend, nothing: ["11"]}
        columns:
          invite_id: Who
          question_code: $name
          score: $value
          scale_min: {column: $name, values: {overall: "1", recommend: "0"}}
          scale_max: {column: $name, values: {overall: "5"}, otherwise: {constant: "10"}}
"""
CALLS = """
source: calls
files:
  - pattern: "*.csv"
    ignore: rest
    feeds:
      contacts:
        columns:
          contact_id: {columns: [Line, No], join: "/", values: {B/2: second}}
          branch_id: {column: Gate, values: {1..12: A, "20..21": B, x: C}, otherwise: refuse}
          channel_code: {constant: phone}
          purpose_code: {constant: care}
          started_at: At
          outcome_code: {constant: served}
          customer_id: {column: Caller, otherwise_unknown: most callers are not known}
          lead_id: Lead
"""


def test_the_first_row_of_a_key_counts_where_the_mapping_says_so(bench):
    log = "Case,Event,At\n7,opened,2026-03-01\n8,opened,2026-03-02\n7,closed,2026-03-05\n"
    sums = bench.load(LOG, log_csv=log)
    assert sums["complaints"] == StagedFeed("complaints", 3, 2, 1, 0, datetime(2026, 3, 5, tzinfo=UTC))
    assert bench.staged("complaints", "complaint_id", "category_code") == [("7", "opened"), ("8", "opened")]
    bench.load(LOG.replace("keep: first", "keep: last"), log_csv=log)
    assert sorted(bench.staged("complaints", "complaint_id", "category_code")) == [("7", "closed"), ("8", "opened")]


def test_a_first_row_that_is_refused_makes_room_for_the_next(bench):
    sums = bench.load(LOG, log_csv="Case,Event,At\n7,opened,soon\n7,closed,2026-03-05\n")
    assert sums["complaints"] == StagedFeed("complaints", 2, 1, 0, 1, datetime(2026, 3, 5, tzinfo=UTC))
    assert bench.staged("complaints", "category_code") == [("closed",)]


def test_each_question_has_its_own_words_for_nothing_and_its_own_scale(bench):
    """0 is no answer to Q1 and the worst to Q2; c ticked neither."""
    sums = bench.load(QUESTIONS, wide_csv="Who,Q1,Q2\na,5,0\nb,0,11\nc,6,11\nd,1,10\n")
    assert sums["survey_answers"] == StagedFeed("survey_answers", 6, 4, 0, 2)
    assert sorted(bench.staged("survey_answers", "invite_id", "question_code", "score", "scale_min", "scale_max")) == [
        ("a", "overall", 5, 1, 5),
        ("a", "recommend", 0, 0, 10),
        ("d", "overall", 1, 1, 5),
        ("d", "recommend", 10, 0, 10),
    ]
    assert [row[1:4] for row in bench.refused()] == [(2, "*", "unclaimed"), (3, "*", "unclaimed")]


def test_a_caller_may_be_unknown_where_the_mapping_says_why_but_never_two_people(bench):
    calls = "Line,No,Gate,At,Caller,Lead\nA,1,3,2026-03-01,,\nB,2,20,2026-03-01,7,\nC,3,1,2026-03-01,7,L\n"
    sums = bench.load(CALLS, calls_csv=calls)
    assert sums["contacts"] == StagedFeed("contacts", 3, 2, 0, 1, datetime(2026, 3, 1, tzinfo=UTC))
    assert [row[1:4] for row in bench.refused()] == [(3, "lead_id / customer_id", "one_of_missing")]


def test_dictionaries_know_ranges_and_values_made_of_several_cells(bench):
    calls = "Line,No,Gate,At,Caller,Lead\n" + "".join(
        f"{line},2026-03-01,7,\n" for line in ("A,1,12", "B,2,21", "C,3,x", "D,4,13")
    )
    bench.load(CALLS, calls_csv=calls)
    assert bench.staged("contacts", "contact_id", "branch_id") == [("A/1", "A"), ("second", "B"), ("C/3", "C")]
    assert bench.refused() == [("contacts", 4, "branch_id", "value_not_mapped", "13")]


def test_what_one_file_does_not_know_stays_unknown_whatever_the_others_know(bench):
    mapping = """
    source: years
    files:
      - {pattern: "a*.csv", feeds: {surveys: {same: true, columns: {sent_at: {unknown: "no month"}}}}}
      - {pattern: "b*.csv", feeds: {surveys: same}}
    """
    remembered = text("select column_name, reason from published.unknown_column")
    old, new = (
        "invite_id,branch_id,method_code\n1,B,online\n",
        "invite_id,branch_id,method_code,sent_at\n2,B,online,2026-03-01\n",
    )
    bench.load(mapping, a_csv=old, b_csv=new)
    assert bench.connection.execute(remembered).all() == [("sent_at", "no month")]
    bench.load(mapping, b_csv=new)
    assert bench.connection.execute(remembered).all() == [("sent_at", "no month")]
    bench.load(mapping.replace('{same: true, columns: {sent_at: {unknown: "no month"}}}', "same"), b_csv=new)
    assert bench.connection.execute(remembered).all() == []
