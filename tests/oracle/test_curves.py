"""The oracles' own curve against two libraries."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from statsmodels.duration.survfunc import CumIncidenceRight

from tests.oracle.measures import incidence

RNG = np.random.default_rng(5)
TIMES = pd.Series(RNG.exponential(10, 400).round(1) + 0.1)  # with ties
KINDS = pd.Series(RNG.choice([0, 1, 2], 400, p=[0.2, 0.6, 0.2]))


def test_without_rivals_it_is_kaplan_and_meiers() -> None:
    curve = incidence(TIMES, (KINDS == 1).astype(int))
    fitter = KaplanMeierFitter().fit(TIMES, KINDS == 1)
    expected = 1 - fitter.survival_function_at_times(curve["at"]).to_numpy()
    assert curve["share"].to_numpy() == pytest.approx(expected)


def test_with_rivals_it_is_aalen_and_johansens() -> None:
    curve = incidence(TIMES, KINDS)
    theirs = CumIncidenceRight(TIMES.to_numpy(), KINDS.to_numpy())
    steps = np.searchsorted(theirs.times, curve["at"])
    assert curve["share"].to_numpy() == pytest.approx(np.asarray(theirs.cinc[0])[steps])
