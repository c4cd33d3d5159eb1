"""Contact cards: who gets one, who does not, and that every request stands in the audit trail for good."""

from typing import cast

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tests.harness import EXECUTIVE, House
from warehouse.access.vault import OtherKey, Vault
from warehouse.db import Database
from warehouse.queries.contact_cards import CardRefused, ContactCard, Kind, contact_card
from warehouse.queries.reader import Reader
from warehouse.settings import Keys

KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
NORTH, SOUTH, STEWARD = "north@example.com", "south@example.com", "steward@example.com"
WHY = "promised to call back"


@pytest.fixture
def house(database: Database) -> House:
    """Two regions, a customer, a lead, a complaint and a survey in each, and people of every role."""
    made = House(database, only={"branch"}).open()
    made.grant(NORTH, region="north")
    made.grant(SOUTH, branch="s1")
    with database.loader.begin() as connection, Vault(KEYS) as vault:
        hashed = {value: vault.protect(value) for value in ("Wang Fang", "13800000001", "13900000002")}
        vault.keep(connection)
        connection.execute(
            text(
                "insert into access.grants (person, role, scope_kind, granted_by) values (:person, 'data_steward', 'company', 't')"
            ),
            {"person": STEWARD},
        )
    made.deliver(
        branches=[{"branch_id": "n1", "region_id": "north"}, {"branch_id": "s1", "region_id": "south"}],
        customers=[
            {
                "customer_id": "wang",
                "branch_id": "n1",
                "customer_name_hash": hashed["Wang Fang"],
                "phone_hash": hashed["13800000001"],
            },
            {"customer_id": "li", "branch_id": "s1", "customer_name_hash": None, "phone_hash": "forgotten"},
        ],
        leads=[
            {"lead_id": "l1", "branch_id": "n1", "phone_hash": hashed["13900000002"]},
            {"lead_id": "l2", "branch_id": "n1", "customer_id": "wang"},
            {"lead_id": "l3", "branch_id": "s1"},
        ],
        complaints=[
            {"complaint_id": "of wang in the south", "branch_id": "s1", "customer_id": "wang"},
            {"complaint_id": "of nobody", "branch_id": "n1"},
        ],
        surveys=[{"invite_id": "i1", "branch_id": "n1", "method_code": "phone", "customer_id": "wang"}],
    )
    return made


def card(house: House, kind: Kind, code: str, *, person: str = NORTH, reason: str = WHY) -> ContactCard:
    return contact_card(Reader(house.database.reader, person), KEYS, kind=kind, code=code, reason=reason)


def trail(house: House) -> list[tuple[str, str, str | None, str]]:
    rows = house.rows("select * from access.audit where action like 'contact card%' order by audit_id")
    return [(row.person, row.action, row.detail["reason"], row.detail["answer"]) for row in rows.itertuples()]


GIVEN: list[tuple[Kind, str, str, tuple[str | None, ...]]] = [
    ("customer", "wang", NORTH, ("wang", "Wang Fang", "13800000001")),
    ("lead", "l1", NORTH, (None, None, "13900000002")),
    ("lead", "l2", NORTH, ("wang", "Wang Fang", "13800000001")),
    ("survey", "i1", NORTH, ("wang", "Wang Fang", "13800000001")),
    ("complaint", "of nobody", NORTH, (None, None, None)),
    ("complaint", "of wang in the south", SOUTH, ("wang", "Wang Fang", "13800000001")),
    ("customer", "li", SOUTH, ("li", None, None)),
]


def test_the_head_of_the_branch_that_has_the_case_may_call(house: House) -> None:
    for kind, code, person, expected in GIVEN:
        given = card(house, kind, code, person=person)
        assert (given.customer_code, given.name, given.phone) == expected, code
        assert trail(house)[-1] == (person, "contact card", WHY, "given")
    assert len(trail(house)) == len(GIVEN)


REFUSED: list[tuple[Kind, str, str]] = [
    ("customer", "wang", SOUTH),
    ("customer", "li", NORTH),
    ("customer", "nobody of this name", NORTH),
    ("complaint", "of wang in the south", NORTH),
    ("lead", "l3", NORTH),
    ("survey", "i1", SOUTH),
    (cast(Kind, "order"), "wang", NORTH),
]


def test_another_branch_and_nobody_are_refused_in_the_same_words(house: House) -> None:
    for kind, code, person in REFUSED:
        with pytest.raises(CardRefused, match=r"^not of your branch$"):
            card(house, kind, code, person=person)
        assert trail(house)[-1] == (person, "contact card refused", WHY, "not of your branch")
    noted = house.rows(
        "select detail ->> 'customer' as customer from access.audit where action = 'contact card refused'"
    )
    assert len(noted) == len(REFUSED)
    assert noted["customer"].isna().all(), "a refusal does not say whose case it would have been"


def test_whoever_heads_no_branch_is_refused(house: House) -> None:
    for person in (EXECUTIVE, STEWARD, "stranger@example.com", ""):
        with pytest.raises(CardRefused, match=r"^not a branch head$"):
            card(house, "customer", "wang", person=person)
        assert trail(house)[-1] == (person or "nobody", "contact card refused", WHY, "not a branch head")


def test_seeing_a_branch_as_somebody_else_is_not_heading_it(house: House) -> None:
    """Somebody who heads the north and sees the whole company as a steward calls in the north alone."""
    with house.database.loader.begin() as connection:
        connection.execute(
            text(
                "insert into access.grants (person, role, scope_kind, granted_by) values (:person, 'data_steward', 'company', 't')"
            ),
            {"person": NORTH},
        )
    with pytest.raises(CardRefused, match=r"^not of your branch$"):
        card(house, "customer", "li")
    assert card(house, "customer", "wang").name == "Wang Fang"


def test_a_grant_that_has_ended_opens_nothing(house: House) -> None:
    with house.database.loader.begin() as connection:
        connection.execute(
            text("update access.grants set valid_until = now() where person = :person"), {"person": NORTH}
        )
    with pytest.raises(CardRefused, match=r"^not a branch head$"):
        card(house, "customer", "wang")


def test_without_a_reason_there_is_no_card_but_an_audit_row(house: House) -> None:
    for reason in ("", "  \t\n", "\u3000\u00a0"):
        with pytest.raises(CardRefused, match=r"^no reason$"):
            card(house, "customer", "wang", reason=reason)
    assert trail(house) == [(NORTH, "contact card refused", "", "no reason")] * 3


def test_a_reason_of_any_length_is_kept_in_part(house: House) -> None:
    assert card(house, "customer", "wang", reason="x" * 100_000).name == "Wang Fang"
    assert trail(house) == [(NORTH, "contact card", "x" * 300, "given")]


def test_a_correction_of_the_phone_is_what_the_card_shows(house: House) -> None:
    with house.database.loader.begin() as connection, Vault(KEYS) as vault:
        newer = vault.protect("13700000003")
        vault.keep(connection)
    house.deliver(customers=[{"customer_id": "wang", "branch_id": "n1", "phone_hash": newer}])
    assert card(house, "customer", "wang").phone == "13700000003"


def test_the_card_is_closed_to_another_key_and_says_nothing_of_itself(house: House) -> None:
    other = Keys(hashing=KEYS.hashing, vault=Fernet.generate_key())
    with pytest.raises(OtherKey):
        contact_card(Reader(house.database.reader, NORTH), other, kind="customer", code="wang", reason=WHY)
    shown = repr(card(house, "customer", "wang"))
    assert "Wang Fang" not in shown and "13800000001" not in shown


OTHER_WAYS = (
    "select * from vault.sealed",
    "select * from access.audit",
    "select * from access.behind_case('customer', 'wang')",
    "select access.heads('n1')",
    "select customer_name_hash from staging.now_customers",
    "insert into access.audit (person, action) values ('me', 'nothing')",
)


def test_the_reader_has_no_other_way_to_a_person(house: House) -> None:
    reader = Reader(house.database.reader, NORTH)
    for statement in OTHER_WAYS:
        with pytest.raises(ProgrammingError, match="permission denied"), reader.transaction(read_only=False) as mine:
            mine.exec_driver_sql(statement)


def test_the_audit_trail_is_only_added_to_even_by_its_owner(house: House) -> None:
    card(house, "customer", "wang")
    for statement in ("update access.audit set person = 'me'", "delete from access.audit", "truncate access.audit"):
        with pytest.raises(DBAPIError, match="only added to"), house.database.loader.begin() as connection:
            connection.exec_driver_sql(statement)
    assert len(trail(house)) == 1
