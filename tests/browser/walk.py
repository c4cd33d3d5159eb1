"""The walk through the pages that every visitor takes: each page is looked at, and a picture of it kept."""

from collections.abc import Iterable

from pages.shared.names import screens
from pages.shared.text import Words
from tests.browser.eyes import findings
from tests.browser.selection import View, Visit
from tests.browser.visit import WIDTHS, House, go, photograph, unrolled


def walk(house: House, visit: Visit, views: Iterable[View]) -> list[str]:
    """What is wrong with any of `views`, a line a finding; empty where all are well."""
    page = house.come(person=visit.person, language=visit.language, theme=visit.theme)
    titles, wrong, broken = screens(Words(language=visit.language)), list[str](), list[str]()
    page.on("pageerror", lambda error: broken.append(str(error)))
    at = "overview"
    for view in views:
        if view.screen != at:
            page.set_viewport_size({"width": WIDTHS["desktop"], "height": 900})
            go(page, titles[view.screen])
            at = view.screen
        unrolled(page, WIDTHS[view.width])
        wrong += [f"{view}: {found}" for found in (*broken, *findings(page, view.screen, visit.language))]
        photograph(page, str(view))
        broken.clear()
    return wrong
