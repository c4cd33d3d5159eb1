"""The dashboard as an ASGI app: everything slow is paid for before the first visitor. `python serve.py` or `uvicorn serve:app`."""

import argparse
import asyncio
import gc
import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import streamlit as st
import uvicorn
from prometheus_client import REGISTRY
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from pages.shared import explain, packed, shield, sign_in, uploads, usage, viewer
from pages.shared.sign_in import Provider
from pages.shared.text import LANGUAGES, Words
from warehouse import logs
from warehouse.feeds.expected import expected
from warehouse.monitor import endpoint
from warehouse.monitor.endpoint import Address
from warehouse.queries import prepared
from warehouse.settings import read_secrets

SCREENS = (
    "overview",
    "lead_sources",
    "calls_events",
    "segments",
    "complaints",
    "satisfaction",
    "retention",
    "my_branch",
    "data_health",
    "metrics",
)

FRONT_DOOR = Path(__file__).with_name("app.py")

PATIENCE_SECONDS = 10.0
"""How long the warehouse may take to answer before the first visitor, and a worker to end when the dashboard does."""

# A cold server would run pages/x.py by itself for the address /x, and show nothing: every address goes through app.py.
PagesManager.uses_pages_directory = False


def dashboard(host: str, script: Path = FRONT_DOOR) -> st.App:
    """The app, with the sign-in that the environment names, answering to its own address and to those of this machine."""
    try:
        read_secrets(os.environ)
        provider = Provider.of(os.environ)
        if provider is not None:  # the way through the sign-in is signed too, and Streamlit reads that secret first
            os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] = provider.cookie_secret
        made = st.App(
            script,
            lifespan=lifespan,
            secrets=provider and provider.secrets(),
            middleware=[
                *shield.around(os.environ.get("GATEHOUSE_ADDRESS"), host=host),
                Middleware(uploads.Uploads),
                Middleware(packed.Packed),
            ],
        )
        logs.configure(os.environ)
        Address.named(os.environ)
        viewer.check(has_provider=provider is not None or sign_in.is_possible())
    except ValueError as refused:
        raise SystemExit(f"Gatehouse does not start: {refused}") from None
    return made


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Import every page, read what all of them need and connect, then freeze: no collection walks the libraries' objects again."""
    for screen in SCREENS:
        import_module(f"pages.{screen}")
    cached = import_module("pages.shared.cached")
    engine = cached.engine()
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.to_thread(prepared.plan_ahead, engine), PATIENCE_SECONDS)
    read_up()
    gc.collect()
    gc.freeze()
    logs.configure(os.environ)
    with endpoint.told(REGISTRY, Address.named(os.environ)):
        async with worker(is_wanted=cached.settings().is_embedded):
            yield
    engine.dispose()


def read_up() -> None:
    """What the first visitor would wait for: the catalogues of figures, feeds and checks, and the words of every language."""
    usage.where_used()
    explain.rules()
    expected()
    import_module("streamlit.emojis")  # compiles an expression of all of them, which every list of choices looks for
    for language in LANGUAGES:
        Words(language).moment(datetime.now(UTC), now=datetime.now(UTC))


@asynccontextmanager
async def worker(*, is_wanted: bool) -> AsyncIterator[None]:
    """Do, in a process of its own that ends with this one, what stewards ask for on the page: the dashboard only reads.

    A warehouse of one's own runs its worker itself, beside its refreshes: `python -m warehouse work`.
    """
    if not is_wanted:
        yield
        return
    command = (sys.executable, "-m", "warehouse", "work", "--beside", str(os.getpid()))
    started = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parent)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            started.terminate()
        try:
            await asyncio.wait_for(started.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            started.kill()


def main() -> None:
    """Serve on one address until stopped; with --open show it in the browser."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8501)
    asked.add_argument("--open", action="store_true", help="open the dashboard in the browser")
    options = asked.parse_args()
    if options.open:
        threading.Timer(1.5, webbrowser.open, [f"http://{options.host}:{options.port}/"]).start()
    uvicorn.run(
        dashboard(options.host),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        lifespan="on",  # what fails before the first visitor ends it, instead of leaving everything cold
    )


if __name__ == "__main__":
    main()
else:
    app = dashboard("localhost")
