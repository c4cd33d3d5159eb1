"""Alerts: pending, firing, resolved; told when they begin and when they end, and never in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.digests.offices import HEAD, LATER, Post
from warehouse import db
from warehouse.access import grants
from warehouse.digests import alerts, post
from warehouse.digests.outbox import BACK_OFF, Subscriber
from warehouse.digests.watch import Condition, watched

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
HELD = Condition("held", "orders", SINCE, {"checks": ["columns"]})
LATE = Condition("late", "orders", SINCE, {"arrived_at": SINCE.isoformat()})
WORDS = "Ms Wang Fang called again"
SIGNAL = Condition("signal", "order.count", SINCE, {"value": 3.0})


@pytest.fixture
def desk(database: db.Database) -> Post:
    made = Post.open(database)
    made.ask("alerts", "alert")
    return made


@pytest.fixture
def look(desk: Post, monkeypatch: pytest.MonkeyPatch) -> "Look":
    return Look(desk, monkeypatch)


class Look:
    """A look at what is watched, where so much is so; the states of the letters that come of it."""

    def __init__(self, desk: Post, patch: pytest.MonkeyPatch) -> None:
        self.desk, self.patch = desk, patch

    def __call__(self, *so: Condition, minutes: int = 0) -> list[str]:
        self.desk.now += timedelta(minutes=minutes)
        self.patch.setattr(post, "conditions", lambda *_, **__: list(so))
        return [told.state for told in post.watch(self.desk.office, now=self.desk.now)]

    def told(self) -> Sequence[object]:
        """What the last letter told of: kind, and whether it is over."""
        return [(each["kind"], each["resolved_at"] is not None) for each in self.desk.orders[-1].alerts]


def states(desk: Post) -> list[tuple[object, ...]]:
    return desk.rows("select kind, state from ops.alert order by alert_id")


def test_told_when_it_begins_and_when_it_is_over(desk: Post, look: Look) -> None:
    assert look(HELD) == ["sent"]
    assert look.told() == [("held", False)]
    for _ in range(3):
        assert look(HELD, minutes=60) == [], "it is open, and was told"
    assert look(minutes=60) == ["sent"]
    assert look.told() == [("held", True)]
    assert look() == []
    assert look(HELD) == ["sent"], "this is another one"
    assert states(desk) == [("held", "resolved"), ("held", "firing")]


def test_what_passes_by_itself_is_told_to_nobody(desk: Post, look: Look) -> None:
    assert look(LATE) == []
    assert states(desk) == [("late", "pending")]
    assert look(minutes=29) == []
    assert states(desk) == []
    assert look(LATE) == []
    assert look(LATE, minutes=29) == []
    assert look(LATE, minutes=1) == ["sent"]
    assert states(desk) == [("late", "firing")]


def test_what_comes_together_is_one_letter(desk: Post, look: Look) -> None:
    assert look(HELD, SIGNAL) == ["sent"]
    assert look.told() == [("held", False), ("signal", False)]
    assert look(SIGNAL, LATE) == ["sent"]
    assert look.told() == [("held", True)]
    assert [order.refresh_id for order in desk.orders] == [1, 1]


def test_an_alert_is_never_lost_with_its_letter(desk: Post, look: Look) -> None:
    desk.drawer.refuses = LATER
    assert look(HELD) == ["waiting"]
    desk.drawer.refuses = None
    assert look(HELD, minutes=1) == ["sent"]
    assert look.told() == [("held", False)]
    assert len(desk.drawer.taken) == 1


def test_letters_that_cannot_be_delivered_warn_stewards(desk: Post) -> None:
    desk.house.grant("executive@example.com")
    steward = f"update access.grants set role = 'data_steward', scope_kind = 'company', scope_id = null where person = '{HEAD}'"
    with desk.house.database.loader.begin() as connection:
        connection.exec_driver_sql(steward)
    desk.ask(person="executive@example.com")
    desk.drawer.refuses = LATER
    desk.round(at_once=True)
    for _ in BACK_OFF:
        desk.days(1)
        desk.round()
    desk.drawer.refuses = None
    assert [told.state for told in post.watch(desk.office, now=desk.now)] == ["sent"]
    (alert,) = desk.orders[-1].alerts
    assert (alert["kind"], alert["evidence"]) == ("undelivered", {"letters": 1})


def test_whose_grant_has_ended_hears_of_nothing_more(desk: Post, look: Look) -> None:
    assert look(HELD) == ["sent"]
    with desk.house.database.loader.begin() as connection:
        connection.exec_driver_sql(f"update access.grants set valid_until = now() where person = '{HEAD}'")
    assert look(HELD, SIGNAL) == []
    assert states(desk) == [("held", "resolved")]
    assert len(desk.drawer.taken) == 1


def regrant(desk: Post, regions: Sequence[str], role: str = "branch_head") -> None:
    """Let the head see these regions, and nothing else, in this role."""
    with desk.house.database.loader.begin() as connection:
        grants.revoke(connection, HEAD, by="tests")
    for region in regions:
        desk.house.grant(HEAD, region=region)
    with desk.house.database.loader.begin() as connection:
        now = text("update access.grants set role = :role where person = :person and valid_until is null")
        connection.execute(now, {"role": role, "person": HEAD})


def test_what_was_noticed_in_a_wider_grant_leaves_no_more(desk: Post, look: Look) -> None:
    regrant(desk, ["north", "south"])
    desk.drawer.refuses = LATER
    assert look(SIGNAL) == ["waiting"]
    regrant(desk, ["north"])
    desk.drawer.refuses, written = None, len(desk.orders)
    assert look(minutes=1) == ["withdrawn"]
    assert (desk.drawer.taken, len(desk.orders)) == ([], written)
    assert states(desk) == [("signal", "resolved")]
    said = "what the recipient may see has changed since it was noticed"
    assert desk.rows("select because from ops.letter") == [(said,)]


def test_what_was_ended_without_a_word_is_not_told_when_the_grant_is_the_old_one_again(desk: Post, look: Look) -> None:
    desk.drawer.refuses = LATER
    assert look(SIGNAL) == ["waiting"]
    regrant(desk, ["south"])
    assert look() == [], "it is not time for the letter yet"
    regrant(desk, ["north"])
    desk.drawer.refuses = None
    assert look(SIGNAL, minutes=1) == ["withdrawn", "sent"]
    assert look.told() == [("signal", False)]


def test_a_letter_is_withdrawn_though_nothing_was_looked_at_since(desk: Post, look: Look) -> None:
    regrant(desk, ["north", "south"])
    desk.drawer.refuses = LATER
    assert look(SIGNAL) == ["waiting"]
    desk.drawer.refuses = None
    regrant(desk, ["north"])
    (told,) = post._sent(desk.office, "alerts", now=desk.now + timedelta(minutes=1))
    assert (told.state, desk.drawer.taken) == ("withdrawn", [])


@pytest.mark.parametrize(("regions", "role"), [(["north"], "branch_head"), (["north", "south"], "data_steward")])
def test_what_other_eyes_saw_is_never_over_but_noticed_anew(
    desk: Post, look: Look, regions: list[str], role: str
) -> None:
    regrant(desk, ["north", "south"])
    assert look(SIGNAL) == ["sent"]
    assert look(SIGNAL) == []
    regrant(desk, regions, role)
    assert look(minutes=5) == [], "what was seen is not repeated as over"
    assert states(desk) == [("signal", "resolved")]
    assert look(SIGNAL) == ["sent"]
    regrant(desk, ["south"])
    mine = replace(SIGNAL, evidence={"value": 2.0})
    assert look(mine) == ["sent"], "a letter for what the new grant shows, and none for the end of the old"
    assert [(each["resolved_at"], each["evidence"]) for each in desk.orders[-1].alerts] == [(None, {"value": 2.0})]
    assert look(minutes=5) == ["sent"]
    assert look.told() == [("signal", True)]


def test_what_is_known_of_an_open_alert_is_kept_up_to_date(desk: Post, look: Look) -> None:
    look(SIGNAL)
    look(replace(SIGNAL, evidence={"value": 4.0}))
    look()
    assert [each["evidence"] for each in desk.orders[-1].alerts] == [{"value": 4.0}]
    with desk.house.database.loader.begin() as connection:
        assert [each["evidence"] for each in alerts.listed(connection, resolved=True)] == [{"value": 4.0}]


def test_what_fails_for_one_keeps_no_other_waiting_and_no_name_in_the_log(
    desk: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.house.grant("executive@example.com")
    desk.ask("alerts", "alert", person="executive@example.com")

    def conditions(database: db.Database, subscriber: Subscriber, *_: object, **__: object) -> list[Condition]:
        if subscriber.person == HEAD:
            raise ValueError(WORDS)
        return [HELD]

    monkeypatch.setattr(post, "conditions", conditions)
    assert [told.person for told in post.watch(desk.office, now=desk.now)] == ["executive@example.com"]
    assert "ValueError" in caplog.text
    assert WORDS not in caplog.text


def test_the_book_lists_what_is_open(desk: Post, look: Look) -> None:
    look(HELD)
    look(SIGNAL)
    with desk.house.database.loader.begin() as connection:
        assert [each["kind"] for each in alerts.listed(connection, resolved=False)] == ["signal"]
        assert [each["kind"] for each in alerts.listed(connection, resolved=True)] == ["signal", "held"]


def test_every_kind_is_told_to_somebody_and_every_role_hears_something() -> None:
    assert set().union(*watched().roles.values()) == {*watched().settle}
    assert all(watched().roles.values())
    assert {*watched().signals.values(), *watched().promises.values()} <= {
        "overview",
        "lead_sources",
        "complaints",
        "satisfaction",
    }
