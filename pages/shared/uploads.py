"""Who may send files to the server: only a session that was shown a place to drop them."""

import re
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/")
"""Where Streamlit takes files in, of any session, signed in or not."""
MOST_SESSIONS = 1_000
MOST_HELD, MOST_OF_ALL = 256 << 20, 1 << 30
"""How many bytes of one session, and of all, the server holds in memory until the page has sealed them."""
_invited: OrderedDict[str, None] = OrderedDict()


def invite() -> None:
    """Let the session at hand send files."""
    at_hand = get_script_run_ctx()
    if at_hand is not None:
        _invited[at_hand.session_id] = None
        _invited.move_to_end(at_hand.session_id)
        while len(_invited) > MOST_SESSIONS:
            _invited.popitem(last=False)


class Uploads:
    """Refuses files that nobody asked for, before a byte of them is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, but for a file of a session that was not invited."""
        wanted = UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if wanted is not None and wanted["session"] not in _invited:
            await PlainTextResponse("no file is asked for here", status_code=403)(scope, receive, send)
            return
        if wanted is not None and not has_room(wanted["session"], Headers(scope=scope).get("content-length")):
            await PlainTextResponse("send fewer files at a time", status_code=413)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def has_room(session: str, size: str | None) -> bool:
    """Whether the server may hold so many bytes more of a session; a file that does not say its size has no room."""
    if size is None or not size.isdecimal():
        return False
    storage = Runtime.instance().uploaded_file_mgr.file_storage if Runtime.exists() else {}
    held = {each: sum(len(file.data) for file in list(files.values())) for each, files in list(storage.items())}
    return held.get(session, 0) + int(size) <= MOST_HELD and sum(held.values()) + int(size) <= MOST_OF_ALL
