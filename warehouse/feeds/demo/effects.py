"""The true effects of the demo company, read from effects.yaml: the one place that knows their sizes and dates."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DECLARED = Path(__file__).with_name("effects.yaml")


@dataclass(frozen=True)
class SourceDecay:
    """From a month on, leads of one source order with `order_factor` times their chance before."""

    source_code: str
    months_before: int
    order_factor: float

    def since(self, until: date) -> date:
        """First day of the first month that is worse."""
        after = until + timedelta(days=1)
        months = after.year * 12 + after.month - 1 - self.months_before
        return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class BranchSlip:
    """From a Monday on, one branch needs `handling_factor` times the working hours for a complaint."""

    branch_id: str
    weeks_before: int
    handling_factor: float

    def since(self, until: date) -> date:
        """The Monday."""
        return until - timedelta(days=until.weekday(), weeks=self.weeks_before)


@dataclass(frozen=True)
class SurveyBias:
    """In one region, who complained within 180 days answers with `answer_factor` times the chance of the others."""

    region_id: str
    answer_factor: float


@dataclass(frozen=True)
class WinningEvent:
    """Who attended an event of this kind orders with `order_factor` times the chance."""

    event_kind: str
    order_factor: float


@dataclass(frozen=True)
class Satisfaction:
    """How handling times move satisfaction (standard deviations a doubling), and satisfaction the rate of orders."""

    points_per_doubling: float
    repurchase_per_sd: float


@dataclass(frozen=True)
class Span:
    """Days from Chinese New Year, both included, and what their numbers are multiplied by."""

    first_day: int
    last_day: int
    factor: float


@dataclass(frozen=True)
class Seasons:
    """Factors of the days: by weekday from Monday, by month from January, and round Chinese New Year."""

    leads_by_weekday: tuple[float, ...]
    orders_by_weekday: tuple[float, ...]
    by_month: tuple[float, ...]
    before_new_year: Span
    new_year: Span


@dataclass(frozen=True)
class Effects:
    """Everything the dashboards ought to find. `base` are the rates that hold with or without the effects."""

    source_decay: SourceDecay
    branch_slip: BranchSlip
    survey_bias: SurveyBias
    winning_event: WinningEvent
    satisfaction: Satisfaction
    seasons: Seasons
    base: dict[str, Any] = field(repr=False, compare=False)

    def without(self) -> "Effects":
        """The same with every size neutral."""
        return replace(
            self,
            source_decay=replace(self.source_decay, order_factor=1.0),
            branch_slip=replace(self.branch_slip, handling_factor=1.0),
            survey_bias=replace(self.survey_bias, answer_factor=1.0),
            winning_event=replace(self.winning_event, order_factor=1.0),
            satisfaction=Satisfaction(points_per_doubling=0.0, repurchase_per_sd=1.0),
            seasons=Seasons(
                leads_by_weekday=(1.0,) * 7,
                orders_by_weekday=(1.0,) * 7,
                by_month=(1.0,) * 12,
                before_new_year=replace(self.seasons.before_new_year, factor=1.0),
                new_year=replace(self.seasons.new_year, factor=1.0),
            ),
        )

    def dated(self, until: date) -> dict[str, Any]:
        """Sizes by effect, with the dates they begin on, ready for JSON."""
        sizes = {name: size for name, size in asdict(self).items() if name != "base"}
        sizes["source_decay"]["since"] = self.source_decay.since(until).isoformat()
        sizes["branch_slip"]["since"] = self.branch_slip.since(until).isoformat()
        return sizes


@cache
def declared() -> Effects:
    """The effects as effects.yaml declares them."""
    text = yaml.safe_load(DECLARED.read_text("utf-8"))
    sizes = text["effects"]
    seasons = sizes["seasons"]
    return Effects(
        source_decay=SourceDecay(**sizes["source_decay"]),
        branch_slip=BranchSlip(**sizes["branch_slip"]),
        survey_bias=SurveyBias(**sizes["survey_bias"]),
        winning_event=WinningEvent(**sizes["winning_event"]),
        satisfaction=Satisfaction(**sizes["satisfaction"]),
        seasons=Seasons(
            leads_by_weekday=tuple(seasons["leads_by_weekday"]),
            orders_by_weekday=tuple(seasons["orders_by_weekday"]),
            by_month=tuple(seasons["by_month"]),
            before_new_year=Span(**seasons["before_new_year"]),
            new_year=Span(**seasons["new_year"]),
        ),
        base=text["base"],
    )


ALL = declared()
NONE = ALL.without()
