"""Dated notes: which of them concern a chart, how they stand on its time axis, and the card on which stewards write them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import cached
from pages.shared.drill import LENGTHS
from pages.shared.inquiry import Inquiry
from pages.shared.names import Names
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics
from warehouse.queries import annotations

COLUMNS = ("day", "until", "number", "when", "said", "lane")
NONE = pd.DataFrame(columns=list(COLUMNS))
LANES, CLOSE = 3, 0.06
"""Notes that are closer than this part of the axis stand in different lanes."""


def written(viewer: Viewer) -> pd.DataFrame:
    """The notes that this person may see; those just written or withdrawn here are counted at once."""
    return cached.fresh(viewer.asker, annotations.written, turn=st.session_state.get("noted", 0))


def time_axis(specified: Mapping[str, Any]) -> str | None:
    """The column that a drawing lays along a time axis; None where it has none."""
    for layer in specified["layer"]:
        along = layer.get("encoding", {}).get("x", {})
        if along.get("type") == "temporal":
            return str(along["field"])
    return None


def on_axis(notes: pd.DataFrame, inquiry: Inquiry, metric: str | None, times: pd.Series) -> pd.DataFrame:
    """The notes that concern `metric` in the page's scope and lie on the axis of `times`, in the order of their days.

    Columns: day, until (where its last day ends), number, when and said (texts), lane.
    """
    known = times.dropna()
    if notes.empty or known.empty:
        return NONE
    begins, ends = known.min(), known.max() + LENGTHS[str(times.name)]
    day = pd.to_datetime(notes["from_on"])
    until = pd.to_datetime(notes["until_on"]).fillna(day) + pd.DateOffset(days=1)
    concerned = [_concerns(codes, metric) for codes in notes["concerns"]]
    here = [_is_here(inquiry, kind, place) for kind, place in zip(notes["scope_kind"], notes["scope_id"], strict=True)]
    chosen = pd.Series(concerned, notes.index) & pd.Series(here, notes.index) & (day < ends) & (until > begins)
    shown = notes[chosen]
    return pd.DataFrame(
        {
            "day": day[chosen].clip(lower=begins),
            "until": until[chosen].clip(upper=ends),
            "number": [str(number) for number in range(1, len(shown) + 1)],
            "when": [when(inquiry.names, row) for row in shown.to_dict("records")],
            "said": [said(inquiry.names, row) for row in shown.to_dict("records")],
            "lane": _lanes([float((each - begins) / (ends - begins)) for each in day[chosen]]),
        }
    ).reset_index(drop=True)


def told(inquiry: Inquiry, shown: pd.DataFrame) -> list[str]:
    """Each note as one line: its number, its days and its text."""
    if shown.empty:
        return []
    say = inquiry.viewer.words.say
    return [
        say("Note {number}, {when}: {text}", number=row["number"], when=row["when"], text=row["said"])
        for row in shown.to_dict("records")
    ]


def when(names: Names, note: Mapping[Any, Any]) -> str:
    """The day of a note, or its first and last."""
    first, last = note["from_on"], note["until_on"]
    return names.words.day(first) if pd.isna(last) or last == first else names.words.span(first, last)


def said(names: Names, note: Mapping[Any, Any]) -> str:
    """The text of a note in the reader's language, after the place that it is about."""
    text = names.words.label({"en": note["text_en"], "zh_CN": note["text_zh"]})
    if note["scope_kind"] == "company":
        return text
    return names.words.say("{place}: {text}", place=names.of_code(note["scope_kind"], note["scope_id"]), text=text)


def _concerns(codes: list[str], metric: str | None) -> bool:
    if not codes or metric is None:
        return not codes
    return bool(set(codes) & {metric, *metrics()[metric].feeds})


def _is_here(inquiry: Inquiry, kind: str, place: str | None) -> bool:
    """Whether the page's scope holds any of the place."""
    seen, scope = inquiry.viewer.branches, inquiry.scope
    if kind == "company":
        return True
    if scope.regions:
        seen = seen[seen["region_id"].isin(scope.regions)]
    if scope.branches:
        seen = seen[seen["branch_id"].isin(scope.branches)]
    return bool((seen[f"{kind}_id"] == place).any())


def _lanes(places: list[float]) -> list[int]:
    lanes: list[int] = []
    for at, place in enumerate(places):
        is_close = at > 0 and place - places[at - 1] < CLOSE
        lanes.append((lanes[-1] + 1) % LANES if is_close else 0)
    return lanes
