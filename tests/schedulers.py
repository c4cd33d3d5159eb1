"""Do the examples run under the schedulers that they are written for? Each in an environment of its own, on a company of its own.

    python -m tests.schedulers [cron airflow dagster]

A scheduler passes where its run of the example has published the demo company. The environments stay in `.gatehouse-bench/`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.measured.environment import environment

HOUSE = Path(__file__).parents[1]
EXAMPLES = HOUSE / "examples"
WAREHOUSE = [sys.executable, "-m", "warehouse"]
PATIENCE_SECONDS = 600
Environment = Mapping[str, str]


def crontab() -> tuple[dict[str, str], list[str]]:
    """The variables of the example's crontab, and its commands."""
    lines = [
        line for line in (EXAMPLES / "cron" / "crontab").read_text("utf-8").splitlines() if line and line[0] != "#"
    ]
    variables = dict(line.split("=", 1) for line in lines if line[0].isalpha())
    return variables, [line.split(maxsplit=5)[5] for line in lines if not line[0].isalpha()]


def cron(_: Path, given: Environment) -> str:
    """Each command as cron gives it to the shell: with next to nothing in its environment."""
    variables, commands = crontab()
    bare = {
        "HOME": "/",
        "PATH": "/usr/bin:/bin",
        **variables,
        **{name: given[name] for name in (*variables, "GATEHOUSE_HOME") if name in given},
    }
    return "".join(_run(["/bin/sh", "-c", command], bare) for command in commands)


def airflow(home: Path, given: Environment) -> str:
    """Airflow's own trial run of the DAG."""
    program = environment("airflow", "apache-airflow==3.3.2") / "airflow"
    mine = {
        **given,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
    }
    _run([program, "db", "migrate"], mine)
    return _run([program, "dags", "test", "gatehouse"], mine)


def dagster(home: Path, given: Environment) -> str:
    """Dagster's run of the asset, once its definitions are found valid."""
    program = environment("dagster", "dagster==1.13.29") / "dagster"
    mine, file = {**given, "DAGSTER_HOME": str(home)}, EXAMPLES / "dagster" / "definitions.py"
    _run([program, "definitions", "validate", "-f", file], mine)
    return _run([program, "asset", "materialize", "-f", file, "--select", "figures"], mine)


SCHEDULERS: Mapping[str, Callable[[Path, Environment], str]] = {"cron": cron, "airflow": airflow, "dagster": dagster}


def main() -> int:
    """Run the example under each scheduler that is asked for; 1 where one has published nothing."""
    failed = 0
    for name in sys.argv[1:] or SCHEDULERS:
        with tempfile.TemporaryDirectory(prefix="gatehouse-") as place:
            Path(place).chmod(0o755)  # the embedded server runs as somebody else, who must come through
            given = {
                **os.environ,
                "GATEHOUSE": str(HOUSE),
                "GATEHOUSE_HOME": f"{place}/home",
                "DELIVERIES": f"{place}/made/delivery_000",
            }
            _run([*WAREHOUSE, "demo", "--customers", "300", "--out", f"{place}/made"], given)
            folder = Path(place, name)
            folder.mkdir()
            said = SCHEDULERS[name](folder, given)
            is_published = '"refresh": 1' in _run([*WAREHOUSE, "status", "--json"], given)
            failed += not is_published
            sys.stdout.write(f"{name}: {'published' if is_published else said}\n")
    return int(bool(failed))


def _run(command: list[object], given: Environment) -> str:
    """What a program says. Raises SystemExit with it where the program fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=HOUSE,
        env=dict(given),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
