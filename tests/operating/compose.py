"""docker-compose.yml without Docker: its services' commands and health checks, run as they stand, with the folders of the
containers somewhere on this machine, and an embedded server in the place of the service `postgres`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HOUSE = Path(__file__).parents[2]
FILE = HOUSE / "docker-compose.yml"
ASKED_FOR = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
BY_OPERATOR = {
    "GATEHOUSE_ADDRESS": "https://figures.example.com",
    "GATEHOUSE_OIDC_ISSUER": "https://id.example.com",
    "GATEHOUSE_OIDC_CLIENT_ID": "gatehouse",
    "GATEHOUSE_ZONE": "Asia/Shanghai",
    "GATEHOUSE_CURRENCY": "CNY",
}
"""What stands in .env."""
SECRETS = "/run/secrets/"
PATIENCE_SECONDS = 60.0


class NotSet(ValueError):
    """A variable that the file insists on is not set."""


def services(given: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """The services, by name, with the operator's variables put in. Raises NotSet."""

    def value(found: re.Match[str]) -> str:
        name, way, other = found.groups()
        if not given.get(name) and way == "?":
            raise NotSet(f"{name}: {other}")
        return given.get(name) or other or ""

    def filled(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {name: filled(each) for name, each in part.items()}
        if isinstance(part, list):
            return [filled(each) for each in part]
        return ASKED_FOR.sub(value, part).replace("$$", "$") if isinstance(part, str) else part

    return dict(filled(yaml.safe_load(FILE.read_text("utf-8"))["services"]))


@dataclass(frozen=True)
class Ground:
    """What the image holds and where the folders of the containers are here; at which port the dashboard listens, and where it and
    `monitor` tell metrics."""

    folder: Path
    port: int
    told_at: tuple[int, int]
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: services(BY_OPERATOR))

    def __post_init__(self) -> None:
        for name in ("deliveries", "backups", "home", "tmp"):
            (self.folder / name).mkdir(parents=True)
        for path in re.findall(r"^!(\S+)", (HOUSE / ".dockerignore").read_text("utf-8"), re.MULTILINE):
            in_image = self.folder / "image" / path
            in_image.parent.mkdir(parents=True, exist_ok=True)
            in_image.symlink_to(HOUSE / path)

    @contextmanager
    def running(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A service for the block, at whose end it is told to end as Docker does, and has; what it says goes to its log."""
        command = self._here(self.services[name]["command"])
        with self.log(name).open("wb") as log:
            process = subprocess.Popen(
                command, env=self.environment(name), cwd=self.folder / "image", stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)

    def log(self, name: str) -> Path:
        """What a service has said."""
        return self.folder / f"{name}.log"

    def is_healthy(self, name: str) -> bool:
        """What the health check of a service says."""
        kind, *command = self.services[name]["healthcheck"]["test"]
        asked = ["/bin/sh", "-c", *command] if kind == "CMD-SHELL" else command
        done = subprocess.run(
            self._here(asked),
            env=self.environment(name),
            cwd=self.folder / "image",
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        return done.returncode == 0

    def environment(self, name: str) -> dict[str, str]:
        """All that a service knows of the world, and the files of those secrets that it is given."""
        service = self.services[name]
        said = service.get("environment", {})
        strange = [
            value
            for value in said.values()
            if SECRETS in value and value.removeprefix(SECRETS) not in service["secrets"]
        ]
        assert not strange, f"{name} is told of secrets that it is not given: {strange}"
        around = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.folder / "tmp")}
        return {**around, "GATEHOUSE_HOME": str(self.folder / "home"), **{key: self._path(said[key]) for key in said}}

    def _here(self, command: Sequence[str]) -> list[str]:
        return [self._path(part) for part in command]

    def _path(self, said: str) -> str:
        for there, here in {
            SECRETS: f"{self.folder}/secrets/",
            "/deliveries": f"{self.folder}/deliveries",
            "/backups": f"{self.folder}/backups",
            "8501": str(self.port),
            "9464": str(self.told_at[0]),
            "9465": str(self.told_at[1]),
        }.items():
            said = said.replace(there, here)
        return said
