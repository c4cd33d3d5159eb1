"""Alerts, from when something is noticed until it is over: pending, then firing, then resolved; told once each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.digests.watch import Condition, watched
from warehouse.queries.state import Standing

Eyes = Mapping[str, Sequence[str]]
"""All that decides what somebody sees: branches and roles. Kept with the evidence, in which figures of these branches stand."""
_OF_LETTER = """
select kind, subject, since, resolved_at, evidence - 'seen_by' as evidence
from ops.alert
where fired_in = :letter_id or resolved_in = :letter_id
order by resolved_at is not null, alert_id
"""
_OF_OTHER_EYES = text("""
select exists (
    select from ops.alert
    where
        (fired_in = :letter_id or resolved_in = :letter_id)
        and (evidence -> 'seen_by' is distinct from :eyes or (state = 'resolved' and resolved_in is null))
)
""").bindparams(bindparam("eyes", type_=JSONB))
_LIST = """
select a.alert_id, s.person, a.kind, a.subject, s.address, a.state, a.since, a.noticed_at, a.fired_at, a.resolved_at,
    a.evidence - 'seen_by' as evidence
from ops.alert as a
inner join published.subscription as s on a.subscription_id = s.subscription_id
where a.state <> 'resolved' or :resolved
order by a.alert_id desc
"""


_NOTICE = text(
    "insert into ops.alert (subscription_id, kind, subject, since, noticed_at, evidence)"
    " values (:subscription_id, :kind, :subject, :since, :now, :evidence)"
    " on conflict (subscription_id, kind, subject) where state <> 'resolved' do update set evidence = excluded.evidence"
    " where alert.evidence <> excluded.evidence"
).bindparams(bindparam("evidence", type_=JSONB))
_CLOSE_OF_OTHER_EYES = text(
    "update ops.alert set state = 'resolved', resolved_at = :now where subscription_id = :subscription_id"
    " and state <> 'resolved' and evidence -> 'seen_by' is distinct from :eyes"
).bindparams(bindparam("eyes", type_=JSONB))
_FORGET = text("delete from ops.alert where state = 'pending' and alert_id = any(:over)")
_RESOLVE = text(
    "update ops.alert set state = 'resolved', resolved_at = :now where alert_id = any(:over) returning alert_id"
)
_FIRE = text(
    "update ops.alert set state = 'firing', fired_at = :now where state = 'pending' and alert_id = any(:settled)"
    " returning alert_id"
)
_FIRED_IN = text("update ops.alert set fired_in = :letter_id where alert_id = any(:alerts)")
_RESOLVED_IN = text("update ops.alert set resolved_in = :letter_id where alert_id = any(:alerts)")


@dataclass(frozen=True)
class Steps:
    """What a look changed: alerts that fire from now on, and those that have fired and are over."""

    fired: Sequence[int]
    resolved: Sequence[int]


def eyes(standing: Standing) -> Eyes:
    """With what eyes somebody sees who stands so."""
    return {"branches": sorted(standing.branches), "roles": sorted(standing.roles)}


def step(
    connection: Connection, subscription_id: int, conditions: Sequence[Condition], *, seen_by: Eyes, now: datetime
) -> Steps:
    """Bring the alerts of a subscription up to what is so now.

    What was pending and is over was nothing, and is forgotten. While one is open, the same is not told again: only what is
    known of it is kept up to date. What was noticed with other eyes than now is ended without a word, and noticed anew.
    """
    of = {"subscription_id": subscription_id, "now": now}
    connection.execute(_CLOSE_OF_OTHER_EYES, {**of, "eyes": seen_by})
    for each in conditions:
        evidence = {**each.evidence, "seen_by": seen_by}
        connection.execute(_NOTICE, {**of, **vars(each), "evidence": evidence})
    so_now, open_now = {(each.kind, each.subject) for each in conditions}, _open(connection, subscription_id)
    over = [row["alert_id"] for row in open_now if (row["kind"], row["subject"]) not in so_now]
    settled = [
        row["alert_id"]
        for row in open_now
        if row["alert_id"] not in over and now - row["noticed_at"] >= watched().settle[row["kind"]]
    ]
    connection.execute(_FORGET, {"over": over})
    resolved = connection.scalars(_RESOLVE, {"over": over, "now": now}).all()
    fired = connection.scalars(_FIRE, {"settled": settled, "now": now}).all()
    return Steps(fired=fired, resolved=resolved)


def _open(connection: Connection, subscription_id: int) -> list[Mapping[str, Any]]:
    statement = text(
        "select alert_id, kind, subject, state, noticed_at from ops.alert"
        " where subscription_id = :subscription_id and state <> 'resolved'"
    )
    return [dict(row) for row in connection.execute(statement, {"subscription_id": subscription_id}).mappings()]


def told_in(connection: Connection, steps: Steps, letter_id: int) -> None:
    """The letter that tells of them: with it in the same transaction, nothing is told twice or left out."""
    connection.execute(_FIRED_IN, {"letter_id": letter_id, "alerts": list(steps.fired)})
    connection.execute(_RESOLVED_IN, {"letter_id": letter_id, "alerts": list(steps.resolved)})


def of_letter(connection: Connection, letter_id: int) -> list[Mapping[str, Any]]:
    """What a letter tells of: kind, subject, since, resolved_at (None: it lasts) and evidence; instants as texts."""
    found = connection.execute(text(_OF_LETTER), {"letter_id": letter_id}).mappings()
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in found
    ]


def is_of_other_eyes(connection: Connection, letter_id: int, now: Eyes) -> bool:
    """Whether a letter tells of something noticed with other eyes than those of now, or ended without a word since."""
    return bool(connection.scalar(_OF_OTHER_EYES, {"letter_id": letter_id, "eyes": now}))


def close_those_of_nobody(connection: Connection, running: Sequence[int], *, now: datetime) -> None:
    """End, without a word, the alerts of subscriptions that run no more or whose person has no grant."""
    statement = "update ops.alert set state = 'resolved', resolved_at = :now where state <> 'resolved' and subscription_id <> all(:running)"
    connection.execute(text(statement), {"running": list(running), "now": now})


def listed(connection: Connection, *, resolved: bool) -> list[dict[str, Any]]:
    """Every alert that is open, the newest first; with `resolved` also those that are over."""
    return [dict(row) for row in connection.execute(text(_LIST), {"resolved": resolved}).mappings()]
