"""The walk through the pages that every visitor takes: each page is looked at, and a picture kept of what is wrong (of all in the long walk)."""

from collections.abc import Collection, Iterable

from playwright.sync_api import Page

from pages.shared.names import screens
from pages.shared.text import Words
from tests.browser.eyes import findings
from tests.browser.selection import EVERY, View, Visit
from tests.browser.visit import WIDTHS, House, go, photograph, unrolled


def walk(house: House, visit: Visit, views: Iterable[View], *, regions: Collection[str]) -> list[str]:
    """What is wrong with any of `views`, a line a finding; empty where all are well. A head reads of one of `regions` alone."""
    page = house.come(person=visit.person, language=visit.language, theme=visit.theme)
    titles, wrong, broken = screens(Words(language=visit.language)), list[str](), list[str]()
    page.on("pageerror", lambda error: broken.append(str(error)))
    at, width = "overview", "desktop"
    for view in views:
        if width != "desktop":  # whose menu is in sight; another page at the same width need not be laid out twice
            page.set_viewport_size({"width": WIDTHS["desktop"], "height": 900})
        if view.screen != at:
            go(page, titles[view.screen])
        at, width = view.screen, view.width
        unrolled(page, WIDTHS[width])
        seen = [
            *findings(page, view.screen, visit.language),
            *(_foreign(page, regions) if visit.person == "head" else ()),
        ]
        wrong += [f"{view}: {found}" for found in (*broken, *seen)]
        if EVERY or broken or seen:
            photograph(page, str(view))
        broken.clear()
    return wrong


def _foreign(page: Page, regions: Collection[str]) -> list[str]:
    text = page.inner_text("body")
    read = [region for region in regions if region in text]
    return [f"a head reads of {', '.join(read)}"] if len(read) > 1 else []
