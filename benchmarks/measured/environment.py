"""Environments of their own for what we compare ourselves with: made once below `.gatehouse-bench/`, from PyPI."""

import venv
from pathlib import Path

from benchmarks.measured.programs import run

PLACE = Path(__file__).parents[2] / ".gatehouse-bench"


def environment(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with exactly these packages, each with its version; made anew where it holds others. Raises ProgramFailed."""
    folder = PLACE / name
    holds = folder / "holds.txt"
    wanted = "\n".join(packages)
    if not holds.exists() or holds.read_text("utf-8") != wanted:
        venv.create(folder, clear=True, with_pip=True)
        run(folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", *packages)
        holds.write_text(wanted, "utf-8")
    return folder / "bin"
