"""What grows with the company: exponents are those of the curves, pages are drawn, and a curve that is too steep is an error."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import growth
from benchmarks.measured import curves, truth
from benchmarks.measured.bench import Bench, Took, settle
from benchmarks.measured.curves import Curve
from benchmarks.measured.pages import Drawn, drawn
from pages.shared import cached
from warehouse.feeds.demo import Company


def test_an_exponent_is_that_of_the_power_law() -> None:
    assert Curve("", "s", {size: 3 * size**1.2 for size in (1_000, 20_000, 300_000)}).exponent == pytest.approx(1.2)
    assert Curve("", "s", {1_000: 7.0, 300_000: 7.0}).exponent == pytest.approx(0)


def test_figures_are_held_against_what_was_made(bench: Bench, few: Company) -> None:
    settle(bench, growth.DASHBOARDS, few)
    orders = [each for each in truth.TOLD if each[0] == "orders"]
    months = few.truth["made"]["orders"]
    assert truth.compared(bench, growth.DASHBOARDS, few, orders) == (2 * len(months), [])
    one_more = {**months, "2026-03": {**months["2026-03"], "count": months["2026-03"]["count"] + 1}}
    other = replace(few, truth={**few.truth, "made": {**few.truth["made"], "orders": one_more}})
    said, *rest = truth.compared(bench, growth.DASHBOARDS, other, orders)[1]
    assert said.startswith("order.count of 2026-03: ")
    assert not rest


def test_a_size_is_kept_and_read_again(tmp_path: Path) -> None:
    size = _size(1.0, 2.0)
    size.write(tmp_path / "kept" / "1000.json")
    assert growth.Size.read(tmp_path / "kept" / "1000.json") == size


def test_pages_are_drawn_over_what_is_published(bench: Bench, few: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_HOME", "")
    settle(bench, growth.DASHBOARDS, few)
    found = drawn(bench, rounds=1, pages=("metrics", "retention"))
    cached.settings.clear()
    cached.engine.clear()
    assert all(0 < page.sql < page.whole for page in found.values())
    assert found["retention"].statements > found["metrics"].statements > 0


@pytest.mark.parametrize(("few_rows", "code"), [(1.0, 0), (2.0, 1)])
def test_what_grows_faster_than_it_may_is_an_error(few_rows: float, code: int) -> None:
    assert growth.told(growth.grown({1_000: _size(1.0, 1.0), 10_000: _size(10.0, few_rows)}, "seconds")) == code


def test_curves_are_drawn_with_their_exponents(tmp_path: Path) -> None:
    found = growth.grown({1_000: _size(1.0, 1.0), 10_000: _size(10.0, 2.0)}, "seconds")
    curves.draw(found, tmp_path / "docs" / "growth.svg", about="a toy")
    picture = (tmp_path / "docs" / "growth.svg").read_text("utf-8")
    assert picture.startswith("<svg")
    assert "Full refresh (s): exponent 1.00, at most 1.05" in picture
    assert "Refresh of few rows (s): exponent 0.30, at most 0.15" in picture


def _size(full: float, few: float) -> growth.Size:
    one = Took(seconds=full, cpu=1.0, server_cpu=1.0, peak_mb=300.0, steps={"gate 1": full / 5})
    of_few = Took(seconds=few, cpu=1.0, server_cpu=1.0, peak_mb=300.0, steps={"gate 1": few / 5})
    return growth.Size(one, [of_few], of_few, {"overview": Drawn(whole=0.2, sql=0.05, statements=9)})
