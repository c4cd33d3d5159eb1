"""Streamlit's own files on their way to a browser: the same bytes, packed, and named in the page before they are needed."""

import asyncio
import gzip
import re

import pytest
import zstandard
from starlette.types import Message
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from pages.shared import packed

SCRIPT = f"/static/js/{packed.script('embed')}"
UNPACK = {"zstd": zstandard.decompress, "gzip": gzip.decompress}


async def waiting() -> Message:
    """A browser that stays."""
    return await asyncio.Event().wait()


def asked(app: packed.Packed, path: str, accepted: str = "gzip, deflate, br, zstd") -> tuple[dict[str, str], bytes]:
    """Headers and body of what is answered."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"accept-encoding", accepted.encode())] if accepted else []
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"", "headers": headers}
    asyncio.run(app(scope, waiting, send))
    start, *rest = said
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return told, b"".join(part.get("body", b"") for part in rest)


@pytest.fixture(scope="module")
def app() -> packed.Packed:
    return packed.Packed(create_streamlit_static_handler(str(packed.STATIC), None))


@pytest.mark.parametrize("way", ["zstd", "gzip"])
def test_a_script_comes_packed_and_is_the_same(app: packed.Packed, way: str) -> None:
    plain = (packed.SCRIPTS / packed.script("embed")).read_bytes()
    said, body = asked(app, SCRIPT, f"br, {way};q=0.8")
    assert said["content-encoding"] == way and int(said["content-length"]) == len(body) < len(plain) / 2.5
    assert UNPACK[way](body) == plain
    assert "immutable" in said["cache-control"] and said["vary"] == "accept-encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "zstd;q=0, gzip; q=0"])
def test_who_reads_no_packing_of_ours_gets_the_file_itself(app: packed.Packed, accepted: str) -> None:
    said, body = asked(app, SCRIPT, accepted)
    assert "content-encoding" not in said
    assert body == (packed.SCRIPTS / packed.script("embed")).read_bytes()


def test_the_page_names_every_script_that_draws_ours_and_each_is_there(app: packed.Packed) -> None:
    _, body = asked(app, "/complaints", "")
    named = re.findall(r'href="\./static/js/([^"]+)"', body.decode())
    assert set(packed.NEEDED) <= {name.split(".")[0] for name in named}
    assert len(set(named)) == len(named) and all((packed.SCRIPTS / name).exists() for name in named)
    added = re.compile(rb'<link rel="modulepreload" crossorigin href="[^"]+">')
    assert added.sub(b"", body) == added.sub(b"", app.plain)


def test_addresses_made_up_by_a_visitor_fill_no_memory(app: packed.Packed) -> None:
    asked(app, "/made-up")
    kept = len(app.kept)
    for number in range(20):
        asked(app, f"/static/js/made-up-{number}.js")
    assert len(app.kept) == kept


def test_a_part_that_streamlit_no_longer_has_is_named() -> None:
    with pytest.raises(LookupError, match="0 scripts called Nonsense"):
        packed.script("Nonsense")
