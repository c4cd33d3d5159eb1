"""Reading what people deliver: CSV, TSV, semicolons, XLSX, Parquet, plain, gzip or zstd, by path or fsspec URL.

`open_table` finds out what a file is and names its columns; its `batches()` bring the records, and beside them what is
broken. A file that cannot be taken as a whole raises a `FileRefused`.
"""

import os

from warehouse.feeds.readers.parquet import open_parquet
from warehouse.feeds.readers.refusals import (
    BrokenHeader,
    ChangedFile,
    DamagedFile,
    EmptyFile,
    FileRefused,
    IsDirectory,
    MissingFile,
    NoDriver,
    NotAnswered,
    NotATable,
    NotSetUp,
    TooBig,
    TooManyColumns,
    UnclearSheet,
    Unreachable,
    WrongEncoding,
)
from warehouse.feeds.readers.source import Limits, content_hash, locate
from warehouse.feeds.readers.table import Batch, Broken, FileFormat, Kind, Reason, Row, Table, no_header
from warehouse.feeds.readers.text import SAMPLE, open_text
from warehouse.feeds.readers.xlsx import open_xlsx

__all__ = [
    "Batch",
    "Broken",
    "BrokenHeader",
    "ChangedFile",
    "DamagedFile",
    "EmptyFile",
    "FileFormat",
    "FileRefused",
    "IsDirectory",
    "Kind",
    "Limits",
    "MissingFile",
    "NoDriver",
    "NotATable",
    "NotAnswered",
    "NotSetUp",
    "Reason",
    "Row",
    "Table",
    "TooBig",
    "TooManyColumns",
    "UnclearSheet",
    "Unreachable",
    "WrongEncoding",
    "content_hash",
    "open_table",
]

TABLES: dict[bytes, Kind] = {b"PK\x03\x04": "xlsx", b"PAR1": "parquet"}
OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Office file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"SQLite format": "an SQLite database",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<table": "a web page",
    b"<?xml": "XML",
    b"{": "JSON",
    b"[{": "JSON",
}


def open_table(
    where: str | os.PathLike[str], *, declared: FileFormat | None = None, limits: Limits | None = None
) -> Table:
    """The table in the file at a local path or fsspec URL; only its head is read yet. Raises FileRefused."""
    declared = declared or FileFormat()
    source = locate(where, limits or Limits())
    sample = source.sample(SAMPLE)
    if not sample:
        raise no_header(source.name)
    kind = _kind(source.name, sample, declared)
    if kind == "xlsx":
        return open_xlsx(source, declared)
    if kind == "parquet":
        return open_parquet(source, declared)
    return open_text(source, sample, declared)


def _kind(where: str, sample: bytes, declared: FileFormat) -> Kind:
    head = sample.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    other = next((what for magic, what in OTHERS.items() if head.startswith(magic.lower())), None)
    if other is not None:
        raise NotATable(where, f"this is {other}", "deliver CSV, TSV, XLSX or Parquet")
    kind: Kind = next((kind for magic, kind in TABLES.items() if sample.startswith(magic)), "text")
    if declared.kind not in {None, kind}:
        raise NotATable(where, f"the mapping says {declared.kind}, the file is {kind}", "correct the one or the other")
    return kind
