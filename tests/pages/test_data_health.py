import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import vl_convert
from streamlit.testing.v1 import AppTest

from pages.data_health import CARDS
from pages.shared import cached
from pages.shared.health import pieces, wording
from pages.shared.names import Names
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Drawn, Open, said
from tests.pages.health_book import HealthBook
from warehouse.feeds.contract import feeds
from warehouse.feeds.expected import Expected, expected
from warehouse.queries import flow, health, state
from warehouse.queries.reader import Reader
from warehouse.staging.stage import AHEAD


def _open(open_page: Open, view: str = "today", person: str = "steward", language: str = "en") -> AppTest:
    app = open_page("data_health", person, lang=language, view=view)
    assert not app.exception
    assert "is-failed" not in said(app)
    return app


@pytest.mark.parametrize(
    ("person", "language"), [("executive", "en"), ("head", "zh_CN"), ("steward", "en"), ("steward", "zh_CN")]
)
@pytest.mark.parametrize("view", CARDS)
def test_every_view_opens_for_everybody(
    open_page: Open, company: Company, book: HealthBook, view: str, person: str, language: str
) -> None:
    company.held = ("complaints",)
    book.changes = [{"metric": "complaint.count", "region": "north", "before": 100.0, "after": 88.0}]
    book.job("done", "rollback", code="shown", refresh_id=12)
    app = _open(open_page, view, person, language)
    if person != "steward":
        assert not [
            button for button in app.button if button.label in {"Release", "Discard", "Show it", "放行", "作废"}
        ]
        assert "unknown_branch" not in said(app)


def test_a_head_is_told_that_something_is_held_and_not_how_much(open_page: Open, company: Company) -> None:
    company.held = ("complaints",)
    counts = ("rows delivered", "Rows that break it", "Rows checked")
    for person, sees in (("head", False), ("executive", True)):
        text = said(_open(open_page, "today", person))
        assert "Load 7, held since" in text
        assert [each in text for each in counts] == [sees] * 3
        (checks,) = (frame.value for frame in _open(open_page, "checks", person).dataframe)
        assert [each in checks for each in counts[1:]] == [sees] * 2
        assert "Outcome" in checks


@pytest.mark.parametrize("view", ["today", "checks", "refused"])
def test_vega_draws_every_drawing(open_page: Open, drawn: Drawn, view: str) -> None:
    _open(open_page, view)
    assert drawn
    for rows, spec, told in drawn:
        shown = {**spec, "width": 400, "data": {"values": json.loads(rows.to_json(orient="records"))}}
        assert "<svg" in vl_convert.vegalite_to_svg(shown), told


def test_a_running_refresh_is_told_step_by_step(open_page: Open, book: HealthBook) -> None:
    book.run("curate")
    text = said(_open(open_page))
    assert "Refresh 13 is running" in text
    assert "Begun by cron" in text
    assert '<li class="is-now" aria-current=step><b>Curate</b><span>last time 31 s</span></li>' in text
    assert text.count('<li class="is-done"') == 2
    assert text.count('<li class="is-next"') == 4


def test_nothing_is_said_to_run_where_nothing_runs(open_page: Open, book: HealthBook) -> None:
    assert "gh-steps" not in said(_open(open_page))
    book.pulse = replace(book.pulse, was_cut_off=True)
    assert "A refresh was cut off" in said(_open(open_page))


def test_a_job_without_a_worker_says_how_to_start_one(open_page: Open, book: HealthBook) -> None:
    book.job()
    assert not _open(open_page).warning
    book.pulse = replace(book.pulse, has_worker=False)
    assert "python -m warehouse work" in _open(open_page).warning[0].value


@pytest.mark.parametrize(
    ("state", "result", "told"),
    [
        ("done", {"code": "published", "refresh_id": 13, "held": []}, "Published as refresh 13."),
        ("done", {"code": "held", "refresh_id": 13, "held": ["leads"]}, "Refresh 13 still holds Leads."),
        ("refused", {"code": "no_such_load", "load_id": 7}, "There is no such load."),
        ("failed", {"code": "stopped"}, "Ask again."),
        ("failed", {"code": "error"}, "log under job 1."),
    ],
)
def test_what_came_of_a_job_is_one_sentence(
    open_page: Open, book: HealthBook, state: str, result: dict[str, object], told: str
) -> None:
    book.job(state, **result)
    assert told in said(_open(open_page))


def test_a_release_wants_a_reason_and_is_asked_for_once(open_page: Open, company: Company, book: HealthBook) -> None:
    company.held = ("complaints",)
    app = _open(open_page)
    release = next(button for button in app.button if button.label == "Release")
    release.click().run()
    assert book.asked == []
    assert "Say why" in app.error[0].value
    app.text_area[0].input("  a closed branch ")
    next(button for button in app.button if button.label == "Release").click().run()
    assert book.asked == [("release", {"refresh_id": 12, "reason": "a closed branch"})]


def test_what_nobody_may_release_has_no_button(open_page: Open, company: Company, book: HealthBook) -> None:
    company.held, book.is_releasable = ("complaints",), False
    app = _open(open_page)
    assert "Refresh 12 cannot be released" in said(app)
    assert "Release" not in {button.label for button in app.button}
    next(button for button in app.button if button.label == "Discard").click().run()
    assert book.asked == [("discard", {"load_id": 7})]


def test_what_the_warehouse_refuses_is_said(open_page: Open, company: Company, book: HealthBook) -> None:
    company.held, book.refuses = ("complaints",), True
    app = _open(open_page)
    next(button for button in app.button if button.label == "Discard").click().run()
    assert "The warehouse refused this" in app.error[0].value


def test_what_would_change_is_told_from_the_greatest_on(open_page: Open, company: Company, book: HealthBook) -> None:
    company.held = ("complaints",)
    book.changes = [
        {"metric": "complaint.count", "region": None, "before": 400.0, "after": 396.0},
        {"metric": "complaint.count", "region": "north", "before": 100.0, "after": 88.0},
        {"metric": "complaint.sla_rate", "region": "north", "before": 0.8, "after": None},
    ]
    app = _open(open_page)
    assert "Let pass, 2 of 30 figures would change (1 May 2025 – 7 Apr 2026)." in said(app)
    assert "Most of all: Complaints opened, North, from 100 to 88." in said(app)
    table = next(frame.value for frame in app.dataframe if "With what is held" in frame.value)
    assert list(table["Change"]) == ["−12.0%", "−1.0%", "–"]
    assert list(table["Place"]) == ["North", "The whole company", "North"]


def test_rows_that_break_what_holds_a_delivery_are_shown(open_page: Open, company: Company, book: HealthBook) -> None:
    company.held = ("complaints",)
    row = {"load_id": 7, "row_number": 4, "complaint_id": "C4"}
    values = {"handler_staff_id": None}
    book.offences = [{"table_name": "complaints", "rule_id": "handler_like_usual", "row": row, "values": values}]
    table = next(frame.value for frame in _open(open_page).dataframe if "As delivered" in frame.value)
    assert table[["Row", "Key", "As delivered"]].to_dict("records") == [
        {"Row": 4, "Key": "complaint_id = C4", "As delivered": "handler_staff_id = –"}
    ]


def test_a_comparison_that_is_missing_can_be_asked_for(open_page: Open, company: Company, book: HealthBook) -> None:
    company.held, book.is_compared = ("complaints",), False
    app = _open(open_page)
    assert "Not worked out yet" in said(app)
    next(button for button in app.button if button.label == "Work it out").click().run()
    assert book.asked == [("compare", {})]
    book.is_compared, book.problem, book.pulse = True, "CheckViolation", replace(book.pulse, newest_comparison=1)
    assert "It cannot be worked out" in said(_open(open_page))


def test_an_earlier_state_is_asked_for_by_its_number(open_page: Open, book: HealthBook) -> None:
    app = _open(open_page, "refreshes")
    app.selectbox(key="way-back").set_value(9).run()
    next(button for button in app.button if button.label == "Show it").click().run()
    assert book.asked == [("rollback", {"refresh_id": 9})]


def test_rows_add_up_for_every_refresh_listed(open_page: Open, company: Company) -> None:
    text = said(_open(open_page, "refreshes"))
    assert "adds up" in text
    assert text.count("1,120") == 1


def test_every_check_shows_its_last_runs_and_when_it_failed(open_page: Open, book: HealthBook, drawn: Drawn) -> None:
    app = _open(open_page, "checks")
    table = next(frame.value for frame in app.dataframe if "Last runs" in frame.value)
    assert set(table["Last runs"]) == {"▁" * 17 + "█" + "▁" * 2}
    assert list(table["Last failed"] == "–") == [False, True, True]
    assert "In its last 3 runs it did not pass 1 time" in said(app)
    rows = drawn[-1][0]
    assert list(rows["is_bad"]) == [False, False, True]
    app.segmented_control(key="which-checks").set_value("not_passed").run()
    assert len(next(frame.value for frame in app.dataframe if "Last runs" in frame.value)) == 1


def test_a_strip_tells_three_outcomes_apart_without_colour() -> None:
    assert len({pieces.strip([outcome]) for outcome in ("passed", "failed", "raised", "else")}) == 4


def test_refused_rows_are_narrowed_and_shown_as_text(open_page: Open, book: HealthBook) -> None:
    app = _open(open_page, "refused")
    assert "254 rows are refused. The newest 6 are listed." in said(app)
    app.selectbox(key="refused-load_id").set_value(7).run()
    assert "3 rows are refused." in said(app)
    table = next(frame.value for frame in app.dataframe if "As delivered" in frame.value)
    assert set(table["As delivered"]) == {"<script>=1+1"}
    assert set(table["Load"]) == {7}
    app.selectbox(key="refused-feed").set_value("leads").run()
    assert "No row fits" in said(app)


def test_what_waits_for_a_held_feed_is_marked_in_the_graph(open_page: Open, company: Company) -> None:
    company.held = ("complaints",)
    app = _open(open_page, "flow")
    (graph,) = app.get("graphviz_chart")
    assert json.dumps(graph.proto.spec).count("waits") > 10
    assert "because a feed is held" in said(app)
    assert "because a feed is held" not in said(open_page("data_health", "steward", view="today"))


def test_the_graph_reaches_from_every_feed_to_a_table_and_only_along_edges() -> None:
    edges = flow.edges()
    reading = {source for source, _ in edges}
    assert {f"feed.{feed}" for feed in feeds()} - reading <= {"feed.targets"}
    around = flow.around("curated.fct_complaint", edges)
    assert set(around) <= set(edges)
    assert ("feed.complaints", "curated.fct_complaint") in around
    assert "published.complaint_daily" in flow.onwards(["feed.complaints"], edges)
    assert "published.lead_day" not in flow.onwards(["feed.complaints"], edges)


NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


def _feeds(**arrived: tuple[datetime | None, datetime | None]) -> pd.DataFrame:
    """What `state.freshness` says of feeds: up to when their data reach, and when they came last."""
    rows = [{"feed": feed, "data_until": until, "arrived_at": came} for feed, (until, came) in arrived.items()]
    return pd.DataFrame(rows, columns=["feed", "data_until", "arrived_at"])


def _late(now: datetime, **feeds: tuple[datetime | None, datetime | None]) -> list[str]:
    told = health.lateness(_feeds(**feeds), zone="Asia/Shanghai", now=now)
    return list(told.loc[told["is_late"], "feed"])


def test_a_feed_is_late_once_the_next_delivery_was_due_and_has_not_come() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    monday = datetime(2026, 3, 30, 23, 50, tzinfo=shanghai)
    orders = {"orders": (monday, monday), "branches": (monday - timedelta(days=900), monday)}
    due = datetime.combine(date(2026, 3, 31), expected()["orders"].by, tzinfo=shanghai)
    assert _late(due, **orders) == []
    assert _late(due + timedelta(seconds=1), **orders) == ["orders"]
    told = health.lateness(_feeds(**orders), zone="Asia/Shanghai", now=due).set_index("feed")
    assert told.loc["orders", "due_at"] == due
    assert pd.isna(told.loc["branches", "due_at"])


def test_a_feed_that_comes_in_time_with_old_records_is_late_too() -> None:
    days = timedelta(days=expected()["orders"].reach_days)
    in_time = {"complaints": (NOON, NOON), "orders": (NOON - days, NOON), "leads": (None, NOON)}
    assert _late(NOON, **in_time) == []
    assert _late(NOON, **in_time | {"orders": (NOON - days - timedelta(minutes=1), NOON)}) == ["orders"]
    future = {"events": (NOON + timedelta(days=60), NOON)}
    assert _late(NOON, **in_time, **future) == [], "what lies ahead of the clock makes nobody late"
    assert _late(NOON) == []


def test_deliveries_are_due_on_their_days_of_the_week() -> None:
    weekly = Expected(days=1, reach_days=9, by=time(9), weekdays=(1,))
    wednesday = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
    assert weekly.due_after(wednesday, ZoneInfo("UTC")) == datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
    monday = datetime(2026, 4, 6, 8, 0, tzinfo=UTC)
    assert weekly.due_after(monday, ZoneInfo("UTC")) == datetime(2026, 4, 13, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"reach_days": "3"}, {"weekdays": (8,)}, {"weekdays": ()}])
def test_what_cannot_be_expected_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"whole numbers|weekdays"):
        Expected(**{"days": 1, "reach_days": 3, **wrong})


def test_a_late_feed_turns_the_chip_amber_where_it_serves(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_leads(reader: Reader) -> pd.DataFrame:
        told = company.freshness(reader)
        told.loc[told["feed"] == "leads", "data_until"] -= timedelta(days=30)
        return told

    monkeypatch.setattr(state, "freshness", without_leads)
    assert "late: Leads" in said(open_page("lead_sources"))
    assert "late: Leads" not in said(open_page("complaints"))
    assert "Late: Leads" in said(open_page("data_health", "steward"))
    assert "late: Leads" in said(open_page("overview")), "on every tile behind which the feed stands"


def test_months_that_were_over_and_have_changed_are_told(open_page: Open, company: Company, book: HealthBook) -> None:
    company.restated = {12: 2, 11: 1500}
    app = _open(open_page, "refreshes")
    assert "Refresh 12 changed 2 sums of months that were over." in said(app)
    assert "Most of all: order_day · amount, Feb 2026, from 9,000 to 8,800." in said(app)
    table = next(frame.value for frame in app.dataframe if "Is now" in frame.value)
    assert list(table["Was"]) == ["9,000", "–"]
    assert list(table["Place"]) == ["The whole company", "North"]
    app.selectbox(key="restated").set_value(11).run()
    assert "1,500 sums" in said(app)
    assert "The greatest 2 changes are listed." in said(app)
    assert "for those who see all of it" in said(_open(open_page, "refreshes", "head"))


def test_that_nothing_was_restated_is_said(open_page: Open, book: HealthBook) -> None:
    assert "Nothing was restated" in said(_open(open_page, "refreshes"))


def test_two_refreshes_are_compared_when_that_is_asked_for(open_page: Open, book: HealthBook) -> None:
    app = _open(open_page, "refreshes")
    assert not [frame for frame in app.dataframe if "Period" in frame.value]
    next(button for button in app.button if button.label == "Compare").click().run()
    assert "From refresh 11 to 12, 1 of 30 figures differ." in said(app)
    table = next(frame.value for frame in app.dataframe if "Period" in frame.value)
    assert list(table["Period"]) == ["Mar 2026", "1 Apr 2025 – 31 Mar 2026"]
    assert list(table["12"]) == ["36", "396"]


def test_what_a_check_measures_is_drawn_against_its_bounds(open_page: Open, book: HealthBook, drawn: Drawn) -> None:
    book.measured = [900.0, 1900.0, 2500.0]
    app = _open(open_page, "checks")
    rows, spec, _ = drawn[-1]
    assert list(rows["value"]) == book.measured
    assert list(rows["high"]) == [2000.0, 2000.0, 2100.0]
    assert list(rows["bound_text"]) == ["at most 2,000", "at most 2,000", "at most 2,100"]
    shown = {**spec, "width": 400, "data": {"values": json.loads(rows.to_json(orient="records"))}}
    assert "<svg" in vl_convert.vegalite_to_svg(shown)
    assert "In its last 3 runs it did not pass 1 time" in said(app)


def _told_fresh(open_page: Open) -> str:
    cached.everything.clear()
    return said(_open(open_page, "today"))


def test_a_feed_without_dated_records_is_late_in_the_sentence_too(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def freshness(reader: Reader) -> pd.DataFrame:
        told = company.freshness(reader)
        of_answers = told["feed"] == "survey_answers"
        told.loc[of_answers, "data_until"] = pd.NaT
        told.loc[of_answers, "arrived_at"] -= timedelta(days=days)
        return told

    monkeypatch.setattr(state, "freshness", freshness)
    days, all_well = 0, "Every feed came when it was due"
    text = _told_fresh(open_page)
    assert all_well in text
    days = 3
    text = _told_fresh(open_page)
    assert all_well not in text
    assert re.search(r"Late: Survey answers \(due [^()]+\)\.", text)


def test_only_feeds_whose_records_are_dated_may_lie_behind() -> None:
    def is_dated(feed: str) -> bool:
        return any(column.type in ("instant", "date") and column.name not in AHEAD for column in feeds()[feed].columns)

    assert {feed: each.reach_days is not None for feed, each in expected().items()} == {
        feed: is_dated(feed) for feed in expected()
    }


def test_the_table_of_checks_is_made_anew_when_today_becomes_yesterday(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "FRESH_SECONDS", 0.0)
    seen = []
    for today in ("today", "yesterday"):
        monkeypatch.setattr(Words, "moment", lambda words, instant, *, now, today=today: f"{today} 06:10")
        table = next(frame.value for frame in _open(open_page, "checks").dataframe if "Checked" in frame.value)
        seen.append(set(table["Checked"]))
    assert seen == [{"today 06:10"}, {"yesterday 06:10"}]


@pytest.mark.parametrize(
    ("reason", "english", "chinese"),
    [
        (None, "", ""),
        ("nothing new", "Nothing new", "无新数据"),
        ("dry run", "Dry run", "试运行"),
        ("not brought: a, b.csv", "Not brought: a, b.csv.", "未取到：a、b.csv。"),
        ("nothing new; not brought: a", "Nothing new · Not brought: a.", "无新数据 · 未取到：a。"),
        ("leads: columns; not brought: a", "Held back: Leads (", "扣留：新档案（列与类型符合约定）。 · 未取到：a。"),
        ("at receive: ValueError: not brought: a", "At step “Receive”: V", "在“接收”一步：ValueError: not brought: a"),
        ("interrupted at step gate 1", "Interrupted at step “Check the delivery”.", "在“检查交付”一步中断。"),
        ("at curate: OSError: disk", "At step “Curate”: OSError: disk", "在“整理”一步：OSError: disk"),
        (
            "held back leads: collected_at.not_null, unheard_of; orders: columns",
            "Held back: Leads (collected_at is never empty, unheard_of), Orders (",
            "扣留：新档案（",
        ),
        ("leads: columns", "Held back: Leads (", "扣留：新档案（列与类型符合约定）。"),
        ("written by hand", "written by hand", "written by hand"),
    ],
)
def test_why_a_refresh_ended_so_is_said_in_the_language_of_the_reader(
    reason: str | None, english: str, chinese: str
) -> None:
    for language, begun in (("en", english), ("zh_CN", chinese)):
        words = Words(language)
        told = wording.because(words, Names(words=words), reason)
        assert told.startswith(begun)
        assert bool(told) == bool(reason)


def test_reasons_of_refreshes_and_owners_of_checks_are_in_the_language_of_the_reader(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        state, "refreshes", lambda reader: company.refreshes(reader).assign(reason="interrupted at step gate 1")
    )
    text = said(_open(open_page, "refreshes", language="zh_CN"))
    assert "interrupted" not in text
    assert "检查交付" in text
    facts = [caption.value for caption in _open(open_page, "checks", language="zh_CN").caption]
    assert any("服务" in fact or "部" in fact for fact in facts if "负责" in fact), facts
