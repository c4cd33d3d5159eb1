"""What letters say: a page with what stands out first, and alerts. In words of the recipient's language. Nothing here draws or sends."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlencode

from pages.shared import leaflet, paper, sentences, tiles, workbook
from pages.shared.inquiry import Inquiry
from pages.shared.leaflet import Remark
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from pages.shared.workbook import Page
from warehouse.digests.letter import Letter

ADDRESS = "GATEHOUSE_ADDRESS"
"""Where people open the dashboard; letters have no links where it is not set."""
PAPER = "font:15px/1.5 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans SC',sans-serif;color:#1b2430;max-width:40em"
QUIET = "color:#566274;font-size:13px"
GRAVEST_FIRST = ("bad", "caution", "good", "quiet")
TINTS = {"good": "#0f8577", "bad": "#b84f09", "caution": "#96690a", "quiet": "#566274"}


@dataclass(frozen=True)
class Paragraph:
    """A line that stands out, the lines that explain it, its tint, and where to look (empty: nowhere)."""

    said: str
    more: Sequence[str] = ()
    mood: str = "quiet"
    link: str = ""


def of_page(page: Page, address: Mapping[str, Sequence[str]]) -> Letter:
    """A page as a letter: what stands out, where to look, and all of it as a PDF that begins with the same."""
    inquiry, words = page.inquiry, page.inquiry.viewer.words
    viewer, first = inquiry.viewer, outstanding(page)
    where = " · ".join(sentences.place(words, inquiry.names, inquiry.scope, viewer.branches))
    day = words.day(inquiry.last_day)
    told = replace(paper.told(page), first=[Remark(said=each.said, mood=each.mood) for each in first])
    look = link(viewer, inquiry.page, {**address, "refresh": [str(viewer.reader.refresh_id)]})
    lines = [workbook.scope_line(inquiry) if page.is_scoped else where, workbook.source_line(viewer)]
    return _letter(
        words,
        subject=f"{page.title} · {where} · {day}",
        lines=lines,
        paragraphs=first,
        link=look,
        note=words.say("The whole page is attached as PDF. How to end this: Views, on the page."),
        scope=lines[0],
        figures=list(dict.fromkeys(page.codes)),
        attachment=leaflet.pdf(told),
        file_name=f"gatehouse-{inquiry.page}-r{viewer.reader.refresh_id}.pdf",
    )


def of_alerts(inquiry: Inquiry, alerts: Sequence[Paragraph], figures: Sequence[str]) -> Letter:
    """What somebody is warned of, and what is over, as a letter."""
    words, viewer = inquiry.viewer.words, inquiry.viewer
    where = " · ".join(sentences.place(words, inquiry.names, inquiry.scope, viewer.branches))
    more = words.say_many("and {n} more", "and {n} more", len(alerts) - 1) if len(alerts) > 1 else ""
    return _letter(
        words,
        subject=" · ".join(filter(None, (alerts[0].said, more, where))),
        lines=[where, workbook.source_line(viewer)],
        paragraphs=alerts,
        link="",
        note=words.say("What lasts is told once, and once more when it is over. How to end this: Views, on any page."),
        scope=where,
        figures=figures,
    )


def outstanding(page: Page) -> list[Paragraph]:
    """The figures at the head of a page that an alarm, a change or usual variation makes stand out; where the page has none, what
    its first card says."""
    inquiry, found, say = page.inquiry, list[Paragraph](), page.inquiry.viewer.words.say
    for code in page.figures:
        tile = tiles.tile(inquiry, code)
        remarks = [each for each in paper.remarks(tile.badges) if each.mood != "quiet"]
        if remarks:
            why = " · ".join(each.said for each in remarks)
            said = say("{what}: {value} · {why}", what=tile.label, value=tile.figure or "–", why=why)
            found.append(Paragraph(said, mood=min((each.mood for each in remarks), key=GRAVEST_FIRST.index)))
    if found:
        return sorted(found, key=lambda each: GRAVEST_FIRST.index(each.mood))
    if page.figures:
        return [Paragraph(say("Nothing stands out: no alarm, no clear change, nothing unusual."))]
    return [Paragraph(sheet.tells) for sheet in page.shown[:1] if sheet.tells]


def link(viewer: Viewer, page: str, address: Mapping[str, Sequence[str]]) -> str:
    """Where the recipient sees it on the dashboard; empty where nobody has said where that is."""
    at = os.environ.get(ADDRESS, "").rstrip("/")
    asked = urlencode({**address, "lang": [viewer.words.language]}, doseq=True)
    return f"{at}/{page}?{asked}" if at else ""


def _letter(
    words: Words,
    *,
    subject: str,
    lines: Sequence[str],
    paragraphs: Sequence[Paragraph],
    link: str,
    note: str,
    scope: str,
    figures: Sequence[str],
    attachment: bytes | None = None,
    file_name: str = "",
) -> Letter:
    opening = [words.say("Open the page: {address}", address=link)] if link else []
    told = [line for each in paragraphs for line in (f"• {each.said}", *(f"  {more}" for more in _more(words, each)))]
    return Letter(
        subject=" ".join(subject.split()),
        text="\n".join([*lines, "", *told, "", *opening, note, ""]),
        html=_html(words, lines, paragraphs, link, note),
        brief="\n".join([lines[0], *opening, *told]),
        scope=scope,
        figures=figures,
        attachment=attachment,
        file_name=file_name,
    )


def _more(words: Words, of: Paragraph) -> list[str]:
    return [*of.more, *([words.say("Look here: {address}", address=of.link)] if of.link else [])]


def _html(words: Words, lines: Sequence[str], paragraphs: Sequence[Paragraph], link: str, note: str) -> str:
    """The letter for mail programs: what feeds say in it is text, never markup."""
    told = "".join(_paragraph(words, each) for each in paragraphs)
    called = words.say("Open the page")
    opening = f'<p><a href="{escape(link)}">{escape(called)}</a></p>' if link else ""
    head = "<br>".join(map(escape, lines))
    return (
        f'<html lang="{words.language.replace("_", "-")}"><body style="{escape(PAPER)}"><p style="{QUIET}">{head}</p>'
        f'{told}{opening}<p style="{QUIET}">{escape(note)}</p></body></html>'
    )


def _paragraph(words: Words, of: Paragraph) -> str:
    more = "".join(f'<br><span style="{QUIET}">{escape(line)}</span>' for line in of.more)
    called = words.say("Look here")
    look = f'<br><a href="{escape(of.link)}">{escape(called)}</a>' if of.link else ""
    edge = f"border-left:3px solid {TINTS[of.mood]};padding-left:10px"
    return f'<p style="{edge}"><strong>{escape(of.said)}</strong>{more}{look}</p>'
