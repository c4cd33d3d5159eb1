"""Which function is the oracle of which metric."""

from collections.abc import Callable, Sequence

import pandas as pd

from tests.oracle.company import Company
from warehouse.scope import Scope

Oracle = Callable[[Company, Scope, Sequence[str]], pd.DataFrame]
"""Rows that `figures.figure` should give, one for each combination of `by` (and part), nothing hidden.

Missing columns are not compared (`agree.unchecked` says which those are); no rows where there is nothing to tell.
"""

ORACLES: dict[str, Oracle] = {}


def oracle(*codes: str) -> Callable[[Oracle], Oracle]:
    """Make a function the oracle of these metrics."""

    def register(function: Oracle) -> Oracle:
        for code in codes:
            assert code not in ORACLES, f"{code} has an oracle already"
            ORACLES[code] = function
        return function

    return register
