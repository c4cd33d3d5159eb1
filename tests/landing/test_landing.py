"""Landing: every delivered row as text, broken lines beside them, personal cells as hashes, all or nothing."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow
import pytest
from cryptography.fernet import Fernet
from pyarrow import parquet
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ProgrammingError

from warehouse import landing
from warehouse.access.vault import Vault
from warehouse.db import Database
from warehouse.feeds.readers import ChangedFile, FileFormat, open_table
from warehouse.receive import Delivery, receive
from warehouse.refresh import running
from warehouse.settings import Keys


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.loader.connect() as opened:
        yield opened


def delivered(folder: Path, content: str, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


def landed_rows(connection: Connection, file_id: int) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(f"select * from landing.file_{file_id} order by row_number"))]


def test_rows_land_as_delivered_and_broken_lines_beside_them(connection: Connection, tmp_path: Path) -> None:
    path = delivered(tmp_path, 'id,名称,\n1,"a, ""b""\r\n\\.\nc",\n2\n3,NULL,\\N\n4,"open,\n5, x ,\n')

    landed = landing.land(connection, table=open_table(path), file_id=7)

    assert landed_rows(connection, 7) == [
        (1, "1", 'a, "b"\r\n\\.\nc', ""),
        (3, "3", "NULL", "\\N"),
        (5, "5", " x ", ""),
    ]
    assert [tuple(row) for row in connection.execute(text("select * from ops.broken_line order by row_number"))] == [
        (7, 2, 5, "wrong_column_count", "1 cells, 3 columns; begins «9»"),
        (7, 4, 7, "broken_quotes", '1 quotation marks in 9 characters; begins «9,"xxxx, »'),
    ]
    assert landed == landing.Landed(
        table_name="file_7",
        columns=("id", "名称", "column_3"),
        rows=3,
        broken=2,
        content_hash=open_hash(path),
    )
    assert landed.delivered == 5
    assert not landed.is_header_only


def open_hash(path: Path) -> str:
    table = open_table(path)
    list(table.batches())
    return str(table.content_hash)


def test_the_table_is_named_by_place_whatever_the_headers_say(connection: Connection, tmp_path: Path) -> None:
    path = delivered(tmp_path, '"id""; drop table x; --",row_number,C1,%(a)s,:b\n1,2,3,4,5\n')

    landing.land(connection, table=open_table(path), file_id=1)

    columns = inspect(connection).get_columns("file_1", schema="landing")
    assert [(column["name"], str(column["type"])) for column in columns] == [
        ("row_number", "BIGINT"),
        *((f"c{place}", "TEXT") for place in range(1, 6)),
    ]


def test_what_is_written_once_is_never_cleared_up(connection: Connection, tmp_path: Path) -> None:
    landing.land(connection, table=open_table(delivered(tmp_path, "a\n1\n")), file_id=1)
    asked = text("select reloptions from pg_class where oid = cast(:name as regclass)")
    assert connection.scalar(asked, {"name": "landing.file_1"}) == ["autovacuum_enabled=false"]


def test_null_and_empty_are_two_things_where_the_format_tells_them_apart(
    connection: Connection, tmp_path: Path
) -> None:
    parquet.write_table(pyarrow.table({"a": ["", None, "x"], "b": [1, None, 3]}), tmp_path / "a.parquet")
    book = openpyxl.Workbook()
    for row in (["a", "b"], [None, 1], ["x", None]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")

    landing.land(connection, table=open_table(tmp_path / "a.parquet"), file_id=1)
    landing.land(connection, table=open_table(tmp_path / "a.xlsx"), file_id=2)

    assert landed_rows(connection, 1) == [(1, "", "1"), (2, None, None), (3, "x", "3")]
    assert landed_rows(connection, 2) == [(1, None, "1"), (2, "x", None)]


@pytest.mark.parametrize("last", ["5,x,y", '5,"x,",y'], ids=["plain", "quoted"])
def test_text_knows_no_null_however_it_is_written(connection: Connection, tmp_path: Path, last: str) -> None:
    path = delivered(tmp_path, f"id,a,b\n1,,\nNULL,\\N, \n\\.,\\.,\\.\n,,\n{last}\n")

    landing.land(connection, table=open_table(path), file_id=1)

    assert landed_rows(connection, 1) == [
        (1, "1", "", ""),
        (2, "NULL", "\\N", " "),
        (3, "\\.", "\\.", "\\."),
        (4, "", "", ""),
        (5, "5", last.split(",", 1)[1].removesuffix(",y").strip('"'), "y"),
    ]


def test_a_large_batch_lands_whole_and_in_order(connection: Connection, tmp_path: Path) -> None:
    numbers = [str(number) for number in range(1, 60_001)]
    table = pyarrow.table({"id": numbers, "text": [number * 20 for number in numbers]})
    parquet.write_table(table, tmp_path / "a.parquet")
    told: list[int] = []

    landing.land(
        connection,
        table=open_table(tmp_path / "a.parquet"),
        file_id=1,
        progress=lambda rows, _: told.append(rows),
    )

    assert landed_rows(connection, 1) == [(int(number), number, number * 20) for number in numbers]
    assert len(told) > 2


def test_personal_cells_never_reach_the_database(connection: Connection, tmp_path: Path) -> None:
    path = delivered(tmp_path, "id,phone,name\n1,13800138000,王小明\n2,,\n3,13900139000\n4,13800138000,\n")
    asked: list[str] = []

    def hashed(value: str) -> str:
        asked.append(value)
        return f"#{len(value)}"

    landing.land(connection, table=open_table(path), file_id=1, protect={"phone": hashed, "name": hashed})

    assert landed_rows(connection, 1) == [(1, "1", "#11", "#3"), (2, "2", "", ""), (4, "4", "#11", "")]
    assert sorted(asked) == ["13800138000", "王小明"]
    details = connection.execute(text("select string_agg(detail, ' ') from ops.broken_line")).scalar_one()
    assert "139" not in details


def test_a_personal_column_that_the_file_has_not_is_no_reason_to_land_it_unprotected(
    connection: Connection, tmp_path: Path
) -> None:
    table = open_table(delivered(tmp_path, "id,Phone\n1,13800138000\n"))
    with pytest.raises(KeyError, match=r"has no columns \['phone'\], which are to be protected"):
        landing.land(connection, table=table, file_id=1, protect={"phone": str})

    assert not inspect(connection).has_table("file_1", schema="landing")


def test_a_refused_file_leaves_nothing_and_the_next_one_lands(connection: Connection, tmp_path: Path) -> None:
    path = delivered(tmp_path, "id,name\n2\n" + "1,abcdefg\n" * 400_000)

    def meddle(rows: int, share: float) -> None:
        delivered(tmp_path, "id,name\n")

    with pytest.raises(ChangedFile) as error:
        landing.land(connection, table=open_table(path), file_id=1, progress=meddle)
    landing.land(connection, table=open_table(delivered(tmp_path, "id\n1\n", "next.csv")), file_id=2)
    connection.commit()

    assert str(error.value).startswith(f"{path}: the file changed while it was read; ")
    assert inspect(connection).get_table_names(schema="landing") == ["file_2"]
    assert connection.execute(text("select count(*) from ops.broken_line")).scalar_one() == 0


def test_of_a_file_that_is_cut_off_nothing_stays_in_the_vault(database: Database, tmp_path: Path) -> None:
    keys = Keys(hashing=b"a secret of the tests that nobody guesses", vault=Fernet.generate_key())
    head = "lead_id,branch_id,source_code,collected_at,phone,self_reported_source\n"
    rows = [f"L{n},B1,web,2026-03-01,138{n:08},{'x' * 1_000}\n" for n in range(1_500)]
    cut_off = gzip.compress((head + "".join(rows)).encode())[:-16]
    (tmp_path / "leads_1.csv.gz").write_bytes(cut_off)
    delivered(tmp_path, head + "".join(rows[:2]), "leads_2.csv")

    with running(database, by="tests") as run:
        received = receive(database, keys, Delivery.by_contract(tmp_path), refresh_id=run.refresh_id)

    assert [(refused.file_name, refused.code) for refused in received.refused] == [("leads_1.csv.gz", "damaged_file")]
    with database.loader.connect() as connection:
        sealed = connection.scalars(text("select value from vault.sealed"))
        assert {Vault(keys).open(bytes(value)) for value in sealed} == {"13800000000", "13800000001"}


def test_a_failing_protection_stops_the_landing_with_its_own_error(connection: Connection, tmp_path: Path) -> None:
    def without_key(value: str) -> str:
        raise LookupError("no key")

    table = open_table(delivered(tmp_path, "id,phone\n1,2\n"))
    with pytest.raises(LookupError, match="no key"):
        landing.land(connection, table=table, file_id=1, protect={"phone": without_key})

    assert not inspect(connection).has_table("file_1", schema="landing")


def test_header_only_lands_as_no_rows_and_says_so(connection: Connection, tmp_path: Path) -> None:
    landed = landing.land(connection, table=open_table(delivered(tmp_path, "id,name\n")), file_id=1)

    assert landed.is_header_only
    assert landed_rows(connection, 1) == []


def test_progress_tells_rows_and_share(connection: Connection, tmp_path: Path) -> None:
    told: list[tuple[int, float]] = []
    path = delivered(tmp_path, "id\n" + "1234567\n" * 400_000)

    landing.land(connection, table=open_table(path), file_id=1, progress=lambda rows, share: told.append((rows, share)))

    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (400_000, 1.0)


def test_as_wide_as_a_table_may_be(connection: Connection, tmp_path: Path) -> None:
    header = ",".join(f"q{place}" for place in range(1_500))
    path = delivered(tmp_path, f"{header}\n{','.join('5' * 1_500)}\n{','.join(['是'] * 1_500)}\n")

    assert landing.land(connection, table=open_table(path), file_id=1).rows == 2


def test_drop_takes_the_table_and_its_broken_lines_and_no_others(connection: Connection, tmp_path: Path) -> None:
    for file_id in (1, 2):
        path = delivered(tmp_path, "id,name\n1,a\n2\n")
        landing.land(connection, table=open_table(path, declared=FileFormat(delimiter=",")), file_id=file_id)

    landing.drop(connection, 1)
    landing.drop(connection, 3)

    assert inspect(connection).get_table_names(schema="landing") == ["file_2"]
    assert connection.scalars(text("select file_id from ops.broken_line")).all() == [2]


def test_the_reader_sees_none_of_it(database: Database, tmp_path: Path) -> None:
    with database.loader.begin() as connection:
        landing.land(connection, table=open_table(delivered(tmp_path, "id,name\n1,a\n2\n")), file_id=1)
    for table in ("landing.file_1", "ops.broken_line"):
        with database.reader.connect() as reader, pytest.raises(ProgrammingError, match="permission denied"):
            reader.execute(text(f"select * from {table}"))


def test_nulls_of_a_personal_column_stay_null(connection: Connection, tmp_path: Path) -> None:
    parquet.write_table(pyarrow.table({"phone": ["1", None, ""]}), tmp_path / "a.parquet")

    landing.land(connection, table=open_table(tmp_path / "a.parquet"), file_id=1, protect={"phone": "#{}".format})

    assert landed_rows(connection, 1) == [(1, "#1"), (2, None), (3, "")]
