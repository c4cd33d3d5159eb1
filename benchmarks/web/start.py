"""Goal P11: from the command to the first page, beside an empty app; and the command line beside psql. In turns.

    python -m benchmarks.web.start [--customers 1500] [--rounds 5]

`streamlit run app.py` and the same of an empty page, until the first visitor over the websocket has all of it: with the embedded
server running, and stopped. Then `python -m warehouse status`, beside `psql -c 'select 1'` and Python's own start.
Exits with 1 where a goal is missed.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import URL

from benchmarks.measured.told import Limit, conditions, judged, seconds
from benchmarks.measured.turns import in_turns
from benchmarks.web import places, talk
from benchmarks.web.places import HOUSE, PORT
from warehouse import db

EMPTY = Path(__file__).with_name("empty_script.py")


def main() -> int:
    """Measure and tell; 1 where a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=1_500)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    home = places.demo(given.customers)
    conditions(f"{given.customers:,} customers", f"{given.rounds} rounds")
    server = db.start(home / "postgres")  # stays for as long as this process does
    ways: dict[str, Callable[[], float]] = {
        "empty app": lambda: first_page(EMPTY, {}),
        "our app": lambda: first_page(HOUSE / "app.py", {"GATEHOUSE_HOME": str(home)}),
        "status": lambda: ran([sys.executable, "-m", "warehouse", "status"], {"GATEHOUSE_HOME": str(home)}),
        "psql": lambda: ran(psql(server), {}),
        "python": lambda: ran([sys.executable, "-c", "pass"], {}),
    }
    taken = in_turns(ways, rounds=given.rounds, warm=1)
    for name, times in taken.items():
        seconds(name, times)
    took = {name: statistics.median(times) for name, times in taken.items()}
    return judged(
        Limit("our app to its first page, of an empty app's", took["our app"] / took["empty app"], 1.5),
        Limit("status, of psql's and Python's start", took["status"] / (took["psql"] + took["python"]), 3),
    )


def first_page(script: Path, environment: Mapping[str, str]) -> float:
    """Seconds from `streamlit run` until the first visitor has the whole page."""
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.headless",
        "true",
        "--server.port",
        PORT,
    ]
    started = time.perf_counter()
    with places.served(command, environment) as place:
        asyncio.run(_look(place.port))
        return time.perf_counter() - started


async def _look(port: int) -> None:
    async with talk.visiting(port, "", "as=executive&lang=en") as visitor:
        await visitor.look()


def ran(command: list[str], environment: Mapping[str, str]) -> float:
    """Seconds that a command takes."""
    started = time.perf_counter()
    places.run(*command, environment=environment)
    return time.perf_counter() - started


def psql(server: URL) -> list[str]:
    """What asks for one row: psql of this machine."""
    program = shutil.which("psql")
    if program is None:
        raise SystemExit("this measurement needs psql: Debian's package postgresql-client")
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    return [program, plain, "-c", "select 1"]


if __name__ == "__main__":
    sys.exit(main())
