"""What a worker works with: where, what it was asked for, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from warehouse import comparison, db, purge
from warehouse.refresh import Outcome
from warehouse.settings import Settings, keys
from warehouse.worker.inbox import Inbox

Kind = Literal["release", "discard", "rollback", "compare", "try", "take", "put_away"]


@dataclass(frozen=True)
class Desk:
    """The warehouse, the inbox that the dashboard fills, and the folder of the company's own mappings."""

    database: db.Database
    inbox: Inbox
    mappings: Path

    @classmethod
    def of(cls, database: db.Database, settings: Settings) -> "Desk":
        """The desk of a warehouse. Raises ValueError where its keys are not at hand."""
        return cls(database, Inbox.of(settings, keys(settings)), settings.mappings)


@dataclass(frozen=True)
class Job:
    """What a steward asked for: `details` names the refresh, the load, the files, the reason."""

    job_id: int
    kind: Kind
    details: Mapping[str, object]
    asked_by: str


@dataclass(frozen=True)
class Done:
    """What came of a job: a code that pages have words for, what it is about, and one sentence for logs."""

    state: Literal["done", "refused", "failed"]
    code: str
    message: str
    about: Mapping[str, object] = field(default_factory=dict)


def told(database: db.Database, outcome: Outcome) -> Done:
    """What a refresh came to. Where something is still held, what would change is worked out anew; what is kept no longer goes."""
    comparison.after(database, outcome)
    purge.after(database)
    about = {"refresh_id": outcome.refresh_id, "held": sorted(outcome.held)}
    return Done("done", outcome.verdict, f"refresh {outcome.refresh_id}: {outcome.verdict}", about)
