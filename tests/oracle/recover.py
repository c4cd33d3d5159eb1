"""What somebody can work out who sees several tables of the same figure: hidden counts from shown ones, by linear algebra."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

Tables = Mapping[tuple[str, ...], pd.DataFrame]
Key = tuple[object, ...]
SMALL = 1e-9


def recovered(tables: Tables, finest: Sequence[str], *, figure: str, base: str) -> list[str]:
    """Hidden cells of any of the tables whose `figure` follows from what the tables show.

    `tables` by what they are grouped by, each a subset of `finest`, whose cells are the unknowns; `base` is never hidden,
    and where it is 0 the figure is known to be 0.
    """
    cells = tables[tuple(finest)]
    empty = cells[base].fillna(0).to_numpy() == 0
    known, secret = [np.eye(len(cells))[empty]], []
    for by, table in tables.items():
        places = _places(cells, by)
        for key, shown, of in zip(_keys(table, by), table[figure], table[base], strict=True):
            sums = np.zeros(len(cells))
            sums[places.get(key, [])] = 1.0
            if pd.isna(shown) and of:
                secret.append((f"{dict(zip(by, key, strict=True))} of {by}", sums))
            elif not pd.isna(shown):
                known.append(sums[None, :])
    told = _basis(np.concatenate(known)) if secret else np.zeros((len(cells), 0))
    return [what for what, sums in secret if np.linalg.norm(sums - told @ (told.T @ sums)) < SMALL * max(len(cells), 1)]


def _keys(table: pd.DataFrame, by: Sequence[str]) -> list[Key]:
    """What each row is of; nothing is a value like any other."""
    columns = [[None if pd.isna(value) else value for value in table[name]] for name in by]
    return list(zip(*columns, strict=True)) if by else [()] * len(table)


def _places(cells: pd.DataFrame, by: Sequence[str]) -> dict[Key, list[int]]:
    """Which of the cells lie in each group."""
    found: dict[Key, list[int]] = {}
    for place, key in enumerate(_keys(cells, by)):
        found.setdefault(key, []).append(place)
    return found


def _basis(rows: "np.ndarray") -> "np.ndarray":
    """Orthonormal columns that span the rows."""
    left, sizes, _ = np.linalg.svd(rows.T, full_matrices=False)
    return left[:, sizes > SMALL * max(sizes.max(initial=0.0), 1.0)]
