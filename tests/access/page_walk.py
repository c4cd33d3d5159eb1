"""Pages as somebody sees them, without a browser and over the real warehouse: everything that would go to that browser, as text."""

import io
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import streamlit as st
from google.protobuf.message import Message
from openpyxl import load_workbook
from pypdf import PdfReader
from streamlit.runtime.caching.cache_data_api import _data_caches
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from pages.shared import cached, sign_in, takeaway
from tests.access.leak_company import LeakCompany
from warehouse.settings import Settings

Made = tuple[str, str, Callable[[], bytes]]


def open_house(company: LeakCompany, patch: pytest.MonkeyPatch) -> None:
    """Let the pages ask `company` as a warehouse of one's own, where people sign in."""
    forget()
    settings = Settings(home=Path("nowhere"), database_url="of the loader", reader_url="of the reader")
    patch.setattr(cached, "engine", lambda: company.database.reader)
    patch.setattr(cached, "settings", lambda: settings)
    patch.setattr(sign_in, "is_possible", lambda: True)


def forget() -> None:
    """What is kept between clicks, forgotten."""
    cached.everything.clear()


def visit(patch: pytest.MonkeyPatch, page: str, person: str, **parameters: str) -> AppTest:
    """A page opened by somebody who has signed in."""
    claims = {"is_logged_in": True, "email": person, "email_verified": True, "iat": int(time.time())}
    patch.setattr(st, "user", claims)
    app = AppTest.from_function(_screen, args=(page,), default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def opened(app: AppTest) -> AppTest:
    """The same with everything open that opens at a click: tables, explanations, downloads."""
    for name in list(app.session_state._state.filtered_state):
        if name.startswith("icon-"):
            app.session_state[name] = True
    return app.run()


def handed_out(patch: pytest.MonkeyPatch) -> list[Made]:
    """Fills up with what the download buttons of pages make, by key and file name."""
    made: list[Made] = []
    patch.setattr(
        takeaway.st, "download_button", lambda label, make, name, mime, *, key, **_: made.append((key, name, make))
    )
    return made


def readable(made: Iterable[Made]) -> dict[str, Callable[[], bytes]]:
    """What each file is made by, but pictures in points, which have no text, and papers with one picture, which the SVG is."""
    return {
        name: make for key, name, make in made if Path(name).suffix in {".csv", ".svg", ".xlsx"} or key == "page-pdf"
    }


def read(name: str, made: bytes) -> str:
    """The text of a file that was taken away."""
    if name.endswith(".xlsx"):
        rows = (row for sheet in load_workbook(io.BytesIO(made)) for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    return made.decode("utf-8-sig")


def everything(app: AppTest) -> list[str]:
    """Every text that went to the browser: of elements, options, tables, charts with their rows, and the address."""
    return [*(said for node in _nodes(app._tree) for said in _of(node)), *_said(dict(app.query_params))]


def kept(app: AppTest) -> set[str]:
    """Every text that is kept between clicks: in the one cache there is, and in the session."""
    assert not _data_caches._function_caches, "the dashboard has one cache, of its own"
    return {
        said
        for part in (cached.everything._made.values(), app.session_state._state.filtered_state)
        for said in _held(part)
    }


def _held(part: object) -> Iterator[str]:
    """The texts in rows, records and containers."""
    if isinstance(part, str | bytes):
        yield part if isinstance(part, str) else part.decode("utf-8", "replace")
    elif isinstance(part, pd.DataFrame):
        yield from map(str, part.columns)
        yield from (str(value) for name in part for value in part[name].astype(str).unique())
        yield from _held(dict(part.attrs))
    elif isinstance(part, Mapping):
        yield from (said for each in (*part.keys(), *part.values()) for said in _held(each))
    elif isinstance(part, Iterable):
        yield from (said for each in part for said in _held(each))
    elif is_dataclass(part):
        yield from (said for each in fields(part) for said in _held(getattr(part, each.name)))


def _nodes(block: Block) -> Iterator[Element | Block]:
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from _nodes(child)


def _of(node: Element | Block) -> Iterator[str]:
    if isinstance(node.proto, Message):
        yield from _said(node.proto)


def _said(part: Any) -> Iterator[str]:
    """The texts in a protocol message; bytes are rows of Arrow, or text."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, bytes):
        yield from _rows(part)
    else:
        for each in _parts(part):
            yield from _said(each)


def _parts(part: Any) -> Iterable[Any]:
    if isinstance(part, Message):
        return [value for _, value in part.ListFields()]
    if isinstance(part, Mapping):
        return [*part, *part.values()]
    return part if hasattr(part, "__iter__") else []


def _rows(part: bytes) -> Iterator[str]:
    try:
        table = pa.ipc.open_stream(part).read_all()
    except pa.ArrowInvalid:
        yield part.decode("utf-8", "replace")
        return
    yield from (str(value) for column in table.columns for value in column.to_pylist())


def _screen(page: str) -> None:
    import importlib

    from pages.shared import panels, viewer

    with panels.guarded(viewer.visitors_words().say):
        who = viewer.at_the_door()
        if who is not None:
            importlib.import_module(f"pages.{page}").show(who)
