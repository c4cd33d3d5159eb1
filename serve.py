"""The dashboard as an ASGI app: everything slow is paid for before the first visitor. `python serve.py` or `uvicorn serve:app`."""

import argparse
import gc
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st
import uvicorn
from streamlit.runtime.pages_manager import PagesManager

SCREENS = (
    "overview",
    "lead_sources",
    "calls_events",
    "segments",
    "complaints",
    "satisfaction",
    "data_health",
    "metrics",
)

# A cold server would run pages/x.py by itself for the address /x, and show nothing: every address goes through app.py.
PagesManager.uses_pages_directory = False


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Import every page and connect, then freeze: the collection after each rerun no longer walks the libraries' objects."""
    for screen in SCREENS:
        import_module(f"pages.{screen}")
    cached = import_module("pages.shared.cached")
    engine = cached.engine()
    gc.collect()
    gc.freeze()
    yield
    engine.dispose()


app = st.App(Path(__file__).with_name("app.py"), lifespan=lifespan)


def main() -> None:
    """Serve on one address until stopped; with --open show it in the browser."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8501)
    asked.add_argument("--open", action="store_true", help="open the dashboard in the browser")
    options = asked.parse_args()
    if options.open:
        threading.Timer(1.5, webbrowser.open, [f"http://{options.host}:{options.port}/"]).start()
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
