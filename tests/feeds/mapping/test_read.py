"""A mapping is read strictly: every word is understood, or named with its line and what would fit."""

import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from warehouse.feeds.contract import feeds
from warehouse.feeds.mapping import (
    MappingError,
    Source,
    contract_source,
    model,
    personal_columns,
    protections,
    read_mapping,
)
from warehouse.feeds.problems import SENTENCES, Problem

GOOD = """
source: shop
about: weekly export
zone: Asia/Shanghai
currency: CNY
date: dmy
nothing: [Select]
files:
  - pattern: "shop_*.csv*"
    format: {encoding: gb18030, delimiter: ";", header_line: 3, quotes: false}
    ignore: [Rest]
    personal: [Email]
    feeds:
      leads:
        where: [{column: Kind, is: lead}, {not: {column: Kind, is_nothing: true}}]
        columns:
          lead_id: No
          branch_id: {columns: [A, B], join: "/"}
          source_code: {column: S, values: {NO: "off", "1": one, yes: ~}, fold: yes}
          collected_at: {unknown: "no dates"}
          phone: Phone
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
    return path


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(MappingError) as refused:
        read_mapping(write(folder, text))
    return list(refused.value.problems)


def test_a_good_mapping_is_read_whole(tmp_path):
    source = read_mapping(write(tmp_path, GOOD))
    (file,) = source.files
    assert (source.code, source.zone, source.currency, source.feeds) == ("shop", "Asia/Shanghai", "CNY", {"leads"})
    assert (file.format.encoding, file.format.delimiter, file.format.header_line, file.format.quotes) == (
        "gb18030",
        ";",
        3,
        False,
    )
    assert (file.ignore, file.personal, file.main_feed) == ({"Rest"}, {"Email"}, "leads")
    (leads,) = file.feeds
    assert leads.headers == {"Kind", "No", "A", "B", "S", "Phone"}
    assert leads.unknown == {"collected_at": "no dates"}
    assert leads.columns[2].values == (("NO", "off"), ("1", "one"), ("yes", ""))
    assert leads.columns[2].fold
    assert leads.columns[0].date_order == "dmy"


def test_the_first_pattern_that_fits_a_name_in_any_unicode_form(tmp_path):
    text = "source: s\nfiles:\n  - {pattern: 'caf\u00e9_*.csv', feeds: {leads: same}}\n  - {pattern: '*.csv', feeds: {orders: same}}\n"
    source = read_mapping(write(tmp_path, text))
    assert [source.match(name).main_feed for name in ("cafe\u0301_1.csv", "x.csv")] == ["leads", "orders"]
    assert source.match("x.csv.bak") is None


@pytest.mark.parametrize(
    ("old", "new", "kind", "line", "fits"),
    [
        ("currency: CNY", "curency: CNY", "unknown_key", 4, ("currency",)),
        ("currency: CNY", "currency: yuan", "unknown_currency", 4, ("CNY", "USD")),
        ("Asia/Shanghai", "Asia/Peking", "unknown_zone", 3, ("Asia/Shanghai", "America/New_York")),
        ("date: dmy", "date: dmyy", "wrong_shape", 5, ("dmy",)),
        ("leads:", "lead:", "unknown_feed", 13, ("leads",)),
        ("lead_id: No", "leadid: No", "unknown_contract_column", 16, ("lead_id",)),
        ("lead_id: No", "lead_id: {colum: No}", "unknown_key", 16, ("column",)),
        ("lead_id: No", "lead_id: {column: No, constant: x}", "wrong_shape", 16, ()),
        ("lead_id: No", "lead_id: {unknown: why}", "key_unknown", 16, ()),
        ("lead_id: No", "lead_id: {text: 'a{No'}", "wrong_shape", 16, ()),
        ("lead_id: No", "lead_id: {column: No, pad: many}", "wrong_shape", 16, ()),
        ("lead_id: No", "lead_id: {column: No, factor: x}", "wrong_shape", 16, ()),
        ("lead_id: No", "lead_id: [No]", "wrong_shape", 16, ()),
        ('join: "/"', "x: 1", "wrong_shape", 17, ()),
        ("is: lead}", "matches: '('}", "bad_expression", 14, ()),
        ("is: lead}", "equals: lead}", "unknown_key", 14, None),
        ("phone: Phone", "phone: {text: 'x{Phone}'}", "personal_needs_plain", 20, ()),
        ("phone: Phone", "phone: S", "personal_in_clear", 18, ()),
        ("personal: [Email]", "personal: [Kind]", "personal_in_clear", 13, ()),
        ('          collected_at: {unknown: "no dates"}\n', "", "required_unmapped", 13, ()),
        ("          phone: Phone\n", "          phone: P\n          phone: Q\n", "key_twice", 21, ()),
        ("source: shop\n", "", "key_missing", 1, ()),
        ("zone: Asia", "zone: [Asia", "not_yaml", None, ()),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_would_fit(tmp_path, old, new, kind, line, fits):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    match = next(problem for problem in found if problem.kind == kind)
    assert line is None or match.line == line
    assert fits is None or match.fits == fits
    assert match.stops
    for language in ("en", "zh_CN"):
        assert match.told(language).startswith("shop.yaml")
        assert not {"{value}", "{feed}", "{column}", "{header}"} & set(match.what(language).split())


def test_all_problems_are_told_at_once(tmp_path):
    found = problems(
        tmp_path, GOOD.replace("CNY", "x").replace("lead_id: No", "leadid: No").replace("date: dmy", "date: x")
    )
    assert {problem.kind for problem in found} == {
        "unknown_currency",
        "unknown_contract_column",
        "wrong_shape",
        "required_unmapped",
    }


@pytest.mark.parametrize(
    "text",
    ["", "- a\n- b\n", "source: [a]\nfiles: x\n", "a: &a {b: *a}\nsource: x\n", "\0", "source: x\nfiles: [1, [2]]\n"],
)
def test_nonsense_is_refused_with_a_sentence(tmp_path, text):
    assert all(problem.told() for problem in problems(tmp_path, text))


def test_a_missing_file_is_one_clear_sentence(tmp_path):
    with pytest.raises(MappingError, match=r"^nowhere.yaml: there is no such file$"):
        read_mapping(tmp_path / "nowhere.yaml")


def test_a_code_outside_the_closed_list_is_named(tmp_path):
    text = """
    source: s
    files:
      - pattern: "*"
        feeds:
          events:
            columns:
              event_id: i
              branch_id: b
              event_kind: {column: k, values: {讲座: talks}, otherwise: {constant: tuor}}
              held_on: d
    """
    found = problems(tmp_path, text)
    assert [(problem.kind, problem.value, problem.fits) for problem in found] == [
        ("code_not_in_list", "talks", ("talk",)),
        ("code_not_in_list", "tuor", ("tour",)),
    ]


def test_a_closed_list_takes_its_own_words_in_any_case_and_in_chinese(tmp_path):
    text = "source: s\nfiles:\n  - {pattern: '*', feeds: {complaints: {same: true, columns: {severity_code: Level}}}}\n"
    mapping = read_mapping(write(tmp_path, text)).files[0].feeds[0].columns[0]
    assert dict(mapping.values)["紧急"] == "critical"
    assert mapping.fold


def test_the_currency_of_the_source_fills_feeds_that_name_none(tmp_path):
    text = "source: s\ncurrency: USD\nfiles:\n  - pattern: '*'\n    feeds:\n      currency_rates: {columns: {currency: c, rate_on: d, rate: r}}\n"
    text += "      lead_costs: {columns: {source_code: s, branch_id: b, month_on: m, cost_amount: a}}\n"
    rates, costs = read_mapping(write(tmp_path, text)).files[0].feeds
    assert {column.name: column.origin for column in rates.columns}["currency"] == model.FromHeader("c")
    assert {column.name: column.origin for column in costs.columns}["currency"] == model.Constant("USD")


def test_same_binds_our_names_and_chinese_labels_and_what_it_says_itself(tmp_path):
    text = (
        "source: s\nfiles:\n  - {pattern: '*', feeds: {leads: {same: true, columns: {collected_at: {unknown: x}}}}}\n"
    )
    leads = read_mapping(write(tmp_path, text)).files[0].feeds[0]
    bound = {
        column.name: column.origin for column in leads.bind(("Lead ID", "网点编号", "source_code", "collected_at", "x"))
    }
    assert bound == {
        "collected_at": model.Unknown("x"),
        "lead_id": model.FromHeader("Lead ID"),
        "branch_id": model.FromHeader("网点编号"),
        "source_code": model.FromHeader("source_code"),
    }


def test_personal_headers_are_found_however_they_are_spelled(tmp_path):
    file = read_mapping(write(tmp_path, GOOD)).files[0]
    assert personal_columns(file, ("No", "phone", "EMAIL", "S")) == {"phone", "EMAIL"}
    same = contract_source().match("customers.csv")
    assert personal_columns(same, ("customer_id", "电话", "客户姓名")) == {"电话", "客户姓名"}


def test_what_says_nothing_is_not_hashed(tmp_path):
    source = read_mapping(write(tmp_path, GOOD))
    shield = protections(source, source.files[0], ("Phone",), lambda cell: f"<{cell}>")["Phone"]
    assert [shield(cell) for cell in (" 138\u3000", "", "N/A", "select", "无")] == ["<138>", "", "", "", ""]


def test_every_feed_is_recognised_by_its_name_in_both_languages():
    source: Source = contract_source(zone="Asia/Shanghai", currency="CNY")
    for feed in feeds().values():
        for name in (f"{feed.code}_2026-03.csv.gz", f"{feed.label['zh_CN']}2026.xlsx"):
            assert source.match(name).main_feed == feed.code
    assert source.match("notes.txt") is None


def test_labels_of_a_feed_are_told_apart_and_codes_have_their_chinese_words():
    for feed in feeds().values():
        labels = [column.label_zh for column in feed.columns]
        assert len(set(labels)) == len(labels)
        assert all(len(column.codes) == len(column.codes_zh) for column in feed.columns)
        assert all(feed.column(name) for name in (*feed.key, *feed.one_of))


def test_the_examples_of_the_manual_read(tmp_path):
    manual = Path(model.__file__).with_name("README.md").read_text("utf-8")
    whole, wide = re.findall(r"```yaml\n(.*?)```", manual, flags=re.DOTALL)
    assert read_mapping(write(tmp_path, whole)).feeds == {"complaints", "branches", "surveys"}
    head = "source: s\nfiles:\n  - pattern: '*'\n    feeds:\n"
    (answers,) = read_mapping(write(tmp_path, head + wide)).files[0].feeds
    names = [each.name for each in answers.each]
    assert names == ["expectation.tangibles.1", "perception.tangibles.1", "overall", "recommend"]
    assert [each.nothing for each in answers.each] == [(), (), ("0", "6", "Blank"), ("11",)]


def test_every_kind_of_problem_speaks_both_languages():
    blank = Problem("empty", "a.csv", 1, "c", "f", "v", "h", "o")
    for kind in SENTENCES:
        problem = replace(blank, kind=kind)
        assert problem.what("en") != problem.what("zh_CN")


def test_ranges_first_rows_and_questions_with_blanks_of_their_own(tmp_path):
    text = """
    source: s
    files:
      - pattern: '*'
        feeds:
          complaints:
            keep: first
            columns:
              complaint_id: No
              branch_id: {column: Gate, values: {8..11: A, x: B}}
              opened_at: At
              category_code: Kind
          survey_answers:
            each: {Q1: overall, Q2: {name: recommend, nothing: ["11"]}}
            columns: {invite_id: No, question_code: $name, score: $value, scale_min: {constant: "0"}, scale_max: {constant: "10"}}
    """
    (file,) = read_mapping(write(tmp_path, text)).files
    complaints, answers = file.feeds
    assert (complaints.first, answers.first) == (True, False)
    assert complaints.columns[1].values == (("8", "A"), ("9", "A"), ("10", "A"), ("11", "A"), ("x", "B"))
    assert answers.each == (model.Each("Q1", "overall"), model.Each("Q2", "recommend", ("11",)))
    wrong = text.replace("8..11", "11..8").replace("keep: first", "keep: some").replace("name: recommend, ", "")
    assert [(problem.kind, problem.line) for problem in problems(tmp_path, wrong)] == [
        ("wrong_shape", 9),
        ("wrong_shape", 6),
        ("key_missing", 13),
    ]


TWICE = """
source: s
files:
  - pattern: "a*.csv"
    feeds:
      branches: {columns: &all {branch_id: No, branch_name: Name, region_id: {constant: R}, region_name: {constant: R}}}
  - pattern: "b*.csv"
    feeds:
      branches:
        columns:
          branch_id: Number
          <<: *all
"""


def test_a_block_is_taken_over_but_for_what_is_said_beside_it(tmp_path):
    first, second = read_mapping(write(tmp_path, TWICE)).files
    assert first.feeds[0].headers == {"No", "Name"}
    assert second.feeds[0].headers == {"Number", "Name"}
    assert [column.name for column in first.feeds[0].columns] == [column.name for column in second.feeds[0].columns]
