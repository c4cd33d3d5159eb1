"""A file that cannot be taken as a whole is refused in one sentence: which file, what is wrong, what would fit."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow
import pytest
import zstandard
from pyarrow import parquet

from tests.feeds.readers.delivered import SAMPLES, delivered, rows_of
from warehouse.feeds.readers import (
    BrokenHeader,
    ChangedFile,
    DamagedFile,
    EmptyFile,
    FileFormat,
    FileRefused,
    IsDirectory,
    Limits,
    MissingFile,
    NoDriver,
    NotATable,
    TooBig,
    TooManyColumns,
    UnclearSheet,
    WrongEncoding,
    content_hash,
    open_table,
    refusals,
)

LEADS = "lead_id,branch_id\nL1,B1\nL2,B1\n" * 50


def said(error: pytest.ExceptionInfo[FileRefused], path: Path) -> str:
    """What the sentence says after the file's name."""
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value).removeprefix(f"{path}: ")


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    delivered(tmp_path, LEADS, "leads_2026-03.csv")
    with pytest.raises(MissingFile) as error:
        open_table(tmp_path / "lead_2026-03.csv")

    assert said(error, tmp_path / "lead_2026-03.csv") == (
        "there is no such file; the nearest name there is leads_2026-03.csv"
    )


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingFile) as error:
        open_table(tmp_path / "march" / "leads.csv")

    assert said(error, tmp_path / "march" / "leads.csv") == (
        f"there is no such file; the folder {tmp_path / 'march'} cannot be read either"
    )


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(IsDirectory) as error:
        open_table(tmp_path)

    assert said(error, tmp_path) == "this is a folder; name a file in it, or a pattern of files"


@pytest.mark.parametrize("content", [b"", b"\n \r\n\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    path = delivered(tmp_path, content)
    with pytest.raises(EmptyFile) as error:
        open_table(path)

    assert said(error, path) == "the file is empty; a table begins with a line that names its columns"


@pytest.mark.parametrize("content", ["lead_id,branch_id", "lead_id,branch_id\n", "lead_id,branch_id\r\n\r\n"])
def test_header_only_is_a_table_of_no_rows_and_says_so(tmp_path: Path, content: str) -> None:
    table = open_table(delivered(tmp_path, content))
    assert not table.is_header_only, "not known before it was read"

    assert rows_of(table) == []
    assert table.columns == ("lead_id", "branch_id")
    assert table.is_header_only


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "this is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "this is a picture"),
        (b"<html><body>Please sign in</body></html>", "this is a web page"),
        (b'{"leads": []}', "this is JSON"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is an old or password-protected Office file"),
        (bytes(range(256)) * 8, "this is not text"),
        (b"a,b\n" + bytes(range(9)) * 50, "this is not text"),
        (zipped(**{"leads.csv": "a,b"}), "this is an archive, not a workbook"),
    ],
)
def test_not_a_table(tmp_path: Path, content: bytes, what: str) -> None:
    path = delivered(tmp_path, content)
    with pytest.raises(NotATable) as error:
        open_table(path)

    assert said(error, path).startswith(f"{what}; ")


def test_another_kind_than_declared(tmp_path: Path) -> None:
    path = delivered(tmp_path, LEADS, "leads.xlsx")
    with pytest.raises(NotATable) as error:
        open_table(path, declared=FileFormat(kind="xlsx"))

    assert said(error, path) == "the mapping says xlsx, the file is text; correct the one or the other"


def one_byte_wrong(content: bytes) -> bytes:
    return content[:-6] + bytes([content[-6] ^ 1]) + content[-5:]


def cut(content: bytes) -> bytes:
    return content[:-20]


@pytest.mark.parametrize("damage", [cut, one_byte_wrong])
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress])
def test_damaged_packed_file(tmp_path: Path, pack: Callable[[bytes], bytes], damage: Callable[[bytes], bytes]) -> None:
    rows = "".join(f"{number},{os.urandom(8).hex()}\n" for number in range(2_000))
    path = delivered(tmp_path, damage(pack(f"id,name\n{rows}".encode())))
    with pytest.raises(DamagedFile) as error:
        rows_of(open_table(path))

    assert "data are cut off or corrupt" in said(error, path)
    assert said(error, path).endswith("; deliver the whole file once more")


def test_damaged_parquet(tmp_path: Path) -> None:
    path = delivered(tmp_path, (SAMPLES / "orders.parquet").read_bytes()[:-40])
    with pytest.raises(DamagedFile) as error:
        open_table(path)

    assert said(error, path).startswith("the Parquet file is cut off or corrupt (")


def test_damaged_parquet_pages(tmp_path: Path) -> None:
    parquet.write_table(
        pyarrow.table({"a": [str(number) for number in range(5_000)]}), tmp_path / "a", compression="gzip"
    )
    content = bytearray((tmp_path / "a").read_bytes())
    content[2_000:2_200] = bytes(200)
    path = delivered(tmp_path, bytes(content))
    with pytest.raises(DamagedFile):
        rows_of(open_table(path))


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_damaged_workbook(tmp_path: Path, keep: float) -> None:
    whole = (SAMPLES / "messages.xlsx").read_bytes()
    path = delivered(tmp_path, whole[: int(len(whole) * keep)])
    with pytest.raises(DamagedFile) as error:
        open_table(path)

    assert said(error, path).startswith("the workbook is cut off or corrupt (")
    assert said(error, path).endswith("; open it in a spreadsheet program and save it once more")


def test_file_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = delivered(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 3_000_000))
    with pytest.raises(TooBig) as error:
        rows_of(open_table(path, limits=Limits(ratio_from=8 << 20)))

    assert "it unpacks to more than 9 MiB from " in said(error, path)
    assert said(error, path).endswith("; deliver it unpacked, or in several files, or raise the limit")


def test_workbook_that_is_a_zip_bomb(tmp_path: Path) -> None:
    path = delivered(tmp_path, zipped(**{"xl/workbook.xml": " " * (9 << 20)}))
    with pytest.raises(TooBig):
        open_table(path, limits=Limits(ratio_from=8 << 20))


def test_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = delivered(tmp_path, LEADS)
    table = open_table(path)
    batches = table.batches()
    next(batches)
    with path.open("a") as file:
        file.write("L3,B2\n")
    with pytest.raises(ChangedFile) as error:
        list(batches)

    assert said(error, path) == "the file changed while it was read; deliver it again when its writer has finished"
    assert table.content_hash is None


def test_file_that_is_replaced_between_opening_and_reading(tmp_path: Path) -> None:
    path = delivered(tmp_path, LEADS)
    table = open_table(path)
    delivered(tmp_path, LEADS.replace("L", "M"), "other").replace(path)
    with pytest.raises(ChangedFile):
        rows_of(table)


def test_file_that_goes_away_while_it_is_read(tmp_path: Path) -> None:
    path = delivered(tmp_path, LEADS)
    batches = open_table(path).batches()
    next(batches)
    path.unlink()
    with pytest.raises(ChangedFile):
        list(batches)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('lead_id,"branch_id\nL1,B1\n', "line 1, the header, cannot be read (unexpected end of data)"),
        ("lead_id,branch\0id\nL1,B1\n", "line 1, the header, holds a zero byte"),
        (f"{'x' * 300},b\n1,2\n", "line 1, the header, is over 256 bytes"),
    ],
)
def test_broken_header(tmp_path: Path, content: str, what: str) -> None:
    path = delivered(tmp_path, content)
    with pytest.raises(BrokenHeader) as error:
        open_table(path, limits=Limits(line=256))

    assert said(error, path) == f"{what}; the header is line 1, in one encoding, its quotation marks in pairs"


def test_file_that_is_mostly_not_in_the_declared_encoding(tmp_path: Path) -> None:
    path = delivered(tmp_path, "编号,来源\n一,晨练\n二,礼品\n".encode("gb18030"))
    with pytest.raises(WrongEncoding) as error:
        open_table(path, declared=FileFormat(encoding="utf-8"))

    assert said(error, path).startswith("3 of 3 lines are not utf-8; declare the encoding it was written in, such as")


def test_file_that_turns_out_to_be_mostly_undecodable_beyond_its_first_megabyte(tmp_path: Path) -> None:
    path = delivered(tmp_path, b"id,name\n" + b"1," + b"x" * (1 << 20) + b"\n" + "2,晨练\n".encode("gb18030") * 5)
    with pytest.raises(WrongEncoding) as error:
        rows_of(open_table(path, limits=Limits(line=1 << 21)))

    assert said(error, path).startswith("5 of 6 lines are not utf-8; ")


def test_unknown_encoding(tmp_path: Path) -> None:
    path = delivered(tmp_path, LEADS)
    with pytest.raises(WrongEncoding) as error:
        open_table(path, declared=FileFormat(encoding="gbk2"))

    assert said(error, path).startswith("there is no encoding called gbk2; ")


def test_too_many_columns(tmp_path: Path) -> None:
    path = delivered(tmp_path, ",".join(f"c{number}" for number in range(1_501)))
    with pytest.raises(TooManyColumns) as error:
        open_table(path)

    assert said(error, path) == "the header has 1501 columns; a table has at most 1500"


def test_sheet_that_is_not_there() -> None:
    path = SAMPLES / "messages.xlsx"
    with pytest.raises(UnclearSheet) as error:
        open_table(path, declared=FileFormat(sheet="Leads"))

    assert said(error, path) == "there is no sheet «Leads»; its sheets are: 留言, Sheet2"


def test_url_without_driver() -> None:
    with pytest.raises(NoDriver) as error:
        open_table("nosuch://bucket/leads.csv")

    assert str(error.value).startswith("nosuch://bucket/leads.csv: ")
    assert str(error.value).endswith("; use a local path, or install the fsspec driver of that protocol")


def test_each_refusal_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, FileRefused)]
    codes = [kind.code for kind in kinds if kind is not FileRefused]

    assert len(codes) == len(set(codes)) == 15


def test_missing_remote_file() -> None:
    files = fsspec.filesystem("memory")
    files.pipe("/box/leads.csv", b"a\n1\n")
    with pytest.raises(MissingFile) as error:
        content_hash("memory://box/lead.csv")

    assert str(error.value) == "memory://box/lead.csv: there is no such file; the nearest name there is leads.csv"
