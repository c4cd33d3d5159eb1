"""Secrets that come in files, as containers are given them; and a dashboard that is given the reader's address alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import db
from warehouse.settings import Settings, keys, read_secrets


def test_a_file_stands_for_the_variable_that_it_is_named_after(tmp_path: Path) -> None:
    (secret := tmp_path / "secret").write_text("of the tests\n")
    environment = {
        "GATEHOUSE_WEBHOOK_SALES_FILE": str(secret),
        "DATABASE_URL_FILE": str(secret),
        "SSL_CERT_FILE": "/etc/ssl/cert.pem",
    }
    read_secrets(environment)
    assert environment == {
        "GATEHOUSE_WEBHOOK_SALES": "of the tests",
        "DATABASE_URL": "of the tests",
        "SSL_CERT_FILE": "/etc/ssl/cert.pem",
    }


def test_a_file_that_cannot_be_read_or_says_it_twice_is_named_and_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"GATEHOUSE_VAULT_KEY_FILE: .*nowhere cannot be read: No such file"):
        read_secrets({"GATEHOUSE_VAULT_KEY_FILE": str(tmp_path / "nowhere")})
    (secret := tmp_path / "secret").write_bytes(b"\xff\xfe secret")
    with pytest.raises(ValueError, match=r"secret cannot be read: it is no text$"):
        read_secrets({"GATEHOUSE_VAULT_KEY_FILE": str(secret)})
    with pytest.raises(ValueError, match="GATEHOUSE_HASH_KEY and GATEHOUSE_HASH_KEY_FILE are both set"):
        read_secrets({"GATEHOUSE_HASH_KEY": "a", "GATEHOUSE_HASH_KEY_FILE": str(secret)})


def test_a_program_that_lacks_a_secret_says_so_and_ends(tmp_path: Path) -> None:
    environment = {"PATH": "", "DATABASE_URL_FILE": str(tmp_path / "nowhere")}
    command, house = [sys.executable, "-m", "warehouse", "status"], Path(db.__file__).parents[1]
    done = subprocess.run(command, env=environment, cwd=house, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL_FILE: ")
    assert "Traceback" not in done.stderr


def test_whoever_has_the_readers_address_alone_may_not_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_READER_URL", "postgresql://reader@localhost/gatehouse")
    settings = Settings.from_environment()
    assert not settings.is_embedded
    assert db.connect_reader(settings).url.username == "reader"
    with pytest.raises(ValueError, match="DATABASE_URL"):
        db.connect(settings)
    with pytest.raises(ValueError, match="GATEHOUSE_VAULT_KEY"):
        keys(settings)
