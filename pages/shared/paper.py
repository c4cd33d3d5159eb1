"""A page as a leaflet: what it says, in the order in which it says it, and at the end what its figures mean and what guards them."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

import pandas as pd

from pages.shared import downloads, explain, leaflet, markup, tiles, workbook
from pages.shared.downloads import Sheet
from pages.shared.inquiry import Inquiry
from pages.shared.leaflet import Card, Definition, Figure, Leaflet, Remark
from pages.shared.workbook import Page
from warehouse.metrics import Metric, metrics

CHART_WIDTH = 680
ROWS_BELOW_A_CHART, ROWS_OF_A_TABLE = 12, 30
BADGE = re.compile(r'<span class="gh-badge is-(\w+)">(.*?)</span>')
"""What `markup.badge` writes: on paper only its words and its tint are wanted."""
PRINTED = (
    "<style>.band{fill:#c9daee}.centre{stroke:#8792a2;stroke-width:.5;stroke-dasharray:2 2}"
    ".line{fill:none;stroke:#1f5fae;stroke-width:1.2}"
    ".dot,.signal{stroke-width:5;stroke-linecap:round}.dot{stroke:#1f5fae}.signal{stroke:#b84f09}</style>"
)
"""The classes of `markup.sparkline` in print."""


def made(page: Page) -> bytes:
    """The page as a PDF."""
    return leaflet.pdf(told(page))


def told(page: Page) -> Leaflet:
    """The page in words, with its charts drawn."""
    inquiry, words = page.inquiry, page.inquiry.viewer.words
    return Leaflet(
        language="zh" if words.language == "zh_CN" else "en",
        title=page.title,
        line=page.line,
        scope=workbook.scope_line(inquiry) if page.is_scoped else "",
        source=workbook.source_line(inquiry.viewer),
        notices=[*_held(inquiry, page.codes), *_warned(inquiry, page.codes)],
        tiles=[_figure(inquiry, code) for code in page.figures],
        cards=[_card(inquiry, sheet) for sheet in page.shown if not sheet.figures],
        definitions_title=words.say("What the figures mean"),
        definitions=[_definition(inquiry, metrics()[code]) for code in dict.fromkeys(page.codes)],
        ending=[
            *([_table(inquiry, _guarded(inquiry, page.codes))] if page.codes else []),
            _table(inquiry, workbook.about(page)),
        ],
    )


def _figure(inquiry: Inquiry, code: str) -> Figure:
    tile = tiles.tile(inquiry, code)
    history = "" if tile.history is None else markup.sparkline(tile.history, tile.errors)
    return Figure(
        label=tile.label,
        figure=tile.figure or "–",
        small=tile.small,
        badges=list(remarks(tile.badges)),
        history=_printed(history),
    )


def remarks(badges: Sequence[str]) -> Iterator[Remark]:
    """The badges of a tile, which are markup, as words and tints."""
    for written in badges:
        for mood, said in BADGE.findall(written):
            yield Remark(said=unescape(said), mood=mood)


def _printed(sparkline: str) -> str:
    """A sparkline that stands alone; nothing for an empty one."""
    if "polyline" not in sparkline:
        return ""
    opening, rest = sparkline.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg" width="100" height="42">{PRINTED}{rest}'


def _card(inquiry: Inquiry, sheet: Sheet) -> Card:
    read = sheet.rows if sheet.read is None else sheet.read
    if sheet.sketch is None:
        return _table(inquiry, Sheet(sheet.title, sheet.tells, read))
    picture = downloads.plain_picture(sheet.sketch(), width=CHART_WIDTH)
    shown = read if len(read) <= ROWS_BELOW_A_CHART else read.head(0)
    return leaflet.card(sheet.title, sheet.tells, shown, picture=picture, most=ROWS_BELOW_A_CHART)


def _table(inquiry: Inquiry, sheet: Sheet) -> Card:
    rest = inquiry.viewer.words.say_many(
        "{n} more row stands in the workbook of the page.",
        "{n} more rows stand in the workbook of the page.",
        max(len(sheet.rows) - ROWS_OF_A_TABLE, 0),
    )
    return leaflet.card(sheet.title, sheet.tells, sheet.rows, most=ROWS_OF_A_TABLE, rest=rest)


def _definition(inquiry: Inquiry, about: Metric) -> Definition:
    words = inquiry.viewer.words
    parts = {
        words.say("How to read it"): about.how_to_read,
        words.say("What not to conclude"): about.not_conclude,
        words.say("Formula"): about.formula,
    }
    said = [words.label(about.meaning), *(f"{title}: {words.label(text)}" for title, text in parts.items())]
    said = [paragraph.replace("`", "") for paragraph in said]
    return Definition(title=f"{words.label(about.label)} · {about.code}", said=said)


def _guarded(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    """The checks that guard the page, counted by table; each by its words stands in the workbook."""
    words = inquiry.viewer.words
    say = words.say
    found = pd.DataFrame(
        [(rule.table, outcome == "passed") for rule, outcome in explain.guarding(inquiry.viewer, codes)],
        columns=["table", "passed"],
    )
    counted = found.groupby("table")["passed"].agg(["size", "sum"]).reset_index().astype({"sum": int})
    counted.columns = pd.Index([say("Table"), say("Checks"), say("Passed")])
    tells = explain.guarded_by(words, len(found), int(found["passed"].sum()))
    return Sheet(say("Checks"), tells, counted)


def _held(inquiry: Inquiry, codes: Sequence[str]) -> list[str]:
    """One sentence for every feed of which a delivery is held while the page shows figures from it."""
    words, needed = inquiry.viewer.words, {feed for code in codes for feed in metrics()[code].feeds}
    return [
        words.say(
            "A delivery of {feed} is held since {since}",
            feed=inquiry.names.feed(feed),
            since=words.stamp(since),
        )
        for feed, since in inquiry.viewer.held.items()
        if feed in needed
    ]


def _warned(inquiry: Inquiry, codes: Sequence[str]) -> list[str]:
    """One sentence for all the checks that did not pass; none where all did."""
    words, missed = inquiry.viewer.words, explain.warnings(inquiry.viewer, codes)
    said = words.say_many(
        "{n} check did not pass: {checks}.", "{n} checks did not pass: {checks}.", len(missed), checks="; ".join(missed)
    )
    return [said] if missed else []
