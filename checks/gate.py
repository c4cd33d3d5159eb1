"""The gate: suites in, one verdict out. It fails closed.

A gate passes only if every rule of every table has exactly one result, no rule raised at any level, no block failed,
the tables hold as many rows as they may, every delivered row is accounted for, and Great Expectations counted what we
counted ourselves. GX's own `success` and severity decide nothing.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from checks import facts, predicates
from checks.facts import Facts, LoadSum
from checks.later import put_off, to_stay
from checks.predicates import Counted, Look, Offence
from checks.quarantine import quarantine_rows
from checks.rules import Gate, Level, Rule, Suite, suites
from warehouse.db import Database, plan_for_bulk
from warehouse.feeds.contract import Language
from warehouse.metrics import Metric, metrics
from warehouse.trace import of_postgres

if TYPE_CHECKING:
    from checks.expectations import Seen

__all__ = [
    "NothingToCheckError",
    "Result",
    "Verdict",
    "expecting_no_loss",
    "offending_rows",
    "quarantine_rows",
    "releasable",
    "run_gate",
    "wake",
]

Outcome = Literal["passed", "failed", "raised"]

BY_CHANCE = 3.0
"""Standard errors by which a share may lie above its limit: so few rows cry no wolf."""
GX_OPTIONS, GX_OF_MOST = "-c jit=off -c work_mem=64MB", "-c enable_nestloop=off"
"""As `db.plan_for_bulk` has it."""
EXPECTATIONS = "checks.expectations"
UNUSED = ("altair", "scipy.stats")
"""What Great Expectations imports for expectations that no rule is: two fifths of the seconds of its import, half of the memory."""


class NothingToCheckError(ValueError):
    """The gate was asked to pass without being told what to look at."""


@dataclass(frozen=True)
class Result:
    """The one result of one rule. `observed` is what the history of the check keeps and the page draws."""

    table: str
    rule_id: str
    level: Level
    outcome: Outcome
    observed: Mapping[str, Any]
    unexpected_count: int | None = None
    element_count: int | None = None

    @property
    def blocks(self) -> bool:
        """Whether this result alone keeps the gate shut."""
        return self.outcome == "raised" or (self.outcome == "failed" and self.level == "block")


@dataclass(frozen=True)
class Verdict:
    """All results of one gate run."""

    gate: Gate
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Whether the gate opens: there are results, and none of them blocks."""
        return bool(self.results) and not any(result.blocks for result in self.results)

    @property
    def blocked(self) -> dict[str, tuple[str, ...]]:
        """The tables that may not pass, each with the ids of the rules that hold it."""
        return self.blocked_unless(frozenset())

    def blocked_unless(self, released: Collection[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        """The same, less failures of the rules that a person released, each of its table; what raised cannot be released."""
        rules: dict[str, list[str]] = defaultdict(list)
        for result in self.results:
            is_released = (result.table, result.rule_id) in released and releasable(result.rule_id)
            let_pass = result.outcome == "failed" and is_released
            if result.blocks and not let_pass:
                rules[result.table].append(result.rule_id)
        return {table: tuple(blocking) for table, blocking in rules.items()}

    @property
    def warnings(self) -> tuple[Result, ...]:
        """Failures that do not block: published with a badge."""
        return tuple(result for result in self.results if result.outcome == "failed" and not result.blocks)


def run_gate(
    database: Database, *, gate: Gate, tables: Sequence[str], refresh_id: int, now: datetime | None = None
) -> Verdict:
    """Check the waiting rows of `tables` (feeds at the delivery gate, published tables at the figures gate).

    Reads committed rows only, and keeps writers off every table read until the verdict stands in
    `published.check_result`. Raises NothingToCheckError without tables, KeyError for a table that has no suite.
    """
    if not tables:
        raise NothingToCheckError(f"the {gate} gate was given no tables")
    if strangers := sorted(set(tables) - set(suites(gate))):
        raise KeyError(f"no {gate} suite for {', '.join(strangers)}")
    chosen = [suite for table, suite in suites(gate).items() if table in tables]
    with database.loader.begin() as connection:
        of_most = gate == "figures" and _are_most_new(connection)
        _settle(connection, chosen, of_most=of_most)
        results = tuple(_results(database, connection, chosen, now or datetime.now(UTC), of_most=of_most))
        _write(connection, gate, results, refresh_id=refresh_id)
    return Verdict(gate=gate, results=results)


def wake() -> None:
    """Begin to import Great Expectations, for a gate that will be asked soon: it takes seconds, in which the database has to work."""
    import_module("sqlalchemy.orm")  # statements of this thread stumble over it while it is half imported
    Thread(target=_import_expectations, name="gate wakes").start()


def _import_expectations() -> None:
    with suppress(ImportError):  # the gate itself will say so
        _load_expectations()


def _load_expectations() -> None:
    if EXPECTATIONS not in sys.modules:
        with put_off(*UNUSED), to_stay():
            import_module(EXPECTATIONS)


def releasable(rule_id: str) -> bool:
    """Whether a person may let a failure of the rule pass: so declared wherever a rule has this id."""
    found = [
        rule for gate in get_args(Gate) for suite in suites(gate).values() for rule in suite.rules if rule.id == rule_id
    ]
    return bool(found) and all(rule.releasable for rule in found)


def expecting_no_loss() -> frozenset[tuple[str, str]]:
    """The rules, each with its table, that rows taken out on purpose break: figures shrink, and months that are over change."""
    losing = {"coverage_kept", "restated_within"}
    rules = (rule for suite in suites("figures").values() for rule in suite.rules)
    return frozenset((rule.table, rule.id) for rule in rules if rule.expect in losing)


def offending_rows(
    database: Database, *, gate: Gate, table: str, rule_id: str | None = None, limit: int = 100
) -> list[Offence]:
    """At most `limit` waiting rows that break a rule of the table, with reasons and without personal columns."""
    with database.loader.connect() as connection:
        look = Look(now=datetime.now(UTC))
        return predicates.offending_rows(connection, suites(gate)[table], rule_id=rule_id, limit=limit, look=look)


def _are_most_new(connection: Connection) -> bool:
    """Whether most slices of the candidate were made by this refresh."""
    asked = "select count(*) filter (where edition_id = refresh_id) * 2 > count(*) from ops.candidate"
    return bool(connection.scalar(sa.text(asked)))


def _settle(connection: Connection, chosen: Sequence[Suite], *, of_most: bool) -> None:
    """Plain plans, room to hash, and nobody who writes to what is being judged."""
    plan_for_bulk(connection, of_most=of_most)
    connection.execute(sa.text("set local lock_timeout = '30s'"))
    quote = connection.dialect.identifier_preparer.quote
    read = dict.fromkeys(f"{schema}.{quote(name)}" for suite in chosen for schema, name in _stored(suite))
    connection.execute(sa.text(f"lock table {', '.join(read)} in share mode"))


def _stored(suite: Suite) -> tuple[tuple[str, str], ...]:
    """The tables behind a gate view, as schema and name."""
    if suite.gate == "delivery":
        return (("staging", f"stg_{suite.table}"),)
    return (("ops", "candidate"), ("published", f"{suite.table}_edition"))


def _results(
    database: Database, connection: Connection, chosen: Sequence[Suite], now: datetime, *, of_most: bool
) -> Iterator[Result]:
    """The results of all suites; a table whose columns are not as agreed is not looked at any further.

    We count while GX does, each over a connection: two cores are busy, and nobody waits for the other table by table.
    """
    looked_up = facts.look_up(connection, chosen, now=now)
    columns = [judge_columns(suite, looked_up) for suite in chosen]
    looks = [
        (suite, Look(now=now, hashed=looked_up.worth_hashing(suite.table)))
        for suite, judged in zip(chosen, columns, strict=True)
        if judged.outcome == "passed"
    ]
    with ThreadPoolExecutor(1) as beside:
        seeing = beside.submit(_see, database, looks, of_most=of_most)
        counted = {suite.table: _count(suite, connection, looked_up, look) for suite, look in looks}
    seen = seeing.result()
    for suite, judged in zip(chosen, columns, strict=True):
        yield judged
        match counted.get(suite.table):
            case _Table() as table:
                yield from judge(table, seen[suite.table])
            case str(problem):
                yield from (_result(rule, _raised(problem)) for rule in suite.rules if rule.expect != "columns")


def _see(database: Database, looks: Sequence[tuple[Suite, Look]], *, of_most: bool) -> dict[str, list["Seen"]]:
    """What GX counts, by table, by plans of the same kind as ours."""
    _load_expectations()
    from checks import expectations

    options = f"{GX_OPTIONS} {GX_OF_MOST}" if of_most else GX_OPTIONS
    with expectations.looking(database.loader.url, options=options) as eyes:
        return {suite.table: eyes.count(suite, look) for suite, look in looks}


def _count(suite: Suite, connection: Connection, looked_up: Facts, look: Look) -> "_Table | str":
    """What we count ourselves of a table, or why we could not."""
    load_ids = [load.load_id for load in looked_up.loads.get(suite.table, ())]
    try:
        with connection.begin_nested():
            return _Table(
                suite=suite,
                counted=predicates.count_rows(connection, suite, look, load_ids=load_ids),
                queried=predicates.count_queries(connection, suite),
                duplicates=_duplicates(connection, suite, looked_up),
                facts=looked_up,
            )
    except DBAPIError as error:
        return f"our own count failed: {of_postgres(str(error))}"


@dataclass(frozen=True)
class _Table:
    """All that is known of one table when it is judged, save what GX saw."""

    suite: Suite
    counted: Counted
    queried: Mapping[str, int]
    duplicates: Mapping[str, int]
    facts: Facts

    @property
    def loads(self) -> Sequence[LoadSum]:
        return self.facts.loads.get(self.suite.table, ())


@dataclass(frozen=True)
class _Finding:
    """What came out for one rule, before it is told whose rule it was."""

    outcome: Outcome
    observed: Mapping[str, Any]
    unexpected: int | None = None
    element: int | None = None


def judge(table: _Table, seen: Sequence["Seen"]) -> Iterator[Result]:
    """One result for every rule but the columns', whatever GX handed back: too little, too much, in another order."""
    by_rule: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        by_rule[one.rule_id].append(one)
    for rule in table.suite.rules:
        if rule.expect != "columns":
            yield _result(rule, _finding(rule, table, by_rule[rule.id]))


def _finding(rule: Rule, table: _Table, seen: Sequence["Seen"]) -> _Finding:
    if rule.expect == "not_null" and set(rule.columns) <= table.facts.unknown.get(rule.table, frozenset()):
        return _Finding("passed", {"declared_unknown": True})
    return _OURS[rule.expect](rule, table) if rule.kind.proof == "ours" else _judge_gx(rule, table, seen)


def _judge_gx(rule: Rule, table: _Table, seen: Sequence["Seen"]) -> _Finding:
    """A rule that GX counted: believed only where there is one count, and ours is the same."""
    if len(seen) != 1:
        return _raised(f"{len(seen)} results from Great Expectations, where there is to be one")
    (one,) = seen
    if one.raised:
        return _raised(one.raised)
    ours = _our_count(rule, table)
    theirs = (one.unexpected, one.element)
    if theirs != ours:
        return _raised(f"Great Expectations counted {theirs}, we counted {ours}")
    return _LIMITS.get(rule.expect, _no_row)(rule, table)


def _our_count(rule: Rule, table: _Table) -> tuple[int | None, int | None]:
    """Our own unexpected and element counts, in the form in which GX reports them for the kind."""
    if rule.id in table.queried:
        return table.queried[rule.id], None
    return table.counted.broken.get(rule.id), table.counted.rows


def judge_columns(suite: Suite, looked_up: Facts) -> Result:
    """Columns and types against the contract, or against what the rules of a published table speak of."""
    found = looked_up.columns.get(suite.view, {})
    if suite.gate == "delivery":
        wanted = facts.contract_columns(suite.table)
    else:
        spoken_of = {name for rule in suite.rules for name in rule.columns}
        wanted = {name: found.get(name, "any") for name in spoken_of | {"slice_on", "edition_id", "is_new"}}
    missing = sorted(set(wanted) - set(found))
    other = {name: found[name] for name in sorted(set(wanted) & set(found)) if found[name] != wanted[name]}
    finding = _Finding(
        _outcome(holds=bool(found) and not missing and not other), {"missing": missing, "other_type": other}
    )
    return _result(suite.rule("columns"), finding)


def _no_row(rule: Rule, table: _Table) -> _Finding:
    """No row may break the rule."""
    unexpected, element = _our_count(rule, table)
    return _Finding(_outcome(holds=unexpected == 0), {"unexpected": unexpected}, unexpected, element)


def _no_row_of_daily(rule: Rule, table: _Table) -> _Finding:
    """The same; but where the feed that it names does not come every day, rows that come later are no fault."""
    finding = _no_row(rule, table)
    days = table.facts.comes_every.get(rule.bounds.get("of_daily", ""))
    return (
        replace(finding, outcome="passed", observed={**finding.observed, "comes_every_days": days}) if days else finding
    )


def _few_nulls(rule: Rule, table: _Table) -> _Finding:
    """At most a declared fraction is null."""
    fraction, nulls = _null_fraction(rule, table)
    limit = float(rule.bounds["max_fraction"])
    return _Finding(
        _outcome(holds=fraction <= limit), {"null_fraction": fraction, "limit": limit}, nulls, table.counted.rows
    )


def _usual_nulls(rule: Rule, table: _Table) -> _Finding:
    """Not many more nulls than usual, beyond what chance does to few rows; quiet until there is a usual."""
    fraction, nulls = _null_fraction(rule, table)
    usual = table.facts.usual_nulls.get((rule.table, rule.id))
    limit = None
    if usual is not None and table.counted.rows:
        share = min(1.0, usual + float(rule.bounds["max_increase"]))
        limit = _by_chance(share, table.counted.rows)
    observed = {"null_fraction": fraction, "usual": usual, "limit": limit}
    return _Finding(_outcome(holds=limit is None or fraction <= limit), observed, nulls, table.counted.rows)


def _null_fraction(rule: Rule, table: _Table) -> tuple[float, int]:
    nulls = table.counted.broken[rule.id]
    return round(nulls / table.counted.rows, 6) if table.counted.rows else 0.0, nulls


def _size(rule: Rule, table: _Table) -> _Finding:
    """Within bounds. None at all is right only where nothing new was delivered, where the facts are empty too, or where the
    slices that are not made anew have rows."""
    rows, high = table.counted.rows, int(rule.bounds["high"])
    nothing_new = bool(table.loads) and all(load.delivered == load.superseded for load in table.loads)
    has_others = rule.table in table.facts.kept
    may_be_empty = nothing_new or has_others or rule.bounds.get("unless_empty") in table.facts.empty
    low = 0 if may_be_empty else int(rule.bounds["low"])
    observed = {"rows": rows, "low": low, "high": high}
    return _Finding(_outcome(holds=low <= rows <= high), observed, None, rows)


def _usual_volume(rule: Rule, table: _Table) -> _Finding:
    """As many rows delivered as on the same weekday before; quiet until there is a usual."""
    delivered = sum(load.delivered for load in table.loads if load.state != "held")
    usual = facts.usual(table.facts.volumes.get(rule.table, ()))
    observed: dict[str, Any] = {"delivered": delivered, "usual": usual}
    if usual is None or not delivered:
        return _Finding("passed", observed, None, table.counted.rows)
    low, high = usual * rule.bounds["low_ratio"], usual * rule.bounds["high_ratio"]
    observed |= {"low": low, "high": high}
    return _Finding(_outcome(holds=low <= delivered <= high), observed, None, table.counted.rows)


def _judge_accounting(_: Rule, table: _Table) -> _Finding:
    """Every delivered row of every waiting load is accepted, superseded or quarantined, and is really there."""
    wrong = [
        load.load_id
        for load in table.loads
        if load.delivered != load.accepted + load.superseded + load.quarantined
        or load.quarantined != sum(load.reasons.values())
        or not _all_there(load, table.counted.by_load[load.load_id])
    ]
    parts = ("delivered", "accepted", "superseded", "quarantined")
    sums = {part: sum(getattr(load, part) for load in table.loads) for part in parts}
    right = bool(table.loads) and not wrong and table.counted.rows == sum(table.counted.by_load.values())
    return _Finding(_outcome(holds=right), {**sums, "wrong_loads": wrong}, len(wrong), len(table.loads))


def _all_there(load: LoadSum, rows: int) -> bool:
    """A held load may have lost rows to a correction; any other shows all that it accepted."""
    return rows <= load.accepted if load.state == "held" else rows == load.accepted


def _judge_share(rule: Rule, table: _Table) -> _Finding:
    """Quarantined rows (of one reason) out of the delivered, over the loads that no correction has replaced."""
    judged = [load for load in table.loads if not _is_replaced(load, table)]
    reason = rule.bounds.get("reason_code")
    delivered = sum(load.delivered for load in judged)
    quarantined = sum(load.reasons.get(reason, 0) if reason else load.quarantined for load in judged)
    share = round(quarantined / delivered, 6) if delivered else 0.0
    limit = _by_chance(rule.bounds["max_fraction"], delivered) if delivered else 1.0
    observed = {"share": share, "limit": limit, "quarantined": quarantined}
    return _Finding(_outcome(holds=share <= limit), observed, quarantined, delivered)


def _by_chance(share: float, rows: int) -> float:
    """The largest share that chance makes of `share` among so few rows: of some that may be wrong, one row always."""
    if not share:
        return 0.0
    return round(min(1.0, max(1 / rows, share + BY_CHANCE * math.sqrt(share * (1 - share) / rows))), 6)


def _is_replaced(load: LoadSum, table: _Table) -> bool:
    """Whether newer waiting loads have corrected every row of a held load, and brought at least what it had refused."""
    newer = sum(other.accepted for other in table.loads if other.load_id > load.load_id)
    return load.state == "held" and not table.counted.by_load[load.load_id] and newer >= load.quarantined and newer > 0


def _judge_newest(rule: Rule, table: _Table) -> _Finding:
    """The newest record lies not too far behind the newest that an earlier refresh brought."""
    newest, before = table.counted.newest[rule.id], table.facts.newest.get(rule.table)
    late = bool(newest and before and newest < before - timedelta(days=rule.bounds["max_days_behind"]))
    observed = {"newest": newest.isoformat() if newest else None, "before": before.isoformat() if before else None}
    return _Finding(_outcome(holds=not late), observed, None, table.counted.rows)


def _judge_catalogue(_: Rule, table: _Table) -> _Finding:
    """Every metric that the suite guards is in the catalogue, told in every language."""
    catalogue = metrics()
    guarded = {code for each in table.suite.rules for code in each.guards}
    missing = sorted(code for code in guarded if code not in catalogue or not _is_told(catalogue[code]))
    return _Finding(_outcome(holds=not missing), {"missing": missing}, len(missing), len(guarded))


def _is_told(metric: Metric) -> bool:
    told = (metric.label, metric.meaning, metric.how_to_read, metric.not_conclude, metric.formula)
    return all(words.get(language, "").strip() for words in told for language in get_args(Language))


def _judge_slices(rule: Rule, table: _Table) -> _Finding:
    """The candidate has slices, all of this refresh's making or published before, and lacks none that is published."""
    slices = table.facts.slices.get(rule.table)
    if slices is None:
        return _Finding("failed", {"slices": 0, "vanished": []}, 0, 0)
    observed = {"slices": slices.proposed, "vanished": slices.vanished}
    return _Finding(
        _outcome(holds=slices.proposed > 0 and not slices.vanished), observed, len(slices.vanished), slices.proposed
    )


def _duplicates(connection: Connection, suite: Suite, looked_up: Facts) -> dict[str, int]:
    """Rows beyond the first of each key, by rule; not counted where a unique index of the table proves there are none."""
    proven = looked_up.unique.get(suite.table, frozenset())
    return {
        rule.id: 0 if proven == {"load_id", *rule.columns} else predicates.count_duplicates(connection, suite, rule)
        for rule in suite.rules
        if rule.expect == "unique"
    }


def _judge_unique(rule: Rule, table: _Table) -> _Finding:
    """No key is there twice."""
    found = table.duplicates[rule.id]
    return _Finding(_outcome(holds=found == 0), {"duplicates": found}, found, table.counted.rows)


_LIMITS = {
    "max_null_fraction": _few_nulls,
    "nulls_like_history": _usual_nulls,
    "rows": _no_row_of_daily,
    "row_count": _size,
    "volume_like_history": _usual_volume,
}
_OURS = {
    "accounting": _judge_accounting,
    "quarantined_share": _judge_share,
    "newest_record": _judge_newest,
    "period_covered": _no_row,
    "catalogue": _judge_catalogue,
    "slices_kept": _judge_slices,
    "unique": _judge_unique,
}


def _raised(problem: str) -> _Finding:
    return _Finding("raised", {"problem": problem})


def _outcome(*, holds: bool) -> Outcome:
    return "passed" if holds else "failed"


def _result(rule: Rule, finding: _Finding) -> Result:
    return Result(
        table=rule.table,
        rule_id=rule.id,
        level=rule.level,
        outcome=finding.outcome,
        observed=finding.observed,
        unexpected_count=finding.unexpected,
        element_count=finding.element,
    )


def _write(connection: Connection, gate: Gate, results: Sequence[Result], *, refresh_id: int) -> None:
    """Keep every result; a gate run again for the same refresh replaces its own."""
    written = sa.text("""
        insert into published.check_result
            (refresh_id, gate, table_name, rule_id, level, outcome, observed, unexpected_count, element_count)
        select :refresh_id, :gate, r.*
        from jsonb_to_recordset(cast(:results as jsonb)) as r (
            "table" text, rule_id text, level text, outcome text, observed jsonb,
            unexpected_count bigint, element_count bigint
        )
        on conflict (refresh_id, gate, table_name, rule_id) do update set
            level = excluded.level, outcome = excluded.outcome, observed = excluded.observed,
            unexpected_count = excluded.unexpected_count, element_count = excluded.element_count,
            checked_at = clock_timestamp()
    """)
    kept = json.dumps([asdict(result) for result in results])
    connection.execute(written, {"refresh_id": refresh_id, "gate": gate, "results": kept})
