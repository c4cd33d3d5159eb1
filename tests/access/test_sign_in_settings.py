"""What the dashboard starts with, and what stands around it: settings that are refused, headers, hosts, and the way back."""

import http.client
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.shared import shield, sign_in
from pages.shared.sign_in import Provider
from pages.shared.way_back import COOKIE

HOUSE = Path(__file__).parents[2]
WHOLE = {
    "GATEHOUSE_ADDRESS": "https://figures.example.com/",
    "GATEHOUSE_OIDC_ISSUER": "https://id.example.com/",
    "GATEHOUSE_OIDC_CLIENT_ID": "gatehouse",
    "GATEHOUSE_OIDC_CLIENT_SECRET": "the client's secret",
    "GATEHOUSE_COOKIE_SECRET": "0123456789" * 4,
}


def test_a_provider_is_what_st_login_reads() -> None:
    found = Provider.of(WHOLE)
    assert found is not None
    told = found.secrets()["auth"]
    assert told["redirect_uri"] == "https://figures.example.com/oauth2callback"
    assert told["server_metadata_url"] == "https://id.example.com/.well-known/openid-configuration"
    assert told["client_kwargs"] == {"scope": "openid email", "prompt": "select_account"}
    assert "secret" not in repr(found).replace("client_secret", "").replace("cookie_secret", "")
    assert Provider.of({"GATEHOUSE_ADDRESS": "https://figures.example.com"}) is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        *((name, "not set: " + name) for name in WHOLE),
        (("GATEHOUSE_ADDRESS", "http://figures.example.com"), "GATEHOUSE_ADDRESS is https"),
        (("GATEHOUSE_ADDRESS", "figures.example.com"), "GATEHOUSE_ADDRESS is https"),
        (("GATEHOUSE_ADDRESS", "https://figures.example.com/here"), "has no path"),
        (("GATEHOUSE_OIDC_ISSUER", "http://id.example.com"), "GATEHOUSE_OIDC_ISSUER is https"),
        (("GATEHOUSE_COOKIE_SECRET", "short"), "at least 32 characters"),
    ],
)
def test_half_a_provider_and_one_in_the_clear_are_refused(changed: str | tuple[str, str], says: str) -> None:
    name, value = (changed, "") if isinstance(changed, str) else changed
    with pytest.raises(ValueError, match=says) as refused:
        Provider.of({**WHOLE, name: value})
    assert WHOLE["GATEHOUSE_OIDC_CLIENT_SECRET"] not in str(refused.value)
    assert WHOLE["GATEHOUSE_COOKIE_SECRET"] not in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "has_provider", "is_embedded", "company", "says"),
    [
        ("", False, True, "demo", None),
        ("", True, False, None, None),
        ("demo", True, True, "demo", None),
        ("provider", True, False, None, None),
        ("demo", False, False, None, "DATABASE_URL names another"),
        ("demo", False, True, None, "this warehouse holds another"),
        ("provider", False, True, None, "needs a provider"),
        ("anybody", False, True, "demo", "not 'anybody'"),
    ],
)
def test_the_demos_people_are_for_the_demo(
    monkeypatch: pytest.MonkeyPatch,
    *,
    asked: str,
    has_provider: bool,
    is_embedded: bool,
    company: str | None,
    says: str | None,
) -> None:
    monkeypatch.setenv(sign_in.WAY, asked)
    with nullcontext() if says is None else pytest.raises(ValueError, match=says):
        sign_in.check(has_provider=has_provider, is_embedded=is_embedded, company=lambda: company)


@pytest.mark.parametrize(
    ("asked", "has_provider", "wanted"), [("", False, True), ("", True, False), ("demo", True, True)]
)
def test_a_provider_ends_the_demo(
    monkeypatch: pytest.MonkeyPatch, *, asked: str, has_provider: bool, wanted: bool
) -> None:
    monkeypatch.setenv(sign_in.WAY, asked)
    monkeypatch.setattr(sign_in, "is_possible", lambda: has_provider)
    assert sign_in.wants_demo() == wanted


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"GATEHOUSE_SIGN_IN": "demo"}, "GATEHOUSE_SIGN_IN=demo lets anybody in"),
        ({"GATEHOUSE_OIDC_ISSUER": "https://id.example.com"}, "not set: GATEHOUSE_ADDRESS"),
    ],
)
def test_a_dashboard_that_is_set_up_wrongly_does_not_start(given: dict[str, str], says: str) -> None:
    """The warehouse is one that nobody answers for: the setting is refused before anything is asked of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))}
    nowhere = dict.fromkeys(("DATABASE_URL", "DATABASE_READER_URL"), "postgresql+psycopg2://reader@127.0.0.1:1/none")
    ended = subprocess.run(
        [sys.executable, "serve.py", "--port", "0"],
        cwd=HOUSE,
        env={**kept, **nowhere, **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode != 0
    assert says in ended.stderr
    assert ended.stderr.strip().splitlines()[-1].startswith("Gatehouse does not start: ")


def around(address: str | None = None) -> TestClient:
    """A few pages behind the layers that stand around the dashboard."""

    async def page(request: Request) -> Response:
        said = PlainTextResponse("here", headers={"cache-control": "public"})
        said.set_cookie("identity", "x", httponly=True)
        return said

    async def callback(request: Request) -> Response:
        return RedirectResponse("/", status_code=302)

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("open")

    routes = [
        Route("/", page),
        Route("/media/file.csv", page),
        Route("/auth/login", page),
        Route("/oauth2callback", callback),
        WebSocketRoute("/_stcore/stream", stream),
    ]
    app = Starlette(routes=routes, middleware=shield.around(address, host="127.0.0.1"))
    return TestClient(app, base_url=(address or "http://localhost:8501"), follow_redirects=False)


def test_every_answer_says_what_the_browser_may_do() -> None:
    said = around("https://figures.example.com").get("/").headers
    policy = dict(part.split(" ", 1) for part in said["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert "'sha256-" in policy["script-src"]
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "same-origin"
    assert said["strict-transport-security"] == "max-age=31536000"
    assert "Secure" in said["set-cookie"]
    assert said["cache-control"] == "public"
    assert around("https://figures.example.com").get("/media/file.csv").headers["cache-control"] == "no-store"


def test_on_this_machine_nothing_is_encrypted_and_cookies_still_come_back() -> None:
    said = around().get("/").headers
    assert "strict-transport-security" not in said
    assert "Secure" not in said["set-cookie"]


@pytest.mark.parametrize(
    ("address", "host", "answers"),
    [
        (None, "localhost:8501", http.HTTPStatus.OK),
        (None, "127.0.0.1:8501", http.HTTPStatus.OK),
        (None, "rebound.example.org", http.HTTPStatus.BAD_REQUEST),
        ("https://figures.example.com", "figures.example.com", http.HTTPStatus.OK),
        ("https://figures.example.com", "localhost:8501", http.HTTPStatus.OK),
        ("https://figures.example.com", "evil.example.com", http.HTTPStatus.BAD_REQUEST),
    ],
)
def test_only_the_own_names_are_answered(address: str | None, host: str, answers: http.HTTPStatus) -> None:
    assert around(address).get("/", headers={"host": host}).status_code == answers


@pytest.mark.parametrize("origin", [None, "http://localhost:8501"])
def test_own_pages_open_the_websocket(origin: str | None) -> None:
    told = {"host": "localhost:8501", **({"origin": origin} if origin else {})}
    with around().websocket_connect("/_stcore/stream", headers=told) as opened:
        assert opened.receive_text() == "open"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://evil.example.com", "null"])
def test_pages_of_others_do_not(origin: str) -> None:
    told = {"host": "localhost:8501", "origin": origin}
    with pytest.raises(WebSocketDisconnect), around().websocket_connect("/_stcore/stream", headers=told):
        pass


def test_the_page_asked_for_is_where_the_sign_in_ends() -> None:
    client = around()
    asked = "/complaints?region=south&period=2026-01-01..2026-03-31&branch=%E6%9D%AD"
    assert (
        COOKIE in client.get("/auth/login", headers={"referer": f"http://localhost:8501{asked}"}).headers["set-cookie"]
    )
    back = client.get("/oauth2callback")
    assert back.headers["location"] == asked
    assert client.get("/oauth2callback").headers["location"] == "/"


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example.com/complaints",
        "http://localhost:8501//evil.example.com",
        "http://localhost:8501/\\evil.example.com",
        "http://localhost:8501/a/b",
        "http://localhost:8501/complaints?x=<script>",
        "http://localhost:8501/" + "a" * 3_000,
        "",
    ],
)
def test_nobody_is_led_anywhere_else(referer: str) -> None:
    client = around()
    assert COOKIE not in client.get("/auth/login", headers={"referer": referer}).headers["set-cookie"]


@pytest.mark.parametrize(
    "kept", ["%2F%2Fevil.example.com", "https%3A%2F%2Fevil.example.com", "%2F%0D%0Ax", "\x7f", "/.."]
)
def test_a_way_back_that_somebody_else_has_written_is_none(kept: str) -> None:
    back = around().get("/oauth2callback", headers={"cookie": f"{COOKIE}={kept}"})
    assert back.headers["location"] == "/"
