"""Deliveries as files: gzipped CSV in parts, and a few the way people keep them (a workbook, an export in GB18030)."""

import gzip
import io
import re
import zipfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv

PLAIN = frozenset({"branches", "lead_sources", "lead_costs", "currency_rates", "working_hours", "service_audits"})
WORKBOOK = "targets"  # kept by the controllers
OLD_EXPORT = "staff"  # comes out of an old personnel system, in GB18030
OLD_ENCODING = "gb18030"
WITH_TEXT = frozenset({"complaints", "survey_answers"})  # what people wrote: commas and quotation marks
QUOTED = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
BARE = pa_csv.WriteOptions(include_header=False, quoting_style="none")


class Delivery:
    """One delivery: a folder that rows of any feed can be added to. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Raises FileExistsError where the folder already holds something."""
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} already holds a delivery; name another folder or remove it")
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._part = 1
        self._open: dict[str, io.BufferedIOBase] = {}
        self._files = ExitStack()

    def __enter__(self) -> "Delivery":
        """The delivery itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish all files."""
        self.close()

    def close(self) -> None:
        """Finish all files."""
        self._files.close()
        self._open.clear()

    def add(self, feed: str, rows: pa.Table) -> None:
        """Add rows to the feed's current part; without rows no file comes to be."""
        if not rows.num_rows:
            return
        self.rows[feed] = self.rows.get(feed, 0) + rows.num_rows
        if feed == WORKBOOK:
            self.path(feed).write_bytes(workbook(rows))
        elif feed == OLD_EXPORT:
            self.path(feed).write_bytes(as_csv(feed, rows).decode().encode(OLD_ENCODING))
        else:
            if feed not in self._open:
                self._open[feed] = self._files.enter_context(opened(self.path(feed)))
                self._open[feed].write(header(rows))
            write_rows(feed, rows, self._open[feed])

    def next_part(self) -> None:
        """Close the current files; rows added from now on go to the next part of their feed."""
        self.close()
        self._part += 1

    def path(self, feed: str) -> Path:
        """Where the feed's current part lies."""
        ending = ".xlsx" if feed == WORKBOOK else ".csv" if feed in PLAIN | {OLD_EXPORT} else ".csv.gz"
        return self.folder / f"{feed}_{self._part:04d}{ending}"


def opened(path: Path) -> io.BufferedIOBase:
    """A file to write bytes to, gzipped by its name; the same bytes give the same file on any day."""
    if path.suffix != ".gz":
        return path.open("wb")
    return _Gzipped(path)


class _Gzipped(gzip.GzipFile):
    """A gzip file without name and time in it, which closes the file under it."""

    def __init__(self, path: Path) -> None:
        self._under = path.open("wb")
        super().__init__(filename="", mode="wb", compresslevel=1, fileobj=self._under, mtime=0)

    def close(self) -> None:
        super().close()
        self._under.close()


def header(rows: pa.Table) -> bytes:
    """The line of column names."""
    return (",".join(rows.column_names) + "\n").encode()


def write_rows(feed: str, rows: pa.Table, sink: io.BufferedIOBase) -> None:
    """Rows as UTF-8 CSV without a header."""
    pa_csv.write_csv(rows, sink, QUOTED if feed in WITH_TEXT else BARE)


def as_csv(feed: str, rows: pa.Table) -> bytes:
    """Rows as UTF-8 CSV with a header."""
    sink = io.BytesIO()
    sink.write(header(rows))
    write_rows(feed, rows, sink)
    return sink.getvalue()


def workbook(rows: pa.Table) -> bytes:
    """Rows as an XLSX workbook of one sheet; the same rows give the same bytes."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.append(rows.column_names)
    for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        sheet.append(row)
    saved, timeless = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2020-01-01T00:00:00Z", source.read(entry))
            target.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return timeless.getvalue()
