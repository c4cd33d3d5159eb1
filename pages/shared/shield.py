"""What every answer of the server says to the browser, and whom it does not answer: names that are not ours, pages of others."""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.sign_in import LOCAL
from pages.shared.way_back import WayBack

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
TAKEN_AWAY = "/media/"
"""Below which files lie that somebody takes away."""
STREAMLITS_METRICS = "/_stcore/metrics"
"""Where Streamlit tells everybody who connects, and walks through all that it keeps to do so. Ours are told elsewhere."""
A_YEAR = 31_536_000


def around(address: str | None, *, host: str) -> list[Middleware]:
    """The layers around the dashboard, from outside in. `address` is the one people open it under, `host` the one it binds."""
    public = urlsplit(address or "")
    names = {*LOCAL, host} if public.hostname is None else {*LOCAL, public.hostname}
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=sorted(names), www_redirect=False),
        Middleware(Shield, is_encrypted=public.scheme == "https"),
        Middleware(WayBack),
    ]


class Shield:
    """Adds the headers of `headers` to every answer, and refuses websockets that pages of others open."""

    def __init__(self, app: ASGIApp, *, is_encrypted: bool) -> None:
        self.app = app
        self.is_encrypted = is_encrypted
        self.headers = headers(is_encrypted=is_encrypted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; of a websocket that is refused the server says 403."""
        if scope["type"] == "websocket" and not is_own_page(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope.get("path") == STREAMLITS_METRICS:
            await PlainTextResponse("not found", status_code=404)(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = MutableHeaders(scope=message)
                said.update(self.headers)
                if scope["path"].startswith(TAKEN_AWAY):
                    said["cache-control"] = "no-store"
                if self.is_encrypted:
                    _close_cookies(message)
            await send(message)

        await self.app(scope, receive, answer)


def is_own_page(asked: Headers) -> bool:
    """Whether a websocket is opened by a page of this dashboard. Programs that are no browser name no origin."""
    origin = asked.get("origin")
    return origin is None or urlsplit(origin).netloc == asked.get("host")


def headers(*, is_encrypted: bool) -> Mapping[str, str]:
    """What a browser may do with our pages: run our own scripts, and nothing from anywhere else.

    Styles are Streamlit's, made while it draws; `wasm-unsafe-eval` is what the drawing of graphs needs.
    """
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' 'wasm-unsafe-eval' {_own_scripts()}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    always = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    return {**always, "strict-transport-security": f"max-age={A_YEAR}"} if is_encrypted else always


def _own_scripts() -> str:
    """The hashes of the scripts that stand in Streamlit's page itself, of the version that is installed."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in INLINE_SCRIPT.findall(page)]
    return " ".join(f"'sha256-{each}'" for each in hashes)


def _close_cookies(message: Message) -> None:
    """Mark every cookie that is set as Secure: Streamlit does not."""
    message["headers"] = [
        (name, value + b"; Secure" if name.lower() == b"set-cookie" and b"secure" not in value.lower() else value)
        for name, value in message["headers"]
    ]
