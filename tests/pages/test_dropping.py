"""Dropping a delivery on the page: what is sent to the worker, and what is said of what came of it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from streamlit.testing.v1 import AppTest

from pages.shared import cached, uploads
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from tests.pages.company import Company
from tests.pages.conftest import Open, said
from tests.pages.health_book import HealthBook
from warehouse.feeds.readers import refusals

NOW = datetime.now(UTC)
FILE = {"name": "<b>orders</b>.csv", "token": "0" * 32, "bytes": 9, "hash": "0" * 64}
PROBLEM = {"kind": "required_unmapped", "file": "o.csv", "line": 1, "column": "order_id", "feed": "orders", "value": "",
           "header": "", "other": "", "fits": ["order id"]}  # fmt: skip
CHANGES = {
    "changes": [{"metric": "order.count", "region": None, "before": 100.0, "after": 112.0, "month": None}],
    "compared": 30,
    "period": {"start": "2025-05-01", "end": "2026-04-09"},
    "problem": None,
}
TRIED: dict[str, Any] = {
    "code": "tried",
    "verdict": "published",
    "files": [{"name": FILE["name"], "source": "contract", "feeds": ["orders"], "problems": [], "refusal": None, "said": "",
               "is_known": False}],
    "rows": [{"feed": "orders", "delivered": 60, "accepted": 57, "superseded": 1, "quarantined": 2}],
    "refused": [{"feed": "orders", "column_name": "branch_id", "reason_code": "unknown_branch", "refused": 2}],
    "refused_rows": [{"feed": "orders", "file_name": "o.csv", "row_number": 3, "column_name": "branch_id",
                      "reason_code": "unknown_branch", "value": "<script>=1+1", "also": []}],
    "held": {},
    "broken": [],
    "offences": [],
    "changes": CHANGES,
    "let_pass": None,
}  # fmt: skip
HELD = TRIED | {
    "verdict": "held",
    "held": {"orders": ["ordered_not_in_future.share"]},
    "broken": [
        {"gate": "delivery", "table_name": "orders", "rule_id": "ordered_not_in_future.share", "level": "block",
         "outcome": "failed", "unexpected_count": 9, "element_count": 60},
    ],
    "offences": [{"table_name": "orders", "rule_id": "ordered_not_in_future", "row": {"row_number": 4, "order_id": "O1"},
                  "values": {"ordered_at": "2062-04-01"}}],
    "let_pass": CHANGES,
}  # fmt: skip
NOTHING = TRIED | {
    "code": "nothing_to_take",
    "verdict": "unchanged",
    "rows": [],
    "refused": [],
    "changes": None,
    "files": [
        {"name": "o.csv", "source": None, "feeds": ["orders"], "problems": [PROBLEM], "refusal": None, "said": "", "is_known": False},
        {"name": "x.csv", "source": None, "feeds": [], "problems": [], "refusal": None, "said": "", "is_known": False},
        {"name": "half.csv.gz", "source": "contract", "feeds": ["orders"], "problems": [], "refusal": "damaged_file", "said": "",
         "is_known": False},
        {"name": "same.csv", "source": "contract", "feeds": ["orders"], "problems": [], "refusal": None, "said": "", "is_known": True},
    ],
}  # fmt: skip


def dropped(
    book: HealthBook, result: dict[str, Any] | None, *, state: str = "done", next_kind: str | None = None
) -> None:
    book.drops = [
        {"job_id": 4, "state": state, "step": None, "files": [FILE], "asked_by": "steward@demo", "asked_at": NOW,
         "finished_at": NOW, "result": result, "next_kind": next_kind}
    ]  # fmt: skip


def opened(open_page: Open, person: str = "steward", language: str = "en") -> AppTest:
    app = open_page("data_health", person, lang=language, view="deliver")
    assert not app.exception
    assert "is-failed" not in said(app)
    return app


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    "result", [TRIED, HELD, NOTHING, {"code": "error"}, None], ids=["good", "held", "nothing", "failed", "waits"]
)
def test_every_outcome_is_told(open_page: Open, book: HealthBook, result: dict[str, Any] | None, language: str) -> None:
    dropped(book, result, state="waiting" if result is None else "done")
    text = said(opened(open_page, language=language))
    assert "&lt;b&gt;orders&lt;/b&gt;.csv" in text
    assert "<script>" not in text


@pytest.mark.parametrize(("value", "is_told"), [("≈xxxx", True), ("B9", False)])
def test_where_only_the_shape_of_a_value_is_kept_it_is_said_why(
    open_page: Open, book: HealthBook, *, value: str, is_told: bool
) -> None:
    [row] = TRIED["refused_rows"]
    dropped(book, TRIED | {"refused_rows": [row | {"value": value}]})
    assert ("the shape of a value" in said(opened(open_page))) is is_told


def test_what_would_be_held_says_by_which_check_and_how_figures_would_change(open_page: Open, book: HealthBook) -> None:
    dropped(book, HELD)
    app = opened(open_page)
    text = said(app)
    assert "It would be held: Orders. Readers keep what they see." in text
    assert 'title="orders · ordered_not_in_future.share"' in text
    assert "What to do" in text
    tables = [frame.value for frame in app.dataframe]
    assert any("O1" in str(table.to_dict()) and "2062-04-01" in str(table.to_dict()) for table in tables)
    assert any({"100", "112", "+12.0%"} <= set(map(str, table.to_numpy().ravel())) for table in tables)


def test_what_cannot_be_taken_says_what_would_fit_and_has_no_button(open_page: Open, book: HealthBook) -> None:
    dropped(book, NOTHING)
    app = opened(open_page)
    text = said(app)
    assert "It comes nearest to Orders." in text
    assert "order id would fit" in text
    assert "no feed of ours has them" in text
    assert "cut off or damaged" in text
    assert "the very same file" in text
    assert not {button.label for button in app.button} & {"Refresh with it", "Put it away"}


@pytest.mark.parametrize(("label", "kind"), [("Refresh with it", "take"), ("Put it away", "put_away")])
def test_the_second_word_is_asked_for_once(open_page: Open, book: HealthBook, label: str, kind: str) -> None:
    dropped(book, TRIED)
    app = opened(open_page)
    next(button for button in app.button if button.label == label).click().run()
    assert book.asked == [(kind, {"job_id": 4})]
    dropped(book, TRIED, next_kind=kind)
    book.pulse = replace(book.pulse, newest_job=5)
    assert all(
        button.disabled for button in opened(open_page).button if button.label in {"Refresh with it", "Put it away"}
    )


def test_files_go_sealed_into_the_inbox_and_are_named(
    open_page: Open, book: HealthBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(open_page)
    app.file_uploader[0].upload("../orders.csv", b"order_id,Ms Wang", "text/csv")
    next(button for button in app.button if button.label == "Check and try").click().run()
    ((kind, details),) = book.asked
    assert (kind, [file["name"] for file in details["files"]]) == ("try", ["orders.csv"])
    (sealed,) = tmp_path.rglob("*.sealed")
    assert sealed.stem == details["files"][0]["token"]
    assert b"Wang" not in sealed.read_bytes()

    book.refuses = True
    app = opened(open_page)
    app.file_uploader[0].upload("orders.csv", b"order_id", "text/csv")
    next(button for button in app.button if button.label == "Check and try").click().run()
    assert "The warehouse refused this" in app.error[0].value
    assert list(tmp_path.rglob("*.sealed")) == [sealed], "what nobody may ask about is not kept"


def test_nothing_chosen_is_said(open_page: Open, book: HealthBook) -> None:
    app = opened(open_page)
    next(button for button in app.button if button.label == "Check and try").click().run()
    assert app.error[0].value == "First choose a file."
    assert book.asked == []


@pytest.mark.parametrize("person", ["executive", "head"])
def test_nobody_but_a_steward_is_shown_a_place_to_drop_files(open_page: Open, company: Company, person: str) -> None:
    app = opened(open_page, person)
    assert not app.file_uploader
    assert "Data stewards see" in said(app)


def test_every_refusal_of_a_file_has_words() -> None:
    from pages.shared.health import wording

    kinds = {each.code for each in refusals.FileRefused.__subclasses__() if each.__module__ == refusals.__name__}
    unsaid = {
        "missing_file",
        "is_directory",
        "no_driver",
        "changed_file",
        "unreachable",
        "not_answered",
    }  # cannot happen to a file in the inbox
    assert kinds - unsaid <= set(wording.refusals(Words()))


def test_whoever_looks_as_a_steward_is_not_invited_to_send_files(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited: list[bool] = []
    monkeypatch.setattr(uploads, "invite", lambda: invited.append(True))
    opened(open_page)
    assert invited == [True]
    monkeypatch.setattr(Viewer, "may_change", property(lambda viewer: False))
    opened(open_page)
    assert invited == [True]


def test_a_session_that_nobody_invited_sends_no_file() -> None:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("taken")(scope, receive, send)

    uploads._invited["known"] = None
    guarded = TestClient(uploads.Uploads(inner))
    answers = [
        guarded.put(path, content=b"a").status_code
        for path in ("/_stcore/upload_file/known/1", "/_stcore/upload_file/stranger/1", "/_stcore/health")
    ]
    assert answers == [200, 403, 200]


def test_the_server_holds_no_more_than_it_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"known": {"1": SimpleNamespace(data=bytes(60)), "2": SimpleNamespace(data=bytes(30))}}
    runtime = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=held))
    monkeypatch.setattr(uploads.Runtime, "exists", lambda: True)
    monkeypatch.setattr(uploads.Runtime, "instance", lambda: runtime)
    monkeypatch.setattr(uploads, "MOST_HELD", 100)
    monkeypatch.setattr(uploads, "MOST_OF_ALL", 150)
    asked = [("known", "10"), ("known", "11"), ("other", "60"), ("other", "61"), ("other", None), ("other", "-1")]
    assert [uploads.has_room(session, size) for session, size in asked] == [True, False, True, False, False, False]


def test_that_a_drop_is_being_tried_is_seen_though_no_job_began_or_ended(
    open_page: Open, book: HealthBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "FRESH_SECONDS", 0.0)
    dropped(book, None, state="waiting")
    waits = said(opened(open_page))
    dropped(book, None, state="running")
    assert said(opened(open_page)) != waits
