"""Files that a steward drops: recognised, tried, then refreshed or put away; hostile ones harm nothing, and nothing is left."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.refresh.conftest import KEYS, Ask, Refresh, Tables
from tests.refresh.deliveries import complaints, write
from warehouse import db, ledger
from warehouse.queries import jobs, state
from warehouse.queries.reader import Reader, Refused
from warehouse.refresh import Outcome, refresh
from warehouse.worker import dropped, trial, work
from warehouse.worker.desk import Desk
from warehouse.worker.inbox import MOST_BYTES, MOST_FILES, Dropped, Inbox, NotDroppable, NotThere, clean

NEW, SIXTY = complaints(40, first=300), complaints(60, first=300)
CUSTOMER = (
    "customer_id,branch_id,customer_name,phone,customer_kind,created_on\n"
    "K1,B1,Ms Wang Fang,13800000001,person,2026-01-01\n"
)
MAPPING = """
source: desk
zone: Asia/Shanghai
files:
  - pattern: "desk*.csv"
    format: {delimiter: ";"}
    feeds:
      complaints:
        columns: {complaint_id: Ticket, branch_id: Shop, opened_at: Opened, category_code: Topic}
"""


def content(folder: Path, **feeds: Any) -> bytes:
    """One feed as a CSV file."""
    (path,) = write(folder, **feeds).iterdir()
    return path.read_bytes()


def drop(desk: Desk, **files: bytes) -> list[Dropped]:
    """Seal files as the page does; underscores stand for the dots of their names."""
    return desk.inbox.seal((name.replace("__", "."), io.BytesIO(given)) for name, given in files.items())


@pytest.fixture
def tried(desk: Desk, done: Ask, steward: Reader) -> Any:
    """tried(complaints__csv=b"…") drops files, has them tried, and returns the job with what came of it."""

    def dropped_and_tried(**files: bytes) -> dict[str, Any]:
        job = done("try", files=[file.as_details() for file in drop(desk, **files)])
        (row,) = [row for row in jobs.tried(steward).to_dict("records") if row["job_id"] == job["job_id"]]
        return {str(name): value for name, value in row.items()}

    return dropped_and_tried


def lying(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.inbox.folder.iterdir())


def test_what_is_tried_is_told_leaves_nothing_and_is_then_refreshed_as_told(
    published: Outcome,
    tmp_path: Path,
    database: db.Database,
    desk: Desk,
    done: Ask,
    tried: Any,
    tables: Tables,
    count: Any,
) -> None:
    before = tables()
    given = content(tmp_path / "new", complaints=[*SIXTY, {**SIXTY[0], "complaint_id": "C9", "branch_id": "nowhere"}])
    job = tried(**{"Export (3)__csv": given, "people__csv": CUSTOMER.encode()})
    result = job["result"]
    assert (result["code"], result["verdict"], result["held"]) == ("tried", "published", {})
    read = {file["name"]: (file["source"], file["feeds"]) for file in result["files"]}
    assert read == {"Export (3).csv": ("contract", ["complaints"]), "people.csv": ("contract", ["customers"])}
    rows = {row["feed"]: row for row in result["rows"]}
    assert rows["complaints"] == {
        "feed": "complaints", "delivered": 61, "accepted": 60, "superseded": 0, "quarantined": 1,
    }  # fmt: skip
    assert result["refused"] == [
        {"feed": "complaints", "column_name": "branch_id", "reason_code": "unknown_branch", "refused": 1}
    ]
    assert [row["value"] for row in result["refused_rows"]] == ["nowhere"]
    counted = [each for each in result["changes"]["changes"] if each["metric"] == "complaint.count"]
    assert [(each["before"], each["after"]) for each in counted if each["region"] is None] == [(300, 360)]
    assert result["let_pass"] is None
    husk = {
        "curated.dim_customer": 1
    }  # a customer of whom nothing is known any more stays as a key: see dim_customer.sql
    assert tables() == before | husk, "a trial leaves no row anywhere, not even in the vault"
    assert count() == 300
    assert len(lying(desk)) == 2
    assert b"Wang" not in b"".join(path.read_bytes() for path in desk.inbox.folder.iterdir())

    taken = done("take", job_id=job["job_id"])
    assert (taken["state"], taken["result"]["code"]) == ("done", "published")
    assert count() == 360
    assert refresh(database, KEYS, [], by="tests", rebuild=True).verdict == "published"
    assert count() == 360, "it is read again as what it was recognised as, whatever it was called"
    assert lying(desk) == []
    assert tables()["vault.sealed"] == before["vault.sealed"] + 2
    with database.loader.begin() as connection:
        noted = connection.execute(
            text("select person, action, detail ->> 'what' as what from access.audit order by audit_id")
        ).all()
    asked = [row for row in noted if row.action.startswith("ask ")]
    assert [(row.person, row.action) for row in asked] == [
        ("steward@example.com", "ask try"), ("steward@example.com", "ask take"),
    ]  # fmt: skip
    assert "Export (3).csv" in asked[0].what and '"hash"' in asked[0].what
    assert (noted[-1].action, "people.csv (SHA-256 " in noted[-1].what) == ("refresh", True)
    again = done("take", job_id=job["job_id"])
    assert (again["state"], again["result"]["code"]) == ("refused", "not_there")


def test_what_would_be_held_says_which_check_and_which_rows_and_is_put_away(
    published: Outcome, tmp_path: Path, desk: Desk, done: Ask, tried: Any, tables: Tables, steward: Reader
) -> None:
    before = tables()
    wrong = [{**row, "category_code": ""} for row in NEW]
    wrong += [{**row, "branch_id": "nowhere"} for row in complaints(20, first=400)]
    job = tried(complaints__csv=content(tmp_path / "new", complaints=wrong))
    result = job["result"]
    assert result["verdict"] == "held"
    assert set(result["held"]) == {"complaints"}
    assert any("branch_id.references" in rule for rule in result["held"]["complaints"])
    stopping = {row["rule_id"] for row in result["broken"] if row["level"] == "block"}
    assert set(result["held"]["complaints"]) == stopping
    assert result["let_pass"]["compared"] > 0
    assert state.held(steward).empty
    assert tables() == before
    assert done("put_away", job_id=job["job_id"])["result"]["code"] == "put_away"
    assert lying(desk) == []
    assert jobs.tried(steward).empty


def test_a_file_that_nobody_knows_is_told_what_would_fit(
    published: Outcome, deliver: Refresh, tmp_path: Path, desk: Desk, tried: Any, tables: Tables
) -> None:
    known = content(tmp_path / "known", complaints=NEW)
    deliver("known", complaints=NEW)
    before = tables()
    result = tried(
        again__csv=known,
        holiday__csv=b"sun,moon\n1,2\n",
        complaints_typo__csv=b"complaint_id,branchid,opened,category_code\nC1,B1,2026-01-01,delay\n",
        empty__csv=b"",
        picture__csv=b"\x89PNG\r\n\x1a\n",
        half__xlsx=b"PK\x03\x04 and no more",
    )["result"]
    assert result["code"] == "nothing_to_take"
    said = {file["name"]: file for file in result["files"]}
    assert said["again.csv"]["is_known"]
    assert (said["holiday.csv"]["source"], said["holiday.csv"]["feeds"]) == (None, [])
    typo = said["complaints_typo.csv"]
    assert (typo["source"], typo["feeds"]) == (None, ["complaints"])
    assert {problem["kind"] for problem in typo["problems"]} == {"required_unmapped"}
    refusals = {name: file["refusal"] for name, file in said.items() if file["refusal"]}
    assert refusals == {"empty.csv": "empty_file", "picture.csv": "not_a_table", "half.xlsx": "damaged_file"}
    assert all(file["said"].startswith(f"{file['name']}: ") for file in result["files"] if file["refusal"])
    assert str(desk.inbox.folder) not in str(result), "nobody is told where on our machine it lay"
    assert tables() == before
    assert lying(desk) == []


def test_the_companys_own_mapping_is_known_whatever_the_file_is_called(
    published: Outcome, desk: Desk, done: Ask, tried: Any, count: Any
) -> None:
    desk.mappings.mkdir()
    (desk.mappings / "desk.yaml").write_text(MAPPING, "utf-8")
    (desk.mappings / "broken.yaml").write_text("source: [", "utf-8")
    rows = "\n".join(f"T{number};B1;2026-01-{number:02};delay" for number in range(10, 20))
    job = tried(Tickets__csv=f"Ticket;Shop;Opened;Topic\n{rows}\n".encode())
    assert [(file["source"], file["feeds"]) for file in job["result"]["files"]] == [("desk", ["complaints"])]
    assert done("take", job_id=job["job_id"])["result"]["code"] == "published"
    assert count() == 310
    with desk.database.loader.begin() as connection:
        connection.execute(text("delete from staging.stg_complaints where complaint_id like 'T%'"))
    assert refresh(desk.database, KEYS, [], by="tests", rebuild=True).verdict == "published"
    assert count() == 310, "by the mapping that was kept with it"


def test_hostile_names_and_contents_are_text(published: Outcome, tmp_path: Path, desk: Desk, tried: Any) -> None:
    hostile = [{**NEW[0], "complaint_id": "=HYPERLINK(1)", "category_code": "<script>alert(1)</script>"}]
    given = content(tmp_path / "new", complaints=[*NEW[1:], *hostile])
    result = tried(**{"../../../tmp/<script>x__csv": given, "\u202ecsv\x00.\n__csv": b"a"})["result"]
    assert [file["name"] for file in result["files"]] == ["<script>x.csv", "csv..csv"]
    assert not (desk.inbox.folder.parent / "tmp").exists()


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\orders.csv", "orders.csv"),
        (".hidden.csv", "hidden.csv"),
        ("\x00\x1b[31m\u202e.csv", "[31m.csv"),
        ("...", "file"),
        ("投诉 三月.xlsx", "投诉 三月.xlsx"),
        ("a" * 500 + ".csv.gz", None),
        ("投" * 300 + ".csv", None),
    ],
)
def test_a_name_leads_nowhere(name: str, cleaned: str | None, tmp_path: Path) -> None:
    made = clean(name)
    assert made == cleaned or (cleaned is None and made.endswith(name[-4:]) and len(made.encode()) <= 120)
    (tmp_path / made).write_text("")
    assert (tmp_path / made).parent == tmp_path


def test_what_is_too_much_is_refused_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox", KEYS)
    many = [(f"{number}.csv", io.BytesIO(b"a")) for number in range(MOST_FILES + 1)]
    large = [("small.csv", io.BytesIO(b"a")), ("large.csv", io.BytesIO(bytes(MOST_BYTES + 1)))]
    for files, code in ((many, "too_many"), (large, "too_large"), ([], "nothing")):
        with pytest.raises(NotDroppable) as refused:
            inbox.seal(iter(files))
        assert refused.value.code == code
        assert not inbox.folder.exists() or not list(inbox.folder.iterdir())


def test_no_more_is_taken_while_too_much_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(tmp_path / "inbox", KEYS)
    first = inbox.seal([("a.csv", io.BytesIO(bytes(100)))])
    monkeypatch.setattr("warehouse.worker.inbox.MOST_WAITING", 300)
    with pytest.raises(NotDroppable) as refused:
        inbox.seal([("b.csv", io.BytesIO(b"b"))])
    assert refused.value.code == "full"
    inbox.put_away(first)
    assert len(inbox.seal([("b.csv", io.BytesIO(b"b"))])) == 1


def test_one_person_cannot_fill_the_inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(tmp_path / "inbox", KEYS)
    monkeypatch.setattr("warehouse.worker.inbox.MOST_OF_ONE", 1_000)
    first = inbox.seal([("a.csv", io.BytesIO(bytes(500)))], by="one@example.com")
    with pytest.raises(NotDroppable) as refused:
        inbox.seal([("b.csv", io.BytesIO(bytes(500)))], by="one@example.com")
    assert refused.value.code == "yours_full"
    assert lying_in(inbox) == [f"{first[0].token}.sealed"]
    assert len(inbox.seal([("b.csv", io.BytesIO(bytes(500)))], by="other@example.com")) == 1


def test_what_was_changed_in_the_inbox_is_not_taken(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox", KEYS)
    long = inbox.seal([("a.csv", io.BytesIO(bytes(3 << 20)))])[0]
    place = inbox.folder / f"{long.token}.sealed"
    lines = place.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    with inbox.opened([long]) as (path,):
        assert path.stat().st_size == long.bytes == 3 << 20
        assert path.stat().st_mode & 0o077 == 0
    place.write_bytes(b"".join(lines[:2]))
    for changed in (long, Dropped("a.csv", "../" + "a" * 29, 1, "0" * 64)):
        with pytest.raises(NotThere), inbox.opened([changed]):
            pass
    place.write_bytes(b"nonsense\n")
    with pytest.raises(NotThere), inbox.opened([long]):
        pass
    assert lying_in(inbox) == [place.name]


def lying_in(inbox: Inbox) -> list[str]:
    return sorted(path.name for path in inbox.folder.iterdir())


def test_a_worker_that_dies_while_it_tries_leaves_nothing(
    published: Outcome, tmp_path: Path, desk: Desk, steward: Reader, deliver: Refresh, tables: Tables, count: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = tables()
    files = drop(desk, complaints__csv=content(tmp_path / "new", complaints=NEW))

    def dies(*_: object) -> None:
        raise SystemExit

    jobs.ask(steward, "try", files=[file.as_details() for file in files])
    with monkeypatch.context() as patch:
        patch.setattr(trial.comparison, "of_candidate", dies)
        patch.setattr(ledger, "finish", lambda *_, **__: None)  # as if it had been killed outright
        with pytest.raises(SystemExit):
            work.work(desk, once=True)
    (desk.inbox.folder / "opened-left").mkdir()
    (desk.inbox.folder / "opened-left" / "complaints.csv").write_text("in the clear")
    assert jobs.newest(steward)["result"].iloc[0]["code"] == "stopped"
    work.work(desk, once=True)
    assert lying(desk) == []
    assert deliver("next").verdict in {"unchanged", "published"}
    assert count() == 300
    grown = {name for name, rows in tables().items() if rows != before[name]}
    assert not {name for name in grown if name.startswith(("landing", "staging", "curated", "vault"))}
    assert not grown & {"published.load", "published.file", "published.load_feed", "published.quarantine"}


def test_what_nobody_answers_about_is_swept(
    desk: Desk, steward: Reader, published: Outcome, tried: Any, tmp_path: Path
) -> None:
    job = tried(complaints__csv=content(tmp_path / "new", complaints=NEW))
    young, old = drop(desk, a__csv=b"x", b__csv=b"x")
    an_hour_ago = time.time() - 4_000
    os.utime(desk.inbox.folder / f"{old.token}.sealed", (an_hour_ago, an_hour_ago))
    dropped.sweep(desk)
    kept = {f"{file['token']}.sealed" for file in job["files"]} | {f"{young.token}.sealed"}
    assert set(lying(desk)) == kept
    with desk.database.loader.begin() as connection:
        connection.execute(text("update published.job set finished_at = now() - interval '25 hours'"))
    dropped.sweep(desk)
    assert lying(desk) == [f"{young.token}.sealed"]
    assert jobs.tried(steward).empty


FILE = {"name": "a.csv", "token": "0" * 32, "bytes": 1, "hash": "0" * 64}


@pytest.mark.parametrize(
    "files",
    [
        [],
        [FILE] * (MOST_FILES + 1),
        [FILE | {"token": "../keys"}],
        [FILE | {"name": "a/b.csv"}],
        [FILE | {"name": "a\nb"}],
        [FILE | {"name": ""}],
        [FILE | {"bytes": MOST_BYTES + 1}],
        [FILE | {"bytes": "1"}],
        [FILE | {"hash": "x"}],
        [FILE | {"more": 1}],
        "a.csv",
    ],
)
def test_files_that_no_inbox_made_are_not_asked_about(steward: Reader, files: object) -> None:
    with pytest.raises(Refused, match="files are at most 50"):
        jobs.ask(steward, "try", files=files)


def test_as_many_files_as_may_be_are_one_job(steward: Reader) -> None:
    long = "名" * 40
    files = [
        FILE | {"name": f"{long}{n}.csv", "token": os.urandom(16).hex(), "hash": os.urandom(32).hex()}
        for n in range(50)
    ]
    assert jobs.ask(steward, "try", files=files) == jobs.ask(steward, "try", files=files)


def test_nobody_but_a_steward_drops_or_sees_what_was_tried(
    database: db.Database, published: Outcome, tried: Any, tmp_path: Path
) -> None:
    tried(complaints__csv=content(tmp_path / "new", complaints=NEW))
    for person in ("boss@example.com", "north@example.com", "stranger@example.com", ""):
        other = Reader(database.reader, person)
        with pytest.raises(Refused, match="only a data steward"):
            jobs.ask(other, "try", files=[FILE])
        assert jobs.tried(other).empty
