"""What stewards look into: the history of checks, what holds a delivery, what would change, refused rows, how late feeds are."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from warehouse.feeds import expected
from warehouse.feeds.contract import feeds
from warehouse.queries import diff
from warehouse.queries.reader import Reader

RUNS_SHOWN = 20
ROWS_SHOWN = 200
MEASURES = ("null_fraction", "share", "delivered", "rows")
"""What `observed` of a check may hold that has bounds; shares first."""
MEASURED = ("value", "low", "high")
UNBOUNDED = 100_000_000
"""Bounds from here on only say that anything will do."""


def check_history(reader: Reader) -> pd.DataFrame:
    """One row per rule ever asked, those that did not pass first: gate, table_name, rule_id, level, outcome, unexpected_count,
    element_count, checked_at, refresh_id, released_because, runs, last_failed_at, last_failed_in, and `outcomes`, those of
    its last 20 runs, the oldest first."""
    rows = reader.frame("health/check_history", newest=RUNS_SHOWN)
    return rows.assign(outcomes=rows["outcomes"].map(lambda outcomes: tuple(reversed(outcomes))))


def check_results(reader: Reader, gate: str, table_name: str, rule_id: str) -> pd.DataFrame:
    """The last 100 runs of one rule, the oldest first: refresh_id, checked_at, level, outcome, unexpected_count,
    element_count, observed, `share` of the rows that broke it (empty where rows were not counted), and, where the check
    measures something, its `value` with the bounds of that run, `low` and `high` (each may be empty)."""
    asked = {"gate": gate, "table_name": table_name, "rule_id": rule_id}
    rows = reader.frame("health/check_results", newest=100, **asked).iloc[::-1].reset_index(drop=True)
    counted = rows["element_count"].astype(float)
    shares = rows["unexpected_count"].astype(float) / counted.where(counted > 0)
    seen = pd.DataFrame([_measured(each) for each in rows["observed"]], index=rows.index, columns=list(MEASURED))
    return rows.assign(share=shares, **{name: seen[name].astype(float) for name in ("value", "low", "high")})


def _measured(observed: object) -> dict[str, object]:
    """What a check measured and between which bounds it may lie; empty for one that only counts rows that break it."""
    told = observed if isinstance(observed, Mapping) else {}
    measure = next((name for name in MEASURES if isinstance(told.get(name), int | float)), None)
    if measure is None:
        return dict.fromkeys(MEASURED)
    high = told.get("limit", told.get("high"))
    return {
        "value": told[measure],
        "low": told.get("low"),
        "high": high if isinstance(high, int | float) and high < UNBOUNDED else None,
    }


def holding(reader: Reader) -> pd.DataFrame:
    """One row per held load, feed and rule that holds it: the rows by fate of the load, refresh_id in which the rule last
    held, gate, table_name, rule_id, outcome, unexpected_count, element_count."""
    return reader.frame("health/holding")


def comparison(reader: Reader) -> pd.DataFrame:
    """The newest comparison of what is held with what is published, or no row: made_at, refresh_id, load_ids, from_on,
    until_on, compared, problem, changes, offences (some rows that break what holds them), is_current. Empty for all but data stewards."""
    return reader.frame("health/comparison")


def changes(compared: pd.Series) -> pd.DataFrame:
    """The figures of a comparison that would change, the greatest relative change first: metric, region (None: the whole
    company), before, after, difference and relative (empty where one of the two is not shown)."""
    return diff.sized(pd.DataFrame(list(compared["changes"]), columns=["metric", "region", "before", "after"]))


def restated(reader: Reader, refresh_id: int) -> pd.DataFrame:
    """What a refresh changed in months that were over: table_name, measure, slice_on, region_id (None: the whole company), was,
    becomes, difference. The greatest of them, where there are more than 1,000. Empty for who does not see the whole company."""
    rows = reader.frame("health/restated", asked=refresh_id)
    return rows.astype({"was": float, "becomes": float, "difference": float})


def restated_tables(reader: Reader) -> pd.DataFrame:
    """The published tables of which months that were over have changed up to the pinned refresh: table_name, and of the last
    time refresh_id, published_at, from_on and until_on (months). Empty for who does not see the whole company."""
    return reader.frame("health/restated_tables")


def refused_groups(reader: Reader) -> pd.DataFrame:
    """How many rows each load had refused: load_id, feed, column_name, reason_code, refused. Empty for all but stewards."""
    return reader.frame("health/refused_groups")


def refused_rows(reader: Reader, load_id: int | None, feed: str | None, reason: str | None) -> pd.DataFrame:
    """At most 200 refused rows of a load, feed and reason (None: any), the newest load first: load_id, feed, file_name,
    row_number, column_name, reason_code, value, also. The value of a personal column is not shown."""
    rows = reader.frame("health/refused_rows", load_id=load_id, feed=feed, reason=reason, most=ROWS_SHOWN)
    sealed = [_is_personal(code, column) for code, column in zip(rows["feed"], rows["column_name"], strict=True)]
    return rows.assign(value=rows["value"].mask(pd.Series(sealed, index=rows.index, dtype=bool)))


def lateness(freshness: pd.DataFrame, *, zone: str, now: datetime | None = None) -> pd.DataFrame:
    """`state.freshness` by what is expected of each feed (`feeds/expected.yaml`), at the clock of this machine or at `now`.

    `due_at`: when the next delivery is due after the last that came, and `is_overdue`: that is over. `reach_days`: how far
    the newest record may lie behind the newest of all feeds, `behind_days`: how far it does, `used`: the share of it, and
    `is_behind`; these are empty or false where records do not say when they are from. `is_late`: overdue or behind. All empty
    or false where nothing is expected.
    """
    columns = (freshness[name] for name in ("feed", "data_until", "arrived_at"))
    reached = [
        expected.Reached(feed, _instant(until), _instant(came)) for feed, until, came in zip(*columns, strict=True)
    ]
    judged = expected.lateness(reached, zone=ZoneInfo(zone), now=now or datetime.now(UTC))
    told = pd.DataFrame(map(asdict, judged), freshness.index, [each.name for each in fields(expected.Lateness)])
    told = told.astype({"reach_days": float, "behind_days": float, "is_overdue": bool, "is_behind": bool})
    told["due_at"] = pd.to_datetime(told["due_at"], utc=True)
    used, is_late = told["behind_days"] / told["reach_days"], told["is_overdue"] | told["is_behind"]
    return freshness.assign(**told, used=used, is_late=is_late)


def _instant(value: object) -> datetime | None:
    return pd.Timestamp(value).to_pydatetime() if isinstance(value, datetime) and value == value else None


def _is_personal(feed: str, column: str) -> bool:
    known = feeds().get(feed)
    return known is not None and any(each.personal for each in known.columns if column in (each.name, each.stored_as))
