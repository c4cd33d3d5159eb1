"""Looking as somebody else: who may, that Postgres gives that person's rows and changes nothing, and what is written down."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, text
from streamlit.testing.v1 import AppTest

from pages.shared.markup import plain
from tests.access.sign_in_stage import HEAD, STRANGER, settle
from tests.harness import EXECUTIVE, House
from tests.pages.company import Company, open_company
from warehouse import db
from warehouse.queries import annotations, contact_cards, exports, jobs, lists, views, visits
from warehouse.queries.contact_cards import CardRefused
from warehouse.queries.reader import Reader, Refused
from warehouse.settings import Keys

STEWARD, REGIONAL = "steward@example.com", "regional@example.com"
KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
GRANTS = {STEWARD: ("data_steward", "company", None), REGIONAL: ("executive", "region", "south")}


@pytest.fixture(scope="module")
def house(server: URL, template: str) -> Iterator[House]:
    """The company of the sign-in, with a steward, and an executive of one region alone."""
    database = db.embedded(server, "view_as", template=template)
    made = settle(database)
    with database.loader.begin() as connection:
        for person, (role, kind, place) in GRANTS.items():
            connection.execute(
                text(
                    "insert into access.grants (person, role, scope_kind, scope_id, granted_by)"
                    " values (:person, :role, :kind, :place, 'test')"
                ),
                {"person": person, "role": role, "kind": kind, "place": place},
            )
    yield made
    database.dispose()


def looking(house: House, onlooker: str | None, person: str = HEAD) -> Reader:
    return replace(house.reader(), person=person, onlooker=onlooker)


def seen(reader: Reader) -> set[str]:
    return set(lists.branches(reader)["branch_id"])


def trail(house: House) -> pd.DataFrame:
    return house.rows("select person, action, detail from access.audit order by audit_id")


@pytest.mark.parametrize(
    ("onlooker", "branches"),
    [
        (None, {"N1", "N2"}),
        (EXECUTIVE, {"N1", "N2"}),
        (STEWARD, {"N1", "N2"}),
        (REGIONAL, set()),
        (HEAD, set()),
        (STRANGER, set()),
    ],
)
def test_only_executives_and_stewards_of_the_whole_company_see_with_others_eyes(
    house: House, onlooker: str | None, branches: set[str]
) -> None:
    assert seen(looking(house, onlooker)) == branches


def test_the_pinned_reader_is_still_somebody_elses(house: House) -> None:
    unpinned = replace(looking(house, EXECUTIVE), refresh_id=None)
    assert unpinned.pinned().onlooker == EXECUTIVE


def test_nobody_sees_more_by_looking_as_an_executive(house: House) -> None:
    assert seen(looking(house, HEAD, EXECUTIVE)) == set()
    assert seen(looking(house, STEWARD, EXECUTIVE)) == {"N1", "N2", "S1"}


@pytest.mark.parametrize(
    ("asker", "somebody", "is_given"),
    [
        (EXECUTIVE, HEAD, True),
        (STEWARD, EXECUTIVE, True),
        (EXECUTIVE, EXECUTIVE, False),
        (EXECUTIVE, STRANGER, False),
        (REGIONAL, HEAD, False),
        (HEAD, EXECUTIVE, False),
        (STRANGER, HEAD, False),
    ],
)
def test_who_may_look_as_whom_is_written_down(house: House, asker: str, somebody: str, *, is_given: bool) -> None:
    assert visits.view_as(looking(house, None, asker), somebody) is is_given
    assert (somebody in visits.people(looking(house, None, asker))) is is_given
    last = trail(house).iloc[-1]
    assert (last["person"], last["action"]) == (asker, "view as" if is_given else "view as refused")
    assert last["detail"] == {"looking_as": somebody}


def test_looking_as_somebody_leads_no_further(house: House) -> None:
    assert visits.people(looking(house, EXECUTIVE, STEWARD)) == {}
    assert not visits.view_as(looking(house, EXECUTIVE, STEWARD), HEAD)


CHANGES: dict[str, Callable[[Reader], object]] = {
    "view": lambda reader: views.save(reader, page="overview", name="mine", address={}),
    "note": lambda reader: annotations.annotate(
        reader,
        from_on=pd.Timestamp("2026-01-01").date(),
        until_on=None,
        text_en="a note",
        text_zh="说明",
        concerns=[],
        scope_kind="company",
        scope_id=None,
    ),
    "job": lambda reader: jobs.ask(reader, "compare"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_looks_as_somebody_else_changes_nothing(house: House, change: str) -> None:
    before = len(trail(house))
    with pytest.raises(Refused, match="changes nothing"):
        CHANGES[change](looking(house, EXECUTIVE, STEWARD))
    assert len(trail(house)) == before
    CHANGES[change](looking(house, None, STEWARD))
    assert len(trail(house)) == before + 1


def test_every_function_that_writes_is_stopped_the_same_way(house: House) -> None:
    """What pages may call and what writes goes through the audit trail, where looking as somebody else is stopped."""
    writing = house.rows(
        "select p.proname as name, p.prosrc as body from pg_proc as p"
        " where p.pronamespace = 'access'::regnamespace and p.prolang = (select oid from pg_language where lanname = 'plpgsql')"
        " and has_function_privilege('reader', p.oid, 'execute')"
    )
    assert len(writing) >= 7
    for function in writing.itertuples():
        assert "insert into access.audit" in function.body, function.name
        first = min(
            function.body.find(verb) for verb in ("insert into", "update ", "delete from") if verb in function.body
        )
        assert function.body[first:].startswith("insert into access.audit"), function.name


def test_a_contact_card_is_refused_and_that_is_written_down(house: House) -> None:
    with pytest.raises(CardRefused, match="looking as somebody else"):
        contact_cards.contact_card(looking(house, EXECUTIVE), KEYS, kind="complaint", code="c00001", reason="why not")
    last = trail(house).iloc[-1]
    assert (last["person"], last["action"]) == (EXECUTIVE, "contact card refused")
    assert last["detail"]["looking_as"] == HEAD


def test_what_is_taken_away_stands_under_both_names(house: House) -> None:
    exports.note(looking(house, EXECUTIVE), page="overview", form="csv", title="t", scope="s")
    last = trail(house).iloc[-1]
    assert (last["person"], last["action"], last["detail"]["looking_as"]) == (EXECUTIVE, "export", HEAD)


def test_it_ends_with_the_onlookers_grant(house: House) -> None:
    reader = looking(house, STEWARD)
    assert seen(reader) == {"N1", "N2"}
    with house.database.loader.begin() as connection:
        connection.execute(text("update access.grants set valid_until = now() where person = :p"), {"p": STEWARD})
    try:
        assert seen(reader) == set()
    finally:
        with house.database.loader.begin() as connection:
            connection.execute(text("update access.grants set valid_until = null where person = :p"), {"p": STEWARD})


def test_a_visit_is_one_row_for_each_sign_in(house: House) -> None:
    reader, at = looking(house, None, STEWARD), pd.Timestamp("2026-11-22T08:00:00Z").to_pydatetime()
    for moment in (at, at, at.replace(hour=9)):
        assert visits.came(reader, signed_in_at=moment)
    for _ in range(2):
        assert not visits.came(looking(house, None, STRANGER), signed_in_at=at)
        visits.turned_away(house.database.reader, claimed="x" * 1_000)
    told = trail(house).query("action in ['sign-in', 'refusal']")
    assert list(told["person"]) == [STEWARD, STEWARD, STRANGER, "nobody"]
    assert told.iloc[-1]["detail"] == {"because": "address not verified", "address": "x" * 300}


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """The stand-in company of the pages."""
    made = Company()
    open_company(made, monkeypatch, tmp_path)
    return made


def opened(person: str) -> AppTest:
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=30)
    app.query_params["as"] = person
    return app.run()


def test_the_page_shows_the_others_rows_below_a_banner_until_one_goes_back(company: Company) -> None:
    app = opened("executive")
    assert app.multiselect(key="region").options
    app.selectbox(key="look-as").set_value("head@demo").run()
    assert not app.exception
    assert f"You look as {plain('head@demo')}:" in app.warning[0].value
    assert "region" not in [chooser.key for chooser in app.multiselect]
    assert not [chooser for chooser in app.selectbox if chooser.key == "look-as"]
    assert app.query_params["as"] == "executive"
    assert company.visits.trail == [("executive@demo", "came", ""), ("executive@demo", "view as", "head@demo")]
    app.button(key="look-as-oneself").click().run()
    assert not app.warning
    assert app.multiselect(key="region").options


def test_it_is_one_persons_and_not_the_browsers(company: Company) -> None:
    app = opened("executive")
    app.selectbox(key="look-as").set_value("head@demo").run()
    app.selectbox(key="as").set_value("steward").run()
    assert not app.warning
    assert app.multiselect(key="region").options


def test_a_head_is_offered_nobody(company: Company) -> None:
    assert not [chooser for chooser in opened("head").selectbox if chooser.key == "look-as"]


def test_looking_ends_when_the_others_grant_does(company: Company) -> None:
    app = opened("steward")
    app.selectbox(key="look-as").set_value("head@demo").run()
    assert app.warning
    company.nobody = frozenset({"head@demo"})
    app.run()
    assert not app.warning
    assert not app.exception
