"""Gatehouse in Airflow 3: a refresh every morning. Lies in the `dags` folder.

Gatehouse itself lives in an environment of its own, in the folder GATEHOUSE; DELIVERIES is a folder or URL. Zone and
currency are those of what is delivered, where it says none.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

COMMAND = (
    "cd $GATEHOUSE && .venv/bin/python -m warehouse refresh --from $DELIVERIES --zone Asia/Shanghai --currency CNY"
)
HELD = 2


@dag(
    schedule="10 6 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "retry_exponential_backoff": True},
)
def gatehouse():
    """What has come is taken in, checked and published."""

    @task
    def refresh():
        """Fails for good where a delivery is held, since a person decides about that; else it is tried again."""
        code = SubprocessHook().run_command(["sh", "-c", COMMAND]).exit_code
        if code == HELD:
            raise AirflowFailException("held or refused: the page Data health says why")
        if code:
            raise RuntimeError(f"exit code {code}")

    refresh()


gatehouse()
