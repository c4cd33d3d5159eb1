"""A drawing as it goes to the browser: its Vega-Lite, made once; its rows beside it; what a click chooses; notes on its time axis."""

import json
from functools import lru_cache, partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared import drill, specified
from pages.shared.charts import notes
from pages.shared.charts.theme import Look
from pages.shared.downloads import Sketch
from pages.shared.drawings import Drawing
from pages.shared.specified import Draw

ROWS = "rows"
"""The name of a drawing's own rows, where notes travel beside them."""


@lru_cache(maxsize=1024)
def specification(draw: Draw, look: Look, clickable: tuple[str, ...] = ()) -> dict[str, Any]:
    """The Vega-Lite of a chart for a look; rows travel beside it. A click on a mark chooses the columns `clickable` of its row.

    Whether it is valid Vega-Lite the tests find out, once and for all.
    """
    plain = specified.vega_lite(draw, look)
    return drill.clickable(plain, clickable) if clickable else plain


@lru_cache(maxsize=1024)
def with_notes(draw: Draw, look: Look, clickable: tuple[str, ...] = ()) -> dict[str, Any]:
    """The same with notes over it: both datasets are named, the chart's own rows ROWS, the notes NOTED."""
    plain, over = specification(draw, look, clickable), specified.kept(notes.layers, look, partial(notes.layers, look))
    return {**plain, "data": {"name": ROWS}, "layer": [*plain["layer"], *over]}


def show(title: str, draw: Draw, look: Look, drawing: Drawing, *, by: tuple[str, ...], noted: pd.DataFrame) -> None:
    """Draw it. A click on a mark narrows the page by the columns `by` of its row.

    Screen readers are told its title; the sentence is text beside it. Were it a part of the drawing, the browser would begin
    anew with every other sentence, instead of moving the marks that stand there.
    """
    rows, drawn = drawing.arrow, specification(draw, look, by)
    if len(noted):
        rows = None
        named = {ROWS: drawing.arrow, notes.NOTED: pa.Table.from_pandas(noted, preserve_index=False)}
        drawn = {**with_notes(draw, look, by), "datasets": named}
    if not drill.is_clickable(drawn):
        st.vega_lite_chart(rows, drawn, alt=title, width="stretch")
        return
    key = drill.key_of(title)
    clicked = partial(drill.clicked, title, key)
    st.vega_lite_chart(rows, drawn, alt=title, width="stretch", key=key, on_select=clicked)


def sketch(draw: Draw, look: Look, drawing: Drawing, noted: pd.DataFrame) -> Sketch:
    """The chart for whoever takes it away, with its notes; nothing in it can be clicked."""
    if noted.empty:
        return Sketch(specification(draw, look), drawing.marks)
    values = json.loads(noted.to_json(orient="records", date_format="iso"))
    return Sketch({**with_notes(draw, look), "datasets": {notes.NOTED: values}}, drawing.marks)
