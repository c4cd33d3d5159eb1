"""Where the warehouse lives and with which keys: read once from the environment, passed on as one frozen value."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet


@dataclass(frozen=True)
class Settings:
    """`database_url` None means the embedded server under `home`; `demo` is True only where its company was generated."""

    home: Path
    database_url: str | None = None
    reader_url: str | None = None
    database_name: str = "gatehouse"

    @classmethod
    def from_environment(cls) -> "Settings":
        """GATEHOUSE_HOME (default `.gatehouse`), DATABASE_URL and DATABASE_READER_URL; ValueError if only one URL is set."""
        loader, reader = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_READER_URL")
        if bool(loader) != bool(reader):
            raise ValueError(
                "DATABASE_URL (role loader) and DATABASE_READER_URL (role reader) are set together or not at all"
            )
        home = Path(os.environ.get("GATEHOUSE_HOME", ".gatehouse")).expanduser().resolve()
        return cls(home=home, database_url=loader, reader_url=reader)

    @property
    def is_embedded(self) -> bool:
        """Whether the warehouse is the embedded server under `home`."""
        return self.database_url is None


@dataclass(frozen=True)
class Keys:
    """Secrets for personal data: `hashing` makes keyed hashes (HMAC-SHA-256), `vault` seals values (Fernet)."""

    hashing: bytes
    vault: bytes


def keys(settings: Settings) -> Keys:
    """Keys from GATEHOUSE_HASH_KEY and GATEHOUSE_VAULT_KEY; the embedded warehouse makes and keeps its own.

    Raises ValueError where a warehouse of one's own has no keys: data sealed with a lost key is lost.
    """
    hashing, vault = os.environ.get("GATEHOUSE_HASH_KEY"), os.environ.get("GATEHOUSE_VAULT_KEY")
    if hashing and vault:
        return Keys(hashing=hashing.encode(), vault=vault.encode())
    if not settings.is_embedded:
        raise ValueError(
            "set GATEHOUSE_HASH_KEY (any long secret) and GATEHOUSE_VAULT_KEY (a Fernet key) beside DATABASE_URL"
        )
    return _kept_keys(settings.home / "keys.json")


def _kept_keys(path: Path) -> Keys:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {"hashing": secrets.token_hex(32), "vault": Fernet.generate_key().decode()}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
    kept = json.loads(path.read_text("utf-8"))
    return Keys(hashing=kept["hashing"].encode(), vault=kept["vault"].encode())
