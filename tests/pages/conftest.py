"""Pages opened without a browser and without a server: Streamlit's own AppTest over a stand-in for the warehouse."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import markup
from tests.pages.branch_lists import Lists, open_lists
from tests.pages.company import Company, open_company
from tests.pages.health_book import HealthBook, open_book

Open = Callable[..., AppTest]
Drawn = list[tuple[pd.DataFrame, dict[str, Any], str]]


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """A company that the pages ask in place of a warehouse."""
    made = Company()
    open_company(made, monkeypatch, tmp_path)
    return made


@pytest.fixture
def lists(company: Company, monkeypatch: pytest.MonkeyPatch) -> Lists:
    """The same company's lists of things to do."""
    return open_lists(company, monkeypatch)


@pytest.fixture
def book(company: Company, monkeypatch: pytest.MonkeyPatch) -> HealthBook:
    """What stewards look into at the same company."""
    return open_book(company, monkeypatch)


@pytest.fixture
def open_page(company: Company, lists: Lists, book: HealthBook) -> Open:
    """Opens one page as one of the three people: open_page("complaints", "head", lang="zh_CN", region="north")."""

    def opened(page: str, person: str = "executive", **parameters: str | list[str]) -> AppTest:
        app = AppTest.from_function(_screen, args=(page,), default_timeout=30)
        app.query_params["as"] = person
        for name, value in parameters.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """Everything given to `st.vega_lite_chart`: rows, spec, the title by which screen readers call it."""
    kept: Drawn = []

    def keep(rows: Any, spec: dict[str, Any], *, alt: str, **_: Any) -> None:
        own = spec["datasets"]["rows"] if rows is None else rows
        kept.append((own.to_pandas(), spec, alt))

    monkeypatch.setattr(st, "vega_lite_chart", keep)
    return kept


def _screen(page: str) -> None:
    import importlib

    from pages.shared import panels, viewer

    with panels.guarded(viewer.visitors_words().say):
        who = viewer.at_the_door()
        if who is not None:
            importlib.import_module(f"pages.{page}").show(who)


def said(app: AppTest) -> str:
    """Everything that a page says in text."""
    return "\n".join(str(element.value) for element in app.markdown)


def is_told(page: str, title: str) -> bool:
    """Whether a whole sentence stands below this title on a page, for eyes and screen readers."""
    return bool(re.search(re.escape(markup.text(title)) + r'</div><p class="gh-tells">[^<]+[.。]</p>', page))
