"""Attempts to see what is not one's own, each over everything that the catalogue of the database names.

Every probe returns sentences about what it could see and should not have, or could not see and should have: none is good.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.access.leak_company import (
    EXECUTIVE,
    HEAD,
    MINE,
    NEARLY,
    NOBODIES,
    OF_ONE,
    OTHER,
    STEWARD,
    THEIRS,
    LeakCompany,
    Secrets,
)
from warehouse import db

Found = list[str]
OF_THE_HOUSE = frozenset(
    {
        "annotation",
        "check_result",
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
        "target",
        "unknown_column",
    }
)
"""What heads of branches may see rows of although there is no branch in them. A new such table must be thought about."""
SUMS = "_sums"
"""In the name of a table with rows of the whole company, without a branch: for those alone who see every branch."""
LATELY = datetime(2026, 3, 30, tzinfo=UTC)
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
            own += by_branch.get(None, 0) if SUMS in name and person == STEWARD else 0
            if len(rows) != own:
                yield f"{name}: {person} sees {len(rows)} of {own} own rows"
    elif rows_of[HEAD] and name.removesuffix("_edition") not in OF_THE_HOUSE:
        yield f"{name} {NOT_OF_HEADS}"
    elif by_branch and not any(rows_of.values()):
        yield f"{name}: nobody sees a row of it"


def _to_nobodies(company: LeakCompany, name: str) -> Iterator[str]:
    seen = {person or "no name at all": _seen(company, person, name) for person in NOBODIES}
    for onlooker in (HEAD, *NOBODIES[:3]):
        seen[f"{onlooker} who looks as the executive"] = _seen(company, EXECUTIVE, name, onlooker=onlooker)
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
    with db.alone_at(company.database.loader, "gatehouse.worker"):
        for person, asked in itertools.product((HEAD, *NOBODIES), _arguments(function, others(company))):
            found |= set(_answer(company, function, person, asked, secrets[HEAD]))
    if function.name == COMPANY_TOTALS:
        nearly = _call(company, NEARLY, function, (company.refresh_id, "all", None, None))
        found |= {f"{function.name} tells who could tell the branches unseen" for _ in nearly.said}
    if function.name in LISTS:
        listed = " ".join(_call(company, STEWARD, function, ()).said)
        found |= {f"{function.name} lists {person}" for person in NOBODIES[:3] if f"({person}," in listed}
    return sorted(found)


def _answer(
    company: LeakCompany, function: Function, person: str, asked: Sequence[object], hidden: Secrets
) -> Iterator[str]:
    called, who = _call(company, person, function, asked), person or "no name at all"
    meant = {value for value in asked if isinstance(value, str)}
    if met := set(hidden.met(called.said)) - meant:
        yield f"{function.name}: {who} meets {sorted(met)[:5]}"
    if any(said.startswith("(given,") for said in called.said):
        yield f"{function.name} is given to {who}"
    if "true" in called.said and (
        person != HEAD or "true" not in _call(company, person, function, _nowhere(asked)).said
    ):
        yield f"{function.name} is true for {who}"
    if called.is_written and function.name not in (MAY_WRITE if person == HEAD else NOTE_REFUSALS):
        yield f"{function.name} lets {who} write"
    if person != HEAD and function.name in {*LISTS, COMPANY_TOTALS} and called.said:
        yield f"{function.name}: {len(called.said)} rows for {who}"


COMPANY_TOTALS = "company_promises"
"""Counts of the whole company, as far as a head may know them."""
LISTS = frozenset({"roles", "visible_branches", "visible_regions", "people"})
NOTE_REFUSALS = frozenset({"contact_card", "note_visit", "read_comments", "view_as"})
"""What writes an audit row for nobodies too: that they were refused."""
MAY_WRITE = NOTE_REFUSALS | {"save_view", "note_export", "subscribe"}
"""What heads may do: everything else that writes is for stewards."""


@dataclass(frozen=True)
class Called:
    """What a function said, and whether it wrote anything."""

    said: list[str]
    is_written: bool = False


def others(company: LeakCompany) -> set[str]:
    """Codes of another's region, branch, cases and customer, and who it is."""
    branch, theirs = company.branches(OTHER)[0], {"theirs": company.branches(OTHER)}
    with company.owner.begin() as connection:
        asked = text(
            "select complaint_id, customer_code from published.complaint_case_edition"
            " where branch_id = any(:theirs) and customer_code is not null limit 1"
        )
        case = connection.execute(asked, theirs).one()
        said = text(
            "select min(a.invite_id) from staging.now_survey_answers as a inner join curated.fct_survey as s using (invite_id)"
            " where a.comment_hash is not null and s.branch_id = any(:theirs)"
        )
        return {branch, THEIRS, OTHER, case.complaint_id, case.customer_code, connection.scalar(said, theirs)}


def _arguments(function: Function, theirs: set[str]) -> Iterator[tuple[object, ...]]:
    named: Mapping[str, Sequence[object]] = {
        "kind": ["customer", "complaint", "branch", "region", "compare", "company"],
        "form": ["csv"],
        "page": ["overview"],
        "concerns": [[]],
        "cut": ["all", "category"],
        "task": ["gatehouse.worker"],
        "scope_kind": ["region"],
        "scope_id": [THEIRS, MINE],
        "shared_with": [None, *sorted(theirs)],
        "what": ["overview"],
        "cadence": ["day"],
        "channel": ["mail"],
        "lang": ["en"],
    }
    typed: Mapping[str, Sequence[object]] = {
        "text": sorted(theirs),
        "bigint": [1, 2, 3],
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
