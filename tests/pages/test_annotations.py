"""Notes on time axes: drawn where they concern, told below, in pictures, and written by stewards alone."""

from datetime import date

import altair as alt
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import canvas, downloads
from pages.shared.charts import forms
from pages.shared.charts.theme import Look
from pages.shared.drawings import Drawing
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Drawn, Open, said
from warehouse.queries import annotations


def note(
    day: str, text: str, *, until: str | None = None, concerns: tuple[str, ...] = (), **place: str
) -> dict[str, object]:
    kind = next(iter(place), "company")
    return {
        "annotation_id": abs(hash((day, text))),
        "from_on": date.fromisoformat(day),
        "until_on": date.fromisoformat(until) if until else None,
        "text_en": text,
        "text_zh": f"中{text}",
        "concerns": list(concerns),
        "scope_kind": kind,
        "scope_id": place.get(kind),
        "written_by": "steward@demo",
    }


def _noted(drawn: Drawn) -> list[list[str]]:
    """What the notes of every drawing say that has any."""
    datasets = [spec.get("datasets", {}) for _, spec, _ in drawn]
    return [each["noted"].to_pandas()["said"].tolist() for each in datasets if "noted" in each]


def _has_time_axis(spec: dict[str, object]) -> bool:
    return any(layer["encoding"].get("x", {}).get("type") == "temporal" for layer in spec["layer"])


def test_a_note_stands_on_every_time_axis_and_on_no_other(open_page: Open, drawn: Drawn, company: Company) -> None:
    company.notes = (note("2026-01-15", "The office <b>moved</b>"),)
    app = open_page("complaints")
    for _, spec, title in drawn:
        is_noted = "noted" in spec.get("datasets", {})
        assert is_noted == _has_time_axis(spec), title
    noted = _noted(drawn)
    assert len(noted) >= 3
    assert all(texts == ["The office <b>moved</b>"] for texts in noted)
    assert said(app).count("Note 1, 15 Jan 2026: The office &lt;b&gt;moved&lt;/b&gt;") == len(noted)
    assert "<b>moved</b>" not in said(app)


def test_a_note_is_read_in_the_language_of_the_reader(open_page: Open, drawn: Drawn, company: Company) -> None:
    company.notes = (note("2026-01-15", "Strike", region="north"),)
    open_page("complaints", lang="zh_CN")
    assert {texts[0] for texts in _noted(drawn)} == {"North：中Strike"}


def test_a_note_concerns_its_feeds_and_metrics_alone(open_page: Open, drawn: Drawn, company: Company) -> None:
    company.notes = (
        note("2026-01-10", "of leads", concerns=("leads",)),
        note("2026-01-12", "of orders counted", concerns=("order.count",)),
    )
    open_page("complaints")
    assert _noted(drawn) == []
    drawn.clear()
    open_page("lead_sources")
    assert _noted(drawn) == [["of leads"]]
    drawn.clear()
    open_page("overview")
    assert [texts for texts in _noted(drawn) if "of orders counted" in texts] == [["of orders counted"]]


def test_a_note_of_a_place_is_shown_where_the_scope_holds_it(open_page: Open, drawn: Drawn, company: Company) -> None:
    company.notes = (note("2026-01-10", "a", region="north"), note("2026-01-20", "b", branch="south-1"))
    open_page("complaints")
    assert set(map(tuple, _noted(drawn))) == {("North: a", "South 1: b")}
    drawn.clear()
    open_page("complaints", region="south")
    assert set(map(tuple, _noted(drawn))) == {("South 1: b",)}
    drawn.clear()
    open_page("complaints", region="east")
    assert _noted(drawn) == []


def test_notes_beyond_the_axis_are_left_out_and_a_long_one_is_cut(
    open_page: Open, drawn: Drawn, company: Company
) -> None:
    company.notes = (
        note("2019-01-10", "long ago"),
        note("2019-01-10", "since long", until="2026-02-01"),
        note("2027-01-10", "to come"),
    )
    open_page("lead_sources")
    trend = next(spec for _, spec, _ in drawn if "noted" in spec.get("datasets", {}))
    noted = trend["datasets"]["noted"].to_pandas()
    assert noted["said"].tolist() == ["since long"]
    assert noted["day"].iloc[0] == trend["datasets"]["rows"].to_pandas()["month"].min()
    assert noted["until"].iloc[0] == pd.Timestamp("2026-02-02")


def test_notes_close_to_each_other_stand_in_different_lanes(open_page: Open, drawn: Drawn, company: Company) -> None:
    close = [note(f"2026-01-{day:02}", str(day)) for day in (1, 5, 9)]
    company.notes = (note("2025-03-01", "far"), *close)
    open_page("lead_sources")
    noted = next(spec for _, spec, _ in drawn if "noted" in spec.get("datasets", {}))["datasets"]["noted"].to_pandas()
    assert noted["number"].tolist() == ["1", "2", "3", "4"]
    assert len(set(noted.loc[noted["said"] != "far", "lane"])) == 3


def test_charts_stand_where_notes_fail_to_load(
    open_page: Open, drawn: Drawn, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(reader: object) -> pd.DataFrame:
        raise RuntimeError("the notes are away")

    monkeypatch.setattr(annotations, "written", away)
    text = said(open_page("complaints"))
    assert len([spec for _, spec, _ in drawn if _has_time_axis(spec)]) >= 3
    assert text.count("is-failed") == 1


def _control(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
    return forms.control(rows, look, "share")


def test_a_picture_shows_the_notes_too() -> None:
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    figures = dict.fromkeys(("value", "low", "high", "centre", "limit_low", "limit_high"), 0.5)
    texts = dict.fromkeys(("value_text", "interval_text", "base_text"), "")
    rows = pd.DataFrame({"month": months, **figures, **texts, "is_signal": False})
    drawing = Drawing(rows=rows, tells="", table=rows)
    noted = pd.DataFrame(
        {
            "day": [pd.Timestamp("2025-03-10")],
            "until": [pd.Timestamp("2025-05-01")],
            "number": ["7"],
            "when": ["10 Mar 2025"],
            "said": ["Strike"],
            "lane": [0],
        }
    )
    look = Look(theme="light", language="en", say=Words("en").say)
    plain, with_note = (
        downloads.picture(canvas.sketch(_control, look, drawing, notes), form="svg", title="t", below=()).decode()
        for notes in (noted.iloc[:0], noted)
    )
    assert ">7</text>" in with_note
    assert ">7</text>" not in plain
    assert with_note.count("stroke-dasharray") > plain.count("stroke-dasharray")


def _card() -> None:
    from pages.shared import filters, note_card, viewer
    from pages.shared.panels import Screen

    who = viewer.at_the_door()
    if who is not None:
        note_card.card(Screen(who, filters.sidebar(who, "data_health", is_scoped=False)))


def _at_the_form(person: str = "steward") -> AppTest:
    app = AppTest.from_function(_card, default_timeout=30)
    app.query_params["as"] = person
    return app.run()


def test_a_steward_writes_a_note_and_withdraws_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(reader: object, *, from_on: date, text_en: str, text_zh: str, **rest: object) -> int:
        company.notes = (
            *company.notes,
            {**note(from_on.isoformat(), text_en), "text_zh": text_zh, "concerns": rest["concerns"]},
        )
        return 1

    def withdraw(reader: object, annotation_id: int) -> None:
        company.notes = tuple(each for each in company.notes if each["annotation_id"] != annotation_id)

    monkeypatch.setattr(annotations, "annotate", write)
    monkeypatch.setattr(annotations, "withdraw", withdraw)
    app = _at_the_form()
    next(box for box in app.text_input if box.label == "Text in English").input("New hotline")
    next(box for box in app.text_input if box.label == "Text in Chinese").input("新热线")
    next(button for button in app.button if button.label == "Write").click().run()
    assert [each["text_zh"] for each in company.notes] == ["新热线"]
    assert "New hotline" in said(app)
    next(button for button in app.button if button.label == "Withdraw").click().run()
    assert company.notes == ()
    assert "New hotline" not in said(app)


def test_a_note_in_one_language_is_asked_for_in_both(company: Company) -> None:
    app = _at_the_form()
    next(box for box in app.text_input if box.label == "Text in English").input("New hotline")
    next(button for button in app.button if button.label == "Write").click().run()
    assert [error.value for error in app.error] == ["A note needs a text in both languages."]
    assert company.notes == ()


@pytest.mark.parametrize("person", ["executive", "head"])
def test_others_read_notes_and_write_none(company: Company, person: str) -> None:
    company.notes = (note("2026-01-15", "Strike"),)
    app = _at_the_form(person)
    assert "Strike" in said(app)
    assert not [button for button in app.button if button.label in {"Write", "Withdraw"}]
