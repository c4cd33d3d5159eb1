"""One guard taken away at a time: policies, checks of grants, parts of the keys of caches. What is taken away is put back."""

import ast
import re
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import InspectLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from sqlalchemy import text

from pages.shared import cached
from tests.access.leak_company import LeakCompany

CHECK = re.compile(
    r"access\.(?:is_known|has_role|heads|sees_place|sees_whole_company|sees_company_totals|may_look_as_others)\((?:[^()]|\([^()]*\))*\)"
)
CONDITION = re.compile(
    r"\(?\(?(?:g\.person = access\.person\(\)|now\(\) >= g\.valid_from|now\(\) < g\.valid_until|g\.scope_id = b\.\w+)\)?\)?"
)


@contextmanager
def without_policy(company: LeakCompany, table: str, way: str) -> Iterator[None]:
    """A table whose row security is `dropped`, switched `off` or open to `all`."""
    found = text("select policyname, qual from pg_policies where schemaname = 'published' and tablename = :table")
    with company.owner.begin() as connection:
        [policy] = connection.execute(found, {"table": table}).all()
        connection.exec_driver_sql(
            {
                "dropped": f"drop policy {policy.policyname} on published.{table}",
                "off": f"alter table published.{table} disable row level security",
                "all": f"alter policy {policy.policyname} on published.{table} using (true)",
            }[way]
        )
    try:
        yield
    finally:
        put_back = {
            "dropped": f"create policy {policy.policyname} on published.{table} for select to reader using ({policy.qual})",
            "off": f"alter table published.{table} enable row level security",
            "all": f"alter policy {policy.policyname} on published.{table} using ({policy.qual})",
        }
        with company.owner.begin() as connection:
            connection.exec_driver_sql(put_back[way])


def guarded(company: LeakCompany) -> list[str]:
    """The tables of `published` that have a policy."""
    with company.owner.begin() as connection:
        return list(
            connection.scalars(text("select tablename from pg_policies where schemaname = 'published' order by 1"))
        )


def checks(company: LeakCompany) -> list[tuple[str, str, str, str]]:
    """(function, check, its definition, the same without the check) for every check of grants in schema `access`."""
    listed = text(
        "select proname, pg_get_functiondef(oid) as said from pg_proc where pronamespace = 'access'::regnamespace"
        " and prosecdef and prorettype <> 'trigger'::regtype order by proname"
    )
    with company.owner.begin() as connection:
        found = connection.execute(listed).all()
    return [
        (row.proname, check[0], row.said, row.said[: check.start()] + _passed(check[0]) + row.said[check.end() :])
        for row in found
        for pattern in (CHECK, CONDITION)
        for check in pattern.finditer(row.said)
        if not check[0].startswith(f"access.{row.proname}(")
    ]


def _passed(check: str) -> str:
    """`true`, with as many brackets as the check has too many."""
    return (
        "(" * max(0, check.count("(") - check.count(")")) + "true" + ")" * max(0, check.count(")") - check.count("("))
    )


@contextmanager
def replaced(company: LeakCompany, definition: str, mutant: str) -> Iterator[None]:
    """A function of the database with another body."""
    with company.owner.begin() as connection:
        connection.exec_driver_sql(mutant.replace("%", "%%"))
    try:
        yield
    finally:
        with company.owner.begin() as connection:
            connection.exec_driver_sql(definition.replace("%", "%%"))


def of_keys() -> Iterator[tuple[str, types.ModuleType]]:
    """`pages.shared.cached` without one part of one key, for every part of every key, and what was taken out."""
    source = Path(str(cached.__file__)).read_text("utf-8")
    places = [
        (number, part)
        for number, made in enumerate(_keys(ast.parse(source)))
        for part, value in enumerate(made.elts)
        if not isinstance(value, ast.Constant)
    ]
    for number, part in places:
        tree = ast.parse(source)
        key = _keys(tree)[number]
        taken = ast.unparse(key.elts.pop(part))
        yield f"{ast.unparse(key)} without {taken}", _loaded(f"cached_without_{number}_{part}", ast.unparse(tree))


class _Written(InspectLoader):
    """Loads a module from its source."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, fullname: str) -> str:
        return self.source


def _loaded(name: str, source: str) -> types.ModuleType:
    loader = _Written(source)
    spec = spec_from_loader(name, loader)
    assert spec is not None
    sys.modules[name] = module_from_spec(spec)
    loader.exec_module(sys.modules[name])
    return sys.modules.pop(name)


def _keys(tree: ast.Module) -> list[ast.Tuple]:
    """The tuples that are values in functions: each is a key."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    statements = [statement for function in functions for statement in function.body]
    tuples = [node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Tuple)]
    return [node for node in tuples if isinstance(node.ctx, ast.Load) and len(node.elts) > 1]
