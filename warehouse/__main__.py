"""The command line: `python -m warehouse …`, for the data team, cron, Airflow or Dagster."""

import typer

from warehouse.commands import access, demo, figures, forget, loads, mapping, state, work

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(mapping.app, name="mapping")
app.add_typer(access.app, name="access")
for module in (demo, loads, state, figures, forget, work):
    module.register(app)


if __name__ == "__main__":
    app()
