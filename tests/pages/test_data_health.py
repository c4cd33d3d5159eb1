import json
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
import vl_convert
from streamlit.testing.v1 import AppTest

from pages.data_health import CARDS
from pages.shared.health import pieces
from tests.pages.company import Company
from tests.pages.conftest import Drawn, Open, said
from tests.pages.health_book import HealthBook
from warehouse.feeds.contract import feeds
from warehouse.feeds.expected import expected_days
from warehouse.queries import flow, health, state
from warehouse.queries.reader import Reader


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


def test_a_feed_is_late_when_nothing_newer_came_within_the_time_expected() -> None:
    newest = pd.Timestamp("2026-03-31", tz="UTC")
    days = expected_days()["orders"]
    frame = pd.DataFrame(
        {
            "feed": ["complaints", "orders", "branches", "leads"],
            "data_until": [newest, newest - timedelta(days=days), newest - timedelta(days=900), pd.NaT],
        }
    )
    assert not health.lateness(frame)["is_late"].any()
    frame.loc[1, "data_until"] -= timedelta(minutes=1)
    told = health.lateness(frame).set_index("feed")
    assert list(told.index[told["is_late"]]) == ["orders"]
    assert told.loc["orders", "used"] > 1
    assert not health.lateness(frame.iloc[:0])["is_late"].any()


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
