"""At which grain a question reads a published table: the coarsest of its sums that still tells what is asked, else its rows.

What sums there are, `migrations/sql/2026_12/79_sums.sql` says; a grain is called there `company month source_code`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product

from warehouse import db
from warehouse.metrics import Metric
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

ROWS = "rows"
SUMS = re.compile(r"\bpublished\.(\w+)_sums\b")
BORDERS = re.compile(r":(\w+)_border_grain\b")
BY_DAYS = frozenset({"day", "week", "weekday"})
BY_BRANCHES = frozenset({"complaint_branch", "five_complaint"})
"""Questions that tell branches apart, whatever they are grouped by."""
WAITS = frozenset({"lead_screened", "lead_wait", "lead_wait_curve", "survey_response"})
"""Questions to which it matters since which day a row waits."""
JUDGED = frozenset(
    {
        "lead_day",
        "lead_call",
        "lead_mark",
        "lead_owner",
        "order_day",
        "complaint_resolved",
        "complaint_recovery",
        "complaint_cohort",
        "survey_cohort",
    }
)
"""Tables of which a row counts once so many days after its own are over. A question that names the border, the month in which
rows begin to wait, reads days there alone."""
TOLD_APART: Mapping[str, frozenset[str]] = {"complaint_cause": frozenset({"cause_code", "gap_code"})}
"""The codes by which a question tells its parts, whatever they are grouped by."""
REGION = "region_id"
CODES = {
    "region": REGION,
    "source": "source_code",
    "source_group": "source_code",
    "category": "category_code",
    "severity": "severity_code",
    "channel": "channel_code",
    "cause": "cause_code",
    "gap": "gap_code",
    "hour": "opened_hour",
    "purpose": "purpose_code",
    "method": "method_code",
    "wave": "wave_code",
    "product_line": "product_line",
    "customer_kind": "customer_kind",
}
"""The column of a dimension that sums may have lost."""


@dataclass(frozen=True)
class Kept:
    """The sums that are kept of a table; `left_out` are codes that none of them has. One that `is_monthly` knows no days."""

    grains: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    is_monthly: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """The columns that are lost in some of the sums."""
        return frozenset(code for grain in self.grains for code in grain.split()[2:]) | frozenset(self.left_out)


def _kept(places: str, times: str, *cuts: str) -> tuple[str, ...]:
    return tuple(
        f"{place} {time}{cut and f' {cut}'}" for place, time, cut in product(places.split(), times.split(), ("", *cuts))
    )


def _listed(grain: str, *, of_rows: str) -> Kept:
    """The sums of a list that a page shows the first rows of, in one slice: how many there are, without what only rows have."""
    return Kept((grain,), tuple(of_rows.split()), is_monthly=True)


OF_MATRICES = ("portfolio", "value_tier", "distributor", "apostle")
OF_COMPLAINTS = ("category_code", "severity_code", "channel_code")
KEPT: Mapping[str, Kept] = {
    "order_day": Kept((*_kept("company branch", "month", "product_line"), *_kept("company branch", "day"))),
    "return_day": Kept((*_kept("company", "month", "product_line"), "branch month")),
    "attribution_day": Kept((*_kept("company", "month", "product_line"), "branch month")),
    "cost_month": Kept((*_kept("company", "month", "source_code"), "branch month"), is_monthly=True),
    "first_touch_month": Kept((*_kept("company", "month", "source_code"), "branch month"), is_monthly=True),
    "lead_day": Kept(
        (*_kept("company branch", "month", "source_code"), *_kept("company", "day", "source_code"), "branch day")
    ),
    "lead_wait": Kept(_kept("company", "month", "source_code")),
    "lead_call": Kept((*_kept("company branch", "month", "source_code"), *_kept("company", "day", "source_code"))),
    "lead_mark": Kept((*_kept("company", "month", "source_code"), "branch month", "company day")),
    "lead_owner": Kept((*_kept("company", "month day", "source_code"), "branch month", "branch day")),
    "call_day": Kept(_kept("company branch", "month")),
    "call_duration": Kept((*_kept("company", "month", "purpose_code"), "branch month")),
    "complaint_cohort": Kept(
        (
            *_kept("company branch", "month", *OF_COMPLAINTS, "cause_code gap_code"),
            *_kept("company", "day", "opened_hour"),
            "branch day",
        )
    ),
    "complaint_duration": Kept(
        tuple(f"{place} month {of}" for place in ("company", "branch") for of in ("bucket", "target_bucket")),
        OF_COMPLAINTS,
    ),
    "complaint_daily": Kept(_kept("company branch", "month day"), OF_COMPLAINTS),
    "complaint_resolved": Kept(_kept("company branch", "month day"), (*OF_COMPLAINTS, "cause_code")),
    "complaint_recovery": Kept(_kept("branch", "month day")),
    "survey_cohort": Kept((*_kept("company", "month day", "method_code", "wave_code"), "branch month", "branch day")),
    "survey_score": Kept((*_kept("company", "month", "method_code", "wave_code"), "branch month")),
    "survey_moment": Kept(_kept("company", "month", "method_code"), is_monthly=True),
    "survey_stratum": Kept(("company month region_id",)),
    "survey_population": Kept(("company month region_id",), is_monthly=True),
    "pareto": Kept(("company month",), is_monthly=True),
    "segment_move": Kept(_kept("company", "month", "customer_kind"), is_monthly=True),
    "segment_apostle": Kept(_kept("company", "month", "customer_kind"), is_monthly=True),
    "segment_customer": Kept(
        tuple(
            f"{place} month {matrix} {matrix}_field_x {matrix}_field_y customer_kind"
            for place, matrix in product(("company", "branch"), OF_MATRICES)
        ),
        (
            *("customer_code", "last_ordered_on", "spend", "orders", "visits_got"),
            *("attractiveness", "support", "satisfaction", "distributor_loyalty", "apostle_loyalty"),
            *(f"{matrix}_{each}" for matrix, each in product(OF_MATRICES, ("visits_due", "place"))),
        ),
        is_monthly=True,
    ),
    "action_lead": _listed(
        "branch month action",
        of_rows="lead_id customer_code source_code collected_at assigned_at owner_staff_id owner_number due_at place",
    ),
    "action_visit": _listed(
        "branch month portfolio",
        of_rows="customer_code customer_kind value_tier last_ordered_on spend visits_got visits_due place",
    ),
    "action_survey": _listed("branch month", of_rows="customer_code customer_kind place last_ordered_on asked_on turn"),
    "action_answer": _listed(
        "branch month",
        of_rows="invite_id customer_code complaint_id method_code answered_at recommend overall overall_from overall_to place",
    ),
}


def asked_for(
    reader: Reader, question: str, about: Metric, scope: Scope, *, by: Sequence[str], period: Period | None
) -> dict[str, str]:
    """The grain of every table of which `question` reads sums, by the name of its parameter (`lead_day_grain`), and that of its
    border (`lead_day_border_grain`) where the question names one.

    `period` is the one that is applied; None: all time.
    """
    read = summed(question)
    if not read:
        return {}
    needed = {*by, *(name for name, values in scope.filters.items() if values)}
    of_branches = bool(scope.branches or "branch" in needed or question in BY_BRANCHES)
    is_whole = not of_branches and _sees_all(reader)
    by_days = bool(needed & BY_DAYS) or not _is_of_months(reader, period)
    waits = about.mature_days is not None or question in WAITS
    codes = {CODES[name] for name in needed if name in CODES} | TOLD_APART.get(question, frozenset())
    codes |= {REGION} if scope.regions else set()
    judged = JUDGED if waits else frozenset()

    def grain(table: str, *, days: bool) -> str:
        return coarsest(KEPT[table], codes=codes, is_whole=is_whole, by_days=by_days or days)

    borders = bordered(question)
    return {f"{table}_grain": grain(table, days=table in judged - borders) for table in read} | {
        f"{table}_border_grain": grain(table, days=table in judged) for table in borders
    }


def of_list(reader: Reader, table: str, scope: Scope, *, codes: Collection[str]) -> str:
    """The coarsest grain of `table`, without days, that tells `codes` in the branches and regions of `scope`."""
    is_whole = not scope.branches and _sees_all(reader)
    needed = {*codes, REGION} if scope.regions else codes
    return coarsest(KEPT[table], codes=needed, is_whole=is_whole, by_days=False)


def of_branches(table: str, *, codes: Collection[str]) -> str:
    """The coarsest grain of `table`, without days, that tells `codes` and branches apart."""
    return coarsest(KEPT[table], codes=codes, is_whole=False, by_days=False)


def coarsest(kept: Kept, *, codes: Collection[str], is_whole: bool, by_days: bool) -> str:
    """The grain with the fewest rows that has `codes`; of the whole company only where that is asked and may be told."""
    needed = kept.codes & set(codes)
    is_lost = REGION in codes and REGION not in kept.codes  # where the whole company was added up, without its regions
    places = ("company", "branch") if is_whole and not is_lost else ("branch",)
    times = ("day",) if by_days and not kept.is_monthly else ("month", "day")
    for place, time in product(places, times):
        fitting = (grain for grain in kept.grains if grain.startswith(f"{place} {time}") and _has(grain, needed))
        if found := min(fitting, key=len, default=None):
            return found
    return ROWS


@cache
def summed(question: str) -> tuple[str, ...]:
    """The tables of which a question reads sums."""
    return tuple(sorted(set(SUMS.findall(db.sql_text(f"queries/{question}.sql")))))


@cache
def bordered(question: str) -> frozenset[str]:
    """The tables of which a question reads days in one month alone, at the grain bound as `<table>_border_grain`."""
    return frozenset(BORDERS.findall(db.sql_text(f"queries/{question}.sql")))


def _has(grain: str, codes: Iterable[str]) -> bool:
    return set(codes) <= set(grain.split()[2:])


def _sees_all(reader: Reader) -> bool:
    return bool(reader.known("state/sees_all")["sees_all"].iloc[0])


def _is_of_months(reader: Reader, period: Period | None) -> bool:
    """Whether a period begins with a month, and ends with one or after all that is known."""
    if period is None:
        return True
    if period.start.day != 1:
        return False
    return period.end.day == 1 or period.end > _last_day(reader)


def _last_day(reader: Reader) -> date:
    """The day of the newest record of any feed."""
    days = reader.known("figure_feeds")["data_on"].dropna()
    return days.max() if len(days) else date.min
