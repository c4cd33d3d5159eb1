"""Every generated sentence is true: pages of a real company in scopes drawn by lot, each claim worked out again from the figures.

How a sentence is taken apart and held against the figures stands in `told/`, a function for each kind of sentence; a card with
a sentence for which there is none fails. GATEHOUSE_SCOPES=200 draws more than the few that every run has time for.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pages.shared import drawings, sentences
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from tests.oracle.company import EXECUTIVE, HEAD, Company
from tests.pages.told import cards, common, drawn, loyal, standing
from tests.pages.told.claims import CLAIMS, hold
from tests.pages.told.opening import way_in
from tests.pages.told.real import Come, Opened, Opening

FAMILIES = (cards, common, loyal, standing)
"""The modules whose functions are claims: importing them registers them."""
SCOPES = int(os.environ.get("GATEHOUSE_SCOPES", "10"))
SEED = int(os.environ.get("GATEHOUSE_SEED", "4"))


@pytest.fixture(scope="module")
def company(company_of: Callable[[str], Company]) -> Company:
    return company_of("north")


@pytest.fixture
def come(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Come:
    return way_in(company, monkeypatch, tmp_path)


@pytest.mark.parametrize("number", range(SCOPES))
def test_what_a_page_says_is_true(come: Come, company: Company, number: int) -> None:
    opening = drawn.openings(company, SCOPES, seed=SEED)[number]
    opened = come(opening)
    assert "is-failed" not in opened.text
    assert opened.cards or opened.missing
    wrong = []
    for card in opened.cards:
        try:
            hold(card)
        except (AssertionError, LookupError, ValueError) as untrue:
            wrong.append(f"{card.title}: {card.tells}\n  {type(untrue).__name__}: {untrue}")
    assert not wrong, f"{opening}\n" + "\n".join(wrong)
    if opening.person == HEAD:
        assert not foreign(opened, company), opening


def foreign(opened: Opened, company: Company) -> list[str]:
    """Names and codes of branches and regions that are not the head's, anywhere on the page or in what is taken away from it."""
    branches = company.rows("branches")
    others = branches[branches["region_id"] != "R1"]
    names = {str(name) for column in ("branch_id", "branch_name", "region_name") for name in others[column]}
    tables = [sheet.rows for sheet in opened.page.shown] + [each.value for each in opened.app.dataframe]
    cells = Counter(str(cell) for table in tables for cell in table.to_numpy().ravel())
    options = [str(option) for box in (*opened.app.multiselect, *opened.app.selectbox) for option in box.options]
    charts = "".join(str(chart.proto) for chart in opened.app.get("vega_lite_chart"))
    return [
        name
        for name in names
        if name in cells or name in options or f">{name}<" in opened.text or f'"{name}"' in charts
    ]


def test_a_lie_is_found_out(come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claims can fail: the same page with its highest and lowest group exchanged in what it says."""
    true = drawings.compared

    def turned(inquiry: Inquiry, metric: str, **how: Any) -> Drawing | Missing:
        made = true(inquiry, metric, **how)
        if not isinstance(made, Drawing):
            return made
        rows = made.rows.sort_values("value")
        return replace(made, tells=sentences.ranking(rows.assign(value=-rows["value"]), inquiry.reads(metric)))

    monkeypatch.setattr(drawings, "compared", turned)
    opened = come(Opening("calls_events", EXECUTIVE, view="contact"))
    ranked = [card for card in opened.cards if card.made[1:2] == ("compared",)]
    assert ranked
    for card in ranked:
        with pytest.raises(AssertionError):
            hold(card)


def test_every_kind_of_sentence_has_a_claim() -> None:
    assert len(CLAIMS) > 50
