"""Our dashboard with one page more: the six figures of Superset's dashboard, made of the same parts as every page.

GATEHOUSE_HOME=… python -m benchmarks.web.six --port 8501
"""

import sys
from pathlib import Path

import uvicorn

import serve

SCRIPT = Path(__file__).with_name("six_script.py")


def main() -> None:
    """Serve until stopped, as `serve.py` does."""
    app = serve.dashboard("127.0.0.1", SCRIPT)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[-1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
