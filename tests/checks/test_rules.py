"""The declarations: complete, in both languages, and refused with one clear sentence where they are not."""

from pathlib import Path

import pytest
from sqlalchemy import text

from checks.gate import releasable
from checks.rules import KINDS, ROWS, SUITES, Gate, Suite, SuiteError, read_suite, suites
from warehouse import published
from warehouse.db import Database
from warehouse.feeds.contract import feeds
from warehouse.metrics import metrics, phrases

EVERY_SUITE = [*suites("delivery").values(), *suites("figures").values()]
GOOD = """
  - id: a_rule
    expect: not_null
    columns: [category_code]
    why: {en: because, zh_CN: 因为}
    action: {en: ask, zh_CN: 询问}
"""


def written(tmp_path: Path, rules: str = GOOD, *, head: str = "", table: str = "complaints") -> Path:
    path = tmp_path / f"{table}.yaml"
    path.write_text(f"table: {table}\nowner: desk\nsince: 2026-01-05\n{head}rules:{rules}", encoding="utf-8")
    return path


def test_every_feed_and_every_published_table_has_a_suite() -> None:
    assert list(suites("delivery")) == list(feeds())
    made = {path.stem for path in Path(published.__file__).parent.glob("*.sql")}
    assert set(suites("figures")) == made


@pytest.mark.parametrize("suite", EVERY_SUITE, ids=lambda suite: f"{suite.gate}-{suite.table}")
def test_every_rule_is_a_sentence_with_a_reason_in_both_languages(suite: Suite) -> None:
    assert len({rule.id for rule in suite.rules}) == len(suite.rules)
    for rule in suite.rules:
        for language in ("en", "zh_CN"):
            assert rule.sentence(language)
            assert "{" not in rule.sentence(language)
            assert rule.why[language]
            assert rule.action[language]
        assert rule.owner in phrases()["owners"]


def test_warnings_of_ones_own_give_their_reason_and_day() -> None:
    warnings = [rule for suite in EVERY_SUITE for rule in suite.rules if rule.level == "warn"]
    assert warnings
    assert all(rule.since.year >= 2026 for rule in warnings)


def test_only_metrics_of_the_catalogue_are_guarded() -> None:
    guarded = {code for suite in EVERY_SUITE for rule in suite.rules for code in rule.guards}
    assert guarded - set(metrics()) == set()


def test_every_row_query_is_used_and_every_kind_is_declared_somewhere() -> None:
    rules = [rule for suite in EVERY_SUITE for rule in suite.rules]
    assert {rule.bounds["file"] for rule in rules if rule.expect == "rows"} == {
        path.stem for path in ROWS.glob("*.sql")
    }
    assert {rule.expect for rule in rules} == set(KINDS)


def test_the_contract_implies_rules_that_nobody_writes_twice() -> None:
    leads = suites("delivery")["leads"]
    assert leads.rule("source_code.not_null").level == "block"
    assert leads.rule("customer_id.references").level == "warn"
    assert leads.rule("branch_id.references").quarantine is not None
    assert leads.rule("branch_id.references.share").bounds["reason_code"] == "unknown_branch"
    written_by_hand = (SUITES / "delivery" / "leads.yaml").read_text("utf-8")
    assert "source_code.not_null" not in written_by_hand
    assert suites("delivery")["complaints"].rule("severity_code.in_set").bounds["codes"] == [
        "low",
        "normal",
        "high",
        "critical",
    ]


def test_what_quarantines_never_hides_a_broken_delivery() -> None:
    for suite in suites("delivery").values():
        for rule in suite.rules:
            if rule.quarantine:
                share = suite.rule(f"{rule.id}.share")
                assert share.level == "block"
                assert share.bounds["max_fraction"] == rule.quarantine.max_fraction <= 0.05


def test_a_suite_may_say_a_standard_rule_anew(tmp_path: Path) -> None:
    own = GOOD.replace("a_rule", "category_code.not_null").replace("columns:", "level: warn\n    columns:")
    assert read_suite(written(tmp_path, own), gate="delivery").rule("category_code.not_null").level == "warn"


def test_only_what_is_declared_so_everywhere_can_be_released() -> None:
    assert releasable("resolved_not_before_opened.share")
    assert not releasable("columns")
    assert not releasable("there_is_no_such_rule")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (
            GOOD.replace("expect: not_null", "expect: not_nul"),
            "there is no expectation not_nul; did you mean not_null?",
        ),
        (
            GOOD.replace("category_code", "categry_code"),
            "complaints has no column categry_code; did you mean category_code?",
        ),
        (
            GOOD.replace("    columns", "    colums: [a]\n    columns"),
            "colums is not known here; did you mean columns?",
        ),
        (GOOD.replace("[category_code]", "[category_code, branch_id]"), "not_null takes 1 columns, not 2"),
        (GOOD.replace("    why: {en: because, zh_CN: 因为}\n", ""), "why is missing"),
        (GOOD.replace(", zh_CN: 因为", ""), "why is said in en and zh_CN"),
        (GOOD.replace("    why", "    level: bloc\n    why"), "level bloc is not one of block, warn, info"),
        (GOOD.replace("    why", "    since: soon\n    why"), "since soon is not a date"),
        (GOOD.replace("    why", "    quarantine: {reason_code: x}\n    why"), "max_fraction is missing"),
        (GOOD.replace("    why", "    quarantine: {reason_code: x, max_fraction: 2}\n    why"), "not between 0 and 1"),
        (GOOD.replace("not_null", "between"), "between needs low, high or both"),
        (GOOD.replace("not_null", "in_set"), "bounds: codes is missing"),
        (GOOD.replace("    why", "    bounds: {feed: leads}\n    why"), "bounds: feed is not known here"),
        (
            GOOD.replace("not_null", "references").replace("    why", "    bounds: {feed: lead}\n    why"),
            "there is no feed lead; did you mean leads?",
        ),
        (
            GOOD.replace("category_code", "text_hash").replace(
                "    why", "    quarantine: {reason_code: x, max_fraction: 0.1}\n    why"
            ),
            "text_hash is personal",
        ),
        (GOOD + GOOD, "rule a_rule is declared twice"),
        (GOOD.replace("    why", "    id: again\n    why"), "id is written twice"),
        (
            "\n  - {id: r, expect: rows, bounds: {file: backlog_bellow_zero}, why: {en: a, zh_CN: b}, action: {en: a, zh_CN: b}}",
            "rows/backlog_bellow_zero.sql does not exist; did you mean backlog_below_zero?",
        ),
        (
            "\n  - {id: r, expect: rows, bounds: {file: backlog_below_zero}, why: {en: a, zh_CN: b}, action: {en: a, zh_CN: b}}",
            "says is missing",
        ),
        (
            "\n  - {id: r, expect: row_count, bounds: {low: 1, high: 2}, why: {en: a, zh_CN: b}, action: {en: a, zh_CN: b},"
            " quarantine: {reason_code: x, max_fraction: 0.1}}",
            "only a rule about single rows of a delivery can quarantine",
        ),
        ("\n  - {id: r,", "is not YAML"),
    ],
)
def test_a_broken_suite_is_refused_in_one_sentence(tmp_path: Path, broken: str, says: str) -> None:
    with pytest.raises(SuiteError, match=r"complaints\.yaml|rows/|house") as refused:
        read_suite(written(tmp_path, broken), gate="delivery")
    assert says in str(refused.value)


def test_a_rule_about_single_rows_of_figures_lets_nothing_pass(tmp_path: Path) -> None:
    """It looks at what is made anew: what it had let pass would be forgotten with the next refresh."""
    for soft in ("level: warn", "releasable: true"):
        with pytest.raises(SuiteError, match="a rule about single rows of figures blocks"):
            read_suite(written(tmp_path, GOOD.replace("    why", f"    {soft}\n    why")), gate="figures")


def test_a_file_is_named_after_its_table(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text("utf-8").replace("table: complaints", "table: orders"), encoding="utf-8")
    with pytest.raises(SuiteError, match="a suite's file has the name of its table"):
        read_suite(path, gate="delivery")
    path.write_text("just words", encoding="utf-8")
    with pytest.raises(SuiteError, match="expected `table:`"):
        read_suite(path, gate="delivery")


@pytest.mark.parametrize("gate", ["delivery", "figures"])
def test_every_gate_view_is_there_with_all_columns_of_its_table(database: Database, gate: Gate) -> None:
    behind = {"delivery": ("staging", "stg_{}"), "figures": ("published", "{}_edition")}[gate]
    columns = text(
        "select column_name from information_schema.columns where table_schema = :schema and table_name = :name"
    )
    with database.loader.connect() as connection:
        for suite in suites(gate).values():
            schema, name = behind[0], behind[1].format(suite.table)
            stored = set(connection.scalars(columns, {"schema": schema, "name": name}))
            viewed = set(connection.scalars(columns, {"schema": "gate", "name": suite.view}))
            assert stored
            assert viewed - {"is_new"} == stored, suite.view
