"""The three sides that are measured in turns: our page of six figures, Superset's dashboard of the same, an empty page."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.web import browser, places, superset
from benchmarks.web.browser import Side
from benchmarks.web.places import Place
from benchmarks.web.superset import Superset

AS = {"as": "executive", "lang": "en"}
OURS: Final = "ours"
SUPERSET: Final = "superset"
EMPTY: Final = "empty"


@dataclass(frozen=True)
class Sides:
    """All three, running."""

    ours: Place
    superset: Superset
    empty: Place

    def pages(self) -> dict[str, Side]:
        """The page of each, by its name."""
        address = self.superset.place.address
        return {
            OURS: six(self.ours.address),
            SUPERSET: board(address, self.superset, browser.signed_in(address)),
            EMPTY: Side("Empty", EMPTY, self.empty.address, ""),
        }


@contextmanager
def running(home: Path) -> Iterator[Sides]:
    """All three over the demo company under `home`, one process each."""
    with ExitStack() as open_:
        yield Sides(
            open_.enter_context(places.six(home)),
            open_.enter_context(superset.serving(home)),
            open_.enter_context(places.empty()),
        )


def six(address: str) -> Side:
    """Our page of six figures, at an address."""
    return Side("Six figures", OURS, address, "", expects={"figures": 2, "charts": 3}, query=AS)


def board(address: str, shown: Superset, cookies: browser.Cookies) -> Side:
    """Superset's dashboard, at an address."""
    path = shown.board.path.lstrip("/")
    return Side("Complaints", SUPERSET, address, path, cookies=cookies, elsewhere="dashboard/list/")
