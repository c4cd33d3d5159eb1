"""The smallest base: nothing hidden can be told from what is shown and the totals."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.queries.rules import hidden

bases = st.integers(min_value=0, max_value=60)


def table(counts: list[int], **dims: list[str]) -> pd.DataFrame:
    return pd.DataFrame({**dims, "n": counts})


@given(st.lists(bases, min_size=1, max_size=12), st.integers(min_value=1, max_value=40))
def test_small_rows_are_hidden_and_never_alone(counts: list[int], smallest: int) -> None:
    frame = table(counts, branch=[f"b{number}" for number in range(len(counts))])
    mask = hidden(frame, by=["branch"], base="n", smallest=smallest)
    n = np.array(counts)
    assert mask[n < smallest].all()
    secret, shown = n[mask & (n > 0)], n[~mask & (n > 0)]
    assert len(secret) == 0 or len(shown) == 0 or (len(secret) >= 2 and secret.sum() >= smallest)


@given(st.lists(bases, min_size=1, max_size=12), st.integers(min_value=1, max_value=40))
def test_no_more_is_hidden_than_needed(counts: list[int], smallest: int) -> None:
    frame = table(counts, branch=[f"b{number}" for number in range(len(counts))])
    n, mask = np.array(counts), hidden(frame, by=["branch"], base="n", smallest=smallest)
    extra = n[mask & (n >= smallest)]
    if len(extra):
        small = n[(n < smallest) & (n > 0)]
        assert len(extra) == 1
        assert extra[0] == n[n >= smallest].min()
        assert len(small) == 1 or small.sum() < smallest


@given(st.lists(st.lists(bases, min_size=3, max_size=3), min_size=1, max_size=6))
def test_two_dimensions_are_guarded_along_both(counts: list[list[int]]) -> None:
    cells = [
        {"branch": f"b{row}", "month": str(column), "n": count}
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
    ]
    frame = pd.DataFrame(cells)
    frame["hidden"] = hidden(frame, by=["branch", "month"], base="n", smallest=20)
    for along in ("branch", "month"):
        for _, line in frame.groupby(along):
            secret = line[line["hidden"] & (line["n"] > 0)]["n"]
            shown = line[~line["hidden"] & (line["n"] > 0)]
            assert secret.empty or shown.empty or (len(secret) >= 2 and secret.sum() >= 20)


@given(st.lists(bases, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter_where_bases_differ(counts: list[int], random: object) -> None:
    unique = sorted(set(counts))
    frame = table(unique, branch=[str(count) for count in unique])
    turned = frame.iloc[::-1].reset_index(drop=True)
    straight = set(frame["branch"][hidden(frame, by=["branch"], base="n", smallest=20)])
    assert straight == set(turned["branch"][hidden(turned, by=["branch"], base="n", smallest=20)])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([19, 50, 30], [True, False, True]),
        ([20, 50, 30], [False, False, False]),
        ([0, 50, 30], [True, False, False]),
        ([5, 6, 30, 40], [True, True, True, False]),
        ([15, 16, 30], [True, True, False]),
        ([19], [True]),
        ([], []),
    ],
)
def test_the_next_smallest_goes_with_a_lonely_one(counts: list[int], expected: list[bool]) -> None:
    frame = table(counts, branch=[str(number) for number in range(len(counts))])
    assert hidden(frame, by=["branch"], base="n", smallest=20).tolist() == expected


def test_parts_of_one_whole_are_not_added_over() -> None:
    rows = (
        [("small", part, 10) for part in "xy"]
        + [("big", part, 80) for part in "xy"]
        + [("mid", part, 30) for part in "xy"]
    )
    frame = pd.DataFrame(rows, columns=["branch", "part", "n"])
    mask = hidden(frame, by=["branch"], base="n", smallest=20, apart=["part"])
    assert set(frame["branch"][mask]) == {"small", "mid"}
    assert mask.sum() == 4


def test_a_single_figure_is_hidden_by_its_own_base_alone() -> None:
    for count, expected in itertools.product([19], [True]):
        assert hidden(table([count]), by=[], base="n", smallest=20).tolist() == [expected]


def test_a_hidden_cell_cannot_be_told_from_what_it_lies_in() -> None:
    """a1 and b1 hide each other in the whole, but not in their groups, whose totals may be shown elsewhere."""
    rows = pd.DataFrame({"source": ["a1", "a2", "a3", "b1", "b2", "b3"], "n": [15, 30, 40, 15, 25, 50]})
    group = rows["source"].str[0]
    alone = hidden(rows, by=("source",), base="n", smallest=20)
    assert list(rows["source"][alone]) == ["a1", "b1"]
    nested = hidden(rows, by=("source",), base="n", smallest=20, inside={"source": {"group": group}})
    assert list(rows["source"][nested]) == ["a1", "a2", "b1", "b2"]


def test_a_hidden_whole_cannot_be_told_from_its_rows() -> None:
    """Told by group, b is hidden beside c, so that c cannot be told; told by source, b1, all that b has, must be hidden too."""
    rows = pd.DataFrame({"source": ["a1", "a2", "b1", "c1"], "n": [40, 90, 30, 15]})
    group = rows["source"].str[0]
    mask = hidden(rows, by=("source",), base="n", smallest=20, inside={"source": {"group": group}})
    by_group = hidden(
        rows.assign(source=group).groupby("source", as_index=False)["n"].sum(), by=("source",), base="n", smallest=20
    )
    assert list(by_group) == [False, True, True]
    assert list(mask) == [False, False, True, True]
