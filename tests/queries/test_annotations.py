"""Notes: written and withdrawn by data stewards alone, read by whoever may see the place, never changed by the reader."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.queries import annotations
from warehouse.queries.reader import Reader, Refused

BRANCHES = [
    {"branch_id": name, "branch_name": name, "region_id": name[0], "region_name": name[0]}
    for name in ("n1", "n2", "s1")
]
STEWARD, NORTH, SOUTH, NOBODY = (f"{name}@example.com" for name in ("steward", "north", "south", "nobody"))
NOTE = {"from_on": date(2026, 1, 15), "until_on": None, "text_en": "Strike", "text_zh": "罢工"}


@pytest.fixture
def house(database: db.Database) -> House:
    made = House(database, zone="Asia/Shanghai", only={"branch"}).open()
    made.grant(NORTH, branch="n1")
    made.grant(SOUTH, region="s")
    with database.loader.begin() as connection:
        connection.execute(
            text(
                "insert into access.grants (person, role, scope_kind, granted_by)"
                " values (:person, 'data_steward', 'company', 'test')"
            ),
            {"person": STEWARD},
        )
    made.deliver(branches=BRANCHES)
    return made


def _as(house: House, person: str) -> Reader:
    return Reader(engine=house.database.reader, person=person)


def _read(house: House, person: str) -> list[str]:
    return list(annotations.written(_as(house, person))["text_en"])


def _audit(house: House) -> list[tuple[str, str]]:
    rows = house.rows("select person, action from access.audit where action like 'note%' order by audit_id")
    return list(rows.itertuples(index=False, name=None))


def test_a_note_is_read_by_whoever_may_see_its_place(house: House) -> None:
    steward = _as(house, STEWARD)
    for kind, place in (("company", None), ("region", "n"), ("branch", "n2"), ("branch", "s1")):
        annotations.annotate(steward, **{**NOTE, "text_en": str(place)}, scope_kind=kind, scope_id=place)
    assert _read(house, EXECUTIVE) == ["None", "n", "n2", "s1"]
    assert _read(house, NORTH) == ["None", "n"]
    assert _read(house, SOUTH) == ["None", "s1"]
    assert _read(house, NOBODY) == []
    assert _audit(house) == [(STEWARD, "note written")] * 4


def test_a_note_is_kept_as_it_was_written(house: House) -> None:
    annotations.annotate(
        _as(house, STEWARD),
        **{**NOTE, "text_en": "  New hotline <b>", "until_on": date(2026, 1, 17)},
        concerns=["leads", "complaint.count"],
    )
    row = annotations.written(_as(house, EXECUTIVE)).iloc[0]
    assert (row["from_on"], row["until_on"]) == (date(2026, 1, 15), date(2026, 1, 17))
    assert (row["text_en"], row["text_zh"]) == ("New hotline <b>", "罢工")
    assert list(row["concerns"]) == ["leads", "complaint.count"]
    assert row["written_by"] == STEWARD


def test_a_note_that_is_withdrawn_is_read_by_nobody_and_still_on_file(house: House) -> None:
    number = annotations.annotate(_as(house, STEWARD), **NOTE)
    annotations.withdraw(_as(house, STEWARD), number)
    assert _read(house, EXECUTIVE) == _read(house, STEWARD) == []
    kept = house.rows("select withdrawn_by from published.annotation")
    assert kept["withdrawn_by"].tolist() == [STEWARD]
    assert _audit(house) == [(STEWARD, "note written"), (STEWARD, "note withdrawn")]
    with pytest.raises(Refused, match="no note of this number"):
        annotations.withdraw(_as(house, STEWARD), number)


@pytest.mark.parametrize("person", [EXECUTIVE, NORTH, NOBODY])
def test_only_a_data_steward_writes_and_withdraws(house: House, person: str) -> None:
    number = annotations.annotate(_as(house, STEWARD), **NOTE)
    with pytest.raises(Refused, match="only a data steward"):
        annotations.annotate(_as(house, person), **NOTE)
    with pytest.raises(Refused, match="only a data steward"):
        annotations.withdraw(_as(house, person), number)
    assert _read(house, EXECUTIVE) == ["Strike"]
    assert _audit(house) == [(STEWARD, "note written")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text_en": "  "}, "1 to 300 characters"),
        ({"text_zh": "长" * 301}, "1 to 300 characters"),
        ({"until_on": date(2026, 1, 14)}, "last day is not before"),
        ({"from_on": None}, "has a day"),
        ({"concerns": ["x'; drop table published.annotation"]}, "named by their codes"),
        ({"concerns": ["leads"] * 41}, "at most 40"),
        ({"scope_kind": "region"}, "a region or branch that there is"),
        ({"scope_kind": "region", "scope_id": "nowhere"}, "a region or branch that there is"),
        ({"scope_kind": "planet", "scope_id": "n1"}, "a region or branch that there is"),
        ({"scope_kind": "company", "scope_id": "n1"}, "a region or branch that there is"),
    ],
)
def test_what_can_be_no_note_is_refused_and_leaves_nothing(house: House, change: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        annotations.annotate(_as(house, STEWARD), **{**NOTE, **change})
    assert _read(house, STEWARD) == []
    assert _audit(house) == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into published.annotation (from_on, text_en, text_zh, concerns, scope_kind, written_by)"
        " values ('2026-01-01', 'a', 'b', '{}', 'company', 'me')",
        "update published.annotation set text_en = 'other'",
        "delete from published.annotation",
    ],
)
def test_the_reader_changes_no_note_by_itself(house: House, statement: str) -> None:
    annotations.annotate(_as(house, STEWARD), **NOTE)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        _as(house, STEWARD).transaction(read_only=False) as connection,
    ):
        connection.execute(text(statement))
    assert _read(house, STEWARD) == ["Strike"]
