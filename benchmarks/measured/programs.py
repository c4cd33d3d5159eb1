"""Other programs, run to their end: what they said, and the seconds of processors that they took."""

import asyncio
import os
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

END_OF_WORDS = 4_000
"""So much of what a program said is told where it failed."""


class ProgramFailed(RuntimeError):
    """A program ended with an error: its name, and the end of what it said."""


@dataclass(frozen=True)
class Done:
    """What a program said, errors included, and the seconds of processors that it took, its own processes' included."""

    said: str
    cpu: float


def run(program: Path, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Done:
    """Run a program, with these variables beside those there are. Raises ProgramFailed."""
    before = _cpu()
    code, said = asyncio.run(
        _to_its_end(program, *map(str, arguments), environment={**os.environ, **(environment or {})})
    )
    if code:
        raise ProgramFailed(f"{program.name} ended with {code}: {said[-END_OF_WORDS:]}")
    return Done(said, _cpu() - before)


async def _to_its_end(program: Path, *arguments: str, environment: Mapping[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(program, *arguments, stdout=PIPE, stderr=STDOUT, env=environment)
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode("utf-8", "replace")


def _cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system
