"""Which rows a mapping means, answered in Python: for the first rows that `mapping check` looks at. Staging asks in SQL."""

import re
from collections.abc import Callable

from warehouse.feeds.mapping.model import All, Condition, Not, Test
from warehouse.feeds.mapping.words import nothing_words


def holds(condition: Condition | None, cell: Callable[[str], str], *, nothing: tuple[str, ...] = ()) -> bool:
    """Whether a row is meant, whose trimmed cell under a header is `cell(header)`; `nothing` are the source's own words."""
    match condition:
        case None:
            return True
        case Not(inner):
            return not holds(inner, cell, nothing=nothing)
        case All(inners):
            return all(holds(inner, cell, nothing=nothing) for inner in inners)
        case Test():
            return _answer(condition, cell(condition.header), nothing)
        case _:
            return any(holds(inner, cell, nothing=nothing) for inner in condition.conditions)


def _answer(test: Test, cell: str, nothing: tuple[str, ...]) -> bool:
    is_nothing = cell in nothing_words(nothing, but=test.words if test.how in ("is", "in") else ())
    if test.how == "is_nothing" or is_nothing:
        return is_nothing and test.how == "is_nothing"
    return re.search(test.words[0], cell) is not None if test.how == "matches" else cell in test.words
