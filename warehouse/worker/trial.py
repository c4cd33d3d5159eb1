"""A delivery tried: what a refresh would make of it, looked at while it stands ready, and then taken back whole."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from warehouse import comparison, db
from warehouse.comparison import Comparison
from warehouse.feeds.contract import feeds
from warehouse.receive import Received
from warehouse.refresh import Outcome, Run, Tell, has_passed, refresh
from warehouse.settings import Keys
from warehouse.worker.recognition import Recognised, deliveries

REFUSED_SHOWN = 50
Rows = Sequence[Mapping[str, object]]


@dataclass
class Trial:
    """What came of trying: everything a steward needs to know before the second word.

    `refused` counts quarantined rows by feed, column and reason, of which `refused_rows` are some; `broken` are the checks that
    did not pass, of those that stop something with some of the `offences`; `changes` is what would be published, `let_pass`
    the same if what is held were let pass too (None: nothing is).
    """

    verdict: str = "unchanged"
    refresh_id: int = 0
    files: Rows = ()
    rows: Rows = ()
    refused: Rows = ()
    refused_rows: Rows = ()
    held: Mapping[str, Sequence[str]] = field(default_factory=dict)
    broken: Rows = ()
    offences: Rows = ()
    changes: Comparison | None = None
    let_pass: Comparison | None = None

    def as_result(self) -> dict[str, Any]:
        """As a job keeps it: plain JSON."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def attempt(database: db.Database, keys: Keys, found: Sequence[Recognised], *, by: str, tell: Tell) -> Trial:
    """Refresh with the recognised files up to the pointer, look, and take it back. Raises AlreadyRunning."""
    trial = Trial()

    def look(run: Run) -> None:
        tell("compare")
        with database.loader.begin() as connection:
            trial.verdict = "published" if has_passed(connection, run) else "held"
        trial.held = {feed: list(rules) for feed, rules in run.held.items()}
        _look_into_book(database, run, trial)
        trial.changes, trial.let_pass = comparison.of_candidate(database, run.refresh_id)

    outcome = refresh(database, keys, list(deliveries(found)), by=by, dry_run=True, look=look, tell=tell)
    trial.refresh_id = outcome.refresh_id
    trial.files = [_file(each, outcome) for each in found]
    trial.rows = [
        {name: getattr(each, name) for name in ("feed", "delivered", "accepted", "superseded", "quarantined")}
        for received in outcome.received
        for each in received.feeds
    ]
    return trial


def _look_into_book(database: db.Database, run: Run, trial: Trial) -> None:
    """Refused rows and checks that did not pass, of what came with this run and of the figures."""
    loads = [received.load_id for received in run.received if received.load_id is not None]
    came = {each.feed for received in run.received for each in received.feeds}
    with database.loader.begin() as connection:
        trial.refused = _asked(connection, _REFUSED, loads=loads)
        trial.refused_rows = [
            {**row, "value": None if _is_personal(row) else row["value"]}
            for row in _asked(connection, _REFUSED_ROWS, loads=loads, most=REFUSED_SHOWN)
        ]
        broken = _asked(connection, _BROKEN, refresh_id=run.refresh_id)
    trial.broken = [row for row in broken if row["gate"] == "figures" or row["table_name"] in came]
    stopping = [
        (str(rule["table_name"]), str(rule["rule_id"]))
        for rule in trial.broken
        if rule["level"] == "block" and rule["outcome"] == "failed" and rule["gate"] == "delivery"
    ]
    trial.offences = comparison.offences(database, stopping)


def _file(found: Recognised, outcome: Outcome) -> dict[str, object]:
    """What became of one file: whose it is, or what keeps it from being read. `refusal` is the code of the refusal."""
    name, received = found.path.name, _received(found, outcome)
    said, refusal = found.said, found.refusal
    for refused in received.refused if received else ():
        if refused.file_name == name:
            said, refusal = refused.why, refused.code
    return {
        "name": name,
        "source": found.source.code if found.source else None,
        "feeds": list(found.feeds),
        "problems": [asdict(problem) for problem in found.problems],
        "refusal": refusal,
        "said": said,
        "is_known": bool(received and name in received.skipped),
    }


def _received(found: Recognised, outcome: Outcome) -> Received | None:
    code = found.source.code if found.source else None
    return next((each for each in outcome.received if each.source == code), None)


def _is_personal(row: Mapping[str, object]) -> bool:
    known = feeds().get(str(row["feed"]))
    names = (row["column_name"],)
    return known is not None and any(each.personal for each in known.columns if {each.name, each.stored_as} & {*names})


def _asked(connection: Connection, question: str, **parameters: object) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(text(question), parameters).mappings()]


_REFUSED = """
select feed, column_name, reason_code, count(*) as refused
from published.quarantine
where load_id = any(:loads)
group by feed, column_name, reason_code
order by count(*) desc, feed, column_name, reason_code
"""
_REFUSED_ROWS = """
select feed, file_name, row_number, column_name, reason_code, value, also
from published.quarantine
where load_id = any(:loads)
order by feed, file_name, row_number
limit :most
"""
_BROKEN = """
select gate, table_name, rule_id, level, outcome, unexpected_count, element_count
from published.check_result
where refresh_id = :refresh_id and outcome <> 'passed'
order by level, gate, table_name, rule_id
"""


def _plain(value: object) -> Any:
    """`value` as JSON has it."""
    match value:
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case _:
            return value
