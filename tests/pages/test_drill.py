"""Clicking a mark, choosing a row, and taking it back: the address says what the page is narrowed to, and nothing else does."""

from datetime import date

import altair as alt
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import address, drill
from pages.shared.address import Choices
from pages.shared.names import Names
from pages.shared.text import Words
from tests.pages.conftest import Drawn, Open, said

CHOICES = Choices(
    last_day=date(2026, 3, 31),
    branches={"north": ["n1", "n2"], "south": ["s1"]},
    filters={"category": ["delivery", "product"]},
)
WORDS = Words("en")
NAMES = Names(words=WORDS, own={"region": {"north": "North", "south": "South"}, "category": {"delivery": "*Delivery*"}})
CLICKABLE = ("overview", "lead_sources", "calls_events", "complaints", "satisfaction")


@pytest.mark.parametrize(
    ("column", "first", "period"),
    [
        ("month", "2026-02-01", "2026-02-01..2026-02-28"),
        ("week", "2026-02-23", "2026-02-23..2026-03-01"),
        ("day", "2026-02-23", "2026-02-23..2026-02-23"),
    ],
)
def test_rows_by_time_carry_the_period_that_they_stand_for(column: str, first: str, period: str) -> None:
    rows = drill.with_period(pd.DataFrame({column: pd.to_datetime([first, None])}))
    assert rows["period"].iloc[0] == period
    assert pd.isna(rows["period"].iloc[1])
    assert address.period_of(period) is not None


def test_a_day_of_a_calendar_is_a_day_and_not_its_week() -> None:
    rows = drill.with_period(
        pd.DataFrame({"week": pd.to_datetime(["2026-02-23"]), "day": pd.to_datetime(["2026-02-25"])})
    )
    assert rows["period"].tolist() == ["2026-02-25..2026-02-25"]


def test_a_page_is_narrowed_by_what_it_knows_and_where_rows_differ() -> None:
    rows = pd.DataFrame(
        {"region": ["north", "south"], "branch": ["n1", "n1"], "category": ["delivery", None], "cause": ["a", "b"]}
    )
    assert drill.fields(rows, CHOICES) == ("region",)
    assert drill.fields(rows.assign(category=["delivery", "product"]), CHOICES) == ("region", "category")
    assert drill.fields(rows, None) == ()
    of_one_branch = Choices(last_day=CHOICES.last_day, branches={"north": ["n1"]})
    assert drill.fields(rows, of_one_branch) == ()


def _drawing(*marks: str) -> dict[str, object]:
    base = alt.Chart(pd.DataFrame({"x": [1]})).encode(x="x:Q")
    return alt.layer(*(getattr(base, f"mark_{mark}")() for mark in marks)).to_dict()


def test_only_marks_of_one_row_are_clicked_and_the_cursor_says_so() -> None:
    layers = drill.clickable(_drawing("area", "line", "point", "text"), ("region",))["layer"]
    assert [layer["mark"].get("cursor") for layer in layers] == [None, None, "pointer", "pointer"]
    assert [layer.get("params", [{}])[0].get("name") for layer in layers] == [None, None, "clicked", None]
    chosen = layers[2]["params"][0]["select"]
    assert chosen["fields"] == ["region"]
    assert "'symbol'" in chosen["on"]
    assert "'line'" not in chosen["on"]
    assert "'area'" not in chosen["on"]


def test_a_drawing_of_lines_and_bands_alone_cannot_be_clicked() -> None:
    plain = _drawing("area", "line", "rule")
    assert not drill.is_clickable(drill.clickable(plain, ("region",)))


def test_every_row_that_can_be_chosen_is_understood_by_the_address() -> None:
    rows = pd.DataFrame({"region": ["north", "south", None], "period": ["2026-02-01..2026-02-28"] * 3})
    chosen = drill.rows_to_choose(WORDS, NAMES, rows, ("period", "region"))
    assert list(chosen.values()) == ["Feb 2026 · North", "Feb 2026 · South", "Feb 2026"]
    for pairs in chosen:
        narrowed = drill.narrowed({"compare": ["year"], "region": ["south"]}, pairs)
        state, problems = address.parse(narrowed, CHOICES)
        assert problems == []
        assert state.comparison == "year"
        assert {("period", "..".join(map(str, state.period))), *(("region", code) for code in state.regions)} >= set(
            pairs
        )


def test_what_is_taken_back_leaves_the_rest() -> None:
    now = {"region": ["north", "south"], "category": ["delivery"], "lang": ["en"]}
    assert drill.widened(now, "region", "north") == {"region": ["south"], "category": ["delivery"], "lang": ["en"]}
    assert drill.widened(now, "category", "delivery") == {"region": ["north", "south"], "lang": ["en"]}
    assert drill.widened(now, "category", "product") == now


def test_chips_are_what_narrows_and_no_preset() -> None:
    now = {"lang": ["zh_CN"], "period": ["24m"], "compare": ["year"], "view": ["x"], "category": ["product"]}
    assert drill.narrowed_to(now, CHOICES) == [("category", "product")]
    free = now | {"period": ["2026-02-01..2026-02-28"]}
    assert drill.narrowed_to(free, CHOICES) == [("period", "2026-02-01..2026-02-28"), ("category", "product")]


@pytest.mark.parametrize(
    ("value", "called"),
    [
        ("2026-02-01..2026-02-28", "Feb 2026"),
        ("2026-02-03..2026-02-03", "3 Feb 2026"),
        ("2026-02-03..2026-03-02", "3 Feb – 2 Mar 2026"),
    ],
)
def test_a_period_is_called_as_short_as_it_can_be(value: str, called: str) -> None:
    assert drill.called(WORDS, NAMES, "period", value) == called


def test_what_feeds_call_things_is_no_markdown_on_a_chip() -> None:
    assert drill.plain("*a* [b](c) `d` :red[e] <b>") == r"\*a\* \[b\]\(c\) \`d\` \:red\[e\] \<b\>"


def _opened(app: AppTest) -> AppTest:
    """With the table of every card open."""
    for number in range(80):
        app.session_state[f"icon-card-{number}"] = True
    return app.run()


def _choice(app: AppTest, holding: str) -> int:
    """The place of the first box of rows that offers `holding`."""
    found = [
        place for place, box in enumerate(app.selectbox) if holding in box.options and box.label.startswith("Narrow")
    ]
    return found[0]


def test_a_row_is_chosen_without_a_mouse_and_a_chip_takes_it_back(open_page: Open) -> None:
    app = _opened(open_page("complaints"))
    box = app.selectbox[_choice(app, "Delivery")]
    box.select_index(box.options.index("Delivery")).run()
    assert app.query_params["category"] in ("delivery", ["delivery"])
    assert "Category: Delivery" in said(app)
    app.button(key="chip-category-delivery").click().run()
    assert "category" not in app.query_params
    assert not [button for button in app.button if str(button.key).startswith("chip-")]


def test_a_month_is_chosen_and_taken_back_to_the_period_before(open_page: Open) -> None:
    app = _opened(open_page("complaints", period="24m"))
    box = app.selectbox[_choice(app, "Feb 2026")]
    box.select_index(box.options.index("Feb 2026")).run()
    assert "1 Feb – 28 Feb 2026" in said(app)
    app.button(key="chip-period-2026-02-01..2026-02-28").click().run()
    assert app.query_params["period"] in ("24m", ["24m"])


def test_a_chip_stands_for_every_narrowing_in_an_address(open_page: Open) -> None:
    app = open_page("complaints", region="north", category=["delivery", "product"])
    labels = [button.label.replace("\\", "") for button in app.button if str(button.key).startswith("chip-")]
    assert labels == ["Region: North", "Category: Delivery", "Category: Product"]
    assert not [button for button in open_page("metrics").button if str(button.key).startswith("chip-")]


@pytest.mark.parametrize("screen", CLICKABLE)
def test_whatever_a_mark_says_the_page_understands(open_page: Open, drawn: Drawn, screen: str) -> None:
    open_page(screen)
    marks = [
        (rows, layer["params"][0]["select"]["fields"])
        for rows, spec, _ in drawn
        for layer in spec["layer"]
        if "params" in layer
    ]
    assert marks
    chosen = {name: rows[name].dropna().iloc[-1] for rows, names in marks for name in names}
    assert "period" in chosen
    app = open_page(screen, **chosen)
    assert not app.exception
    assert not app.warning
    chosen.pop("view", None)  # a view has a switch of its own
    assert len([button for button in app.button if str(button.key).startswith("chip-")]) == len(chosen)
