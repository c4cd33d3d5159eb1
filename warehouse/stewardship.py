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


def discard(database: db.Database, load_id: int, *, by: str, tell: Tell = lambda step: None) -> Outcome:
    """Take every row of a load out of the figures, as if it had never come. LookupError if there is no such load."""
    with database.loader.begin() as connection:
        ledger.loads_of(connection, load_id)
    with running(database, by=by, released=expecting_no_loss(), tell=tell) as run:
        with run.transaction() as connection:
            ledger.discard(connection, load_id)
            audit(connection, person=by, action="discard", detail=f"load {load_id}")
        return onward(run)


def release(database: db.Database, refresh_id: int, *, reason: str, by: str, tell: Tell = lambda step: None) -> Outcome:
    """Let pass what holds a refresh, with a reason that pages show in amber. Raises NotReleasable."""
    rules = _holding(database, refresh_id)
    stuck = sorted({rule for _, rule in rules if not releasable(rule)})
    if not rules:
        raise NotReleasable("not_held", f"refresh {refresh_id} is not held by any rule; `history` lists those that are")
    if stuck:
        raise NotReleasable(
            "not_releasable", f"{', '.join(stuck)} cannot be released: deliver a correction or discard the load"
        )
    if not reason.strip():
        raise NotReleasable("no_reason", "say why: the reason is shown wherever the released figures stand")
    with running(database, by=by, released={rule for _, rule in rules}, tell=tell) as run:
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
    """Show an earlier refresh again; the next refresh goes on from the newest. LookupError if it was never published."""
    with database.loader.begin() as connection:
        known = connection.execute(
            text(
                "select case when purged_at is null then state else 'purged' end from published.refresh"
                " where refresh_id = :refresh_id"
            ),
            {"refresh_id": refresh_id},
        ).scalar()
        if known != "passed":
            raise LookupError(
                f"refresh {refresh_id} was {known or 'never made'}, so it cannot be shown; `history` lists those that passed"
            )
        published.rollback(connection, refresh_id=refresh_id)
        audit(connection, person=by, action="rollback", detail=f"to refresh {refresh_id}")


def _holding(database: db.Database, refresh_id: int) -> Sequence[tuple[str, str]]:
    """Table and id of the rules that held a refresh."""
    with database.loader.begin() as connection:
        found = connection.execute(
            text(
                "select table_name, rule_id from published.check_result"
                " where refresh_id = :refresh_id and (outcome = 'raised' or (level = 'block' and outcome = 'failed')) order by 1, 2"
            ),
            {"refresh_id": refresh_id},
        )
        return [(row.table_name, row.rule_id) for row in found]
