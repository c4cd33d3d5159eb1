"""What the environment and the files say: addresses of the warehouse, keys, sign-in, what the house declares."""

import stat
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from checks.rules import suites
from warehouse.doctor.finding import Finding, good, note, wrong
from warehouse.feeds.contract import feeds
from warehouse.feeds.expected import expected
from warehouse.feeds.mapping import read_mapping
from warehouse.metrics import metrics
from warehouse.settings import Settings, keeps_keys, keys
from warehouse.tables import HERE, tables
from warehouse.targets import targets

BOTH = "set DATABASE_URL=postgresql://loader:…@host/name and DATABASE_READER_URL=postgresql://reader:…@host/name"
OIDC = ("GATEHOUSE_OIDC_ISSUER", "GATEHOUSE_OIDC_CLIENT_ID", "GATEHOUSE_OIDC_CLIENT_SECRET", "GATEHOUSE_COOKIE_SECRET")
SHORTEST_SECRET = 32
THEIRS = 0o077
DECLARED: Mapping[str, Callable[[], object]] = {
    "contract": feeds,
    "expected.yaml": expected,
    "catalogue": metrics,
    "targets.yaml": targets,
    "checks of deliveries": lambda: suites("delivery"),
    "checks of figures": lambda: suites("figures"),
    "tables": lambda: (tables("curated"), tables("published")),
    "mappings": lambda: [read_mapping(path) for path in sorted((HERE / "feeds/mappings").glob("*.yaml"))],
}


def settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Everything that can be told before the warehouse is opened."""
    yield addresses(environment)
    yield sign_in(environment)
    yield declared()


def addresses(environment: Mapping[str, str]) -> Finding:
    """Whether DATABASE_URL and DATABASE_READER_URL name one warehouse, through its two roles."""
    said = {name: environment.get(name) for name in ("DATABASE_URL", "DATABASE_READER_URL")}
    if not any(said.values()):
        return good("database", "the embedded server")
    if said["DATABASE_READER_URL"] and not said["DATABASE_URL"]:
        return note("database", "DATABASE_URL is not set: enough for a dashboard, and for nothing else")
    if not all(said.values()):
        (missing,) = (name for name, value in said.items() if not value)
        return wrong(
            "database", f"{missing} is not set, the other one is", f"{BOTH}; or neither, for the embedded server"
        )
    try:
        loader, reader = (make_url(str(value)) for value in said.values())
    except (ArgumentError, ValueError) as error:
        return wrong(
            "database",
            f"an address that cannot be read: {type(error).__name__}",
            f"{BOTH}; % @ : / # in passwords as %25 %40 %3A %2F %23",
        )
    return _pair(loader, reader) or good("database", f"{loader.database} at {loader.host or 'a local socket'}")


def _pair(loader: URL, reader: URL) -> Finding | None:
    """What is wrong with two addresses that can be read."""
    for url in (loader, reader):
        if url.drivername not in ("postgresql", "postgresql+psycopg2"):
            return wrong("database", f"{url.drivername}:// is not understood", "begin the address with postgresql://")
        if not url.database:
            return wrong("database", "an address names no database", BOTH)
    if (loader.host, loader.port or 5432, loader.database) != (reader.host, reader.port or 5432, reader.database):
        return wrong(
            "database", "the two addresses name two databases", "both name the same one, each with its own role"
        )
    if loader.username == reader.username:
        return wrong(
            "database",
            f"both addresses come as {loader.username}",
            "the dashboard must come as reader: who owns the rows sees all of them",
        )
    return None


def vault(of: Settings) -> Finding:
    """Whether there are keys for personal data, which nobody else on this machine may read."""
    try:
        keys(of)
        kept = keeps_keys(of)
    except (ValueError, OSError) as error:
        return wrong(
            "keys", str(error), "the vault can be opened with the same keys alone: keep them where you keep passwords"
        )
    file = of.home / "keys.json"
    if kept and stat.S_IMODE(file.stat().st_mode) & THEIRS:
        return wrong("keys", f"{file} can be read by others", f"chmod 600 {file}")
    return good("keys", f"kept in {file}: back it up, apart from the data" if kept else "from the environment")


def sign_in(environment: Mapping[str, str]) -> Finding:
    """Whether people can sign in as the environment says."""
    said = [name for name in OIDC if environment.get(name)]
    address = environment.get("GATEHOUSE_ADDRESS", "")
    if not said and environment.get("DATABASE_READER_URL"):
        return note(
            "sign-in", "no provider in this environment; the dashboard's names one, or `[auth]` in secrets.toml"
        )
    if not said:
        return note("sign-in", "no provider in the environment: the demo's people, or `[auth]` in secrets.toml")
    if missing := [name for name in OIDC if name not in said]:
        return wrong("sign-in", f"{', '.join(missing)} not set", "a provider wants all four; README, Run it for real")
    if len(environment["GATEHOUSE_COOKIE_SECRET"]) < SHORTEST_SECRET:
        return wrong("sign-in", "GATEHOUSE_COOKIE_SECRET is short enough to be guessed", "openssl rand -hex 32")
    if not address:
        return wrong(
            "sign-in",
            "GATEHOUSE_ADDRESS is not set",
            "set it to the address people open: the provider sends them back there",
        )
    if urlsplit(address).scheme != "https" and urlsplit(address).hostname not in ("localhost", "127.0.0.1"):
        return wrong(
            "sign-in", f"{address} is not encrypted", "put a proxy with TLS in front, and name its https:// address"
        )
    return good("sign-in", f"{environment['GATEHOUSE_OIDC_ISSUER']}, for {address}")


def declared() -> Finding:
    """Whether everything that the house declares in files can be read."""
    for name, read in DECLARED.items():
        try:
            read()
        except (ValueError, LookupError, TypeError, OSError) as error:
            return wrong("declarations", f"{name}: {error}", "mend the file that it names")
    return good(
        "declarations", f"{len(feeds())} feeds, {len(metrics())} metrics, {len(tables('published'))} published tables"
    )
