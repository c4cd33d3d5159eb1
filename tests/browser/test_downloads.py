"""What people take away in a real browser: each format is clicked, opened by what opens it, and says what the page says."""

import io
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.shell import YEAR, Shell
from tests.browser.visit import House

pytestmark = pytest.mark.browser
MADE_WITHIN = 60_000


def _taken(page: Page, button: Locator) -> tuple[str, bytes]:
    """The name and the bytes that a click on `button` brings."""
    with page.expect_download(timeout=MADE_WITHIN) as coming:
        button.click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


@pytest.fixture
def complaints(house: House) -> Page:
    """The complaints of high severity, as the executive sees them."""
    return house.come("complaints", person="executive", severity="high")


def test_the_page_is_taken_away_whole(complaints: Page, command_line: Shell) -> None:
    scope = complaints.locator(".gh-scope").inner_text()
    shown = complaints.locator(".gh-tile").all()
    said = {tile.locator(".gh-label").inner_text(): tile.locator(".gh-figure").inner_text() for tile in shown}
    assert len(said) == 9

    name, content = _taken(complaints, complaints.get_by_role("button", name="Page as workbook"))
    assert (name[:21], name[-5:]) == ("gatehouse-Complaints-", ".xlsx")
    book = load_workbook(io.BytesIO(content))
    about = {row[0].value: row[1].value for row in book["About"].iter_rows(min_row=5)}
    assert about["Scope"] == scope
    assert about["Severity"] == "high"
    tiles = pd.read_excel(io.BytesIO(content), sheet_name="Tiles", header=3).set_index("Code")
    assert list(tiles["Tile"]) == list(said)
    for code in ("complaint.count", "complaint.sla_rate"):
        figure = command_line.value(code, *YEAR, "--where", "severity=high")
        assert tiles.at[code, "Figure"] == pytest.approx(figure), code
    assert [row[0].value for row in book["Definitions"].iter_rows(min_row=5)][:9] == list(said)
    assert "Passed" in {row[3].value for row in book["Checks"].iter_rows(min_row=5)}

    name, content = _taken(complaints, complaints.get_by_role("button", name="Page as PDF"))
    assert name.endswith(".pdf")
    text = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
    for told in (scope, *said, *said.values(), "Guarded by", "What not to conclude"):
        assert "".join(told.split()) in text, told


def test_a_chart_is_taken_away_in_four_forms(complaints: Page) -> None:
    complaints.get_by_role("button", name="Table").first.click()
    opened = complaints.get_by_test_id("stPopoverBody")
    expect(opened.get_by_test_id("stDownloadButton")).to_have_count(4)

    name, content = _taken(complaints, opened.get_by_role("button", name="Table as CSV"))
    assert name.endswith(".csv")
    rows = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows["Share"].sum() == pytest.approx(1)

    _, content = _taken(complaints, opened.get_by_role("button", name="PNG"))
    assert Image.open(io.BytesIO(content)).width > 1400
    _, content = _taken(complaints, opened.get_by_role("button", name="SVG"))
    assert b"<svg" in content[:200]
    _, content = _taken(complaints, opened.get_by_role("button", name="PDF"))
    assert "Promises kept" in PdfReader(io.BytesIO(content)).pages[0].extract_text()
