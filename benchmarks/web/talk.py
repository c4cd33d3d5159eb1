"""A visitor without a browser: one session of a Streamlit server over its own websocket, spoken as the browser's script speaks."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_SECONDS = 60.0
FAILED = 'class="gh-nothing is-failed"'
"""What a page of ours shows where a part of it failed."""
FIGURES = frozenset({"markdown", "html", "vega_lite_chart", "dataframe"})
"""What Streamlit calls the elements that figures are made of."""


class PageFailed(Exception):
    """The page, or a part of it, failed: what it says instead."""


@dataclass(frozen=True)
class Drawn:
    """One run of a page: the seconds until its last message, how many came, their bytes, and a fingerprint of the figures."""

    seconds: float
    messages: int
    size: int
    fingerprint: str


@dataclass
class Visitor:
    """One open page. Knows its lists by their keys, and keeps large messages as the browser does."""

    socket: ClientConnection
    path: str
    query: str
    page: str = ""
    lists: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)

    async def look(self) -> Drawn:
        """Open the page, or have it drawn again as it is."""
        return await self._asked(BackMsg())

    async def choose(self, key: str, *values: str) -> Drawn:
        """Choose in the list of many called `key`; KeyError where the page has none."""
        asked = BackMsg()
        state = asked.rerun_script.widget_states.widgets.add()
        state.id = self.lists[key]
        state.string_array_value.data.extend(values)
        return await self._asked(asked)

    async def pick(self, key: str, value: str) -> Drawn:
        """Pick one in the list called `key`."""
        asked = BackMsg()
        state = asked.rerun_script.widget_states.widgets.add()
        state.id, state.string_value = self.lists[key], value
        return await self._asked(asked)

    async def _asked(self, asked: BackMsg) -> Drawn:
        """Send it, and take in what comes until the run ends; a page that asks for another run ends with that one."""
        client = asked.rerun_script
        client.query_string, client.page_name, client.page_script_hash = self.query, self.path, self.page
        client.cached_message_hashes.extend(self.kept)
        client.context_info.timezone, client.context_info.locale = "Asia/Shanghai", "en-GB"
        client.context_info.color_scheme = "light"
        started, size, count, said = time.perf_counter(), 0, 0, sha1(usedforsecurity=False)
        await self.socket.send(asked.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                raw = await self.socket.recv(decode=False)
                message = ForwardMsg.FromString(raw)
                size, count = size + len(raw), count + 1
                if self._is_last(message):
                    return Drawn(time.perf_counter() - started, count, size, said.hexdigest())
                if is_figure(message):
                    said.update((message.ref_hash or message.hash).encode())

    def _is_last(self, message: ForwardMsg) -> bool:
        """Take in one message: whether it was the last of its run."""
        kind = message.WhichOneof("type")
        if message.metadata.cacheable:
            self.kept.add(message.hash)
        match kind:
            case "new_session" | "navigation":
                self.page = getattr(message, kind).page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                self._look_at(message.delta.new_element)
            case "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise PageFailed("its script cannot be run")
                return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _look_at(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise PageFailed(element.exception.message)
        if kind == "markdown" and FAILED in element.markdown.body:
            raise PageFailed(element.markdown.body)
        if kind in {"selectbox", "multiselect"}:
            name = getattr(element, kind).id
            self.lists[name.rpartition("-")[2]] = name


def is_figure(message: ForwardMsg) -> bool:
    """Whether it brings what people read: a piece of text, a chart or a table, itself or as one that the browser has kept."""
    return message.delta.new_element.WhichOneof("type") in FIGURES or bool(message.ref_hash)


@asynccontextmanager
async def visiting(port: int, path: str, query: str = "") -> AsyncIterator[Visitor]:
    """A visitor with a session of their own, who has not looked yet."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None) as socket:
        yield Visitor(socket, path, query)
