"""What people take away opens where they open it, holds what the page shows, and does nothing by itself."""

import io
from html import escape
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from pages.shared import canvas, downloads, spreadsheet, takeaway, workbook
from pages.shared.charts import forms
from pages.shared.charts.theme import Look
from pages.shared.downloads import Sheet, Sketch
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Open, said
from tests.pages.taken import fonts_of, taken_from
from warehouse.metrics import metrics
from warehouse.queries import exports, figures
from warehouse.queries.reader import Refused

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
    rows = pd.DataFrame({"customer": [HOSTILE, None], "figure": [0.25, float("nan")], "other": [pd.NA, 1]})
    page = opened(
        spreadsheet.written([Sheet("a/b: long " + "x" * 40, "It says.", rows), Sheet("A B Long " + "x" * 40, "", rows)])
    )
    assert len(page.sheetnames) == 2
    assert all(len(name) <= 31 for name in page.sheetnames)
    sheet = page[page.sheetnames[0]]
    assert (sheet["A5"].value, sheet["A5"].data_type) == (HOSTILE, "s")
    assert (sheet["B5"].value, sheet["B6"].value) == (0.25, None)
    assert (sheet["C5"].value, sheet["C6"].value) == (None, 1)
    assert sheet["A2"].value == "It says."


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_picture_of_a_chart_can_be_opened(language: Any) -> None:
    look = Look(theme="light", language=language, say=Words(language).say)
    spec = canvas.specification(forms.bars, look)
    below = ("投诉最多的是网点甲，占一半以上，其余各网点的投诉都不多。" * 4, "North · 3 branches")
    sketch = Sketch(spec, ROWS)
    made = {form: downloads.picture(sketch, form=form, title="Complaints", below=below) for form in downloads.FORMS}
    picture = Image.open(io.BytesIO(made["png"]))
    assert picture.width > 1400
    assert len(picture.convert("RGB").getcolors(maxcolors=100_000) or ()) > 10
    assert b"North" in made["svg"]
    assert downloads.FONT.encode() in made["svg"]
    paper = PdfReader(io.BytesIO(made["pdf"]))
    read = paper.pages[0].extract_text()
    assert all(told in read for told in ("Complaints", "网点甲", "North · 3 branches"))
    assert {name.partition("+")[2] for name in fonts_of(paper)} == {"NotoSansCJKsc-Regular"}


@pytest.mark.parametrize("screen", ["overview", "complaints", "satisfaction", "lead_sources", "segments"])
def test_the_workbook_of_a_page_holds_what_the_page_shows(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    app, page = taken_from(open_page, monkeypatch, screen, "head")
    book = opened(workbook.made(page))
    about = {row[0].value: row[1].value for row in book["About"].iter_rows(min_row=5)}
    assert "3 branches" in about["Scope"]
    assert about["Refresh"] == page.inquiry.viewer.reader.refresh_id
    titles = [book[name]["A1"].value for name in book.sheetnames]
    shown = said(app)
    for title in titles[1:-2]:
        assert title in {"Tiles", "Tiles by month"} or escape(title) in shown
    assert titles[-2:] == ["Definitions", "Checks"]
    assert len(titles) == len(set(titles)) or screen == "segments"
    defined = {row[1].value for row in book["Definitions"].iter_rows(min_row=5)}
    assert set(page.codes) == defined
    assert book["Checks"].max_row > (5 if screen == "complaints" else 3)


def test_the_figures_of_a_workbook_are_those_that_the_command_prints(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, page = taken_from(open_page, monkeypatch, "complaints", "head")
    book, inquiry = opened(workbook.made(page)), page.inquiry
    tiles = {row["Code"]: row for row in _rows(book, "Tiles")}
    months = _rows(book, "Tiles by month")
    assert set(tiles) == set(page.figures) == {code for code in page.codes if code in tiles}
    for code, row in tiles.items():
        scope, kind = inquiry.known_scope(code), metrics()[code].kind
        [printed] = figures.records(figures.figure(inquiry.viewer.reader, code, scope))
        assert row["Figure"] == pytest.approx(printed["median" if kind == "duration" else "value"])
        if "low" in printed:
            assert (row["95% low"], row["95% high"]) == pytest.approx((printed["low"], printed["high"]))
        if "month" in metrics()[code].dims:
            assert sum(month["Code"] == code for month in months) == 24


def test_the_buttons_stand_behind_the_table(open_page: Open) -> None:
    app = open_page("complaints")
    key = next(f"icon-card-{number}" for number in range(40) if f"icon-card-{number}" in app.session_state)
    app.session_state[key] = True
    assert len(app.run().get("download_button")) >= 6


def test_what_is_taken_away_is_noted_before_it_is_made(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, page = taken_from(open_page, monkeypatch, "complaints", "head", severity="high")
    seen: list[int] = []

    def make() -> bytes:
        seen.append(len(company.taken))
        return b"made"

    assert takeaway.noted(page.inquiry, "csv", "Causes", make) == b"made"
    assert seen == [1]
    [noted] = company.taken
    assert (noted["person"], noted["page"], noted["form"], noted["title"]) == (
        "head@demo",
        "complaints",
        "csv",
        "Causes",
    )
    assert "Severity: High" in noted["scope"]


def test_what_cannot_be_noted_is_not_made(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    _, page = taken_from(open_page, monkeypatch, "complaints", "head")

    def refuse(*asked: object, **named: object) -> None:
        raise Refused("only a person with a grant in force may take figures away")

    monkeypatch.setattr(exports, "note", refuse)
    with pytest.raises(Refused):
        takeaway.noted(page.inquiry, "csv", "Causes", lambda: pytest.fail("made all the same"))


def test_every_button_notes_what_it_hands_out(
    open_page: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The callables behind all download buttons of a page, called as a click would."""
    behind: list[Any] = []
    monkeypatch.setattr(
        takeaway.st, "download_button", lambda label, make, name, mime, **_: behind.append((name, make))
    )
    monkeypatch.setattr(downloads, "picture", lambda *_, **__: b"drawn")
    monkeypatch.setattr(takeaway, "MADE", {"xlsx": lambda page: b"book", "pdf": lambda page: b"paper"})
    app: AppTest = open_page("complaints")
    for number in range(60):
        if f"icon-card-{number}" in app.session_state:
            app.session_state[f"icon-card-{number}"] = True
    behind.clear()
    app.run()
    forms_made = [name.rpartition(".")[2] for name, _ in behind]
    assert {"csv", "png", "svg", "pdf", "xlsx"} == set(forms_made)
    for _, make in behind:
        assert make()
    assert [noted["form"] for noted in company.taken] == forms_made


def _rows(book: Workbook, sheet: str) -> list[dict[str, Any]]:
    heads, *lines = book[sheet].iter_rows(min_row=4, values_only=True)
    return [dict(zip(heads, line, strict=True)) for line in lines]
