"""Delimited text: CSV, TSV, semicolons. A line that does not fit costs itself only, however broken it is.

The text is taken in pieces of whole lines. A piece in which every quotation mark is where one belongs is parsed by
Arrow; any other by `csv.reader`, strictly: where that finds a quotation mark that does not belong, or one that never
closes (end of file, too many lines or bytes, or a record of several lines with the wrong number of cells), the line on
which that record began is set aside as `broken_quotes`, and reading resumes on the next physical line.
"""

import _csv
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import numpy
import pyarrow
import pyarrow.csv

from warehouse.feeds.readers import encodings
from warehouse.feeds.readers.encodings import DELIMITERS, MARKING, UNDECODABLE
from warehouse.feeds.readers.refusals import BrokenHeader, NotATable, WrongEncoding
from warehouse.feeds.readers.source import Limits, Reading, Source
from warehouse.feeds.readers.table import (
    ENCODINGS,
    Batch,
    Broken,
    FileFormat,
    Reason,
    Table,
    column_names,
    masked,
    no_header,
    wrong_encoding,
)

SAMPLE = 1 << 20
BLOCKS = 4  # a piece is at most an open record, a kept line and a block
NOWHERE = numpy.empty(0, numpy.intp)
CONTROL = bytes(sorted({*range(32), 127} - set(b"\t\n\v\f\r\x1a\x1b")))
FEW_CONTROL = 8

csv.field_size_limit(min(sys.maxsize, 1 << 30))


@dataclass
class TextTable(Table):
    """Delimited text. `header_end` is the physical line on which the header ends; the first record begins after it."""

    header_end: int

    def _batches(self, reading: Reading) -> Iterator[Batch]:
        blocks, codec = encodings.newline_safe(reading.blocks(), str(self.format.encoding))
        records = _Records(self.format, len(self.columns), self.limits)
        for piece in _pieces(_with_newlines(blocks), self.limits.line):
            lines = piece if isinstance(piece, _TooLong) else _utf_8(piece, codec)
            yield from records.take(lines, self.header_end)
        yield records.rest()


def open_text(source: Source, sample: bytes, declared: FileFormat) -> TextTable:
    """The table of a text file that begins with `sample`. Raises NotATable, WrongEncoding, EmptyFile, BrokenHeader."""
    encoding = _encoding(source.name, sample, declared.encoding)
    blocks, codec = encodings.newline_safe(iter([sample]), encoding)
    text = _decoded(_utf_8(b"".join(_with_newlines(blocks)), codec))
    lines = list(io.StringIO(text, newline="\n"))
    undecodable = sum(UNDECODABLE in line for line in lines)
    if undecodable * 2 > len(lines):
        raise wrong_encoding(source.name, encoding, undecodable, len(lines))
    above = declared.header_line - 1
    begin = next((number for number, line in enumerate(lines) if number >= above and line.strip()), None)
    if begin is None:
        raise no_header(source.name)
    found = replace(
        declared, kind="text", encoding=encoding, delimiter=declared.delimiter or sniffed_delimiter(lines[begin])
    )
    cells, end = _header(source, lines, begin, found)
    return TextTable(source, column_names(source.name, cells), found, source.limits, header_end=end)


def sniffed_delimiter(header: str) -> str:
    """Which of tab, semicolon, comma and bar the header has most of, outside quotation marks; else a comma."""
    bare = re.sub(r'"[^"]*"', "", header)
    best = max(DELIMITERS, key=bare.count)
    return best if best in bare else ","


@dataclass(frozen=True, slots=True)
class _TooLong:
    """Stands for one physical line of `size` bytes, more than the limit."""

    size: int


class _Records:
    """Lines in, batches of records out. Holds what a record that is still open needs, and never more than two pieces."""

    def __init__(self, declared: FileFormat, width: int, limits: Limits) -> None:
        self._format = declared
        self._width = width
        self._limits = limits
        self._arrow = _Arrow(declared, width, limits)
        self._record = 1  # ordinal of the next record
        self._line = 1  # physical number of the first line not yet parsed
        self._open = b""  # lines of a record that has not closed yet

    def take(self, piece: "bytes | _TooLong", header_end: int) -> Iterator[Batch]:
        """The records that the next piece, in UTF-8, completes; lines up to `header_end` are passed over."""
        if isinstance(piece, _TooLong):
            yield from self._too_long(piece, header_end)
            return
        while self._line <= header_end and piece:
            piece = piece[piece.find(b"\n") + 1 :] if b"\n" in piece else b""
            self._line += 1
        if piece:
            yield self._parsed(self._open + piece, final=False)

    def rest(self) -> Batch:
        """What is left when the file ends."""
        return self._parsed(self._open, final=True)

    def _too_long(self, line: _TooLong, header_end: int) -> Iterator[Batch]:
        if self._open:
            yield self.rest()
        if self._line > header_end:
            detail = f"{line.size} bytes, at most {self._limits.line}"
            yield Batch((), (), [Broken(self._record, self._line, "line_too_long", detail)])
            self._record += 1
        self._line += 1

    def _parsed(self, piece: bytes, *, final: bool) -> Batch:
        whole, self._open = self._arrow.whole_records(piece)
        if not whole or (self._open and (final or not self._may_go_on(self._open))):
            return self._parsed_with_care(piece, final=final)
        columns = self._arrow.columns(whole)
        lines = whole.count(b"\n") + (not whole.endswith(b"\n"))
        if columns is None or lines - len(columns[0]) > self._limits.record_lines:
            return self._parsed_with_care(piece, final=final)
        numbers = range(self._record, self._record + len(columns[0]))
        self._record += len(numbers)
        self._line += lines
        return Batch(numbers, columns)

    def _parsed_with_care(self, piece: bytes, *, final: bool) -> Batch:
        self._open = b""
        text = _decoded(piece)
        if "\0" in text or UNDECODABLE in text:
            return self._sorted_out(self._resynchronised(text, final=final), suspect=True)
        reader = _reader(io.StringIO(text, newline="\n"), self._format)
        try:
            rows = list(reader)
        except csv.Error:
            return self._sorted_out(self._resynchronised(text, final=final))
        if reader.line_num > len(rows):
            return self._sorted_out(self._resynchronised(text, final=final))
        return self._sorted_out(zip(range(self._line, self._line + len(rows)), repeat(1), rows))

    def _sorted_out(self, records: "Iterable[tuple[int, int, list[str] | Broken]]", *, suspect: bool = False) -> Batch:
        numbers: list[int] = []
        rows: list[list[str]] = []
        broken: list[Broken] = []
        for line, span, record in records:
            self._line = line + span
            if isinstance(record, Broken):
                broken.append(record)
            elif self._is_blank(record):
                continue
            elif wrong := (suspect and self._unreadable(record)) or self._misfit(record):
                broken.append(Broken(self._record, line, *wrong))
            else:
                numbers.append(self._record)
                rows.append(record[: self._width])
            self._record += 1
        return Batch.of(numbers, rows, broken)

    def _resynchronised(self, text: str, *, final: bool) -> "Iterator[tuple[int, int, list[str] | Broken]]":
        """(physical line, lines spanned, cells or what is broken) of each record; an open end is kept."""
        lines = list(io.StringIO(text, newline="\n"))
        first, begin = self._line, 0
        while begin < len(lines):
            reader, base = _reader(_from(lines, begin), self._format), begin
            try:
                for cells in reader:
                    span = base + reader.line_num - begin
                    if span > 1 and (span > self._limits.record_lines or not self._fits(cells)):
                        break
                    yield first + begin, span, cells
                    begin += span
                else:
                    return
            except csv.Error:
                left = "".join(lines[begin:]).encode("utf-8", MARKING)
                if not final and base + reader.line_num >= len(lines) and self._may_go_on(left):
                    self._open = left
                    return
            yield first + begin, 1, self._unquotable(first + begin, lines[begin])
            begin += 1

    def _may_go_on(self, record: bytes) -> bool:
        return len(record) <= self._limits.line and record.count(b"\n") <= self._limits.record_lines

    def _fits(self, cells: Sequence[str]) -> bool:
        return len(cells) >= self._width and not any(cells[self._width :])

    def _is_blank(self, cells: Sequence[str]) -> bool:
        return not cells or (len(cells) == 1 < self._width and cells[0].isspace())

    def _unreadable(self, cells: Sequence[str]) -> tuple[Reason, str] | None:
        for place, cell in enumerate(cells, 1):
            if "\0" in cell:
                return "nul_byte", f"cell {place} holds a zero byte"
            if UNDECODABLE in cell:
                return "wrong_encoding", f"cell {place} holds bytes that are not {self._format.encoding}"
        return None

    def _misfit(self, cells: Sequence[str]) -> tuple[Reason, str] | None:
        if self._fits(cells):
            return None
        return "wrong_column_count", f"{len(cells)} cells, {self._width} columns; begins «{masked(cells[0])}»"

    def _unquotable(self, line_number: int, line: str) -> Broken:
        reason: Reason = "broken_quotes"
        if UNDECODABLE in line:
            reason = "wrong_encoding"
        elif "\r" in line.rstrip("\r\n") and '"' not in line:
            reason = "stray_line_break"
        marks = line.count('"')
        detail = f"{marks} quotation marks in {len(line)} characters; begins «{masked(line)}»"
        return Broken(self._record, line_number, reason, detail)


class _Arrow:
    """The fast way for pieces without a fault: which bytes those are, and their cells by column."""

    def __init__(self, declared: FileFormat, width: int, limits: Limits) -> None:
        names = [f"c{place}" for place in range(1, width + 1)]
        self._delimiter = str(declared.delimiter).encode()
        self._quotes = declared.quotes
        self._ends = numpy.zeros(256, numpy.bool_)
        self._ends[list(self._delimiter + b'\r\n"')] = True
        self._read = pyarrow.csv.ReadOptions(use_threads=False, block_size=BLOCKS * limits.line, column_names=names)
        self._parse = pyarrow.csv.ParseOptions(
            delimiter=str(declared.delimiter) if len(self._delimiter) == 1 else ",",
            quote_char='"' if declared.quotes else False,
            newlines_in_values=declared.quotes,
        )
        self._convert = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pyarrow.string()), strings_can_be_null=False
        )

    def whole_records(self, piece: bytes) -> tuple[bytes, bytes]:
        """The piece cut where its last record that is not closed begins; nothing and all of it where it has a fault.

        In a piece without fault every other quotation mark opens a cell, and so follows a delimiter, a line end or
        (doubled inside a cell) another mark; the rest close, and are followed by one of these.
        """
        if len(self._delimiter) > 1 or b"\0" in piece:
            return b"", piece
        bytes_ = numpy.frombuffer(piece, numpy.uint8)
        if b"\r" in piece and not self._returns_belong(bytes_):
            return b"", piece
        marks = numpy.flatnonzero(bytes_ == ord('"')) if self._quotes and b'"' in piece else NOWHERE
        opening, closing = marks[::2], marks[1::2]
        before, after = bytes_[opening[opening > 0] - 1], bytes_[closing[closing < len(piece) - 1] + 1]
        if not (self._ends[before].all() and self._ends[after].all()):
            return b"", piece
        if len(opening) == len(closing):
            return piece, b""
        breaks = numpy.flatnonzero(bytes_ == ord("\n"))
        outside = breaks[numpy.searchsorted(marks, breaks) % 2 == 0]
        cut = int(outside[-1]) + 1 if len(outside) else 0
        return piece[:cut], piece[cut:]

    def columns(self, whole: bytes) -> list[pyarrow.Array] | None:
        """The cells by column; None where a row has another number of cells or the text is not UTF-8."""
        try:
            table = pyarrow.csv.read_csv(pyarrow.py_buffer(whole), self._read, self._parse, self._convert)
        except pyarrow.ArrowInvalid:
            return None
        return [column.combine_chunks() for column in table.columns]

    def _returns_belong(self, bytes_: "numpy.typing.NDArray[numpy.uint8]") -> bool:
        returns = numpy.flatnonzero(bytes_ == ord("\r"))
        return bool(returns[-1] < len(bytes_) - 1 and (bytes_[returns + 1] == ord("\n")).all())


def _encoding(where: str, sample: bytes, declared: str | None) -> str:
    marked = next((encoding for mark, encoding in encodings.MARKS.items() if sample.startswith(mark)), None)
    encoding = marked or declared or encodings.detect(sample)
    if encoding is None and _is_binary(sample):
        raise NotATable(where, "this is not text", "deliver CSV, TSV, XLSX or Parquet")
    if encoding is None:
        raise WrongEncoding(where, "this is in several encodings, or in one that cannot be guessed", ENCODINGS)
    if not encodings.known(encoding):
        raise WrongEncoding(where, f"there is no encoding called {encoding}", ENCODINGS)
    if encodings.is_ascii_inside(encoding) and _is_binary(sample):
        raise NotATable(where, "this is not text", "deliver CSV, TSV, XLSX or Parquet")
    return encoding


def _is_binary(sample: bytes) -> bool:
    return len(sample) - len(sample.translate(None, delete=CONTROL)) > max(FEW_CONTROL, len(sample) // 20)


def _header(source: Source, lines: Sequence[str], begin: int, declared: FileFormat) -> tuple[list[str], int]:
    reader = _reader(_from(lines, begin), declared)
    fits = f"the header is line {declared.header_line}, in one encoding, its quotation marks in pairs"
    try:
        cells = next(reader)
    except csv.Error as error:
        raise BrokenHeader(source.name, f"line {begin + 1}, the header, cannot be read ({error})", fits) from error
    end = begin + reader.line_num
    if any("\0" in cell for cell in cells):
        raise BrokenHeader(source.name, f"line {begin + 1}, the header, holds a zero byte", fits)
    if any(UNDECODABLE in cell for cell in cells):
        raise wrong_encoding(source.name, str(declared.encoding), 1, 1)
    if end - begin > source.limits.record_lines or sum(map(len, lines[begin:end])) > source.limits.line:
        raise BrokenHeader(source.name, f"line {begin + 1}, the header, is over {source.limits.line} bytes", fits)
    return cells, end


def _reader(lines: Iterable[str], declared: FileFormat) -> "_csv.Reader":
    delimiter = str(declared.delimiter)
    if not declared.quotes:
        return csv.reader(lines, delimiter=delimiter, strict=True, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _from(lines: Sequence[str], begin: int) -> Iterator[str]:
    for place in range(begin, len(lines)):
        yield lines[place]


def _utf_8(piece: bytes, codec: str) -> bytes:
    """Whole lines in UTF-8; what is not valid in `codec` becomes bytes that are not valid UTF-8."""
    if codec == "utf-8":
        return piece
    return piece.decode(codec, MARKING).encode("utf-8", MARKING)


def _decoded(piece: bytes) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return piece.decode("utf-8", MARKING)


def _with_newlines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks; where the first has carriage returns and no newline at all (old Macintosh), those become newlines."""
    first = next(blocks, b"")
    if b"\r" not in first or b"\n" in first:
        yield first
        yield from blocks
        return
    yield first.replace(b"\r", b"\n")
    for block in blocks:
        yield block.replace(b"\r", b"\n")


def _pieces(blocks: Iterator[bytes], limit: int) -> Iterator[bytes | _TooLong]:
    """The blocks cut after newlines, so that each piece is whole lines; a line over `limit` bytes is only counted."""
    kept, skipped = b"", 0
    for block in _at_most(limit, blocks):
        end = block.find(b"\n")
        if end < 0:
            if skipped or len(kept) + len(block) > limit:
                kept, skipped = b"", skipped + len(kept) + len(block)
            else:
                kept += block
            continue
        if skipped or len(kept) + end > limit:
            yield _TooLong(skipped + len(kept) + end)
            kept, skipped, block = b"", 0, block[end + 1 :]
        end = block.rfind(b"\n") + 1
        if end:
            yield kept + block[:end]
            kept = b""
        kept += block[end:]
    if skipped:
        yield _TooLong(skipped)
    elif kept:
        yield kept


def _at_most(size: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for begin in range(0, len(block), size):
            yield block[begin : begin + size]
