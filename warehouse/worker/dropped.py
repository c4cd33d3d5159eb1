"""What a worker does with files that a steward dropped: try them, then, at a second word, take them in or put them away."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import text

from warehouse import db, ledger
from warehouse.access.grants import audit
from warehouse.refresh import AlreadyRunning, Tell, refresh
from warehouse.worker import trial
from warehouse.worker.desk import Desk, Done, Job, told
from warehouse.worker.inbox import KEPT_HOURS, Dropped, NotThere
from warehouse.worker.recognition import Recognised, deliveries, recognise, sources
from warehouse.worker.trial import Trial

TRIED = "tried"
"""What comes of files that wait for the second word."""


def attempt(desk: Desk, job: Job, tell: Tell) -> Done:
    """Recognise the files, refresh with them up to the pointer and take it back; say what would be. They stay in the inbox
    only where something of them can be taken in."""
    files = _files(job.details)
    try:
        with desk.inbox.opened(files) as paths:
            tried = trial.attempt(desk.database, desk.inbox.keys, _recognised(desk, paths), by=job.asked_by, tell=tell)
    except AlreadyRunning:
        raise
    except BaseException:
        desk.inbox.put_away(files)
        raise
    is_of_use = _is_of_use(tried)
    if not is_of_use:
        desk.inbox.put_away(files)
    code = TRIED if is_of_use else "nothing_to_take"
    return Done("done", code, f"{len(files)} files tried: {tried.verdict}", tried.as_result())


def take(desk: Desk, job: Job, tell: Tell) -> Done:
    """Refresh with files that were tried, through both gates. They leave the inbox once the refresh has ended."""
    files = _tried(desk.database, job)
    with desk.inbox.opened(files) as paths:
        given = list(deliveries(_recognised(desk, paths)))
        outcome = refresh(desk.database, desk.inbox.keys, given, by=job.asked_by, tell=tell)
    named = ", ".join(f"{file.name} (SHA-256 {file.hash})" for file in files)
    with desk.database.loader.begin() as connection:
        audit(connection, person=job.asked_by, action="refresh", detail=f"refresh {outcome.refresh_id} with {named}")
    desk.inbox.put_away(files)
    return told(desk.database, outcome)


def put_away(desk: Desk, job: Job, tell: Tell) -> Done:
    """Delete files that were tried."""
    files = _tried(desk.database, job)
    desk.inbox.put_away(files)
    return Done("done", "put_away", f"{len(files)} files are deleted")


def sweep(desk: Desk) -> None:
    """Delete from the inbox what nobody will ask for any more: tried too long ago, settled, or left by a worker that died."""
    statement = text(
        "select f.file ->> 'token' as token,"
        " bool_or(j.state in ('waiting', 'running') or (j.result ->> 'code' = :tried and not s.is_settled"
        " and j.finished_at > clock_timestamp() - make_interval(hours => :hours))) as is_wanted"
        " from published.job as j"
        " cross join lateral jsonb_array_elements(j.details -> 'files') as f (file)"
        " cross join lateral (select exists (select from published.job as n where n.kind in ('take', 'put_away')"
        " and n.state = 'done' and n.details = jsonb_build_object('job_id', j.job_id)) as is_settled) as s"
        " where j.kind = 'try' group by f.file ->> 'token'"
    )
    with desk.database.loader.begin() as connection:
        wanted = {
            row.token: bool(row.is_wanted)
            for row in connection.execute(statement, {"tried": TRIED, "hours": KEPT_HOURS})
        }
    desk.inbox.sweep(wanted)


def _recognised(desk: Desk, paths: Sequence[Path]) -> list[Recognised]:
    with desk.database.loader.begin() as connection:
        house = ledger.settings(connection)
    known = sources(desk.mappings, zone=house.get("reporting_zone", "UTC"), currency=house.get("reporting_currency"))
    return [recognise(path, known) for path in paths]


def _is_of_use(tried: Trial) -> bool:
    """Whether at least one file was recognised, is readable, and has not been loaded already."""
    return any(file["source"] and not file["refusal"] and not file["is_known"] for file in tried.files)


def _tried(database: db.Database, job: Job) -> list[Dropped]:
    """The files of the job that tried them. Raises NotThere where there is none that waits for an answer."""
    statement = text(
        "select details from published.job where job_id = :job_id and kind = 'try' and result ->> 'code' = :tried"
    )
    with database.loader.begin() as connection:
        details = connection.scalar(statement, {"job_id": job.details["job_id"], "tried": TRIED})
    if details is None:
        raise NotThere(f"job {job.details['job_id']} has not tried any files")
    return _files(details)


def _files(details: Mapping[str, object]) -> list[Dropped]:
    listed = details["files"]
    return [Dropped(**file) for file in listed] if isinstance(listed, list) else []
