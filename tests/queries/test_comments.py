"""Comments: counted for everybody, read by the head of the branch that asked, and every reading in the audit trail for good."""

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from tests.harness import EXECUTIVE, House
from warehouse.access.vault import OtherKey, Vault
from warehouse.db import Database
from warehouse.forgetting import forget
from warehouse.queries import case_lists
from warehouse.queries.comments import Comment, comments
from warehouse.queries.contact_cards import CardRefused
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Scope
from warehouse.settings import Keys

KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
NORTH, SOUTH = "north@example.com", "south@example.com"
ANGRY, FINE, LATER = "nobody called me back", "all fine", "never again"
WHY = "the customer complains of it"
SENT, UNTIL = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.fixture
def house(database: Database) -> House:
    """Three surveys in the north, one of them without a word and one with two comments, and one in the south."""
    made = House(database, only=("branch", "survey_score", "survey_case", "survey_cohort")).open()
    made.grant(NORTH, region="north")
    made.grant(SOUTH, branch="s1")
    with database.loader.begin() as connection, Vault(KEYS) as vault:
        words = {said: vault.protect(said) for said in (ANGRY, FINE, LATER)}
        vault.keep(connection)
    surveys = (("i1", "n1", "wang"), ("i2", "n1", None), ("i3", "n1", None), ("i4", "s1", None))
    said = (
        ("i1", "overall", 1, words[ANGRY]),
        ("i1", "staff", 2, words[LATER]),
        ("i2", "overall", 5, words[FINE]),
        ("i3", "overall", 5, None),
        ("i4", "overall", 3, words[FINE]),
    )
    made.deliver(
        until=UNTIL,
        branches=[{"branch_id": "n1", "region_id": "north"}, {"branch_id": "s1", "region_id": "south"}],
        customers=[{"customer_id": "wang", "branch_id": "n1"}],
        surveys=[
            {
                "invite_id": invite,
                "branch_id": branch,
                "method_code": "phone",
                "sent_at": SENT,
                "answered_at": SENT,
                "customer_id": customer,
            }
            for invite, branch, customer in surveys
        ],
        survey_answers=[
            {
                "invite_id": invite,
                "question_code": question,
                "score": score,
                "scale_min": 1,
                "scale_max": 5,
                "comment_hash": token,
            }
            for invite, question, score, token in said
        ],
    )
    return made


def read(house: House, code: str, *, person: str = NORTH, reason: str = WHY) -> list[tuple[str, str | None]]:
    found = comments(Reader(house.database.reader, person), KEYS, code=code, reason=reason)
    return [(each.question_code, each.said) for each in found]


def counted(house: House, person: str = EXECUTIVE) -> list[int]:
    return [int(n) for n in figure(house.reader(person), "csat.comments", Scope())["value"]]


def trail(house: House) -> list[tuple[str, str, str | None, str]]:
    rows = house.rows("select * from access.audit where action like 'comments%' order by audit_id")
    return [(row.person, row.action, row.detail["reason"], row.detail["answer"]) for row in rows.itertuples()]


def test_everybody_sees_how_many_there_are_of_what_they_may_see(house: House) -> None:
    assert counted(house) == [1, 1, 1, 0, 1]
    assert counted(house, NORTH) == [1, 1, 0, 0, 1]
    overall = figure(house.reader(), "csat.comments", Scope(filters={"question": ("overall",)}))
    assert overall["value"].tolist() == [1, 0, 1, 0, 1]
    by_branch = figure(house.reader(), "csat.comments", Scope(), by=("branch",)).groupby("branch")["denominator"].max()
    assert by_branch.to_dict() == {"n1": 3, "s1": 1}


def test_the_head_of_the_branch_reads_one_survey_at_a_time(house: House) -> None:
    assert read(house, "i1") == [("overall", ANGRY), ("staff", LATER)]
    assert read(house, "i2") == [("overall", FINE)]
    assert read(house, "i3") == []
    assert read(house, "i4", person=SOUTH) == [("overall", FINE)]
    assert trail(house) == [(person, "comments read", WHY, "given") for person in (NORTH, NORTH, NORTH, SOUTH)]


def test_another_branch_and_none_at_all_are_refused_in_the_same_words(house: House) -> None:
    for person, code in ((NORTH, "i4"), (SOUTH, "i1"), (NORTH, "there is none")):
        with pytest.raises(CardRefused, match=r"^not of your branch$"):
            read(house, code, person=person)
        assert trail(house)[-1] == (person, "comments refused", WHY, "not of your branch")
    with pytest.raises(CardRefused, match=r"^no reason$"):
        read(house, "i1", reason=" \u3000\t")
    for person in (EXECUTIVE, "stranger@example.com", ""):
        with pytest.raises(CardRefused, match=r"^not a branch head$"):
            read(house, "i1", person=person)
    with pytest.raises(CardRefused, match=r"^looking as somebody else$"):
        comments(Reader(house.database.reader, NORTH, onlooker=EXECUTIVE), KEYS, code="i1", reason=WHY)
    assert len(trail(house)) == 8


def test_the_list_names_the_surveys_with_a_comment_the_least_satisfied_first(house: House) -> None:
    listed = case_lists.commented(house.reader(), Scope())
    assert listed[["invite_id", "commented"]].to_numpy().tolist() == [["i1", 2], ["i4", 1], ["i2", 1]]
    assert set(listed["cases"]) == {3}
    everything = case_lists.answers(house.reader(), Scope()).set_index("invite_id")["commented"]
    assert everything.to_dict() == {"i1": 2, "i2": 1, "i3": 0, "i4": 1}


def test_words_are_closed_to_another_key_and_say_nothing_of_themselves(house: House) -> None:
    other = Keys(hashing=KEYS.hashing, vault=Fernet.generate_key())
    with pytest.raises(OtherKey):
        comments(Reader(house.database.reader, NORTH), other, code="i1", reason=WHY)
    assert ANGRY not in repr(Comment("overall", ANGRY))


def test_what_a_forgotten_customer_wrote_is_counted_and_nobody_knows_it(house: House) -> None:
    before = counted(house)
    forget(house.database, "wang", by="tests")
    assert read(house, "i1") == [("overall", None), ("staff", None)]
    house.rebuild()
    assert counted(house) == before
