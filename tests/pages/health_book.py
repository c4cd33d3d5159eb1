"""What stewards look into, for the stand-in company: what runs, what is held and refused, the history of checks, jobs."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.pages.company import Company
from warehouse.queries import diff, health, jobs
from warehouse.queries.jobs import Pulse
from warehouse.queries.reader import Reader, Refused
from warehouse.scope import Period

QUIET = Pulse(
    newest_refresh=12,
    refresh_ended_at=None,
    newest_job=None,
    job_ended_at=None,
    newest_comparison=None,
    jobs_open=0,
    is_refreshing=False,
    has_worker=True,
    was_cut_off=False,
)
REFUSED = [
    [7, "complaints", "branch_id", "unknown_branch", 3],
    [6, "leads", "collected_at", "not_a_date", 251],
]


@dataclass
class HealthBook:
    """What the stand-in answers with; tests change its fields. `asked` is what pages asked a worker for."""

    company: Company
    pulse: Pulse = QUIET
    jobs: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    is_releasable: bool = True
    is_compared: bool = True
    problem: str | None = None
    offences: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False
    step: str = "receive"
    is_trial: bool = False
    drops: list[dict[str, Any]] = field(default_factory=list)
    measured: list[float] | None = None
    restating: bool = False
    differing: bool = True

    def run(self, step: str) -> None:
        """Let a refresh be at `step`."""
        self.pulse = replace(self.pulse, is_refreshing=True)
        self.step = step

    def job(self, state: str = "waiting", kind: str = "discard", **result: Any) -> None:
        """Let a steward have asked for something."""
        at = datetime.now(UTC) - timedelta(minutes=3)
        details = {"load_id": 7} if kind == "discard" else {"refresh_id": 12, "reason": "<b>so</b>"}
        self.jobs.insert(
            0,
            {
                "job_id": len(self.jobs) + 1,
                "kind": kind,
                "details": details,
                "asked_by": "steward@demo",
                "asked_at": pd.Timestamp(at),
                "state": state,
                "step": None,
                "started_at": None,
                "finished_at": None if state in ("waiting", "running") else pd.Timestamp(at),
                "result": result or None,
                "message": None,
            },
        )
        open_now = sum(job["state"] in ("waiting", "running") for job in self.jobs)
        self.pulse = replace(self.pulse, newest_job=len(self.jobs), job_ended_at=at, jobs_open=open_now)

    def now(self, reader: Reader) -> Pulse:
        """The state of the house."""
        return self.pulse

    def under_way(self, reader: Reader) -> pd.DataFrame:
        """The refresh that runs."""
        row = {
            "refresh_id": 13,
            "is_trial": self.is_trial,
            "step": self.step,
            "rows_received": 2_000,
            "started_by": "cron",
            "started_at": pd.Timestamp(datetime.now(UTC)),
            "elapsed_seconds": 75.0,
            "usual_timings": {"receive": 4.0, "curate": 31.0},
        }
        return pd.DataFrame([row] if self.pulse.is_refreshing else [], columns=list(row))

    def newest(self, reader: Reader, *, most: int = 10) -> pd.DataFrame:
        """The jobs, for stewards."""
        listed = self.jobs if self._sees(reader) else []
        columns = ["job_id", "kind", "details", "asked_by", "asked_at", "state", "step", "started_at", "finished_at"]
        return pd.DataFrame(listed, columns=[*columns, "result", "message"])

    def tried(self, reader: Reader) -> pd.DataFrame:
        """What was dropped, for stewards."""
        columns = ["job_id", "state", "step", "files", "asked_by", "asked_at", "finished_at", "result", "next_kind"]
        return pd.DataFrame(self.drops if self._sees(reader) else [], columns=columns)

    def ask(self, reader: Reader, kind: str, **details: Any) -> int:
        """Note what is asked for."""
        if self.refuses:
            raise Refused("only a data steward may ask for this")
        self.asked.append((kind, details))
        return len(self.asked)

    def holding(self, reader: Reader) -> pd.DataFrame:
        """One rule that holds each held feed."""
        rule = "opened_not_in_future.share" if self.is_releasable else "columns"
        rows = [
            {
                **load,
                "refresh_id": 12,
                "gate": "delivery",
                "table_name": load["feed"],
                "rule_id": rule,
                "outcome": "failed",
                "unexpected_count": 9,
                "element_count": 120,
            }
            for load in self.company.held_loads(reader).to_dict("records")
        ]
        columns = [*self.company.held_loads(reader).columns, "refresh_id", "gate", "table_name", "rule_id", "outcome"]
        return pd.DataFrame(rows, columns=[*columns, "unexpected_count", "element_count"])

    def comparison(self, reader: Reader) -> pd.DataFrame:
        """What would change, for stewards."""
        row = {
            "made_at": pd.Timestamp(self.company.published_at),
            "refresh_id": 12,
            "load_ids": [7],
            "from_on": date(2025, 5, 1),
            "until_on": date(2026, 4, 8),
            "compared": 30,
            "problem": self.problem,
            "changes": self.changes,
            "offences": self.offences,
            "is_current": True,
        }
        return pd.DataFrame([row] if self._sees(reader) and self.is_compared else [], columns=list(row))

    def check_history(self, reader: Reader) -> pd.DataFrame:
        """The company's checks, each with twenty runs of which the third last failed."""
        checks = self.company.checks(reader)
        if not self.company.sees_all(reader):
            checks = checks.assign(unexpected_count=None, element_count=None)
        runs = ("passed",) * 17 + ("failed",) + ("passed",) * 2
        return checks.assign(
            outcomes=[runs] * len(checks),
            runs=20,
            last_failed_at=[pd.Timestamp(self.company.published_at), pd.NaT, pd.NaT],
            last_failed_in=[12.0, float("nan"), float("nan")],
        )

    def check_results(self, reader: Reader, gate: str, table_name: str, rule_id: str) -> pd.DataFrame:
        """Three runs of one check, of which the last failed."""
        at, sees_all = pd.Timestamp(self.company.published_at), self.company.sees_all(reader)
        return pd.DataFrame(
            {
                "refresh_id": [10, 11, 12],
                "checked_at": [at - timedelta(days=2), at - timedelta(days=1), at],
                "level": "warn",
                "outcome": ["passed", "passed", "failed"],
                "unexpected_count": [0, 0, 12] if sees_all else None,
                "element_count": [900, 900, 900] if sees_all else None,
                "observed": None,
                "share": [0.0, 0.0, 12 / 900] if sees_all else float("nan"),
                "value": self.measured,
                "low": None,
                "high": None if self.measured is None else [2000.0, 2000.0, 2100.0],
            }
        )

    def restated(self, reader: Reader, refresh_id: int) -> pd.DataFrame:
        """Two sums of the orders of February, of the company and of a region."""
        columns = ["table_name", "measure", "slice_on", "region_id", "was", "becomes", "difference"]
        rows = [
            ["order_day", "amount", date(2026, 2, 1), None, 9000.0, 8800.0, -200.0],
            ["order_day", "amount", date(2026, 2, 1), "north", float("nan"), 90.0, 90.0],
        ]
        return pd.DataFrame(rows if len(self.company.standing(reader).branches) > 3 else [], columns=columns)

    def between(self, reader: Reader, earlier: int, later: int) -> pd.DataFrame:
        """Complaints of the year and of March, as two refreshes show them."""
        columns = ["metric", "region", "before", "after", "month"]
        rows = [["complaint.count", None, 400.0, 396.0, None], ["complaint.count", None, 40.0, 36.0, date(2026, 3, 1)]]
        made = pd.DataFrame(rows if self.differing else [], columns=columns)
        made.attrs = {"compared": 30, "period": Period(date(2025, 4, 1), date(2026, 4, 1))}
        return made

    def refused_groups(self, reader: Reader) -> pd.DataFrame:
        """Two reasons in two loads, for stewards."""
        columns = ["load_id", "feed", "column_name", "reason_code", "refused"]
        return pd.DataFrame(REFUSED if self._sees(reader) else [], columns=columns)

    def refused_rows(self, reader: Reader, load_id: int | None, feed: str | None, reason: str | None) -> pd.DataFrame:
        """Three rows of the load asked for."""
        kept = [row for row in REFUSED if load_id in (None, row[0]) and feed in (None, row[1])]
        rows = [
            [*row[:2], f"{row[1]}.csv", number, *row[2:4], "<script>=1+1", ["missing"]]
            for row in kept
            for number in range(3)
        ]
        columns = ["load_id", "feed", "file_name", "row_number", "column_name", "reason_code", "value", "also"]
        return pd.DataFrame(rows, columns=columns)

    def _sees(self, reader: Reader) -> bool:
        return "data_steward" in self.company.standing(reader).roles


def open_book(company: Company, patch: pytest.MonkeyPatch) -> HealthBook:
    """Let the pages look into `company`'s book, too."""
    book = HealthBook(company)
    for name, answer in {
        "pulse": book.now,
        "under_way": book.under_way,
        "newest": book.newest,
        "tried": book.tried,
        "ask": book.ask,
    }.items():
        patch.setattr(jobs, name, answer)
    patch.setattr(diff, "between", book.between)
    for name in (
        "holding",
        "comparison",
        "check_history",
        "check_results",
        "refused_groups",
        "refused_rows",
        "restated",
    ):
        patch.setattr(health, name, getattr(book, name))
    return book
