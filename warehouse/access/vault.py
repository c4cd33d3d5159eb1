"""Personal data: a keyed hash everywhere, the sealed value in the vault alone."""

import hashlib
import hmac
import tempfile
from contextlib import ExitStack, closing
from types import TracebackType
from typing import IO

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, text

from warehouse.settings import Keys

IN_MEMORY_BYTES = 8_000_000
LATELY = 1 << 16


class OtherKey(ValueError):
    """What stands in the vault was sealed with a key that is not at hand."""

    def __init__(self) -> None:
        super().__init__(
            "the vault was sealed with another key: give that one as GATEHOUSE_VAULT_KEY, or as GATEHOUSE_VAULT_KEY_OLD"
            " beside the new one until `access rotate --vault` is done"
        )


class OtherHashing(OtherKey):
    """What stands in the vault was hashed with another key: the same value would get another token."""

    def __init__(self) -> None:
        ValueError.__init__(
            self,
            "the warehouse was hashed with another key than this process has: give that one as GATEHOUSE_HASH_KEY; after"
            " `access rotate --hmac`, start what still runs with the old one anew",
        )


class Vault:
    """Hashes personal values and keeps their sealed form, spooled to disk (sealed) until `keep` writes them.

    Entered once a file: what was not kept at the end of the block, since the file was refused, is gone.
    Of what `is_trial` nothing is kept.
    """

    def __init__(self, keys: Keys, *, is_trial: bool = False) -> None:
        self._is_trial = is_trial
        self._keyed = hmac.new(keys.hashing, digestmod=hashlib.sha256)
        self._seal = MultiFernet([Fernet(key) for key in (keys.vault, keys.vault_before) if key is not None])
        self._closing = ExitStack()

    def __enter__(self) -> "Vault":
        self._spool: IO[bytes] = self._closing.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
        self._lately: set[str] = set()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def token(self, value: str) -> str:
        """The keyed hash that stands for `value` (HMAC-SHA-256, hex): equal values have equal tokens."""
        hashing = self._keyed.copy()
        hashing.update(value.strip().encode())
        return hashing.hexdigest()

    def protect(self, value: str) -> str:
        """The token of `value`, remembering its sealed form for `keep`: sealing is slow, so not again where it was lately."""
        token = self.token(value)
        if token not in self._lately and not self._is_trial:
            if len(self._lately) == LATELY:
                self._lately.clear()
            self._lately.add(token)
            self._spool.write(b"%b,%b\n" % (token.encode(), self._seal.encrypt(value.strip().encode())))
        return token

    def open(self, sealed: bytes) -> str:
        """The value that was sealed; raises OtherKey if it was not sealed with a key of this vault."""
        try:
            return self._seal.decrypt(sealed).decode()
        except InvalidToken:
            raise OtherKey from None

    def must_have_made(self, token: str, sealed: bytes) -> None:
        """Raises OtherKey, or OtherHashing, unless these keys made both."""
        if self.token(self.open(sealed)) != token:
            raise OtherHashing

    def sealed_anew(self, sealed: bytes) -> bytes:
        """The same value under the newest key; raises OtherKey."""
        try:
            return self._seal.rotate(sealed)
        except InvalidToken:
            raise OtherKey from None

    def keep(self, connection: Connection) -> None:
        """Write the remembered values to `vault.sealed`, in the caller's transaction; known tokens stay as they are.

        Raises OtherKey where the vault's values were sealed, or hashed, with another key: nobody could open both with one, or find
        one person under two hashes.
        """
        for token, sealed in connection.execute(text("select token, value from vault.sealed limit 1")):
            self.must_have_made(token, bytes(sealed))
        if not self._spool.tell():
            return
        self._spool.seek(0)
        connection.exec_driver_sql("create temporary table sealed_new (token text, value bytea) on commit drop")
        with closing(connection.connection.cursor()) as cursor:
            cursor.copy_expert("copy sealed_new from stdin with (format csv)", self._spool)
        connection.exec_driver_sql(
            "insert into vault.sealed (token, value) select distinct on (token) token, value from sealed_new on conflict do nothing"
        )
        connection.exec_driver_sql("drop table sealed_new")
        self._spool.seek(0)
        self._spool.truncate()
        self._lately.clear()
