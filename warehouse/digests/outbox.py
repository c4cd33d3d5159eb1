"""The outbox: letters that are to leave, each made once, tried until it is taken or given up, and never lost on the way."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.digests import occasions
from warehouse.digests.occasions import Occasion
from warehouse.digests.watch import Condition
from warehouse.queries.subscriptions import Cadence

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""How long to wait after each attempt; after the last one a letter is given up."""
_RUNNING = """
select s.subscription_id, s.person, s.what, s.address, s.cadence, s.channel, s.lang, s.subscribed_at
from published.subscription as s
where
    s.ended_at is null
    and (s.what = 'alerts') = :alerts
    and exists (
        select from access.grants as g
        where g.person = s.person and now() >= g.valid_from and (g.valid_until is null or now() < g.valid_until)
    )
order by s.subscription_id
"""
_LETTERS = """
select l.letter_id, l.kind, l.occasion, l.refresh_id, l.state, l.attempts, l.made_at, l.message_id,
    s.subscription_id, s.person, s.what, s.address, s.channel, s.lang, s.ended_at is not null as has_ended
from ops.letter as l
inner join published.subscription as s on l.subscription_id = s.subscription_id
where l.state = 'waiting' and l.kind = :kind and l.next_try_at <= :now
order by l.letter_id
"""
_LOG = """
select l.letter_id, l.kind, s.person, s.what, s.address, s.channel, l.occasion, l.refresh_id, l.state, l.attempts, l.made_at,
    l.next_try_at, l.finished_at, l.because
from ops.letter as l
inner join published.subscription as s on l.subscription_id = s.subscription_id
order by l.letter_id desc
limit :most
"""


@dataclass(frozen=True)
class Subscriber:
    """A subscription that runs, of somebody with a grant in force."""

    subscription_id: int
    person: str
    what: str
    address: Mapping[str, Sequence[str]]
    cadence: Cadence
    channel: str
    lang: str
    subscribed_at: datetime


@dataclass(frozen=True)
class Published:
    """What readers see now."""

    refresh_id: int
    published_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Due:
    """A letter that is to be made."""

    subscriber: Subscriber
    occasion: Occasion


@dataclass(frozen=True)
class Waiting:
    """A letter in the outbox, whose turn it is."""

    letter_id: int
    kind: str
    occasion: str
    refresh_id: int
    state: str
    attempts: int
    made_at: datetime
    message_id: str
    subscription_id: int
    person: str
    what: str
    address: Mapping[str, Sequence[str]]
    channel: str
    lang: str
    has_ended: bool


def published(connection: Connection) -> Published | None:
    """The refresh that readers see; None where nothing is published yet."""
    statement = text(
        "select c.refresh_id, r.published_at, coalesce(s.value, 'UTC') as zone from published.current as c"
        " inner join published.refresh as r on c.refresh_id = r.refresh_id"
        " left join published.setting as s on s.name = 'reporting_zone'"
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else Published(row["refresh_id"], row["published_at"], ZoneInfo(row["zone"]))


def subscribers(connection: Connection, *, alerts: bool) -> list[Subscriber]:
    """Who is to be sent alerts, or pages: everybody who has asked for it and has a grant in force."""
    return [Subscriber(**row) for row in connection.execute(text(_RUNNING), {"alerts": alerts}).mappings()]


def due(connection: Connection, shown: Published, *, now: datetime, at_once: bool = False) -> list[Due]:
    """The pages that are to be sent now: those whose occasion has come since they were asked for, and whose recipient has had
    no letter of that occasion, nor one of this refresh. `at_once` makes this moment an occasion for all."""
    known = text("select subscription_id, occasion, refresh_id from ops.letter where kind = 'digest'")
    had = {(row[0], said) for row in connection.execute(known) for said in row[1:]}
    found = []
    for each in subscribers(connection, alerts=False):
        occasion = (
            Occasion(key=f"asked for, refresh {shown.refresh_id}", due_at=now)
            if at_once
            else occasions.newest(
                each.cadence, now=now, zone=shown.zone, refresh_id=shown.refresh_id, published_at=shown.published_at
            )
        )
        is_new = had.isdisjoint({(each.subscription_id, occasion.key), (each.subscription_id, shown.refresh_id)})
        if is_new and (at_once or occasion.due_at >= each.subscribed_at):
            found.append(Due(each, occasion))
    return found


def fill(connection: Connection, shown: Published, ways: Collection[str], *, now: datetime, at_once: bool) -> list[Due]:
    """Put every page that is due into the outbox; those left out for which there is no such channel.

    They would only pile up there, and all be sent on the day on which it is set up.
    """
    left = []
    for each in due(connection, shown, now=now, at_once=at_once):
        of, key = each.subscriber, each.occasion.key
        if of.channel in ways:
            put_in(connection, of.subscription_id, kind="digest", occasion=key, refresh_id=shown.refresh_id, now=now)
        else:
            left.append(each)
    return left


def put_in(
    connection: Connection, subscription_id: int, *, kind: str, occasion: str, refresh_id: int, now: datetime
) -> int | None:
    """Make a letter; its number, or None where there is one of that occasion or refresh already."""
    statement = text(
        "insert into ops.letter (subscription_id, kind, occasion, refresh_id, made_at, next_try_at, message_id)"
        " values (:subscription_id, :kind, :occasion, :refresh_id, :now, :now, :message_id)"
        " on conflict do nothing returning letter_id"
    )
    made = {
        "subscription_id": subscription_id,
        "kind": kind,
        "occasion": occasion,
        "refresh_id": refresh_id,
        "now": now,
        "message_id": secrets.token_hex(16),
    }
    number: int | None = connection.scalar(statement, made)
    return number


def take_back(connection: Connection) -> int:
    """Letters that were on their way when whoever sent them was cut off, back into the outbox; how many.

    Nobody knows whether they were taken. They go out again under the same message_id.
    """
    return connection.execute(text("update ops.letter set state = 'waiting' where state = 'sending'")).rowcount


def waiting(connection: Connection, *, kind: str, now: datetime) -> list[Waiting]:
    """The letters whose turn it is, the oldest first."""
    return [Waiting(**row) for row in connection.execute(text(_LETTERS), {"kind": kind, "now": now}).mappings()]


def try_again(connection: Connection, *, now: datetime) -> int:
    """Letters that were given up, back into the outbox; how many."""
    statement = "update ops.letter set state = 'waiting', attempts = 0, next_try_at = :now where state = 'failed'"
    return connection.execute(text(statement), {"now": now}).rowcount


def take(connection: Connection, letter: Waiting) -> None:
    """Out of the outbox, to be written and sent."""
    statement = "update ops.letter set state = 'sending', attempts = attempts + 1 where letter_id = :letter_id"
    connection.execute(text(statement), {"letter_id": letter.letter_id})


def on_its_way(connection: Connection, letter: Waiting, *, scope: str, figures: Sequence[str]) -> None:
    """Write down who is about to get which figures of which refresh: what cannot be noted is not sent."""
    _note(connection, letter, "sent", scope=scope, figures=list(figures))


def taken(connection: Connection, letter: Waiting, *, now: datetime) -> None:
    """The channel has taken the letter."""
    _close(connection, letter, "sent", None, now=now)


def not_taken(connection: Connection, letter: Waiting, because: str, *, now: datetime, is_final: bool) -> str:
    """The channel has not taken the letter, or it could not be written: tried again later, unless it is to be given up.

    The state it is in now.
    """
    _note(connection, letter, "not sent", because=because)
    if is_final or letter.attempts >= len(BACK_OFF):
        _close(connection, letter, "failed", because, now=now)
        return "failed"
    statement = (
        "update ops.letter set state = 'waiting', attempts = :attempts, because = :because, next_try_at = :at"
        " where letter_id = :letter_id"
    )
    tried = {"attempts": letter.attempts + 1, "because": because, "at": now + BACK_OFF[letter.attempts]}
    connection.execute(text(statement), {"letter_id": letter.letter_id, **tried})
    return "waiting"


def withdraw(connection: Connection, letter: Waiting, because: str, *, now: datetime) -> None:
    """The recipient is not to get this any more."""
    _note(connection, letter, "withdrawn", because=because)
    _close(connection, letter, "withdrawn", because, now=now)


def given_up(connection: Connection) -> list[Condition]:
    """Letters that were given up and not put back since, as something to warn of; nothing where there are none."""
    statement = "select count(*) as letters, min(finished_at) as since from ops.letter where state = 'failed'"
    row = connection.execute(text(statement)).one()
    return [Condition("undelivered", "letters", row.since, {"letters": row.letters})] if row.letters else []


def log(connection: Connection, *, most: int) -> list[dict[str, Any]]:
    """The newest letters: to whom, of what, of which refresh, and what became of them."""
    return [dict(row) for row in connection.execute(text(_LOG), {"most": most}).mappings()]


def _close(connection: Connection, letter: Waiting, state: str, because: str | None, *, now: datetime) -> None:
    statement = (
        "update ops.letter set state = :state, because = :because, finished_at = :now where letter_id = :letter_id"
    )
    connection.execute(text(statement), {"letter_id": letter.letter_id, "state": state, "because": because, "now": now})


def _note(connection: Connection, letter: Waiting, deed: str, **more: object) -> None:
    """The audit row: under the recipient's name, since that is who gets figures."""
    statement = text("insert into access.audit (person, action, detail) values (:person, :action, :detail)")
    detail = {
        "letter": letter.letter_id,
        "page": letter.what,
        "refresh_id": letter.refresh_id,
        "channel": letter.channel,
        **more,
    }
    connection.execute(
        statement.bindparams(bindparam("detail", type_=JSONB)),
        {"person": letter.person, "action": f"{letter.kind} {deed}", "detail": detail},
    )
