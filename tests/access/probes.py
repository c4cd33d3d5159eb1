"""Attempts to see what is not one's own, each over everything that the catalogue of the database or of the code names.

Every probe returns sentences about what it could see and should not have, or could not see and should have: none is good.
"""

import importlib
import inspect
import itertools
import pkgutil
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.access.leak_company import (
    EXECUTIVE,
    HEAD,
    KEYS,
    NEARLY,
    NOBODIES,
    OF_ONE,
    OTHER,
    STEWARD,
    THEIRS,
    LeakCompany,
    Secrets,
)
from warehouse import db, ledger, queries
from warehouse.metrics import cells
from warehouse.queries import decompose, figures
from warehouse.queries.contact_cards import CardRefused
from warehouse.queries.reader import NothingPublished, Reader, Refused
from warehouse.receive import Delivery, receive
from warehouse.scope import Scope

Found = list[str]
OF_THE_HOUSE = frozenset(
    {
        "annotation",
        "check_result",
        "complaint_company",
        "current",
        "feed_status",
        "lead_source",
        "load_feed",
        "manifest",
        "refresh",
        "release",
        "saved_view",
        "segment_cut",
        "setting",
        "unknown_column",
    }
)
"""What heads of branches may see rows of although there is no branch in them. A new such table must be thought about."""
LATELY = datetime(2026, 3, 30, tzinfo=UTC)
COMPANY_TOTALS = "complaint_company"
NOT_OF_HEADS = "is seen by a head of a branch: if that is meant, name it in OF_THE_HOUSE"


def relations(company: LeakCompany) -> list[str]:
    """Every table and view in `published`."""
    listed = text(
        "select relname from pg_class where relnamespace = 'published'::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f')"
    )
    with company.owner.begin() as connection:
        return sorted(connection.scalars(listed))


def tables(company: LeakCompany, names: Iterable[str], secrets: Mapping[str, Secrets]) -> Found:
    """Rows of `names` that are seen by people who may not, or not by those who may."""
    return [leak for name in names for leak in _table(company, name, secrets)]


def _table(company: LeakCompany, name: str, secrets: Mapping[str, Secrets]) -> Iterator[str]:
    by_branch = _rows_by_branch(company, name)
    yield from _to_nobodies(company, name)
    rows_of = {person: _seen(company, person, name) for person in (HEAD, OF_ONE, OTHER, STEWARD)}
    for person in (HEAD, OF_ONE):
        if met := secrets[person].met(rows_of[person]):
            yield f"{name}: {person} meets {met[:5]}"
    if by_branch.keys() - {None}:
        for person, rows in rows_of.items():
            own = sum(by_branch.get(branch, 0) for branch in company.branches(person))
            if len(rows) != own:
                yield f"{name}: {person} sees {len(rows)} of {own} own rows"
    elif rows_of[HEAD] and name.removesuffix("_edition") not in OF_THE_HOUSE:
        yield f"{name} {NOT_OF_HEADS}"
    elif by_branch and not any(rows_of.values()):
        yield f"{name}: nobody sees a row of it"


def _to_nobodies(company: LeakCompany, name: str) -> Iterator[str]:
    seen = {person or "no name at all": _seen(company, person, name) for person in NOBODIES}
    seen["a head who looks as the executive"] = _seen(company, EXECUTIVE, name, onlooker=HEAD)
    if name.startswith(COMPANY_TOTALS):
        seen["somebody who could tell the branches unseen"] = _seen(company, NEARLY, name)
    yield from (f"{name}: {len(rows)} rows for {who}" for who, rows in seen.items() if rows)


def _rows_by_branch(company: LeakCompany, name: str) -> dict[str | None, int]:
    """How many rows of each branch there are; under None those of a table without branches, if there are any."""
    is_there = text(
        "select exists (select from pg_attribute where attrelid = to_regclass(:name) and attname = 'branch_id' and attnum > 0)"
    )
    with company.owner.begin() as connection:
        has_branches = connection.scalar(is_there, {"name": f"published.{name}"})
        branch = "branch_id" if has_branches else "null"
        counted = connection.execute(
            text(f"select {branch}, count(*) from published.{name} group by 1 having count(*) > 0")
        )
        return {row[0]: row[1] for row in counted}


def _seen(company: LeakCompany, person: str, name: str, *, onlooker: str = "") -> list[str]:
    with company.as_reader(person, onlooker=onlooker) as connection:
        return list(connection.scalars(text(f"select cast(t as text) from published.{name} as t")))


# -- functions of the database ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """A function of schema `access` that `reader` may call, with the names and types of what it takes."""

    name: str
    arguments: tuple[tuple[str, str], ...]


def functions(company: LeakCompany) -> list[Function]:
    """All of them."""
    listed = text(
        "select p.oid, p.proname, coalesce(p.proargnames[1:p.pronargs], '{}') as names,"
        " array(select format_type(t, null) from unnest(p.proargtypes) as t) as types"
        " from pg_proc as p where p.pronamespace = 'access'::regnamespace and has_function_privilege('reader', p.oid, 'execute')"
        " order by p.proname"
    )
    with company.owner.begin() as connection:
        return [
            Function(row.proname, tuple(zip(row.names, row.types, strict=True))) for row in connection.execute(listed)
        ]


def answers(company: LeakCompany, function: Function, secrets: Mapping[str, Secrets]) -> Found:
    """What a function tells a head about others' branches, and nobodies about anything, and what it lets them write."""
    found = set[str]()
    with db.advisory_lock(company.database.loader, "work"):
        for person, asked in itertools.product((HEAD, *NOBODIES), _arguments(function, _theirs(company))):
            called, who = _call(company, person, function, asked), person or "no name at all"
            meant = {value for value in asked if isinstance(value, str)}
            if met := set(secrets[HEAD].met(called.said)) - meant:
                found.add(f"{function.name}: {who} meets {sorted(met)[:5]}")
            if "true" in called.said and (
                person != HEAD or "true" not in _call(company, person, function, _nowhere(asked)).said
            ):
                found.add(f"{function.name} is true for {who}")
            if called.is_written and function.name not in (MAY_WRITE if person == HEAD else NOTE_REFUSALS):
                found.add(f"{function.name} lets {who} write")
            if person != HEAD and function.name in LISTS and called.said:
                found.add(f"{function.name}: {len(called.said)} rows for {who}")
    return sorted(found)


LISTS = frozenset({"roles", "visible_branches", "people"})
NOTE_REFUSALS = frozenset({"contact_card", "note_visit", "view_as"})
"""What writes an audit row for nobodies too: that they were refused."""
MAY_WRITE = NOTE_REFUSALS | {"save_view", "note_export"}
"""What heads may do: everything else that writes is for stewards."""


@dataclass(frozen=True)
class Called:
    """What a function said, and whether it wrote anything."""

    said: list[str]
    is_written: bool = False


def _theirs(company: LeakCompany) -> set[str]:
    branch = company.branches(OTHER)[0]
    with company.owner.begin() as connection:
        asked = text(
            "select complaint_id, customer_code from published.complaint_case_edition where branch_id = any(:theirs) limit 1"
        )
        case = connection.execute(asked, {"theirs": company.branches(OTHER)}).one()
    return {branch, THEIRS, OTHER, case.complaint_id, case.customer_code}


def _arguments(function: Function, theirs: set[str]) -> Iterator[tuple[object, ...]]:
    named = {
        "kind": ["customer", "complaint", "branch", "region", "compare"],
        "form": ["csv"],
        "page": ["overview"],
        "concerns": [[]],
        "task": ["work"],
        "scope_kind": ["region"],
    }
    typed: Mapping[str, Sequence[object]] = {
        "text": sorted(theirs),
        "bigint": [1, 2],
        "jsonb": ["{}"],
        "date": [date(2026, 3, 1)],
        "text[]": [sorted(theirs)],
        "timestamp with time zone": [LATELY],
        "interval": ["1 day"],
    }
    offered = [named.get(name) or typed[kind] for name, kind in function.arguments]
    return itertools.islice(itertools.product(*offered), 60)


def _nowhere(asked: Sequence[object]) -> list[object]:
    """The same, asked of places, cases and people that there are not."""
    return [re.sub("[0-9]+", "999", value) if isinstance(value, str) else value for value in asked]


def _call(company: LeakCompany, person: str, function: Function, asked: Sequence[object]) -> Called:
    bound = {f"a{at}": value for at, value in enumerate(asked)}
    called = ", ".join(f"cast(:a{at} as {kind})" for at, (_, kind) in enumerate(function.arguments))
    try:
        with company.as_reader(person) as connection:
            rows = connection.execute(text(f"select cast(f as text) from access.{function.name}({called}) as f"), bound)
            said = [str(each) for (each,) in rows if each is not None]
            return Called(said, connection.scalar(text("select pg_current_xact_id_if_assigned() is not null")))
    except DBAPIError as error:
        return Called([str(error.orig)])


# -- questions of the code ----------------------------------------------------------------------------------------------

Question = Callable[..., Any]
LEFT_OUT = frozenset({"figures.figure", "figures.curve", "decompose.decompose"})
"""Asked for every metric by `told`, instead of once."""


def questions() -> dict[str, Question]:
    """Every public function of `warehouse.queries` that takes a reader, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(queries.__path__, f"{queries.__name__}."):
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            takes = list(inspect.signature(function).parameters)
            if function.__module__ == module.name and takes[:1] == ["reader"] and not name.startswith("_"):
                found[f"{module.name.removeprefix('warehouse.queries.')}.{name}"] = function
    return {name: question for name, question in found.items() if name not in LEFT_OUT}


def asked(company: LeakCompany, question: Question, secrets: Secrets) -> Found:
    """Others' codes that a question tells the head, and whether others' places are unlike places that there are not."""
    found = set[str]()
    for chosen in _ways(company, question):
        for scope, nowhere in _scopes(company) if _is_scoped(question) else [({}, {})]:
            told = _told(company.reader(HEAD), question, {**chosen, **scope})
            given = set(map(str, chosen.values()))
            if met := set(secrets.met(told)) - given:
                found.add(f"the head meets {sorted(met)[:5]}")
            if nowhere and told != _told(company.reader(HEAD), question, {**chosen, **nowhere}):
                found.add("others' places are not like places that there are not")
        for person in NOBODIES:
            if (
                met := set(
                    Secrets(secrets.codes, secrets.names).met(
                        _told(company.reader(person), question, chosen | _all(question))
                    )
                )
                - given
            ):
                found.add(f"{person or 'no name at all'} meets {sorted(met)[:5]}")
    return sorted(found)


def figure(company: LeakCompany, metric: str, by: Sequence[str]) -> Found:
    """Whether a figure of the head is not that of the company's executive, narrowed to the head's branches, and others'
    branches not like branches that there are not."""
    ask = partial(_told, question=figures.figure)
    own = Scope(branches=tuple(company.branches(HEAD)))
    head, whole = company.reader(HEAD), company.reader(EXECUTIVE)
    found = []
    if ask(head, chosen={"metric": metric, "scope": Scope(), "by": by}) != ask(
        whole, chosen={"metric": metric, "scope": own, "by": by}
    ):
        found.append(f"{metric} by {', '.join(by)} is not that of the head's branches")
    for theirs, nowhere in _scopes(company)[1:] if not by else ():
        if ask(head, chosen={"metric": metric, "by": by, **theirs}) != ask(
            head, chosen={"metric": metric, "by": by, **nowhere}
        ):
            found.append(f"{metric} by {', '.join(by)} knows others' branches")
    return found


def curve(company: LeakCompany, metric: str) -> None:
    """Ask for the curve behind a metric, as the head; many have none."""
    _told(company.reader(HEAD), figures.curve, {"metric": metric, "scope": Scope()})
    _told(
        company.reader(HEAD),
        decompose.decompose,
        {"metric": metric, "before": Scope(), "after": Scope(), "by": "branch"},
    )


def _scopes(company: LeakCompany) -> list[tuple[dict[str, Scope], dict[str, Scope]]]:
    """Everything; others' region and branches, each with one that there is not."""
    theirs = tuple(company.branches(OTHER))
    return [
        ({"scope": Scope()}, {}),
        ({"scope": Scope(regions=(THEIRS,))}, {"scope": Scope(regions=("Nowhere",))}),
        ({"scope": Scope(branches=theirs)}, {"scope": Scope(branches=("Nowhere",))}),
    ]


def _takes(question: Question) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(question).parameters


def _is_scoped(question: Question) -> bool:
    return typing.get_type_hints(question).get("scope") is Scope


def _all(question: Question) -> dict[str, Scope]:
    return {"scope": Scope()} if _is_scoped(question) else {}


def _ways(company: LeakCompany, question: Question) -> list[dict[str, object]]:
    """What a question is asked with but its scope: every value of a closed list, and for the rest others' codes.

    Raises KeyError for a parameter that nobody has thought of: name what to ask with in `_values`.
    """
    hints, values = typing.get_type_hints(question), _values(company)
    ways: list[dict[str, object]] = [{}]
    for name, parameter in list(_takes(question).items())[1:]:
        if hints[name] is Scope or parameter.default is not inspect.Parameter.empty:
            continue
        closed = typing.get_args(hints[name]) if typing.get_origin(hints[name]) is typing.Literal else ()
        offered = values["details"] if parameter.kind is inspect.Parameter.VAR_KEYWORD else closed or values[name]
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            ways = [{**way, **details} for way in ways for details in offered if isinstance(details, dict)]
        else:
            ways = [{**way, name: value} for way in ways for value in offered]
    return ways


def _values(company: LeakCompany) -> Mapping[str, Sequence[object]]:
    branch = company.branches(OTHER)[0]
    codes = sorted(_theirs(company))
    return {
        "metric": ["complaint.sla_rate", "csat.top2", "order.revenue"],
        "cell": sorted(
            {cell for matrix in ("portfolio", "value_tier", "distributor", "apostle") for cell in cells(matrix)}
        ),
        "gate": ["delivery", "figures"],
        "table_name": ["orders"],
        "rule_id": ["columns"],
        "load_id": [None, 1],
        "feed": [None, "orders"],
        "reason": [None, "because"],
        "refresh_id": [1],
        "asked": [1],
        "annotation_id": [1],
        "view_id": [1, 2],
        "signed_in_at": [LATELY],
        "keys": [KEYS],
        "code": codes,
        "page": ["overview"],
        "form": ["csv"],
        "title": ["Tiles"],
        "name": ["a view"],
        "address": [{"branch": ["here"]}],
        "scope": ["Everything"],
        "shared_with": [None, branch],
        "from_on": [date(2026, 3, 1)],
        "until_on": [None],
        "text_en": ["a"],
        "text_zh": ["a"],
        "details": [{"load_id": 1}, {"refresh_id": 1}, {}],
        "person": codes,
        "somebody": codes,
        "claimed": codes,
    }


def _told(reader: Reader, question: Question, chosen: Mapping[str, object]) -> list[str]:
    """All that a question tells, as texts: its rows and what stands beside them, or its refusal."""
    try:
        return list(_texts(question(reader, **chosen)))
    except (LookupError, ValueError, Refused, CardRefused, NothingPublished) as refusal:
        return [str(refusal)]


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, pd.DataFrame):
        yield from map(str, told.columns)
        yield from (str(value) for row in told.itertuples(index=False) for value in row)
        yield from _texts(dict(told.attrs))
    elif is_dataclass(told):
        yield from (said for each in fields(told) for said in _texts(getattr(told, each.name)))
    elif isinstance(told, Mapping):
        yield from (said for pair in told.items() for said in map(str, pair))
    elif isinstance(told, list | tuple):
        yield from (said for each in told for said in _texts(each))
    else:
        yield str(told)


# -- What is kept, and what is delivered --------------------------------------------------------------------------------


def mixed_up(module: types.ModuleType, patch: pytest.MonkeyPatch) -> Found:
    """Answers of `pages.shared.cached`, or of a mutant, that were made for another asker, refresh, question or parameter."""
    kept = module.Kept(1_000)
    patch.setattr(module, "everything", lambda: kept)
    patch.setattr(
        module.figures, "figure", lambda reader, *asked, by: pd.DataFrame({"told": [repr((reader, asked, by))]})
    )
    for part in ("standing", "visits"):
        patch.setattr(module, part, _Visited(), raising=False)
    found = []
    for _ in range(2):
        for ask, expected in _ways_to_ask(module):
            if (told := ask()) != expected:
                found.append(f"{expected} was answered with {told}")
    return found


class _Visited:
    """Stands for everything that `cached` asks in a person's name: its answer names that person."""

    def __call__(self, person: str, *others: object) -> Any:
        return types.SimpleNamespace(company=person)

    def people(self, reader: Reader) -> Any:
        return reader.person


def _ways_to_ask(module: types.ModuleType) -> Iterator[tuple[Callable[[], str], str]]:
    """Every way to ask, with the answer that it must get."""
    world = {"turn": 0}

    def first(reader: Reader, *asked: object) -> pd.DataFrame:
        return pd.DataFrame({"told": [repr(("first", reader, asked, world))]})

    def second(reader: Reader, *asked: object) -> pd.DataFrame:
        return pd.DataFrame({"told": [repr(("second", reader, asked, world))]})

    def fresh(asker: Any, question: Question, turn: int) -> str:
        world["turn"] = turn
        return str(module.fresh(asker, question, turn=turn)["told"][0])

    for person in ("a", "b"):
        yield partial(module.company, person), person
        yield partial(module.people, person), person
    scopes = [Scope(), Scope(regions=("R2",))]
    for person, refresh in itertools.product("ab", (1, 2)):
        reader = Reader(engine=None, person=person, refresh_id=refresh)
        asker = module.Asker(effective=((person,), ("branch_head",)), reader=reader)
        for metric, scope, by in itertools.product(("one", "two"), scopes, ((), ("day",))):
            yield partial(_told_of, module.figure, asker, metric, scope, by), repr((reader, (metric, scope), by))
        for question, scope, cell in itertools.product((first, second), scopes, ("star", "dog")):
            yield (
                partial(_told_of, module.rows, asker, question, scope, cell),
                repr((question.__name__, reader, (scope, cell), {"turn": 0})),
            )
        for question, turn in itertools.product((first, second), (1, 0)):
            yield partial(fresh, asker, question, turn), repr((question.__name__, reader, (), {"turn": turn}))


def _told_of(ask: Callable[..., Any], *asked: object) -> str:
    answer = ask(*asked)
    return str(getattr(answer, "rows", answer)["told"][0])


def in_the_clear(database: db.Database, folder: Path, values: Sequence[str]) -> Found:
    """Which of `values` stand in any table but the vault, once the files of `folder` have been received."""
    delivery = Delivery.by_contract(folder, zone="Asia/Shanghai", currency="CNY")
    receive(database, KEYS, delivery, refresh_id=ledger.begin(database.loader, by="test"))
    listed = text(
        "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        " and table_schema !~ '^pg_' and table_schema not in ('information_schema', 'vault')"
    )
    with database.loader.begin() as connection:
        rows = [
            f"{schema}.{table}: {row}"
            for schema, table in connection.execute(listed).all()
            for row in connection.scalars(text(f'select cast(t as text) from {schema}."{table}" as t'))
        ]
    return [row for row in rows if any(value in row for value in values)]
