from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.address import COMPARISONS, PRESETS, Choices, State, days_of, parameters_of, parse
from warehouse.scope import Period

CHOICES = Choices(
    last_day=date(2026, 3, 31),
    branches={"north": ("n1", "n2"), "south": ("s1", "s2", "s3")},
    filters={"category": ("delivery", "奶粉", "a&b=c"), "severity": ("low", "high")},
    views=("first", "second"),
)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@st.composite
def states(draw: st.DrawFn) -> State:
    regions = tuple(draw(st.lists(st.sampled_from(sorted(CHOICES.branches)), unique=True)))
    branches = tuple(draw(st.lists(st.sampled_from(CHOICES.branches_of(regions)), unique=True)))
    days = sorted([draw(DAYS), draw(DAYS)])
    filters = {
        name: tuple(draw(st.lists(st.sampled_from(options), unique=True, min_size=1)))
        for name, options in CHOICES.filters.items()
        if draw(st.booleans())
    }
    return State(
        regions=regions,
        branches=branches,
        period=draw(st.sampled_from([*PRESETS, (days[0], days[1])])),
        comparison=draw(st.sampled_from(COMPARISONS)),
        filters=filters,
        view=draw(st.sampled_from(CHOICES.views)),
    )


@given(states())
def test_what_is_written_into_the_address_is_read_from_it(state: State) -> None:
    assert parse(parameters_of(state, CHOICES), CHOICES) == (state, [])


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=30), max_size=3), max_size=6))
def test_whatever_stands_in_the_address_is_chosen_or_named(parameters: dict[str, list[str]]) -> None:
    state, problems = parse(parameters, CHOICES)
    understood = {(name, value) for name, values in parameters_of(state, CHOICES).items() for value in values}
    named = {(problem.parameter, problem.value) for problem in problems}
    told = {
        (name, value)
        for name, values in parameters.items()
        for value in values
        if name not in {"lang", "as", "refresh", "embed", "embed_options"}
    }
    defaults = {("period", "12m"), ("compare", "before"), ("view", "first")}
    assert told <= understood | named | defaults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "east"),
        ("branch", "n9"),
        ("period", "2026-02-30..2026-03-01"),
        ("period", "2026-03-02..2026-03-01"),
        ("period", "12m'; drop table"),
        ("compare", "yesterday"),
        ("category", "unknown"),
        ("__class__", "x"),
        ("view", "third"),
    ],
)
def test_a_bad_value_is_named_and_nothing_else_changes(name: str, value: str) -> None:
    state, problems = parse({name: [value], "severity": ["low"]}, CHOICES)
    assert [(problem.parameter, problem.value) for problem in problems] == [(name, value)]
    assert state == State(filters={"severity": ("low",)}, view="first")


def test_a_branch_outside_the_chosen_region_is_named() -> None:
    state, problems = parse({"region": ["north"], "branch": ["s1", "n1"]}, CHOICES)
    assert state.branches == ("n1",)
    assert [(problem.parameter, problem.value) for problem in problems] == [("branch", "s1")]


@pytest.mark.parametrize(
    ("preset", "start"),
    [
        ("30d", date(2026, 3, 2)),
        ("90d", date(2026, 1, 1)),
        ("12m", date(2025, 4, 1)),
        ("24m", date(2024, 4, 1)),
        ("ytd", date(2026, 1, 1)),
    ],
)
def test_presets_are_counted_back_from_the_last_day_with_data(preset: str, start: date) -> None:
    assert days_of(preset, CHOICES.last_day) == Period(start=start, end=CHOICES.last_day + timedelta(days=1))


def test_a_free_period_holds_both_its_days() -> None:
    assert days_of((date(2026, 1, 1), date(2026, 1, 1)), CHOICES.last_day) == Period(
        start=date(2026, 1, 1), end=date(2026, 1, 2)
    )
