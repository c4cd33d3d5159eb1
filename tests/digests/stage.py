"""Real servers for letters: one that takes mail or refuses it as told, with a certificate of its own, and one that webhooks post to."""

import asyncio
import email
import ipaddress
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.web.places import free_port
from warehouse.digests.letter import Letter

USER, PASSWORD = "post", "p@ss:word/1"
LETTER = Letter(
    subject="投诉处理 · 北区",
    text="• one\n• 二",
    html="<p>one</p>",
    brief="one",
    scope="北区",
    figures=["complaint.count"],
    file_name="page.pdf",
    attachment=b"%PDF-1.7 \x00\xff",
)
AT = datetime(2026, 3, 31, 7, 0, tzinfo=UTC)


@dataclass
class Postbox:
    """What a mail server has taken, and what it answers instead of taking. `address` is as GATEHOUSE_SMTP_URL names it."""

    address: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    to_recipient: str | None = None
    to_letter: str | None = None
    hangs_up_after_taking: bool = False
    seconds: float = 0.0

    async def recipient(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def letter(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.seconds)
        if self.to_letter:
            return self.to_letter
        self.encrypted.append(session.ssl is not None)
        self.taken.append(cast("EmailMessage", email.message_from_bytes(envelope.content, policy=default)))
        if self.hangs_up_after_taking:
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server(folder: Path, *, asks_password: bool = True) -> Iterator[Postbox]:
    """A mail server on this machine: with STARTTLS and a login, or with neither."""
    box = Postbox()
    hooks = SimpleNamespace(handle_RCPT=box.recipient, handle_DATA=box.letter)
    guarded: dict[str, Any] = {}
    if asks_password:
        guarded = {"tls_context": certificate(folder), "authenticator": _known, "auth_required": True}
        guarded["require_starttls"] = True
    controller = Controller(hooks, hostname="127.0.0.1", port=free_port(), **guarded)
    controller.start()
    way = f"smtp://{USER}:p%40ss%3Aword%2F1@" if asks_password else "smtp+plain://"
    box.address = f"{way}127.0.0.1:{controller.port}"
    try:
        yield box
    finally:
        controller.stop()


def _known(server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
    is_known = isinstance(told, LoginPassword) and (told.login, told.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for this machine that nobody trusts but whoever is given `cert.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@dataclass
class Hook:
    """What was posted to a webhook, and what it answers."""

    address: str = ""
    status: int = 200
    posted: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def webhook() -> Iterator[Hook]:
    """A server that webhooks post JSON to."""
    hook = Hook()

    def take(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if hook.status < 300:
            hook.posted.append(json.loads(body))
        request.send_response(hook.status)
        request.end_headers()

    quiet = {"do_POST": take, "log_message": lambda *_: None}
    server = HTTPServer(("127.0.0.1", 0), type("Taking", (BaseHTTPRequestHandler,), quiet))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    hook.address = f"json://user:s3cret@127.0.0.1:{server.server_port}/hook"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
