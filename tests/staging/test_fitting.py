"""Whatever staging reads fits its column: what landing masks, staging would have refused."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.staging.test_parsing import FORMATS, MOMENTS, SPECIAL, TWO_DIGIT_FORMATS, Asking, ask, quick
from warehouse.feeds.contract import Column
from warehouse.feeds.mapping.model import ColumnMapping, FromHeader
from warehouse.landing.fitting import use

__all__ = ["ask"]
READ = {
    "instant": [f"staging.as_instant(v, '{order}', 'UTC')" for order in ("auto", "dmy", "mdy", "yymmdd", "excel")],
    "date": [f"staging.as_month(v, '{order}')" for order in ("auto", "dmy", "mdy", "ddmmyy", "mmddyy", "excel")],
    "time": ["staging.as_time(v)"],
    "number": ["staging.as_number(v, '.')", "staging.as_number(v, ',')"],
    "boolean": ["staging.as_boolean(v)"],
}
WRITTEN = [
    *(
        "(5.00)",
        "¥1,000",
        "R$ 12,50",
        "100元",
        "-$5",
        "5.",
        ".5",
        "1.5e3",
        "1 234 567",
        "１２３．５",
        "￥8",
        "true",
        "ＹＥＳ",
        "√",
        "没有",
    ),
    *(
        "9:05 PM",
        "上午9:00",
        "下午2时30分",
        "24:00",
        "0.375",
        "３点",
        "pm 9:05",
        "9:05 a.m.",
        "2026-03",
        "2026年3月",
        "202603",
    ),
    *(
        "Mon, 2 Mar 2026",
        "星期一 2026-03-02",
        "2nd March 2026 10:00 UTC",
        "2026-03-01T10:00:00.123456789+08:00",
        "45000.5",
    ),
]
TYPED = st.text("0123456789-/:. ,+TZAPMamp年月日时分上午下()¥元eE'０９", min_size=1, max_size=24)


def unfit(kind: str, cells: Sequence[str]) -> list[bool]:
    column = Column("c", kind, "c")
    return list(use(ColumnMapping("c", FromHeader("c")), column).unfit(pyarrow.array(cells, pyarrow.string())))


def masked_though_read(ask: Asking, kind: str, cells: Sequence[str]) -> list[str]:
    read = [ask(expression, list(cells)) for expression in READ[kind]]
    return [
        cell
        for place, (cell, is_unfit) in enumerate(zip(cells, unfit(kind, cells), strict=True))
        if is_unfit and any(values[place] is not None for values in read)
    ]


@pytest.mark.parametrize("kind", READ)
def test_what_people_write(ask: Asking, kind: str) -> None:
    days = [datetime(2026, 3, 9, 14, 5, 7), datetime(1999, 12, 31, 0, 0, 0), datetime(2026, 9, 30, 23, 59, 59)]
    cells = [day.strftime(layout) for day in days for layout, _ in (*FORMATS, *TWO_DIGIT_FORMATS)]
    assert masked_though_read(ask, kind, [*cells, *WRITTEN, *SPECIAL]) == []


@pytest.mark.parametrize("kind", READ)
@quick
@given(cells=st.lists(TYPED, min_size=1, max_size=60), moments=st.lists(MOMENTS, max_size=9))
def test_what_might_be_written(ask: Asking, kind: str, cells: list[str], moments: list[datetime]) -> None:
    assert masked_though_read(ask, kind, [*cells, *map(str, moments)]) == []


@pytest.mark.parametrize("kind", READ)
def test_names_and_telephones_fit_none(kind: str) -> None:
    people = ["王芳", "Anna Achterberg", "anna@mail1.example", "O'Neil", "S0012"]
    phones = [] if kind == "number" else ["13800000001", "010-12345678", "+86 138 0000 0001", "138-0000-0001"]
    assert all(unfit(kind, [*people, *phones]))
