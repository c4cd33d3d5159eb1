"""What somebody can work out who sees several tables of the same figure: hidden counts from shown ones, by linear algebra."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

Tables = Mapping[tuple[str, ...], pd.DataFrame]
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
        for row in table.to_dict("records"):
            sums = _members(cells, row, by)
            if pd.isna(row[figure]) and row[base]:
                secret.append((f"{dict(zip(by, (row[name] for name in by), strict=True))} of {by}", sums))
            elif not pd.isna(row[figure]):
                known.append(sums[None, :])
    told = _basis(np.concatenate(known))
    return [what for what, sums in secret if np.linalg.norm(sums - told @ (told.T @ sums)) < SMALL * max(len(cells), 1)]


def _members(cells: pd.DataFrame, row: Mapping[object, object], by: Sequence[str]) -> "np.ndarray":
    inside = np.ones(len(cells))
    for name in by:
        same = cells[name].isna() if pd.isna(row[name]) else cells[name].eq(row[name])
        inside *= same.to_numpy(dtype=float)
    return inside


def _basis(rows: "np.ndarray") -> "np.ndarray":
    """Orthonormal columns that span the rows."""
    left, sizes, _ = np.linalg.svd(rows.T, full_matrices=False)
    return left[:, sizes > SMALL * max(sizes.max(initial=0.0), 1.0)]
