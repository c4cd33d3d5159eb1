"""The rules as declared: YAML in, `Suite` and `Rule` out. Strict, so that a misspelt rule cannot sleep unnoticed.

What the contract of a feed already implies (required, closed lists, ranges, patterns, references) is derived from it
and never written twice; a suite file adds the rest, and may replace a derived rule by declaring its id again.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from warehouse.feeds.contract import Column, Feed, Language, feeds
from warehouse.targets import targeted

HERE = Path(__file__).parent
SUITES = HERE / "suites"
ROWS = HERE / "rows"

Gate = Literal["delivery", "figures"]
Level = Literal["block", "warn", "info"]
Words = Mapping[Language, str]
Proof = Literal["row", "table", "query", "ours"]

MUST_WRITE = frozenset({"id", "expect", "why", "action"})
WRITTEN = frozenset({"says", "columns", "bounds", "level", "since", "guards", "owner", "releasable", "quarantine"})


class SuiteError(ValueError):
    """A suite that cannot be read as declared: names the file, the rule and what would fit."""


@dataclass(frozen=True)
class Kind:
    """What a kind of rule needs. `proof` says who counts: GX by row, table or query, beside us, or we alone."""

    proof: Proof
    columns: tuple[int, int | None] = (0, 0)
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


KINDS: Mapping[str, Kind] = {
    "not_null": Kind("row", columns=(1, 1)),
    "in_set": Kind("row", columns=(1, 1), needs=frozenset({"codes"})),
    "between": Kind("row", columns=(1, 1), may=frozenset({"low", "high"})),
    "pattern": Kind("row", columns=(1, 1), needs=frozenset({"pattern"})),
    "order_of_times": Kind("row", columns=(2, 2)),
    "in_order": Kind("row", columns=(2, None)),
    "one_of": Kind("row", columns=(2, None)),
    "not_in_future": Kind("row", columns=(1, 1), needs=frozenset({"days"})),
    "references": Kind("row", columns=(1, 1), needs=frozenset({"feed"})),
    "parts_equal_total": Kind("row", columns=(2, None)),
    "max_null_fraction": Kind("row", columns=(1, 1), needs=frozenset({"max_fraction"})),
    "nulls_like_history": Kind("row", columns=(1, 1), needs=frozenset({"max_increase"})),
    "row_count": Kind("table", needs=frozenset({"low", "high"}), may=frozenset({"unless_empty"})),
    "volume_like_history": Kind("table", needs=frozenset({"low_ratio", "high_ratio"})),
    "period_covered": Kind("ours", columns=(1, 1), needs=frozenset({"max_gap_days"})),
    "coverage_kept": Kind("query", columns=(1, 1), needs=frozenset({"max_loss", "at_least"})),
    "restated_within": Kind("query", columns=(1, 1), needs=frozenset({"max_change", "after_days", "at_least"})),
    "rows": Kind("query", needs=frozenset({"file"}), may=frozenset({"of_daily"})),
    "columns": Kind("ours"),
    "accounting": Kind("ours"),
    "unique": Kind("ours", columns=(1, None)),
    "quarantined_share": Kind("ours", needs=frozenset({"max_fraction"}), may=frozenset({"reason_code"})),
    "newest_record": Kind("ours", columns=(1, 1), needs=frozenset({"max_days_behind"})),
    "catalogue": Kind("ours"),
    "slices_kept": Kind("ours"),
}


@dataclass(frozen=True)
class Quarantine:
    """Rows that break the rule leave the delivery under `reason_code`; more than `max_fraction` of it blocks."""

    reason_code: str
    max_fraction: float


@dataclass(frozen=True)
class Rule:
    """One sentence about one table, with its level, its reason and what to do when it does not hold."""

    gate: Gate
    table: str
    id: str
    expect: str
    level: Level
    why: Words
    action: Words
    owner: str
    since: date
    columns: tuple[str, ...] = ()
    bounds: Mapping[str, Any] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    releasable: bool = False
    quarantine: Quarantine | None = None
    says: Words | None = None

    @property
    def kind(self) -> Kind:
        """What this kind of rule needs and who counts it."""
        return KINDS[self.expect]

    def sentence(self, language: Language) -> str:
        """The rule as a sentence for people: its own, or that of its kind with columns and bounds filled in."""
        if self.says:
            return self.says[language]
        comma = ", " if language == "en" else "、"
        known = {name: _said(name, bound) for name, bound in self.bounds.items()}
        columns = {
            "columns": comma.join(self.columns),
            "first": "".join(self.columns[:1]),
            "rest": comma.join(self.columns[1:]),
        }
        sentences = _house()["sentences"]
        told = sentences.get(f"{self.expect} {' '.join(sorted(self.bounds))}", sentences.get(self.expect))
        return str(told[language]).format(**columns, **known)


@dataclass(frozen=True)
class Suite:
    """All rules of one table at one gate, in the order in which they are told."""

    gate: Gate
    table: str
    rules: tuple[Rule, ...]
    key: tuple[str, ...] = ()

    @property
    def view(self) -> str:
        """The view in schema `gate` that holds the rows to check."""
        return f"{self.gate}_{self.table}"

    def rule(self, rule_id: str) -> Rule:
        """The rule called `rule_id`; KeyError if the suite has none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(f"{self.gate} {self.table} has no rule {rule_id}")


@cache
def suites(gate: Gate) -> dict[str, Suite]:
    """Every suite of a gate by table; deliveries in the order in which feeds refer to each other. Raises SuiteError."""
    found = {path.stem: path for path in sorted((SUITES / gate).glob("*.yaml"))}
    if gate == "figures":
        return {table: read_suite(path, gate=gate) for table, path in found.items()}
    if strangers := sorted(set(found) - set(feeds())):
        raise SuiteError(f"no feed has the name of the suite {strangers[0]}.yaml{_nearest(strangers[0], feeds())}")
    if missing := sorted(set(feeds()) - set(found)):
        raise SuiteError(f"these feeds have no suite: {', '.join(missing)}")
    return {code: read_suite(found[code], gate=gate) for code in feeds()}


def read_suite(path: Path, *, gate: Gate) -> Suite:
    """The suite declared in one file, with the rules that every table has and those that its contract implies."""
    declared = _mapping(path)
    known = {"table", "owner", "since", "guards", "key", "rules"}
    _only(declared, known, needed={"table", "owner", "since"}, where=path.name)
    if declared["table"] != path.stem:
        raise SuiteError(f"{path.name}: says table {declared['table']}; a suite's file has the name of its table")
    feed = feeds()[path.stem] if gate == "delivery" else None
    defaults = _Defaults(gate, path.stem, declared["owner"], declared["since"], declared.get("guards", ()))
    key = feed.key if feed else tuple(declared.get("key", ()))
    rules = {rule.id: rule for rule in _every_table(defaults, feed, key)}
    written: set[str] = set()
    for about in declared.get("rules", ()):
        rule = _rule(about, defaults, feed=feed, where=f"{path.name}, rule {about.get('id', '?')}")
        if rule.id in written:
            raise SuiteError(f"{path.name}: rule {rule.id} is declared twice")
        written.add(rule.id)
        rules[rule.id] = rule
    shares = {rule.id: rule for rule in _shares(defaults, rules.values())}
    return Suite(gate=gate, table=path.stem, key=key, rules=(*rules.values(), *shares.values()))


@cache
def row_query(name: str) -> str:
    """The SELECT of `checks/rows/<name>.sql`: returns the rows that are wrong, names `{batch}`. Raises SuiteError."""
    path = ROWS / f"{name}.sql"
    if not path.exists():
        raise SuiteError(f"rows/{name}.sql does not exist{_nearest(name, [file.stem for file in ROWS.glob('*.sql')])}")
    lines = path.read_text("utf-8").splitlines()
    query = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
    if "{batch}" not in query:
        raise SuiteError(f"rows/{name}.sql does not read {{batch}}: it would check other rows than the gate's")
    return query


@dataclass(frozen=True)
class _Defaults:
    gate: Gate
    table: str
    owner: str
    since: date
    guards: Sequence[str]


class _StrictLoader(yaml.CSafeLoader):
    """YAML that refuses a key written twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        if twice := [name for name in names if names.count(name) > 1]:
            raise SuiteError(f"{node.start_mark.name}, line {node.start_mark.line + 1}: {twice[0]} is written twice")
        return super().construct_mapping(node, *args, **kwargs)


def _mapping(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as stream:
        try:
            declared = _StrictLoader(stream).get_single_data()
        except yaml.YAMLError as error:
            raise SuiteError(f"{path.name} is not YAML: {error}") from error
    if not isinstance(declared, dict):
        raise SuiteError(f"{path.name}: expected `table:`, `owner:`, `since:` and `rules:`")
    return declared


@cache
def _house() -> dict[str, Any]:
    return _mapping(SUITES / "house.yaml")


def _rule(about: Mapping[str, Any], defaults: _Defaults, *, feed: Feed | None, where: str) -> Rule:
    """One declared rule, checked from all sides."""
    _only(about, WRITTEN | MUST_WRITE, needed=MUST_WRITE, where=where)
    if about["expect"] not in KINDS:
        raise SuiteError(f"{where}: there is no expectation {about['expect']}{_nearest(about['expect'], KINDS)}")
    rule = Rule(
        gate=defaults.gate,
        table=defaults.table,
        id=about["id"],
        expect=about["expect"],
        level=about.get("level", "block"),
        why=_words(about["why"], f"{where}: why"),
        action=_words(about["action"], f"{where}: action"),
        owner=about.get("owner", defaults.owner),
        since=about.get("since", defaults.since),
        columns=tuple(about.get("columns", ())),
        bounds=_bounds(about.get("bounds", {})),
        guards=tuple(about.get("guards", defaults.guards)),
        releasable=about.get("releasable", False),
        quarantine=_quarantine(about.get("quarantine"), where),
        says=_words(about["says"], f"{where}: says") if "says" in about else None,
    )
    _check(rule, feed, where)
    return rule


def _bounds(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """The bounds as declared; where the codes are those of what a target may be of, these."""
    return {**declared, "codes": targeted()} if declared.get("codes") == "targeted" else declared


def _check(rule: Rule, feed: Feed | None, where: str) -> None:
    """Raise SuiteError unless the rule fits its kind and the columns of its feed."""
    kind = rule.kind
    _only(rule.bounds, kind.needs | kind.may, needed=kind.needs, where=f"{where}: bounds")
    least, most = kind.columns
    if not least <= len(rule.columns) <= (most or len(rule.columns)):
        takes = f"{least}" if most == least else f"{least} or more"
        raise SuiteError(f"{where}: {rule.expect} takes {takes} columns, not {len(rule.columns)}")
    if rule.level not in get_args(Level):
        raise SuiteError(f"{where}: level {rule.level} is not one of {', '.join(get_args(Level))}")
    if not isinstance(rule.since, date):
        raise SuiteError(f"{where}: since {rule.since} is not a date such as 2026-01-05")
    _check_bounds(rule, where)
    if rule.gate == "figures" and rule.kind.proof == "row" and (rule.level != "block" or rule.releasable):
        raise SuiteError(
            f"{where}: a rule about single rows of figures blocks, and nobody releases it: it looks at what is made anew, so what"
            " was let pass would be forgotten. Write a query in rows/"
        )
    if rule.quarantine and (kind.proof != "row" or rule.gate != "delivery"):
        raise SuiteError(f"{where}: only a rule about single rows of a delivery can quarantine")
    if feed is not None:
        _check_columns(rule, feed, where)


def _check_bounds(rule: Rule, where: str) -> None:
    if rule.expect == "between" and not rule.bounds:
        raise SuiteError(f"{where}: between needs low, high or both")
    for feed in (rule.bounds[name] for name in ("feed", "of_daily") if name in rule.bounds):
        if feed not in feeds():
            raise SuiteError(f"{where}: there is no feed {feed}{_nearest(feed, feeds())}")
    if rule.expect == "rows":
        row_query(rule.bounds["file"])
        if rule.says is None:
            raise SuiteError(f"{where}: says is missing: a query of one's own has no sentence of its own")


def _check_columns(rule: Rule, feed: Feed, where: str) -> None:
    stored = {column.stored_as: column for column in feed.columns}
    for name in rule.columns:
        if name not in stored:
            raise SuiteError(f"{where}: {feed.code} has no column {name}{_nearest(name, stored)}")
        if rule.quarantine and stored[name].personal:
            raise SuiteError(f"{where}: {name} is personal, and quarantine shows values as delivered")


def _quarantine(about: Mapping[str, Any] | None, where: str) -> Quarantine | None:
    if about is None:
        return None
    _only(about, {"max_fraction", "reason_code"}, needed={"max_fraction", "reason_code"}, where=f"{where}: quarantine")
    if not 0 <= about["max_fraction"] <= 1:
        raise SuiteError(f"{where}: max_fraction {about['max_fraction']} is not between 0 and 1")
    return Quarantine(reason_code=about["reason_code"], max_fraction=about["max_fraction"])


def _words(said: Mapping[Language, str], where: str) -> Words:
    languages = get_args(Language)
    if not isinstance(said, dict) or any(not str(said.get(language, "")).strip() for language in languages):
        raise SuiteError(f"{where} is said in {' and '.join(languages)}, each")
    return said


def _every_table(defaults: _Defaults, feed: Feed | None, key: Sequence[str]) -> Iterator[Rule]:
    """The rules that every table has: its columns, its size, its sums, its key, and what the contract implies."""
    yield _standard("columns", "columns", defaults)
    yield _standard("row_count", "row_count", defaults)
    if key:
        yield _standard("key.unique", "unique", defaults, columns=key)
    if feed is None:
        yield _standard("slices_kept", "slices_kept", defaults)
        yield _standard("catalogue", "catalogue", defaults)
        return
    yield _standard("accounting", "accounting", defaults)
    yield _standard("quarantined_share", "quarantined_share", defaults)
    for column in feed.columns:
        yield from _implied(column, defaults)


def _implied(column: Column, defaults: _Defaults) -> Iterator[Rule]:
    """The rules that a column's contract implies."""
    name = column.stored_as
    if column.required:
        yield _standard(f"{name}.not_null", "not_null", defaults, columns=(name,))
    if column.codes:
        yield _standard(f"{name}.in_set", "in_set", defaults, columns=(name,), bounds={"codes": list(column.codes)})
    if column.pattern:
        yield _standard(f"{name}.pattern", "pattern", defaults, columns=(name,), bounds={"pattern": column.pattern})
    if column.low is not None or column.high is not None:
        limits = {"low": column.low, "high": column.high}
        bounds = {side: limit for side, limit in limits.items() if limit is not None}
        yield _standard(f"{name}.between", "between", defaults, columns=(name,), bounds=bounds)
    if column.references:
        special = f"references.{column.references}"
        words = special if special in _house()["standard"] else "references"
        feed = {"feed": column.references}
        yield _standard(f"{name}.references", "references", defaults, columns=(name,), bounds=feed, words=words)


def _shares(defaults: _Defaults, rules: Iterable[Rule]) -> Iterator[Rule]:
    """One rule for each reason to quarantine: its share of the delivery stays below the declared fraction."""
    for rule in rules:
        if rule.quarantine:
            bounds = {"max_fraction": rule.quarantine.max_fraction, "reason_code": rule.quarantine.reason_code}
            words = "quarantined_share.reason"
            share = _standard(f"{rule.id}.share", "quarantined_share", defaults, bounds=bounds, words=words)
            yield replace(share, guards=rule.guards, level=rule.level)


def _standard(
    rule_id: str,
    expect: str,
    defaults: _Defaults,
    *,
    columns: Sequence[str] = (),
    bounds: Mapping[str, Any] | None = None,
    words: str | None = None,
) -> Rule:
    """A rule whose level and words stand in `suites/house.yaml`."""
    about = _house()["standard"][words or expect]
    return Rule(
        gate=defaults.gate,
        table=defaults.table,
        id=rule_id,
        expect=expect,
        level=about["level"],
        why=about["why"],
        action=about["action"],
        owner=defaults.owner,
        since=defaults.since,
        columns=tuple(columns),
        bounds={**about.get("bounds", {}), **(bounds or {})},
        guards=tuple(defaults.guards),
        releasable=about.get("releasable", False),
        quarantine=_quarantine(about.get("quarantine"), "house.yaml"),
    )


def _only(about: Mapping[str, Any], known: Set[str], *, needed: Set[str], where: str) -> None:
    if strangers := sorted(set(about) - known):
        raise SuiteError(f"{where}: {strangers[0]} is not known here{_nearest(strangers[0], known)}")
    if missing := sorted(needed - set(about)):
        raise SuiteError(f"{where}: {missing[0]} is missing")


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _said(name: str, bound: Any) -> str:
    """A bound as it is read: fractions in percent, lists with commas."""
    if isinstance(bound, list):
        return ", ".join(map(str, bound))
    if name in {"max_fraction", "max_increase", "max_loss", "max_change"}:
        return f"{bound:.2%}".replace(".00%", "%")
    return f"{int(bound):,}" if isinstance(bound, int | float) and bound == int(bound) else str(bound)
