"""What pages ask: recorded as they are drawn, asked again in their person's name, and too much of it is an error."""

import time

import pytest

from benchmarks import queries
from benchmarks.measured import asked
from benchmarks.measured.asked import Asked, Page
from benchmarks.measured.bench import Bench, settle
from pages.shared import cached
from warehouse.feeds.demo import Company


def test_what_a_page_asks_is_asked_again(bench: Bench, few: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_HOME", "")
    settle(bench, "gatehouse", few)
    (page,) = asked.of_pages(bench.home, people=("head",), pages=("metrics",))
    cached.settings.clear()
    cached.engine.clear()
    assert page.key == ("head", "metrics")
    assert queries.questions(page.cold) > 3
    assert page.warm == ()
    with queries.reading(bench.home, [page]) as connection:
        assert queries.again(connection, page, queries.worked(connection)) > 0
        assert queries.again(connection, page, time.perf_counter) > 0


@pytest.mark.parametrize(
    ("times", "more", "code"), [([10.0, 11.0], 0, 0), ([10.0, 14.0], 0, 1), ([21.0, 21.0], 0, 1), ([10.0, 10.0], 1, 1)]
)
def test_a_page_that_asks_too_much_is_an_error(times: list[float], more: int, code: int) -> None:
    statement = Asked("state/standing", "select 1", None)
    page = Page(name="overview", person="head", cold=(statement,), warm=(statement,) * more)
    assert queries.told(["1,500", "20,000"], [(page, times)]) == code
