"""What is wrong with a page as it stands, in sentences: to eyes, to readers of either language, and to axe-core."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from pages.shared.text import translations
from tests.browser import install
from warehouse.metrics import metrics

LOOKS = Path(__file__).with_name("looks.js").read_text("utf-8")
WORDS = """() => {
    const told = [...document.querySelectorAll('[aria-label], [alt], [title], [placeholder]')]
        .flatMap(each => ['aria-label', 'alt', 'title', 'placeholder'].map(name => each.getAttribute(name)));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (!node.parentElement.closest('code, pre, script, style, noscript, [data-testid="stIconMaterial"]')) told.push(node.textContent);
    return told.filter(each => each && each.trim());
}"""
AXE = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
    .filter(each => ['serious', 'critical'].includes(each.impact))
    .flatMap(each => each.nodes.map(node => `axe ${each.id}: ${node.html.slice(0, 160)} (${node.failureSummary})`))"""
SENTENCE = 14
"""From how many letters on a piece of a message is taken for a sentence: shorter ones are names such as CSV or NPS."""
PLACE = re.compile(r"\{\w+\}")
CODE = re.compile(r"\b(?:R\d+_\w+|[a-z]+(?:_[a-z0-9]+)+)\b")


def findings(page: Page, screen: str, language: str) -> list[str]:
    """Everything wrong with the page; empty where it is well."""
    told = list(dict.fromkeys(page.evaluate(WORDS)))
    return [
        *_broken(page),
        *page.evaluate(LOOKS),
        *(_untranslated(told) if language == "zh_CN" else ()),
        *(() if screen == "metrics" else _codes(told)),
        *_hard_to_use(page),
    ]


def _broken(page: Page) -> Iterator[str]:
    for failed in page.locator(".is-failed, [data-testid=stException]").all_inner_texts():
        yield f"failed: {failed}"
    if page.locator("[data-testid=stVegaLiteChart], [data-testid=stGraphVizChart]").count() == 0:
        yield "no chart"


def _untranslated(told: list[str]) -> Iterator[str]:
    for each in told:
        for sentence in english():
            if sentence in each:
                yield f"English: {sentence!r} in {each[:120]!r}"


def _codes(told: list[str]) -> Iterator[str]:
    for each in told:
        for code in (*CODE.findall(each), *(code for code in metrics() if code in each.split())):
            yield f"code: {code} in {each[:120]!r}"


def _hard_to_use(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{install.axe().read_text('utf-8')};0")
    return page.evaluate(AXE)


@cache
def english() -> frozenset[str]:
    """Every English sentence that a Chinese page must not hold: messages between their places, names of figures."""
    catalogue = translations("zh_CN")._catalog
    messages = {key if isinstance(key, str) else key[0] for key in catalogue}
    pieces = {piece.strip(" .,:;()") for message in messages for piece in PLACE.split(message)}
    figures = {metric.label["en"] for metric in metrics().values()}
    return frozenset(each for each in pieces | figures if len(each) > SENTENCE and " " in each)
