"""A stand-in for the warehouse: plausible figures of a small company, the same on every run, so that pages are tested without a server."""

import itertools
import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from pages.shared import cached
from tests.pages.visitors import Visits, open_visits
from warehouse.metrics import TIMES, cells, cuts, metrics
from warehouse.queries import (
    annotations,
    case_lists,
    complaint_lists,
    decompose,
    exports,
    figures,
    health,
    lists,
    state,
    targets,
)
from warehouse.queries import company as totals
from warehouse.queries.figures import FeedAbsent
from warehouse.queries.reader import Reader
from warehouse.queries.state import Standing
from warehouse.scope import Scope
from warehouse.settings import Settings

REGIONS = {"north": "North", "south": "South", "east": "East"}
BRANCHES = {
    f"{region}-{number}": (f"{name} {number}", region) for region, name in REGIONS.items() for number in (1, 2, 3)
}
LAST_DAY = date(2026, 3, 31)
PUBLISHED = datetime(2026, 4, 1, 6, 10, tzinfo=UTC)
CODES = {
    "category": ("delivery", "product", "billing", "service", "staff"),
    "severity": ("low", "normal", "high", "critical"),
    "channel": ("phone", "web", "visit"),
    "cause": ("product", "staff"),
    "clock": ("calendar", "working"),
    "weekday": ("1", "5", "7"),
    "hour": ("00", "09", "14", "23"),
    "method": ("phone", "online", "on_site", "questionnaire"),
    "wave": ("2025", "2026"),
    "question": ("overall", "product", "service", "staff"),
    "scale": ("1-5",),
    "source": ("radio", "morning_exercise", "friend", "<b>web</b>"),
    "source_group": ("media", "outreach", "referral", "online"),
    "customer_kind": ("person", "company"),
    "product_line": ("a", "b"),
    "owner": ("first", "second", "third"),
    "marks": ("0", "1", "2", "3", "4"),
    "model": ("first_touch", "last_touch", "linear", "position"),
    "band": ("0-8 h", "8-24 h", "1-3 d", "3-7 d", "over 7 d"),
    "purpose": ("screening", "invitation", "confirmation", "reminder", "thanks", "follow_up"),
    "event_kind": ("talk", "gathering", "tour"),
    "side": ("contact", "eliciting", "informing", "influencing"),
    "dimension": ("tangibles", "reliability", "responsiveness", "assurance", "empathy"),
    "group_kind": ("tier", "region", "channel", "complaint_outcome"),
    "cohort": ("2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"),
    "age": (1, 2, 3),
    "usage": ("private", "company"),
    "product_satisfied": ("no", "yes"),
    "service_satisfied": ("no", "yes"),
    "from_cell": ("loyal", "opportunity", "edge", "lost"),
    "to_cell": ("loyal", "opportunity", "edge", "lost"),
}
PARTS = {
    "complaint.sla": ("met", "breached_closed", "breached_open", "running"),
    "complaint.backlog_age": ("0-1", "2-3", "4-7", "8-14", "15-30", "30+"),
    "complaint.backlog_due": ("overdue", "24", "72", "later"),
    "matrix.portfolio": ("star", "question", "cash_cow", "dog"),
    "matrix.value_tier": ("loyal", "opportunity", "edge", "lost"),
    "matrix.distributor": ("profit", "relation", "risk", "support"),
    "matrix.apostle": ("apostle", "loyalist", "mercenary", "hostage", "defector"),
    "matrix.service_type": ("quality", "factory", "friendly", "indifferent"),
    "matrix.branch_service_type": ("quality", "factory", "friendly", "indifferent"),
    "matrix.pareto": ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
    "matrix.product_age": ("up_to_2", "2_to_5", "over_5", "unknown"),
    "csat.distribution": ("1", "2", "3", "4", "5"),
    "csat.comments": ("1", "2", "3", "4", "5"),
    "complaint.cause": ("service_below_expectation", "product", "wrong_colour", "unknown"),
    "csat.moved": ("much_less", "less", "equal", "more", "much_more"),
    "csat.drivers": ("product", "service", "staff"),
    "survey.bias": ("loyal", "opportunity", "edge", "lost", "new"),
    "nps.parts": ("promoter", "passive", "detractor"),
    "five.ladder": ("bought", "satisfied", "bought_again", "referred"),
    "lead.attribution": ("friend", "radio", "unattributed"),
    "lead.four_marks": ("has_knowledge", "has_means", "has_awareness", "has_need"),
    "call.outcomes": ("agreed", "no_answer", "refused"),
    "call.objections": ("no_time", "price"),
    "call.step_rate": ("screening", "invitation", "confirmation", "reminder", "thanks", "follow_up"),
    "lead.stage_rate": (
        "collected",
        "genuine",
        "reached",
        "invited",
        "attended",
        "ordered",
        "ordered_again",
        "referred",
    ),
}


@dataclass
class Company:
    """What the stand-in answers with; tests change its fields."""

    absent: frozenset[str] = frozenset()
    empty: bool = False
    too_small: bool = False
    broken: bool = False
    is_demo: bool = True
    held: tuple[str, ...] = ()
    restated: dict[int, int] = field(default_factory=dict)
    notes: tuple[dict[str, object], ...] = ()
    nobody: frozenset[str] = frozenset()
    refresh_id: int = 12
    taken: list[dict[str, str]] = field(default_factory=list)
    """What was noted before it was taken away."""
    visits: Visits = field(default_factory=Visits)
    published_at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=2))

    def standing(self, reader: Reader) -> Standing:
        """The grants of the three people of the demo."""
        branches = {
            "executive@demo": tuple(BRANCHES),
            "head@demo": tuple(code for code, (_, region) in BRANCHES.items() if region == "north"),
            "steward@demo": tuple(BRANCHES),
        }
        roles = {"executive@demo": ("executive",), "head@demo": ("branch_head",), "steward@demo": ("data_steward",)}
        known = reader.person in roles and reader.person not in self.nobody
        return Standing(
            roles=roles[reader.person] if known else (),
            branches=branches[reader.person] if known else (),
            refresh_id=self.refresh_id if known else None,
            published_at=self.published_at if known else None,
            zone="Asia/Shanghai",
            currency="CNY",
            company="demo" if known and self.is_demo else None,
        )

    def branches(self, reader: Reader) -> pd.DataFrame:
        """The branches that the person may see."""
        seen = self.standing(reader).branches
        rows = [
            {"branch_id": code, "branch_name": name, "region_id": region, "region_name": REGIONS[region]}
            for code, (name, region) in BRANCHES.items()
            if code in seen
        ]
        return pd.DataFrame(rows, columns=["branch_id", "branch_name", "region_id", "region_name"])

    def figure(self, reader: Reader, metric: str, scope: Scope, *, by: Sequence[str] = ()) -> pd.DataFrame:
        """Rows of the metric's kind, for every combination of `by`."""
        if self.broken:
            raise RuntimeError("the server is away")
        about = metrics()[metric]
        if missing := self.absent & set(about.feeds):
            raise FeedAbsent(*sorted(missing))
        parts = PARTS.get(metric, ("a", "b")) if figures.SHAPES[about.kind].part else (None,)
        keys = [] if self.empty else list(itertools.product(*(self._values(reader, scope, name) for name in by)))
        rows = []
        for key in keys:
            chance = random.Random(f"{metric}{key}")
            of_places = metric == "survey.bias" and key == ("region",)
            for position, part in enumerate(self._values(reader, scope, "region") if of_places else parts):
                rows.append(
                    {
                        **dict(zip(by, key, strict=True)),
                        **({"part": part} if part else {}),
                        **_measures(about.kind, chance, position, len(parts)),
                        **(_of_cell(position) if metric.startswith("matrix.") else {}),
                        **_further(metric, chance),
                    }
                )
        shape = figures.SHAPES[about.kind]
        names = [*by, *([shape.part] if shape.part else []), *shape.figures, *shape.counts]
        frame = pd.DataFrame(rows, columns=list(dict.fromkeys([*names, *(rows[0] if rows else ())])))
        frame["suppressed"] = pd.Series(None, index=frame.index, dtype=object)
        if self.too_small and shape.base:
            hidden = [*shape.figures, *(name for name in about.also if name in frame)]
            frame[hidden] = float("nan")
            frame[list(shape.counts)] = 7.0
            frame["suppressed"] = "n too small"
        return frame

    def decompose(self, reader: Reader, metric: str, before: Scope, after: Scope, *, by: str) -> pd.DataFrame:
        """Two groups, of which the first does better; the other is hidden for smallness."""
        rows = pd.DataFrame(
            {
                by: [self._values(reader, after, by)[0], "other"],
                "share_before": [0.5, 0.5],
                "share_after": [0.6, 0.4],
                "value_before": [0.2, 0.4],
                "value_after": [0.3, 0.4],
                "rate_effect": [0.055, 0.0],
                "mix_effect": [-0.0075, -0.0075],
                "effect": [0.0475, -0.0075],
            }
        )
        rows.attrs = {"before": 0.3, "after": 0.34, "change": 0.04}
        return rows

    def curve(self, reader: Reader, metric: str, scope: Scope, *, by: Sequence[str] = ()) -> pd.DataFrame:
        """Forty steps towards a quarter."""
        rows = [
            {
                "at": 2.0 * day,
                "at_risk": 4000 - 90 * day,
                "happened": 25,
                "share": 0.25 * (1 - math.exp(-day / 12)),
                "low": 0.24 * (1 - math.exp(-day / 12)),
                "high": 0.26 * (1 - math.exp(-day / 12)),
            }
            for day in range(1, 41)
        ]
        return pd.DataFrame(rows)

    def freshness(self, reader: Reader) -> pd.DataFrame:
        """Every feed up to the last day."""
        until = pd.Timestamp("2026-03-31T15:59:00Z")
        since = pd.Timestamp("2026-04-01T01:00:00Z")
        feeds = ("branches", "complaints", "leads", "orders", "survey_answers", "surveys")
        return pd.DataFrame(
            {
                "feed": feeds,
                "data_until": [until] * len(feeds),
                "arrived_at": [pd.Timestamp.now("UTC")] * len(feeds),
                "held_since": [since if feed in self.held else pd.NaT for feed in feeds],
                "held_rows": [120.0 if feed in self.held else float("nan") for feed in feeds],
            }
        )

    def sees_all(self, reader: Reader) -> bool:
        """Whether the person sees every branch."""
        return len(self.standing(reader).branches) == len(BRANCHES)

    def held_loads(self, reader: Reader) -> pd.DataFrame:
        """One load for each held feed; how many rows, for who sees every branch."""
        columns = ["load_id", "feed", "held_since", "held_by", "delivered", "accepted", "superseded", "quarantined"]
        counts = [120, 118, 1, 1] if self.sees_all(reader) else [None] * 4
        since = pd.Timestamp("2026-04-01T01:00:00Z")
        return pd.DataFrame([[7, feed, since, ["opened_at.not_null"], *counts] for feed in self.held], columns=columns)

    def refreshes(self, reader: Reader, *, newest: int = 30) -> pd.DataFrame:
        """Twelve refreshes, the newest held if anything is."""
        rows = []
        for refresh in range(12, 0, -1):
            begun = self.published_at - timedelta(days=12 - refresh, minutes=4)
            seen = "data_steward" in self.standing(reader).roles
            rows.append(
                {
                    "refresh_id": refresh,
                    "state": "held" if self.held and refresh == 12 else "passed",
                    "started_by": "cron",
                    "started_at": pd.Timestamp(begun),
                    "finished_at": pd.Timestamp(begun + timedelta(seconds=90)),
                    "published_at": pd.Timestamp(begun + timedelta(seconds=90)),
                    "purged_at": None,
                    "restated": self.restated.get(refresh, 0),
                    "reason": None,
                    "delivered": (1000 + refresh * 10) * seen,
                    "accepted": (980 + refresh * 10) * seen,
                    "superseded": 15 * seen,
                    "quarantined": 5 * seen,
                    "checks": 120,
                    "checks_passed": 119,
                    "checks_blocking": 0,
                }
            )
        return pd.DataFrame(rows)

    def missed(self, reader: Reader) -> pd.DataFrame:
        """Those of the checks that did not pass."""
        checks = self.checks(reader)
        return checks[checks["outcome"] != "passed"]

    def delivered_targets(self, reader: Reader, region: str, branch: str) -> pd.DataFrame:
        """None: the house's own stand in for them."""
        return pd.DataFrame(columns=["metric_code", "scope_kind", "scope_id", "period_on", "target_value"])

    def restated_tables(self, reader: Reader) -> pd.DataFrame:
        """What refreshes restated: leads of January and February."""
        rows = [
            ["lead_day", refresh, pd.Timestamp(self.published_at), date(2026, 1, 1), date(2026, 2, 1)]
            for refresh in sorted(self.restated)
        ]
        return pd.DataFrame(rows, columns=["table_name", "refresh_id", "published_at", "from_on", "until_on"])

    def checks(self, reader: Reader) -> pd.DataFrame:
        """Three results, one of them a warning."""
        columns = [
            "refresh_id",
            "gate",
            "table_name",
            "rule_id",
            "level",
            "outcome",
            "observed",
            "unexpected_count",
            "element_count",
            "checked_at",
            "released_because",
        ]
        at = pd.Timestamp(self.published_at)
        return pd.DataFrame(
            [
                [12, "delivery", "complaints", "customer_id.references", "warn", "failed", None, 12, 900, at, None],
                [12, "delivery", "complaints", "columns", "block", "passed", None, 0, 900, at, None],
                [12, "delivery", "leads", "row_count", "block", "passed", None, 0, 5000, at, None],
            ],
            columns=columns,
        )

    def customers(self, reader: Reader, scope: Scope, *, matrix: str, cell: str, most: int = 200) -> pd.DataFrame:
        """One customer in every cell."""
        return pd.DataFrame(
            [
                {
                    "customer_code": "K-1",
                    "customer_kind": "person",
                    "branch_id": "north-1",
                    "spend": 1234.0,
                    "orders": 3,
                    "last_ordered_on": LAST_DAY,
                    "visits_got": None,
                    "visits_due": 1.5,
                    "in_cell": 1,
                    "as_of_on": LAST_DAY,
                    **dict.fromkeys(("portfolio", "value_tier", "distributor", "apostle")),
                    "action_en": "call before it is too late",
                    "action_zh": "尽早联系",
                }
            ]
        )

    def points(self, reader: Reader, scope: Scope, *, matrix: str) -> pd.DataFrame:
        """A point in every cell, and some who are left out."""
        placed = [cell for cell in cells(matrix) if cell != "unknown"]
        rows = [
            {
                "customer_code": f"K-{at}",
                "as_of_on": LAST_DAY,
                "cell": cell,
                "x": at + 1.0,
                "y": 0.2 * at,
                "customers": 1,
            }
            for at, cell in enumerate(placed)
        ]
        return pd.DataFrame(rows).assign(left_out=2)

    def cuts(self, reader: Reader, *, matrix: str) -> pd.DataFrame:
        """Both cuts of the last month."""
        if matrix == "value_tier":
            return pd.DataFrame(columns=["month_on", "axis", "measured_by", "cut_at", "corner_at"])
        axes = json.loads(cuts())[matrix]["axes"]
        measured_by = {"portfolio": "wallets"}.get(matrix, "orders")
        rows = [[LAST_DAY.replace(day=1), axis, measured_by, 2.5, None] for axis in axes]
        return pd.DataFrame(rows, columns=["month_on", "axis", "measured_by", "cut_at", "corner_at"])

    def overdue(self, reader: Reader, scope: Scope) -> pd.DataFrame:
        """Two complaints that wait."""
        at = pd.Timestamp("2026-03-20T02:00:00Z")
        rows = [
            {
                "complaint_id": f"C-{n}",
                "customer_code": f"K-{n}",
                "branch_id": "north-1",
                "category_code": "delivery",
                "severity_code": "high",
                "handler_staff_id": None,
                "opened_at": at,
                "due_at": at + timedelta(days=2),
                "hours_left": -24.0 * n,
                "is_responded": n == 1,
            }
            for n in (1, 2)
        ]
        return pd.DataFrame(rows)

    def cases(self, reader: Reader, scope: Scope, *asked: str, most: int = 200) -> pd.DataFrame:
        """Two of 250 cases of every kind, one of which little is known of."""
        at = pd.Timestamp("2026-03-20T02:00:00Z")
        known = {
            "complaint_id": "C-1",
            "lead_id": "L-1",
            "invite_id": "S-1",
            "event_id": "E-1",
            "customer_code": "K-1",
            "branch_id": "north-1",
            "sla": "breached_open",
            "category_code": "delivery",
            "severity_code": "high",
            "channel_code": "phone",
            "cause_code": "product",
            "handler_staff_id": "h1",
            "source_code": "radio",
            "method_code": "phone",
            "wave_code": "2026",
            "event_kind": "talk",
            "opened_at": at,
            "due_at": at,
            "ended_at": at,
            "collected_at": at,
            "sent_on": LAST_DAY,
            "answered_at": at,
            "held_on": LAST_DAY,
            "is_responded": True,
            "is_genuine": False,
            "overall": 2.0,
            "overall_from": 1.0,
            "overall_to": 5.0,
            "recommend": 3.0,
        }
        always = {
            "stage": 4,
            "commented": 1,
            "invited": 9,
            "confirmed": 5,
            "attended": 4,
            "existing": 1,
            "as_of": at,
            "cases": 250,
        }
        return pd.DataFrame([{**known, **always}, {**dict.fromkeys(known), **always}])

    def _values(self, reader: Reader, scope: Scope, name: str) -> Sequence[object]:
        places = self.branches(reader)
        if name in {"region", "branch"}:
            return list(dict.fromkeys(places[f"{name}_id"]))
        if name in {"from_cell", "to_cell"} and (matrix := scope.filters.get("matrix")):
            return [cell for cell in cells(matrix[0]) if cell != "unknown"]
        if name in TIMES:
            step = {"day": "D", "week": "W-MON", "month": "MS"}[name]
            start, end = (
                (scope.period.start, scope.period.end) if scope.period else (date(2025, 1, 1), date(2026, 4, 1))
            )
            return [moment.date() for moment in pd.date_range(start, end - timedelta(days=1), freq=step)]
        return CODES.get(name, ("one", "other"))


def _measures(kind: str, chance: random.Random, position: int, parts: int) -> dict[str, float]:
    n, share = chance.randint(300, 1500), chance.uniform(0.15, 0.75)
    width, median, kept = 1.96 * math.sqrt(share * (1 - share) / n), chance.uniform(20, 60), 0.72**position
    interval = {"low": share - width, "high": share + width}
    reached = {"numerator": round(4000 * kept), "denominator": round(4000 * kept / 0.72), "collected": 4000}
    return {
        "rate": {"value": share, **interval, "numerator": round(share * n), "denominator": n},
        "ratio": {"value": share, **interval, "numerator": round(share * n), "denominator": n},
        "money_rate": {"value": share / 10, "numerator": share * n, "denominator": 10.0 * n, "n": n},
        "count": {"value": n},
        "money": {"value": n * 731.5},
        "duration": {
            "n": n,
            "open": n // 20,
            "within_target": share,
            "p75": median * 1.8,
            "p90": median * 3,
            "median": median,
            "median_low": median * 0.95,
            "median_high": median * 1.06,
        },
        "score": {"value": 60 + 20 * share, "low": 58 + 20 * share, "high": 62 + 20 * share, "n": n},
        "coefficients": {"value": share - 0.4, "low": share - 0.5, "high": share - 0.3, "n": n},
        "parts": {
            "value": 100.0 * (position + 1),
            "share": 2 * (position + 1) / (parts * (parts + 1)),
            "denominator": 50.0 * parts * (parts + 1),
        },
        "funnel": {
            "value": 0.72,
            "low": 0.7,
            "high": 0.74,
            "share": kept,
            "share_low": kept,
            "share_high": kept,
            **reached,
        },
    }[kind]


def _further(metric: str, chance: random.Random) -> dict[str, float]:
    """What rows of some metrics hold beside the measures of their kind, or in their place."""
    any_share = chance.uniform(0.1, 0.9)
    limits = {"centre": 0.4, "low_95": 0.36, "high_95": 0.44, "low_998": 0.34, "high_998": 0.46}
    lacking = {"value": -any_share, "low": -any_share - 0.1, "high": 0.2 - any_share, "perception": 4 - any_share}
    came = {"events": 9.0, "invited": 300.0, "confirmed": 220.0, "attended": 200.0, "new": 150.0, "existing": 50.0}
    asked = {"asked": 400.0, "asked_share": 0.2, "population": 900.0, "population_share": any_share}
    return {
        "complaint.branch": {"value": any_share, **limits, "is_outside_998": float(not 0.34 <= any_share <= 0.46)},
        "complaint.recovery": {
            "matched_value": any_share,
            "matched_n": 5000.0,
            "difference": any_share - 0.5,
            "difference_low": any_share - 0.6,
            "difference_high": any_share - 0.4,
        },
        "servqual.gap": {**lacking, "expectation": 4.0, "importance": any_share},
        "survey.bias": {**asked, "response_rate": any_share, "response_low": any_share, "response_high": any_share},
        "csat.weighted_top2": {"value": 0.8, "low": 0.78, "high": 0.82, "unweighted": any_share},
        "csat.drivers": {"r2": 0.62},
        "csat.by_handling": {
            **{
                f"{link}{end}": any_share
                for link in ("top2", "repurchase", "referral")
                for end in ("", "_low", "_high")
            },
            "repurchase_n": 40.0,
        },
        "event.yield": {"value": 40.0, "low": 35.0, "high": 45.0, "orders": 80.0, "revenue": 9e4, "cost": 5e4, **came},
        "lead.attribution": {"revenue": 7e4},
        "lead.four_marks": {"unknown": 60.0},
        **{f"lead.conversion_{days}": {"pending": 0.0} for days in (30, 90, 180)},
        "lead.roi": {"pending": 12.0},
        "retention.cohort": {"pending": 0.0},
        "matrix.repurchase": {"pending": 9.0},
        "matrix.product_age": {"orders_a_year": 2 * any_share, "satisfaction": 70.0, "answers": 40.0},
    }.get(metric, {})


def _of_cell(position: int) -> dict[str, float]:
    return {
        "revenue": 1e6 * (4 - position),
        "revenue_share": (4 - position) / 10,
        "visits_got": 30.0,
        "visits_due": 60.0,
        "coverage": 0.5,
        "by_wallets": 0.0,
        "would_move": 10.0,
        "would_move_share": 0.05 * (position + 1),
        "would_move_of_all": 0.125,
        "audits": 12.0,
        "share_so_far": 1 - 0.6 ** (position + 1),
    }


def open_company(company: Company, patch: pytest.MonkeyPatch, home: Path) -> None:
    """Let the pages ask `company` in place of a warehouse."""
    for kept in (cached.engine, cached.settings, cached.everything):
        kept.clear()
    patch.setattr(cached, "engine", lambda: None)
    patch.setattr(cached, "settings", lambda: Settings(home=home))
    for name, answer in {
        "standing": company.standing,
        "freshness": company.freshness,
        "held": company.held_loads,
        "refreshes": company.refreshes,
        "checks": company.checks,
        "missed": company.missed,
        "published_at": lambda reader, refresh: company.published_at,
    }.items():
        patch.setattr(state, name, answer)
    patch.setattr(health, "restated_tables", company.restated_tables)
    patch.setattr(targets, "delivered", company.delivered_targets)
    patch.setattr(exports, "note", lambda reader, **noted: company.taken.append({"person": reader.person, **noted}))
    company.visits = open_visits(patch)
    patch.setattr(totals, "sees_all", company.sees_all)
    patch.setattr(figures, "figure", company.figure)
    patch.setattr(figures, "curve", company.curve)
    patch.setattr(decompose, "decompose", company.decompose)
    patch.setattr(lists, "branches", company.branches)
    patch.setattr(
        lists,
        "sources",
        lambda reader: pd.DataFrame({"source_code": ["radio"], "label_en": ["Radio"], "label_zh": ["电台"]}),
    )
    patch.setattr(lists, "customers", company.customers)
    patch.setattr(lists, "points", company.points)
    patch.setattr(lists, "cuts", company.cuts)
    for kind in ("complaints", "leads", "answers", "commented", "events"):
        patch.setattr(case_lists, kind, company.cases)
    patch.setattr(annotations, "written", lambda reader: pd.DataFrame(company.notes))
    patch.setattr(complaint_lists, "overdue", company.overdue)
