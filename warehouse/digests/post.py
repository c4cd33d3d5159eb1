"""A round of the post: what is due is put into the outbox, and what lies there is written, noted and sent. One round at a time."""

import logging
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from warehouse import db
from warehouse.digests import alerts, outbox
from warehouse.digests.channels import Channel
from warehouse.digests.letter import NotNow, Order, Undeliverable
from warehouse.digests.outbox import Published, Subscriber, Waiting
from warehouse.digests.press import Writes
from warehouse.digests.watch import Condition, Watch
from warehouse.queries import lists, state
from warehouse.queries.reader import Reader, UnknownRefresh
from warehouse.scope import Scope
from warehouse.trace import in_short, trace

PLACES = ("region", "branch")
Kept = dict[Hashable, list[Condition]]


class AnotherRound(Exception):
    """Somebody is at the post of this warehouse already."""


@dataclass(frozen=True)
class Office:
    """What the post works with: the warehouse, the ways out by name, the press."""

    database: db.Database
    channels: Mapping[str, Channel]
    write: Writes


@dataclass(frozen=True)
class Told:
    """What became of a letter in this round: `sent`, `waiting` (tried again later), `failed` or `withdrawn`, and why."""

    letter_id: int | None
    person: str
    what: str
    channel: str
    refresh_id: int
    state: str
    because: str | None = None

    @classmethod
    def no_channel(cls, subscriber: Subscriber, shown: Published) -> "Told":
        """No letter was made, since there is no way for it to leave."""
        return cls(
            None,
            subscriber.person,
            subscriber.what,
            subscriber.channel,
            shown.refresh_id,
            "waiting",
            f"the channel {subscriber.channel} is not set up",
        )


def digests(office: Office, *, now: datetime, at_once: bool = False) -> list[Told]:
    """Send the pages that are due, and those that are to be tried again. Raises AnotherRound."""
    with _alone(office.database):
        left: list[Told] = []
        with office.database.loader.begin() as connection:
            shown = outbox.published(connection)
            if shown is not None:
                none = outbox.fill(connection, shown, office.channels, now=now, at_once=at_once)
                left = [Told.no_channel(each.subscriber, shown) for each in none]
        return [*_sent(office, "digest", now=now), *left]


def watch(office: Office, *, now: datetime) -> list[Told]:
    """Look at everything that is watched, and send what has changed. Raises AnotherRound."""
    with _alone(office.database):
        with office.database.loader.begin() as connection:
            shown, watching = outbox.published(connection), outbox.subscribers(connection, alerts=True)
            alerts.close_those_of_nobody(connection, [each.subscription_id for each in watching], now=now)
        if shown is None:
            return []
        kept: Kept = {}
        for each in watching:
            if each.channel in office.channels:
                try:
                    _step(office.database, each, shown, kept, now=now)
                except Exception as error:  # whatever it is, the others are still warned
                    logging.exception("alerts of subscription %s", each.subscription_id, exc_info=trace(error))
        left = [Told.no_channel(each, shown) for each in watching if each.channel not in office.channels]
        return [*_sent(office, "alerts", now=now), *left]


def conditions(
    database: db.Database, subscriber: Subscriber, shown: Published, kept: Kept, *, now: datetime
) -> list[Condition]:
    """What there is to warn a subscriber of now; `kept` is what was found in this round for those who see the same."""
    reader = Reader(database.reader, subscriber.person, shown.refresh_id)
    places = {name: tuple(subscriber.address.get(name, ())) for name in PLACES}
    scope, standing = Scope(regions=places["region"], branches=places["branch"]), state.standing(reader)
    effective = (standing.branches, standing.roles, scope.key)
    if effective not in kept:
        looking = Watch(reader, standing, scope)
        kept[effective] = looking.conditions(now=now)
        if "undelivered" in looking.kinds:
            with database.loader.begin() as connection:
                kept[effective] += outbox.given_up(connection)
    return kept[effective]


def _step(database: db.Database, subscriber: Subscriber, shown: Published, kept: Kept, *, now: datetime) -> None:
    """Where there is news, alerts and the letter that tells of them come in one transaction: never one without the other."""
    eyes = alerts.eyes(state.standing(Reader(database.reader, subscriber.person)))
    found = conditions(database, subscriber, shown, kept, now=now)
    with database.loader.begin() as connection:
        steps = alerts.step(connection, subscriber.subscription_id, found, seen_by=eyes, now=now)
        if not (steps.fired or steps.resolved):
            return
        first = min((*steps.fired, *steps.resolved))
        occasion = f"alert {first} {'fired' if first in steps.fired else 'resolved'}"
        letter = outbox.put_in(
            connection,
            subscriber.subscription_id,
            kind="alerts",
            occasion=occasion,
            refresh_id=shown.refresh_id,
            now=now,
        )
        if letter is not None:
            alerts.told_in(connection, steps, letter)


def _sent(office: Office, kind: str, *, now: datetime) -> list[Told]:
    with office.database.loader.begin() as connection:
        outbox.take_back(connection)
        letters = outbox.waiting(connection, kind=kind, now=now)
    return [_one(office, letter, now=now) for letter in letters]


def _one(office: Office, letter: Waiting, *, now: datetime) -> Told:
    """Write and send one letter. Grants are read now: whoever may no longer see it gets nothing."""
    told = (letter.letter_id, letter.person, letter.what, letter.channel, letter.refresh_id)
    begin, is_final = office.database.loader.begin, False
    try:
        if because := _no_longer(office.database, letter):
            with begin() as connection:
                outbox.withdraw(connection, letter, because, now=now)
            return Told(*told, "withdrawn", because)
        channel = office.channels.get(letter.channel)
        if channel is None:
            return Told(*told, "waiting", f"the channel {letter.channel} is not set up")
        _leave(office, channel, letter)
    except (NotNow, Undeliverable) as problem:
        because, is_final = str(problem), isinstance(problem, Undeliverable)
    except Exception as error:  # whatever it is, the others still leave
        logging.exception("letter %s", letter.letter_id, exc_info=trace(error))
        because = in_short(error)
    else:
        with begin() as connection:
            outbox.taken(connection, letter, now=now)
        return Told(*told, "sent")
    with begin() as connection:
        became = outbox.not_taken(connection, letter, because, now=now, is_final=is_final)
    return Told(*told, became, because)


def _leave(office: Office, channel: Channel, letter: Waiting) -> None:
    """Have a letter written, note who is about to get it, and hand it over. Raises NotNow or Undeliverable."""
    begin = office.database.loader.begin
    with begin() as connection:
        outbox.take(connection, letter)
        order = Order(
            letter.person, letter.what, letter.address, letter.lang, letter.refresh_id, _alerts(connection, letter)
        )
    written = office.write(order)
    with begin() as connection:
        outbox.on_its_way(connection, letter, scope=written.scope, figures=written.figures)
    channel.send(written, to=letter.person, message_id=letter.message_id, made_at=letter.made_at)


def _alerts(connection: Connection, letter: Waiting) -> Sequence[Mapping[str, Any]]:
    return alerts.of_letter(connection, letter.letter_id) if letter.kind == "alerts" else ()


def _no_longer(database: db.Database, letter: Waiting) -> str | None:
    """Why the recipient is not to get this any more; None where nothing stands against it."""
    reader = Reader(database.reader, letter.person, letter.refresh_id)
    if letter.has_ended:
        return "the subscription has ended"
    standing = state.standing(reader)
    if not standing.is_known:
        return "the recipient has no grant in force"
    try:
        seen = lists.branches(reader.pinned())
    except UnknownRefresh:
        return "the refresh is kept no longer"
    if any(not {*letter.address.get(name, ())} <= {*seen[f"{name}_id"]} for name in PLACES):
        return "the recipient may not see every place of it any more"
    with database.loader.begin() as connection:
        if alerts.is_of_other_eyes(connection, letter.letter_id, alerts.eyes(standing)):
            return "what the recipient may see has changed since it was noticed"
    return None


@contextmanager
def _alone(database: db.Database) -> Iterator[None]:
    with db.alone_at(database.loader, "gatehouse.post") as alone:
        if not alone:
            raise AnotherRound("letters of this warehouse are being sent already")
        yield
