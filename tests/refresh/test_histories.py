"""Whatever happens in whatever order: incremental equals full, row for row, and what was discarded leaves no trace.

`make histories` tells 200 of them; `make test` a few. GATEHOUSE_HISTORIES says how many each half tells.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, seed, settings
from sqlalchemy import URL

from tests.refresh.histories import House, assert_same, noted, put_in_one_go
from tests.refresh.histories_drawn import Part, Step, histories
from tests.servers import copied
from warehouse import stewardship

TOLD = int(os.environ.get("GATEHOUSE_HISTORIES", "1"))


@pytest.mark.parametrize("half", ["even", "odd"])
def test_incremental_equals_full(server: URL, template: str, half: str) -> None:
    @seed(half == "odd")
    @settings(max_examples=TOLD, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories())
    def equals(story: list[Step]) -> None:
        with (
            noted(story),
            TemporaryDirectory() as folder,
            copied(server, template) as one,
            copied(server, template) as other,
        ):
            lived, fresh = House(one, Path(folder, "lived")), House(other, Path(folder, "fresh"))
            live(lived.open(), story)
            compare_with_fresh(lived, fresh.open())

    equals()


def test_a_feed_whose_tables_wait_for_a_held_one_is_accepted_all_the_same(
    server: URL, template: str, tmp_path: Path
) -> None:
    story = [
        Step("deliver", (Part("branches", 0, 3, 0), Part("staff", 0, 60, 2))),
        Step("discard"),
        Step("deliver", (Part("skill_assessments", 0, 1, 1), Part("staff", 0, 60, 2))),
    ]
    with copied(server, template) as database:
        live(House(database, tmp_path / "lived").open(), story)


def live(house: House, story: list[Step]) -> None:
    """Let the history happen; then nothing new changes nothing, and a rebuild comes to the same."""
    house.folder.mkdir()
    for step in story:
        house.happen(step)
    before, book, shown = house.published(), house.book(), house.newest()
    house.take()
    assert_same(before, house.published(), "nothing new")
    figures = house.figures(shown) if shown else {}
    kept = house.standings()
    house.take(rebuild=True)
    anew = house.standings()
    assert_same(kept.as_far_as(anew), anew.as_far_as(kept), "standings that were kept")
    assert_same(before, house.published(), "rebuilt")
    assert_same(book, house.book(), "rebuilt")
    house.see_that_rows_add_up()
    assert not shown or house.figures(house.newest()) == figures


def compare_with_fresh(lived: House, fresh: House) -> None:
    """What is held is discarded; what is left is what a fresh warehouse makes of the same files in one go.

    Not where a gate holds there what came through one by one: a whole delivery without its branches, since these were discarded
    after it, is set aside row by row in the one, and held in the other.
    """
    fresh.folder.mkdir()
    for load_id in lived.held():
        stewardship.discard(lived.database, int(str(load_id)), by="tests")
    put_in_one_go(fresh, lived.accepted())
    if not fresh.held():
        assert_same(lived.book(), fresh.book(), "in one go")
        assert_same(lived.published(), fresh.published(), "in one go")
