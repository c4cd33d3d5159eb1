"""Letters are made once, tried until they are taken or given up, never lost and, as far as the house can know, never sent twice."""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.digests import stage
from tests.digests.offices import HEAD, LATER, NEVER, Cut, Post
from tests.digests.stage import LETTER
from tests.harness import EXECUTIVE
from warehouse import db
from warehouse.access import grants
from warehouse.digests import alerts, outbox, post, subscribing
from warehouse.digests.channels import channels
from warehouse.digests.letter import Letter, Order
from warehouse.digests.outbox import BACK_OFF
from warehouse.digests.watch import Condition
from warehouse.queries import subscriptions
from warehouse.queries.reader import Reader, Refused

WORDS = "Ms Wang Fang called again"
HISTORIES = int(os.environ.get("GATEHOUSE_HISTORIES", "6"))
"""How many random histories are told; `make histories` tells many."""


@pytest.fixture
def desk(database: db.Database) -> Post:
    return Post.open(database)


def test_a_page_comes_once_a_day_and_once_a_refresh(desk: Post) -> None:
    desk.ask()
    assert desk.round() == [], "the day began before anybody asked"
    desk.days(1)
    assert desk.round() == ["sent"]
    assert desk.round() == []
    desk.days(1)
    assert desk.round() == [], "nothing new was published"
    desk.publish()
    assert desk.round() == ["sent"], "late, but of this day"
    desk.publish()
    assert desk.round() == [], "one a day"
    desk.days(30)
    assert desk.round() == ["sent"], "one for all the days that nobody looked"
    assert [order.refresh_id for order in desk.orders] == [1, 2, 3]
    assert len({message for _, message in desk.drawer.taken}) == 3


def test_with_every_refresh_or_at_once(desk: Post) -> None:
    desk.ask(cadence="refresh")
    assert desk.round() == [], "published before anybody asked"
    assert desk.round(at_once=True) == ["sent"]
    assert desk.round(at_once=True) == []
    desk.publish()
    assert desk.round() == ["sent"]
    assert desk.round(at_once=True) == []


def test_grants_are_read_when_a_letter_is_sent(desk: Post) -> None:
    desk.ask(region=["north"])
    desk.ask(what="overview", cadence="refresh", region=["north"])
    desk.drawer.refuses = LATER
    assert desk.round(at_once=True) == ["waiting", "waiting"]
    desk.drawer.refuses = None
    desk.days(1)
    with desk.house.database.loader.begin() as connection:
        grants.revoke(connection, HEAD, by="tests")
    (first, second) = desk.told()
    assert (first.state, first.because) == ("withdrawn", "the recipient has no grant in force")
    assert second.state == "withdrawn"
    assert desk.drawer.taken == []
    desk.publish()
    desk.days(1)
    assert desk.round() == [], "for somebody without a grant nothing is written"
    desk.house.grant(HEAD, region="south")
    (other, *_) = desk.told()
    assert other.because == "the recipient may not see every place of it any more"
    assert desk.drawer.taken == []
    assert {order.person for order in desk.orders} == {HEAD}


def test_what_was_ended_is_not_sent(desk: Post) -> None:
    number = desk.ask()
    desk.drawer.refuses = LATER
    assert desk.round(at_once=True) == ["waiting"]
    subscribing.unsubscribe(desk.house.database, HEAD, number, by="tests")
    desk.drawer.refuses = None
    desk.days(1)
    assert [(told.state, told.because) for told in desk.told()] == [("withdrawn", "the subscription has ended")]


def test_a_letter_cut_off_on_its_way_goes_again_under_the_same_name(desk: Post) -> None:
    desk.ask()
    desk.drawer.is_cut_after = True
    with pytest.raises(Cut):
        desk.round(at_once=True)
    assert desk.rows("select state, attempts from ops.letter") == [("sending", 1)]
    desk.drawer.is_cut_after = False
    assert desk.round() == ["sent"]
    (first, second) = desk.drawer.taken
    assert first == second
    assert desk.round() == []


def test_it_is_tried_ever_more_seldom_then_given_up_and_said(desk: Post) -> None:
    desk.ask()
    desk.drawer.refuses = LATER
    states, waited = desk.round(at_once=True), []
    while states == ["waiting"]:
        (at,) = desk.rows("select next_try_at from ops.letter")[0]
        waited.append(at - desk.now)
        assert desk.round() == [], "not before its time"
        desk.now = at
        states = desk.round()
    assert states == ["failed"]
    assert tuple(waited) == BACK_OFF == tuple(sorted(BACK_OFF))
    desk.drawer.refuses = None
    desk.days(1)
    assert desk.round() == []
    with desk.house.database.loader.begin() as connection:
        assert [each["because"] for each in outbox.log(connection, most=5)] == [str(LATER)]
        assert [each.evidence for each in outbox.given_up(connection)] == [{"letters": 1}]
        assert outbox.try_again(connection, now=desk.now) == 1
    assert desk.round() == ["sent"]


def test_what_is_refused_for_good_is_not_tried_again(desk: Post) -> None:
    desk.ask()
    desk.drawer.refuses = NEVER
    assert [(told.state, told.because) for told in desk.told(at_once=True)] == [("failed", str(NEVER))]
    desk.days(1)
    assert desk.round() == []


def test_for_a_channel_that_is_not_set_up_nothing_piles_up(desk: Post) -> None:
    desk.ask()
    desk.ask("alerts", "alert")
    nothing = post.Office(desk.house.database, {}, desk.office.write)
    for _ in range(3):
        desk.publish()
        desk.days(1)
        for go in (post.digests, post.watch):
            (told,) = go(nothing, now=desk.now)
            assert (told.state, told.because) == ("waiting", "the channel mail is not set up")
    assert desk.rows("select count(*) from ops.letter") == [(0,)]
    assert desk.round() == ["sent"]


def test_a_letter_waits_for_its_channel_without_an_attempt(desk: Post) -> None:
    desk.ask()
    desk.drawer.refuses = LATER
    desk.round(at_once=True)
    desk.days(1)
    nothing = post.Office(desk.house.database, {}, desk.office.write)
    assert [told.because for told in post.digests(nothing, now=desk.now)] == ["the channel mail is not set up"]
    assert desk.rows("select state, attempts from ops.letter") == [("waiting", 1)]


def test_a_page_that_cannot_be_written_is_tried_again(desk: Post) -> None:
    desk.ask()
    desk.press_fails = True
    assert desk.round(at_once=True) == ["waiting"]
    assert desk.rows("select count(*) from access.audit where action = 'digest sent'") == [(0,)]
    desk.press_fails = False
    desk.now += timedelta(minutes=1)
    assert desk.round() == ["sent"]


def test_what_goes_wrong_with_one_letter_keeps_no_other_waiting_and_is_given_up_without_its_words(
    desk: Post, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.house.grant(EXECUTIVE)
    for person in (HEAD, EXECUTIVE):
        desk.ask(person=person)

    def write(order: Order) -> Letter:
        if order.person == HEAD:
            raise ValueError(WORDS)
        return LETTER

    monkeypatch.setattr(desk, "_write", write)
    assert [(told.person, told.state, told.because) for told in desk.told(at_once=True)] == [
        (HEAD, "waiting", "ValueError"),
        (EXECUTIVE, "sent", None),
    ]
    for _ in BACK_OFF:
        desk.days(1)
        states = desk.round()
    assert states == ["failed"]
    kept = desk.rows("select l from ops.letter as l") + desk.rows("select a from access.audit as a")
    assert "ValueError" in caplog.text and "ValueError" in str(kept)
    assert WORDS not in caplog.text + str(kept)


@pytest.mark.parametrize("what", ["is_of_other_eyes", "of_letter"])
def test_what_goes_wrong_before_a_letter_is_written_is_given_up_too(
    desk: Post, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask("alerts", "alert")
    monkeypatch.setattr(post, "conditions", lambda *_, **__: [Condition("held", "orders", desk.now, {"checks": ["a"]})])
    monkeypatch.setattr(alerts, what, lambda *_: 1 // 0)
    states = []
    for _ in (0, *BACK_OFF):
        (told,) = post.watch(desk.office, now=desk.now)
        states.append((told.state, told.because))
        desk.days(1)
    assert states == [("waiting", "ZeroDivisionError")] * len(BACK_OFF) + [("failed", "ZeroDivisionError")]


def test_a_login_that_cannot_be_said_keeps_no_webhook_waiting(
    desk: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask()
    desk.ask("overview", channel="team")
    with stage.mail_server(tmp_path) as box:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        own = {"GATEHOUSE_SMTP_URL": box.address.replace("word", "w%C3%B6rd"), "GATEHOUSE_MAIL_FROM": "a@example.com"}
        office = replace(desk.office, channels={**channels(own), "team": desk.drawer})
        told = post.digests(office, now=desk.now, at_once=True)
    assert [(each.state, each.because) for each in told] == [
        ("waiting", "the login holds letters that SMTP cannot say"),
        ("sent", None),
    ]


def test_the_trail_says_who_got_which_figures_of_which_refresh(desk: Post) -> None:
    desk.ask()
    desk.round(at_once=True)
    ((person, detail),) = desk.rows("select person, detail from access.audit where action = 'digest sent'")
    assert person == HEAD
    assert detail == {
        "letter": 1,
        "page": "complaints",
        "refresh_id": 1,
        "channel": "mail",
        "scope": "North",
        "figures": ["complaint.count"],
    }
    ((asker, asked),) = desk.rows("select person, detail from access.audit where action = 'subscription'")
    assert (asker, asked["for"]) == ("tests", HEAD)


def test_one_round_at_a_time(desk: Post) -> None:
    with db.alone_at(desk.house.database.loader, "gatehouse.post"), pytest.raises(post.AnotherRound):
        desk.round()


def test_people_ask_for_what_they_may_see_by_mail_alone(desk: Post) -> None:
    own = Reader(desk.house.database.reader, HEAD)
    asked = {"what": "complaints", "address": {"region": ["north"]}, "cadence": "day", "channel": "mail", "lang": "en"}
    number = subscriptions.subscribe(own, **asked)
    assert subscriptions.subscribe(own, **(asked | {"cadence": "week"})) == number, "asked for anew"
    assert [(each.subscription_id, each.cadence) for each in subscriptions.own(own)] == [(number, "week")]
    for wrong in (
        {"address": {"region": ["south"]}},
        {"address": {"branch": ["S1"]}},
        {"address": {"region": [1]}},
        {"channel": "team"},
        {"what": "alerts"},
        {"what": "nothing"},
        {"cadence": "hour"},
        {"lang": "de"},
    ):
        with pytest.raises(Refused):
            subscriptions.subscribe(own, **(asked | wrong))
    with pytest.raises(Refused, match="grant in force"):
        subscriptions.subscribe(Reader(desk.house.database.reader, "nobody@example.com"), **asked)
    for somebody in ("executive@example.com", "nobody@example.com"):
        with pytest.raises(Refused):
            subscriptions.unsubscribe(Reader(desk.house.database.reader, somebody), number)
    with pytest.raises(Refused, match="looks as somebody else"):
        subscriptions.subscribe(Reader(desk.house.database.reader, HEAD, onlooker="executive@example.com"), **asked)
    subscriptions.unsubscribe(own, number)
    assert subscriptions.own(own) == []


DEEDS = st.lists(
    st.sampled_from(["publish", "round", "hour", "day", "back", "refuse", "take", "cut", "revoke", "grant", "at once"]),
    max_size=25,
)


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS)
def test_whatever_happens_nobody_gets_a_letter_twice_or_without_a_grant(desk: Post, deeds: list[str]) -> None:
    for statement in (
        "delete from ops.letter",
        "delete from published.subscription",
        "update access.grants set valid_until = null",
    ):
        with desk.house.database.loader.begin() as connection:
            connection.exec_driver_sql(statement)
    desk.drawer.taken.clear()
    desk.drawer.refuses = None
    desk.ask()
    desk.ask("overview", "refresh")
    is_granted = True
    for deed in deeds:
        before = len(desk.drawer.taken)
        is_granted = _done(desk, deed, is_granted=is_granted)
        assert is_granted or len(desk.drawer.taken) == before
    desk.drawer.refuses, desk.drawer.is_cut_after = None, False
    _done(desk, "grant", is_granted=is_granted)
    for _ in BACK_OFF:
        desk.days(1)
        desk.round()
    states = desk.rows(
        "select l.state, l.message_id, count(*) over (partition by subscription_id, refresh_id) from ops.letter as l"
    )
    named = [message for _, message in desk.drawer.taken]
    assert all(one == 1 for *_, one in states)
    assert {message for state, message, _ in states if state == "sent"} <= {*named}, "what is noted as sent was sent"
    noted = desk.rows(
        "select l.message_id from ops.letter as l inner join access.audit as a on l.letter_id = (a.detail ->> 'letter')::bigint"
        " where a.action = 'digest sent'"
    )
    assert {*named} <= {message for (message,) in noted}, "whatever left stands in the trail"
    assert {state for state, *_ in states} <= {"sent", "failed", "withdrawn"}, "nothing is left behind"
    cut = deeds.count("cut")
    assert len(named) - len({*named}) <= cut, "again only where nobody could know, and under the same name"


def _done(desk: Post, deed: str, *, is_granted: bool) -> bool:
    match deed:
        case "publish":
            desk.publish()
        case "round" | "at once":
            desk.round(at_once=deed == "at once")
        case "hour" | "day" | "back":
            desk.days({"hour": 1 / 24, "day": 1, "back": -0.2}[deed])
        case "refuse" | "take":
            desk.drawer.refuses = LATER if deed == "refuse" else None
        case "cut":
            desk.drawer.is_cut_after = True
            with suppress(Cut):
                desk.round()
            desk.drawer.is_cut_after = False
        case _:
            return _granted(desk, ends=deed == "revoke")
    return is_granted


def _granted(desk: Post, *, ends: bool) -> bool:
    until = "now()" if ends else "null"
    with desk.house.database.loader.begin() as connection:
        connection.exec_driver_sql(f"update access.grants set valid_until = {until} where person = '{HEAD}'")
    return not ends
