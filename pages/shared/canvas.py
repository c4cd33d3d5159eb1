"""A drawing as it goes to the browser: its Vega-Lite, made once; its rows beside it; what a click chooses; notes on its time axis."""

import json
from functools import lru_cache, partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared import drill
from pages.shared.charts import notes
from pages.shared.charts.theme import Look
from pages.shared.downloads import Sketch
from pages.shared.drawings import Draw, Drawing

ROWS = "rows"
"""The name of a drawing's own rows, where notes travel beside them."""
Columns = tuple[tuple[str, str], ...]


@lru_cache(maxsize=1024)
def specification(draw: Draw, look: Look, columns: Columns, clickable: tuple[str, ...] = ()) -> dict[str, Any]:
    """The Vega-Lite of a chart, made once for its look and the shape of its rows; rows travel beside it.

    A click on a mark chooses the columns `clickable` of its row. Whether it is valid Vega-Lite the tests find out, once and for
    all: here that would take a quarter of the time of a page that nobody has opened yet.
    """
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns})
    made: dict[str, Any] = draw(empty, look).to_dict(validate=False)
    if len(made.get("datasets", {})) > 1:
        raise ValueError(f"{draw.__name__} draws other rows than those it was given")
    plain = {name: part for name, part in made.items() if name not in {"data", "datasets", "$schema"}}
    return drill.clickable(plain, clickable) if clickable else plain


@lru_cache(maxsize=1024)
def with_notes(draw: Draw, look: Look, columns: Columns, clickable: tuple[str, ...] = ()) -> dict[str, Any]:
    """The same with notes over it: both datasets are named, the chart's own rows ROWS, the notes NOTED."""
    plain = specification(draw, look, columns, clickable)
    return {**plain, "data": {"name": ROWS}, "layer": [*plain["layer"], *notes.layers(look)]}


def show(title: str, draw: Draw, look: Look, drawing: Drawing, *, by: tuple[str, ...], noted: pd.DataFrame) -> None:
    """Draw it. A click on a mark narrows the page by the columns `by` of its row.

    Screen readers are told its title; the sentence is text beside it. Were it a part of the drawing, the browser would begin
    anew with every other sentence, instead of moving the marks that stand there.
    """
    rows, specified = drawing.arrow, specification(draw, look, drawing.shape, by)
    if len(noted):
        rows = None
        named = {ROWS: drawing.arrow, notes.NOTED: pa.Table.from_pandas(noted, preserve_index=False)}
        specified = {**with_notes(draw, look, drawing.shape, by), "datasets": named}
    if not drill.is_clickable(specified):
        st.vega_lite_chart(rows, specified, alt=title, width="stretch")
        return
    key = drill.key_of(title)
    clicked = partial(drill.clicked, title, key)
    st.vega_lite_chart(rows, specified, alt=title, width="stretch", key=key, on_select=clicked)


def sketch(draw: Draw, look: Look, drawing: Drawing, noted: pd.DataFrame) -> Sketch:
    """The chart for whoever takes it away, with its notes; nothing in it can be clicked."""
    if noted.empty:
        return Sketch(specification(draw, look, drawing.shape), drawing.marks)
    values = json.loads(noted.to_json(orient="records", date_format="iso"))
    specified = {**with_notes(draw, look, drawing.shape), "datasets": {notes.NOTED: values}}
    return Sketch(specified, drawing.marks)
