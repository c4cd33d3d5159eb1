"""The dashboard as an ASGI app: everything slow is paid for before the first visitor. `python serve.py` or `uvicorn serve:app`."""

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

HOST, PORT = "127.0.0.1", 8501


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Import every page and connect, then freeze: the collection after each rerun no longer walks the libraries' objects."""
    from pages import complaints, data_health, lead_sources, overview, satisfaction, segments  # noqa: F401
    from pages.shared import cached

    cached.engine()
    gc.collect()
    gc.freeze()
    yield
    cached.engine().dispose()


app = st.App(Path(__file__).with_name("app.py"), lifespan=lifespan)

if __name__ == "__main__":
    import uvicorn

    uvicorn.run("serve:app", host=os.environ.get("GATEHOUSE_HOST", HOST), port=int(os.environ.get("GATEHOUSE_PORT", PORT)), log_level="warning")
