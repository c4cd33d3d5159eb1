"""The command line: `python -m warehouse …`, for the data team, cron, Airflow or Dagster."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import chain
from typing import Any

import typer
from typer.core import TyperGroup

from warehouse import logs
from warehouse.commands.output import FAILED
from warehouse.settings import read_secrets
from warehouse.trace import trace

COMMANDS: Mapping[str, Sequence[str]] = {
    "demo": ("demo",),
    "refresh": ("refresh",),
    "loads": ("discard", "release"),
    "quarantine": ("quarantine",),
    "state": ("status", "history", "show", "migrate"),
    "past": ("diff", "rollback", "purge"),
    "figures": ("figure", "change", "metrics"),
    "forget": ("forget",),
    "work": ("work",),
    "monitor": ("monitor",),
    "digest": ("digest", "alerts"),
    "backup": ("backup", "restore"),
    "distribute": ("distribute",),
    "doctor": ("doctor",),
    "mapping": ("mapping",),
    "access": ("access",),
}
"""The files of `commands/`, and the commands in each. Only the file of the command asked for is imported: all take seconds."""
NO_HELP = {"help": False}
"""Said for who does not ask for help: Typer would import all of pydantic to make sense of nothing said."""


class Commands(TyperGroup):
    """Every command, read when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help."""
        for file in COMMANDS:
            self.commands.update(commands(file))
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The one called so; None where there is none, and then all are read, to name what would fit."""
        file = next((file for file, names in COMMANDS.items() if cmd_name in names), None)
        if file is None:
            self.list_commands(ctx)
            return None
        return commands(file)[cmd_name]


def commands(file: str) -> Mapping[str, Any]:
    """What a file of `commands/` adds to the command line, by name."""
    part = typer.Typer(callback=lambda: None)
    import_module(f"warehouse.commands.{file}").register(part)
    return typer.main.get_group(part).commands


app = typer.Typer(
    cls=Commands,
    callback=lambda: None,
    context_settings={"default_map": NO_HELP | dict.fromkeys(chain(*COMMANDS.values()), NO_HELP)},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
)


def main() -> None:
    """Do what is asked. What fails in a way that no command has words for is told by where and what kind, quoting nothing."""
    try:
        read_secrets(os.environ)
        logs.configure(os.environ)
    except ValueError as refused:
        sys.exit(str(refused))
    try:
        app()
    except Exception as error:
        logging.exception("this failed", exc_info=trace(error))
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
