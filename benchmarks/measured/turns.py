"""Ways to do the same thing, in turns: A B A B, so that whatever else the machine does falls on all of them."""

from collections.abc import Callable, Mapping
from typing import TypeVar

Found = TypeVar("Found")


def in_turns(ways: Mapping[str, Callable[[], Found]], *, rounds: int, warm: int = 0) -> dict[str, list[Found]]:
    """What each way came to, round by round; the first `warm` rounds are made and left out."""
    found: dict[str, list[Found]] = {name: [] for name in ways}
    for number in range(warm + rounds):
        for name, way in ways.items():
            came_to = way()
            if number >= warm:
                found[name].append(came_to)
    return found
