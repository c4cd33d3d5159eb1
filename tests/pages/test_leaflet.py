"""A page on paper says what the page says: searchable, in both languages, with its own font, read aloud in order."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from pypdf import PdfReader

from pages.shared import leaflet, paper, tiles, workbook
from pages.shared.leaflet import Leaflet, Remark
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Open
from tests.pages.taken import fonts_of, taken_from
from warehouse.metrics import metrics

HOSTILE = '*bold* #panic("x") $y$ <script> @ref `raw` \\\\ =HYPERLINK("http://x")'
LARGEST = 2_000_000
PLAIN = Leaflet(
    language="en",
    title="Complaints",
    line="How long?",
    scope="North",
    source="refresh 12",
    notices=(),
    tiles=(),
    cards=(),
    definitions_title="What the figures mean",
    definitions=(),
)


def read(made: bytes) -> PdfReader:
    assert len(made) < LARGEST
    return PdfReader(io.BytesIO(made))


def words_of(found: PdfReader) -> str:
    """All that can be searched for, on one line, without the blanks that a line's end may or may not leave."""
    return "".join("".join(page.extract_text() for page in found.pages).split())


def squeezed(said: str) -> str:
    return "".join(said.split())


@pytest.mark.parametrize(
    ("screen", "language"), [("complaints", "en"), ("complaints", "zh_CN"), ("overview", "zh_CN"), ("segments", "en")]
)
def test_the_paper_says_what_the_page_says(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch, screen: str, language: str
) -> None:
    _, page = taken_from(open_page, monkeypatch, screen, "head", lang=language)
    told = paper.told(page)
    found = read(leaflet.pdf(told))
    text, inquiry = words_of(found), page.inquiry
    for code in page.figures:
        shown = tiles.tile(inquiry, code)
        assert all(squeezed(said) in text for said in (shown.label, shown.figure, *shown.small)), code
    for sheet in page.shown:
        if not sheet.figures:
            assert squeezed(sheet.title) in text
            assert squeezed(sheet.tells) in text, sheet.title
    for code in page.codes:
        assert squeezed(metrics()[code].meaning[language].replace("`", "")) in text
    assert squeezed(page.line) in text
    assert squeezed(told.source) in text
    assert str(inquiry.viewer.reader.refresh_id) in told.source
    assert sum(sheet.sketch is not None for sheet in page.shown) == sum(card.picture != "" for card in told.cards)
    assert found.trailer["/Root"]["/Lang"] == language[:2]


@pytest.mark.parametrize("screen", ["data_health", "metrics"])
def test_a_page_without_a_scope_names_none(open_page: Open, monkeypatch: pytest.MonkeyPatch, screen: str) -> None:
    _, page = taken_from(open_page, monkeypatch, screen, "steward")
    text = words_of(read(paper.made(page)))
    assert squeezed(page.title) in text
    assert "branches·" not in text
    assert len(workbook.made(page)) > 5000


def test_filters_and_checks_stand_on_the_paper(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.held = ("complaints",)
    _, page = taken_from(open_page, monkeypatch, "complaints", "executive", severity=["high", "low"], region="south")
    found = read(paper.made(page))
    text = words_of(found)
    for said in ("Severity: High, Low", "South · 3 branches", "Severity high, low", "Looked at by executive@demo"):
        assert squeezed(said) in text
    assert squeezed("A delivery of Complaints is held since") in text
    assert squeezed("1 check did not pass: customer_id is known in customers.") in text
    assert squeezed("Guarded by 2 checks, 1 passed") in text
    last = len(found.pages)
    for number, sheet in enumerate(found.pages, 1):
        assert sheet.extract_text().rstrip().endswith(f"{number} / {last}")


@pytest.mark.parametrize(("language", "face"), [("en", "NotoSansCJKsc-Regular"), ("zh", "NotoSansCJKsc-Regular")])
def test_the_font_comes_along(language: str, face: str) -> None:
    told = replace(PLAIN, language=language, title="投诉处理", notices=["网点甲 – 35.2%"])
    found = read(leaflet.pdf(told))
    assert face in {name.partition("+")[2] for name in fonts_of(found)}
    assert all("NotoSansCJK" in name for name in fonts_of(found))
    assert "投诉处理" in words_of(found)
    assert found.metadata is not None
    assert found.metadata.title == "投诉处理"


def test_text_from_feeds_is_text_on_paper() -> None:
    rows = pd.DataFrame({HOSTILE: [HOSTILE, None], "n": [1.5, float("nan")]})
    card = leaflet.card(HOSTILE, HOSTILE, rows, most=30)
    tile = leaflet.Figure(label=HOSTILE, figure="1", small=[HOSTILE], badges=[Remark(HOSTILE, "bad")])
    told = replace(PLAIN, title=HOSTILE, line=HOSTILE, scope=HOSTILE, cards=[card], tiles=[tile])
    text = words_of(read(leaflet.pdf(told)))
    assert text.count(squeezed(HOSTILE)) >= 9
    assert card.rows[1] == ["–", "–"]


def test_a_long_table_is_cut_and_says_so() -> None:
    rows = pd.DataFrame({"n": range(40)})
    cut = leaflet.card("t", "", rows, most=30, rest="10 more rows.")
    assert (len(cut.rows), cut.rest) == (30, "10 more rows.")
    assert leaflet.card("t", "", rows, most=40, rest="10 more rows.").rest == ""
    assert "10morerows." in words_of(read(leaflet.pdf(replace(PLAIN, cards=[cut]))))


def test_what_cannot_be_shown_says_why_on_paper_too(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.too_small = True
    _, page = taken_from(open_page, monkeypatch, "complaints", "head")
    text = words_of(read(paper.made(page)))
    assert squeezed("n too small. 7 is fewer than the") in text


def test_a_remark_on_a_tile_keeps_its_words_and_its_tint(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.shared import markup

    change = markup.change(Words("en"), is_up=True, said="+3 pts <&>", is_good=True)
    assert list(paper.remarks([change, markup.badge("bad", "alarm")])) == [
        Remark("▲ +3 pts <&> better", "good"),
        Remark("alarm", "bad"),
    ]


def test_pages_are_made_side_by_side() -> None:
    """Two people take a page away at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    told = [replace(PLAIN, title=f"page {number}") for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(leaflet.pdf, told))
    assert [read(each).metadata.title for each in made] == [each.title for each in told]
