"""Pages opened without a browser and without a server: Streamlit's own AppTest over a stand-in for the warehouse."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.company import Company, open_company

Open = Callable[..., AppTest]
Drawn = list[tuple[pd.DataFrame, dict[str, Any], str]]


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """A company that the pages ask in place of a warehouse."""
    made = Company()
    open_company(made, monkeypatch, tmp_path)
    return made


@pytest.fixture
def open_page(company: Company) -> Open:
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
    """Everything given to `st.vega_lite_chart`: rows, spec, text for screen readers."""
    kept: Drawn = []
    monkeypatch.setattr(
        st, "vega_lite_chart", lambda rows, spec, *, alt, width: kept.append((rows.to_pandas(), spec, alt))
    )
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
