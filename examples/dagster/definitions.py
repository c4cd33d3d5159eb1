"""Gatehouse in Dagster: the figures as an asset, made anew every morning.

Gatehouse itself lives in an environment of its own, in the folder GATEHOUSE; DELIVERIES is a folder or URL. Zone and
currency are those of what is delivered, where it says none.
"""

import json
from asyncio.subprocess import PIPE, create_subprocess_shell

import dagster as dg

COMMAND = (
    "cd $GATEHOUSE && .venv/bin/python -m warehouse refresh --from $DELIVERIES"
    " --zone Asia/Shanghai --currency CNY --json"
)
HELD = 2


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=3, delay=300, backoff=dg.Backoff.EXPONENTIAL))
async def figures() -> dg.MaterializeResult:
    """All that the dashboard shows. A held delivery is not tried again: a person decides about it."""
    process = await create_subprocess_shell(COMMAND, stdout=PIPE)
    said, _ = await process.communicate()
    if process.returncode not in (0, HELD):
        raise dg.Failure(f"exit code {process.returncode}")
    if not said:
        raise dg.Failure("the command was not understood: the log says why", allow_retries=False)
    outcome = json.loads(said)
    told = {"refresh": outcome["refresh_id"], "verdict": outcome["verdict"], "rows": sum(outcome["editions"].values())}
    if process.returncode == HELD:
        raise dg.Failure("held or refused: the page Data health says why", metadata=told, allow_retries=False)
    return dg.MaterializeResult(metadata=told)


defs = dg.Definitions(
    assets=[figures],
    schedules=[dg.ScheduleDefinition("every_morning", target=[figures], cron_schedule="10 6 * * *")],
)
