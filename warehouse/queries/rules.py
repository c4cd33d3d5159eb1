"""The smallest base: which cells of a table are too small to show, and which others would give them away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

TOO_SMALL = "n too small"

Mask = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.int64]
Inside = Mapping[str, Mapping[str, pd.Series]]


def hidden(
    frame: pd.DataFrame,
    *,
    by: Sequence[str],
    base: str,
    smallest: int,
    apart: Sequence[str] = (),
    inside: Inside | None = None,
) -> Mask:
    """True for each row to hide: its `base` is below `smallest`, or it would give a hidden row away.

    Totals over any one of `by` may be shown elsewhere, over all of it or over each of what it lies `inside` (a branch its
    region, a day its week: one value a row, by name). So along each, the hidden rows that hold anything must be at least two and
    have `smallest` together, and where the total over what they lie in is hidden itself, one of its rows must be; until
    that is so, the next smallest is hidden too. `apart` are columns that are never added over, such as the steps of a funnel.
    """
    bases = frame[base].to_numpy(dtype=float, na_value=0.0)
    mask: Mask = bases < smallest
    lines, within = [], dict(inside or {})
    hidden_wholes: list[tuple[Groups, Mask]] = []
    for along in by:
        others = [frame[other] for other in (*by, *apart) if other != along]
        lines.append(_groups(frame, others))
        for name, outer in within.get(along, {}).items():
            whole = _whole(frame, outer, along, name, by=by, base=base, apart=apart, inside=within)
            groups = _groups(frame, others if name in by else [*others, outer])
            lines.append(groups)
            secret = hidden(whole.frame, by=whole.by, base=base, smallest=smallest, apart=apart, inside=whole.inside)
            hidden_wholes.append((groups, secret))
    while True:
        given_away = [
            row
            for groups in lines
            for row in _next_smallest(bases, mask, _exposed(bases, mask, groups, smallest), groups)
        ]
        given_away += [
            row
            for groups, secret in hidden_wholes
            for row in _next_smallest(bases, mask, secret & ~_any(mask & (bases > 0), groups), groups)
        ]
        if not given_away:
            return mask
        mask[given_away] = True


@dataclass(frozen=True)
class Whole:
    """The table as it is told by what one dimension lies in, instead of by the dimension."""

    frame: pd.DataFrame
    by: Sequence[str]
    inside: Inside


def _whole(
    frame: pd.DataFrame,
    outer: pd.Series,
    along: str,
    name: str,
    *,
    by: Sequence[str],
    base: str,
    apart: Sequence[str],
    inside: Inside,
) -> Whole:
    """Rows in the order of the numbers that `_groups` gives; `name`, what `along` lies in, takes its place."""
    others = [other for other in (*by, *apart) if other != along]
    keys = others if name in by else [*others, name]
    table = frame[others].assign(**{name: outer, base: frame[base].astype(float).fillna(0)})
    numbers = _groups(table, [table[key] for key in keys])
    first = table.loc[~pd.Series(numbers, index=table.index).duplicated()]
    summed = first.assign(**{base: np.bincount(numbers, weights=table[base], minlength=len(first))})
    kept = {
        other: {outmost: each.loc[first.index].reset_index(drop=True) for outmost, each in outers.items()}
        for other, outers in inside.items()
        if other != along
    }
    told_by = [key for key in keys if key not in apart]
    return Whole(frame=summed.reset_index(drop=True), by=told_by, inside=kept)


def _groups(frame: pd.DataFrame, columns: Sequence[pd.Series]) -> Groups:
    """The number of each row's group, from 0 in order of appearance; nothing is a value like any other."""
    groups: Groups = np.zeros(len(frame), dtype=np.int64)
    for place, column in enumerate(columns):
        codes, known = pd.factorize(column, use_na_sentinel=False)
        together = codes if place == 0 else pd.factorize(groups * len(known) + codes)[0]
        groups = np.asarray(together, dtype=np.int64)
    return groups


def _exposed(bases: npt.NDArray[np.float64], mask: Mask, groups: Groups, smallest: int) -> Mask:
    """For each group, whether its hidden rows could be told by subtraction from its total."""
    if not len(bases):
        return np.zeros(0, dtype=bool)
    secret = mask & (bases > 0)
    count = np.bincount(groups, weights=secret)
    total = np.bincount(groups, weights=np.where(secret, bases, 0.0))
    return np.asarray((count > 0) & ((count < 2) | (total < smallest)))


def _any(rows: Mask, groups: Groups) -> Mask:
    """For each group, whether one of its rows is marked."""
    return np.asarray(np.bincount(groups, weights=rows) > 0) if len(rows) else np.zeros(0, dtype=bool)


def _next_smallest(bases: npt.NDArray[np.float64], mask: Mask, chosen: Mask, groups: Groups) -> list[int]:
    """In each of the `chosen` groups, the smallest row that is still shown."""
    if not len(bases):
        return []
    shown = np.flatnonzero(~mask & (bases > 0) & chosen[groups])
    order = shown[np.argsort(bases[shown], kind="stable")]
    _, first = np.unique(groups[order], return_index=True)
    return [int(row) for row in order[first]]
