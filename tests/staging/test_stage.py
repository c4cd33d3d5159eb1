"""Rows in, rows out: each kind of dirt that feeds are known for, and the sum that adds up."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from warehouse.feeds.mapping import read_mapping
from warehouse.staging import REASONS, HeaderAbsent, LandedFile, RowsDoNotAddUp, StagedFeed, reason_words
from warehouse.staging.compile import judged

LEADS = """
source: test
zone: Asia/Shanghai
nothing: [Select]
files:
  - pattern: "leads*.csv"
    ignore: rest
    feeds:
      leads:
        columns:
          lead_id: No
          branch_id: Branch
          source_code: {column: Source, fold: true}
          collected_at: When
"""
COMPLAINTS = """
source: test
zone: America/New_York
date: mdy
files:
  - pattern: "*.csv"
    ignore: rest
    feeds:
      complaints:
        columns:
          complaint_id: Id
          branch_id: {columns: [Dept, Area], join: "/", blank: none}
          opened_at: Opened
          closed_at: {column: Closed, optional: true}
          category_code: Topic
          severity_code: Level
          text: Message
"""


def test_every_row_is_accepted_superseded_or_quarantined(bench):
    sums = bench.load(
        LEADS,
        leads_csv="""
        No,Branch,Source,When
        1,B1,Google,2026-03-01 10:00
        2,B1,google ,2026-03-01 11:00
        2,B1,google,2026-03-01 12:00
        3,,google,2026-03-01 12:00
        4,B1,Select,2026-03-01 12:00
        5,B1,radio,2026-02-30
        """,
    )
    assert sums["leads"] == StagedFeed("leads", 6, 2, 1, 3, datetime(2026, 3, 1, 4, tzinfo=UTC))
    assert bench.staged("leads", "lead_id", "source_code", "collected_at") == [
        ("1", "google", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2", "google", datetime(2026, 3, 1, 4, tzinfo=UTC)),
    ]
    assert bench.refused() == [
        ("leads", 4, "branch_id", "missing", ""),
        ("leads", 5, "source_code", "missing", "Select"),
        ("leads", 6, "collected_at", "not_a_date", "2026-02-30"),
    ]


def test_a_row_with_several_faults_is_filed_under_the_first_and_tells_the_others(bench):
    bench.load(LEADS, leads_csv="No,Branch,Source,When\n1,,N/A,soon\n")
    filed = bench.connection.execute(text("select column_name, reason_code, also from published.quarantine")).one()
    assert tuple(filed) == ("branch_id", "missing", ["source_code: missing", "collected_at: not_a_date"])


def test_us_twelve_hour_times_and_joined_keys(bench):
    bench.load(
        COMPLAINTS,
        cases_csv="""
        Id,Dept,Area,Opened,Closed,Topic,Level,Message
        007,PWD,Back Bay,01/05/2015 12:40:41 PM,,Trash,Normal,
        8,PWD,,7/4/2015 12:05:00 AM,07/03/2015 01:00:00 PM,Trash,紧急,
        """,
    )
    assert bench.staged("complaints", "complaint_id", "branch_id", "opened_at", "closed_at", "severity_code") == [
        ("007", "PWD/Back Bay", datetime(2015, 1, 5, 17, 40, 41, tzinfo=UTC), None, "normal"),
        ("8", "PWD/none", datetime(2015, 7, 4, 4, 5, tzinfo=UTC), datetime(2015, 7, 3, 17, tzinfo=UTC), "critical"),
    ]


def test_a_personal_value_is_a_token_everywhere_and_never_in_quarantine(bench):
    bench.load(
        COMPLAINTS,
        cases_csv="""
        Id,Dept,Area,Opened,Closed,Topic,Level,Message
        1,PWD,A,01/05/2015,,Trash,high,call 13812345678
        2,PWD,A,01/05/2015,,Trash,high,N/A
        3,PWD,A,someday 13812345678,,Trash,high,call me
        """,
    )
    assert bench.staged("complaints", "text_hash") == [("token-of-call 13812345678",), (None,)]
    assert bench.refused() == [("complaints", 3, "opened_at", "not_a_date", "someday •••")]


def test_a_newer_file_of_the_load_supersedes_an_older_one_by_key(bench):
    head = "No,Branch,Source,When\n"
    sums = bench.load(
        LEADS,
        leads_1_csv=head + "1,B1,a,2026-03-01\n2,B1,a,2026-03-01\n",
        leads_2_csv=head + "2,B2,b,2026-03-02\n3,B2,b,2026-03-02\n3,B2,c,2026-03-02\n4,,b,2026-03-02\n",
    )
    assert sums["leads"] == StagedFeed("leads", 6, 3, 2, 1, datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert bench.staged("leads", "lead_id", "branch_id", "source_code") == [
        ("1", "B1", "a"),
        ("2", "B2", "b"),
        ("3", "B2", "c"),
    ]


def test_of_the_older_row_nothing_is_left_in_the_newer_one(bench):
    head = "branch_id,branch_name,region_id,region_name"
    bench.load(
        "source: t\nfiles:\n  - {pattern: '*.csv', feeds: {branches: same}}\n",
        a_csv=f"{head},city\nB1,One,R1,North,Harbin\nB2,Two,R1,North,Dalian\n",
        b_csv=f"{head}\nB1,One,R2,South\n",
    )
    assert bench.staged("branches", "branch_id", "region_id", "city") == [("B2", "R1", "Dalian"), ("B1", "R2", None)]


def test_rows_are_judged_by_several_processes_where_there_are_many(bench):
    columns = ("No", "Branch", "Source", "When")
    bench.load(LEADS, leads_csv=",".join(columns) + "\n1,B1,a,2026-03-01\n")
    mapping = read_mapping(bench.folder / "mapping.yaml").match("leads.csv")
    file = LandedFile(bench.one("select max(file_id) from published.file"), "leads.csv", columns)
    statement = judged(mapping.feeds[0], file).compile(bench.connection, compile_kwargs={"render_postcompile": True})
    for name in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
        bench.connection.exec_driver_sql(f"set local {name} = 0")
    plan = bench.connection.exec_driver_sql(f"explain {statement}", statement.params).scalars().all()
    assert plan[0].startswith("Gather ")


def test_a_newer_file_does_not_read_the_older_one_row_by_row(bench):
    read = "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'stg_leads'"
    rows = [f"{n},B1,a,2026-03-01\n" for n in range(1_990)]
    head = "No,Branch,Source,When\n"
    before = bench.one(read)
    sums = bench.load(LEADS, leads_1_csv=head + "".join(rows[:1_000]), leads_2_csv=head + "".join(rows[990:]))
    assert (sums["leads"].accepted, sums["leads"].superseded) == (1_990, 10)
    assert bench.one(read) - before < 100


def test_a_refused_row_of_a_newer_file_leaves_the_older_row_alone(bench):
    head = "No,Branch,Source,When\n"
    sums = bench.load(LEADS, leads_1_csv=head + "1,B1,a,2026-03-01\n", leads_2_csv=head + "1,B1,a,never\n")
    assert (sums["leads"].accepted, sums["leads"].superseded, sums["leads"].quarantined) == (1, 0, 1)


def test_one_file_to_several_feeds_by_filters_and_what_no_feed_takes(bench):
    mapping = """
    source: shop
    currency: GBP
    files:
      - pattern: "*.csv"
        ignore: rest
        feeds:
          orders:
            where: {column: Invoice, matches: "^[0-9]"}
            columns: &columns
              order_id: {text: "{Invoice}-{Stock}"}
              customer_id: {column: Customer, whole: true, otherwise_nothing: "guest-{Invoice}"}
              branch_id: Country
              ordered_at: Date
              amount: {columns: [Quantity, Price], multiply: true}
          returns:
            where: {column: Invoice, matches: "^C"}
            columns:
              return_id: {text: "{Invoice}-{Stock}"}
              order_id: {text: "{Invoice}-{Stock}"}
              returned_at: Date
              amount: {columns: [Quantity, Price], multiply: true, factor: -1}
    """
    sums = bench.load(
        mapping,
        lines_csv="""
        Invoice,Stock,Quantity,Price,Date,Customer,Country
        1,A,12,6.95,2009-12-01 07:45:00,13085.0,UK
        1,B,"1,000",0.1,2009-12-01 07:45:00,,UK
        C2,A,-2,6.95,2009-12-02 07:45:00,13085.0,UK
        A3,B,1,-53594.36,2009-12-02 07:45:00,,UK
        4,B,one,2,2009-12-02 07:45:00,1,UK
        """,
    )
    assert {feed: (each.delivered, each.accepted, each.quarantined) for feed, each in sums.items()} == {
        "orders": (4, 2, 2),
        "returns": (1, 1, 0),
    }
    assert bench.staged("orders", "order_id", "customer_id", "amount", "currency") == [
        ("1-A", "13085", Decimal("83.40"), "GBP"),
        ("1-B", "guest-1", Decimal("100.0"), "GBP"),
    ]
    assert bench.staged("returns", "return_id", "amount") == [("C2-A", Decimal("13.90"))]
    assert bench.refused() == [
        ("orders", 4, "*", "unclaimed", None),
        ("orders", 5, "amount", "not_a_number", "one | 2"),
    ]


def test_a_wide_table_becomes_one_row_for_each_answer_given(bench):
    mapping = """
    source: survey
    files:
      - pattern: "*.csv"
        feeds:
          survey_answers:
            each: {Q1 now: perception.tangibles.1, Q1 wished: expectation.tangibles.1, Overall: overall}
            columns:
              invite_id: Who
              question_code: $name
              score: {column: $value, nothing: ["0", Blank]}
              scale_min: {constant: "1"}
              scale_max: {constant: "7"}
    """
    sums = bench.load(mapping, wide_csv="Who,Q1 now,Q1 wished,Overall\na,5,7,6\nb,0,Blank,3\nc,,0,\nd,x,1,2\nd,4,,\n")
    assert sums["survey_answers"] == StagedFeed("survey_answers", 9, 7, 0, 2)
    assert sorted(bench.staged("survey_answers", "invite_id", "question_code", "score"))[:4] == [
        ("a", "expectation.tangibles.1", 7),
        ("a", "overall", 6),
        ("a", "perception.tangibles.1", 5),
        ("b", "overall", 3),
    ]
    assert bench.refused() == [
        ("survey_answers", 3, "*", "unclaimed", None),
        ("survey_answers", 4, "score", "not_a_number", "x"),
    ]


def test_under_each_the_last_version_of_a_key_wins_in_row_order(bench):
    mapping = """
    source: helpdesk
    files:
      - pattern: "*.csv"
        feeds:
          complaint_events:
            each: {Opened: opened, Closed: closed}
            columns: {complaint_id: Id, event_code: $name, happened_at: $value, staff_id: Who}
    """
    sums = bench.load(mapping, log_csv="Id,Opened,Closed,Who\n1,2026-01-01,2026-01-02,a\n1,2026-01-01,,b\n")
    assert sums["complaint_events"] == StagedFeed("complaint_events", 3, 2, 1, 0, datetime(2026, 1, 2, tzinfo=UTC))
    assert sorted(bench.staged("complaint_events", "event_code", "staff_id")) == [("closed", "a"), ("opened", "b")]


def test_what_the_source_does_not_know_is_empty_and_remembered(bench):
    mapping = LEADS.replace("collected_at: When", 'collected_at: {unknown: "the export carries no dates"}')
    sums = bench.load(mapping, leads_csv="No,Branch,Source\n1,B1,radio\n")
    assert sums["leads"] == StagedFeed("leads", 1, 1, 0, 0)
    assert bench.staged("leads", "collected_at") == [(None,)]
    remembered = text("select source, feed, column_name, reason from published.unknown_column")
    assert [tuple(row) for row in bench.connection.execute(remembered)] == [
        ("test", "leads", "collected_at", "the export carries no dates")
    ]
    bench.load(LEADS, leads_csv="No,Branch,Source,When\n2,B1,radio,2026-01-01\n")
    assert bench.connection.execute(remembered).all() == []


def test_dictionaries_keep_refuse_replace_and_speak_for_words_of_nothing(bench):
    mapping = """
    source: test
    files:
      - pattern: "*.csv"
        feeds:
          leads:
            columns:
              lead_id: id
              branch_id: {column: b, values: {old: new}, otherwise: keep}
              source_code: {column: s, values: {Google Ads: google}, fold: true, otherwise: {constant: other}}
              collected_at: {column: t, otherwise_nothing: "2026-01-0{id}"}
              is_genuine: {column: g, values: {真: true, 无: false}, otherwise: nothing}
              self_reported_source: {column: r, values: {a: b}, otherwise: refuse}
    """
    bench.load(
        mapping,
        x_csv="id,b,s,t,g,r\n1,old,GOOGLE  ads,,真,a\n2,x,Bing,无,无,a\n3,x,,2026-02-02,?,a\n4,x,y,2026-02-02,,z\n",
    )
    assert bench.staged("leads", "lead_id", "branch_id", "source_code", "collected_at::date", "is_genuine") == [
        ("1", "new", "google", date(2026, 1, 1), True),
        ("2", "x", "other", date(2026, 1, 2), False),
    ]
    assert bench.refused() == [
        ("leads", 3, "source_code", "missing", ""),
        ("leads", 4, "self_reported_source", "value_not_mapped", "z"),
    ]


def test_ids_that_went_through_a_spreadsheet(bench):
    mapping = LEADS.replace("branch_id: Branch", "branch_id: {column: Branch, whole: true, pad: 5}")
    bench.load(mapping, leads_csv="No,Branch,Source,When\n0012,2108.0,a,2026-01-01\n１３,02108,a,2026-01-01\n")
    assert bench.staged("leads", "lead_id", "branch_id") == [("0012", "02108"), ("13", "02108")]


def test_mixed_offsets_excel_dates_and_blanks_round_texts(bench):
    bench.load(
        LEADS,
        leads_csv=(
            'No,Branch,Source,When\n1,\u3000B1\u00a0,"\n\tradio\n",2010-01-13 08:40:25+02:00\n2,B1,radio,2010-01-13T06:40:25Z\n'
            "3,B1,radio,2019/2/28 11:25:05\n4,B1,radio,43524.47575231481\n5,B1,radio,2019年2月28日 上午11:25\n"
        ),
    )
    assert bench.staged("leads", "branch_id", "source_code", "collected_at") == [
        ("B1", "radio", datetime(2010, 1, 13, 6, 40, 25, tzinfo=UTC)),
        ("B1", "radio", datetime(2010, 1, 13, 6, 40, 25, tzinfo=UTC)),
        ("B1", "radio", datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)),
        ("B1", "radio", datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)),
        ("B1", "radio", datetime(2019, 2, 28, 3, 25, tzinfo=UTC)),
    ]


def test_two_digit_years_and_times_in_two_columns(bench):
    mapping = """
    source: bank
    zone: Asia/Jerusalem
    files:
      - pattern: "*.csv"
        format: {delimiter: "\\t"}
        feeds:
          contacts:
            columns:
              contact_id: {columns: [line, day, call], join: "-"}
              branch_id: {constant: bank}
              channel_code: {constant: phone}
              purpose_code: {constant: care}
              started_at: {columns: [day, entry], join: " ", date: yymmdd}
              outcome_code: out
              customer_id: {column: cust, nothing: ["0"], otherwise_nothing: "unknown-{line}-{day}-{call}"}
              duration_seconds: secs
    """
    rows = "line\tcall\tcust\tday\tentry\tout\tsecs\nAA\t1\t966\t990101\t0:00:31\tHANG\t153\nAA\t2\t0\t990101\t0:34:12\tHANG\t-5\n"
    bench.load(mapping, calls_csv=rows)
    assert bench.staged("contacts", "contact_id", "started_at", "customer_id") == [
        ("AA-990101-1", datetime(1998, 12, 31, 22, 0, 31, tzinfo=UTC), "966")
    ]
    assert bench.refused() == [("contacts", 2, "duration_seconds", "out_of_range", "-5")]


def test_exactly_one_of_lead_and_customer(bench):
    mapping = "source: t\nfiles:\n  - {pattern: '*.csv', feeds: {attendances: same}}\n"
    sums = bench.load(
        mapping,
        attendances_csv="event_id,is_attended,lead_id,customer_id\ne,是,1,\ne,N,,1\ne,Y,1,\ne,1,,\ne,0,1,1\ne,maybe,2,\n",
    )
    assert sums["attendances"] == StagedFeed("attendances", 6, 2, 1, 3)
    assert bench.staged("attendances", "is_attended", "lead_id", "customer_id") == [
        (False, None, "1"),
        (True, "1", None),
    ]
    assert bench.refused() == [
        ("attendances", 4, "lead_id / customer_id", "one_of_missing", None),
        ("attendances", 5, "lead_id / customer_id", "one_of_missing", None),
        ("attendances", 6, "is_attended", "not_a_boolean", "maybe"),
    ]


def test_chinese_headers_and_words_of_a_gb18030_file(bench):
    mapping = "source: t\nfiles:\n  - {pattern: '*.csv', feeds: {events: same}}\n"
    table = (
        "活动编号,网点编号,活动类型,举办日期,费用金额,座位数\n１,B1,科普会,2026年3月1日,￥1，200.50,５０\n"
        "2,B1,Tour,45321,,12.5\n3,B1,讲座,45321,(5),\n"
    )
    bench.load(mapping, events_csv=table.encode("gb18030"))
    assert bench.staged("events", "event_id", "event_kind", "held_on", "cost_amount", "seats_count") == [
        ("1", "talk", date(2026, 3, 1), Decimal("1200.50"), 50)
    ]
    assert bench.refused() == [
        ("events", 2, "seats_count", "not_a_number", "12.5"),
        ("events", 3, "event_kind", "not_in_list", "讲座"),
    ]


def test_codes_patterns_ranges_lengths_and_control_characters(bench):
    mapping = "source: t\nfiles:\n  - {pattern: 'survey_answers*', feeds: {survey_answers: same}}\n"
    long = "x" * 201
    bench.load(
        mapping,
        survey_answers_csv=(
            f"invite_id,question_code,score,scale_min,scale_max\n1,overal,1,1,5\n{long},overall,1,1,5\n"
            '"a\nb",overall,1,1,5\n1,expectation.tangibles.12,"4,5",1,5\n1,recommend,1e1,0,10\n'
        ),
    )
    assert bench.refused() == [
        ("survey_answers", 1, "question_code", "bad_pattern", "overal"),
        ("survey_answers", 2, "invite_id", "too_long", "x" * 200),
        ("survey_answers", 3, "invite_id", "control_characters", "a\nb"),
        ("survey_answers", 4, "score", "not_a_number", "4,5"),
    ]
    assert bench.staged("survey_answers", "question_code", "score") == [("recommend", Decimal(10))]


def test_working_hours_months_and_open_ended_scopes(bench):
    mapping = """
    source: t
    files:
      - {pattern: "hours*", feeds: {working_hours: same}}
      - {pattern: "costs*", feeds: {lead_costs: same}}
      - {pattern: "targets*", feeds: {targets: same}}
    """
    bench.load(
        mapping,
        hours_csv="region_id,worked_on,opens_at,closes_at\nR,2026/3/1,9:00,上午11:30\nR,2026/3/1,下午1:00,17:00:30\nR,2026/3/1,25:00,1\n",
        costs_csv="source_code,branch_id,month_on,cost_amount\nradio,B,2026-03,1\nradio,B,2026年3月,2\n",
        targets_csv="metric_code,scope_kind,scope_id,period_on,target_value\nnps,company,,2026-03,1\nnps,公司,,2026-03-01,2\n",
    )
    assert bench.staged("working_hours", "opens_at", "closes_at") == [
        (time(9), time(11, 30)),
        (time(13), time(17, 0, 30)),
    ]
    assert bench.staged("lead_costs", "month_on", "cost_amount") == [(date(2026, 3, 1), 2)]
    assert bench.staged("targets", "scope_kind", "scope_id", "target_value") == [("company", None, 2)]
    assert bench.refused() == [("working_hours", 3, "opens_at", "not_a_time", "25:00")]


def test_a_part_of_the_key_that_no_file_has_counts_as_empty(bench):
    mapping = "source: t\nfiles:\n  - {pattern: '*.csv', feeds: {targets: same}}\n"
    head = "metric_code,scope_kind,period_on,target_value\n"
    sums = bench.load(
        mapping, a_csv=head + "nps,company,2026-03,1\n", b_csv=head + "nps,company,2026-03,2\nnps,company,2026-03,3\n"
    )
    assert (sums["targets"].accepted, sums["targets"].superseded) == (1, 2)
    assert bench.staged("targets", "scope_id", "target_value") == [(None, 3)]


def test_broken_lines_count_for_the_main_feed(bench):
    sums = bench.load(LEADS, leads_csv="No,Branch,Source,When\n1,B1,a,2026-01-01\n2,B1\n3,B1,a,2026-01-01\n")
    assert sums["leads"] == StagedFeed("leads", 3, 2, 0, 1, datetime(2025, 12, 31, 16, tzinfo=UTC))
    assert [row[:4] for row in bench.refused()] == [("leads", 2, "*", "wrong_column_count")]


def test_a_header_that_is_absent_is_an_error_unless_optional(bench):
    bench.load(COMPLAINTS, a_csv="Id,Dept,Area,Opened,Topic,Level,Message\n1,P,A,1/2/2015,t,low,m\n")
    assert bench.staged("complaints", "closed_at") == [(None,)]
    with pytest.raises(HeaderAbsent, match="Opened"):
        bench.load(COMPLAINTS, a_csv="Id,Dept,Area,Topic,Level,Message\n1,P,A,t,low,m\n")


def test_file_names_constants_and_awkward_words_are_only_words(bench):
    mapping = """
    source: t
    files:
      - pattern: "*.csv"
        feeds:
          leads:
            where: {not: {column: id, in: ["it's", "%s"]}}
            columns:
              lead_id: {text: "{$file}:{$row}:{id} {{100%}} \\\\ 'x'"}
              branch_id: {constant: "O'Hara %(x)s \\\\ :y"}
              source_code: {columns: [a, b], first: true}
              collected_at: {constant: "2026-01-01"}
    """
    bench.load(mapping, q_csv='id,a,b\nit\'s,1,2\n%s,1,2\n"); drop table x; --",,b\n2,a,b\n')
    assert bench.staged("leads", "lead_id", "branch_id", "source_code") == [
        ("q.csv:3:); drop table x; -- {100%} \\ 'x'", "O'Hara %(x)s \\ :y", "b"),
        ("q.csv:4:2 {100%} \\ 'x'", "O'Hara %(x)s \\ :y", "a"),
    ]
    assert [row[3] for row in bench.refused()] == ["unclaimed", "unclaimed"]


def test_sums_that_do_not_add_up_are_refused_by_code_and_by_the_database(bench):
    with pytest.raises(RowsDoNotAddUp):
        StagedFeed("leads", delivered=3, accepted=1, superseded=0, quarantined=1)
    with pytest.raises(IntegrityError, match="delivered_rows_add_up"), bench.connection.begin_nested():
        bench.load(LEADS)
        bench.connection.execute(
            text(
                "insert into published.load_feed (load_id, feed, delivered, accepted) values (:load_id, 'leads', 3, 1)"
            ),
            {"load_id": bench.load_id},
        )


def test_every_reason_has_words_in_both_languages():
    assert all(set(words) == {"en", "zh_CN"} and all(words.values()) for words in REASONS.values())
    assert reason_words("missing", "zh_CN") == "缺少必填值"
    assert reason_words("unknown_branch") == "unknown branch"
