"""What people take away is written down, in their name, before anything is made."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.queries import exports
from warehouse.queries.reader import Reader, Refused


@pytest.fixture
def house(database: db.Database) -> House:
    return House(database=database).open()


def _reader(house: House, person: str) -> Reader:
    return Reader(engine=house.database.reader, person=person, refresh_id=7)


def _audited(house: House) -> list[tuple[str, str, dict[str, object]]]:
    rows = house.rows("select person, action, detail from access.audit where action <> 'grant' order by audit_id")
    return [(row.person, row.action, row.detail) for row in rows.itertuples()]


def test_an_export_is_noted_with_what_was_taken(house: House) -> None:
    exports.note(_reader(house, EXECUTIVE), page="complaints", form="pdf", title="投诉处理", scope="North · 90 days")
    what = {"page": "complaints", "form": "pdf", "title": "投诉处理", "scope": "North · 90 days", "refresh_id": 7}
    assert _audited(house) == [(EXECUTIVE, "export", what)]


@pytest.mark.parametrize("person", ["nobody@example.com", ""])
def test_a_stranger_takes_nothing_away(house: House, person: str) -> None:
    with pytest.raises(Refused, match="grant in force"):
        exports.note(_reader(house, person), page="complaints", form="csv", title="t", scope="s")
    assert _audited(house) == []


def test_whose_grant_has_ended_takes_nothing_away(house: House) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(text("update access.grants set valid_until = now() - interval '1 second'"))
    with pytest.raises(Refused):
        exports.note(_reader(house, EXECUTIVE), page="complaints", form="csv", title="t", scope="s")
    assert _audited(house) == []


@pytest.mark.parametrize("form", ["exe", "", "PDF"])
def test_there_are_five_forms(house: House, form: str) -> None:
    with pytest.raises(Refused, match="csv, xlsx, png, svg or pdf"):
        exports.note(_reader(house, EXECUTIVE), page="complaints", form=form, title="t", scope="s")
    assert _audited(house) == []


def test_a_note_is_short_whatever_is_said(house: House) -> None:
    exports.note(
        _reader(house, EXECUTIVE), page="p" * 5000, form="csv", title="'; drop table x; --" * 900, scope="s" * 5000
    )
    [(_, _, detail)] = _audited(house)
    assert [len(str(detail[name])) for name in ("page", "title", "scope")] == [300, 300, 300]


def test_nobody_writes_or_reads_the_audit_past_the_function(house: House) -> None:
    for attempt in ("select * from access.audit", "insert into access.audit (person, action) values ('x', 'export')"):
        with pytest.raises(ProgrammingError, match="permission denied"), house.database.reader.begin() as connection:
            connection.execute(text(attempt))
