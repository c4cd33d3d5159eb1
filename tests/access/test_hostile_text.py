"""Hostile text, wherever text can come in: named and ignored, or kept and shown as the text that it is. Never run, never lost."""

import csv
import io
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import TypeVar

import pandas as pd
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import URL

from pages.shared import address, downloads, leaflet, markup, sentences, spreadsheet
from pages.shared.address import Choices, Problem, State
from pages.shared.downloads import Sheet, Sketch
from pages.shared.text import Words
from tests.access.hostile import STORED, TEXTS
from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.commands import output
from warehouse.queries import annotations, exports, views
from warehouse.queries.reader import Refused

HOSTILE = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
KEPT = pytest.mark.parametrize("text", STORED.values(), ids=STORED.keys())
SHORT = {name: text for name, text in STORED.items() if len(text) < 10_000}
CHOICES = Choices(
    last_day=date(2026, 3, 31), branches={"north": ["n1"]}, filters={"category": ["delivery"]}, views=["a"]
)
PARAMETERS = ("region", "branch", "period", "compare", "view", "category", "bogus", "__class__")
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
Asked = TypeVar("Asked")
ENGLISH = Words("en")


class Seen(HTMLParser):
    """The elements and attributes that a browser would make of a piece of HTML."""

    def __init__(self, piece: str) -> None:
        super().__init__()
        self.made: set[str] = set()
        self.feed(piece)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.made |= {tag, *(name for name, _ in attributes)}


@HOSTILE
def test_in_the_address_it_is_named_and_ignored(text: str) -> None:
    state, problems = address.parse({name: [text] for name in PARAMETERS}, CHOICES)
    assert state == State(view="a")
    assert problems == [Problem(name, text) for name in PARAMETERS]
    told = sentences.ignored(ENGLISH, problems)
    assert len(told) < 2_000
    assert told.count("`") == 2
    assert re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", told) is None, "one line, in one direction"


@HOSTILE
def test_as_the_name_of_a_parameter_it_is_named_and_ignored(text: str) -> None:
    state, problems = address.parse({text: ["x"]}, CHOICES)
    assert (state, problems) == (State(view="a"), [Problem(text, "x")])


@pytest.fixture(scope="module")
def house(server: URL, template: str) -> Iterator[House]:
    made = db.embedded(server, "hostile", template=template)
    opened = House(made).open()
    branches = [{"branch_id": "n1", "branch_name": "n", "region_id": "north", "region_name": "n"}]
    opened.deliver(branches=branches, until=datetime(2026, 3, 31, tzinfo=UTC))
    opened.grant("steward@example.com")
    with made.loader.begin() as connection:
        connection.exec_driver_sql(
            "update access.grants set role = 'data_steward' where person = 'steward@example.com'"
        )
    yield opened
    made.dispose()


@HOSTILE
def test_as_the_name_of_a_view_it_is_kept_word_for_word_or_refused(house: House, text: str) -> None:
    reader = house.reader(EXECUTIVE)
    said, number = answered(lambda: views.save(reader, page="overview", name=text, address={"category": [text[:100]]}))
    if number is None:
        assert is_one_sentence(said)
        return
    [kept] = [view for view in views.saved(reader) if view.view_id == number]
    assert (kept.name, kept.address) == (text.strip(" "), {"category": [text[:100]]})
    views.delete(reader, number)


@pytest.mark.parametrize(
    "name",
    [
        "\u00a0",
        "\u3000",
        "\u2003\u2009",
        "\u200b",
        "\u2060\ufeff",
        "\u2800",
        "\u3164",
        "\ufe0f",
        "name\u00a0",
        "\u3000name",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\u061cb",
        "a\u200bb",
        "a\u00adb",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\U000e0041b",
    ],
)
def test_a_name_that_cannot_be_seen_is_none(house: House, name: str) -> None:
    with pytest.raises(Refused, match=r"can be seen|one line"):
        views.save(house.reader(EXECUTIVE), page="overview", name=name, address={})


@pytest.mark.parametrize(
    "name", ["Mondays", "北京 周一", "a\u00a0b", "a\u3000b", "\u2764\ufe0f", "\U0001f9d1\u200d\U0001f680", "é"]
)
def test_a_name_that_can_be_seen_is_one(house: House, name: str) -> None:
    reader = house.reader(EXECUTIVE)
    number = views.save(reader, page="overview", name=name, address={})
    assert name in [view.name for view in views.saved(reader)]
    views.delete(reader, number)


@HOSTILE
def test_as_a_note_or_a_title_it_is_kept_word_for_word_or_refused(house: House, text: str) -> None:
    steward = house.reader("steward@example.com")
    noted = {"from_on": date(2026, 3, 1), "until_on": None, "text_en": text, "text_zh": text}
    said, number = answered(lambda: annotations.annotate(steward, **noted))
    assert is_one_sentence(said) or text.strip() in {note.strip() for note in annotations.written(steward)["text_en"]}
    said, _ = answered(lambda: exports.note(steward, page=text, form="csv", title=text, scope=text))
    assert said == "" or is_one_sentence(said)
    assert number is None or number > 0


def answered(ask: Callable[[], Asked]) -> tuple[str, Asked | None]:
    """The words of the refusal, if it was one, and the answer."""
    try:
        return "", ask()
    except (Refused, ValueError) as refusal:
        return str(refusal), None


def is_one_sentence(said: str) -> bool:
    return 0 < len(said) < 200 and "\n" not in said


@HOSTILE
def test_in_markdown_no_link_is_made_of_it(text: str) -> None:
    """Streamlit makes links of addresses once escapes are resolved: by how these two patterns of its parser begin."""
    for said in (text, f"see {text} now", f"a@evil.example {text} www.evil.example https://evil.example/x"):
        shown = re.sub(r"\\(.)", r"\1", markup.plain(said))
        assert not re.search(r"(?i)(https?://|www(?=\.))[-.\w]+", shown)
        assert not re.search(r"[-.\w+]@[-\w]", shown)
        assert shown.replace(markup.WORD_JOINER, "") == said.replace(markup.WORD_JOINER, "")


@HOSTILE
def test_on_a_page_it_is_text(text: str) -> None:
    pieces = [
        markup.heading(text, text, markup.chip("fresh", text, text)),
        markup.scope(text),
        markup.nothing("failed", text, text),
        markup.badge("good", text),
        markup.table([text], [[markup.Cell(text, "good", text)]], described=text),
        markup.Tile(label=text, figure=text, small=[text], history=[1.0, 2.0], described=text).markup(),
    ]
    harmless = Seen(
        "".join(
            [
                markup.heading("", "", markup.chip("fresh", "", "a")),
                markup.scope(""),
                markup.nothing("failed", "", ""),
                markup.badge("good", "a"),
                markup.table(["a"], [[markup.Cell("a", "good", "a")]], described="a"),
                markup.Tile(label="a", figure="a", small=["a"], history=[1.0, 2.0], described="a").markup(),
            ]
        )
    )
    assert Seen("".join(pieces)).made <= harmless.made
    assert all("\n" not in piece for piece in pieces), "Markdown would begin anew"


@KEPT
def test_in_a_table_of_commas_it_is_no_formula_and_one_cell(text: str) -> None:
    made = downloads.csv(pd.DataFrame({text: [text, "after"]})).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert [len(row) for row in rows] == [1, 1, 1]
    for cell in (rows[0][0], rows[1][0]):
        assert not FORMULA.match(cell)
        assert cell == ("'" if FORMULA.match(text) else "") + text.replace("\r", "\n")


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT.keys())
def test_on_a_terminal_it_is_text_and_no_order(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"a": text, "b": "[/x] [link=http://evil.example]y[/link]"}
    output.say(text)
    output.as_csv(list(row), [row])
    output.rows([row], to_json=False, empty="")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20000")
    output.rows([row], to_json=False, empty="")
    out, said = capsys.readouterr()
    out = re.sub(r"\x1b\[[01]m", "", out)  # the heads of our own table are bold
    assert re.search(r"[^\n\r\t -~\xa0-\u2027\u202f-\u2065\u206a-\U0010ffff]", out + said) is None
    assert row["b"] in out.rstrip("\n").rsplit("\n", 1)[-1], "nothing in it was an order to the table"
    cell = list(csv.reader(io.StringIO(out, newline="")))[1][0]
    assert not FORMULA.match(cell)


@KEPT
def test_in_a_workbook_it_is_no_formula(text: str) -> None:
    made = spreadsheet.written([Sheet(text or "-", text, pd.DataFrame({text: [text, "after"]}))])
    sheet = load_workbook(io.BytesIO(made)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}
    assert sheet["A6"].value == "after"
    held = downloads.NO_TEXT.sub("", text).replace("\r", "\n")[:32_000]
    assert str(sheet["A5"].value or "").replace("\r", "\n")[:32_000] == held
    assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)


@HOSTILE
def test_as_the_name_of_a_file_it_leads_nowhere(text: str) -> None:
    name = downloads.file_name(text, "r12", ending="csv")
    assert re.fullmatch(r"gatehouse-[^/\\\x00-\x1f]{1,200}\.csv", name)
    assert ".." not in name


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT.keys())
def test_in_a_picture_it_is_text(text: str) -> None:
    specification = {
        "mark": "bar",
        "encoding": {"y": {"field": "a", "type": "nominal"}, "x": {"field": "b", "type": "quantitative"}},
    }
    sketch = Sketch(specification, pd.DataFrame({"a": [text], "b": [1]}))
    drawn = Seen(downloads.picture(sketch, form="svg", title=text, below=[text]).decode())
    assert drawn.made.isdisjoint(
        {"script", "image", "img", "a", "href", "xlink:href", "iframe", "foreignobject", "style"}
    )
    assert not [name for name in drawn.made if name.startswith("on")]


def test_on_paper_it_is_text() -> None:
    rows = pd.DataFrame({"text": [text[:500] for text in STORED.values()]})
    some = '#read("/etc/passwd") #panic() $x$ <script> @x \\ // /* * _x_'
    made = leaflet.pdf(
        leaflet.Leaflet(
            language="en",
            title=some,
            line=some,
            scope=some,
            source=some,
            notices=[some],
            tiles=[leaflet.Figure(some, some, [some], [leaflet.Remark(some, "good")])],
            cards=[leaflet.card(some, some, rows, most=100)],
            definitions_title=some,
            definitions=[leaflet.Definition(some, [some])],
        )
    )
    said = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert "root:" not in said
    assert '#read("/etc/passwd")' in said
    assert "<script>alert(1)</script>" in said
