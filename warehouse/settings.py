"""Where the warehouse lives with which keys, and under whose name: read once from the environment, passed on as one frozen value."""

import getpass
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HASH_KEY, VAULT_KEY, VAULT_KEY_OLD = "GATEHOUSE_HASH_KEY", "GATEHOUSE_VAULT_KEY", "GATEHOUSE_VAULT_KEY_OLD"
SHORTEST_HASH_KEY = 32
OURS, IN_A_FILE = ("DATABASE_", "GATEHOUSE_"), "_FILE"
NEW_FERNET_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True)
class Settings:
    """`reader_url` None means the embedded server under `home`, `database_url` None beside it that nothing here may write."""

    home: Path
    database_url: str | None = field(default=None, repr=False)
    reader_url: str | None = field(default=None, repr=False)
    database_name: str = "gatehouse"
    inbox_folder: Path | None = None

    @classmethod
    def from_environment(cls) -> "Settings":
        """GATEHOUSE_HOME (default `.gatehouse`), GATEHOUSE_INBOX, DATABASE_URL and DATABASE_READER_URL.

        ValueError where the loader's URL comes without the reader's, which is all that the dashboard is given.
        """
        loader, reader = os.environ.get("DATABASE_URL") or None, os.environ.get("DATABASE_READER_URL") or None
        if loader and not reader:
            raise ValueError("DATABASE_URL (role loader) is set without DATABASE_READER_URL (role reader)")
        home = Path(os.environ.get("GATEHOUSE_HOME", ".gatehouse")).expanduser().resolve()
        inbox = os.environ.get("GATEHOUSE_INBOX")
        place = Path(inbox).expanduser().resolve() if inbox else None
        return cls(home=home, database_url=loader, reader_url=reader, inbox_folder=place)

    @property
    def is_embedded(self) -> bool:
        """Whether the warehouse is the embedded server under `home`."""
        return self.reader_url is None

    @property
    def inbox(self) -> Path:
        """Where dropped files wait, sealed: GATEHOUSE_INBOX, which dashboard and worker share, else below the home."""
        return self.inbox_folder or self.home / "inbox"

    @property
    def mappings(self) -> Path:
        """Where the company's own mapping files lie, by which dropped files are recognised."""
        return self.home / "mappings"


def read_secrets(environment: MutableMapping[str, str]) -> None:
    """Put what stands in a file in the place of each of our variables NAME_FILE that names one: as NAME. So containers keep secrets.

    Raises ValueError for a file that cannot be read, and where NAME is given as well.
    """
    for variable in [each for each in environment if each.startswith(OURS) and each.endswith(IN_A_FILE)]:
        name, file = variable.removesuffix(IN_A_FILE), Path(environment.pop(variable))
        if environment.get(name):
            raise ValueError(f"{name} and {variable} are both set; one of them is enough")
        try:
            environment[name] = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "it is no text"
            raise ValueError(f"{variable}: {file} cannot be read: {said}") from None


@dataclass(frozen=True)
class Keys:
    """Secrets for personal data: `hashing` makes keyed hashes (HMAC-SHA-256), `vault` seals values (Fernet).

    `vault_before` opens what was sealed before the key was changed, until `access rotate --vault` has sealed it anew.
    """

    hashing: bytes = field(repr=False)
    vault: bytes = field(repr=False)
    vault_before: bytes | None = field(default=None, repr=False)


def keys(settings: Settings) -> Keys:
    """Keys from GATEHOUSE_HASH_KEY and GATEHOUSE_VAULT_KEY; the embedded warehouse makes and keeps its own.

    Raises ValueError where a warehouse of one's own has no keys, since data sealed with a lost key is lost, and for a key
    that is too short to keep anything secret.
    """
    if not keeps_keys(settings):
        return _given_keys()
    path = _file(settings)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Keys(hashing=new_hashing_key(), vault=new_vault_key())
        with _written(made, beside=path) as written, suppress(FileExistsError):
            path.hardlink_to(written)  # where another process was first, its keys are the keys
    return Keys(**{name: key.encode() for name, key in json.loads(path.read_text("utf-8")).items()})


def keeps_keys(settings: Settings) -> bool:
    """Whether the embedded warehouse keeps its keys itself, in its home, and none are given from outside."""
    if os.environ.get(HASH_KEY) and os.environ.get(VAULT_KEY):
        return False
    if settings.is_embedded:
        return True
    raise ValueError(f"set {HASH_KEY} (any long secret) and {VAULT_KEY} (a Fernet key) beside DATABASE_URL")


def keep_keys(settings: Settings, kept: Keys) -> None:
    """Put `kept` in the place of the keys in the home: all of them, or, where that is cut off, none."""
    with _written(kept, beside=_file(settings)) as written:
        written.replace(_file(settings))


def operator() -> str:
    """Under whose name a command's deeds are written down: the system's user, by number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def new_hashing_key() -> bytes:
    """A key for keyed hashes: 32 bytes nobody can guess, as hex."""
    return secrets.token_hex(32).encode()


def new_vault_key() -> bytes:
    """A key that seals values: one of Fernet's."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key()


def _given_keys() -> Keys:
    hashing, vault, before = (os.environ.get(name, "") for name in (HASH_KEY, VAULT_KEY, VAULT_KEY_OLD))
    if len(hashing) < SHORTEST_HASH_KEY:
        raise ValueError(f"{HASH_KEY} is short enough to be guessed; take {SHORTEST_HASH_KEY} characters at least")
    for name, key in ((VAULT_KEY, vault), (VAULT_KEY_OLD, before)):
        if key and not _is_fernet_key(key):
            raise ValueError(f"{name} is no Fernet key; make one with: {NEW_FERNET_KEY}")
    return Keys(hashing=hashing.encode(), vault=vault.encode(), vault_before=before.encode() or None)


def _is_fernet_key(key: str) -> bool:
    from cryptography.fernet import Fernet  # 7 MB that whoever only reads figures need not load

    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _file(settings: Settings) -> Path:
    return settings.home / "keys.json"


@contextmanager
def _written(kept: Keys, *, beside: Path) -> Iterator[Path]:
    """The keys in a file of its own, on the disk for sure, which nobody but its owner may open; gone after the block."""
    handle, name = tempfile.mkstemp(prefix="keys-", dir=beside.parent)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump({name: key.decode() for name, key in vars(kept).items() if key is not None}, file)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
