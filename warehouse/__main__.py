"""The command line: `python -m warehouse …`, for the data team, cron, Airflow or Dagster."""

import logging
import sys

import typer

from warehouse.commands import access, demo, doctor, figures, forget, loads, mapping, past, state, work
from warehouse.commands.output import FAILED
from warehouse.trace import trace

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(mapping.app, name="mapping")
app.add_typer(access.app, name="access")
for module in (demo, loads, state, past, figures, forget, work, doctor):
    module.register(app)


def main() -> None:
    """Do what is asked. What fails in a way that no command has words for is told by where and what kind, quoting nothing."""
    try:
        app()
    except Exception as error:
        logging.exception("this failed", exc_info=trace(error))
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
