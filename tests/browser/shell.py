"""The command line beside the dashboard, in a process of its own that answers one question after the other."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[2]
LOOP = """
import json, sys
from typer.testing import CliRunner
from warehouse.__main__ import app
for line in sys.stdin:
    done = CliRunner().invoke(app, json.loads(line), catch_exceptions=False)
    print(json.dumps([done.exit_code, done.stdout, done.stderr]), flush=True)
"""
YEAR = ("--from", "2025-04-01", "--to", "2026-03-31")
"""The period that a page opens with: the last twelve months of the demo company."""


@dataclass(frozen=True)
class Shell:
    """`python -m warehouse …` on the demo company."""

    process: "subprocess.Popen[str]"

    def run(self, *words: str) -> str:
        """What a command says."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        code, said, told = json.loads(self.process.stdout.readline())
        assert code == 0, told
        return str(said)

    def json(self, *words: str) -> Any:
        """What a command says with --json."""
        return json.loads(self.run(*words, "--json"))

    def figure(self, metric: str, *words: str) -> list[dict[str, Any]]:
        """The rows of a figure."""
        return self.json("figure", metric, *words)["rows"]

    def value(self, metric: str, *words: str, column: str = "value") -> float:
        """A figure of one row."""
        (row,) = self.figure(metric, *words)
        return row[column]


@contextmanager
def opened(home: str) -> Iterator[Shell]:
    """A command line on the warehouse under `home` for the length of a block."""
    command = [sys.executable, "-c", LOOP]
    with subprocess.Popen(
        command, cwd=HOUSE, env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Shell(process)


def environment(home: str) -> dict[str, str]:
    """What a process of the project is started with for the warehouse under `home`: nothing of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))}
    return {**kept, "GATEHOUSE_HOME": home}
