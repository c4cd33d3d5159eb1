"""The parsing functions against Python: what people write is read as Python would, and nothing else is read at all."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from warehouse import db
from warehouse.feeds.mapping.words import BLANKS, trimmed
from warehouse.staging.compile import _folded

Asking = Callable[..., list[object]]
NEW_YORK = ZoneInfo("America/New_York")
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

MOMENTS = st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
FORMATS = [
    ("%Y-%m-%d %H:%M:%S", "auto"),
    ("%Y-%m-%dT%H:%M:%S", "dmy"),
    ("%Y-%m-%d %H:%M:%S.000", "auto"),
    ("%Y/%m/%d %H:%M:%S", "mdy"),
    ("%Y%m%d %H%M%S", "auto"),
    ("%Y%m%dT%H%M%S", "ymd"),
    ("%Y%m%d%H%M%S", "excel"),
    ("%Y年%m月%d日 %H:%M:%S", "auto"),
    ("%Y年%m月%d日%H时%M分%S秒", "auto"),
    ("%d %b %Y %H:%M:%S", "auto"),
    ("%d-%b-%Y %I:%M:%S %p", "mdy"),
    ("%B %d, %Y %I:%M:%S %p", "auto"),
    ("%a, %d %b %Y %H:%M:%S", "auto"),
    ("%m/%d/%Y %I:%M:%S %p", "mdy"),
    ("%m/%d/%Y %H:%M:%S", "mmddyy"),
    ("%d.%m.%Y %H:%M:%S", "dmy"),
    ("%d/%m/%Y, %I:%M:%S %p", "dmy"),
    ("%d-%m-%Y %H:%M:%S", "ddmmyy"),
]
TWO_DIGIT_FORMATS = [
    ("%y%m%d", "yymmdd"),
    ("%d%m%y", "ddmmyy"),
    ("%m/%d/%y", "mmddyy"),
    ("%y-%m-%d", "yymmdd"),
    ("%d.%m.%y", "ddmmyy"),
]


@pytest.fixture(scope="module")
def ask(shared: db.Database) -> Iterator[Asking]:
    """Ask one expression, with `v` for the value, of many values at once."""
    with shared.loader.connect() as connection:

        def asking(expression: str, values: Sequence[str | None], **parameters: object) -> list[object]:
            query = text(f"select {expression} from unnest(:values) with ordinality as x (v, n) order by n")
            bound = query.bindparams(bindparam("values", type_=ARRAY(Text)))
            return list(connection.execute(bound, {"values": values, **parameters}).scalars())

        yield asking


def local(moment: datetime) -> datetime:
    """A local time as Postgres takes it: standard time, where the clocks are put forward or back."""
    early, late = moment.replace(tzinfo=NEW_YORK, fold=0), moment.replace(tzinfo=NEW_YORK, fold=1)
    return (early if early.utcoffset() <= late.utcoffset() else late).astimezone(UTC)


@pytest.mark.parametrize(("layout", "order"), FORMATS)
@quick
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30))
def test_instants_in_every_layout(ask: Asking, layout: str, order: str, moments: list[datetime]) -> None:
    found = ask(
        "staging.as_instant(v, :o, 'America/New_York')", [moment.strftime(layout) for moment in moments], o=order
    )
    assert found == [local(moment) for moment in moments]


@pytest.mark.parametrize(("layout", "order"), FORMATS)
@quick
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30))
def test_days_in_every_layout(ask: Asking, layout: str, order: str, moments: list[datetime]) -> None:
    day_alone = layout.split("%H")[0].split("%I")[0].rstrip(" T,")
    with_time = ask("staging.as_date(v, :o)", [moment.strftime(layout) for moment in moments], o=order)
    without = ask("staging.as_date(v, :o)", [moment.strftime(day_alone) for moment in moments], o=order)
    assert with_time == without == [moment.date() for moment in moments]


@pytest.mark.parametrize(("layout", "order"), TWO_DIGIT_FORMATS)
@quick
@given(days=st.lists(st.dates(date(1969, 1, 1), date(2068, 12, 31)), min_size=1, max_size=30))
def test_two_digit_years_only_where_declared(ask: Asking, layout: str, order: str, days: list[date]) -> None:
    written = [day.strftime(layout) for day in days]
    assert ask("staging.as_date(v, :o)", written, o=order) == days
    for other in ("auto", "ymd", "dmy", "mdy"):
        assert ask("staging.as_date(v, :o)", written, o=other) == [None] * len(days)


@quick
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30), minutes=st.integers(-14 * 60, 14 * 60))
def test_offsets_are_obeyed(ask: Asking, moments: list[datetime], minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    aware = [moment.replace(tzinfo=zone) for moment in moments]
    for layout in ("%Y-%m-%d %H:%M:%S%z", "%d %b %Y %H:%M:%S %z", "%Y/%m/%d %H:%M:%S%z"):
        assert (
            ask("staging.as_instant(v, 'auto', 'Asia/Shanghai')", [moment.strftime(layout) for moment in aware])
            == aware
        )
    assert ask("staging.as_instant(v, 'auto', 'Asia/Shanghai')", [moment.isoformat() for moment in aware]) == aware


@quick
@given(serials=st.lists(st.decimals(10000, 99999, places=6), min_size=1, max_size=30))
def test_excel_serials(ask: Asking, serials: list[Decimal]) -> None:
    found = ask("staging.as_instant(v, 'auto', 'UTC')", [str(serial) for serial in serials])
    wanted = [from_excel(float(serial)).replace(tzinfo=UTC) for serial in serials]
    assert all(abs(one - other) <= timedelta(milliseconds=1) for one, other in zip(found, wanted, strict=True))


@quick
@given(
    days=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 19), st.integers(0, 39)), min_size=1, max_size=60),
    separator=st.sampled_from("-/"),
)
def test_days_that_do_not_exist_are_nothing(ask: Asking, days: list[tuple[int, int, int]], separator: str) -> None:
    written = [f"{year:04}{separator}{month:02}{separator}{day:02}" for year, month, day in days]
    assert ask("staging.as_date(v, 'auto')", written) == [_day_or_none(*each) for each in days]
    assert ask("staging.as_instant(v, 'auto', 'UTC')::date", written) == [_day_or_none(*each) for each in days]


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1800 <= year <= 2199 else None
    except ValueError:
        return None


SPECIAL = [
    "now",
    "today",
    "tomorrow",
    "yesterday",
    "infinity",
    "-infinity",
    "epoch",
    "allballs",
    "J2451187",
    "2026",
    "2026-13",
    "",
]
SPECIAL += [
    "3/4/2026",
    "03.04.2026",
    "2026-03-01 EST",
    "2026-03-01 Asia/Shanghai",
    "2026-060",
    "20260001",
    "1 Mer 2026",
    "Mar 2026",
]
SPECIAL += ["2026-03-01 12:00 BC", "2026-03-01 14", "2026-03-01 1405", "99-01-02", "2026-02-30 10:00", "2026-03-01 -08"]
SPECIAL += [
    "2026-03-01 9:05.5",
    "2026-03-01 14:61",
    "1/2/3",
    "13:00",
    "2026-03-01 13:00 PM",
    "0000-00-00",
    "9999-12-31",
    "60",
    "1e5",
]


def test_words_that_postgres_knows_and_doubtful_dates_are_nothing(ask: Asking) -> None:
    found = ask("staging.as_instant(v, 'auto', 'UTC')", SPECIAL)
    assert {word: moment for word, moment in zip(SPECIAL, found, strict=True) if moment is not None} == {}


@quick
@given(
    written=st.lists(
        st.text("0123456789-/:. T+ZAPM年月日上午,", max_size=22).map(lambda tail: "20" + tail), min_size=1, max_size=80
    )
)
@pytest.mark.parametrize("order", ["auto", "mdy", "dmy", "yymmdd", "excel"])
def test_whatever_is_written_the_short_way_reads_as_the_long_way(ask: Asking, order: str, written: list[str]) -> None:
    short = ask("staging.as_instant(v, :o, 'UTC')", written, o=order)
    long = ask(
        "case when pg_input_is_valid(staging.read_moment(v, :o), 'timestamptz')"
        " then (staging.read_moment(v, :o) || case when substr(staging.read_moment(v, :o), 20) ~ '[-+]' then '' else '+00' end)::timestamptz end",
        written,
        o=order,
    )
    assert [(word, moment) for word, moment, other in zip(written, short, long, strict=True) if moment != other] == []


@quick
@given(
    written=st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=60
    )
)
def test_no_text_ever_raises(ask: Asking, written: list[str]) -> None:
    for order in ("auto", "dmy", "mdy", "yymmdd", "ddmmyy", "mmddyy", "excel"):
        ask("staging.as_instant(v, :o, 'UTC')", written, o=order)
        ask("staging.as_month(v, :o)", written, o=order)
    for mark in (".", ","):
        ask("staging.whole(staging.as_number(v, :m))", written, m=mark)
    ask("staging.as_time(v)", written)
    ask("staging.as_boolean(v)", written)
    ask("staging.shown(v)", written)


NUMBERS = st.decimals(-(10**12), 10**12, places=2)


@quick
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=30))
def test_numbers_with_either_mark_and_groups(ask: Asking, numbers: list[Decimal]) -> None:
    swap = str.maketrans(",.", ".,")
    plain, grouped = [f"{number:f}" for number in numbers], [f"{number:,.2f}" for number in numbers]
    assert ask("staging.as_number(v, '.')", plain) == numbers
    assert ask("staging.as_number(v, '.')", grouped) == numbers
    assert ask("staging.as_number(v, '.')", [word.replace(",", " ") for word in grouped]) == numbers
    assert ask("staging.as_number(v, ',')", [word.translate(swap) for word in grouped]) == numbers
    assert (
        ask("staging.as_number(v, ',')", [word.translate(swap).replace(".", "\u00a0") for word in grouped]) == numbers
    )
    wide = [word.translate({ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789,.-"}) for word in grouped]
    assert ask("staging.as_number(v, '.')", wide) == numbers


@quick
@given(numbers=st.lists(st.floats(1e-99, 1e15) | st.floats(-1e15, -1e-99), min_size=1, max_size=30))
def test_numbers_as_python_prints_them(ask: Asking, numbers: list[float]) -> None:
    assert [
        float(number) for number in ask("staging.as_number(v, '.')", [repr(number) for number in numbers])
    ] == numbers


@pytest.mark.parametrize(
    ("written", "mark", "number"),
    [
        ("(5.00)", ".", -5),
        ("¥1,000", ".", 1000),
        ("R$ 12,50", ",", Decimal("12.5")),
        ("100元", ".", 100),
        ("-$5", ".", -5),
        ("5.", ".", 5),
        (".5", ".", Decimal("0.5")),
        ("1,5", ".", None),
        ("1.5", ",", None),
        ("1,23.5", ".", None),
        ("1,234 567", ".", None),
        ("1 2", ".", None),
        ("12%", ".", None),
        ("(-5)", ".", None),
        ("(5", ".", None),
        ("--5", ".", None),
        ("5-3", ".", None),
        ("NaN", ".", None),
        ("Infinity", ".", None),
        ("0x1F", ".", None),
        ("1_000", ".", None),
        ("1e999", ".", None),
        ("9" * 61, ".", None),
        ("", ".", None),
        (".", ".", None),
    ],
)
def test_numbers_and_what_is_none(ask: Asking, written: str, mark: str, number: object) -> None:
    assert ask("staging.as_number(v, :m)", [written], m=mark) == [number]


@quick
@given(times=st.lists(st.times().map(lambda each: each.replace(microsecond=0)), min_size=1, max_size=30))
def test_times_of_day(ask: Asking, times: list) -> None:
    for layout in ("%H:%M:%S", "%I:%M:%S %p", "%H时%M分%S秒", "%p %I:%M:%S"):
        assert ask("staging.as_time(v)", [each.strftime(layout) for each in times]) == times
    chinese = [each.strftime("%p%I:%M:%S").replace("AM", "上午").replace("PM", "下午") for each in times]
    assert ask("staging.as_time(v)", chinese) == times


def test_the_end_of_the_day_is_a_time_and_what_lies_beyond_is_not(ask: Asking) -> None:
    assert ask("staging.as_time(v)::text", ["24:00", "24:01", "9", "9:60", "0.375", "1.5"]) == [
        "24:00:00",
        None,
        None,
        None,
        "09:00:00",
        None,
    ]


def test_yes_and_no(ask: Asking) -> None:
    yes, no = (
        ["true", "T", "Yes", "y", "1", "1.0", "on", "是", "对", "真", "有", "√", "Ｙ"],
        ["FALSE", "f", "no", "N", "0", "off", "否", "错", "假", "没有", "×"],
    )
    assert ask("staging.as_boolean(v)", yes) == [True] * len(yes)
    assert ask("staging.as_boolean(v)", no) == [False] * len(no)
    assert ask("staging.as_boolean(v)", ["maybe", "2", "", "真的"]) == [None] * 4


@quick
@given(texts=st.lists(st.text(st.sampled_from(f"{BLANKS}aA1Ａ　é中-"), max_size=12), min_size=1, max_size=40))
def test_python_and_sql_trim_and_fold_alike(ask: Asking, texts: list[str]) -> None:
    assert ask("staging.trimmed(v)", texts) == [trimmed(each) for each in texts]
    bare = [trimmed(each).replace("\x85", "") for each in texts]
    assert ask("staging.folded(v)", [" ".join(each.split()) for each in bare]) == [
        _folded(" ".join(each.split())) for each in bare
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("call 13812345678 now", "call ••• now"),
        ("(617) 555-1234", "•••"),
        ("+86 138 1234 5678", "•••"),
        ("010-12345678", "•••"),
        ("write to li.wei@example.com.cn!", "write to •••!"),
        ("2026-03-01 14:05", "2026-03-01 14:05"),
        ("01/05/2015 12:40:41 PM", "01/05/2015 12:40:41 PM"),
        ("101001242404", "101001242404"),
        ("x" * 300, "x" * 200),
    ],
)
def test_what_looks_like_a_phone_number_or_an_address_is_not_shown(ask: Asking, value: str, shown: str) -> None:
    assert ask("staging.shown(v)", [value]) == [shown]
