"""The worker: does, as the loader, what stewards asked for on the page. One thing at a time, in the order of asking."""

import logging
import time
from collections.abc import Callable, Mapping

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse import comparison, db, logs, stewardship
from warehouse.ledger import NoSuchLoad
from warehouse.refresh import AlreadyRunning, Tell
from warehouse.stewardship import NeverPassed, NotReleasable
from warehouse.trace import trace
from warehouse.worker import dropped
from warehouse.worker.bell import Bell
from warehouse.worker.desk import Desk, Done, Job, Kind, told
from warehouse.worker.inbox import NotThere

WORKER = "gatehouse.worker"
"""The task that a worker is at while it is there: so pages know that somebody answers."""
POLL_SECONDS, SWEEP_SECONDS = 1.0, 600.0


class AnotherWorker(Exception):
    """Somebody is at work on this warehouse already; one is enough."""


def work(
    desk: Desk,
    *,
    once: bool = False,
    goes_on: Callable[[], bool] = lambda: True,
    tell: Tell = lambda line: None,
) -> None:
    """Do what waits; then, unless `once`, wait for more until `goes_on` says no. Raises AnotherWorker.

    A job waits while a refresh is under way. What an earlier worker left undone is closed as failed, never done twice.
    """
    with db.alone_at(desk.database.loader, WORKER) as alone:
        if not alone:
            raise AnotherWorker("a worker is at work on this warehouse already; one is enough")
        _close_abandoned(desk.database)
        swept_at, bell = float("-inf"), Bell(desk.database)
        while goes_on():
            if time.monotonic() - swept_at > SWEEP_SECONDS:
                dropped.sweep(desk)
                swept_at = time.monotonic()
            bell.ring()
            job = _take(desk.database)
            if job is not None and _do(desk, job, tell):
                continue
            if once:
                return
            time.sleep(POLL_SECONDS)


def _take(database: db.Database) -> Job | None:
    """The next job that waits, marked as running."""
    statement = text(
        "update published.job set state = 'running', started_at = clock_timestamp(), step = null"
        " where job_id = (select job_id from published.job where state = 'waiting' order by job_id"
        " for update skip locked limit 1)"
        " returning job_id, kind, details, asked_by"
    )
    with database.loader.begin() as connection:
        row = connection.execute(statement).mappings().first()
    return None if row is None else Job(**row)


def _do(desk: Desk, job: Job, tell: Tell) -> bool:
    """Do one job and write down what came of it; False where it has to wait for a refresh that is under way."""
    database = desk.database

    def at(step: str) -> None:
        _set(database, job, step=step)
        tell(f"job {job.job_id}: {step}")

    try:
        done = DEEDS[job.kind](desk, job, at)
    except AlreadyRunning as busy:
        _set(database, job, state="waiting", message=str(busy))
        return False
    except (NotReleasable, NeverPassed, NoSuchLoad, NotThere) as refusal:
        done = Done("refused", refusal.code, str(refusal), job.details)
    except Exception as error:
        logging.exception("job %s failed", job.job_id, exc_info=trace(error))
        done = Done(
            "failed", "error", f"{type(error).__name__}; the trace stands in the worker's log under job {job.job_id}"
        )
    except BaseException:
        _finish(database, job, STOPPED)
        raise
    _finish(database, job, done)
    logs.event("job", job=job.job_id, kind=job.kind, state=done.state, code=done.code)
    tell(f"job {job.job_id}, {job.kind}: {done.message}")
    return True


def _release(desk: Desk, job: Job, tell: Tell) -> Done:
    refresh_id, reason = int(str(job.details["refresh_id"])), str(job.details["reason"])
    outcome = stewardship.release(desk.database, refresh_id, reason=reason, by=job.asked_by, tell=tell)
    return told(desk.database, outcome)


def _discard(desk: Desk, job: Job, tell: Tell) -> Done:
    load_id = int(str(job.details["load_id"]))
    return told(desk.database, stewardship.discard(desk.database, load_id, by=job.asked_by, tell=tell))


def _rollback(desk: Desk, job: Job, tell: Tell) -> Done:
    refresh_id = int(str(job.details["refresh_id"]))
    stewardship.rollback(desk.database, refresh_id, by=job.asked_by)
    return Done("done", "shown", f"readers see refresh {refresh_id} now", {"refresh_id": refresh_id})


def _compare(desk: Desk, job: Job, tell: Tell) -> Done:
    tell("compare")
    made = comparison.keep(desk.database)
    if made is None:
        return Done("done", "nothing_held", "nothing is held")
    return Done("done", "compared", f"{len(made.changes)} figures would change", {"changes": len(made.changes)})


DEEDS: Mapping[Kind, Callable[[Desk, Job, Tell], Done]] = {
    "release": _release,
    "discard": _discard,
    "rollback": _rollback,
    "compare": _compare,
    "try": dropped.attempt,
    "take": dropped.take,
    "put_away": dropped.put_away,
}
STOPPED = Done("failed", "stopped", "the worker was stopped while it was at this; ask again")


def _close_abandoned(database: db.Database) -> None:
    """Jobs that still say they run, though this worker holds the lock: their worker is gone."""
    statement = text("select job_id, kind, details, asked_by from published.job where state = 'running'")
    with database.loader.begin() as connection:
        left = [Job(**row) for row in connection.execute(statement).mappings()]
    for job in left:
        _finish(database, job, STOPPED)


def _set(
    database: db.Database, job: Job, *, state: str = "running", step: str | None = None, message: str | None = None
) -> None:
    statement = text("update published.job set state = :state, step = :step, message = :message where job_id = :job_id")
    with database.loader.begin() as connection:
        connection.execute(statement, {"job_id": job.job_id, "state": state, "step": step, "message": message})


def _finish(database: db.Database, job: Job, done: Done) -> None:
    statement = text(
        "update published.job set state = :state, message = :message, result = :result, finished_at = clock_timestamp()"
        " where job_id = :job_id"
    ).bindparams(bindparam("result", type_=JSONB))
    result = {"code": done.code, **done.about}
    row = {"job_id": job.job_id, "state": done.state, "message": done.message, "result": result}
    with database.loader.begin() as connection:
        connection.execute(statement, row)
