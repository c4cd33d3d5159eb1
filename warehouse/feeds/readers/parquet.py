"""Parquet in batches, turned to text by Arrow: numbers as people write them, instants in ISO with their offset."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet

from warehouse.feeds.readers.refusals import DamagedFile
from warehouse.feeds.readers.source import Reading, Source, bomb
from warehouse.feeds.readers.table import Batch, Broken, FileFormat, Row, Table, column_names

BATCH_BYTES = 32 << 20
BATCH_CELLS = 1 << 19
MOST_ROWS = 1 << 16
FEW_ROWS = 4_000
"""At once, where a column is of a kind that cannot be read as it is stored, each text once."""
A_MINUTE = {"s": 60, "ms": 60_000, "us": 60_000_000, "ns": 60_000_000_000}


@dataclass
class ParquetTable(Table):
    """A Parquet file. The first record is the first row; there is no header line."""

    def _batches(self, reading: Reading) -> Iterator[Batch]:
        first = 1
        with self.source.seekable(reading) as path, pyarrow.OSFile(str(path)) as file:
            try:
                opened = _parquet(file)
                for arrow in opened.iter_batches(batch_size=_rows_at_once(opened), use_threads=False):
                    for part in _parts(arrow):
                        yield _batch(part, first)
                        first += part.num_rows
            except (pyarrow.ArrowException, OSError) as error:
                raise _damaged(self.source.name, error) from error


def open_parquet(source: Source, declared: FileFormat) -> ParquetTable:
    """The table of a Parquet file. Raises DamagedFile, EmptyFile, TooBig, TooManyColumns."""
    with source.read() as reading, source.seekable(reading) as path, pyarrow.OSFile(str(path)) as file:
        try:
            opened = _parquet(file)
            _refuse_bomb(source, opened.metadata, path.stat().st_size)
            names = opened.schema_arrow.names
        except (pyarrow.ArrowException, OSError) as error:
            raise _damaged(source.name, error) from error
    return ParquetTable(source, column_names(source.name, names), replace(declared, kind="parquet"), source.limits)


def _parquet(file: pyarrow.NativeFile) -> pyarrow.parquet.ParquetFile:
    """The file, its texts as they are stored, each once: some kilobytes may stand for gigabytes of the same text."""
    names = [field.name for field in pyarrow.parquet.read_schema(file) if _is_text(field.type)]
    return pyarrow.parquet.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False, read_dictionary=names)


def _is_text(kind: pyarrow.DataType) -> bool:
    types = pyarrow.types
    return any(
        is_kind(kind) for is_kind in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    )


def _rows_at_once(opened: pyarrow.parquet.ParquetFile) -> int:
    """As many rows as are small in memory: each batch brings all the different texts of its columns along, so few are quick."""
    kinds = [field.type for field in opened.schema_arrow]
    if any(pyarrow.types.is_nested(kind) or pyarrow.types.is_fixed_size_binary(kind) for kind in kinds):
        return FEW_ROWS
    about = opened.metadata
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    widest = max((int(group.total_byte_size) // max(int(group.num_rows), 1) for group in groups), default=0)
    return max(1, min(MOST_ROWS, BATCH_CELLS // max(len(kinds), 1), BATCH_BYTES // max(widest, 1)))


def _parts(arrow: pyarrow.RecordBatch) -> Iterator[pyarrow.RecordBatch]:
    """The batch in parts that are small as texts."""
    if arrow.num_rows <= 1 or _size(arrow) <= BATCH_BYTES:
        yield arrow
        return
    half = arrow.num_rows // 2
    yield from _parts(arrow.slice(0, half))
    yield from _parts(arrow.slice(half))


def _size(arrow: pyarrow.RecordBatch) -> int:
    """Bytes of the texts of which the batch holds each once."""
    coded = (column for column in arrow.columns if pyarrow.types.is_dictionary(column.type))
    sizes = (compute.sum(compute.binary_length(each.dictionary).take(each.indices)).as_py() for each in coded)
    return sum(size or 0 for size in sizes)


def _refuse_bomb(source: Source, about: pyarrow.parquet.FileMetaData, packed: int) -> None:
    groups = (about.row_group(number) for number in range(about.num_row_groups))
    unpacked = sum(
        group.column(place).total_uncompressed_size for group in groups for place in range(group.num_columns)
    )
    limits = source.limits
    if unpacked > limits.unpacked or (unpacked > limits.ratio_from and unpacked > limits.ratio * packed):
        raise bomb(source.name, unpacked, packed)


def _batch(arrow: pyarrow.RecordBatch, first: int) -> Batch:
    whole = Batch(range(first, first + arrow.num_rows), [as_text(column) for column in arrow.columns])
    if not any(_holds_zero(column) for column in arrow.columns):
        return whole
    broken = [
        Broken(number, number, "nul_byte", f"cell {zero} holds a zero byte")
        for number, row in whole
        if (zero := _cell_with_zero(row))
    ]
    kept = [(number, row) for number, row in whole if not _cell_with_zero(row)]
    return Batch.of([number for number, _ in kept], [row for _, row in kept], broken)


def _holds_zero(column: pyarrow.Array) -> bool:
    values = column.dictionary if pyarrow.types.is_dictionary(column.type) else column
    if not (_is_text(values.type) or pyarrow.types.is_fixed_size_binary(values.type)):
        return False
    return bool(compute.any(compute.match_substring(values, "\0")).as_py())


def _cell_with_zero(row: Row) -> int | None:
    return next((place for place, cell in enumerate(row, 1) if cell and "\0" in cell), None)


def as_text(column: pyarrow.Array) -> pyarrow.Array:
    """The column as strings: `true`, `42`, `0.1`, `2026-03-01 14:05:00+08:00`; lists and the like as JSON."""
    kind = column.type
    if pyarrow.types.is_string(kind):
        return column
    if pyarrow.types.is_dictionary(kind):
        return as_text(column.dictionary).take(column.indices)
    if pyarrow.types.is_timestamp(kind):
        return _instants_as_text(column)
    if pyarrow.types.is_time(kind):
        return _without_zeros(column)
    if pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind) or pyarrow.types.is_fixed_size_binary(kind):
        return _each(column, bytes_as_text)
    if pyarrow.types.is_nested(kind) or pyarrow.types.is_duration(kind):
        return _each(column, lambda value: json.dumps(value, ensure_ascii=False, default=str))
    return column.cast(pyarrow.string())


def _instants_as_text(column: pyarrow.Array) -> pyarrow.Array:
    """Local time with its offset. Arrow writes the two together too, twenty times as slowly as one beside the other."""
    zone = column.type.tz
    if zone is None:
        return _without_zeros(column)
    local = compute.local_timestamp(column)
    ahead = compute.subtract(local.cast(pyarrow.int64()), column.cast(pyarrow.int64())).dictionary_encode()
    minute = A_MINUTE[column.type.unit]
    offsets = [_offset(each, minute, zone) for each in ahead.dictionary.to_pylist()]
    return compute.binary_join_element_wise(
        _without_zeros(local), pyarrow.array(offsets, pyarrow.string()).take(ahead.indices), ""
    )


def _offset(ahead: int, minute: int, zone: str) -> str:
    """`+08:00`, or `Z` where the zone is UTC itself."""
    if zone == "UTC":
        return "Z"
    hours, minutes = divmod(abs(ahead) // minute, 60)
    return f"{'-' if ahead < 0 else '+'}{hours:02}:{minutes:02}"


def _without_zeros(moments: pyarrow.Array) -> pyarrow.Array:
    """Times as text, without a fraction that says nothing; mostly none says anything."""
    if pyarrow.types.is_timestamp(moments.type):
        with suppress(pyarrow.ArrowInvalid):
            return moments.cast(pyarrow.timestamp("s")).cast(pyarrow.string())
    return compute.replace_substring_regex(moments.cast(pyarrow.string()), r"\.0+$", "")


def _each(column: pyarrow.Array, as_text: Callable[[object], str]) -> pyarrow.Array:
    values: Sequence[object] = column.to_pylist()
    return pyarrow.array([None if value is None else as_text(value) for value in values], pyarrow.string())


def bytes_as_text(value: object) -> str:
    """Bytes as the UTF-8 they hold, else in base64."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode("ascii")


def _damaged(where: str, error: Exception) -> DamagedFile:
    return DamagedFile(where, f"the Parquet file is cut off or corrupt ({error})", "deliver the whole file once more")
