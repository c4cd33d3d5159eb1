"""Where files lie and how they come: URLs, packing, hashes, and memory that stays flat."""

import gzip
import hashlib
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest
import zstandard

from tests.feeds.readers.delivered import SAMPLES, delivered, rows_of
from warehouse.feeds.readers import content_hash, open_table

READ_ALL = """
import re, sys
from pathlib import Path
from warehouse.feeds.readers import open_table
def peak():  # of this program in kB: what getrusage says includes the parent it was forked from
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
small, large = (open_table(path) for path in sys.argv[1:])
for batch in small.batches():
    pass
before = peak()
for batch in large.batches():
    pass
print(large.delivered, large.broken_count, peak() - before)
"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
@pytest.mark.parametrize("name", ["leads_utf16le.tsv", "messages.xlsx", "orders.parquet"])
def test_every_format_comes_plain_or_packed_from_a_path_or_a_url(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack((SAMPLES / name).read_bytes())
    path = delivered(tmp_path, packed)
    fsspec.filesystem("memory").pipe(f"/box/{name}", packed)
    for where in (path, f"memory://box/{name}", f"file://{path}"):
        table = open_table(where)
        assert rows_of(table) == rows_of(open_table(SAMPLES / name))
        assert table.content_hash == content_hash(where) == hashlib.sha256(packed).hexdigest()


def test_packed_files_of_several_parts(tmp_path: Path) -> None:
    parts = [b"id,name\n1,a\n", b"2,b\n"]

    for pack in (gzip.compress, zstandard.ZstdCompressor().compress):
        assert len(rows_of(open_table(delivered(tmp_path, b"".join(map(pack, parts)))))) == 2


def test_the_hash_is_known_only_after_a_whole_pass(tmp_path: Path) -> None:
    table = open_table(delivered(tmp_path, "id\n" + "1\n" * 900_000))
    batches = table.batches()
    next(batches)
    assert table.content_hash is None
    assert 0.5 < table.share_read < 1
    list(batches)

    assert table.content_hash is not None
    assert table.share_read == 1


def test_names_with_odd_characters_are_paths(tmp_path: Path) -> None:
    path = delivered(tmp_path, "a\n1\n", "附件 3::März*.csv")

    assert rows_of(open_table(path)) == [(1, ("1",))]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Twelve times the bytes, no more than 24 MiB more memory: less than one of its copies."""
    line = random.Random(7)
    block = "".join(
        f'{line.random()},"{line.randbytes(40).hex()}",说明 {line.random()}\n' for _ in range(10_000)
    ).encode()
    paths = []
    for name, blocks in (("small", 4), ("large", 48)):
        paths.append(tmp_path / f"{name}.csv.gz")
        with gzip.open(paths[-1], "wb", compresslevel=1) as file:
            file.write(b"a,b,c\n")
            file.writelines([block] * blocks)
    said = subprocess.run(
        [sys.executable, "-c", READ_ALL, *map(str, paths)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    ).stdout
    delivered_rows, broken, growth = map(int, said.split())
    unit = 1 if sys.platform == "darwin" else 1024

    assert (delivered_rows, broken) == (480_000, 0)
    assert 48 * len(block) > 50_000_000
    assert growth * unit < 24 << 20
