"""Lists that pages open: branches and sources to choose from, and the customers behind a cell of a matrix."""

from typing import Literal

import pandas as pd

from warehouse import metrics
from warehouse.queries import grains
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

Matrix = Literal["portfolio", "value_tier", "distributor", "apostle"]
MOST_POINTS = 2000
SMALLEST_FIELD = 3
FIRST_LOOK = 20
"""So many of each branch and kind are looked at first: of many branches, none has more among the first of all."""
IN_WHOLE_STEPS: frozenset[Matrix] = frozenset({"value_tier", "apostle"})
"""Matrices in which many customers have the same place: points would lie on top of each other."""


def branches(reader: Reader) -> pd.DataFrame:
    """The branches that the person may see: branch_id, branch_name, region_id, region_name, city, opened_on, closed_on."""
    return reader.frame("list_branches")


def sources(reader: Reader) -> pd.DataFrame:
    """The sources of the leads that the person may see: source_code, source_group, label_en, label_zh (None: not on file)."""
    return reader.known("list_sources")


def customers(reader: Reader, scope: Scope, *, matrix: Matrix, cell: str, most: int = 200) -> pd.DataFrame:
    """The customers in one cell at the end of the last month that has ended, those with the highest spend first.

    Columns: customer_code, customer_kind, region_id, branch_id, as_of_on, portfolio, value_tier, distributor, apostle (their
    cells; None: not in that matrix), spend (reporting currency, 12 months), orders (days with an order, 12 months),
    last_ordered_on, attractiveness, support, satisfaction (0 to 100), visits_got, visits_due (of this matrix), in_cell (how
    many stand there in all), action_en and action_zh (what is due in this cell). At most `most` rows. The period of `scope`
    is not applied: the standing is the newest. Raises KeyError where the matrix has no such cell.
    """
    action = metrics.cells(matrix)[cell].action
    grain = grains.of_list(reader, "segment_customer", scope, codes=(matrix,))
    for places in sorted({min(FIRST_LOOK, most), most}):
        found = reader.frame(
            "segment_customers",
            matrix=matrix,
            cell=cell,
            most=most,
            places=places,
            segment_customer_grain=grain,
            **_chosen(scope),
        )
        if (found.pop("place") < places).all():
            break  # else whoever comes after the last that was looked at may be among the first, too
    return found.assign(action_en=action["en"], action_zh=action["zh_CN"])


def points(reader: Reader, scope: Scope, *, matrix: Matrix) -> pd.DataFrame:
    """The customers of a matrix between its axes at the end of the last month that has ended, as points or fields of a grid.

    Columns: cell, x and y (first and second axis of `catalogue/cuts.yaml`, in its unit; value tiers: whole months since the last
    order, days with an order in 12 months), customers, customer_code (None: a field), left_out (customers in fields too small
    to show), as_of_on. Up to `MOST_POINTS` customers stand each for themselves, but in matrices of `IN_WHOLE_STEPS`. The period
    of `scope` is not applied.
    """
    fields = reader.frame(
        "segment_fields",
        most=MOST_POINTS,
        smallest=SMALLEST_FIELD,
        segment_customer_grain=grains.of_list(reader, "segment_customer", scope, codes=(matrix,)),
        **_chosen(scope),
    )
    are_few = (fields.pop("everybody") <= MOST_POINTS).any()
    if matrix in IN_WHOLE_STEPS or not are_few:
        return fields
    return reader.frame(
        "segment_points",
        matrix=matrix,
        segment_customer_grain=grains.of_branches("segment_customer", codes=(matrix,)),
        **_chosen(scope),
    )


def cuts(reader: Reader, *, matrix: Matrix) -> pd.DataFrame:
    """Where the company's cuts lay at each month's end: month_on, axis, measured_by, cut_at, corner_at (None: no corner).

    `measured_by` says how customers were measured, as `catalogue/cuts.yaml` calls it; value tiers have no such cuts.
    """
    return reader.frame("segment_cuts", matrix=matrix)


def _chosen(scope: Scope) -> dict[str, list[str]]:
    return {
        "regions": list(scope.regions),
        "branches": list(scope.branches),
        "customer_kind": list(scope.filters.get("customer_kind", ())),
    }
