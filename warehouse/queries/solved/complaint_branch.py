"""Funnel limits: between which shares a branch with so many complaints would lie if it broke its promises as all do."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.metrics import Metric

LIMITS = {"low_998": 0.001, "low_95": 0.025, "high_95": 0.975, "high_998": 0.999}
"""Where each limit lies on the distribution of what chance alone brings about."""


def against_the_company(rows: pd.DataFrame, _about: Metric, _by: Sequence[str]) -> pd.DataFrame:
    """The rows with their limits (shares, 0 to 1) and `is_outside_998` (1 or 0); NaN where there is no centre."""
    found = [
        limits(n=int(n), centre=float(centre)) if n > 0 and not np.isnan(centre) else dict.fromkeys(LIMITS, np.nan)
        for n, centre in zip(rows["denominator"], rows["centre"].astype(float), strict=True)
    ]
    frame = rows.assign(**{name: [limit[name] for limit in found] for name in LIMITS})
    outside = (frame["value"] < frame["low_998"]) | (frame["value"] > frame["high_998"])
    return frame.assign(is_outside_998=outside.astype(float).where(frame["low_998"].notna()))


def limits(*, n: int, centre: float) -> dict[str, float]:
    """Exact binomial limits of a share among `n` around `centre` (0 to 1), by name of the limit.

    A share of whole complaints moves in steps, so a limit is interpolated between the two shares at which the cumulative
    probability passes it (Spiegelhalter 2005, Funnel plots for comparing institutional performance, appendix A.1.1).
    """
    if centre in (0.0, 1.0):
        return dict.fromkeys(LIMITS, centre)
    cumulative = _cumulative(n, centre)
    return {name: _quantile(cumulative, share) / n for name, share in LIMITS.items()}


def _cumulative(n: int, centre: float) -> npt.NDArray[np.float64]:
    """Binomial probabilities of up to 0, 1, … n; each term from the one before, on the log scale."""
    k = np.arange(1, n + 1)
    steps = np.log((n - k + 1) / k) + np.log(centre / (1 - centre))
    log_terms = n * np.log1p(-centre) + np.concatenate([[0.0], np.cumsum(steps)])
    return np.cumsum(np.exp(log_terms))


def _quantile(cumulative: npt.NDArray[np.float64], share: float) -> float:
    reached = min(int(np.searchsorted(cumulative, share)), len(cumulative) - 1)
    below = cumulative[reached - 1] if reached else 0.0
    return max(0.0, float(reached - (cumulative[reached] - share) / (cumulative[reached] - below)))
