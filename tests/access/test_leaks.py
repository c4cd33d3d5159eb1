"""The leak suite: as the head of one region nothing of another, as nobody nothing at all.

It works from the catalogues of the database, of the questions and of the pages, so that what is new is covered without anyone
remembering; `test_leaks_mutants` takes each guard away and sees it go red.
"""

import base64
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from sqlalchemy import URL, text

import press
from pages.shared import cached
from pages.shared.viewer import Viewer
from tests.access import asking, mutants, page_walk, probes
from tests.access.firm import everything
from tests.access.leak_company import (
    EXECUTIVE,
    HEAD,
    NEARLY,
    NOBODIES,
    OF_ONE,
    OTHER,
    LeakCompany,
    Secrets,
    open_company,
)
from warehouse import db
from warehouse.access.vault import Vault
from warehouse.digests.letter import Order
from warehouse.metrics import metrics
from warehouse.monitor import book
from warehouse.queries import figures
from warehouse.queries import prepared as questions
from warehouse.queries.reader import Reader

ONE_OF_EACH = (
    "branch_edition",
    "lead_source_edition",
    "complaint_company_edition",
    "quarantine",
    "saved_view",
    "annotation",
    "manifest",
)
"""A table for every kind of policy."""
WITHOUT_ROWS = ("unknown_column",)
"""Of these the demo company has no row, so that nothing shows whether they are guarded."""
GUARDED_TWICE = {
    ("annotate", "access.sees_place"),
    ("contact_card", "access.has_role"),
    ("read_comments", "access.has_role"),
    ("sees_whole_company", "access.is_known"),
    ("withdraw_annotation", "access.sees_place"),
}
"""Checks behind which another stands: only stewards, who see every place, get as far; only a branch's head heads it."""
CUSTOMER = "customer_id,branch_id,customer_name,phone,customer_kind,created_on\n{},B1,Ms Wang Fang,13800000001,person,2026-01-01\n"
NOBODY = ""
PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("[a-z]*.py"))


@pytest.fixture(scope="module")
def company(server: URL, template: str) -> Iterator[LeakCompany]:
    made = db.embedded(server, "leaks", template=template)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_company(server.set(database="leaks"), made, Path(folder)) as opened,
    ):
        yield opened
    made.dispose()


@pytest.fixture(scope="module")
def secrets(company: LeakCompany) -> Mapping[str, Secrets]:
    return {person: company.secrets(person) for person in (HEAD, OTHER, OF_ONE, NOBODY)}


def test_the_other_region_has_something_to_hide(secrets: Mapping[str, Secrets]) -> None:
    assert {"R3", "B16"} <= secrets[HEAD].codes
    assert {"R2", "B08"} <= secrets[OTHER].codes
    assert not secrets[HEAD].codes & {"R2", "B08"}
    assert len(secrets[HEAD].codes) > 1_000
    assert secrets[HEAD].met(["K-1 of B16, 上海徐汇分部"]) == ["B16", "上海", "上海徐汇分部"]


def test_tables_and_views(company: LeakCompany, secrets: Mapping[str, Secrets]) -> None:
    names = probes.relations(company)
    assert {"branch", "branch_edition", "quarantine", "saved_view"} <= set(names)
    assert probes.tables(company, names, secrets) == []


def test_functions_of_the_database(company: LeakCompany, secrets: Mapping[str, Secrets]) -> None:
    asked = probes.functions(company)
    assert {"contact_card", "company_promises", "read_comments", "visible_branches", "is_known"} <= {
        function.name for function in asked
    }
    assert [leak for function in asked for leak in probes.answers(company, function, secrets)] == []


def test_questions_of_the_code(
    company: LeakCompany, secrets: Mapping[str, Secrets], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_from, prepared = set[str](), questions.prepared
    monkeypatch.setattr(questions, "prepared", lambda asked: (asked_from.add(asked), prepared(asked))[1])
    found = {name: asking.asked(company, question, secrets[HEAD]) for name, question in asking.questions().items()}
    assert {name: leaks for name, leaks in found.items() if leaks} == {}
    Reader(engine=company.database.reader, person=HEAD).pinned()
    company.reader(HEAD).pinned()
    for code in metrics():
        assert asking.figure(company, code, ()) == []
        asking.curve(company, code)
    place = db.HERE / "queries"
    known = {str(path.relative_to(place).with_suffix("")) for path in place.rglob("*.sql")}
    assert known - asked_from == set(), "a file that nobody asked here"


def test_how_many_rows_there_are_is_for_who_sees_the_whole_company(company: LeakCompany) -> None:
    told = asking.counted(company, EXECUTIVE)
    assert {"health.check_history: element_count", "state.checks: observed", "health.check_results: observed"} <= set(
        told
    )
    assert asking.counted(company, HEAD) == []
    assert asking.counted(company, NEARLY) == [], "who could take the own ones off"


@pytest.mark.parametrize("area", sorted({code.partition(".")[0] for code in metrics()}))
def test_figures_by_whatever_they_can_be_told(company: LeakCompany, area: str) -> None:
    for code, about in metrics().items():
        for name in about.dims if code.partition(".")[0] == area else ():
            assert asking.figure(company, code, (name,)) == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_and_what_is_taken_away_from_them(
    company: LeakCompany,
    secrets: Mapping[str, Secrets],
    page: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page_walk.open_house(company, monkeypatch)
    made = page_walk.handed_out(monkeypatch)
    app = page_walk.opened(page_walk.visit(monkeypatch, page, HEAD))
    texts = page_walk.everything(app)
    kept = page_walk.kept(app)
    assert 'gh-nothing is-failed"' not in "".join(texts)
    assert page == "metrics" or "沈阳分部" in texts or page == "data_health", "the head's own branches are there"
    taken = {name: page_walk.read(name, make()) for name, make in page_walk.readable(made).items()}
    assert {Path(name).suffix for name in taken} >= {".xlsx", ".pdf"}
    assert secrets[HEAD].met([*texts, *taken, *taken.values(), caplog.text]) == []
    other = page_walk.visit(monkeypatch, page, OTHER)
    assert secrets[OTHER].met(page_walk.everything(other)) == [], "after the head"
    kept |= page_walk.kept(other)
    assert len(kept) > 50
    assert company.told_of_people([*kept, *texts, *taken.values(), caplog.text]) == []
    page_walk.forget()
    assert secrets[OTHER].met(page_walk.everything(page_walk.visit(monkeypatch, page, OTHER))) == []
    asked = {"region": "R3", "branch": "B16", "refresh": "1", "view": "B16", "category": "K0001000001"}
    again = page_walk.everything(page_walk.visit(monkeypatch, page, HEAD, **asked))
    assert set(secrets[HEAD].met(again)) <= set(asked.values()), "nothing but what stood in the address"
    caplog.clear()
    for person in NOBODIES[:3]:
        texts = page_walk.everything(page_walk.visit(monkeypatch, page, person, region="R2"))
        assert any("nobody has granted you anything" in said for said in texts)
        assert secrets[NOBODY].met([*(said for said in texts if said != "R2"), caplog.text]) == []


@pytest.mark.parametrize("page", ["complaints", "my_branch"])
def test_letters_tell_of_the_own_branches_alone(
    company: LeakCompany, secrets: Mapping[str, Secrets], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_walk.open_house(company, monkeypatch)
    address = {"region": ["R3"], "branch": ["B16"]}
    told = {}
    for person in (HEAD, NOBODIES[0]):
        order = Order(person, page, address, "zh_CN", company.refresh_id)
        answer = press.answer(json.dumps(asdict(order)))
        pdf = answer.pop("pdf", None)
        paper = page_walk.read("letter.pdf", base64.b64decode(pdf)) if pdf else ""
        told[person] = [*map(str, answer.values()), paper]
        assert company.told_of_people(told[person]) == []
    assert "沈阳分部" in "".join(told[HEAD])
    assert set(secrets[HEAD].met(told[HEAD])) <= {"R3", "B16"}, "nothing but what stood in the address"
    assert set(company.secrets("").met(told[NOBODIES[0]])) <= {"R3", "B16"}


def test_warnings_tell_of_the_own_branches_alone(company: LeakCompany, secrets: Mapping[str, Secrets]) -> None:
    own = asking.warnings(company, EXECUTIVE, *company.branches(HEAD))
    told = asking.warnings(company, HEAD)
    assert "complaint.sla_rate" in {each.subject for each in told}
    assert told == own
    assert told != asking.warnings(company, EXECUTIVE)
    assert asking.warnings(company, HEAD, "B16") == asking.warnings(company, HEAD, "Nowhere") == []
    assert secrets[HEAD].met(map(str, told)) == []
    for person in NOBODIES:
        assert asking.warnings(company, person) == []
    with mutants.without_policy(company, "complaint_cohort_sums_edition", "off"):
        assert asking.warnings(company, HEAD) != own


def test_what_fails_is_told_in_one_sentence_without_a_row_in_it(
    company: LeakCompany,
    secrets: Mapping[str, Secrets],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page_walk.open_house(company, monkeypatch)

    def fail(reader: object, *asked: object, **named: object) -> None:
        with company.owner.begin() as connection:
            connection.exec_driver_sql(
                "select cast(customer_code as int) from published.complaint_case_edition where region_id = 'R3'"
            )

    monkeypatch.setattr(figures, "figure", fail)
    with caplog.at_level(logging.DEBUG):
        texts = page_walk.everything(page_walk.visit(monkeypatch, "complaints", HEAD))
    assert any("This could not be loaded" in said for said in texts)
    assert secrets[HEAD].met(texts) == []


def test_what_metrics_are_said_to_mean_names_nobody(secrets: Mapping[str, Secrets]) -> None:
    assert secrets[NOBODY].met(map(str, metrics().values())) == []


def test_what_machines_are_told_is_about_no_person_and_no_branch(
    company: LeakCompany, secrets: Mapping[str, Secrets]
) -> None:
    told = generate_latest(book.registry(company.database)).decode()
    assert "gatehouse_feed_rows{" in told
    assert company.told_of_people([told]) == []
    assert secrets[NOBODY].met([told]) == []


def test_no_person_is_named_in_any_table_or_file_of_the_warehouse(company: LeakCompany) -> None:
    assert len(company.personal) > 500
    assert company.told_of_people([f"x{max(company.personal)}x"]), "what is looked for would be found"
    assert company.told_of_people(row for _, row in everything(company.database)) == []
    with company.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("checkpoint")
        place = "select current_setting('data_directory') || '/base/' || oid from pg_database where datname = current_database()"
        folder = Path(str(connection.scalar(text(place))))
    files = [path for path in folder.iterdir() if path.is_file()]
    assert len(files) > 500
    assert company.told_of_people(path.read_bytes().decode("utf-8", "replace") for path in files) == []


# -- Each guard taken away: the suite goes red -------------------------------------------------------------------------


def test_no_policy_can_be_dropped_switched_off_or_opened(company: LeakCompany, secrets: Mapping[str, Secrets]) -> None:
    tables = mutants.guarded(company)
    assert len(tables) > 60
    unseen = []
    for table in tables:
        for way in ("dropped", "off", "all"):
            with mutants.without_policy(company, table, way):
                if not probes.tables(company, [table], secrets):
                    unseen.append((table, way))
    assert unseen == [(table, way) for table in WITHOUT_ROWS for way in ("dropped", "off", "all")]
    assert probes.tables(company, tables, secrets) == [], "all is as it was"


def test_no_check_of_grants_can_be_left_out(company: LeakCompany, secrets: Mapping[str, Secrets]) -> None:
    found = mutants.checks(company)
    assert {"valid_grants", "visible_branches", "contact_card", "read_comments", "annotate", "note_export"} <= {
        name for name, *_ in found
    }
    asked = {function.name: function for function in probes.functions(company)}
    unseen = set()
    for name, check, definition, mutant in found:
        with mutants.replaced(company, definition, mutant):
            leaks = probes.answers(company, asked[name], secrets) if name in asked else []
            if not leaks and not probes.tables(company, ONE_OF_EACH, secrets):
                unseen.add((name, check.partition("(")[0]))
    assert unseen == GUARDED_TWICE


def test_no_part_of_a_key_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.mixed_up(cached, monkeypatch) == []
    found = {taken: asking.mixed_up(mutant, monkeypatch) for taken, mutant in mutants.of_keys()}
    assert len(found) > 8
    assert [taken for taken, leaks in found.items() if not leaks] == []


def test_pages_tell_others_where_who_asks_is_no_part_of_the_key(
    company: LeakCompany, secrets: Mapping[str, Secrets], monkeypatch: pytest.MonkeyPatch
) -> None:
    page_walk.open_house(company, monkeypatch)
    monkeypatch.setattr(
        Viewer, "asker", property(lambda viewer: cached.Asker(effective=((), ()), reader=viewer.reader))
    )
    page_walk.visit(monkeypatch, "complaints", HEAD)
    assert secrets[OTHER].met(page_walk.everything(page_walk.visit(monkeypatch, "complaints", OTHER)))


def test_names_stand_in_the_clear_where_nothing_is_hashed(
    database: db.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "customers.csv").write_text(CUSTOMER.format("C1"))
    assert asking.in_the_clear(database, tmp_path, ["Wang Fang", "13800000001"]) == []
    monkeypatch.setattr(Vault, "protect", lambda vault, value: value)
    (tmp_path / "customers.csv").write_text(CUSTOMER.format("C2"))
    assert asking.in_the_clear(database, tmp_path, ["Wang Fang", "13800000001"])
