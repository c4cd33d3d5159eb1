"""What Citus cannot run, told from the words of a statement: the rules of docs/citus.md, on Postgres' own parse tree.

Rows are spread by the customer, or every server has all of them: those of a reference table, and what was gathered (a CTE that is
materialized or read twice, what was added up by something else than the customer).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pglast import ast, parse_sql
from pglast.enums import BoolExprType, CTEMaterialize, SubLinkType

from warehouse.distribute import PLACES

SPREAD, COPIED = (frozenset(names) for names in PLACES.values())
KEY = "customer_id"
PARAMETER = re.compile(r"(?<![:\w]):[a-z]\w*")
ADDS_UP = re.compile(r"count|sum|min|max|avg|(bool|array|range|string)_\w+|percentile_cont")
VOLATILE = re.compile(r"random|clock_timestamp|gen_random_uuid|nextval")
Keys = frozenset[str] | None
"""The columns by which rows are spread; None where every server gets all rows."""
Sources = Mapping[str, Keys]


def broken(sql: str) -> list[str]:
    """The rules that these statements break, in words; none where Citus can run them."""
    found: list[str] = []
    for raw in parse_sql(PARAMETER.sub("$1", sql)):
        _Rules(found).statement(raw.stmt)
    return found


@dataclass
class _Rules:
    found: list[str]
    ctes: dict[str, Keys] = field(default_factory=dict)

    def statement(self, node: ast.Node) -> None:
        match node:
            case ast.SelectStmt():
                self.select(node, {})
            case ast.CreateFunctionStmt():
                for query in _found(node.sql_body or (), ast.SelectStmt, deep=False):
                    self.select(query, {})
            case ast.MergeStmt():
                self.found.append("merge")
            case ast.InsertStmt() if node.selectStmt is not None:
                self._with(node).select(node.selectStmt, {})
            case ast.DeleteStmt() | ast.UpdateStmt():
                self._change(node)

    def _change(self, node: Any) -> None:
        within, place = self._with(node), _place(node.relation)
        beside = node.usingClause if isinstance(node, ast.DeleteStmt) else node.fromClause
        if place == "copied" and beside:
            self.found.append(f"{node.relation.relname}: a join to delete or change what every server has")
        if place and any(VOLATILE.fullmatch(call.funcname[-1].sval) for call in _found(node, ast.FuncCall)):
            self.found.append(f"{node.relation.relname}: changed by a volatile function")
        if place == "spread" and isinstance(node, ast.UpdateStmt) and any(each.name == KEY for each in node.targetList):
            self.found.append(f"{node.relation.relname}: {KEY} is changed")
        said = ast.SelectStmt(targetList=(), fromClause=(node.relation, *(beside or ())), whereClause=node.whereClause)
        within.select(said, {})

    def _with(self, node: Any) -> "_Rules":
        """The same rules, where the CTEs of a statement are known."""
        within = _Rules(self.found, dict(self.ctes))
        for cte in node.withClause.ctes if node.withClause else ():
            rows = within.select(cte.ctequery, {}) if isinstance(cte.ctequery, ast.SelectStmt) else None
            if node.withClause.recursive and _of_customers(cte.ctequery, self.ctes):
                self.found.append(f"{cte.ctename}: recursive, with rows of customers")
            read = sum(each.relname == cte.ctename and not each.schemaname for each in _found(node, ast.RangeVar))
            gathered = cte.ctematerialized == CTEMaterialize.CTEMaterializeAlways or read > 1
            within.ctes[cte.ctename] = None if gathered else rows
        return within

    def select(self, node: Any, outer: Sources) -> Keys:
        """Look at a query; how its rows are spread. `outer` are the sources of the query that it stands in."""
        within = self._with(node)
        if node.larg is not None:
            sides = [within.select(side, outer) for side in (node.larg, node.rarg)]
            return None if None in sides else (sides[0] & sides[1]) or None
        sources: dict[str, Keys] = {}
        conditions = list(_parts(node.whereClause))
        for part in node.fromClause or ():
            within._source(part, sources, conditions)
        spread = {alias for alias, keys in sources.items() if keys is not None}
        tables = {
            _alias(part)
            for part in _found(node.fromClause or (), ast.RangeVar, stop=ast.RangeSubselect)
            if _place(part) == "spread"
        }
        if apart := _apart(sources, tables, conditions):
            self.found.append(f"{' and '.join(sorted(apart))} meet on something else than {KEY}")
        within._inner(node, sources)
        if not spread:
            return None
        if tables and any(_found(node.groupClause or (), ast.GroupingSet)):
            self.found.append("grouping sets over rows of customers")
        if _adds_up(node) and any(
            each.subLinkType == SubLinkType.EXPR_SUBLINK and _of_customers(each.subselect, within.ctes)
            for each in _sublinks(node.targetList or ())
        ):
            self.found.append("a scalar subquery beside aggregates")
        return _shown(node, sources)

    def _source(self, part: Any, sources: dict[str, Keys], conditions: list[Any]) -> None:
        match part:
            case ast.RangeVar():
                is_cte = part.schemaname is None and part.relname in self.ctes
                of_table = frozenset({KEY}) if _place(part) == "spread" else None
                sources[_alias(part)] = self.ctes[part.relname] if is_cte else of_table
            case ast.RangeSubselect():
                if (
                    part.lateral
                    and _of_customers(part.subquery, self.ctes)
                    and not _by_customer(part.subquery, sources)
                ):
                    self.found.append(f"a lateral subquery that looks further than at one {KEY}")
                sources[part.alias.aliasname if part.alias else "?"] = self.select(
                    part.subquery, sources if part.lateral else {}
                )
            case ast.JoinExpr():
                self._source(part.larg, sources, conditions)
                self._source(part.rarg, sources, conditions)
                conditions.extend(_parts(part.quals))
            case ast.RangeFunction() if part.alias:
                sources[part.alias.aliasname] = None

    def _inner(self, node: Any, sources: Sources) -> None:
        """Subqueries of a query: one that looks at rows of customers, and at the query that it stands in, does so by the customer."""
        for link in _sublinks((node.targetList or (), node.whereClause, node.havingClause, *(node.fromClause or ()))):
            inner = link.subselect
            names = {
                ref.fields[0].sval
                for ref in _found(inner, ast.ColumnRef)
                if len(ref.fields) == 2 and isinstance(ref.fields[0], ast.String)
            }
            within = {_alias(each) for each in _found(inner, ast.RangeVar)}
            outer = {alias: keys for alias, keys in sources.items() if alias in names - within}
            self.select(inner, outer)
            if outer and _of_customers(inner, self.ctes) and not _by_customer(inner, outer):
                self.found.append(f"a subquery that looks at {' and '.join(sorted(outer))} otherwise than by {KEY}")


def _by_customer(inner: Any, outer: Sources) -> bool:
    """Whether a query looks at the one that it stands in by the customer, at all rows of one."""
    if inner.limitCount is not None:
        return False
    for left, right in _equal(_parts(inner.whereClause)):
        for ours, theirs in ((left, right), (right, left)):
            if theirs[0] in outer and ours[0] not in outer and theirs[1] in (outer[theirs[0]] or ()) and ours[1] == KEY:
                return True
    return False


def _apart(sources: Sources, tables: set[str], conditions: list[Any]) -> set[str]:
    """Spread tables that no equality of their customers holds together; a subquery that none holds is gathered by Citus itself."""
    together = {min(tables)} if tables else set()
    for _ in sources:
        for left, right in _equal(conditions):
            pair = {left[0], right[0]}
            if pair & together and all(column in (sources.get(alias) or ()) for alias, column in (left, right)):
                together |= pair
    return tables - together and tables


def _alias(table: Any) -> str:
    return str(table.alias.aliasname if table.alias else table.relname)


def _shown(node: Any, sources: Sources) -> Keys:
    """How the rows of a query are spread that reads spread rows: those added up, or cut off, otherwise are gathered."""
    by = node.groupClause or (node.distinctClause if node.distinctClause and node.distinctClause[0] is not None else ())
    kept = {name for each in by for name in _names(each)}
    keys = {name for source in sources.values() for name in source or ()}
    if node.limitCount is not None or ((by or _adds_up(node)) and not kept & keys):
        return None
    shown: set[str] = set()
    for target in node.targetList or ():
        if isinstance(target.val, ast.ColumnRef):
            *alias, column = target.val.fields
            of = {name for at, source in sources.items() if not alias or alias[0].sval == at for name in source or ()}
            shown |= (
                of if isinstance(column, ast.A_Star) else {target.name or column.sval} if column.sval in of else set()
            )
    if by and not kept & keys:
        return None
    return frozenset(shown) or None


def _parts(condition: Any) -> Iterator[Any]:
    """What all must hold for a condition to hold."""
    if isinstance(condition, ast.BoolExpr) and condition.boolop == BoolExprType.AND_EXPR:
        for each in condition.args:
            yield from _parts(each)
    elif condition is not None:
        yield condition


def _equal(conditions: Any) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Columns that must be equal, each with the alias of its source."""
    for each in conditions:
        if isinstance(each, ast.A_Expr) and each.name[-1].sval == "=":
            sides = [
                side for side in (each.lexpr, each.rexpr) if isinstance(side, ast.ColumnRef) and len(side.fields) == 2
            ]
            if len(sides) == 2:
                left, right = ((side.fields[0].sval, side.fields[1].sval) for side in sides)
                yield left, right


def _names(node: Any) -> Iterator[str]:
    for ref in _found((node,), ast.ColumnRef):
        if isinstance(ref.fields[-1], ast.String):
            yield ref.fields[-1].sval


def _adds_up(node: Any) -> bool:
    return any(
        ADDS_UP.fullmatch(call.funcname[-1].sval) and call.over is None
        for target in node.targetList or ()
        for call in _found(target, ast.FuncCall, stop=ast.SubLink)
    )


def _of_customers(node: Any, ctes: Mapping[str, Keys]) -> bool:
    """Whether a query reads spread rows."""
    return any(_place(each) == "spread" or ctes.get(each.relname) is not None for each in _found(node, ast.RangeVar))


def _place(relation: Any) -> str | None:
    if relation.schemaname != "curated":
        return None
    return "spread" if relation.relname in SPREAD else "copied" if relation.relname in COPIED else None


def _sublinks(node: Any) -> Iterator[Any]:
    yield from _found(node, ast.SubLink, stop=ast.RangeSubselect, deep=False)


def _found(node: Any, kind: type, *, stop: type | None = None, deep: bool = True) -> Iterator[Any]:
    """Nodes of a kind below `node`, or in it; not below those that `stop` it, nor, unless `deep`, below one that is found."""
    if isinstance(node, tuple | list):
        for each in node:
            yield from _found(each, kind, stop=stop, deep=deep)
    elif isinstance(node, ast.Node):
        if isinstance(node, kind):
            yield node
            if not deep:
                return
        if stop is not None and isinstance(node, stop):
            return
        for name in node:
            yield from _found(getattr(node, name), kind, stop=stop, deep=deep)
