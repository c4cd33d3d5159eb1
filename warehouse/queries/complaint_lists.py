"""Lists of open complaints: those that are late, and those that will be."""

import pandas as pd

from warehouse.queries.reader import Reader
from warehouse.scope import Scope

FILTERS = ("category", "severity", "channel", "cause")


def overdue(reader: Reader, scope: Scope, *, most: int = 200) -> pd.DataFrame:
    """Open complaints past their deadline at the data date, the latest first; at most `most` rows.

    Columns: complaint_id, customer_code, region_id, branch_id, the codes of category, severity, channel and cause,
    handler_staff_id, opened_at, due_at, as_of (the data date), hours_left (negative: overdue), open_hours, working_hours (NaN where
    no working calendar reaches that far), is_paused, is_responded, reopened_count, in_all (how many there are without `most`). The period of `scope` is not
    applied: what is open is open now.
    """
    return _cases(reader, scope, hours_from=None, hours_until=0.0, most=most)


def soon_due(reader: Reader, scope: Scope, *, hours: float = 72.0, most: int = 200) -> pd.DataFrame:
    """Open complaints that will be past their deadline within `hours` of the data date, the next first; as `overdue`."""
    return _cases(reader, scope, hours_from=0.0, hours_until=hours, most=most)


def _cases(reader: Reader, scope: Scope, *, hours_from: float | None, hours_until: float, most: int) -> pd.DataFrame:
    narrowed = {name: list(scope.filters.get(name, ())) for name in FILTERS}
    return reader.frame(
        "complaint_cases",
        regions=list(scope.regions),
        branches=list(scope.branches),
        hours_from=hours_from,
        hours_until=hours_until,
        most=most,
        **narrowed,
    )
