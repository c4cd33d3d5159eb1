import math

from pages.shared import markup
from pages.shared.markup import Cell, MatrixCell, Tile
from pages.shared.text import Words

NASTY = '<script>alert("x")</script>\n\n**bold** & [link](javascript:1)'


def test_whatever_a_feed_says_stays_text_on_one_line() -> None:
    pieces = [
        markup.heading(NASTY, NASTY, markup.chip("fresh", NASTY)),
        markup.scope(NASTY),
        markup.nothing("failed", NASTY, NASTY),
        markup.title(NASTY, NASTY),
        markup.badge("good", NASTY),
        markup.table([NASTY], [[Cell(NASTY, "good", NASTY)]], described=NASTY),
        MatrixCell(NASTY, NASTY, [NASTY], NASTY, place=NASTY).markup(),
        Tile(label=NASTY, figure=NASTY, small=[NASTY], history=[1.0, 2.0, 3.0], described=NASTY).markup(),
    ]
    for piece in pieces:
        assert "<script" not in piece
        assert "\n" not in piece
        assert "&lt;script&gt;" in piece


def test_a_tile_without_a_figure_shows_no_zero() -> None:
    drawn = Tile(label="Leads", figure="", small=["Waits for a feed"]).markup()
    assert "is-nothing" in drawn
    assert ">0<" not in drawn


def test_a_sparkline_marks_signals_and_leaves_gaps_out() -> None:
    steady = [10.0, 11.0] * 6
    assert 'class="signal"' not in markup.sparkline(steady)
    assert 'class="signal"' in markup.sparkline([*steady, 40.0])
    assert markup.sparkline([math.nan, 1.0, 2.0]).count("<polyline") == 0
    assert "nan" not in markup.sparkline([math.nan, 1.0, 2.0, 3.0, math.nan])


def test_a_change_says_better_or_worse_beside_its_colour() -> None:
    words = Words("en")
    assert "better" in markup.change(words, is_up=True, said="+2 pts", is_good=True)
    assert "worse" in markup.change(words, is_up=True, said="+2 pts", is_good=False)
    neutral = markup.change(words, is_up=False, said="−2", is_good=None)
    assert "▼" in neutral
    assert "better" not in neutral
    assert "worse" not in neutral
