"""How people sign in: with the company's identity provider, named by the environment or by Streamlit's own secrets, or as one
of the demo's three people. Settings that cannot be are refused when the dashboard starts."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import streamlit as st

CALLBACK = "/oauth2callback"
SHORTEST_SECRET = 32
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
WAY = "GATEHOUSE_SIGN_IN"
VARIABLES = (
    "GATEHOUSE_ADDRESS",
    "GATEHOUSE_OIDC_ISSUER",
    "GATEHOUSE_OIDC_CLIENT_ID",
    "GATEHOUSE_OIDC_CLIENT_SECRET",
    "GATEHOUSE_COOKIE_SECRET",
)


@dataclass(frozen=True)
class Provider:
    """An OpenID provider, and the `address` under which people open the dashboard. The secrets stay out of its repr.

    Raises ValueError for addresses that would carry secrets in the clear, and for a cookie secret that could be guessed.
    """

    address: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for variable, url in zip(VARIABLES, (self.address, self.issuer), strict=False):
            if not _is_safe(url):
                raise ValueError(f"{variable} is https://… (http:// for localhost alone), not {url!r}")
        if urlsplit(self.address).path:
            raise ValueError(f"{VARIABLES[0]} has no path: the dashboard is served at the root of its address")
        if len(self.cookie_secret) < SHORTEST_SECRET:
            raise ValueError(
                f"{VARIABLES[-1]} has at least {SHORTEST_SECRET} characters: whoever guesses it is whoever they like"
            )

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Provider | None":
        """The provider that the environment names; None where it names none. ValueError where it names half of one."""
        given = {name: environment.get(name, "").strip() for name in VARIABLES}
        if not any(given[name] for name in VARIABLES[1:]):
            return None
        if missing := [name for name, value in given.items() if not value]:
            raise ValueError(f"a sign-in needs all of {', '.join(VARIABLES)}; not set: {', '.join(missing)}")
        return cls(
            address=given["GATEHOUSE_ADDRESS"].rstrip("/"),
            issuer=given["GATEHOUSE_OIDC_ISSUER"].rstrip("/"),
            client_id=given["GATEHOUSE_OIDC_CLIENT_ID"],
            client_secret=given["GATEHOUSE_OIDC_CLIENT_SECRET"],
            cookie_secret=given["GATEHOUSE_COOKIE_SECRET"],
        )

    def secrets(self) -> dict[str, dict[str, object]]:
        """The same as `st.login` reads it. Nothing but the address of the person is asked of the provider."""
        return {
            "auth": {
                "redirect_uri": self.address + CALLBACK,
                "cookie_secret": self.cookie_secret,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "server_metadata_url": f"{self.issuer}/.well-known/openid-configuration",
                "client_kwargs": {"scope": "openid email", "prompt": "select_account"},
            }
        }


def is_possible() -> bool:
    """Whether a provider is named, by the environment or by a file of secrets."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def wants_demo() -> bool:
    """Whether the demo's people are wanted: by GATEHOUSE_SIGN_IN=demo, or because no provider is named."""
    return (os.environ.get(WAY) or ("provider" if is_possible() else "demo")) == "demo"


def check(*, has_provider: bool, is_embedded: bool, company: Callable[[], str | None]) -> None:
    """Raises ValueError, with the reason, where the dashboard must not start with its setting of GATEHOUSE_SIGN_IN.

    `company` tells what the warehouse holds, where it is the demo's.
    """
    asked = os.environ.get(WAY, "")
    if asked not in {"", "demo", "provider"}:
        raise ValueError(f"{WAY} is demo or provider, not {asked!r}")
    if asked == "provider" and not has_provider:
        raise ValueError(f"{WAY}=provider needs a provider: {', '.join(VARIABLES)}")
    if asked == "demo" and not is_embedded:
        raise ValueError(
            f"{WAY}=demo lets anybody in: it is for the embedded warehouse, and DATABASE_URL names another"
        )
    if asked == "demo" and company() != "demo":
        raise ValueError(
            f"{WAY}=demo lets anybody in: it is for the generated company, and this warehouse holds another"
        )


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL))
