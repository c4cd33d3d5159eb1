"""The way into the pages over a real warehouse, with everything noted that a page is told to draw."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cached, takeaway, viewer
from pages.shared.markup import Missing
from pages.shared.panels import Screen
from pages.shared.workbook import Page
from tests.oracle.company import Company
from tests.pages.told.real import Come, Opened, Opening
from warehouse.settings import Settings


def way_in(company: Company, monkeypatch: pytest.MonkeyPatch, home: Any) -> Come:
    """Opens pages for the test that `monkeypatch` belongs to."""
    pages: list[Page] = []
    made: dict[str, tuple[Any, ...]] = {}
    missing: dict[str, Missing] = {}
    card, titled, nothing = Screen._card, Screen.titled, Screen.nothing

    def noted_card(screen: Screen, title: str, metric: str, draw: Any, what: tuple[Any, ...], make: Any) -> None:
        made[title] = (metric, *what)
        card(screen, title, metric, draw, what, make)

    def noted_title(screen: Screen, title: str, drawing: Any, **others: Any) -> None:
        made.setdefault(title, (others.get("metric", ""),))
        titled(screen, title, drawing, **others)

    def noted_nothing(screen: Screen, title: str, said: Missing) -> None:
        missing[title] = said
        nothing(screen, title, said)

    monkeypatch.setattr(Screen, "_card", noted_card)
    monkeypatch.setattr(Screen, "titled", noted_title)
    monkeypatch.setattr(Screen, "nothing", noted_nothing)
    monkeypatch.setattr(
        takeaway,
        "page",
        lambda *shown, **more: pages.append(Page(shown[0], shown[1], more.pop("line"), *shown[2:], **more)),
    )
    monkeypatch.setattr(cached, "engine", lambda: company.database.reader)
    monkeypatch.setattr(cached, "settings", lambda: Settings(home=home))
    cached.everything.clear()

    def opened(opening: Opening) -> Opened:
        made.clear()
        missing.clear()
        monkeypatch.setattr(viewer, "_signed_in", lambda words: opening.person)
        app = AppTest.from_function(_screen, args=(opening.screen,), default_timeout=60)
        for name, values in opening.address.items():
            app.query_params[name] = values
        app.run()
        assert not app.exception, f"{opening}: {app.exception}"
        assert not app.warning, f"{opening}: {app.warning[0].value}"
        return Opened(opening, company, app, pages[-1], dict(made), dict(missing))

    return opened


def _screen(page: str) -> None:
    import importlib

    from pages.shared import guard, viewer

    with guard.guarded(viewer.visitors_words().say):
        who = viewer.at_the_door()
        if who is not None:
            importlib.import_module(f"pages.{page}").show(who)
