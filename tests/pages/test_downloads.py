"""What people take away opens where they open it, holds what the page shows, and does nothing by itself."""

import io
from html import escape
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from pypdf import PdfReader

from pages.shared import downloads, panels, takeaway
from pages.shared.charts import forms
from pages.shared.charts.theme import Look
from pages.shared.downloads import Sheet
from pages.shared.text import Words
from tests.pages.conftest import Open, said

HOSTILE = '=HYPERLINK("http://x")'
ROWS = pd.DataFrame({"label": ["网点甲", "North"], "value": [12.5, 7.0], "value_text": ["12.5", "7"]})


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_csv_has_a_mark_for_spreadsheets_and_disarms_formulas() -> None:
    written = downloads.csv(pd.DataFrame({"customer": [HOSTILE, "+1", "王"], "figure": [-1.5, 2.0, 3.0]}))
    assert written.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(io.BytesIO(written), encoding="utf-8-sig")
    assert list(read["customer"]) == [f"'{HOSTILE}", "'+1", "王"]
    assert list(read["figure"]) == [-1.5, 2.0, 3.0]


def test_a_workbook_keeps_numbers_and_makes_no_formula() -> None:
    rows = pd.DataFrame({"customer": [HOSTILE, None], "figure": [0.25, float("nan")]})
    page = opened(
        downloads.workbook([Sheet("a/b: long " + "x" * 40, "It says.", rows), Sheet("A B Long " + "x" * 40, "", rows)])
    )
    assert len(page.sheetnames) == 2
    assert all(len(name) <= 31 for name in page.sheetnames)
    sheet = page[page.sheetnames[0]]
    assert (sheet["A5"].value, sheet["A5"].data_type) == (HOSTILE, "s")
    assert (sheet["B5"].value, sheet["B6"].value) == (0.25, None)
    assert sheet["A2"].value == "It says."


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_picture_of_a_chart_can_be_opened(language: Any) -> None:
    look = Look(theme="light", language=language, say=Words(language).say)
    spec = panels.specification(forms.bars, look, tuple(zip(ROWS.columns, ROWS.dtypes.astype(str), strict=True)))
    below = ("投诉最多的是网点甲，占一半以上，其余各网点的投诉都不多。" * 4, "North · 3 branches")
    made = {form: downloads.picture(spec, ROWS, form=form, title="Complaints", below=below) for form in downloads.FORMS}
    picture = Image.open(io.BytesIO(made["png"]))
    assert picture.width > 1400
    assert len(picture.convert("RGB").getcolors(maxcolors=100_000) or ()) > 10
    assert b"North" in made["svg"]
    assert "Complaints" in PdfReader(io.BytesIO(made["pdf"])).pages[0].extract_text()


@pytest.mark.parametrize("screen", ["overview", "complaints", "satisfaction", "lead_sources", "segments"])
def test_the_workbook_of_a_page_holds_what_the_page_shows(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    taken: list[Any] = []
    monkeypatch.setattr(takeaway, "page", lambda *asked: taken.append(asked))
    app = open_page(screen, "head")
    book = opened(takeaway.workbook(*taken[0]))
    about = {row[0].value: row[1].value for row in book["About"].iter_rows(min_row=5)}
    assert "North · 3 branches" in about["Scope"] or "3 branches" in about["Scope"]
    assert about["Refresh"] == taken[0][0].viewer.reader.refresh_id
    titles = [book[name]["A1"].value for name in book.sheetnames]
    shown = said(app)
    for title in titles[1:-2]:
        assert title == "Tiles" or escape(title) in shown
    assert titles[-2:] == ["Definitions", "Checks"]
    defined = {row[1].value for row in book["Definitions"].iter_rows(min_row=5)}
    assert set(taken[0][3]) == defined
    assert book["Checks"].max_row > (5 if screen == "complaints" else 3)
    numbers = [
        cell
        for name in book.sheetnames[1:-2]
        for row in book[name].iter_rows(min_row=5)
        for cell in row
        if cell.data_type == "n" and cell.value is not None
    ]
    assert numbers


def test_the_buttons_stand_behind_the_table(open_page: Open) -> None:
    app = open_page("complaints")
    key = next(f"icon-card-{number}" for number in range(40) if f"icon-card-{number}" in app.session_state)
    app.session_state[key] = True
    assert len(app.run().get("download_button")) >= 4
