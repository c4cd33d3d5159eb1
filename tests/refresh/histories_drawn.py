"""Histories drawn at random, as data: what is delivered, corrected, tried, discarded, released, in which order."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.refresh.histories_company import FEEDS

TWISTS = ("plain", "plain", "plain", "doubled", "broken", "empty", "wrong", "stranger", "newcomer", "newcomer")
DEEDS = ("deliver",) * 7 + (
    "try",
    "again",
    "reworded",
    "discard",
    "discard",
    "release",
    "rollback",
    "rebuild",
    "nothing",
)

STANDING = ("customers", "orders", "surveys", "survey_answers", "wallets")
"""Feeds without which nobody stands in a matrix."""


@dataclass(frozen=True)
class Part:
    """Rows of one feed: `count` of them from number `first`, in a version of theirs."""

    feed: str
    first: int
    count: int
    version: int


@dataclass(frozen=True)
class Step:
    """One thing that happens. `pick` chooses among what there is: the delivery to repeat, the load to discard, …"""

    deed: str
    parts: tuple[Part, ...] = ()
    twist: str = "plain"
    pick: int = 0


def _part(feed: str) -> st.SearchStrategy[Part]:
    first = st.sampled_from([0, 0, 40, 90, 200, 330])
    version = st.sampled_from([0, 0, 0, 1, 2, 3])
    if feed == "branches":
        return st.builds(Part, st.just(feed), st.just(0), st.sampled_from([3, 4]), version)
    return st.builds(Part, st.just(feed), first, st.sampled_from([60, 60, 12, 1]), version)


def _parts(*, least: int, most: int) -> st.SearchStrategy[tuple[Part, ...]]:
    some = st.lists(
        st.sampled_from([*sorted(FEEDS), "branches", "branches"]), min_size=least, max_size=most, unique=True
    )
    return some.flatmap(lambda names: st.tuples(*map(_part, names)))


def _step(deed: str) -> st.SearchStrategy[Step]:
    parts = _parts(least=1, most=7) if deed in ("deliver", "try") else st.just(())
    return st.builds(Step, st.just(deed), parts, st.sampled_from(TWISTS), st.integers(0, 5))


def _first(parts: tuple[Part, ...], figures: tuple[str, ...]) -> Step:
    """A list of branches, four months of the feeds `figures`, and whatever else there is."""
    whole = [Part("branches", 0, 3, 0), *(Part(feed, 0, 240, 0) for feed in figures)]
    return Step("deliver", (*whole, *(each for each in parts if each.feed not in {part.feed for part in whole})))


FIRST = st.builds(_first, _parts(least=3, most=12), st.sampled_from([STANDING, STANDING, ()]))
"""Most companies begin with their list of branches, and with customers who stand somewhere."""


def histories(*, least: int = 2, most: int = 6) -> st.SearchStrategy[list[Step]]:
    """A first delivery, then a few things that happen."""
    later = st.lists(st.sampled_from(DEEDS).flatmap(_step), min_size=least, max_size=most)
    return st.builds(lambda first, rest: [first, *rest], FIRST, later)
