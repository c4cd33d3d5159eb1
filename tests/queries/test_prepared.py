"""Questions are planned once a connection, whoever asks them next and whatever went wrong meanwhile."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.queries.prepared import QUESTIONS, plan_ahead, prepared
from warehouse.queries.reader import Reader

BRANCHES = [
    {"branch_id": name, "branch_name": name, "region_id": name, "region_name": name} for name in ("north", "south")
]


@pytest.fixture
def house(database: db.Database) -> House:
    made = House(database=database, zone="Asia/Shanghai", only=["branch"]).open()
    made.grant("head@example.com", region="north")
    made.deliver(branches=BRANCHES)
    return made


@pytest.fixture
def sent(house: House) -> Iterator[list[str]]:
    """The first words of every statement of the reader."""
    heard: list[str] = []

    def hear(*told: object) -> None:
        heard.append(" ".join(str(told[2]).split()[:2]))

    event.listen(house.database.reader, "before_cursor_execute", hear)
    yield heard
    event.remove(house.database.reader, "before_cursor_execute", hear)


def test_a_parameter_has_one_number_wherever_it_stands() -> None:
    question = prepared("state/published_at")
    assert question.names == ("asked",)
    assert "refresh_id = $1 and" in question.plan
    assert question.ask == 'execute "state/published_at" (%(asked)s)'
    twice = prepared("targets")
    assert len(twice.names) == len(set(twice.names)) == 3
    assert ":" not in twice.plan


def test_every_question_can_be_planned_before_anybody_asks(house: House, sent: list[str]) -> None:
    plan_ahead(house.database.reader)
    with house.database.reader.connect() as connection:
        planned = connection.execute(text("select name, generic_plans from pg_prepared_statements")).all()
    assert all(plans for _, plans in planned)
    assert {name for name, _ in planned} == {
        file.relative_to(QUESTIONS).with_suffix("").as_posix() for file in QUESTIONS.rglob("*.sql")
    }
    assert not any(words.startswith("execute") for words in sent)
    sent.clear()
    assert list(Reader(house.database.reader, EXECUTIVE).pinned().frame("list_branches")["branch_id"])
    assert not any(words.startswith("prepare") for words in sent)


def test_a_warehouse_that_is_not_there_is_for_its_visitors_to_find_out() -> None:
    plan_ahead(create_engine("postgresql+psycopg2://reader@/nowhere?host=/no/such/folder"))


def test_a_question_is_planned_once_and_answered_for_whoever_asks(house: House, sent: list[str]) -> None:
    def seen(person: str) -> list[str]:
        return list(Reader(house.database.reader, person).pinned().frame("list_branches")["branch_id"])

    assert [seen(EXECUTIVE), seen("head@example.com"), seen(EXECUTIVE)] == [
        ["north", "south"],
        ["north"],
        ["north", "south"],
    ]
    assert sent.count('prepare "list_branches"') == 1
    assert sent.count('execute "list_branches"') == 3


def test_what_cannot_be_answered_is_still_planned(house: House, sent: list[str]) -> None:
    reader = Reader(house.database.reader, EXECUTIVE)
    with pytest.raises(DBAPIError):
        reader.frame("state/published_at", asked="no number")
    assert reader.frame("state/published_at", asked=0).empty
    assert sent.count('prepare "state/published_at"') == 1
