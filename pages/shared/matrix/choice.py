"""Which matrix is looked at, and which of its cells: the page's own choice, one `view` in the address (`apostle.hostage`)."""

from collections.abc import Mapping
from typing import Literal, cast, get_args

import streamlit as st

from pages.shared.panels import Screen
from pages.shared.text import Words
from warehouse.metrics import cells

Opened = Literal["portfolio", "value_tier", "distributor", "apostle"]
"""The matrices whose cells open to their customers."""
Matrix = Literal[Opened, "repurchase", "service_type", "product_age", "pareto"]
MATRICES: tuple[Matrix, ...] = get_args(Matrix)
ORDER: Mapping[Opened, tuple[str, ...]] = {
    "portfolio": ("question", "star", "dog", "cash_cow"),
    "value_tier": ("loyal", "opportunity", "edge", "lost"),
    "distributor": ("support", "profit", "risk", "relation"),
    "apostle": ("hostage", "loyalist", "apostle", "defector", "mercenary"),
}
"""Cells as they stand on the page, row by row: the second axis upwards, the first to the right."""
BEST: Mapping[Opened, str] = {
    "portfolio": "star",
    "value_tier": "loyal",
    "distributor": "profit",
    "apostle": "apostle",
}
VIEWS = (*MATRICES, *(f"{matrix}.{cell}" for matrix, order in ORDER.items() for cell in order))


def matrix_of(view: str) -> Matrix:
    """The matrix that a view names."""
    return cast(Matrix, view.partition(".")[0])


def cell_of(view: str, matrix: Opened) -> str:
    """The cell of `matrix` that a view names; its best one where it names none."""
    return view.removeprefix(f"{matrix}.") if view.startswith(f"{matrix}.") else BEST[matrix]


def is_open(view: str, matrix: Opened, cell: str) -> bool:
    """Whether the customers of this cell are what is looked at."""
    return matrix_of(view) == matrix and cell_of(view, matrix) == cell


def choose(view: str) -> None:
    """Look at another view; the sidebar writes it into the address."""
    st.session_state["view"] = view


def called(words: Words, matrix: str, cell: str) -> str:
    """What a cell is called."""
    return words.label(cells(matrix)[cell].label)


def matrix_switch(screen: Screen) -> Matrix:
    """The switch between the eight matrices, and the one that is on."""
    say, chosen = screen.viewer.words.say, matrix_of(screen.asked.view)
    names = {
        "portfolio": say("Portfolio"),
        "value_tier": say("Value tiers"),
        "distributor": say("Distributors"),
        "apostle": say("Apostles"),
        "repurchase": say("Repurchase"),
        "service_type": say("Service types"),
        "product_age": say("Product age"),
        "pareto": say("80/20"),
    }
    _switch(say("Matrix"), names, "matrix-chosen", chosen)
    return chosen


def cell_switch(screen: Screen, matrix: Opened) -> str:
    """The switch between the cells of one matrix, and the one that is on."""
    words, chosen = screen.viewer.words, cell_of(screen.asked.view, matrix)
    names = {f"{matrix}.{cell}": called(words, matrix, cell) for cell in ORDER[matrix]}
    _switch(words.say("Cell"), names, f"cell-chosen-{matrix}", f"{matrix}.{chosen}")
    return chosen


def _switch(label: str, names: Mapping[str, str], key: str, chosen: str) -> None:
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        list(names),
        format_func=lambda name: names[name],
        key=key,
        on_change=_switched,
        args=(key,),
        label_visibility="collapsed",
        required=True,
        wrap=True,
    )


def _switched(key: str) -> None:
    choose(st.session_state[key])
