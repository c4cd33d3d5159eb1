"""Buttons to take figures away: a table, a chart as a picture, the page as a workbook or on paper. Made, and noted, when clicked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

import pandas as pd
import streamlit as st

from pages.shared import downloads, paper, workbook
from pages.shared.downloads import FORMS, Sheet, Sketch
from pages.shared.inquiry import Inquiry
from pages.shared.workbook import Page, scope_line, source_line
from warehouse.queries import exports

MADE: Mapping[str, Callable[[Page], bytes]] = {"xlsx": workbook.made, "pdf": paper.made}
_LAID: ContextVar[list[Page] | None] = ContextVar("laid", default=None)


@contextmanager
def laid_aside() -> Iterator[list[Page]]:
    """Pages drawn inside are laid here, in place of the buttons to take them away: for the press, where nobody clicks."""
    laid: list[Page] = []
    before = _LAID.set(laid)
    try:
        yield laid
    finally:
        _LAID.reset(before)


def table(inquiry: Inquiry, title: str, rows: pd.DataFrame, *, key: str) -> None:
    """One table as CSV."""
    st.download_button(
        inquiry.viewer.words.say("Table as {form}", form="CSV"),
        partial(noted, inquiry, "csv", title, partial(downloads.csv, rows)),
        _file_name(inquiry, title, "csv"),
        "text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )


def pictures(inquiry: Inquiry, title: str, sketch: Sketch, tells: str, *, key: str) -> None:
    """One chart as PNG, SVG and PDF, with its sentence, scope and refresh in the picture."""
    below = (tells, scope_line(inquiry), source_line(inquiry.viewer))
    for form, mime in FORMS.items():
        make = partial(downloads.picture, sketch, form=form, title=title, below=below)
        st.download_button(
            form.upper(),
            partial(noted, inquiry, form, title, make),
            _file_name(inquiry, title, form),
            mime,
            key=f"{key}-{form}",
            on_click="ignore",
            icon=":material/image:",
        )


def page(
    inquiry: Inquiry,
    title: str,
    shown: Sequence[Sheet],
    codes: Sequence[str],
    *,
    line: str = "",
    is_scoped: bool = True,
) -> None:
    """The whole page as one workbook and on paper. `shown` and `codes` are read when clicked: the page has been drawn then."""
    say = inquiry.viewer.words.say
    taken = Page(inquiry=inquiry, title=title, line=line, shown=shown, codes=codes, is_scoped=is_scoped)
    if (laid := _LAID.get()) is not None:
        laid.append(taken)
        return
    ways = (
        ("xlsx", say("Page as workbook"), downloads.XLSX, ":material/table_view:"),
        ("pdf", say("Page as PDF"), FORMS["pdf"], ":material/picture_as_pdf:"),
    )
    with st.container(horizontal=True, gap="small", width="content"):
        for form, label, mime, icon in ways:
            st.download_button(
                label,
                partial(noted, inquiry, form, title, partial(MADE[form], taken)),
                _file_name(inquiry, title, form),
                mime,
                key=f"page-{form}",
                on_click="ignore",
                type="tertiary",
                icon=icon,
            )


def noted(inquiry: Inquiry, form: str, title: str, make: Callable[[], bytes]) -> bytes:
    """Write down what is taken away, then make it: what cannot be noted is not made."""
    exports.note(inquiry.viewer.reader, page=inquiry.page, form=form, title=title, scope=scope_line(inquiry))
    return make()


def _file_name(inquiry: Inquiry, title: str, ending: str) -> str:
    return downloads.file_name(title, f"r{inquiry.viewer.reader.refresh_id}", ending=ending)
