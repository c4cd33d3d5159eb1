"""Who may send files to the server: only a session that was shown a place to drop them."""

import re
from collections import OrderedDict

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/")
"""Where Streamlit takes files in, of any session, signed in or not."""
MOST_SESSIONS = 1_000
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
        await self.app(scope, receive, send)
