"""What a sign-in needs, for real: a small company without demo people, the dashboard on it, and an OpenID provider."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from benchmarks.web.places import answers, free_port
from tests import complaint_rows
from tests.harness import EXECUTIVE, House
from warehouse.db import Database

HOUSE = Path(__file__).parents[2]
HEAD, UNVERIFIED, STRANGER = "north@example.com", "unverified@example.com", "stranger@example.com"
STARTS_WITHIN = 60.0
COOKIE_SECRET = "a secret of the tests, long enough to sign with"


@dataclass(frozen=True)
class Stage:
    """The dashboard's address, the provider's, and the company behind."""

    dashboard: str
    issuer: str
    house: House


def settle(database: Database) -> House:
    """A company of two regions with some complaints: an executive sees both, a head the north."""
    house = House(database).open()
    house.grant(HEAD, region="north")
    house.deliver(
        until=complaint_rows.UNTIL,
        branches=complaint_rows.BRANCHES,
        complaints=complaint_rows.complaints(400, seed=5),
        **complaint_rows.company(),
    )
    return house


@contextmanager
def provider() -> Iterator[str]:
    """An OpenID provider that knows four people by their addresses; the issuer."""
    claims = [{"sub": person, "email": person, "email_verified": person != UNVERIFIED} for person in PEOPLE]
    people = [part for each in claims for part in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "localhost", *people, "--port"]
    with running(command, "/.well-known/openid-configuration", os.environ) as port:
        yield f"http://localhost:{port}"


@contextmanager
def dashboard(environment: Mapping[str, str], *, issuer: str) -> Iterator[str]:
    """The dashboard as an operator starts it, with a sign-in; its address."""
    port = free_port()
    address = f"http://localhost:{port}"
    own = {
        "GATEHOUSE_ADDRESS": address,
        "GATEHOUSE_OIDC_ISSUER": issuer,
        "GATEHOUSE_OIDC_CLIENT_ID": "gatehouse",
        "GATEHOUSE_OIDC_CLIENT_SECRET": "the client's secret",
        "GATEHOUSE_COOKIE_SECRET": COOKIE_SECRET,
    }
    with running([sys.executable, "serve.py", "--port"], "/_stcore/health", {**environment, **own}, port=port):
        yield address


def environment(home: Path, database: Database) -> dict[str, str]:
    """The environment of whoever runs the dashboard on `database`: a warehouse of one's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))}
    return {
        **kept,
        "GATEHOUSE_HOME": str(home),
        "DATABASE_URL": _written(database.loader.url),
        "DATABASE_READER_URL": _written(database.reader.url),
    }


PEOPLE = (EXECUTIVE, HEAD, UNVERIFIED, STRANGER)


@contextmanager
def running(
    command: Sequence[str], asked: str, environment: Mapping[str, str], *, port: int | None = None
) -> Iterator[int]:
    """A server for the length of a block, from when it answers to `asked`; its port."""
    port = port or free_port()
    process = subprocess.Popen(
        [*command, str(port)], cwd=HOUSE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not answers(port, asked):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} does not answer")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
