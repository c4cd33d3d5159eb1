"""Behind a proxy with TLS, as deploy/nginx.conf sets it up: sign-in, cookies, headers, websocket and origin check, in a real browser."""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import URL

from tests.access import proxy_stage
from tests.access import sign_in_stage as stage
from tests.access.sign_in_stage import HEAD
from tests.browser import install
from warehouse import db

pytestmark = pytest.mark.browser
PATIENCE = 60_000
BUSY = 503
expect.set_options(timeout=PATIENCE)
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def addresses(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address with TLS, and the one without."""
    nginx = install.nginx()
    if nginx is None:
        pytest.skip("no nginx here: python -m tests.browser.install")
    database = db.embedded(server, "proxied", template=template)
    stage.settle(database)
    folder = tmp_path_factory.mktemp("proxied")
    own = stage.environment(folder / "home", database)
    with stage.provider() as issuer, proxy_stage.proxied(nginx, folder, own, issuer=issuer) as opened:
        yield opened
    database.dispose()


def answered(address: str, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage]:
    """What nginx answers: its number and headers."""
    parts = urlsplit(address)
    with closing(http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)) as asked:
        asked.connect()
        if parts.scheme == "https":
            trusting = ssl.create_default_context(cafile=proxy_stage.CERTIFICATES[address])
            asked.sock = trusting.wrap_socket(asked.sock, server_hostname=parts.hostname)
        asked.request("GET", path, headers={"Host": parts.netloc, **headers})
        with asked.getresponse() as answer:
            return answer.status, answer.headers


def test_signing_in_by_secrets_toml_through_tls(addresses: tuple[str, str], browser: Browser) -> None:
    encrypted, _ = addresses
    guest = browser.new_context(locale="en-GB", ignore_https_errors=True)
    guest.set_default_timeout(PATIENCE)
    refused: list[str] = []
    sockets: list[str] = []
    guest.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    turned_away: list[str] = []
    guest.on("response", lambda answer: turned_away.append(answer.url) if answer.status == BUSY else None)
    page = guest.new_page()
    page.on("websocket", lambda opened: sockets.append(opened.url))
    page.goto(f"{encrypted}/complaints?period=90d")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=HEAD, exact=True).click()
    page.wait_for_url(f"{encrypted}/complaints**")
    expect(page.locator(".gh-scope")).to_contain_text("North · 2 branches")
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg .mark-group path").first).to_be_attached()
    assert {urlsplit(url).scheme for url in sockets} == {"wss"}
    cookies = {cookie["name"]: cookie for cookie in guest.cookies(encrypted)}
    assert "_streamlit_user" in cookies
    assert [name for name, cookie in cookies.items() if not cookie["secure"]] == []
    assert cookies["_streamlit_user"]["httpOnly"]
    assert refused == []
    assert turned_away == [], "the limits are below what a first visit asks for"
    guest.close()


def test_what_is_said_to_browsers_comes_through(addresses: tuple[str, str]) -> None:
    encrypted, plain = addresses
    _, told = answered(encrypted, "/")
    assert "script-src 'self'" in str(told["content-security-policy"])
    assert str(told["strict-transport-security"]).startswith("max-age=")
    assert told["x-frame-options"] == "DENY"
    status, moved = answered(plain, "/complaints?region=north")
    there = str(moved["location"])
    assert (status, urlsplit(there).scheme) == (http.HTTPStatus.PERMANENT_REDIRECT, "https")
    assert there.endswith("/complaints?region=north")


def test_the_origin_check_and_the_list_of_hosts_know_the_name_that_people_use(addresses: tuple[str, str]) -> None:
    encrypted, _ = addresses
    asked = {
        "own": answered(encrypted, "/_stcore/stream", Origin=encrypted, **UPGRADE),
        "of others": answered(encrypted, "/_stcore/stream", Origin="https://evil.example", **UPGRADE),
        "another name": answered(encrypted, "/", Host="evil.example"),
    }
    assert {what: status for what, (status, _) in asked.items()} == {
        "own": http.HTTPStatus.SWITCHING_PROTOCOLS,
        "of others": http.HTTPStatus.FORBIDDEN,
        "another name": http.HTTPStatus.BAD_REQUEST,
    }
