"""Keys come from the environment or the home alone; what is wrong with them is said without saying them."""

import logging
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from warehouse import db
from warehouse.access import rotation
from warehouse.access.vault import OtherHashing, OtherKey, Vault
from warehouse.settings import HASH_KEY, VAULT_KEY, VAULT_KEY_OLD, Keys, Settings, keep_keys, keys

LONG = "a hashing key that nobody is going to guess"
OWN = "postgresql://loader:geheim@localhost/gatehouse"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """A warehouse of one's own, with keys in the environment."""
    monkeypatch.setenv(HASH_KEY, LONG)
    monkeypatch.setenv(VAULT_KEY, Fernet.generate_key().decode())
    monkeypatch.delenv(VAULT_KEY_OLD, raising=False)
    return Settings(home=tmp_path, database_url=OWN, reader_url=OWN)


def test_the_home_keeps_its_keys_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    made = keys(settings)
    assert keys(settings) == made
    keep_keys(settings, Keys(hashing=made.hashing, vault=made.vault, vault_before=made.vault))
    assert [path.name for path in settings.home.iterdir()] == ["keys.json"]
    assert stat.S_IMODE((settings.home / "keys.json").stat().st_mode) == 0o600


def test_nothing_shows_a_key_or_a_password(own: Settings) -> None:
    given = keys(own)
    shown = f"{given!r} {own!r} {given} {own}"
    assert LONG not in shown
    assert given.vault.decode() not in shown
    assert "geheim" not in shown


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (HASH_KEY, "", "set GATEHOUSE_HASH_KEY"),
        (VAULT_KEY, "", "set GATEHOUSE_HASH_KEY"),
        (HASH_KEY, "hunter2", "short enough to be guessed"),
        (VAULT_KEY, "hunter2", "GATEHOUSE_VAULT_KEY is no Fernet key"),
        (VAULT_KEY_OLD, "hunter2", "GATEHOUSE_VAULT_KEY_OLD is no Fernet key"),
    ],
)
def test_a_key_that_is_none_is_refused_unsaid(
    own: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=said) as refusal:
        keys(own)
    assert "hunter2" not in str(refusal.value)


def test_given_keys_are_changed_by_giving_both(
    own: Settings, database: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = keys(own)
    with database.loader.begin() as connection, Vault(old) as vault:
        vault.protect("Anna Achterberg")
        vault.keep(connection)
    with pytest.raises(rotation.NoOldKey, match="the present one as GATEHOUSE_VAULT_KEY_OLD"):
        rotation.rotate_vault_key(database, own, by="tests")
    monkeypatch.setenv(VAULT_KEY, Fernet.generate_key().decode())
    with pytest.raises(OtherKey):
        rotation.rotate_hashing_key(database, own, by="tests")
    monkeypatch.setenv(VAULT_KEY_OLD, old.vault.decode())
    assert rotation.rotate_vault_key(database, own, by="tests") == 1
    monkeypatch.delenv(VAULT_KEY_OLD)
    with database.loader.begin() as connection:
        (sealed,) = connection.scalars(text("select value from vault.sealed"))
    assert Vault(keys(own)).open(bytes(sealed)) == "Anna Achterberg"
    with pytest.raises(OtherKey):
        Vault(old).open(bytes(sealed))
    assert not (own.home / "keys.json").exists()


def test_who_hashes_with_an_old_key_keeps_nothing(own: Settings, database: db.Database) -> None:
    now = keys(own)
    with database.loader.begin() as connection, Vault(now) as vault:
        vault.protect("Anna Achterberg")
        vault.keep(connection)
    still = replace(now, hashing=b"a key that was changed meanwhile")
    with (
        pytest.raises(OtherHashing, match="GATEHOUSE_HASH_KEY"),
        database.loader.begin() as connection,
        Vault(still) as vault,
    ):
        vault.protect("Bernd Achterberg")
        vault.keep(connection)


def test_a_statement_that_fails_tells_no_values(database: db.Database, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(DBAPIError) as failed, database.loader.begin() as connection:
        connection.execute(text("select cast(1 as int) where no_such_column = :name"), {"name": "Anna Achterberg"})
    assert "no_such_column" in str(failed.value)
    assert "Achterberg" not in f"{failed.value} {failed.value!r} {caplog.text}"
