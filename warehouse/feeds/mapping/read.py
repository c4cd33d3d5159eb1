"""A mapping file, strictly read: every word in it is understood, or named with the word that would fit."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as Number
from decimal import InvalidOperation
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warehouse.feeds.contract import Column, Feed, feeds
from warehouse.feeds.mapping import model
from warehouse.feeds.mapping.nodes import Node, load
from warehouse.feeds.mapping.words import find_header, nearest
from warehouse.feeds.problems import MappingError, Problem
from warehouse.feeds.readers.table import FileFormat, Kind

T = TypeVar("T")

SOURCE_KEYS = (
    "source",
    "about",
    "zone",
    "currency",
    "date",
    "decimal",
    "nothing",
    "ignore",
    "files",
    "database",
    "queries",
)
FILE_KEYS = ("pattern", "format", "ignore", "personal", "feeds")
QUERY_KEYS = ("name", "table", "select", "cursor", "overlap", "ignore", "personal", "feeds")
OVERLAP = re.compile(r"(?P<count>\d{1,3}) (?P<unit>minute|hour|day|week)s?|(?P<number>\d{1,9})")
FORMAT_KEYS = ("kind", "encoding", "delimiter", "quotes", "sheet", "header_line")
FEED_KEYS = ("columns", "where", "each", "keep", "same")
EACH_KEYS = ("name", "nothing")
ORIGIN_KEYS = ("column", "columns", "text", "constant", "unknown")
LOOKUP_KEYS = ("file", "key", "take")
JOIN_KEYS = ("join", "multiply", "first")
STEP_KEYS = (
    "blank",
    "nothing",
    "whole",
    "pad",
    "lookup",
    "values",
    "fold",
    "otherwise",
    "otherwise_nothing",
    "otherwise_unknown",
    "date",
    "zone",
    "decimal",
    "factor",
    "optional",
)
COLUMN_KEYS = (*ORIGIN_KEYS, *JOIN_KEYS, *STEP_KEYS)
CONDITION_KEYS = (
    "column",
    "is",
    "is_not",
    "in",
    "not_in",
    "matches",
    "is_nothing",
    "is_something",
    "not",
    "all",
    "any",
)
YES, NO = ("true", "yes"), ("false", "no")
LONGEST_RANGE = 10_000


def read_mapping(path: Path | str) -> model.Source:
    """The source that a YAML file declares; MappingError naming everything that is wrong, with lines."""
    place = Path(path)
    reading = _Reading(place.name)
    source = reading.source(load(place), mapping_file=place.name)
    reading.problems.extend(problem for problem in _contradictions(source, place.name))
    if any(problem.stops for problem in reading.problems):
        raise MappingError(reading.problems)
    return replace(source, text=place.read_text("utf-8-sig"))


class _Reading:
    """Reads nodes into the model. What does not fit is noted in `problems`, and the reading goes on with a stand-in."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.defaults = model.Defaults()

    # -- the four levels ------------------------------------------------------------------------------------------

    def source(self, node: Node, *, mapping_file: str) -> model.Source:
        keys = self.keys(node, SOURCE_KEYS, required=("source",))
        if not {"files", "queries"} & set(keys):
            self.note("key_missing", node.line, value="files", fits=("files: […]", "queries: […]"))
        self.defaults = model.Defaults(
            zone=self.zone(keys.get("zone")) or "UTC",
            currency=self.currency(keys.get("currency")),
            date_order=self.one_of(keys.get("date"), get_args(model.DateOrder), "auto"),
            decimal=self.one_of(keys.get("decimal"), get_args(model.Decimal), "."),
            nothing=self.words(keys.get("nothing")),
        )
        queries = [self.query_mapping(item) for item in self.items(keys.get("queries"))]
        files = [self.file_mapping(item) for item in self.items(keys.get("files"))]
        if len({each.pattern for each in queries}) < len(queries):
            self.note("wrong_shape", keys["queries"].line, value="queries of different names")
        return model.Source(
            code=self.word(keys.get("source")),
            files=(*queries, *(replace(file, looked_up=_looked_up(file, [*queries, *files])) for file in files)),
            defaults=self.defaults,
            about=self.word(keys.get("about")),
            mapping_file=mapping_file,
            ignore=self.words(keys.get("ignore")),
            database=self.variable(keys.get("database"), node) if queries else "",
        )

    def query_mapping(self, node: Node) -> model.FileMapping:
        keys = self.keys(node, QUERY_KEYS, required=("name", "feeds"))
        name, overlap = self.word(keys.get("name")), keys.get("overlap")
        if not re.fullmatch(r"\w[\w.-]*", name):
            self.note("wrong_shape", node.line, value="a name of letters and digits")
        if ("table" in keys) == ("select" in keys):
            self.note("wrong_shape", node.line, value="either `table` or `select`")
        if overlap is not None and "cursor" not in keys:
            self.note("key_missing", node.line, value="cursor")
        asked = {key: self.word(keys[key]) if key in keys else None for key in ("table", "select", "cursor")}
        query = model.Query(**asked, overlap=None if overlap is None else self.overlap(overlap))
        mapped = self.mapped(name, keys, node)
        return replace(mapped, query=query, ignore=mapped.ignore | {query.cursor or ""} - {""})

    def file_mapping(self, node: Node) -> model.FileMapping:
        keys = self.keys(node, FILE_KEYS, required=("pattern", "feeds"))
        return self.mapped(self.word(keys.get("pattern")), keys, node)

    def mapped(self, pattern: str, keys: Mapping[str, Node], node: Node) -> model.FileMapping:
        ignore = keys.get("ignore")
        rest = ignore is not None and ignore.value == "rest"
        return model.FileMapping(
            pattern=pattern,
            feeds=tuple(
                self.feed_mapping(code, about)
                for code, about in self.entries(keys.get("feeds"))
                if self.is_feed(code, about)
            ),
            format=self.format(keys.get("format")),
            ignore=frozenset() if rest else frozenset(self.words(ignore)),
            ignore_rest=rest,
            personal=frozenset(self.words(keys.get("personal"))),
            line=node.line,
        )

    def feed_mapping(self, code: str, node: Node) -> model.FeedMapping:
        feed = feeds()[code]
        keys = {} if node.value == "same" else self.keys(node, FEED_KEYS)
        columns = keys.get("columns")
        same = node.value == "same" or (columns is not None and columns.value == "same") or self.flag(keys.get("same"))
        declared = [] if columns is None or columns.value == "same" else self.entries(columns)
        if columns is None and not same:
            self.note("key_missing", node.line, value="columns", fits=("columns: {…}", "columns: same"))
        read = [self.column_mapping(feed, name, about) for name, about in declared if self.is_column(feed, name, about)]
        where = keys.get("where")
        return model.FeedMapping(
            feed=feed,
            columns=tuple(self.with_currency(feed, read, same=same)),
            where=None if where is None else self.condition(where),
            each=tuple(self.each(header, about) for header, about in self.entries(keys.get("each"))),
            first=self.one_of(keys.get("keep"), ("first", "last"), "last") == "first",
            same=same,
            defaults=self.defaults,
            line=node.line,
        )

    def each(self, header: str, node: Node) -> model.Each:
        if isinstance(node.value, str):
            return model.Each(header, self.word(node))
        keys = self.keys(node, EACH_KEYS, required=("name",))
        return model.Each(header, self.word(keys.get("name")), self.words(keys.get("nothing")))

    def column_mapping(self, feed: Feed, name: str, node: Node) -> model.ColumnMapping:
        column = feed.column(name)
        if isinstance(node.value, str):
            return replace(self.defaults.column(column, self.origin_of_word(node)), line=node.line)
        keys = self.keys(node, COLUMN_KEYS)
        origin = self.origin(keys, node)
        if column.personal:
            return self.personal(feed, column, origin, keys, node)
        values = self.values(feed, column, keys.get("values"))
        mapping = model.ColumnMapping(
            name=name,
            origin=origin,
            line=node.line,
            nothing=(*self.defaults.nothing, *self.words(keys.get("nothing"))),
            whole=self.flag(keys.get("whole")),
            pad=self.count(keys.get("pad")),
            lookups=self.lookups(keys.get("lookup")),
            values=values,
            fold=self.flag(keys.get("fold")),
            otherwise=self.otherwise(feed, column, keys.get("otherwise"), has_values=values is not None),
            default=self.template(keys.get("otherwise_nothing")),
            blank_because=self.word(keys["otherwise_unknown"]) if "otherwise_unknown" in keys else None,
            date_order=self.one_of(keys.get("date"), get_args(model.DateOrder), self.defaults.date_order),
            zone=self.zone(keys.get("zone")) or self.defaults.zone,
            decimal=self.one_of(keys.get("decimal"), get_args(model.Decimal), self.defaults.decimal),
            factor=self.number(keys.get("factor")),
            optional=self.flag(keys.get("optional")),
        )
        if isinstance(origin, model.Constant):
            self.in_list(feed, column, origin.value, node.line)
        return model.with_code_words(mapping, column)

    # -- parts of a column ----------------------------------------------------------------------------------------

    def origin_of_word(self, node: Node) -> model.Origin:
        header = self.word(node)
        if header in (model.NAME, model.VALUE, model.ROW, model.FILE):
            return model.FromTemplate(model.Template(("", header, "")))
        return model.FromHeader(header)

    def origin(self, keys: Mapping[str, Node], node: Node) -> model.Origin:
        given = [key for key in ORIGIN_KEYS if key in keys]
        if len(given) != 1:
            self.note("wrong_shape", node.line, value=f"exactly one of {', '.join(ORIGIN_KEYS)}")
            return model.Unknown("")
        place = keys[given[0]]
        match given[0]:
            case "column":
                return self.origin_of_word(place)
            case "columns":
                return self.several(keys, place)
            case "text":
                return model.FromTemplate(self.template(place) or model.Template(("",)))
            case "constant":
                return model.Constant(self.word(place))
            case _:
                return model.Unknown(self.word(place))

    def several(self, keys: Mapping[str, Node], node: Node) -> model.Origin:
        headers = self.words(node)
        given = [key for key in JOIN_KEYS if key in keys]
        if len(given) != 1:
            self.note("wrong_shape", node.line, value=f"with `columns` one of {', '.join(JOIN_KEYS)}")
        if given == ["multiply"] and self.flag(keys["multiply"]):
            return model.Product(headers)
        if given == ["first"] and self.flag(keys["first"]):
            return model.FirstOf(headers)
        blank = self.word(keys["blank"]) if "blank" in keys else None
        return model.Joined(headers, self.word(keys.get("join")), blank)

    def personal(
        self, feed: Feed, column: Column, origin: model.Origin, keys: Mapping[str, Node], node: Node
    ) -> model.ColumnMapping:
        computed = set(keys) - {"column", "optional", "unknown"}
        if computed or not isinstance(origin, model.FromHeader | model.Unknown):
            self.note("personal_needs_plain", node.line, feed=feed.code, column=column.name)
        return model.ColumnMapping(column.name, origin, line=node.line, optional=self.flag(keys.get("optional")))

    def lookups(self, node: Node | None) -> tuple[model.Lookup, ...]:
        if node is None:
            return ()
        hops = node.value if isinstance(node.value, list) else [node]
        return tuple(self.lookup(hop) for hop in hops)

    def lookup(self, node: Node) -> model.Lookup:
        keys = self.keys(node, LOOKUP_KEYS, required=LOOKUP_KEYS)
        file, key, take = (self.word(keys.get(name)) for name in LOOKUP_KEYS)
        return model.Lookup(file=file, key=key, take=take, line=node.line)

    def values(self, feed: Feed, column: Column, node: Node | None) -> tuple[tuple[str, str], ...] | None:
        if node is None:
            return None
        pairs = [(word, self.word(code), code.line) for word, code in self.entries(node)]
        for _, code, line in pairs:
            self.in_list(feed, column, code, line)
        return tuple((number, code) for word, code, line in pairs for number in self.numbers(word, line))

    def numbers(self, word: str, line: int) -> tuple[str, ...]:
        """Every whole number of a range such as `20..39`; a word that is none stands for itself."""
        ends = re.fullmatch(r"(\d{1,9})\.\.(\d{1,9})", word)
        if ends is None:
            return (word,)
        low, high = int(ends[1]), int(ends[2])
        if not low <= high < low + LONGEST_RANGE:
            self.note("wrong_shape", line, value=f"a range of at most {LONGEST_RANGE} numbers, such as 20..39")
            return ()
        return tuple(str(number) for number in range(low, high + 1))

    def otherwise(self, feed: Feed, column: Column, node: Node | None, *, has_values: bool) -> model.Otherwise:
        if node is None:
            return model.Otherwise("refuse" if has_values and column.codes else "keep")
        if isinstance(node.value, dict):
            constant = self.word(self.keys(node, ("constant",), required=("constant",)).get("constant"))
            self.in_list(feed, column, constant, node.line)
            return model.Otherwise("constant", constant)
        return model.Otherwise(self.one_of(node, ("keep", "refuse", "nothing"), "keep"))

    def with_currency(self, feed: Feed, columns: list[model.ColumnMapping], *, same: bool) -> list[model.ColumnMapping]:
        """The source's currency for a feed with a currency column that the file says nothing about."""
        declared = {column.name for column in columns}
        has_currency = any(column.name == "currency" for column in feed.columns)
        if not has_currency or "currency" in declared or same or self.defaults.currency is None:
            return columns
        return [*columns, model.ColumnMapping("currency", model.Constant(self.defaults.currency))]

    # -- conditions -----------------------------------------------------------------------------------------------

    def condition(self, node: Node) -> model.Condition:
        if isinstance(node.value, list):
            return model.All(tuple(self.condition(item) for item in node.value))
        keys = self.keys(node, CONDITION_KEYS)
        for name, made in (("not", model.Not), ("all", model.All), ("any", model.Any)):
            if name in keys and len(keys) == 1:
                return self.combined(made, keys[name])
        tests = [key for key in CONDITION_KEYS[1:8] if key in keys]
        if "column" not in keys or len(tests) != 1:
            self.note(
                "wrong_shape",
                node.line,
                value="`column` and one of is, is_not, in, not_in, matches, is_nothing, is_something",
            )
            return model.All(())
        return self.test(self.word(keys["column"]), tests[0], keys[tests[0]])

    def combined(self, made: Callable[..., model.Condition], node: Node) -> model.Condition:
        if made is model.Not:
            return model.Not(self.condition(node))
        return made(tuple(self.condition(item) for item in self.items(node)))

    def test(self, header: str, how: str, node: Node) -> model.Condition:
        match how:
            case "is" | "is_not":
                test = model.Test(header, "is", (self.word(node),), node.line)
            case "in" | "not_in":
                test = model.Test(header, "in", self.words(node), node.line)
            case "matches":
                test = model.Test(header, "matches", (self.expression(node),), node.line)
            case _:
                self.flag(node)
                test = model.Test(header, "is_nothing", (), node.line)
        return model.Not(test) if how in ("is_not", "not_in", "is_something") else test

    # -- words ----------------------------------------------------------------------------------------------------

    def note(
        self,
        kind: str,
        line: int | None,
        *,
        value: str = "",
        feed: str = "",
        column: str = "",
        fits: Sequence[str] = (),
    ) -> None:
        self.problems.append(
            Problem(kind, self.file, line, column or None, feed or None, value=value, fits=tuple(fits))
        )

    def keys(self, node: Node, allowed: Sequence[str], required: Sequence[str] = ()) -> dict[str, Node]:
        """The entries of a mapping; unknown keys and missing ones are noted."""
        found = dict(self.entries(node))
        for name in [name for name in found if name not in allowed]:
            self.note("unknown_key", found.pop(name).line, value=name, fits=nearest(name, allowed) or tuple(allowed))
        for name in required:
            if name not in found:
                self.note("key_missing", node.line, value=name)
        return found

    def entries(self, node: Node | None) -> list[tuple[str, Node]]:
        if node is None:
            return []
        if not isinstance(node.value, dict):
            self.note("wrong_shape", node.line, value="`key: value` pairs")
            return []
        return list(node.value.items())

    def items(self, node: Node | None) -> list[Node]:
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.note("wrong_shape", node.line, value="a list")
            return []
        return node.value

    def word(self, node: Node | None) -> str:
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.note("wrong_shape", node.line, value="one word or text")
            return ""
        return node.value

    def words(self, node: Node | None) -> tuple[str, ...]:
        if node is not None and isinstance(node.value, str):
            return (node.value,)
        return tuple(self.word(item) for item in self.items(node))

    def flag(self, node: Node | None) -> bool:
        return node is not None and self.one_of(node, (*YES, *NO), "false") in YES

    def one_of(self, node: Node | None, allowed: Sequence[T], default: T) -> T:
        if node is None:
            return default
        for choice in allowed:
            if choice == node.value:
                return choice
        fits = [str(choice) for choice in allowed]
        self.note("wrong_shape", node.line, value=f"one of {', '.join(fits)}", fits=nearest(str(node.value), fits))
        return default

    def count(self, node: Node | None) -> int | None:
        if node is None:
            return None
        if not re.fullmatch(r"[1-9]\d?", self.word(node)):
            self.note("wrong_shape", node.line, value="a whole number from 1 to 99")
            return None
        return int(self.word(node))

    def variable(self, node: Node | None, whole: Node) -> str:
        """The name of an environment variable. What stands in its place is not told: it may be a URL with its password."""
        if node is None:
            self.note("key_missing", whole.line, value="database")
        elif not re.fullmatch(r"[A-Z][A-Z0-9_]*", self.word(node)):
            self.note("wrong_shape", node.line, value="the name of an environment variable that holds the URL: CRM_URL")
        return self.word(node)

    def overlap(self, node: Node) -> timedelta | int | None:
        found = OVERLAP.fullmatch(self.word(node))
        if found is None:
            self.note("wrong_shape", node.line, value="a time such as `2 days`, or a number where the cursor is one")
            return None
        return timedelta(**{f"{found['unit']}s": int(found["count"])}) if found["unit"] else int(found["number"])

    def number(self, node: Node | None) -> str | None:
        if node is None:
            return None
        try:
            if Number(self.word(node)).is_finite():
                return self.word(node)
        except InvalidOperation:
            pass
        self.note("wrong_shape", node.line, value="a number")
        return None

    def zone(self, node: Node | None) -> str | None:
        if node is None:
            return None
        try:
            return ZoneInfo(self.word(node)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.note("unknown_zone", node.line, value=self.word(node), fits=("Asia/Shanghai", "America/New_York"))
            return None

    def currency(self, node: Node | None) -> str | None:
        if node is not None and not re.fullmatch(r"[A-Z]{3}", self.word(node)):
            self.note("unknown_currency", node.line, value=self.word(node), fits=("CNY", "USD"))
        return None if node is None else self.word(node)

    def expression(self, node: Node) -> str:
        try:
            re.compile(self.word(node))
        except re.error:
            self.note("bad_expression", node.line, value=self.word(node))
        return self.word(node)

    def template(self, node: Node | None) -> model.Template | None:
        if node is None:
            return None
        try:
            return model.Template.parse(self.word(node))
        except ValueError:
            self.note("wrong_shape", node.line, value="a text with headers in braces, such as guest-{Invoice}")
            return None

    def format(self, node: Node | None) -> FileFormat:
        keys = {} if node is None else self.keys(node, FORMAT_KEYS)
        return FileFormat(
            kind=self.one_of(keys.get("kind"), get_args(Kind), None),
            encoding=self.word(keys.get("encoding")) or None,
            delimiter=self.word(keys.get("delimiter")) or None,
            quotes="quotes" not in keys or self.flag(keys["quotes"]),
            sheet=self.word(keys.get("sheet")) or None,
            header_line=self.count(keys.get("header_line")) or 1,
        )

    # -- what only the contract knows -----------------------------------------------------------------------------

    @cached_property
    def feed_codes(self) -> tuple[str, ...]:
        return tuple(feeds())

    def is_feed(self, code: str, node: Node) -> bool:
        if code not in self.feed_codes:
            self.note("unknown_feed", node.line, value=code, fits=nearest(code, self.feed_codes) or self.feed_codes)
        return code in self.feed_codes

    def is_column(self, feed: Feed, name: str, node: Node) -> bool:
        names = [column.name for column in feed.columns]
        if name not in names:
            self.note(
                "unknown_contract_column", node.line, value=name, feed=feed.code, fits=nearest(name, names, 3) or names
            )
        return name in names

    def in_list(self, feed: Feed, column: Column, code: str, line: int) -> None:
        if column.codes and code and code not in column.codes:
            fits = nearest(code, column.codes) or column.codes
            self.note("code_not_in_list", line, value=code, feed=feed.code, column=column.name, fits=fits)


def _looked_up(file: model.FileMapping, files: Iterable[model.FileMapping]) -> frozenset[str]:
    lookups = (lookup for other in files for lookup in other.lookups if lookup.file == file.pattern)
    return frozenset(header for lookup in lookups for header in (lookup.key, lookup.take))


def _contradictions(source: model.Source, file: str) -> list[Problem]:
    """What is wrong between columns: required ones unmapped, keys unknown, personal headers used in clear, look-ups."""
    within = (
        problem
        for file_mapping in source.files
        for found in (
            *(_unmapped(feed, file) for feed in file_mapping.feeds),
            *(_unknown_keys(feed, file) for feed in file_mapping.feeds),
            _personal_in_clear(file_mapping, file),
        )
        for problem in found
    )
    return [*within, *_lost_lookups(source, file)]


def _unmapped(mapping: model.FeedMapping, file: str) -> Iterable[Problem]:
    if mapping.same:
        return
    code, mapped = mapping.feed.code, {column.name for column in mapping.columns}
    for column in mapping.feed.columns:
        if column.required and column.name not in mapped:
            yield Problem("required_unmapped", file, mapping.line, column.name, code)
    if mapping.feed.one_of and not mapped & set(mapping.feed.one_of):
        yield Problem("one_of_unmapped", file, mapping.line, feed=code, value=" / ".join(mapping.feed.one_of))


def _unknown_keys(mapping: model.FeedMapping, file: str) -> Iterable[Problem]:
    for column in mapping.columns:
        if column.name in mapping.feed.key and column.name in mapping.unknown:
            yield Problem("key_unknown", file, column.line, column.name, mapping.feed.code)


def _personal_in_clear(file_mapping: model.FileMapping, file: str) -> Iterable[Problem]:
    """A header that one column holds as personal must not be used by another in clear."""
    owners = dict.fromkeys(file_mapping.personal, "personal") | {
        header: f"{feed.feed.code}.{column.name}"
        for feed in file_mapping.feeds
        for column in feed.columns
        if feed.feed.column(column.name).personal
        for header in column.headers
    }
    for feed in file_mapping.feeds:
        for header, other, line in _clear_uses(feed):
            secret = find_header(header, owners)
            if secret is not None:
                yield Problem("personal_in_clear", file, line, value=header, header=owners[secret], other=other)


def _lost_lookups(source: model.Source, file: str) -> Iterable[Problem]:
    """Look-ups into a file that the mapping does not have, into personal headers, or round in a circle."""
    by_pattern = {each.pattern: each for each in source.files if each.query is None}  # a query brings what is new alone
    order = TopologicalSorter[str]()
    for file_mapping in source.files:
        for lookup in file_mapping.lookups:
            other = by_pattern.get(lookup.file)
            if other is None:
                yield Problem(
                    "lookup_lost", file, lookup.line, value=lookup.file, fits=nearest(lookup.file, by_pattern)
                )
                continue
            if other is file_mapping:
                yield Problem("lookup_itself", file, lookup.line)
                continue
            order.add(file_mapping.pattern, lookup.file)
            yield from _personal_looked_up(other, lookup, file)
    try:
        order.prepare()
    except CycleError as circle:
        yield Problem("lookup_circle", file, value=" → ".join(circle.args[1]))


def _personal_looked_up(other: model.FileMapping, lookup: model.Lookup, file: str) -> Iterable[Problem]:
    for header in (lookup.key, lookup.take):
        if model.personal_columns(other, [header]):
            yield Problem(
                "personal_in_clear",
                file,
                lookup.line,
                header,
                "personal",
                value=header,
                other=f"lookup in {other.pattern}",
            )


def _clear_uses(mapping: model.FeedMapping) -> Iterable[tuple[str, str, int | None]]:
    code = mapping.feed.code
    in_columns: set[str] = set()
    for column in mapping.columns:
        in_columns.update(column.headers)
        if not mapping.feed.column(column.name).personal:
            yield from ((header, f"{code}.{column.name}", column.line) for header in column.headers)
    for header in sorted(mapping.headers - in_columns):
        yield header, f"{code}: where/each", mapping.line
