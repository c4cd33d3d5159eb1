"""The address of a page: its whole state as readable parameters, parsed strictly. Pure; nothing here draws."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal, get_args

from warehouse.scope import Comparison, Period, Scope

Preset = Literal["30d", "90d", "12m", "ytd", "24m", "all"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
FREE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
OF_THE_SESSION = frozenset({"lang", "as", "refresh", "embed", "embed_options"})
"""Parameters that somebody else reads: language, demo person, refresh, and Streamlit's own."""

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choices:
    """What this person can choose on this page: branches by region, options by filter, and the last day with data."""

    last_day: date
    branches: Mapping[str, Sequence[str]] = field(default_factory=dict)
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    views: Sequence[str] = ()

    def branches_of(self, regions: Sequence[str]) -> tuple[str, ...]:
        """Branches of `regions`; of all where none is named."""
        return tuple(branch for region in regions or self.branches for branch in self.branches[region])


@dataclass(frozen=True)
class Problem:
    """One parameter that was ignored, as it stood in the address."""

    parameter: str
    value: str


@dataclass(frozen=True)
class State:
    """What a page shows. `period` is a preset or a pair of days, the last included; `view` is the page's own choice."""

    regions: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    period: Preset | tuple[date, date] = "12m"
    comparison: Comparison = "before"
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    view: str = ""

    def scope(self, last_day: date) -> Scope:
        """The scope to ask figures for, with presets counted back from `last_day`."""
        return Scope(
            period=days_of(self.period, last_day),
            regions=self.regions,
            branches=self.branches,
            filters={name: chosen for name, chosen in self.filters.items() if chosen},
            comparison=self.comparison,
        )


def days_of(period: Preset | tuple[date, date], last_day: date) -> Period | None:
    """The days of `period`, None for all time. Presets in months begin on a first; the running month is included."""
    if isinstance(period, tuple):
        return Period(start=period[0], end=period[1] + timedelta(days=1))
    end = last_day + timedelta(days=1)
    match period:
        case "30d" | "90d":
            return Period(start=end - timedelta(days=int(period[:-1])), end=end)
        case "12m" | "24m":
            return Period(start=months_back(last_day, int(period[:-1]) - 1), end=end)
        case "ytd":
            return Period(start=last_day.replace(month=1, day=1), end=end)
        case "all":
            return None


def months_back(day: date, months: int) -> date:
    """The first day of the month that lies `months` before that of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def parse(parameters: Parameters, choices: Choices) -> tuple[State, list[Problem]]:
    """The state that an address describes, and every parameter in it that means nothing to this page and person."""
    state, problems = State(view=choices.views[0] if choices.views else ""), list[Problem]()
    for name, values in parameters.items():
        if name in OF_THE_SESSION:
            continue
        for value in dict.fromkeys(values):
            changed = _with(state, name, value, choices)
            if changed is None:
                problems.append(Problem(parameter=name, value=value))
            else:
                state = changed
    allowed = choices.branches_of(state.regions)
    problems += [Problem(parameter="branch", value=branch) for branch in state.branches if branch not in allowed]
    return replace(state, branches=tuple(branch for branch in state.branches if branch in allowed)), problems


def parameters_of(state: State, choices: Choices) -> dict[str, list[str]]:
    """The address of `state`: only what differs from the page as first opened. `parse` reads it back."""
    period = state.period if isinstance(state.period, str) else f"{state.period[0]}..{state.period[1]}"
    everything: dict[str, list[str]] = {
        "region": list(state.regions),
        "branch": list(state.branches),
        "period": [period] if period != State.period else [],
        "compare": [state.comparison] if state.comparison != State.comparison else [],
        "view": [state.view] if choices.views and state.view != choices.views[0] else [],
        **{name: list(chosen) for name, chosen in state.filters.items()},
    }
    return {name: values for name, values in everything.items() if values}


def _with(state: State, name: str, value: str, choices: Choices) -> State | None:
    if name == "region" and value in choices.branches:
        return replace(state, regions=(*state.regions, value))
    if name == "branch" and value in choices.branches_of(()):
        return replace(state, branches=(*state.branches, value))
    if name == "compare" and value in COMPARISONS:
        return replace(state, comparison=value)
    if name == "view" and value in choices.views:
        return replace(state, view=value)
    if name == "period":
        period = period_of(value)
        return None if period is None else replace(state, period=period)
    if value in choices.filters.get(name, ()):
        chosen = (*state.filters.get(name, ()), value)
        return replace(state, filters={**state.filters, name: chosen})
    return None


def period_of(text: str) -> Preset | tuple[date, date] | None:
    """The preset or the two days, the last included, that `text` names; None where it names neither."""
    if text in PRESETS:
        return text
    match = FREE.fullmatch(text)
    if match is None:
        return None
    try:
        first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
    except ValueError:
        return None
    return (first, last) if first <= last < date.max else None
