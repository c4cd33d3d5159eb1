"""Names and telephones that stand in the wrong column are kept nowhere: every way to shift and swap the columns of every feed."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from warehouse.feeds.contract import feeds
from warehouse.feeds.demo import write_company
from warehouse.feeds.mapping import contract_source
from warehouse.feeds.readers import Batch, Broken, open_table
from warehouse.landing import evidence, headers, sieve
from warehouse.landing.sieve import Sieve

Row = list[str]
Rows = list[Row]
Company = dict[str, tuple[Sequence[str], Rows]]
CONTRACT = contract_source(zone="Asia/Shanghai", currency="CNY")
OF_PEOPLE = [code for code, feed in feeds().items() if any(column.personal for column in feed.columns)]
MOST_ROWS = 90
WORDS = {"text", "comment"}
"""What somebody has said. Where it changes places with a key or a code, other rows may have nothing to tell it by."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The first rows of every feed, with their headers."""
    folder = tmp_path_factory.mktemp("company")
    write_company(folder, customers=150, seed=14, until=date(2026, 3, 31))
    return {feed: rows_of(folder / "delivery_000", feed) for feed in ("branches", *OF_PEOPLE)}


def rows_of(folder: Path, feed: str) -> tuple[Sequence[str], Rows]:
    table = open_table(min(folder.glob(f"{feed}_0*")))
    rows = [list(map(str, row)) for batch in table.batches() for row in batch.rows]
    return table.columns, rows[:MOST_ROWS]


def personal(feed: str, names: Sequence[str]) -> list[int]:
    return [place for place, name in enumerate(names) if feeds()[feed].column(name).personal]


def left(at: int, row: Row) -> Row:
    """A cell is lost, those behind it move up."""
    return [*row[:at], *row[at + 1 :], ""]


def right(at: int, row: Row, *, cell: str) -> Row:
    """There is a cell too many; the last one falls out."""
    return [*row[:at], cell, *row[at:-1]]


def swapped(one: int, other: int, row: Row) -> Row:
    made = list(row)
    made[one], made[other] = row[other], row[one]
    return made


def swallowed(at: int, rows: Rows) -> Rows:
    """A quotation mark is left open: a cell holds the line after it, too."""
    return [
        [*row[:at], f"{row[at]}\n{','.join(after)}", *row[at + 1 :]]
        for row, after in zip(rows[::2], rows[1::2], strict=False)
    ]


def broken(feed: str, names: Sequence[str], rows: Rows) -> Iterator[tuple[str, Rows]]:
    """Every way, for all rows and half of them; cells that change places also in the last three."""
    few, half = len(rows) - 3, len(rows) // 2
    for at, name in enumerate(names):
        ways: list[tuple[str, Callable[[Row], Row], Sequence[int]]] = [
            (f"left at {name}", partial(left, at), (0, half)),
            (f"right at {name}", partial(right, at, cell="x"), (half,)),
            (f"right at {name}, empty", partial(right, at, cell=""), (0,)),
        ]
        for secret in personal(feed, names):
            column = feeds()[feed].column(name)
            is_key = column.type in ("id", "code") and not (column.codes or column.pattern)
            if at not in personal(feed, names) and not (is_key and names[secret] in WORDS):
                ways.append((f"{names[secret]} and {name}", partial(swapped, secret, at), (0, half, few)))
        for called, way, begins in ways:
            for good in begins:
                yield f"{called}, from row {good}", [*rows[:good], *map(way, rows[good:])]
    for at in range(len(names)):
        yield f"swallowed at {names[at]}", swallowed(at, rows)


def sifted(feed: str, names: Sequence[str], rows: Rows, branches: Sequence[str]) -> Batch:
    made = Sieve.of(CONTRACT, mapping(feed), names, branches=branches)
    assert made is not None
    return made(Batch.of(range(1, len(rows) + 1), rows))


def mapping(feed: str) -> headers.FileMapping:
    found = CONTRACT.match(f"{feed}.csv")
    assert found is not None
    return found


def leaks(feed: str, company: Company, *, branches: Sequence[str]) -> Iterator[str]:
    """The ways in which somebody's name, telephone or words come through in clear."""
    names, rows = company[feed]
    hidden = personal(feed, names)
    secrets = {row[at] for row in rows for at in hidden if len(row[at]) > 1}
    for way, made in broken(feed, names, rows):
        batch = sifted(feed, names, made, branches)
        clear = (cell for row in batch.rows for at, cell in enumerate(row) if at not in hidden and cell)
        told = (each.detail for each in batch.broken)
        if any(cell in secrets or ("\n" in cell and any(each in cell for each in secrets)) for cell in (*clear, *told)):
            yield way


@pytest.mark.parametrize("feed", OF_PEOPLE)
def test_rows_that_are_well_come_through_as_they_are(feed: str, company: Company) -> None:
    names, rows = company[feed]
    for branches in ([row[0] for row in company["branches"][1]], []):
        batch = sifted(feed, names, rows, branches)
        assert [list(row) for row in batch.rows] == rows
        assert batch.broken == ()


@pytest.mark.parametrize("feed", OF_PEOPLE)
def test_nothing_of_a_person_comes_through_in_clear(feed: str, company: Company) -> None:
    assert list(leaks(feed, company, branches=[row[0] for row in company["branches"][1]])) == []


@pytest.mark.parametrize(
    ("taken_away", "instead", "feed"),
    [
        ((headers.Clear, "unfit"), lambda column, cells: evidence.either([], [cells]), "staff"),
        ((evidence.Evidence, "shifted"), lambda _, cells, unfit: evidence.either([], cells), "staff"),
        ((evidence.Evidence, "_throughout"), lambda _, cells, *others: evidence.either([], cells), "staff"),
        ((evidence.Evidence, "swallowed"), lambda _, cells: evidence.either([], cells), "staff"),
        (
            (evidence.Evidence, "_holding_codes"),
            lambda made, cells: dict.fromkeys(made._personal, evidence.either([], cells)),
            "staff",
        ),
        (
            (evidence.Evidence, "_strange"),
            lambda made, looking, *, suspect: dict.fromkeys(looking, suspect & False),
            "leads",
        ),
        ((evidence.Evidence, "_without_phone"), lambda _, cells: evidence.either([], cells), "leads"),
        ((sieve, "PLAIN"), dict.fromkeys(sieve.PLAIN, ""), "staff"),
        ((sieve, "_shaped"), lambda column, hidden: column, "staff"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_without_any_one_of_its_parts_something_does(
    taken_away: tuple[object, str], instead: object, feed: str, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*taken_away, instead)
    assert next(leaks(feed, company, branches=[row[0] for row in company["branches"][1]]), None)


HEADS = ["customer_id", "branch_id", "customer_kind", "created_on", "customer_name", "phone", "is_star"]
GOOD = [[f"K{n}", "B1", "person", "2026-01-02", f"Wang {n}", f"1390000{n:04}", "yes"] for n in range(1, 30)]


def test_of_a_row_that_staging_refuses_only_shapes_and_codes_are_kept() -> None:
    row = ["Li Wei", "B1", "person", "no day", "Ms Li", "13800000002", "?"]
    batch = sifted("customers", HEADS, [*GOOD, row], ["B1"])
    assert batch.rows[-1] == ("≈xx xxx", "B1", "person", "≈xx xxx", "", "", "≈?")


def test_shifted_rows_are_told_by_their_shape() -> None:
    batch = sifted(
        "customers", HEADS, [*GOOD, ["王芳", "B1", "person", "2026-01-02", "K0099", "13800000001", "no"]], ["B1"]
    )
    assert len(batch.numbers) == len(GOOD)
    assert batch.broken == (Broken(30, 0, "shifted_row", "xx | x9 | xxxxxx | 9999-99-99 | x9999 | 99999999999 | xx"),)


@pytest.mark.parametrize(
    "row",
    [
        ["K99", "B1", "person", "2026-01-02", "58同城", "13800000001", "no"],
        ["K99", "B1", "company", "2026-01-02", "Hotel 1001", "", ""],
        ["K99", "B1", "company", "2026-01-02", "360", "n/a", "-"],
        ["K99", "B1", "person", "2026-01-02", "", "unknown", ""],
        ["13800000001", "B1", "person", "2026-01-02", "王芳", "13800000001", "no"],
        ["head office", "B1", "person", "2026年1月2日", "王芳", "保密", "是"],
    ],
)
def test_what_is_only_unusual_is_kept(row: Row) -> None:
    assert sifted("customers", HEADS, [*GOOD, row], ["B1"]).rows[-1] == tuple(row)


def test_a_new_word_of_a_closed_list_is_kept_where_many_rows_have_it() -> None:
    made = [[*row[:2], "VIP" if n % 2 else row[2], *row[3:]] for n, row in enumerate(GOOD)]
    made[0][2] = "Anna"
    kept = {row[2] for row in sifted("customers", HEADS, made, ["B1"]).rows}
    assert kept == {"person", "VIP", "≈xxxx"}


def test_a_file_without_personal_columns_is_not_looked_at() -> None:
    assert Sieve.of(CONTRACT, mapping("orders"), ["order_id", "customer_id"], branches=[]) is None
