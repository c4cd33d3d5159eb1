"""A query is asked for what is new: late rows and changed ones come, nothing comes twice, and nothing is lost with a failure."""

import re
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlalchemy.exc import OperationalError

from tests.offered.conftest import KEYS, PASSWORD, Crm, Take, delivered, refused
from warehouse import db, ledger
from warehouse.feeds.mapping import MappingError, read_mapping
from warehouse.feeds.mapping.model import Query
from warehouse.feeds.readers import NotAnswered, Unreachable, open_table
from warehouse.feeds.sources import Asked, Reached
from warehouse.receive import forget
from warehouse.refresh import refresh

READ_ALL = """
import re, sys
from pathlib import Path
from warehouse.feeds.mapping.model import Query
from warehouse.feeds.sources import Asked
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
def read(table):
    with Asked("it", "CRM_URL", Query(table, None, "at")).answered() as answer:
        return answer.rows
read("small")
before = peak()
print(read("large"), peak() - before)
"""


def test_new_late_and_changed_rows_come_once_and_become_figures(database: db.Database, crm: Crm) -> None:
    first = refresh(database, KEYS, [crm.delivery], by="tests")
    assert first.verdict == "published"
    assert delivered(first.received[0]) == {"branches": 1, "complaints": 20}
    assert refresh(database, KEYS, [crm.delivery], by="tests").verdict == "unchanged"
    crm.note(20, 21)
    crm.note(22, hours=17.5)  # committed late, within the overlap
    crm.note(23, hours=3)  # too late for it
    crm.run("update cases set topic = 'noise' where case_no = 19")  # the column of the cursor was forgotten
    second = refresh(database, KEYS, [crm.delivery], by="tests")
    assert delivered(second.received[0]) == {"complaints": 4}
    with database.loader.begin() as connection:
        topics = connection.exec_driver_sql(
            "select category_code, count(*) from curated.fct_complaint group by 1 order by 1"
        ).all()
        landed = connection.exec_driver_sql("select * from landing.file_2").all()
    assert topics == [("delay", 22), ("noise", 1)]
    assert "it broke" not in str(landed)  # personal, as the contract says of complaints.text


def test_a_discarded_load_is_asked_for_again_with_all_after_it(database: db.Database, crm: Crm, take: Take) -> None:
    take(crm.delivery)
    for number in (20, 21):
        crm.note(number)
        load = take(crm.delivery).load_id
        assert load is not None
        if number == 20:
            discarded = load
    with database.loader.begin() as connection:
        ledger.discard(connection, discarded)
    assert delivered(take(crm.delivery)) == {"complaints": 2}
    assert delivered(take(crm.delivery)) == {}


def test_rows_of_the_last_answers_alone_are_known(database: db.Database, crm: Crm, take: Take) -> None:
    take(crm.delivery)
    loads = []
    for number in range(20, 25):
        crm.note(number)
        loads.append(take(crm.delivery).load_id)
    asked_for = "select octet_length(taken) > 0 from ops.reached where query = 'complaints' order by file_id"
    with database.loader.begin() as connection:
        assert connection.exec_driver_sql(asked_for).scalars().all() == [False] * 3 + [True] * 3
        ledger.discard(connection, int(loads[0] or 0))
    assert delivered(take(crm.delivery))["complaints"] >= 5
    assert delivered(take(crm.delivery)) == {}


def test_a_time_to_come_silences_no_query(crm: Crm, take: Take) -> None:
    crm.note(30, hours=24 * 365 * 36)
    said = "complaints: 1 row is of a time to come, by changed_at"
    for number in (None, 21):
        if number is not None:
            crm.note(number)
        received = take(crm.delivery)
        assert [remark for remark in received.remarks if remark.startswith(said)]
        assert delivered(received)["complaints"] == (21 if number is None else 1)
    assert delivered(take(crm.delivery)) == {}
    crm.run("delete from cases where case_no = 30")
    assert take(crm.delivery).remarks == []


def test_a_query_that_had_reached_a_time_to_come_begins_anew(crm: Crm) -> None:
    kind = "text" if crm.engine.dialect.name == "sqlite" else "instant"
    since = Reached(kind, "2062-03-01T00:00:00+00:00")
    with asked(Query("cases", None, "changed_at")).answered(since) as answer:
        assert answer.rows == 20


def test_before_the_first_day_of_the_calendar_there_is_no_overlap(crm: Crm) -> None:
    query = asked(Query("cases", None, "changed_at", timedelta(days=2)))
    crm.run("update cases set changed_at = '0001-01-01 00:00:00'")
    with query.answered() as first:
        assert first.rows == 20
    with query.answered(first.reached) as second:
        assert second.rows == 0


def test_what_is_no_number_is_refused(second: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", second.render_as_string(hide_password=False))
    query = asked(Query(None, "select 'NaN'::numeric as it", "it", 5))
    with pytest.raises(NotAnswered, match="InvalidOperation"), query.answered():
        pass


def test_a_connection_that_is_lost_amid_the_answer_may_be_there_again(
    crm: Crm, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise OperationalError("select", {}, Exception("it broke"))

    monkeypatch.setattr(Asked, "_spooled", cut_off)
    assert {each.code for each in take(crm.delivery).refused} == {"unreachable"}


def test_postgres_refuses_a_query_that_writes(second: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", second.render_as_string(hide_password=False))
    query = asked(Query(None, "select lo_create(0) as it"))
    with pytest.raises(NotAnswered, match="ReadOnlySqlTransaction"), query.answered():
        pass


def test_a_trial_moves_nothing(database: db.Database, crm: Crm, take: Take) -> None:
    tried = take(crm.delivery, is_trial=True)
    with database.loader.begin() as connection:
        forget(connection, int(tried.load_id or 0))
    assert delivered(take(crm.delivery)) == delivered(tried)


def test_what_is_cut_off_is_asked_for_again(crm: Crm, take: Take) -> None:
    def cut_off(step: str) -> None:
        if step == "receive complaints":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(crm.delivery, tell=cut_off)
    assert delivered(take(crm.delivery)) == {"branches": 1, "complaints": 20}


def test_a_renamed_column_is_refused_and_its_rows_come_when_it_is_back(crm: Crm, take: Take) -> None:
    crm.run("alter table cases rename column topic to subject")
    received = take(crm.delivery)
    assert "the mapping names the header “topic”; the file has none such" in refused(received)["complaints"]
    assert delivered(received) == {"branches": 1}
    crm.run("alter table cases rename column subject to topic")
    assert delivered(take(crm.delivery)) == {"complaints": 20}


def test_rows_without_a_cursor_are_not_forgotten(crm: Crm, take: Take) -> None:
    take(crm.delivery)
    crm.run("insert into cases select 100, shop, opened, topic, words, null from cases where case_no = 1")
    assert delivered(take(crm.delivery)) == {"complaints": 1}
    assert delivered(take(crm.delivery)) == {}


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("drop table cases", "cases"),
        ("alter table cases drop column changed_at", "changed_at"),
        ("alter table cases rename column changed_at to was; alter table cases add column changed_at integer;"
         " update cases set changed_at = 7", "changed_at was of kind"),
    ],
)  # fmt: skip
def test_what_the_database_has_no_longer_is_said(crm: Crm, take: Take, harm: str, said: str) -> None:
    take(crm.delivery)
    for statement in harm.split(";"):
        crm.run(statement)
    (why,) = [why for name, why in refused(take(crm.delivery)).items() if name == "complaints"]
    assert why.startswith("complaints: ")
    assert said in why
    assert "it broke" not in why


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "CRM_URL is not set"),
        (f"crm:{PASSWORD}@nowhere", "CRM_URL holds no URL of a database"),
        (f"postgresql+psycopg2://crm:{PASSWORD}@127.0.0.1:1/crm", "Connection refused"),
        (f"oracle+oracledb://crm:{PASSWORD}@host/crm", "no driver for oracle+oracledb is installed"),
        (f"fables://crm:{PASSWORD}@host/crm", "no driver for fables is installed"),
    ],
)
def test_a_wrong_url_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str | None, said: str) -> None:
    if url is None:
        monkeypatch.delenv("CRM_URL", raising=False)
    else:
        monkeypatch.setenv("CRM_URL", url)
    with pytest.raises(Unreachable, match=re.escape(said)) as error, asked(Query("cases", None)).answered():
        pass
    assert PASSWORD not in str(error.value)


def test_a_refused_login_is_said_without_the_password(second: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", second.set(password="guessed").render_as_string(hide_password=False))
    with pytest.raises(Unreachable, match="password authentication failed for user") as error:
        asked(Query("cases", None)).answered().__enter__()
    assert "guessed" not in str(error.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query("cases", None, "case_no", timedelta(days=1)), "the overlap does not fit case_no"),
        (Query("cases", None, "changed_at", 10), "the overlap does not fit changed_at"),
        (Query(None, "select cast('ab' as {}) as it", "it"), "it cannot be a cursor"),
        (
            Query(None, "select case_no as it from cases union all select 'x' from cases", "it"),
            "of kind|refuses the query",
        ),
        (Query(None, "drop table cases"), "the database refuses the query"),
    ],
)
def test_a_query_that_cannot_be_followed_is_refused(crm: Crm, query: Query, said: str) -> None:
    kind = "blob" if crm.engine.dialect.name == "sqlite" else "bytea"
    query = Query(query.table, query.select and query.select.format(kind), query.cursor, query.overlap)
    with pytest.raises(NotAnswered, match=said), asked(query).answered():
        pass
    crm.note(30)


def test_a_query_may_say_what_sql_says(crm: Crm) -> None:
    with asked(
        Query(None, "select case_no, ':kind' as c from cases where topic <> 'a:b';", "case_no", 5)
    ).answered() as got:
        assert (got.rows, got.reached.kind, got.reached.newest) == (20, "integer", "19")


def test_rows_are_known_again_by_what_nobody_can_guess_without_the_key(crm: Crm) -> None:
    def taken(key: bytes) -> bytes:
        with asked(Query("cases", None)).answered(key=key) as answer:
            return answer.reached.taken

    assert taken(b"one") == taken(b"one") != taken(b"other") != taken(b"")


def test_values_come_as_people_write_them(second: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", second.render_as_string(hide_password=False))
    select = """
        select 12.50::numeric(8, 2) as amount, 10::numeric ^ 30 as huge, true as yes, null::text as nothing, '' as empty,
            '2026-03-01 14:05:00+08'::timestamptz as instant, '2026-03-01 14:05'::timestamp as local, '2026-03-01'::date as day,
            '14:05'::time as clock, '\\x68c3a9'::bytea as bytes, '{"a": [1, "é"]}'::jsonb as nested,
            '0b5c2dc8-7a3f-4a54-9b43-2d3e0c1f3a11'::uuid as id, 0.1::float8 as share
        union all
        select 7, 1, false, 'x', ' ', '2026-07-01 00:00:00.25+02', '2026-03-01', '2026-03-02', '00:00', null, null, null, 2
    """
    with asked(Query(None, select)).answered() as answer:
        table = open_table(answer.path)
        first, second_row = next(table.batches()).rows
    assert dict(zip(table.columns, first, strict=True)) == {
        "amount": "12.50", "huge": "1" + "0" * 30, "yes": "true", "nothing": None, "empty": "",
        "instant": "2026-03-01 06:05:00Z", "local": "2026-03-01 14:05:00", "day": "2026-03-01", "clock": "14:05:00",
        "bytes": "hé", "nested": '{"a": [1, "é"]}', "id": "0b5c2dc8-7a3f-4a54-9b43-2d3e0c1f3a11", "share": "0.1",
    }  # fmt: skip
    assert second_row[5] == "2026-06-30 22:00:00.250000Z"


def test_memory_does_not_grow_with_the_table(tmp_path: Path) -> None:
    """Five times the rows, no more than 24 MiB more memory."""
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        for name, count in (("small", 20_000), ("large", 100_000)):
            connection.execute(f"create table {name} (at integer, words text)")
            connection.executemany(
                f"insert into {name} values (?, ?)", ((number, f"说明 {number}" * 30) for number in range(count))
            )
    connection.close()
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        env={"CRM_URL": f"sqlite:///{path}", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    rows, growth = map(int, done.stdout.split())
    assert rows == 100_000
    assert growth << 10 < 24 << 20


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("database: postgresql://crm:open-sesame@host/crm", "the name of an environment variable"),
        ("about: nothing", "“database” is missing here"),
    ],
)
def test_a_mapping_names_the_variable_and_never_the_url(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text(
        f"source: crm\n{line}\nqueries:\n- {{name: branches, table: b, feeds: {{branches: same}}}}\n", "utf-8"
    )
    with pytest.raises(MappingError, match=said) as error:
        read_mapping(path)
    assert "sesame" not in str(error.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("name: ../etc, table: b", "a name of letters and digits"),
        ("name: b", "either `table` or `select`"),
        ("name: b, table: b, select: select 1", "either `table` or `select`"),
        ("name: b, table: b, overlap: 2 days", "“cursor” is missing here"),
        ("name: b, table: b, cursor: c, overlap: soon", "a time such as `2 days`"),
        ("name: b, table: b, cursor: c, overlap: 9999 weeks", "a time such as `2 days`"),
        ("name: b, table: b, feeds: {branches: same}}, {name: b, table: c", "queries of different names"),
        ("name: b, table: b, curser: c", "“curser” is not a key here; cursor would fit"),
    ],
)
def test_a_query_is_read_strictly(tmp_path: Path, query: str, said: str) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text(f"source: crm\ndatabase: CRM_URL\nqueries: [{{{query}, feeds: {{branches: same}}}}]\n", "utf-8")
    with pytest.raises(MappingError, match=re.escape(said)):
        read_mapping(path)


def asked(query: Query) -> Asked:
    return Asked("cases", "CRM_URL", query)
