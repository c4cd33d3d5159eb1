"""Named views in a real warehouse: whose they are, who may open them, what is refused, and what is written down."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import ProgrammingError

from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.queries import views
from warehouse.queries.reader import Reader, Refused

NORTH, SOUTH, NOBODY = "north@example.com", "south@example.com", "nobody@example.com"
Noted = Callable[[], list[tuple[str, str, dict[str, Any]]]]
ADDRESS = {"region": ["north"], "period": ["90d"], "category": ["奶粉", "a&b=c"]}


@pytest.fixture(scope="module")
def warehouse(server: URL, template: str) -> Iterator[House]:
    made = db.embedded(server, "saved_views", template=template)
    house = House(made).open()
    branches = [
        {"branch_id": f"{region[0]}1", "branch_name": f"{region} 1", "region_id": region, "region_name": region}
        for region in ("north", "south")
    ]
    house.deliver(branches=branches, until=datetime(2026, 3, 31, tzinfo=UTC))
    house.grant(NORTH, branch="n1")
    house.grant(SOUTH, region="south")
    yield house
    made.dispose()


@pytest.fixture
def house(warehouse: House) -> House:
    with warehouse.database.loader.begin() as connection:
        connection.execute(text("truncate published.saved_view"))
    return warehouse


@pytest.fixture
def noted(house: House) -> Noted:
    """What the audit trail has been given since the test began: person, action, detail."""
    question = "select person, action, detail from access.audit where audit_id > :before order by audit_id"
    before = int(house.rows("select coalesce(max(audit_id), 0) as newest from access.audit").at[0, "newest"])
    return lambda: list(house.rows(question, before=before).itertuples(index=False, name=None))


def _as(house: House, person: str) -> Reader:
    return Reader(engine=house.database.reader, person=person)


def _save(house: House, person: str, **changes: Any) -> int:
    asked: dict[str, Any] = {"page": "complaints", "name": "Mondays", "address": ADDRESS, **changes}
    return views.save(_as(house, person), **asked)


def test_what_is_saved_is_there_at_once_as_the_address_said_it(house: House, noted: Noted) -> None:
    view_id = _save(house, NORTH, name="  Mondays ")
    (view,) = views.saved(_as(house, NORTH))
    assert (view.view_id, view.person, view.page, view.name) == (view_id, NORTH, "complaints", "Mondays")
    assert (view.address, view.shared_with, view.is_own) == (ADDRESS, None, True)
    assert noted() == [(NORTH, "view saved", {"page": "complaints", "name": "Mondays", "shared_with": None})]


def test_the_same_name_on_the_same_page_stands_for_the_new_state(house: House) -> None:
    first = _save(house, NORTH)
    assert _save(house, NORTH, address={}, shared_with="n1") == first
    assert _save(house, NORTH, page="overview") != first
    assert [(view.page, view.address) for view in views.saved(_as(house, NORTH))] == [
        ("complaints", {}),
        ("overview", ADDRESS),
    ]


def test_a_view_is_its_owners_alone_unless_it_is_shared_in_a_branch_that_one_may_see(house: House) -> None:
    _save(house, EXECUTIVE, name="mine")
    _save(house, EXECUTIVE, name="for the north", shared_with="n1")
    seen = {person: [view.name for view in views.saved(_as(house, person))] for person in (NORTH, SOUTH, NOBODY)}
    assert seen == {NORTH: ["for the north"], SOUTH: [], NOBODY: []}
    (view,) = views.saved(_as(house, NORTH))
    assert (view.is_own, view.person, view.shared_with) == (False, EXECUTIVE, "n1")


def test_a_grant_that_ended_ends_what_was_shared_and_what_was_saved(house: House) -> None:
    house.grant("leaver@example.com", branch="n1")
    _save(house, "leaver@example.com")
    _save(house, NORTH, name="shared", shared_with="n1")
    assert len(views.saved(_as(house, "leaver@example.com"))) == 2
    with house.database.loader.begin() as connection:
        connection.execute(text("update access.grants set valid_until = now() where person = 'leaver@example.com'"))
    assert views.saved(_as(house, "leaver@example.com")) == []
    with pytest.raises(Refused, match="grant in force"):
        _save(house, "leaver@example.com")


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"name": ""}, "1 to 60 characters"),
        ({"name": "   "}, "1 to 60 characters"),
        ({"name": "x" * 61}, "1 to 60 characters"),
        ({"name": "one\ntwo"}, "one line"),
        ({"page": "door"}, "no such page"),
        ({"page": "complaints'; drop table published.saved_view; --"}, "no such page"),
        ({"shared_with": "s1"}, "branch that its owner may see"),
        ({"shared_with": "nowhere"}, "branch that its owner may see"),
        ({"address": {"category": ["x" * 4000]}}, "4000 bytes"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    house: House, noted: Noted, changes: dict[str, Any], because: str
) -> None:
    with pytest.raises(Refused, match=because):
        _save(house, NORTH, **changes)
    assert views.saved(_as(house, NORTH)) == []
    assert noted() == []


@pytest.mark.parametrize(
    "address", ["null", "[]", '"a"', "1", '{"a": "b"}', '{"a": [1]}', '{"a": [["b"]]}', '{"a": [null]}']
)
def test_only_lists_of_texts_are_an_address(house: House, address: str) -> None:
    with pytest.raises(Refused, match="lists of texts"):
        _as(house, NORTH).call("views/save", page="overview", name="n", address=address, shared_with=None)
    with pytest.raises(Refused, match="lists of texts"):
        _as(house, NORTH).call("views/save", page="overview", name="n", address=None, shared_with=None)


def test_nobody_saves_without_end_but_what_is_there_can_be_saved_anew(house: House) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(
            text(
                "insert into published.saved_view (person, page, name, address)"
                " select :person, 'overview', 'n' || n, '{}' from generate_series(1, 200) as n"
            ),
            {"person": NORTH},
        )
    _save(house, NORTH, page="overview", name="n7")
    with pytest.raises(Refused, match="200 views"):
        _save(house, NORTH)


def test_a_view_is_deleted_by_its_owner_alone(house: House, noted: Noted) -> None:
    shared = _save(house, EXECUTIVE, shared_with="n1")
    for person in (NORTH, NOBODY):
        with pytest.raises(Refused, match="yours to delete"):
            views.delete(_as(house, person), shared)
    views.delete(_as(house, EXECUTIVE), shared)
    assert views.saved(_as(house, NORTH)) == []
    assert [(person, action) for person, action, _ in noted()] == [
        (EXECUTIVE, "view saved"),
        (EXECUTIVE, "view deleted"),
    ]


def test_nobody_is_no_owner(house: House) -> None:
    for person in (NOBODY, ""):
        with pytest.raises(Refused, match="grant in force"):
            _save(house, person)


@pytest.mark.parametrize(
    "statement", ["delete from {}", "update {} set name = 'x'", "insert into {} (person) values ('x')"]
)
def test_there_is_no_other_way_to_write(house: House, statement: str) -> None:
    _save(house, NORTH)
    with pytest.raises(ProgrammingError, match="permission denied"), house.database.reader.begin() as connection:
        connection.execute(text("select set_config('app.person', :person, true)"), {"person": NORTH})
        connection.execute(text(statement.format("published.saved_view")))
