"""Tables as one workbook for spreadsheets. Pure: rows in, bytes out. Openpyxl is loaded with it: for the first who asks."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pages.shared.downloads import NO_TEXT, NOT_IN_SHEET_NAMES, Sheet, is_nothing

LONGEST_SHEET_NAME = 31


def written(sheets: Iterable[Sheet]) -> bytes:
    """One sheet a table, in the order given; numbers stay numbers, and text is never a formula."""
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for sheet in sheets:
        _write(book.create_sheet(_free_name(sheet.title, taken)), sheet)
    whole = BytesIO()
    book.save(whole)
    return whole.getvalue()


def _write(page: Worksheet, sheet: Sheet) -> None:
    widths = [
        max([len(str(name)), *(len(str(value)) for value in sheet.rows.iloc[:, at].head(200))])
        for at, name in enumerate(sheet.rows)
    ]
    for at, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(at)].width = min(max(width + 2, 10), 60)
    page.append([_cell(page, sheet.title, Font(bold=True, size=14))])
    page.append([_cell(page, sheet.tells)])
    page.append([])
    page.append([_cell(page, str(name), Font(bold=True)) for name in sheet.rows])
    for row in sheet.rows.itertuples(index=False):
        page.append([_cell(page, value) for value in row])


def _cell(page: Worksheet, value: object, font: Font | None = None) -> WriteOnlyCell:
    known = None if is_nothing(value) else value
    if isinstance(known, pd.Timestamp | datetime):
        known = known.replace(tzinfo=None)
    is_number = isinstance(known, int | float | datetime | None)
    cell = WriteOnlyCell(page, value=known if is_number else NO_TEXT.sub("", str(known)))
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top")
    if font is not None:
        cell.font = font
    return cell


def _free_name(title: str, taken: set[str]) -> str:
    """A name for a sheet that no other has: 31 letters at most, none that Excel refuses."""
    plain = " ".join(NO_TEXT.sub("", title).translate(NOT_IN_SHEET_NAMES).split())[:LONGEST_SHEET_NAME] or "-"
    name, number = plain, 2
    while name.casefold() in taken:
        ending = f" {number}"
        name, number = plain[: LONGEST_SHEET_NAME - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name
