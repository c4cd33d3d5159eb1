"""Several replicas behind the proxy: whoever comes is given one, comes back to it, and to another one once it is gone."""

import http.client
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.access import proxy_stage
from tests.access.sign_in_stage import free_port
from tests.browser import install
from tests.operating.compose import BY_OPERATOR, services

COOKIE, VISITORS = "gatehouse_replica", 16
TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


class Replica(BaseHTTPRequestHandler):
    """Says which one it is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.server.server_address[1]).encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def replica() -> Iterator[int]:
    """A replica for the block; its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Replica) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield int(server.server_address[1])
        server.shutdown()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[int, ExitStack, ExitStack]]:
    """The port of a proxy before two replicas, and what ends the one and the other."""
    nginx = install.nginx()
    if nginx is None:
        pytest.skip("no nginx here: python -m tests.browser.install")
    tmp_path.chmod(0o755)
    port = free_port()
    with ExitStack() as first, ExitStack() as second:
        servers = "".join(f"server 127.0.0.1:{each.enter_context(replica())};" for each in (first, second))
        with proxy_stage.fronted(nginx, tmp_path, servers, plain=free_port(), encrypted=port):
            yield port, first, second


def is_healthy(port: int) -> bool:
    """What the health check of the proxy says."""
    _, *check = services(BY_OPERATOR)["proxy"]["healthcheck"]["test"]
    asked = [each.replace(":443/", f":{port}/") for each in check]
    return subprocess.run(asked, stdout=subprocess.DEVNULL).returncode == 0


def asked(port: int, cookie: str | None = None) -> tuple[str, str | None]:
    """Which replica answers, and the cookie it comes with."""
    with closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=TRUSTING)) as visit:
        visit.request("GET", "/", headers={"Cookie": f"{COOKIE}={cookie}"} if cookie else {})
        answer = visit.getresponse()
        assert answer.status == http.HTTPStatus.OK
        return answer.read().decode(), answer.headers["Set-Cookie"]


def test_replicas_of_one_name_are_told_apart() -> None:
    """`consistent` goes by a server's name, which `resolve` gives to all that it finds: the cookie would decide nothing."""
    said = re.sub("#.*", "", proxy_stage.EXAMPLE.read_text("utf-8"))
    [upstream] = re.findall(r"upstream \w+ \{(.*?)\}", said, re.DOTALL)
    assert " resolve;" in upstream
    assert "hash $replica;" in upstream


def test_whoever_comes_comes_back_to_the_same_replica(proxy: tuple[int, ExitStack, ExitStack]) -> None:
    port, first, second = proxy
    given: dict[str, str] = {}
    for _ in range(VISITORS):
        where, cookie = asked(port)
        value, *marks = str(cookie).removeprefix(f"{COOKIE}=").split("; ")
        assert marks == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]
        given[value] = where
    assert len(given) == VISITORS
    assert len(set(given.values())) == 2, "one replica does all the work"
    assert {value: asked(port, value) for value in given} == {value: (where, None) for value, where in given.items()}
    first.close()
    [left] = {asked(port, value)[0] for value in given}
    assert left in given.values()
    if shutil.which("curl") is not None:
        assert is_healthy(port)
        second.close()
        assert not is_healthy(port)
