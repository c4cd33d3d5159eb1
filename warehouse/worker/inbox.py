"""The inbox: files that stewards dropped on the page, sealed, until a worker has taken them in or put them away.

The dashboard cannot write to the warehouse; it seals what it was given with the vault's key and asks for a job that names it.
"""

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from warehouse.settings import Keys, Settings

MOST_BYTES, MOST_FILES = 64 << 20, 50
"""What may be dropped at a time. What is larger comes as a file of a delivery."""
MOST_WAITING, MOST_OF_ONE = 4 << 30, 1 << 30
"""How many bytes may wait in the inbox, and how many of one person."""
CHUNK = 1 << 20
KEPT_HOURS = 24
"""How long what was tried waits for the steward's second word."""
SPARED_SECONDS = 3_600.0
"""How young a file is of which no job knows, and which is left alone: it may be asked about in a moment."""
LONGEST_NAME = 120
SEALED, OPENED = ".sealed", "opened-"


class NotDroppable(ValueError):
    """Too many files, too large, or none; or too much waits already. `code` says which, for pages to word."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


class NotThere(LookupError):
    """What was dropped is not in the inbox, or not as it was dropped: put away, kept too long, or changed."""

    code = "not_there"


@dataclass(frozen=True)
class Dropped:
    """One file: what it was called, the token under which it lies sealed, its bytes and their SHA-256."""

    name: str
    token: str
    bytes: int
    hash: str

    def as_details(self) -> Mapping[str, str | int]:
        """As a job names it."""
        return asdict(self)


@dataclass(frozen=True)
class Inbox:
    """The folder in which sealed files wait. Where dashboard and worker run on two machines, both see it."""

    folder: Path
    keys: Keys

    @classmethod
    def of(cls, settings: Settings, keys: Keys) -> "Inbox":
        """The inbox of a warehouse."""
        return cls(settings.inbox, keys)

    def seal(self, files: Iterable[tuple[str, BinaryIO]], *, by: str = "") -> list[Dropped]:
        """Seal files, each by its name and bytes, and keep them. Raises NotDroppable, and then none of them is kept."""
        kept: list[Dropped] = []
        try:
            for name, file in files:
                if len(kept) == MOST_FILES:
                    raise NotDroppable("too_many", f"more than {MOST_FILES} files at a time")
                kept.append(self._sealed(clean(name), file, _mark(by)))
                self._has_room(_mark(by))
            if not kept:
                raise NotDroppable("nothing", "there is no file")
        except BaseException:
            self.put_away(kept)
            raise
        return kept

    @contextmanager
    def opened(self, files: Iterable[Dropped]) -> Iterator[tuple[Path, ...]]:
        """The files as they were dropped, under their names, in a folder of the worker's own that is gone after the block.

        Raises NotThere.
        """
        self._made()
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=OPENED) as place:
            yield tuple(self._unsealed(file, Path(place)) for file in files)

    def put_away(self, files: Iterable[Dropped]) -> None:
        """Delete files; those that are gone already are no fault."""
        for file in files:
            self._place(file.token).unlink(missing_ok=True)

    def sweep(self, wanted: Mapping[str, bool]) -> int:
        """Delete what no job wants any more, by token, and what a worker that died had opened; how many went. For the one worker.

        A file of which no job knows is spared while it is young: somebody may be about to ask.
        """
        gone = 0
        for left in self.folder.iterdir() if self.folder.is_dir() else ():
            is_young = time.time() - left.stat().st_mtime < SPARED_SECONDS
            if left.name.startswith(OPENED):
                shutil.rmtree(left, ignore_errors=True)
            elif wanted.get(left.name.partition(".")[0], is_young):
                continue
            else:
                left.unlink(missing_ok=True)
            gone += 1
        return gone

    def _has_room(self, mark: str) -> None:
        """Raises NotDroppable where too much waits, of the person of this mark or in all."""
        size, mine = 0, 0
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):  # the worker may have put it away just now
                size += (bytes_ := path.stat().st_size)
                mine += bytes_ if path.name.startswith(mark) else 0
        if mine > MOST_OF_ONE:
            raise NotDroppable("yours_full", f"more than {MOST_OF_ONE >> 30} GiB of this person wait in the inbox")
        if size > MOST_WAITING:
            raise NotDroppable("full", f"more than {MOST_WAITING >> 30} GiB wait in the inbox")

    def _sealed(self, name: str, file: BinaryIO, mark: str) -> Dropped:
        """Seal one file chunk by chunk, a line each; it stands in the inbox once all of it is there."""
        from cryptography.fernet import Fernet  # 7 MB, for whoever drops something

        self._made()
        token, size, digest, seal = mark + secrets.token_hex(12), 0, hashlib.sha256(), Fernet(self.keys.vault)
        place = self._place(token)
        part = place.with_suffix(".part")
        try:
            with _new(part) as out:
                while chunk := file.read(CHUNK):
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise NotDroppable("too_large", f"{name} is larger than {MOST_BYTES >> 20} MiB")
                    digest.update(chunk)
                    out.write(seal.encrypt(chunk) + b"\n")
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        return Dropped(name=name, token=token, bytes=size, hash=digest.hexdigest())

    def _unsealed(self, file: Dropped, folder: Path) -> Path:
        """One file in the clear, in a folder of its own; its hash proves that it is what was dropped."""
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet

        opening = MultiFernet([Fernet(key) for key in (self.keys.vault, self.keys.vault_before) if key is not None])
        place, digest = self._place(file.token), hashlib.sha256()
        path = folder / file.token / clean(file.name)
        path.parent.mkdir(mode=0o700)
        try:
            with place.open("rb") as sealed, _new(path) as out:
                for line in sealed:
                    chunk = opening.decrypt(line.rstrip(b"\n"))
                    digest.update(chunk)
                    out.write(chunk)
        except FileNotFoundError:
            raise NotThere(f"{file.name} is not in the inbox any more") from None
        except InvalidToken:
            raise NotThere(f"{file.name} was sealed with another key, or is damaged") from None
        if digest.hexdigest() != file.hash:
            raise NotThere(f"{file.name} is not what was dropped")
        return path

    def _place(self, token: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{32}", token):
            raise NotThere("this is no token of the inbox")
        return self.folder / f"{token}{SEALED}"

    def _made(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _mark(person: str) -> str:
    """How tokens of a person's files begin, so that it can be told how much of theirs waits."""
    return hashlib.sha256(person.encode()).hexdigest()[:8]


def clean(name: str) -> str:
    """A file's name that leads nowhere: its last part, without control characters, hidden or endless ones made plain."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    while len(shown.encode()) > LONGEST_NAME:
        shown = shown[:-21] + shown[-20:]  # the end says what kind of file it is
    return shown or "file"


def _new(path: Path) -> BinaryIO:
    """A new file that nobody but its owner may open."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
