"""What must hold of every figure, whatever is asked: laws that need no second calculation."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import get_args

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oracle.company import EXAMPLES, KINDS, Company
from tests.oracle.recover import recovered
from tests.oracle.scopes import ONE_AT_A_TIME, asked, periods
from warehouse.metrics import TIMES, Metric, metrics
from warehouse.queries.figures import SHAPES, FeedAbsent, figure
from warehouse.scope import Comparison, Period, Scope

OF_A_KIND = {kind: [code for code, about in metrics().items() if about.kind == kind] for kind in SHAPES}
LAST_YEAR = Scope(period=Period(start=date(2025, 4, 1), end=date(2026, 4, 1)))
NO_WHOLE = frozenset({"lead.four_marks", "five.ladder"})
"""Parts that are no parts of one whole: a lead may have several marks, a customer stands on several rungs."""
APART = frozenset({*TIMES, *ONE_AT_A_TIME, "scale", "owner", "part", "side", "dimension", "age"})
"""Dimensions over which nothing is ever added: standings of several days, both clocks, every question, a cohort at several ages."""

_told: dict[tuple[object, ...], pd.DataFrame] = {}


@pytest.fixture(params=[kind.name for kind in KINDS], scope="session")
def company(request: pytest.FixtureRequest, company_of: Callable[[str], Company]) -> Company:
    return company_of(request.param)


def told(company: Company, about: Metric, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """The figure; an empty table where its feeds were not delivered. Laws share tables: each is asked for once."""
    asked_for = (company.kind.name, about.code, scope.key, tuple(by))
    if asked_for not in _told:
        try:
            _told[asked_for] = figure(company.reader, about.code, scope, by=by)
        except FeedAbsent:
            _told[asked_for] = pd.DataFrame()
    return _told[asked_for]


def whatever_is_asked(company: Company, about: Metric, law: Callable[[pd.DataFrame, Sequence[str]], None]) -> None:
    """Hold the law against random asks."""

    @seed(company.kind.seed)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        scope, by = data.draw(asked(about, company))
        frame = told(company, about, scope, by)
        if not frame.empty:
            law(frame, by)

    ask()


@pytest.mark.parametrize("code", [*OF_A_KIND["rate"], *OF_A_KIND["funnel"]])
def test_the_numerator_is_a_part_of_the_denominator(company: Company, code: str) -> None:
    def law(frame: pd.DataFrame, by: Sequence[str]) -> None:
        shown = frame.dropna(subset="value")
        assert (shown["numerator"] >= 0).all()
        assert (shown["numerator"] <= shown["denominator"]).all()
        assert (shown["low"] <= shown["value"] + 1e-9).all()
        assert (shown["high"] >= shown["value"] - 1e-9).all()

    whatever_is_asked(company, metrics()[code], law)


@pytest.mark.parametrize("code", OF_A_KIND["funnel"])
def test_a_funnel_never_widens(company: Company, code: str) -> None:
    def law(frame: pd.DataFrame, by: Sequence[str]) -> None:
        for _, rows in frame.groupby(list(by), dropna=False) if by else [((), frame)]:
            shown = rows["numerator"].dropna()
            assert shown.is_monotonic_decreasing
            assert rows["denominator"].iloc[1:].is_monotonic_decreasing

    whatever_is_asked(company, metrics()[code], law)


@pytest.mark.parametrize("code", [code for code in OF_A_KIND["parts"] if code not in NO_WHOLE])
def test_parts_add_to_the_whole(company: Company, code: str) -> None:
    def law(frame: pd.DataFrame, by: Sequence[str]) -> None:
        shown = frame[frame["suppressed"].isna()]
        for _, rows in shown.groupby(list(by), dropna=False) if by else [((), shown)]:
            assert rows["denominator"].nunique() <= 1
            if len(rows):
                assert rows["value"].sum() == pytest.approx(rows["denominator"].iloc[0])
                assert rows["share"].sum() == pytest.approx(1) or rows["denominator"].iloc[0] == 0

    whatever_is_asked(company, metrics()[code], law)


def additive(about: Metric) -> list[str]:
    """The columns that add: counts and money, and bases, which are never hidden."""
    return {"count": ["value"], "money": ["value"], "parts": [], "funnel": [], "coefficients": []}.get(
        about.kind, [str(SHAPES[about.kind].base)]
    )


@pytest.mark.parametrize("code", [code for code, about in metrics().items() if additive(about)])
def test_groups_add_to_regions_and_to_the_company(company: Company, code: str) -> None:
    about = metrics()[code]
    for name in additive(about):
        whole = told(company, about, LAST_YEAR, ())
        for dim in set(about.dims) - APART:
            groups = told(company, about, LAST_YEAR, (dim,))
            if not whole.empty:
                assert groups[name].sum() == pytest.approx(whole[name].sum(), abs=0.01), dim
        if {"region", "branch"} <= set(about.dims) and not whole.empty:
            both = told(company, about, LAST_YEAR, ("region", "branch")).groupby("region")[name].sum()
            regions = told(company, about, LAST_YEAR, ("region",)).set_index("region")[name]
            assert both.to_dict() == pytest.approx(
                regions[regions > 0].to_dict() | regions[regions == 0].to_dict(), abs=0.01
            )


def test_the_backlog_follows_from_what_came_and_went(company: Company) -> None:
    days = figure(company.reader, "complaint.backlog", Scope(), by=("day",)).set_index("day")["value"]
    every = pd.date_range(min(days.index), max(days.index))
    open_then = days.set_axis(pd.to_datetime(days.index)).reindex(every, fill_value=0)
    opened = figure(company.reader, "complaint.count", Scope(), by=("day",)).set_index("day")["value"]
    came = opened.set_axis(pd.to_datetime(opened.index)).reindex(every, fill_value=0)
    flows = reopened(company).reindex(every, fill_value=0) - ended(company).reindex(every, fill_value=0)
    assert (open_then.diff().iloc[1:] == (came + flows).iloc[1:]).all()


def reopened(company: Company) -> "pd.Series[int]":
    """How many were reopened, by day."""
    if not company.has("complaint_events"):
        return pd.Series(dtype=int)
    log = company.rows("complaint_events")
    return log[log["event_code"] == "reopened"].groupby("happened_day").size()


def ended(company: Company) -> "pd.Series[int]":
    """How many ended, by day: the first resolution or closing since the complaint was last opened."""
    if not company.has("complaint_events"):
        rows = company.rows("complaints")
        return rows["resolved_day"].fillna(rows["closed_day"]).value_counts()
    log = company.rows("complaint_events").sort_values(["complaint_id", "happened_at"])
    log = log[log["event_code"].isin(["opened", "reopened", "resolved", "closed"])]
    was_open = log.groupby("complaint_id")["event_code"].shift().isin(["opened", "reopened"])
    return log[was_open & log["event_code"].isin(["resolved", "closed"])].groupby("happened_day").size()


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(period=periods())
def test_a_period_is_compared_with_one_of_equal_length(period: Period | None) -> None:
    for comparison in get_args(Comparison):
        found = Scope(period=period, comparison=comparison, filters={"source": ("radio",)}).compared()
        if period is None or comparison not in {"before", "year"}:
            assert found is None
            continue
        assert found is not None
        assert found.period is not None
        days = [period.start + timedelta(days=number) for number in range((period.end - period.start).days)]
        others = [found.period.start + timedelta(days=n) for n in range((found.period.end - found.period.start).days)]
        shift = timedelta(days=len(days)) if comparison == "before" else timedelta(days=364)
        assert [day - shift for day in days] == others
        assert found.filters == {"source": ("radio",)}


NESTED = (("branch", "region"), ("source", "source_group"))
QUARTER = Scope(period=Period(start=date(2026, 1, 1), end=date(2026, 4, 1)))


def crossed(about: Metric) -> list[tuple[str, ...]]:
    """Every pair of dimensions in which something may be hidden: no times, nothing that is never added, neither inside the other."""
    pairs = combinations([name for name in about.dims if name not in APART], 2)
    return [pair for pair in pairs if not any(set(pair) == set(nest) for nest in NESTED)]


def told_away(company: Company, about: Metric, scope: Scope, finest: tuple[str, ...]) -> list[str]:
    """What can be worked out from the figure told by `finest`, by each part of it, and in total."""
    groupings = [by for size in range(len(finest) + 1) for by in combinations(finest, size)]
    tables = {by: told(company, about, scope, by) for by in groupings}
    if any(table.empty for table in tables.values()):
        return []
    return recovered(tables, finest, figure="numerator", base="denominator")


@pytest.mark.parametrize("code", OF_A_KIND["rate"])
def test_what_is_hidden_cannot_be_worked_out_from_a_table_and_its_total(company: Company, code: str) -> None:
    about = metrics()[code]
    for scope in (Scope(), QUARTER):
        for dim in [name for name in about.dims if name not in APART]:
            assert not told_away(company, about, scope, (dim,)), dim


@pytest.mark.parametrize("code", OF_A_KIND["rate"])
def test_what_is_hidden_cannot_be_worked_out_across_groupings(company: Company, code: str) -> None:
    for pair in crossed(metrics()[code]):
        assert not told_away(company, metrics()[code], QUARTER, pair), pair


def test_what_is_hidden_cannot_be_worked_out_from_what_it_lies_in(company_of: Callable[[str], Company]) -> None:
    """A branch from its region, a source from its group."""
    cases = [(kind.name, code, pair) for kind in KINDS for code in OF_A_KIND["rate"] for pair in NESTED]
    found = [
        (name, code, told_away(company_of(name), metrics()[code], QUARTER, pair))
        for name, code, pair in cases
        if set(pair) <= set(metrics()[code].dims)
    ]
    assert not [case for case in found if case[2]]
