"""The smallest base: which cells of a table are too small to show, and which others would give them away."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

TOO_SMALL = "n too small"

Mask = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.int64]


def hidden(
    frame: pd.DataFrame,
    *,
    by: Sequence[str],
    base: str,
    smallest: int,
    apart: Sequence[str] = (),
    inside: Mapping[str, Sequence[pd.Series]] | None = None,
) -> Mask:
    """True for each row to hide: its `base` is below `smallest`, or it would give a hidden row away.

    Totals over any one of `by` may be shown elsewhere, over all of it or over each of what it lies `inside` (a branch its
    region, a day its week: one value a row). So along each, the hidden rows that hold anything must be at least two and
    have `smallest` together; until they do, the next smallest is hidden too. `apart` are columns that are never added
    over, such as the parts of one whole.
    """
    bases = frame[base].to_numpy(dtype=float, na_value=0.0)
    mask: Mask = bases < smallest
    lines = []
    for along in by:
        others = [frame[other] for other in (*by, *apart) if other != along]
        lines += [
            _groups(frame, [*others, *outer]) for outer in ([], *([each] for each in (inside or {}).get(along, ())))
        ]
    while True:
        given_away = [row for groups in lines for row in _next_smallest(bases, mask, groups, smallest)]
        if not given_away:
            return mask
        mask[given_away] = True


def _groups(frame: pd.DataFrame, columns: Sequence[pd.Series]) -> Groups:
    if not columns:
        return np.zeros(len(frame), dtype=np.int64)
    return np.asarray(frame.groupby(list(columns), dropna=False, sort=False).ngroup(), dtype=np.int64)


def _next_smallest(bases: npt.NDArray[np.float64], mask: Mask, groups: Groups, smallest: int) -> list[int]:
    """In each group whose hidden rows could be told by subtraction, the smallest row still shown."""
    if not len(bases):
        return []
    secret = mask & (bases > 0)
    count = np.bincount(groups, weights=secret)
    total = np.bincount(groups, weights=np.where(secret, bases, 0.0))
    exposed = (count > 0) & ((count < 2) | (total < smallest))
    shown = np.flatnonzero(~mask & (bases > 0) & exposed[groups])
    order = shown[np.argsort(bases[shown], kind="stable")]
    _, first = np.unique(groups[order], return_index=True)
    return [int(row) for row in order[first]]
