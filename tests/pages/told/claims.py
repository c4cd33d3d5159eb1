"""Which sentence is held against the figures by what: one function for each kind of sentence, found by how the card was made."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.pages.told.real import Card
from warehouse.feeds.contract import feeds as contract

Claim = Callable[[Card], None]
CLAIMS: dict[object, Claim] = {}
"""By the function that makes the sentence or the card, by the kind of card, or by the English title of cards made by hand."""
A_HELD_LOAD, A_CHECK = "a held load", "a check"
"""Cards of Data health whose titles are those of feeds and of checks."""
ENDS = {"duration": ("median", "median_low", "median_high")}


def claim(*keys: object) -> Callable[[Claim], Claim]:
    """Registers a function that fails unless the sentence of a card is true."""

    def register(check: Claim) -> Claim:
        CLAIMS.update(dict.fromkeys(keys, check))
        return check

    return register


def hold(card: Card) -> None:
    """Fails unless what a card says is true; KeyError where nobody has said how that is found out."""
    CLAIMS[_key(card)](card)


def _key(card: Card) -> object:
    kind = card.made[1] if len(card.made) > 1 else ""
    if kind == "figure":
        return card.made[5]
    if kind == "made":
        return card.made[2]
    if kind:
        return kind
    head = card.title.split(" · ", maxsplit=1)[0]
    named = next((key for key in CLAIMS if isinstance(key, str) and card.words.say(key) == head), head)
    if named in CLAIMS or card.opened.opening.screen != "data_health":
        return named
    feeds = {card.names.feed(feed) for feed in contract()}
    return A_HELD_LOAD if set(card.title.split(card.words.listed(["", ""]))) <= feeds else A_CHECK


def agree(card: Card, is_so: object, what: str) -> None:
    """Fails, naming the card, unless something is so."""
    assert is_so, f"{card}: {what}"


def clear(late: Any, early: Any, *names: str) -> bool:
    """Whether the interval of a difference leaves out zero (MOVER), each side a row with its value, low and high."""
    value, low, high = names or ("value", "low", "high")
    (a, a_low, a_high), (b, b_low, b_high) = (
        [float(side[name]) for name in (value, low, high)] for side in (late, early)
    )
    if any(map(math.isnan, (a, a_low, a_high, b, b_low, b_high))):
        return False
    return a - b > math.hypot(a - a_low, b_high - b) or b - a > math.hypot(a_high - a, b - b_low)


def shown(rows: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    """The rows whose figure may be seen."""
    return rows[rows["suppressed"].isna() & rows[column].notna()]
