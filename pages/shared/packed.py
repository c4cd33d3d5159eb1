"""Streamlit's own files as they go to a browser: packed for the line, and named in the page before they are needed."""

import asyncio
import gzip
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
import zstandard
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(st.__file__).parent / "static"
SCRIPTS = STATIC / "static" / "js"
NEEDED = (
    "ArrowVegaLiteChart",
    "embed",
    "vega-interpreter",
    "Multiselect",
    "Selectbox",
    "ButtonGroup",
    "DownloadButton",
    "Html",
    "rehype-raw",
)
"""The scripts that draw every page of ours. Streamlit's page would ask for each only when the first thing of its kind has come.
A browser reads and compiles whatever is named: the one for tables, the largest, waits until a table is shown."""
IMPORTED = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')
PACKED = ("text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml")
SMALLEST = 1_000
"""Fewer bytes are not worth packing."""
WAYS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda plain: zstandard.compress(plain, 12),
    "gzip": lambda plain: gzip.compress(plain, 6, mtime=0),
}
"""How files are packed, the best way first."""


class Packed:
    """Packs scripts and styles in a way that the browser reads, each once; a proxy in front passes them on as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.plain = (STATIC / "index.html").read_bytes()
        self.page = with_preloads(self.plain)
        self.kept: dict[tuple[str, str], bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, to be answered unpacked, and hold back what can be packed until all of it is there."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        asked, held, parts = Headers(scope=scope).get("accept-encoding", ""), list[Message](), list[bytes]()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and is_packable(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._say(held.pop(), b"".join(parts), way_of(asked), send)

        plainly = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        await self.app({**scope, "headers": plainly}, receive, answer)

    async def _say(self, start: Message, body: bytes, way: str | None, send: Send) -> None:
        said = MutableHeaders(scope=start)
        mark = said.get("etag", "")
        if body == self.plain:
            body = self.page
            del said["etag"], said["last-modified"]
        if way is not None and len(body) >= SMALLEST:
            body = await asyncio.to_thread(self._packed, mark, way, body)
            said["content-encoding"] = way
        said["content-length"] = str(len(body))
        said.add_vary_header("accept-encoding")
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _packed(self, mark: str, way: str, body: bytes) -> bytes:
        """`body` packed: kept by the mark of the file, as there are only so many; what has none is packed each time."""
        if not mark:
            return WAYS[way](body)
        if (mark, way) not in self.kept:
            self.kept[mark, way] = WAYS[way](body)
        return self.kept[mark, way]


def way_of(asked: str) -> str | None:
    """The best way of packing that a browser says it reads; None where it reads none."""
    known = {each.partition(";")[0].strip() for each in asked.split(",") if not each.replace(" ", "").endswith("q=0")}
    return next((way for way in WAYS if way in known), None)


def is_packable(start: Message) -> bool:
    """Whether an answer is whole, a text that packs well, and not packed yet."""
    said = Headers(raw=start["headers"])
    is_text = said.get("content-type", "").startswith(PACKED)
    return start["status"] == 200 and is_text and "content-encoding" not in said


def with_preloads(page: bytes) -> bytes:
    """Streamlit's page with the names of the scripts that our pages need, so that the browser asks for them at once."""
    told = set(re.findall(r'\./static/js/([^"]+\.js)', page.decode()))
    named = sorted({each for part in NEEDED for each in imported(script(part))} - told)
    links = "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{each}">' for each in named)
    return page.replace(b"</head>", links.encode() + b"</head>", 1)


def script(part: str) -> str:
    """The file that holds a part of Streamlit's script. LookupError where this version of Streamlit has none, or several."""
    found = [path.name for path in SCRIPTS.glob(f"{part}.*.js")]
    if len(found) != 1:
        raise LookupError(f"Streamlit {st.__version__} has {len(found)} scripts called {part}")
    return found[0]


def imported(name: str) -> set[str]:
    """A script and all that it imports in turn, without which it does not run."""
    found, left = set[str](), [name]
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += IMPORTED.findall((SCRIPTS / each).read_text("utf-8"))
    return found
