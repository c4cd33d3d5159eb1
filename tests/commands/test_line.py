"""The command line knows where each command lives, and imports nothing else for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import commands
from warehouse.__main__ import COMMANDS
from warehouse.__main__ import commands as held

SHARED = {"__init__", "common", "output"}
"""Files of `commands/` without a command."""


@pytest.mark.parametrize("file", COMMANDS)
def test_a_file_holds_the_commands_that_the_line_looks_for_in_it(file: str) -> None:
    assert sorted(held(file)) == sorted(COMMANDS[file])


def test_every_file_with_commands_is_known() -> None:
    assert {path.stem for path in Path(commands.__path__[0]).glob("*.py")} - SHARED == set(COMMANDS)


def test_a_command_waits_for_its_own_imports_alone() -> None:
    asked = "import sys; from warehouse.__main__ import app; app(['access', '--help'], standalone_mode=False);"
    told = f"{asked} print({{'warehouse.refresh', 'warehouse.feeds.demo', 'pyarrow', 'alembic'}} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert answer.stdout.splitlines()[-1] == "set()"
