"""What a page hands out, opened: the page as it would be taken away, and the fonts of a PDF."""

from collections.abc import Sequence
from typing import Any

import pytest
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from pages.shared import takeaway
from pages.shared.downloads import Sheet
from pages.shared.inquiry import Inquiry
from pages.shared.workbook import Page
from tests.pages.conftest import Open


def taken_from(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, screen: str, person: str, **parameters: str | list[str]
) -> tuple[AppTest, Page]:
    """A page once it is drawn, and all that it would give to whoever takes it away."""
    taken: list[Page] = []

    def take(inquiry: Inquiry, title: str, shown: Sequence[Sheet], codes: Sequence[str], **others: Any) -> None:
        taken.append(Page(inquiry=inquiry, title=title, shown=shown, codes=codes, **others))

    monkeypatch.setattr(takeaway, "page", take)
    return open_page(screen, person, **parameters), taken[-1]


def fonts_of(paper: PdfReader) -> set[str]:
    """The fonts of a PDF by name; fails where one of them is not embedded."""
    found = set()
    for page in paper.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            found.add(str(descriptor["/FontName"]).removeprefix("/"))
    return found
