"""The page asked for outlives the sign-in: Streamlit leads everybody back to the first page, this to where they came from."""

import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.sign_in import CALLBACK

LOGIN = "/auth/login"
COOKIE = "gatehouse_way_back"
SECONDS, LONGEST = 600, 2_000
PAGE = re.compile(r"/[a-z_]*(\?[\w%&=.,:;~+\-]*)?", re.ASCII)
"""A page of the dashboard and its parameters; nothing that leads anywhere else."""


class WayBack:
    """Keeps the page that a sign-in starts from in a cookie for ten minutes, and leads there when the provider sends back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with one cookie more or another place to go to in the answer."""
        if scope["type"] != "http" or scope["path"] not in {LOGIN, CALLBACK}:
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        page = left(asked) if scope["path"] == LOGIN else kept(asked)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and page is not None:
                headers = MutableHeaders(scope=message)
                if scope["path"] == LOGIN:
                    headers.append("set-cookie", _cookie(quote(page, safe=""), SECONDS))
                elif headers.get("location") == "/":
                    headers["location"] = page
                    headers.append("set-cookie", _cookie("", 0))
            await send(message)

        await self.app(scope, receive, answer)


def left(asked: Headers) -> str | None:
    """The page of this dashboard from which a sign-in starts, as the browser says; None where it says none."""
    came_from = urlsplit(asked.get("referer", ""))
    if came_from.netloc != asked.get("host"):
        return None
    return _page(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def kept(asked: Headers) -> str | None:
    """The page that was kept; None where there is none, or where it is no page."""
    try:
        morsel = SimpleCookie(asked.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None else _page(unquote(morsel.value))


def _page(said: str) -> str | None:
    return said if len(said) <= LONGEST and PAGE.fullmatch(said) else None


def _cookie(value: str, seconds: int) -> str:
    return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
