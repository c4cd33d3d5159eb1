"""The way to the press, which writes letters: a process of its own, since pages lie above the warehouse and are large."""

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from warehouse.digests.letter import Letter, NotNow, Order
from warehouse.trace import in_short

PRESS = Path(__file__).parents[2] / "press.py"
PATIENCE_SECONDS = 180.0
"""How long one letter may take, the start of the process included."""
LONGEST_ANSWER = 2**26
"""Bytes of one letter with its PDF."""
NOT_FOR_THE_PRESS = (
    "DATABASE_URL",
    "GATEHOUSE_SMTP_URL",
    "GATEHOUSE_WEBHOOK_",
    "GATEHOUSE_HASH_KEY",
    "GATEHOUSE_VAULT_KEY",
)
"""It reads as `reader` and sends nothing: these secrets are none of its business."""


class Writes(Protocol):
    """Whoever makes a letter of an order. Raises NotNow where it cannot be made whole."""

    def __call__(self, order: Order) -> Letter:
        """The letter."""


@contextmanager
def press(environment: Mapping[str, str] = os.environ) -> Iterator[Writes]:
    """A press for the block: it starts with the first order, and ends with the block."""
    running: list[Process] = []
    with asyncio.Runner() as runner:

        def write(order: Order) -> Letter:
            try:
                if not running:
                    running.append(runner.run(_started(environment)))
                line = json.dumps(asdict(order), ensure_ascii=False)
                told = runner.run(asyncio.wait_for(_asked(running[0], line), PATIENCE_SECONDS))
            except Exception as error:
                # An answer that is still to come would be taken for that to the next order: so this press ends, whatever it was.
                for process in running:
                    runner.run(_ended(process))
                running.clear()
                because = f"the press has ended without an answer ({in_short(error)}); its trace stands in the log"
                raise NotNow(because) from error
            return _letter(told)

        try:
            yield write
        finally:
            for process in running:
                runner.run(_ended(process))


async def _started(environment: Mapping[str, str]) -> Process:
    own = {name: value for name, value in environment.items() if not name.startswith(NOT_FOR_THE_PRESS)}
    return await asyncio.create_subprocess_exec(
        sys.executable, str(PRESS), stdin=PIPE, stdout=PIPE, limit=LONGEST_ANSWER, env=own
    )


async def _asked(process: Process, line: str) -> dict[str, Any]:
    """What the process answers to an order, a line each way."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process was started without pipes")
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()
    answered: dict[str, Any] = json.loads(await process.stdout.readline())
    return answered


async def _ended(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


def _letter(told: dict[str, Any]) -> Letter:
    if "failed" in told:
        raise NotNow(f"it could not be written: {told['failed']}")
    pdf = told.pop("pdf")
    return Letter(**told, attachment=None if pdf is None else base64.b64decode(pdf))
