"""Backups: the whole warehouse in one file, by pg_dump, and from it back into an empty database. The keys are never in it.

A backup holds what was committed when it began, whatever refreshes run meanwhile. A restore is one transaction: all or nothing.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text

from warehouse import clients, db
from warehouse.access.grants import audit
from warehouse.access.vault import OtherHashing, OtherKey, Vault
from warehouse.settings import Keys

SCHEMAS = ("access", "curated", "gate", "landing", "ops", "published", "staging", "vault")
NAMES, UNFINISHED = "gatehouse-*.dump", "gatehouse.unfinished"
PIECE = 1 << 20
"""Bytes of a backup in which the first row of a table mostly ends; where it does not, more is read."""


class NotBackedUp(Exception):
    """No backup was made; those that were there still are."""


class NotRestored(Exception):
    """The backup does not go into this database, which stays as it was."""


@dataclass(frozen=True)
class Backup:
    """A backup that is whole: its file and bytes, and the moment whose state it holds."""

    file: Path
    bytes: int
    taken_at: datetime


def back_up(loader: Engine, folder: Path, *, keep: int) -> Backup:
    """Write everything into a new file in `folder`, where the newest `keep` stay. Raises NotBackedUp, NoClient, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished, taken_at = folder / UNFINISHED, datetime.now(UTC)
    with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
        _alone_at(out, unfinished)
        _dump(loader, out)
        file = unfinished.rename(folder / f"gatehouse-{taken_at:%Y%m%dT%H%M%SZ}.dump")
    made = Backup(file, file.stat().st_size, taken_at)
    noted = text("insert into ops.backup (taken_at, file_name, byte_count) values (:taken_at, :file, :bytes)")
    with loader.begin() as connection:
        connection.execute(noted, {"taken_at": taken_at, "file": file.name, "bytes": made.bytes})
    for old in kept(folder)[:-keep]:
        old.unlink()
    return made


def kept(folder: Path) -> list[Path]:
    """The backups in a folder, the oldest first."""
    return sorted(folder.glob(NAMES))


def restore(loader: Engine, file: Path, keys: Keys | None, *, by: str) -> None:
    """Fill the database of `loader`, which holds no warehouse yet, from a backup, and bring it to the newest schema.

    `keys` None: nobody need be able to open the vault. Raises NotRestored, and then the database is as it was, and NoClient.
    """
    _must_be_ours(loader, file)
    if keys is not None:
        _must_open(keys, _first_row(loader, file, "vault", "sealed"), file.name)
    _must_hold_no_warehouse(loader)
    restoring = ("--single-transaction", "--no-owner", clients.named(loader), str(file))
    done = clients.run("pg_restore", loader, *restoring)
    if done.code:
        raise NotRestored(f"{file.name} cannot be restored, and nothing of it was: {done.error}")
    with loader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")
    db.migrate(loader)
    with loader.begin() as connection:
        audit(connection, person=by, action="restore", detail=file.name)


def _alone_at(out: IO[bytes], unfinished: Path) -> None:
    """Raises NotBackedUp where another backup writes this file, or has just ended and given it its name."""
    try:
        flock(out, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        raise NotBackedUp("another backup is being written there") from None
    if not (unfinished.exists() and os.path.samestat(os.fstat(out.fileno()), unfinished.stat())):
        raise NotBackedUp("another backup has just ended there")


def _dump(loader: Engine, out: IO[bytes]) -> None:
    """Write the warehouse to a file, and see it on the disk."""
    out.truncate(0)  # of one that was cut off
    schemas = [f"--schema={name}" for name in SCHEMAS]
    dumping = ("--format=custom", "--compress=gzip:1", *schemas, clients.named(loader))
    done = clients.run("pg_dump", loader, *dumping, out=out)
    if done.code:
        out.truncate(0)  # what it had written of it fills the disk
        raise NotBackedUp(f"no backup was made: {done.error}")
    os.fsync(out.fileno())


def _must_hold_no_warehouse(loader: Engine) -> None:
    asked = text("select string_agg(nspname, ', ' order by nspname) from pg_namespace where nspname = any(:ours)")
    with loader.connect() as connection:
        found = connection.scalar(asked, {"ours": list(SCHEMAS)})
    if found:
        raise NotRestored(
            f"{loader.url.database} holds a warehouse already ({found}): restore into a new database, owned by loader"
        )


def _must_be_ours(loader: Engine, file: Path) -> None:
    listed = clients.run("pg_restore", loader, "--list", str(file))
    if " TABLE DATA ops alembic_version " not in listed.said:
        raise NotRestored(f"{file} is no backup of a warehouse: {listed.error or 'it holds something else'}")
    version = _first_row(loader, file, "ops", "alembic_version")
    if version not in db.revisions():
        raise NotRestored(f"{file.name} was made by another version of Gatehouse ({version}): restore it with that one")


def _must_open(keys: Keys, row: str | None, name: str) -> None:
    """Raises NotRestored unless these keys made what stands in the vault, of which `row` is one."""
    if row is None:
        return
    token, sealed = row.split("\t")
    try:
        Vault(keys).must_have_made(token, bytes.fromhex(sealed.removeprefix("\\\\x")))
    except OtherHashing:
        raise NotRestored(f"the hashes in {name} were made with another key than GATEHOUSE_HASH_KEY") from None
    except OtherKey:
        raise NotRestored(f"the vault in {name} was sealed with another key than GATEHOUSE_VAULT_KEY") from None


def _first_row(loader: Engine, file: Path, schema: str, name: str) -> str | None:
    """The first row of a table in a backup, as COPY writes it; None where it has none. Little more of the file is read."""
    options = ("--data-only", f"--schema={schema}", f"--table={name}", "--file=-", str(file))
    row, ended, most = "", "", PIECE
    while not ended:
        said = clients.beginning("pg_restore", loader, *options, most=most)
        row, ended, _ = said.partition("FROM stdin;\n")[2].partition("\n")
        if len(said.encode()) < most:
            break
        most *= 16
    return None if row in ("", "\\.") else row
