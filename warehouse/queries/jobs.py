"""What stewards ask a worker to do, what came of it, and whether a refresh or a worker is there now."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from warehouse.queries.reader import Reader

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["release", "discard", "rollback", "compare", "try", "take", "put_away"]


@dataclass(frozen=True)
class Pulse:
    """The state of the house at this moment. While two pulses are equal, no refresh has begun or ended between them, and no job was
    asked for or has ended."""

    newest_refresh: int | None
    refresh_ended_at: datetime | None
    newest_job: int | None
    job_ended_at: datetime | None
    newest_comparison: int | None
    jobs_open: int
    is_refreshing: bool
    has_worker: bool
    was_cut_off: bool

    @property
    def is_busy(self) -> bool:
        """Whether something is under way, so that looking again soon is worth it."""
        return self.is_refreshing or (self.jobs_open > 0 and self.has_worker)


def pulse(reader: Reader) -> Pulse:
    """What is under way now. Only data stewards hear of jobs and comparisons."""
    (row,) = reader.rows("jobs/pulse")
    return Pulse(
        newest_refresh=row.newest_refresh,
        refresh_ended_at=row.refresh_ended_at,
        newest_job=row.newest_job,
        job_ended_at=row.job_ended_at,
        newest_comparison=row.newest_comparison,
        jobs_open=row.jobs_open,
        is_refreshing=row.is_refreshing,
        has_worker=row.has_worker,
        was_cut_off=row.marked_running > 0 and not row.is_refreshing,
    )


def under_way(reader: Reader) -> "pd.DataFrame":
    """The refresh that runs now, or no row: refresh_id, is_trial, step, rows_received so far, started_by, started_at,
    elapsed_seconds, usual_timings."""
    return reader.frame("jobs/under_way")


def newest(reader: Reader, *, most: int = 10) -> "pd.DataFrame":
    """The newest jobs: job_id, kind, details, asked_by, asked_at, state, step, started_at, finished_at, result, message."""
    return reader.frame("jobs/newest", most=most)


def tried(reader: Reader) -> "pd.DataFrame":
    """Dropped files that are being tried, or were and wait for a second word, the newest first: job_id, state, files, asked_by,
    asked_at, finished_at, result (what came of trying), next_kind (of what is asked for next, if that waits or runs)."""
    return reader.frame("jobs/tried")


def ask(reader: Reader, kind: Kind, **details: object) -> int:
    """Ask for a job; its number. The same thing asked for twice is one job. Raises Refused, with the reason."""
    return int(reader.call("jobs/ask", kind=kind, details=json.dumps(details))["job_id"].iloc[0])
