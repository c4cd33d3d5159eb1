"""Names that stand where they do not belong: of dirty deliveries nothing personal is kept, tried or told; what no check notices
goes with `discard --erase`."""

import csv
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, create_engine

from tests.access.firm import Firm, everything, founded, told_in
from warehouse import ledger, receive, stewardship
from warehouse.access import grants
from warehouse.commands import loads, output
from warehouse.feeds.mapping import check, contract_source, draft
from warehouse.forgetting.loads import NotErasable, erase
from warehouse.queries import health, jobs
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.settings import Keys
from warehouse.worker import work
from warehouse.worker.desk import Desk
from warehouse.worker.inbox import Inbox

KEYS = Keys(hashing=b"a secret of the tests that nobody guesses", vault=Fernet.generate_key())
OUT_OF_PLACE = ("Quirin Quast", "Renate Roth")
"""Names that stand where a lead says where it heard of us: words like any others."""
ALSO = "13877770001"
LEADS = [
    {
        "lead_id": f"Q{n}",
        "branch_id": "B1",
        "source_code": "web",
        "collected_at": "2025-02-02 10:00",
        "phone": ALSO if n == 0 else "13811110001",
        "self_reported_source": OUT_OF_PLACE[n % 2],
    }
    for n in range(20)
]


@pytest.fixture(scope="module")
def firm(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with founded(server, template, tmp_path_factory.mktemp("firm"), KEYS) as made:
        yield made


def on_disk(firm: Firm, server: URL, *, with_wal: bool = False) -> bytes:
    """Every file of the firm's database, and what the server writes ahead."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("checkpoint")
    admin.dispose()
    ((number,),) = firm.rows("select oid from pg_database where datname = current_database()")
    place = Path(str(server.query["host"]))
    folders = [place / "base" / str(number), *([place / "pg_wal"] if with_wal else [])]
    return b"".join(path.read_bytes() for folder in folders for path in folder.iterdir() if path.is_file())


def test_what_no_check_noticed_is_erased_with_its_load(firm: Firm, server: URL) -> None:
    before, known = firm.figures(), firm.tokens()
    outcome = firm.deliver("quast", leads=LEADS)
    assert outcome.verdict == "published", outcome.held
    ((load_id,),) = firm.rows("select max(load_id) from published.load")
    assert {where.partition(".")[0] for where, _ in told_in(everything(firm.database), OUT_OF_PLACE)} >= {
        "landing",
        "staging",
    }
    assert all(name.encode() in on_disk(firm, server) for name in OUT_OF_PLACE)
    assert len(firm.tokens() - known) == 1
    with pytest.raises(NotErasable, match="is not discarded"):
        erase(firm.database, load_id, by="tests")

    stewardship.discard(firm.database, load_id, by="tests")
    done = erase(firm.database, load_id, by="tests")
    assert (done.files, done.rows, done.values) == (1, 20, 1)
    assert told_in(everything(firm.database), OUT_OF_PLACE) == []
    assert not any(name.encode() in on_disk(firm, server) for name in OUT_OF_PLACE)
    assert firm.tokens() == known, "others' values stay"
    assert firm.deliver("again", rebuild=True).verdict == "published"
    assert firm.figures() == before

    assert (erase(firm.database, load_id, by="tests").rows, firm.tokens()) == (0, known), (
        "a second time nothing is left"
    )
    said = firm.rows("select person, detail ->> 'what' from access.audit where action = 'erase' order by audit_id")
    assert said[0] == ("tests", f"load {load_id}: 20 rows, 1 values")
    with pytest.raises(ledger.NoSuchLoad):
        erase(firm.database, 99, by="tests")


def test_what_was_erased_may_be_delivered_anew(firm: Firm) -> None:
    mended = [{**row, "self_reported_source": "a friend"} for row in LEADS]
    assert firm.deliver("mended", leads=mended).verdict == "published"
    assert firm.rows("select count(*) from staging.now_leads where lead_id ~ '^Q'") == [(20,)]


# -- dirty deliveries ---------------------------------------------------------------------------------------------------

HEADS = [
    "customer_id",
    "branch_id",
    "customer_kind",
    "created_on",
    "customer_name",
    "phone",
    "is_star",
    "owner_staff_id",
]
PEOPLE = [(f"Xaver Xylander{chr(97 + n)}", f"1397770{n:04}") for n in range(24)]
CLEAN = [[f"X{n:03}", "B1", "person", "2025-01-06", name, phone, "no", "S1"] for n, (name, phone) in enumerate(PEOPLE)]
TOLD = [each for person in PEOPLE for each in person] + ["Xylander", "139777000"]


def text_of(rows: list[list[str]], *, heads: list[str] = HEADS, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([heads, *rows])
    return out.getvalue()


def dirty(tag: str) -> dict[str, bytes]:
    """One file a kind of dirt; `tag` makes their bytes differ from those of another time."""
    rows = [[row[0] + tag, *row[1:]] for row in CLEAN]
    good, bad = rows[:16], rows[16:]
    kinds = {
        "left": text_of([*good, *([*row[:1], *row[2:], ""] for row in bad)]),
        "right": text_of([*good, *([*row[:3], "x", *row[3:-1]] for row in bad)]),
        "name_and_branch": text_of([[row[0], row[4], *row[2:4], row[1], *row[5:]] for row in rows]),
        "phone_and_key": text_of([*good, *([row[5], *row[1:5], row[0], *row[6:]] for row in bad)]),
        "semicolons": text_of(rows, delimiter=";"),
        "carets": text_of(rows, delimiter="^"),
        "open_quote": text_of(rows).replace(",person,", ',"person,', 5),
        "no_headers": text_of(rows[1:], heads=rows[0]),
        "no_headers_carets": text_of(rows[1:], heads=rows[0], delimiter="^"),
        "kind_unlisted": text_of([[*row[:2], "customer", *row[3:]] for row in rows]),
    }
    half = text_of(good, heads=[*HEADS]).encode()
    chinese = text_of([[*row[:4], "薛宝钗", *row[5:]] for row in bad]).split("\n", 1)[1].encode("gb18030")
    return {**{name: content.encode() for name, content in kinds.items()}, "half_gb18030": half + chinese}


def written(folder: Path, tag: str) -> Path:
    folder.mkdir()
    for name, content in dirty(tag).items():
        (folder / f"customers_{name}.csv").write_bytes(content)
    return folder


def found(told: str | bytes) -> set[str]:
    said = told if isinstance(told, bytes) else told.encode()
    return {each for each in TOLD if each.encode() in said}


def test_dirty_deliveries_leave_nothing_personal_anywhere(
    firm: Firm, server: URL, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with firm.database.loader.begin() as connection:
        grants.give(connection, grants.Grant("steward@example.com", "data_steward"), by="tests")
    steward = Reader(firm.database.reader, "steward@example.com")
    desk = Desk(firm.database, Inbox(tmp_path / "inbox", KEYS), tmp_path / "mappings")
    with caplog.at_level(logging.INFO):
        dropped = desk.inbox.seal((f"{name}.csv", io.BytesIO(given)) for name, given in dirty("T").items())
        jobs.ask(steward, "try", files=[file.as_details() for file in dropped])
        work.work(desk, once=True, tell=output.say)
        tried = jobs.tried(steward).iloc[0]["result"]
        assert sum(row["refused"] for row in tried["refused"]) > 60
        assert {"shifted_row"} <= {row["reason_code"] for row in tried["refused"]}

        folder = written(tmp_path / "dirty", "D")
        outcome = firm.take(Delivery.by_contract(folder))
        loads.tell(outcome, to_json=False)
        loads.tell(outcome, to_json=True)
        output.say(draft(sorted(folder.glob("*[!s].csv"))[:3]))
        output.say("\n".join(map(str, check(contract_source(), folder))))
    assert set(outcome.held) == {"customers"}
    refused = {each.file_name: each.why for each in outcome.received[0].refused}
    assert {"customers_no_headers.csv", "customers_carets.csv"} <= set(refused)
    listed = health.refused_rows(steward, None, None, None)
    assert len(listed) > 60
    said = capsys.readouterr()
    for told in (json.dumps(tried, default=str), listed.to_csv(), caplog.text, said.out, said.err, str(refused)):
        assert found(told) == set()
    assert told_in(everything(firm.database), TOLD) == []
    assert found(on_disk(firm, server, with_wal=True)) == set()


def test_without_the_sieve_it_would(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive.Sieve, "of", lambda *_, **__: None)
    firm.take(Delivery.by_contract(written(tmp_path / "dirty", "M")))
    places = {where.partition("_")[0] for where, _ in told_in(everything(firm.database), TOLD)}
    assert {"landing.file", "staging.stg"} <= places


@pytest.mark.parametrize(
    ("value", "is_code", "told"),
    [
        ("K0001", False, "K0001"),
        ("SHOP-7/b", False, "SHOP-7/b"),
        ("13812345678", False, "•••"),
        ("Xaver 3", False, "≈xxxxx 9"),
        ("李伟", True, "≈xx"),
        ("xaver@mail1.example", False, "≈xxxxx@xxxx9.xxxxxxx"),
        ("overal", True, "overal"),
        ("overal", False, "≈xxxxxx"),
        ("≈xxxx", True, "≈xxxx"),
        ("", False, ""),
        ("x" * 100, False, "≈" + "x" * 40),
    ],
)
def test_of_refused_keys_and_codes_only_what_is_nobodys_name_is_told(
    firm: Firm, *, value: str, is_code: bool, told: str
) -> None:
    assert firm.rows("select staging.shown_of_people(%(value)s, %(is_code)s)", value=value, is_code=is_code) == [
        (told,)
    ]
