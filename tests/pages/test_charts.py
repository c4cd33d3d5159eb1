"""Every drawing that a page makes: its columns are there, its spec is made once, it is seen by everybody."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from jsonschema import ValidationError

from pages.shared import canvas, specified
from pages.shared.charts import matrices, overview
from pages.shared.charts.theme import PALETTES, Look, Palette
from pages.shared.specified import Draw
from pages.shared.text import Words
from tests.pages.conftest import Drawn, Open, is_told, said
from tests.pages.test_screens import SCREENS

MADE_BY_VEGA = ("share_start", "share_end", "value_start", "value_end")


LOOK = Look(theme="light", language="en", say=Words("en").say)


EVERY = [pytest.param(draw, id=f"{draw.__module__}.{draw.__name__}") for draw in specified.drawings()]


@pytest.mark.parametrize("draw", EVERY)
def test_every_drawing_is_valid_as_it_goes_to_the_browser(draw: Draw) -> None:
    """The dashboard does not look: it draws what is known to be right."""
    alt.LayerChart.validate({"data": {"name": canvas.ROWS}, **canvas.specification(draw, LOOK, ("region",))})


@pytest.mark.parametrize("draw", EVERY)
def test_a_drawing_is_the_same_whatever_columns_there_are(draw: Draw) -> None:
    """So it can be made without rows, once, and kept."""
    plain = specified.vega_lite(draw, LOOK)
    rows = pd.DataFrame({name: pd.Series(dtype="float64") for name in _fields(plain)})
    made = draw(rows, LOOK).to_dict(validate=False)
    assert plain == {name: part for name, part in made.items() if name not in {"data", "datasets", "$schema"}}


def test_a_kept_drawing_is_made_again_for_other_charts_or_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(specified, "KEPT", tmp_path)
    answers = iter(("once", "again", "for others"))
    make = partial(next, answers)
    assert [specified.kept(overview.orders, LOOK, make) for _ in range(2)] == ["once", "once"]
    assert [file.name for file in tmp_path.iterdir()] == ["overview.orders.light.en.json"]
    monkeypatch.setattr(specified, "_made_from", lambda: "changed")
    assert specified.kept(overview.orders, LOOK, make) == "again"
    assert specified.kept(matrices.table("down", "across"), LOOK, make) == "for others"
    assert specified.kept(matrices.table("across", "down"), LOOK, lambda: "by its titles") == "by its titles"


def test_drawings_that_can_be_neither_read_nor_kept_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specified, "KEPT", tmp_path / "no folder" / "in here")
    assert specified.kept(overview.orders, LOOK, lambda: "made") == "made"


def test_a_drawing_that_vega_would_not_understand_is_found() -> None:
    def wrong(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
        return alt.layer(alt.Chart(rows).mark_point().encode(x=alt.X("x:Q", axis={"tickCuont": 5})))

    with pytest.raises(ValidationError):
        test_every_drawing_is_valid_as_it_goes_to_the_browser(wrong)


def _fields(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["field"]] if isinstance(part.get("field"), str) else [])
        for inner in part.values():
            yield from _fields(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _fields(inner)


@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen != "metrics"])
def test_every_column_that_a_drawing_names_is_in_its_rows(open_page: Open, drawn: Drawn, screen: str) -> None:
    page = said(open_page(screen, "steward"))
    assert drawn
    for rows, spec, title in drawn:
        assert set(_fields(spec)) <= set(rows.columns), title
        assert len(rows) > 0
        assert is_told(page, title)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_rerun_passes_rows_and_the_same_spec(open_page: Open, drawn: Drawn, screen: str) -> None:
    """The browser moves what stands there as long as spec and title stay; with others it would embed every chart anew."""
    app = open_page(screen, "steward")
    first = [(id(spec), title) for _, spec, title in drawn]
    drawn.clear()
    app.run()
    assert [(id(spec), title) for _, spec, title in drawn] == first
    assert all("data" not in spec and "datasets" not in spec for _, spec, _ in drawn)


def test_a_drawing_of_other_rows_than_its_own_is_refused() -> None:
    def two_tables(rows: pd.DataFrame, look: Look) -> alt.LayerChart:
        other = pd.DataFrame({"x": [1.0]})
        return alt.layer(alt.Chart(rows).mark_point().encode(x="x:Q"), alt.Chart(other).mark_point().encode(x="x:Q"))

    with pytest.raises(ValueError, match="two_tables draws other rows"):
        canvas.specification(two_tables, LOOK)


def test_both_languages_draw_the_same_rows_under_other_words(open_page: Open, drawn: Drawn) -> None:
    open_page("complaints", lang="en")
    english = json.dumps([spec for _, spec, _ in drawn], ensure_ascii=False)
    drawn.clear()
    open_page("complaints", lang="zh_CN")
    chinese = json.dumps([spec for _, spec, _ in drawn], ensure_ascii=False)
    assert "Hours (log scale)" in english
    assert "小时（对数刻度）" in chinese
    assert "Hours (log scale)" not in chinese


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_texts_have_the_contrast_of_aa_and_marks_that_of_graphics(palette: Palette) -> None:
    for colour in (palette.text, palette.quiet_text, palette.main, palette.good, palette.bad, palette.caution):
        assert _contrast(colour, palette.surface) >= 4.5, colour
    for colour in (palette.second, palette.third, palette.muted):
        assert _contrast(colour, palette.surface) >= 3, colour
    for behind in (palette.pale_bad, palette.muted):
        assert _contrast(palette.on_pale, behind) >= 4.5, behind
    for behind in (palette.good, palette.bad):
        assert _contrast(palette.surface, behind) >= 4.5, behind


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_good_and_bad_differ_in_lightness_or_blueness_for_eyes_that_see_no_red(palette: Palette) -> None:
    """Deuteranopes tell colours by lightness and by blue against yellow: teal and orange differ in blue."""
    blue = [int(colour[5:7], 16) for colour in (palette.good, palette.bad)]
    assert abs(blue[0] - blue[1]) >= 80
