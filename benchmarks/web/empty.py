"""An empty Streamlit page, served in the same way: a title, a list and a word. No page can be quicker.

python -m benchmarks.web.empty --port 8501
"""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
import uvicorn


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """What our own start does for the collection of garbage."""
    gc.collect()
    gc.freeze()
    yield


def main() -> None:
    """Serve until stopped."""
    app = st.App(Path(__file__).with_name("empty_script.py"), lifespan=lifespan)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[-1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
