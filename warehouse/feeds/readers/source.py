"""One delivered file: where it lies, its bytes unpacked and hashed in one pass, and the proof that it stood still."""

import difflib
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

import fsspec
import pyarrow
from fsspec.implementations.local import LocalFileSystem

from warehouse.feeds.readers.refusals import ChangedFile, DamagedFile, IsDirectory, MissingFile, NoDriver, TooBig

BLOCK = 1 << 20
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
SSH: dict[str, object] = {
    "known_hosts": (),  # a server is who it was the last time (~/.ssh/known_hosts); sshfs would talk to whoever answers
    "skip_instance_cache": True,  # over a connection that was lost, sshfs waits for ever
    "connect_timeout": 30,
    "keepalive_interval": 20,
}
CHANGES = (
    "mtime", "modify", "last_write_time", "modificationTime", "LastModified", "last_modified", "Last-Modified", "updated",
    "ETag", "etag",
)  # fmt: skip
"""What a place may tell of a file that shows any change: when it was written last, or a tag of what is in it."""
STAMP = ("size", "ino", "created", *CHANGES)


@dataclass(frozen=True)
class Limits:
    """What a file may ask of us, in bytes, lines and times.

    `line`            longest physical line.
    `record_lines`    most lines that one record with quoted line breaks may span; `line` bounds its bytes too.
    `unpacked`        most bytes that a packed file may become.
    `ratio`           most times its own size that a packed file may become, asked from `ratio_from` unpacked bytes on.
    `held`            most bytes of what is held in memory as a whole: the strings of a workbook.
    """

    line: int = 1 << 20
    record_lines: int = 1_000
    unpacked: int = 64 << 30
    ratio: int = 300
    ratio_from: int = 64 << 20
    held: int = 512 << 20


class Files(Protocol):
    """The part of an fsspec file system that is used here."""

    def info(self, path: str) -> dict[str, object]:
        """Size, type, times and tags of what lies at `path`."""

    def open(self, path: str, mode: str) -> BinaryIO:
        """The bytes at `path`."""

    def ls(self, path: str, *, detail: bool) -> list[Any]:
        """What lies in the folder `path`: names, or what `info` says of each."""

    def invalidate_cache(self, path: str) -> None:
        """Forget what was listed."""


class Reading(io.RawIOBase):
    """One pass over a file's bytes as delivered, hashed and counted; `finish` proves that they stood still."""

    def __init__(self, source: "Source", file: BinaryIO) -> None:
        """A pass over `file`, just opened."""
        super().__init__()
        self.source = source
        self.count = 0
        self._file = file
        self._sha256 = hashlib.sha256()

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; fewer only at the end."""
        data = self._file.read(size)
        self._sha256.update(data)
        self.count += len(data)
        return data

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self.count / self.source.size) if self.source.size else 0.0

    def blocks(self) -> Iterator[bytes]:
        """The bytes, unpacked where they are gzip or zstd. Raises DamagedFile, TooBig."""
        first = self.read(BLOCK)
        packing = _packing(first)
        if packing is not None:
            yield from self._unpacked(first, packing)
            return
        while first:
            yield first
            first = self.read(BLOCK)

    def finish(self) -> str:
        """Read what is left; the SHA-256 of all bytes. Raises ChangedFile if the file changed since it was opened."""
        while self.read(BLOCK):
            pass
        if self.source.stamp() != self.source.opened or self.source.size not in {self.count, None}:
            raise changed(self.source.name)
        return self._sha256.hexdigest()

    def _unpacked(self, first: bytes, packing: str) -> Iterator[bytes]:
        limits, total = self.source.limits, 0
        stream = pyarrow.CompressedInputStream(pyarrow.PythonFile(_Chained(first, self), mode="r"), packing)
        try:
            while block := stream.read(BLOCK):
                total += len(block)
                if total > limits.unpacked or (total > limits.ratio_from and total > limits.ratio * self.count):
                    raise bomb(self.source.name, total, self.count)
                yield block
        except OSError as error:
            what = f"the {packing} data are cut off or corrupt ({error})"
            raise DamagedFile(self.source.name, what, "deliver the whole file once more") from error


@dataclass(frozen=True)
class Source:
    """A file by path or fsspec URL, with its size and stamp at the moment it was opened."""

    name: str
    path: str
    files: Files
    limits: Limits
    size: int | None
    opened: tuple[object, ...]

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A pass over the bytes from the start."""
        with closing(_opened(self.name, self.files, self.path)) as file:
            yield Reading(self, file)

    def stamp(self) -> tuple[object, ...]:
        """Size, times and tags by which a change shows. Raises ChangedFile if the file has gone."""
        self.files.invalidate_cache(self.path)
        try:
            return stamp_of(self.files.info(self.path))
        except OSError as error:
            raise changed(self.name) from error

    def sample(self, size: int) -> bytes:
        """The first `size` unpacked bytes, fewer only if there are no more."""
        kept = bytearray()
        with self.read() as reading:
            for block in reading.blocks():
                kept += block
                if len(kept) >= size:
                    break
        return bytes(kept[:size])

    @contextmanager
    def seekable(self, reading: Reading) -> Iterator[Path]:
        """The unpacked bytes as a local file, for formats that are not read from front to back."""
        if isinstance(self.files, LocalFileSystem) and not self._is_packed():
            yield Path(self.path)
            return
        with tempfile.NamedTemporaryFile(prefix="gatehouse-") as copy:
            for block in reading.blocks():
                copy.write(block)
            copy.flush()
            yield Path(copy.name)

    def _is_packed(self) -> bool:
        with self.read() as reading:
            return _packing(reading.read(4)) is not None


def locate(where: str | os.PathLike[str], limits: Limits) -> Source:
    """The file at a local path or fsspec URL. Raises MissingFile, IsDirectory, NoDriver."""
    name = os.fspath(where)
    files, path = file_system(name)
    files.invalidate_cache(path)  # a listing says of some stores less, or other, than the file itself does
    try:
        info = files.info(path)
    except OSError as error:
        raise _missing(name, files, path) from error
    if info["type"] == "directory":
        raise IsDirectory(name, "this is a folder", "name a file in it, or a pattern of files")
    size = info.get("size")
    return Source(name, path, files, limits, size if isinstance(size, int) else None, stamp_of(info))


def content_hash(where: str | os.PathLike[str], *, progress: Callable[[float], None] | None = None) -> str:
    """SHA-256 of the bytes as delivered, in hexadecimal. Raises MissingFile, IsDirectory, NoDriver, ChangedFile."""
    with locate(where, Limits()).read() as reading:
        while reading.read(BLOCK):
            if progress is not None:
                progress(reading.share)
        return reading.finish()


def changed(name: str) -> ChangedFile:
    """The refusal of a file that did not stand still."""
    return ChangedFile(name, "the file changed while it was read", "deliver it again when its writer has finished")


def bomb(name: str, unpacked: int, packed: int) -> TooBig:
    """The refusal of a file that unpacks to too much."""
    what = f"it unpacks to more than {unpacked >> 20} MiB from {packed} bytes"
    return TooBig(name, what, "deliver it unpacked, or in several files, or raise the limit")


class _Chained(io.RawIOBase):
    """Bytes read ahead, then the rest."""

    def __init__(self, first: bytes, rest: Reading) -> None:
        super().__init__()
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if self._first:
            head, self._first = self._first[:size], self._first[size:]
            return head
        return self._rest.read(size)


def _packing(first: bytes) -> str | None:
    return next((name for magic, name in MAGIC.items() if first.startswith(magic)), None)


def file_system(name: str) -> tuple[Files, str]:
    """Where a local path or fsspec URL leads, and the path there. Raises NoDriver."""
    if "://" not in name:
        return LocalFileSystem(), str(Path(name).absolute())
    protocol = name.partition("://")[0]
    options = SSH | fsspec.config.conf.get(protocol, {}) if protocol in {"sftp", "ssh"} else {}
    try:
        files, path = fsspec.core.url_to_fs(name, **options)
    except (ImportError, ValueError) as error:
        raise NoDriver(name, str(error), "use a local path, or install the fsspec driver of that protocol") from error
    return files, str(path)


def _opened(name: str, files: Files, path: str) -> BinaryIO:
    try:
        return files.open(path, "rb")
    except OSError as error:
        raise _missing(name, files, path) from error


def stamp_of(info: Mapping[str, object]) -> tuple[object, ...]:
    """Size, times and tags of what lies there, as its place says them."""
    return tuple(info.get(part) for part in STAMP)


def shows_changes(info: Mapping[str, object]) -> bool:
    """Whether a file that changes has another stamp: other bytes may be as many as before."""
    return any(info.get(part) is not None for part in CHANGES)


def _missing(name: str, files: Files, path: str) -> MissingFile:
    folder = str(PurePosixPath(path).parent)
    try:
        beside = [PurePosixPath(other).name for other in files.ls(folder, detail=False)]
    except OSError:
        return MissingFile(name, "there is no such file", f"the folder {folder} cannot be read either")
    if PurePosixPath(path).name in beside:
        return MissingFile(name, "the file cannot be opened", "check who may read it")
    near = difflib.get_close_matches(PurePosixPath(path).name, beside, n=1)
    fits = f"the nearest name there is {near[0]}" if near else f"look in {folder}"
    return MissingFile(name, "there is no such file", fits)
