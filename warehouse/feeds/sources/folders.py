"""Folders of files: on this machine by path, on another one by fsspec URL (`s3://`, `sftp://`, …)."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from fsspec.implementations.local import LocalFileSystem

from warehouse.feeds.readers import FileRefused, Limits, Unreachable
from warehouse.feeds.readers.source import BLOCK, file_system, locate, shows_changes, stamp_of

TICK = timedelta(seconds=2)


@dataclass(frozen=True)
class RemoteFile:
    """A file in a folder of another machine. `stamp` is what the folder's listing says of it, by which a change shows; unless it
    `may_differ` all the same: the listing tells no time and no tag, or the file was written just now, and may be written again
    within the same tick of that folder's clock."""

    url: str
    name: str
    stamp: str
    may_differ: bool = False

    @contextmanager
    def brought(self) -> Iterator[Path]:
        """A copy of it under its own name, gone after the block. Raises FileRefused, also where it changed meanwhile."""
        with TemporaryDirectory(prefix="gatehouse-") as folder:
            copy = Path(folder) / self.name
            try:
                with locate(self.url, Limits()).read() as reading, copy.open("wb") as file:
                    shutil.copyfileobj(reading, file, BLOCK)
                    reading.finish()
            except FileRefused:
                raise
            except Exception as error:
                raise Unreachable(self.url, f"it cannot be brought ({_said(error)})", "try again later") from error
            yield copy


def files_at(place: str | Path) -> tuple[Path, ...] | tuple[RemoteFile, ...]:
    """The files of a folder by its path or URL, in name order. Raises OSError where it cannot be read, and ValueError for a URL
    that says a password: it would stand in the list of processes and in logs."""
    url = str(place)
    if "://" not in url:
        return files_in(Path(place))
    if urlsplit(url).password is not None:
        raise ValueError(
            "a URL that says a password is seen by others; it belongs into the environment (docs/sources.md)"
        )
    try:
        files, path = file_system(url)
        if isinstance(files, LocalFileSystem):
            return files_in(Path(path))
        files.invalidate_cache(path)
        listed = {str(each["name"]): each for each in files.ls(path, detail=True)}
        if path in listed:
            raise NotADirectoryError(f"{url} is a file; --from names the folder that holds the files")
    except (FileRefused, NotADirectoryError, ValueError):
        raise
    except Exception as error:
        raise ConnectionError(f"{url} cannot be read ({_said(error)})") from error
    return tuple(
        RemoteFile(f"{url.rstrip('/')}/{name}", name, repr(stamp_of(each)), _may_differ(each))
        for path, each in sorted(listed.items())
        if each["type"] == "file" and not path.endswith("/")  # of a folder, S3's console writes an empty file `folder/`
        if not (name := PurePosixPath(path).name).startswith(".")
    )


def files_in(folder: Path) -> tuple[Path, ...]:
    """The files of a folder in name order, hidden ones left out. Raises NotADirectoryError for no folder, and ValueError for a
    link that leads out of it: whoever may put a file there could have any file of ours read."""
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise NotADirectoryError(f"{folder} {what}; --from names the folder that holds the files")
    files = tuple(sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")))
    for path in files:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{path.name} is a link that leads out of {folder}; deliver the file itself")
    return files


def _may_differ(info: Mapping[str, object]) -> bool:
    """HTTP's listing tells names alone; SFTP and FTP tell whole seconds, and nothing of what is in a file."""
    written = info.get("modify", info.get("mtime"))
    if isinstance(written, str):
        try:
            written = datetime.strptime(written[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:  # an old FTP server: `Jan 05 10:00`
            return True
    is_new = isinstance(written, datetime) and datetime.now(UTC) - written < TICK
    return is_new or not shows_changes(info)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]
