"""What stewards look into: the history of checks, what holds a delivery, what would change, refused rows, how late feeds are."""

import pandas as pd

from warehouse.feeds.contract import feeds
from warehouse.feeds.expected import expected_days
from warehouse.queries.reader import Reader

RUNS_SHOWN = 20
ROWS_SHOWN = 200


def check_history(reader: Reader) -> pd.DataFrame:
    """One row per rule ever asked, those that did not pass first: gate, table_name, rule_id, level, outcome, unexpected_count,
    element_count, checked_at, refresh_id, released_because, runs, last_failed_at, last_failed_in, and `outcomes`, those of
    its last 20 runs, the oldest first."""
    rows = reader.frame("health/check_history", newest=RUNS_SHOWN)
    return rows.assign(outcomes=rows["outcomes"].map(lambda outcomes: tuple(reversed(outcomes))))


def check_results(reader: Reader, gate: str, table_name: str, rule_id: str) -> pd.DataFrame:
    """The last 100 runs of one rule, the oldest first: refresh_id, checked_at, level, outcome, unexpected_count,
    element_count, observed, and `share` of the rows that broke it (empty where rows were not counted)."""
    asked = {"gate": gate, "table_name": table_name, "rule_id": rule_id}
    rows = reader.frame("health/check_results", newest=100, **asked).iloc[::-1].reset_index(drop=True)
    counted = rows["element_count"].astype(float)
    return rows.assign(share=rows["unexpected_count"].astype(float) / counted.where(counted > 0))


def holding(reader: Reader) -> pd.DataFrame:
    """One row per held load, feed and rule that holds it: the rows by fate of the load, refresh_id in which the rule last
    held, gate, table_name, rule_id, outcome, unexpected_count, element_count."""
    return reader.frame("health/holding")


def comparison(reader: Reader) -> pd.DataFrame:
    """The newest comparison of what is held with what is published, or no row: made_at, refresh_id, load_ids, from_on,
    until_on, compared, problem, changes, is_current. Empty for all but data stewards."""
    return reader.frame("health/comparison")


def changes(compared: pd.Series) -> pd.DataFrame:
    """The figures of a comparison that would change, the greatest relative change first: metric, region (None: the whole
    company), before, after, difference and relative (empty where one of the two is not shown)."""
    rows = pd.DataFrame(list(compared["changes"]), columns=["metric", "region", "before", "after"])
    rows[["before", "after"]] = rows[["before", "after"]].astype(float)
    rows["difference"] = rows["after"] - rows["before"]
    rows["relative"] = rows["difference"] / rows["before"].abs().where(rows["before"] != 0)
    size = rows["relative"].abs().fillna(-1.0)
    return rows.assign(size=size).sort_values(["size", "metric"], ascending=[False, True], ignore_index=True)


def refused_groups(reader: Reader) -> pd.DataFrame:
    """How many rows each load had refused: load_id, feed, column_name, reason_code, refused. Empty for all but stewards."""
    return reader.frame("health/refused_groups")


def refused_rows(reader: Reader, load_id: int | None, feed: str | None, reason: str | None) -> pd.DataFrame:
    """At most 200 refused rows of a load, feed and reason (None: any), the newest load first: load_id, feed, file_name,
    row_number, column_name, reason_code, value, also. The value of a personal column is not shown."""
    rows = reader.frame("health/refused_rows", load_id=load_id, feed=feed, reason=reason, most=ROWS_SHOWN)
    sealed = [_is_personal(code, column) for code, column in zip(rows["feed"], rows["column_name"], strict=True)]
    return rows.assign(value=rows["value"].mask(pd.Series(sealed, index=rows.index, dtype=bool)))


def lateness(freshness: pd.DataFrame) -> pd.DataFrame:
    """`state.freshness` with `expected_days` (how often something newer is expected), `due_at` (by when), `behind_days` (how
    far behind the newest record of all), `used` (the share of the expected days that has passed; empty where nothing is
    expected) and `is_late` (the newest record of all lies after `due_at`)."""
    until = pd.to_datetime(freshness["data_until"], utc=True)
    reached = until.where(until <= pd.Timestamp.now("UTC")).max()
    days = freshness["feed"].map(expected_days()).astype(float)
    due = until + pd.to_timedelta(days, unit="D")
    passed = [(reached - day).total_seconds() / 86_400 for day in until]
    behind = pd.Series(passed, index=freshness.index, dtype=float).clip(lower=0)
    return freshness.assign(
        expected_days=days,
        due_at=due,
        behind_days=behind,
        used=behind / days,
        is_late=[bool(day < reached) for day in due],
    )


def _is_personal(feed: str, column: str) -> bool:
    known = feeds().get(feed)
    return known is not None and any(each.personal for each in known.columns if column in (each.name, each.stored_as))
