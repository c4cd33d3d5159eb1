"""Who is asking and how the warehouse stands: grants in force, refreshes, checks, held loads, freshness."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.queries.reader import Reader, UnknownRefresh

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Standing:
    """What one person may see at this moment, and the newest published refresh (None: nothing is published yet)."""

    roles: tuple[str, ...]
    branches: tuple[str, ...]
    refresh_id: int | None
    published_at: datetime | None
    zone: str
    currency: str
    company: str | None

    @property
    def is_known(self) -> bool:
        """Whether any grant is in force."""
        return bool(self.roles)


def standing(reader: Reader) -> Standing:
    """Roles, visible branches and the pointer, read in one statement. A stranger has no roles and sees no refresh."""
    (row,) = reader.rows("state/standing")
    return Standing(
        roles=tuple(row.role_names),
        branches=tuple(row.branches),
        refresh_id=row.refresh_id,
        published_at=row.published_at,
        zone=row.reporting_zone,
        currency=row.reporting_currency,
        company=row.company,
    )


def published_at(reader: Reader, refresh_id: int) -> datetime:
    """When an earlier refresh was published. Raises UnknownRefresh for one that never was, or has been purged."""
    rows = reader.rows("state/published_at", asked=refresh_id)
    if not rows:
        raise UnknownRefresh(f"refresh {refresh_id} was never published, or is kept no longer")
    return _instant(rows[0].published_at)


def freshness(reader: Reader) -> "pd.DataFrame":
    """One row per feed: feed, data_until, arrived_at (when its last delivery came), held_since and held_rows (both empty where
    nothing is held)."""
    return reader.frame("state/freshness")


def held(reader: Reader) -> "pd.DataFrame":
    """Loads that a gate holds: load_id, feed, held_since, held_by (rule ids), delivered, accepted, superseded, quarantined."""
    return reader.frame("state/held")


def refreshes(reader: Reader, *, newest: int = 30) -> "pd.DataFrame":
    """The newest refreshes with verdict, times, rows by fate and checks by outcome. Rows are zero for all but data stewards."""
    return reader.frame("state/refreshes", newest=newest)


def checks(reader: Reader) -> "pd.DataFrame":
    """The results that guard the pinned refresh: one row per rule, the newest at or before it."""
    return reader.frame("state/checks")


def missed(reader: Reader) -> "pd.DataFrame":
    """Those of `checks` that did not pass: gate, table_name, rule_id, released_because (None: nobody released it)."""
    return reader.frame("state/missed")


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"not an instant: {value!r}")
    return value
