"""A page as one workbook: about it, its cards, its tiles by month, what its figures mean and which checks guard them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pages.shared import explain, readable, sentences
from pages.shared.downloads import Sheet
from pages.shared.inquiry import Inquiry
from pages.shared.viewer import Viewer
from warehouse.metrics import Metric, metrics


@dataclass(frozen=True)
class Page:
    """A page as it is taken away. What it has `shown`, and the `codes` of its figures, fill up while it is drawn.

    One that is not scoped says the same whatever is chosen in the sidebar.
    """

    inquiry: Inquiry
    title: str
    line: str
    shown: Sequence[Sheet]
    codes: Sequence[str]
    is_scoped: bool = True

    @property
    def figures(self) -> tuple[str, ...]:
        """The codes of its tiles, in their order."""
        return tuple(dict.fromkeys(code for sheet in self.shown for code in sheet.figures))


def made(page: Page) -> bytes:
    """A sheet about the page, one of all its tiles and one of their months, a sheet a card, and at the end definitions and checks."""
    inquiry = page.inquiry
    rows = [sheet for sheet in page.shown if sheet.figures]
    tiles = [replace(rows[0], rows=pd.concat([sheet.rows for sheet in rows], ignore_index=True))] if rows else []
    months = [by_month(inquiry, page.figures)] if rows else []
    cards = [sheet for sheet in page.shown if not sheet.figures]
    ending = [definitions(inquiry, page.codes), checks(inquiry, page.codes)]
    from pages.shared import spreadsheet  # 8 MB that a visitor who takes no workbook away need not wait for

    return spreadsheet.written([about(page), *tiles, *months, *cards, *ending])


def scope_line(inquiry: Inquiry) -> str:
    """Whose figures, of which days, narrowed to what."""
    return inquiry.kept(
        "scope line",
        lambda: sentences.scope(inquiry.viewer.words, inquiry.names, inquiry.scope, inquiry.viewer.branches),
    )


def source_line(viewer: Viewer) -> str:
    """From which refresh, published when."""
    words = viewer.words
    return words.say(
        "Gatehouse, refresh {refresh}, published {when}",
        refresh=viewer.reader.refresh_id,
        when=words.stamp(viewer.published_at),
    )


def about(page: Page) -> Sheet:
    """Scope, filters, refresh, and who looked: What and Value."""
    inquiry, say = page.inquiry, page.inquiry.viewer.words.say
    viewer, scope = inquiry.viewer, inquiry.scope
    chosen = [
        (say("Scope"), scope_line(inquiry)),
        (say("From"), scope.period.start if scope.period else say("all time")),
        (say("Until (not included)"), scope.period.end if scope.period else say("all time")),
        *((inquiry.names.dimension(name), ", ".join(codes)) for name, codes in scope.filters.items()),
    ]
    lines = [
        (say("Page"), page.title),
        *(chosen if page.is_scoped else ()),
        (say("Refresh"), viewer.reader.refresh_id),
        (say("Published"), viewer.words.stamp(viewer.published_at)),
        (say("Looked at by"), viewer.person),
    ]
    return Sheet(say("About"), source_line(viewer), pd.DataFrame(lines, columns=[say("What"), say("Value")]))


def by_month(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    """The months behind every tile that has any, below each other: tile, code, and the figures as `readable.values` has them."""
    words = inquiry.viewer.words
    found = []
    for code in codes:
        history = inquiry.history(code) if "month" in metrics()[code].dims else None
        if history is not None and not history.absent:
            rows = readable.values(inquiry.readable(history), inquiry.names, ("month",))
            rows.insert(0, words.say("Code"), code)
            rows.insert(0, words.say("Tile"), words.label(metrics()[code].label))
            found.append(rows)
    together = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    return Sheet(words.say("Tiles by month"), words.say("The months behind the figures at the head."), together)


def definitions(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    """What every figure of `codes` means, one row each."""
    say = inquiry.viewer.words.say
    heads = [
        say("Figure"),
        say("Code"),
        say("Meaning"),
        say("How to read it"),
        say("What not to conclude"),
        say("Formula"),
    ]
    heads += [say("Unit"), say("Owner"), say("Source"), say("Shown from n")]
    lines = [_definition(inquiry, metrics()[code]) for code in dict.fromkeys(codes)]
    return Sheet(say("Definitions"), say("What every figure on the page means."), pd.DataFrame(lines, columns=heads))


def checks(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    """The checks that guard one of `codes`, those that did not pass first."""
    words = inquiry.viewer.words
    say = words.say
    lines = [
        (rule.table, rule.id, rule.sentence(words.language), inquiry.names.of_code("outcome", outcome))
        for rule, outcome in explain.guarding(inquiry.viewer, codes)
    ]
    heads = [say("Table"), say("Check"), say("What it asks"), say("Outcome")]
    return Sheet(
        say("Checks"), say("The checks that guard the figures on the page."), pd.DataFrame(lines, columns=heads)
    )


def _definition(inquiry: Inquiry, of: Metric) -> list[object]:
    said = (of.meaning, of.how_to_read, of.not_conclude, of.formula)
    said_shortly = (of.unit_label, of.owner_label, of.source_label)
    label = inquiry.viewer.words.label
    return [label(of.label), of.code, *map(label, said), *map(label, said_shortly), of.smallest_base]
