"""New keys for old, with nothing lost: every value is sealed anew, or every keyed hash made anew, wherever it stands.

The vault knows the value behind every hash, so hashes can be made with any key. No figure hangs on a hash.
"""

import csv
import tempfile
from collections.abc import Callable
from contextlib import closing

from cryptography.fernet import Fernet
from sqlalchemy import Connection, column, table, text, update

from warehouse import db
from warehouse.access.grants import audit
from warehouse.access.standing import Place, places, quiet, sweep
from warehouse.access.vault import IN_MEMORY_BYTES, Vault
from warehouse.settings import (
    NEW_FERNET_KEY,
    VAULT_KEY,
    VAULT_KEY_OLD,
    Keys,
    Settings,
    keep_keys,
    keeps_keys,
    keys,
    new_hashing_key,
)

AT_ONCE = 5_000
SEALED = ("vault", "sealed")
REMADE = table("remade", column("old"), column("new"))


class NoOldKey(ValueError):
    """Whoever keeps the keys changes them: the vault's values need the old one once more."""

    def __init__(self) -> None:
        super().__init__(
            f"give the new key as {VAULT_KEY} and the present one as {VAULT_KEY_OLD}, then ask again."
            f" A new key comes from: {NEW_FERNET_KEY}"
        )


def rotate_vault_key(database: db.Database, settings: Settings, *, by: str) -> int:
    """Seal every value with a new key; how many. The old key opens nothing from then on.

    The embedded warehouse makes the key and keeps both until it is done: cut off, it goes on when asked again. Elsewhere
    both are given. Raises NoOldKey, OtherKey, NotQuiet.
    """
    is_kept = keeps_keys(settings)
    with quiet(database) as connection:
        given = keys(settings)  # not before it is quiet: who changes keys at the same time must not undo the other's
        if given.vault_before is None:
            if not is_kept:
                raise NoOldKey
            given = Keys(hashing=given.hashing, vault=Fernet.generate_key(), vault_before=given.vault)
            keep_keys(settings, given)
        count = seal_anew(connection, Vault(given))
        audit(connection, person=by, action="key change", detail=f"vault key: {count} values sealed anew")
    if is_kept:
        keep_keys(settings, Keys(hashing=given.hashing, vault=given.vault))
    sweep(database, [SEALED])
    return count


def rotate_hashing_key(database: db.Database, settings: Settings, *, by: str) -> int:
    """Make every keyed hash anew, with a new key; how many changed. Raises OtherKey, NotQuiet.

    The embedded warehouse makes the key; elsewhere the new one is given, and the old one is not needed. Cut off, it is
    asked again: until then, hashes stand as they were.
    """
    with quiet(database) as connection:
        given = keys(settings)
        if keeps_keys(settings):
            given = Keys(hashing=new_hashing_key(), vault=given.vault, vault_before=given.vault_before)
            keep_keys(settings, given)
        swept, count = hash_anew(connection, Vault(given))
        audit(connection, person=by, action="key change", detail=f"hashing key: {count} hashes made anew")
    sweep(database, [SEALED, *((place.schema, place.name) for place in swept)])
    return count


def seal_anew(connection: Connection, vault: Vault) -> int:
    """Every value of the vault under its newest key, in the caller's transaction; how many. Raises OtherKey."""
    _note(connection, "resealed", "value bytea", lambda token, sealed: (token, "\\x" + vault.sealed_anew(sealed).hex()))
    sealed_anew = "update vault.sealed as s set value = r.value from resealed as r where s.token = r.token"
    return connection.execute(text(sealed_anew)).rowcount


def hash_anew(connection: Connection, vault: Vault) -> tuple[list[Place], int]:
    """Every hash as the vault makes it, in the caller's transaction: where they stand, and how many differed. Raises OtherKey."""
    _note(connection, "remade", "new text", lambda token, sealed: (token, vault.token(vault.open(sealed))))
    connection.execute(text("alter table remade rename token to old"))
    changed = connection.execute(text("select count(*) from remade where old <> new")).scalar_one()
    known = places(connection)
    for place in known:
        rows = place.rows()
        for name in place.columns:
            connection.execute(update(rows).values({name: REMADE.c.new}).where(rows.c[name] == REMADE.c.old))
    connection.execute(text(_KEPT_TWICE))
    connection.execute(text("update vault.sealed as s set token = r.new from remade as r where s.token = r.old"))
    return known, int(changed)


_KEPT_TWICE = """
delete from vault.sealed as s using remade as r
where s.token = r.old and r.old <> r.new and exists (select from vault.sealed as t where t.token = r.new)
"""


def _note(connection: Connection, name: str, second: str, made: Callable[[str, bytes], tuple[str, str]]) -> None:
    """A temporary table `name` (token, `second`) with what is `made` of every token and its sealed value, none in clear."""
    every = connection.execute(
        text("select token, value from vault.sealed"), execution_options={"yield_per": AT_ONCE, "stream_results": True}
    )
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, "w+", encoding="ascii", newline="") as spool:
        csv.writer(spool).writerows(made(row.token, bytes(row.value)) for row in every)
        spool.seek(0)
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"create temporary table {quote(name)} (token text, {second}) on commit drop")
        with closing(connection.connection.cursor()) as cursor:
            cursor.copy_expert(f"copy {quote(name)} from stdin with (format csv)", spool)
        connection.exec_driver_sql(f"analyze {quote(name)}")
