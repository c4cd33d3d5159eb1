"""Nothing happens before what it follows from, and nothing after the last day."""

import pandas as pd
import pytest

from warehouse.feeds.contract import feeds

LAST = pd.Timestamp("2026-03-31 23:59:59+08:00")
FIRST = pd.Timestamp("2023-04-01 00:00:00+08:00")


def instants(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values, format="%Y-%m-%d %H:%M:%S%z")


@pytest.mark.parametrize(
    ("feed", "column"),
    [
        (feed.code, column.name)
        for feed in feeds().values()
        for column in feed.columns
        if column.type == "instant" and column.name != "due_at"
    ],
)
def test_instants_lie_in_the_three_years(feed: str, column: str, rows: dict[str, pd.DataFrame]) -> None:
    given = instants(rows[feed][column].dropna())
    assert given.max() <= LAST
    assert given.min() >= FIRST


@pytest.mark.parametrize(
    ("feed", "earlier", "later"),
    [
        ("leads", "collected_at", "reconfirmed_at"),
        ("attendances", "invited_at", "confirmed_at"),
        ("complaints", "opened_at", "first_response_at"),
        ("complaints", "opened_at", "due_at"),
        ("complaints", "first_response_at", "resolved_at"),
        ("complaints", "resolved_at", "closed_at"),
        ("surveys", "sent_at", "answered_at"),
    ],
)
def test_order_within_a_row(feed: str, earlier: str, later: str, rows: dict[str, pd.DataFrame]) -> None:
    both = rows[feed].dropna(subset=[earlier, later])
    assert len(both) > 100
    assert (instants(both[earlier]) <= instants(both[later])).all()


@pytest.mark.parametrize(
    ("feed", "column", "key", "before", "before_column"),
    [
        ("contacts", "started_at", "lead_id", "leads", "collected_at"),
        ("lead_assignments", "assigned_at", "lead_id", "leads", "collected_at"),
        ("attendances", "invited_at", "lead_id", "leads", "collected_at"),
        ("orders", "ordered_at", "lead_id", "leads", "collected_at"),
        ("returns", "returned_at", "order_id", "orders", "ordered_at"),
        ("complaints", "opened_at", "order_id", "orders", "ordered_at"),
        ("complaint_events", "happened_at", "complaint_id", "complaints", "opened_at"),
        ("surveys", "sent_at", "complaint_id", "complaints", "resolved_at"),
    ],
)
def test_order_between_feeds(
    feed: str, column: str, key: str, before: str, before_column: str, rows: dict[str, pd.DataFrame]
) -> None:
    started = rows[before].set_index(key)[before_column].dropna()
    both = rows[feed][[key, column]].dropna().assign(before=lambda table: table[key].map(started)).dropna()
    assert len(both) > 50
    assert (instants(both["before"]) <= instants(both[column])).all()


def test_nothing_happens_in_a_branch_before_it_opened(rows: dict[str, pd.DataFrame]) -> None:
    opened = pd.to_datetime(rows["branches"].set_index("branch_id")["opened_on"]).dt.tz_localize("+08:00")
    assert (opened > FIRST).sum() == 4
    moments = {"leads": "collected_at", "orders": "ordered_at", "contacts": "started_at", "complaints": "opened_at"}
    for feed, column in moments.items():
        assert (instants(rows[feed][column]) >= rows[feed]["branch_id"].map(opened)).all()
    days = {"customers": "created_on", "events": "held_on", "service_audits": "visited_on"}
    for feed, column in days.items():
        at = pd.to_datetime(rows[feed][column]).dt.tz_localize("+08:00")
        assert (at >= rows[feed]["branch_id"].map(opened)).all()


def test_people_act_while_they_are_employed(rows: dict[str, pd.DataFrame]) -> None:
    staff = rows["staff"].set_index("staff_id")
    contacts = rows["contacts"]
    day = pd.to_datetime(contacts["started_at"].str[:10])
    assert (day >= pd.to_datetime(contacts["staff_id"].map(staff["hired_on"]))).all()


def test_the_six_calls_come_in_their_order(rows: dict[str, pd.DataFrame]) -> None:
    calls = rows["contacts"].dropna(subset=["lead_id"])
    first = calls.assign(at=instants(calls["started_at"])).pivot_table(
        index="lead_id", columns="purpose_code", values="at", aggfunc="min"
    )
    six = ["screening", "invitation", "confirmation", "reminder", "thanks", "follow_up"]
    for number, earlier in enumerate(six):
        for later in six[number + 1 :]:
            both = first[[earlier, later]].dropna()
            assert len(both) > 100
            assert (both[earlier] <= both[later]).all()


def test_the_events_of_a_complaint_agree_with_it(rows: dict[str, pd.DataFrame]) -> None:
    complaints = rows["complaints"].set_index("complaint_id")
    events = rows["complaint_events"].assign(at=lambda table: instants(table["happened_at"]))
    newest = events.sort_values("at").groupby(["complaint_id", "event_code"])["at"].last().unstack()
    again = newest["reopened"] > newest["resolved"]
    resolved = newest["resolved"].where(~again).dropna()
    assert (instants(complaints["resolved_at"].dropna()).sort_index() == resolved.sort_index()).all()
    for event, column in (("opened", "opened_at"), ("responded", "first_response_at"), ("closed", "closed_at")):
        told = instants(complaints[column].dropna()).sort_index()
        assert told.equals(newest[event].dropna().sort_index().rename_axis(told.index.name).rename(column))
    assert set(events["event_code"]) == {
        "opened", "responded", "paused", "resumed", "escalated", "resolved", "reopened", "closed"
    }  # fmt: skip


def test_some_complaints_are_open_and_some_come_at_night(rows: dict[str, pd.DataFrame]) -> None:
    complaints = rows["complaints"]
    is_open = complaints["resolved_at"].isna() & complaints["closed_at"].isna()
    assert 0 < is_open.sum() < 0.03 * len(complaints)
    hour = complaints["opened_at"].str[11:13].astype(int)
    assert 0.03 < (hour < 8).mean() < 0.12
    assert set(complaints["outcome_code"].dropna()) == {"resolved", "withdrawn", "transferred", "rejected"}


def test_answers_belong_to_answered_invitations(rows: dict[str, pd.DataFrame]) -> None:
    answered = rows["surveys"].dropna(subset=["answered_at"])["invite_id"]
    assert set(rows["survey_answers"]["invite_id"]) == set(answered)
    scores = rows["survey_answers"][["scale_min", "score", "scale_max"]].astype(int)
    assert (scores["scale_min"] <= scores["score"]).all()
    assert (scores["score"] <= scores["scale_max"]).all()
