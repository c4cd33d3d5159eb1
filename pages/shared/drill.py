"""Narrowing a page by clicking a mark or choosing a row. What is chosen goes into the address; chips take it back out of it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from pages.shared import address
from pages.shared.address import Choices, Parameters
from pages.shared.markup import plain
from pages.shared.names import Names
from pages.shared.text import Words

CLICKED = "clicked"
PERIOD, VIEW = "period", "view"
CLICKED_VIEW = "clicked-view"
Chosen = tuple[tuple[str, str], ...]
"""Parameters of the address with the value that each takes."""

LENGTHS: Mapping[str, pd.DateOffset] = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
}
ONE_ROW_EACH = {
    "bar": "rect",
    "rect": "rect",
    "point": "symbol",
    "circle": "symbol",
    "square": "symbol",
    "text": "text",
}
"""Marks that stand for one row each, with what Vega calls them. A line or a band stands for all of them: clicking it chooses none."""


def with_period(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the period that each stands for, as the address says it, where they are by day, week or month."""
    time = next((name for name in LENGTHS if name in rows and pd.api.types.is_datetime64_any_dtype(rows[name])), None)
    if time is None or PERIOD in rows:
        return rows
    last = rows[time] + LENGTHS[time] - pd.DateOffset(days=1)
    spans = [
        f"{first:%Y-%m-%d}..{end:%Y-%m-%d}" if pd.notna(first) else None
        for first, end in zip(rows[time], last, strict=True)
    ]
    return rows.assign(**{PERIOD: spans})


def fields(rows: pd.DataFrame, choices: Choices | None) -> tuple[str, ...]:
    """Which columns of `rows` the page can be narrowed by, and in which they differ. None on a page without a scope."""
    return tuple(name for name in offered(choices) if name in rows and rows[name].nunique() > 1)


def offered(choices: Choices | None) -> tuple[str, ...]:
    """All that the page can be narrowed by."""
    if choices is None:
        return ()
    regions = len(choices.branches) > 1
    branches = len(choices.branches_of(())) > 1
    places = [*(["region"] if regions else []), *(["branch"] if branches else [])]
    return (PERIOD, *places, *choices.filters, *([VIEW] if choices.views else []))


def clickable(specified: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The Vega-Lite `specified` in which a click on a mark of one row chooses that row's `names`; the cursor says so.

    A drawing in which no mark stands for one row stays as it is.
    """
    layers = [{**layer, "mark": _pointed_at(layer["mark"])} for layer in specified["layer"]]
    first = next((place for place, layer in enumerate(layers) if layer["mark"]["type"] in ONE_ROW_EACH), None)
    if first is None:
        return dict(specified)
    marks = " || ".join(f"event.item.mark.marktype === '{mark}'" for mark in sorted(set(ONE_ROW_EACH.values())))
    chosen = {
        "type": "point",
        "fields": list(names),
        "on": f"click[event.item && ({marks})]",
        "toggle": False,
        "clear": False,
    }
    layers[first]["params"] = [{"name": CLICKED, "select": chosen}]
    return {**specified, "layer": layers}


def is_clickable(specified: Mapping[str, Any]) -> bool:
    """Whether a click on a mark of `specified` chooses anything."""
    return any("params" in layer for layer in specified["layer"])


def key_of(title: str) -> str:
    """The key of the chart called `title`: a new one after each click on it, so that the same mark can be clicked again."""
    return f"chart-{title}-{st.session_state.get(f'clicks-{title}', 0)}"


def clicked(title: str, key: str) -> None:
    """Narrow the page to the mark that was clicked on the chart called `title`; a mark that names nothing changes nothing."""
    found = st.session_state[key]["selection"].get(CLICKED) or [{}]
    chosen = tuple((name, value) for name, value in found[0].items() if isinstance(value, str) and value)
    st.session_state[f"clicks-{title}"] = st.session_state.get(f"clicks-{title}", 0) + 1
    if chosen:
        st.session_state[CLICKED_VIEW] = VIEW in dict(chosen)
        _go(narrowed(_address(), chosen))


def has_clicked_view() -> bool:
    """Whether this run follows a click that chose a view; asked once a run."""
    return bool(st.session_state.pop(CLICKED_VIEW, False))


def here() -> str:
    """The address of the page as it is, on which its links depend."""
    return urlencode(_address(), doseq=True)


def links(name: str, values: Iterable[str]) -> list[str]:
    """The address of the page narrowed to each of `values` of one parameter: where their names in a table lead."""
    now = _address()
    return [f"?{urlencode(narrowed(now, ((name, value),)), doseq=True)}" for value in values]


def choose(words: Words, names: Names, rows: pd.DataFrame, by: Sequence[str], *, key: str) -> None:
    """The way without a mouse: one row to choose, with the same effect as a click on its mark."""
    options = rows_to_choose(words, names, rows, by)
    st.selectbox(
        words.say("Narrow the page to"),
        list(options),
        index=None,
        format_func=lambda chosen: options[chosen],
        placeholder=words.say("Choose a row"),
        key=key,
        on_change=partial(_row_chosen, key),
    )


def rows_to_choose(words: Words, names: Names, rows: pd.DataFrame, by: Sequence[str]) -> dict[Chosen, str]:
    """What each different row narrows the page to, and what that is called; rows that name nothing are left out."""
    different = rows[[*by]].drop_duplicates().to_dict("records")
    chosen = [
        tuple((name, str(row[name])) for name in by if row[name] == row[name] and row[name] not in {None, ""})
        for row in different
    ]
    return {pairs: " · ".join(called(words, names, *pair) for pair in pairs) for pairs in chosen if pairs}


def chips(words: Words, names: Names, choices: Choices) -> None:
    """What the page is narrowed to, each with a button that takes it back.

    Their place is kept where there are none: with the first of them all below would move by one, and be drawn anew.
    """
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        for name, value in narrowed_to(_address(), choices):
            dimension = words.say("Period") if name == PERIOD else names.dimension(name)
            st.button(
                plain(f"{dimension}: {called(words, names, name, value)}"),
                key=f"chip-{name}-{value}",
                help=words.say("Take this back"),
                icon=":material/close:",
                icon_position="right",
                on_click=_take_back,
                args=(name, value),
            )


def narrowed_to(parameters: Parameters, choices: Choices) -> list[tuple[str, str]]:
    """The parameters of an address that narrow a page: places, its own filters, and days that are no preset."""
    return [
        (name, value)
        for name in ("region", "branch", PERIOD, *choices.filters)
        for value in parameters.get(name, ())
        if name != PERIOD or isinstance(address.period_of(value), tuple)
    ]


def narrowed(parameters: Parameters, chosen: Chosen) -> dict[str, list[str]]:
    """The address with what was chosen, in the place of what stood there under the same names."""
    return {name: list(values) for name, values in parameters.items()} | {name: [value] for name, value in chosen}


def widened(parameters: Parameters, name: str, value: str) -> dict[str, list[str]]:
    """The address without one value of one parameter."""
    left = {
        called: [each for each in values if (called, each) != (name, value)] for called, values in parameters.items()
    }
    return {called: values for called, values in left.items() if values}


def called(words: Words, names: Names, name: str, value: str) -> str:
    """What one value of a parameter is called: a code by its name, a free period by its days, a whole month by its name."""
    days = address.period_of(value) if name == PERIOD else None
    if not isinstance(days, tuple):
        return names.of_code(name, value)
    first, last = days
    after = pd.Timestamp(first) + LENGTHS["month"] - pd.DateOffset(days=1)
    if first == last:
        return words.day(first)
    return words.month(first) if first.day == 1 and after.date() == last else words.span(first, last)


def _pointed_at(mark: str | Mapping[str, Any]) -> dict[str, Any]:
    whole = {"type": mark} if isinstance(mark, str) else dict(mark)
    return {**whole, "cursor": "pointer"} if whole["type"] in ONE_ROW_EACH else whole


def _row_chosen(key: str) -> None:
    if chosen := st.session_state[key]:
        st.session_state[key] = None
        _go(narrowed(_address(), chosen))


def _take_back(name: str, value: str) -> None:
    left = widened(_address(), name, value)
    if name == PERIOD and (before := st.session_state.pop("period_before", None)):
        left[PERIOD] = before
    _go(left)


def _go(parameters: Mapping[str, list[str]]) -> None:
    """Change the address: the sidebar takes it in before anything is drawn, as it takes in a link."""
    now = _address().get(PERIOD, [])
    if now != parameters.get(PERIOD, []) and not any(isinstance(address.period_of(days), tuple) for days in now):
        st.session_state["period_before"] = now
    st.query_params.from_dict(dict(parameters))


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}
