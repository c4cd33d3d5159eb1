"""What the data team does with a refresh by hand: discard a load, release what is held, roll back. Each leaves an audit row."""

from collections.abc import Sequence

from sqlalchemy import text

from checks.gate import expecting_no_loss, releasable
from warehouse import db, ledger, published
from warehouse.access.grants import audit
from warehouse.refresh import Outcome, Tell, onward, running


class NotReleasable(ValueError):
    """The refresh is not held, or is held by a rule that nobody may let pass. `code` says which, for pages to word."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


class NeverPassed(LookupError):
    """There is no refresh of this number that readers could be shown: it passed no gate, or is kept no longer."""

    code = "never_passed"


def discard(database: db.Database, load_id: int, *, by: str, tell: Tell = lambda step: None) -> Outcome:
    """Take every row of a load out of the figures, as if it had never come. Raises ledger.NoSuchLoad."""
    with database.loader.begin() as connection:
        ledger.loads_of(connection, load_id)
    with running(database, by=by, released=expecting_no_loss(), tell=tell) as run:
        with run.transaction() as connection:
            ledger.discard(connection, load_id)
            audit(connection, person=by, action="discard", detail=f"load {load_id}")
        return onward(run)


def release(database: db.Database, refresh_id: int, *, reason: str, by: str, tell: Tell = lambda step: None) -> Outcome:
    """Let pass what holds a refresh, with a reason that pages show in amber. Raises NotReleasable.

    Only what holds something still can be released, and nothing that came later with it: the reason is about what was looked at.
    """
    rules = _holding(database, refresh_id)
    stuck = sorted({rule for _, rule in rules if not releasable(rule)})
    if not rules:
        raise NotReleasable(
            "not_held",
            f"refresh {refresh_id} is not held by any rule, or not any more; `history` lists the refreshes, `show` their checks",
        )
    if stuck:
        raise NotReleasable(
            "not_releasable", f"{', '.join(stuck)} cannot be released: deliver a correction or discard the load"
        )
    if not reason.strip():
        raise NotReleasable("no_reason", "say why: the reason is shown wherever the released figures stand")
    with running(database, by=by, released=frozenset(rules), tell=tell) as run:
        _holding(database, refresh_id)  # again, alone: nothing has come since that nobody has looked at
        with run.transaction() as connection:
            for table, rule in rules:
                connection.execute(
                    text(
                        "insert into published.release (refresh_id, table_name, rule_id, reason, released_by, published_refresh_id)"
                        " values (:refresh_id, :table, :rule_id, :reason, :by, :published) on conflict (refresh_id, table_name, rule_id) do update"
                        " set reason = excluded.reason, released_by = excluded.released_by, published_refresh_id = excluded.published_refresh_id"
                    ),
                    {
                        "refresh_id": refresh_id,
                        "table": table,
                        "rule_id": rule,
                        "reason": reason,
                        "by": by,
                        "published": run.refresh_id,
                    },
                )
            audit(connection, person=by, action="release", detail=f"refresh {refresh_id}: {reason}")
        return onward(run)


def rollback(database: db.Database, refresh_id: int, *, by: str) -> None:
    """Show an earlier refresh again; the next refresh goes on from the newest. Raises NeverPassed."""
    with database.loader.begin() as connection:
        published.hold_pointer(connection)
        known = connection.execute(
            text(
                "select case when purged_at is null then state else 'purged' end from published.refresh"
                " where refresh_id = :refresh_id"
            ),
            {"refresh_id": refresh_id},
        ).scalar()
        if known != "passed":
            raise NeverPassed(
                f"refresh {refresh_id} was {known or 'never made'}, so it cannot be shown; `history` lists those that passed"
            )
        published.rollback(connection, refresh_id=refresh_id)
        audit(connection, person=by, action="rollback", detail=f"to refresh {refresh_id}")


def _holding(database: db.Database, refresh_id: int) -> Sequence[tuple[str, str]]:
    """Table and id of the rules of this refresh that hold something still, or did until a release of it was cut off.

    Raises NotReleasable where a later delivery is held by them too: nobody has looked at it, then.
    """
    with database.loader.begin() as connection:
        found = connection.execute(text(_HOLDING), {"refresh_id": refresh_id}).all()
    if later := {row.judged_last for row in found if row.came_last and row.came_last > refresh_id}:
        raise NotReleasable(
            "not_held",
            f"what came after refresh {refresh_id} is held with it: look at refresh {max(later)}, and release that one",
        )
    return [(row.table_name, row.rule_id) for row in found]


_HOLDING = """
with stopping as (
    select
        c.gate,
        c.table_name,
        c.rule_id,
        (
            select max(l.refresh_id)
            from published.load_feed as f
            inner join published.load as l on f.load_id = l.load_id
            where
                f.state in ('held', 'candidate') and c.rule_id = any(f.held_by)
                and (c.gate = 'figures' or f.feed = c.table_name)
        ) as came_last,
        (
            select max(n.refresh_id)
            from published.check_result as n
            inner join published.refresh as r on n.refresh_id = r.refresh_id and not r.is_trial
            where n.gate = c.gate and n.table_name = c.table_name and n.rule_id = c.rule_id
        ) as judged_last
    from published.check_result as c
    where c.refresh_id = :refresh_id and (c.outcome = 'raised' or (c.level = 'block' and c.outcome = 'failed'))
)

select s.*
from stopping as s
where
    s.came_last is not null
    or (
        s.judged_last = :refresh_id
        and exists (
            select from ops.pending_slice as p
            where p.table_name = s.table_name
        )
    )
order by s.table_name, s.rule_id
"""
