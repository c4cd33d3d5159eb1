"""Attempts to be told what is not one's own, by every question of the code and for every figure, and mix-ups of what is kept.

As with `probes`: every one returns sentences about what should not be so.
"""

import importlib
import inspect
import itertools
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

from tests.access.leak_company import (
    EXECUTIVE,
    HEAD,
    KEYS,
    NOBODIES,
    OTHER,
    THEIRS,
    LeakCompany,
    Secrets,
)
from tests.access.probes import LATELY, Found, others
from warehouse import db, ledger, queries
from warehouse.digests import outbox, post
from warehouse.digests.outbox import Subscriber
from warehouse.digests.watch import Condition
from warehouse.metrics import cells
from warehouse.queries import decompose, figures
from warehouse.queries.contact_cards import CardRefused
from warehouse.queries.reader import NothingPublished, Reader, Refused
from warehouse.receive import Delivery, receive
from warehouse.scope import Scope

Question = Callable[..., Any]
LEFT_OUT = frozenset({"figures.figure", "figures.curve", "decompose.decompose", "grains.asked_for", "grains.of_list"})
"""Asked for every metric by `told`, or by what is asked there, instead of once."""

AGAINST_THE_COMPANY = frozenset({"complaint.branch"})
"""Figures beside which stands what the company does: a head is told less of that (`test_company_promises`)."""

COUNTS = frozenset(
    {"delivered", "accepted", "superseded", "quarantined", "held_rows", "unexpected_count", "element_count", "observed"}
)
"""Columns that count rows of deliveries and of figures, of whatever branch."""


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


def counted(company: LeakCompany, person: str) -> Found:
    """The questions that tell somebody how many rows there are of the whole company, with what they tell it in."""
    found = set[str]()
    for name, question in questions().items():
        for chosen in [] if _is_scoped(question) else _ways(company, question):
            try:
                told = question(company.reader(person), **chosen)
            except (LookupError, ValueError, Refused, CardRefused, NothingPublished):
                continue
            if isinstance(told, pd.DataFrame):
                found |= {
                    f"{name}: {column}" for column in COUNTS & {*told} if told[column].fillna(0).astype(bool).any()
                }
    return sorted(found)


def figure(company: LeakCompany, metric: str, by: Sequence[str]) -> Found:
    """Whether a figure of the head is not that of the company's executive, narrowed to the head's branches, and others'
    branches not like branches that there are not."""
    ask = partial(_told, question=figures.figure)
    own = Scope(branches=tuple(company.branches(HEAD)))
    head, whole = company.reader(HEAD), company.reader(EXECUTIVE)
    found = []
    told = ask(head, chosen={"metric": metric, "scope": Scope(), "by": by})
    expected = ask(whole, chosen={"metric": metric, "scope": own, "by": by})
    if metric in AGAINST_THE_COMPANY and len(told) == len(expected):
        expected = ["nan" if said == "nan" else each for said, each in zip(told, expected, strict=True)]
    if told != expected:
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


def warnings(company: LeakCompany, person: str, *branches: str) -> list[Condition]:
    """What figures of these branches, else of all that the person sees, give to warn of: as alerts are made."""
    with company.database.loader.begin() as connection:
        shown = outbox.published(connection)
    assert shown is not None
    now = shown.published_at
    subscriber = Subscriber(0, person, "alerts", {"branch": branches}, "alert", "mail", "en", now)
    found = post.conditions(company.database, subscriber, shown, {}, now=now)
    return [each for each in found if each.kind in ("promise", "signal")]


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


def _hints(question: Question) -> dict[str, Any]:
    """What a question takes; some modules know pandas by its name alone, until they need it."""
    return typing.get_type_hints(question, {"pd": pd, **question.__globals__})


def _is_scoped(question: Question) -> bool:
    return _hints(question).get("scope") is Scope


def _all(question: Question) -> dict[str, Scope]:
    return {"scope": Scope()} if _is_scoped(question) else {}


def _ways(company: LeakCompany, question: Question) -> list[dict[str, object]]:
    """What a question is asked with but its scope: every value of a closed list, and for the rest others' codes.

    Raises KeyError for a parameter that nobody has thought of: name what to ask with in `_values`.
    """
    hints, values = _hints(question), _values(company)
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
    codes = sorted(others(company))
    return {
        "metric": ["complaint.sla_rate", "csat.top2", "order.revenue"],
        "cell": sorted(
            {cell for matrix in ("portfolio", "value_tier", "distributor", "apostle") for cell in cells(matrix)}
        ),
        "region": ["", THEIRS],
        "branch": ["", branch],
        "gate": ["delivery", "figures"],
        "table_name": ["orders"],
        "rule_id": ["columns"],
        "load_id": [None, 1],
        "feed": [None, "orders"],
        "reason": [None, "because"],
        "refresh_id": [1],
        "earlier": [1],
        "later": [1],
        "asked": [1],
        "annotation_id": [1],
        "view_id": [1, 2],
        "subscription_id": [1, 2],
        "what": ["complaints"],
        "channel": ["mail"],
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
    patch.setattr(module, "everything", kept)
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
    for person in ("a", "b"):
        yield partial(module.company, person), person
        yield partial(module.people, person), person
    for person, refresh in itertools.product("ab", (1, 2)):
        reader = Reader(engine=None, person=person, refresh_id=refresh)
        yield from _ways_of(module, module.Asker(effective=((person,), ("branch_head",)), reader=reader))


def _ways_of(module: types.ModuleType, asker: Any) -> Iterator[tuple[Callable[[], str], str]]:
    world, reader, scopes = {"turn": 0}, asker.reader, [Scope(), Scope(regions=("R2",))]

    def first(reader: Reader, *asked: object) -> pd.DataFrame:
        return pd.DataFrame({"told": [repr(("first", reader, asked, world))]})

    def second(reader: Reader, *asked: object) -> pd.DataFrame:
        return pd.DataFrame({"told": [repr(("second", reader, asked, world))]})

    def fresh(question: Question, turn: int) -> str:
        world["turn"] = turn
        return _told_of(module.fresh, asker, question, turn=turn)

    for metric, scope, by in itertools.product(("one", "two"), scopes, ((), ("day",))):
        yield partial(_told_of, module.figure, asker, metric, scope, by), repr((reader, (metric, scope), by))
    for question, scope, cell in itertools.product((first, second), scopes, ("star", "dog")):
        told = repr((question.__name__, reader, (scope, cell), {"turn": 0}))
        yield partial(_told_of, module.rows, asker, question, scope, cell), told
    for question, turn in itertools.product((first, second), (1, 0)):
        yield partial(fresh, question, turn), repr((question.__name__, reader, (), {"turn": turn}))


def _told_of(ask: Callable[..., Any], *asked: object, **named: object) -> str:
    answer = ask(*asked, **named)
    return str(getattr(answer, "rows", answer)["told"][0])


def in_the_clear(database: db.Database, folder: Path, values: Sequence[str]) -> Found:
    """Which of `values` stand in any table but the vault, once the files of `folder` have been received."""
    delivery = Delivery.by_contract(folder, zone="Asia/Shanghai", currency="CNY")
    received = receive(database, KEYS, delivery, refresh_id=ledger.begin(database.loader, by="test"))
    assert received.load_id is not None
    assert received.refused == []
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
