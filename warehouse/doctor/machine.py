"""This machine: Python, packages, memory, disk, fonts, a browser for the tests."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from warehouse.doctor.finding import Finding, good, note, wrong

OLDEST, NEWEST = (3, 11), (3, 13)
REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)$")
"""A line of the requirements that holds on every machine."""
FONTS = "noto_cjk_sans_otc"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
GIB = 1024**3
LEAST_MEMORY, LEAST_DISK = GIB // 2, 2 * GIB
MEMORY = Path("/proc/meminfo")


def machine(home: Path) -> Iterator[Finding]:
    """Everything that can be told without a warehouse."""
    yield python()
    yield packages()
    yield memory(MEMORY)
    yield disk(home)
    yield fonts()
    yield browser()


def python(version: tuple[int, int] | None = None) -> Finding:
    """Whether this Python is one that Gatehouse is tested with."""
    runs = version or sys.version_info[:2]
    said = f"Python {runs[0]}.{runs[1]}"
    if OLDEST <= runs <= NEWEST:
        return good("python", said)
    return wrong(
        "python",
        said,
        "make the environment anew with Python 3.11, 3.12 or 3.13: `rm -rf .venv`, then `PYTHON=python3.12 make run`",
    )


def packages(requirements: Path = REQUIREMENTS) -> Finding:
    """Whether the packages are there, in the versions that were tested."""
    lines = requirements.read_text("utf-8").splitlines()
    pinned = {match[1]: match[2] for line in lines if (match := PINNED.match(line))}
    other = [
        f"{name} {found or 'missing'}, not {version}"
        for name, version in pinned.items()
        if (found := _installed(name)) != version
    ]
    if not other:
        return good("packages", f"{len(pinned)} packages as tested")
    shown = "; ".join(other[:3]) + (f"; and {len(other) - 3} more" if len(other) > 3 else "")
    install = f"{Path(sys.executable).name} -m pip install -r {requirements.name}"
    return (wrong if any("missing" in each for each in other) else note)("packages", shown, install)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def memory(listed: Path) -> Finding:
    """Whether there is room for a refresh: it wants half a GiB."""
    if not listed.exists():
        return note("memory", "this system does not say how much is free")
    said = dict(line.split(":", 1) for line in listed.read_text("ascii").splitlines())
    free = int(said["MemAvailable"].split()[0]) * 1024
    told = f"{free / GIB:.1f} GiB free"
    if free >= LEAST_MEMORY:
        return good("memory", told)
    return wrong("memory", told, "a refresh wants half a GiB: end something else")


def disk(home: Path) -> Finding:
    """Whether the folder of the warehouse can be written to and has room."""
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        return wrong(
            "disk", f"{place} cannot be written to", "set GATEHOUSE_HOME to a folder of yours, or mend its owner"
        )
    free = shutil.disk_usage(place).free
    said = f"{free / GIB:.1f} GiB free at {place}"
    if free >= LEAST_DISK:
        return good("disk", said)
    return wrong(
        "disk", said, "a refresh that runs out of disk changes nothing, and publishes nothing: make room, or `purge`"
    )


def fonts() -> Finding:
    """Whether a PDF can be set in Chinese."""
    if importlib.util.find_spec(FONTS) is None:
        return wrong("fonts", "no Chinese font: PDFs would lack their characters", "pip install -r requirements.txt")
    return good("fonts", "Noto Sans CJK for PDFs")


def browser() -> Finding:
    """Whether the browser tests can run; nothing else needs one on this side."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return (
        good("browser", found)
        if found
        else note("browser", "no Chromium: only the browser tests want one", "make browser")
    )
