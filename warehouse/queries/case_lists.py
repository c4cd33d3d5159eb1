"""The cases behind the figures of a page, without anything personal: those of the last 92 days."""

from collections.abc import Sequence

import pandas as pd

from warehouse.queries.reader import Reader
from warehouse.scope import Scope

DAYS_KEPT = 92
"""How far back the published lists reach from their data date, the day of it included."""
MOST = 200
COMPLAINT_FILTERS = ("category", "severity", "channel", "cause")
ANSWER_FILTERS = ("method", "wave")


def complaints(reader: Reader, scope: Scope, sla: str = "", *, most: int = MOST) -> pd.DataFrame:
    """Complaints received in the period, late ones first, then those that are due, then the newest; at most `most` rows.
    With `sla` those alone that stand in this part of their promise.

    Columns: complaint_id, customer_code, branch_id, the codes of category, severity, channel and cause, handler_staff_id,
    opened_at, due_at, ended_at (None: open), sla (met, breached_closed, breached_open, running; None: no deadline counts),
    is_responded, as_of (the data date), cases (how many there are in all). Open ones are listed however old they are.
    """
    return _cases(reader, "complaints", scope, filters=COMPLAINT_FILTERS, most=most, sla=sla)


def leads(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Leads collected in the period, the newest first; at most `most` rows.

    Columns: lead_id, customer_code, branch_id, source_code, collected_at, is_genuine (None: not reconfirmed), stage (1 to 8, as
    in lead.stage_rate), as_of (the data date), cases (how many there are in all).
    """
    return _cases(reader, "leads", scope, filters=("source", "source_group"), most=most)


def answers(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Answered surveys sent in the period, the least satisfied first, then the newest; at most `most` rows.

    Columns: invite_id, customer_code, branch_id, complaint_id, method_code, wave_code, sent_on, answered_at, overall with the ends
    of its scale overall_from and overall_to, recommend (0 to 10), commented (how many of its answers carry a comment), as_of
    (the data date), cases (how many there are in all).
    """
    return _cases(reader, "answers", scope, filters=ANSWER_FILTERS, most=most, is_commented=False)


def commented(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Those of `answers` that carry a comment; what was written, `comments.comments` says to whom it may."""
    return _cases(reader, "answers", scope, filters=ANSWER_FILTERS, most=most, is_commented=True)


def events(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Events held in the period, the newest first; at most `most` rows.

    Columns: event_id, branch_id, event_kind, held_on, invited, confirmed, attended, existing (of those who came, customers
    already), as_of (the data date), cases (how many there are in all).
    """
    return _cases(reader, "events", scope, filters=("event_kind",), most=most)


def _cases(
    reader: Reader, question: str, scope: Scope, *, filters: Sequence[str], most: int, **more: bool | str
) -> pd.DataFrame:
    narrowed = {name: list(scope.filters.get(name, ())) for name in filters}
    return reader.frame(
        f"cases/{question}",
        regions=list(scope.regions),
        branches=list(scope.branches),
        from_on=scope.period.start if scope.period else None,
        until_on=scope.period.end if scope.period else None,
        most=most,
        **narrowed,
        **more,
    )
