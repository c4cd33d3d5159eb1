"""How somebody else's columns become ours, as frozen values: Source → FileMapping → FeedMapping → ColumnMapping."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Literal

from warehouse.feeds.contract import Column, Feed, feeds
from warehouse.feeds.mapping.words import find_header, nothing_words, trimmed
from warehouse.feeds.readers.table import FileFormat

DateOrder = Literal["auto", "ymd", "dmy", "mdy", "yymmdd", "ddmmyy", "mmddyy", "excel"]
Decimal = Literal[".", ","]
ROW, FILE, NAME, VALUE = "$row", "$file", "$name", "$value"
SPECIAL = (ROW, FILE, NAME, VALUE)


@dataclass(frozen=True)
class Template:
    """A text with headers in braces: `guest-{Invoice}`. Nothing in one of its headers makes nothing of the whole."""

    parts: tuple[str, ...]
    """Literal text and field names in turns, beginning and ending with a literal (which may be empty)."""

    @classmethod
    def parse(cls, text: str) -> "Template":
        """`{{` and `}}` stand for braces; ValueError for a brace that is never closed."""
        pieces = re.split(r"\{([^{}]+)\}", text.replace("{{", "\0").replace("}}", "\1"))
        if any(mark in piece for piece in pieces for mark in "{}"):
            raise ValueError(text)
        return cls(tuple(piece.replace("\0", "{").replace("\1", "}") for piece in pieces))

    @property
    def fields(self) -> tuple[str, ...]:
        """Headers (and `$row`, `$file`, `$name`, `$value`) that the text is made from."""
        return self.parts[1::2]


@dataclass(frozen=True)
class FromHeader:
    """The cell under one header."""

    header: str


@dataclass(frozen=True)
class Joined:
    """Cells of several headers, `separator` between them; `blank` stands for nothing (None: then the whole is nothing)."""

    headers: tuple[str, ...]
    separator: str
    blank: str | None = None


@dataclass(frozen=True)
class Product:
    """The product of several numeric cells."""

    headers: tuple[str, ...]


@dataclass(frozen=True)
class FirstOf:
    """The first of several cells that is not nothing."""

    headers: tuple[str, ...]


@dataclass(frozen=True)
class FromTemplate:
    """A text made from other cells."""

    template: Template


@dataclass(frozen=True)
class Constant:
    """The same value in every row."""

    value: str


@dataclass(frozen=True)
class Unknown:
    """The source does not know this column, and says why: nothing is stored, and figures by it read "feed absent"."""

    reason: str


Origin = FromHeader | Joined | Product | FirstOf | FromTemplate | Constant | Unknown


@dataclass(frozen=True)
class Otherwise:
    """What becomes of a value that the dictionary does not name."""

    what: Literal["keep", "refuse", "nothing", "constant"]
    value: str = ""


@dataclass(frozen=True)
class Lookup:
    """The value is a key of another file of the delivery: found under `key` there, what stands under `take` is its value.

    `file` is the pattern of a file of the same mapping. Of several rows with the key, the last one counts.
    """

    file: str
    key: str
    take: str
    line: int | None = None


@dataclass(frozen=True)
class ColumnMapping:
    """How one contract column gets its value: where from, then the steps below in their order.

    `nothing` (more words for it) → `whole` (`2108.0` → `2108`) → `pad` (leading zeros) → `lookups`, one after the other
    → `fold` and `values`, `otherwise` → `default` (in place of nothing) → the contract's type, read with `date_order`,
    `zone`, `decimal` → `factor`. `blank_because` lets a required column be nothing in some rows, and says why.
    """

    name: str
    origin: Origin
    line: int | None = None
    nothing: tuple[str, ...] = ()
    whole: bool = False
    pad: int | None = None
    lookups: tuple[Lookup, ...] = ()
    values: tuple[tuple[str, str], ...] | None = None
    fold: bool = False
    otherwise: Otherwise = Otherwise("keep")
    default: Template | None = None
    blank_because: str | None = None
    date_order: DateOrder = "auto"
    zone: str = "UTC"
    decimal: Decimal = "."
    factor: str | None = None
    optional: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header this column is made from."""
        default = self.default.fields if self.default else ()
        return tuple(name for name in (*_own_headers(self.origin), *default) if name not in SPECIAL)

    @property
    def said(self) -> frozenset[str]:
        """Words to which the dictionary gives a meaning, so that they do not mean "nothing" here."""
        return frozenset(word for word, _ in self.values or ())


@dataclass(frozen=True)
class Test:
    """A question to one cell, answered yes or no (nothing answers no, but for `is_nothing`)."""

    header: str
    how: Literal["is", "in", "matches", "is_nothing"]
    words: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    condition: "Condition"


@dataclass(frozen=True)
class All:
    """Every one of some conditions."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class Any:
    """At least one of some conditions."""

    conditions: tuple["Condition", ...]


Condition = Test | Not | All | Any


@dataclass(frozen=True)
class Each:
    """One header of a wide table: what its rows are called, and more words for nothing under it alone."""

    header: str
    name: str
    nothing: tuple[str, ...] = ()


@dataclass(frozen=True)
class FeedMapping:
    """What one file gives to one feed: `columns`, of the rows that `where` lets through, once for each header in `each`.

    Of several rows with one key the last counts, or the first under `first`, as in logs whose first line opens a case.
    `same` says that the file has our own column names (English, or the contract's Chinese labels).
    """

    feed: Feed
    columns: tuple[ColumnMapping, ...]
    where: Condition | None = None
    each: tuple[Each, ...] = ()
    first: bool = False
    same: bool = False
    defaults: "Defaults" = field(default_factory=lambda: Defaults())
    line: int | None = None

    @property
    def headers(self) -> frozenset[str]:
        """Every header that the mapping names."""
        named = {header for column in self.columns for header in column.headers}
        return frozenset(named | set(_condition_headers(self.where)) | {each.header for each in self.each})

    def bind(self, headers: Iterable[str]) -> tuple[ColumnMapping, ...]:
        """The columns for a file with these headers: under `same` with those it has, else as declared."""
        declared = {column.name for column in self.columns}
        if not self.same:
            return self.columns
        known = list(headers)
        found = ((column, _own_header(column, known)) for column in self.feed.columns if column.name not in declared)
        plain = (self.defaults.column(column, FromHeader(header)) for column, header in found if header is not None)
        return (*self.columns, *plain)

    @property
    def unknown(self) -> dict[str, str]:
        """Contract columns that the source does not know, at all or in some rows, with the reason it gives."""
        reasons = (
            (column.name, column.origin.reason if isinstance(column.origin, Unknown) else column.blank_because)
            for column in self.columns
        )
        return {name: reason for name, reason in reasons if reason is not None}


@dataclass(frozen=True)
class Defaults:
    """What holds for every column of a source that does not say otherwise."""

    zone: str = "UTC"
    currency: str | None = None
    date_order: DateOrder = "auto"
    decimal: Decimal = "."
    nothing: tuple[str, ...] = ()

    def column(self, column: Column, origin: Origin) -> ColumnMapping:
        """The mapping of a contract column that needs no more words; a closed list takes its Chinese words, too."""
        plain = ColumnMapping(
            column.name, origin, zone=self.zone, date_order=self.date_order, decimal=self.decimal, nothing=self.nothing
        )
        return plain if column.personal else with_code_words(plain, column)


def with_code_words(mapping: ColumnMapping, column: Column) -> ColumnMapping:
    """The mapping with a closed list's own words as its dictionary, if it names none: `Normal`, `普通` → normal."""
    if not column.codes or mapping.values is not None or isinstance(mapping.origin, Unknown):
        return mapping
    words = {**{code: code for code in column.codes}, **dict(zip(column.codes_zh, column.codes, strict=True))}
    return replace(mapping, values=tuple(words.items()), fold=True, otherwise=Otherwise("keep"))


@dataclass(frozen=True)
class Query:
    """What is asked of the source's database: all of a `table`, or what a `select` finds.

    With a `cursor`, a column that only grows, no more than what is new: rows from its newest value on, less `overlap` (a time
    or a number) for rows that come late.
    """

    table: str | None
    select: str | None
    cursor: str | None = None
    overlap: timedelta | int | None = None


@dataclass(frozen=True)
class FileMapping:
    """Files whose name fits `pattern`, how to read them, and the feeds they fill (the first is their main feed).

    What a `query` answers is read as a file called `pattern`.
    """

    pattern: str
    feeds: tuple[FeedMapping, ...]
    format: FileFormat = field(default_factory=FileFormat)
    ignore: frozenset[str] = frozenset()
    ignore_rest: bool = False
    personal: frozenset[str] = frozenset()
    looked_up: frozenset[str] = frozenset()
    """Headers that other files of the source look things up by, or take."""
    query: Query | None = None
    line: int | None = None

    @property
    def main_feed(self) -> str:
        """The feed that broken lines and rows claimed by no feed are counted for."""
        return self.feeds[0].feed.code

    @property
    def headers(self) -> frozenset[str]:
        """Every header that one of the feeds names."""
        return frozenset[str]().union(*(feed.headers for feed in self.feeds))

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """Every look-up into another file."""
        return tuple(lookup for feed in self.feeds for column in feed.columns for lookup in column.lookups)

    def feed(self, code: str) -> FeedMapping:
        """The mapping to one feed; KeyError if the file does not fill it."""
        return {feed.feed.code: feed for feed in self.feeds}[code]


@dataclass(frozen=True)
class Source:
    """Somebody whose files we read. `code` names it in loads and logs."""

    code: str
    files: tuple[FileMapping, ...]
    defaults: Defaults = field(default_factory=Defaults)
    about: str = ""
    mapping_file: str = ""
    ignore: tuple[str, ...] = ()
    """Patterns of files that lie beside the data and are left aside on purpose."""
    text: str | None = None
    """The mapping file itself, so that what was read by it can be read again; none for our own contract."""
    read_as: Mapping[str, str] = field(default_factory=dict)
    """Files that were recognised whatever they are called: by name, the pattern of the mapping that reads them."""
    database: str = ""
    """The environment variable with the URL of the database that its queries are asked of."""

    @property
    def zone(self) -> str:
        """IANA zone of local times without offset; the proposed reporting zone."""
        return self.defaults.zone

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of amounts whose row says none; the proposed reporting currency."""
        return self.defaults.currency

    @property
    def nothing(self) -> tuple[str, ...]:
        """Every spelling that says "nothing" in this source."""
        return nothing_words(self.defaults.nothing)

    @property
    def feeds(self) -> frozenset[str]:
        """Codes of the feeds that this source can fill."""
        return frozenset(feed.feed.code for file in self.files for feed in file.feeds)

    def unknown(self, feed: str) -> frozenset[str]:
        """Columns of a feed that one file or another of the source does not know."""
        mappings = (mapping for file in self.files for mapping in file.feeds if mapping.feed.code == feed)
        return frozenset(name for mapping in mappings for name in mapping.unknown)

    def match(self, file_name: str) -> FileMapping | None:
        """The mapping by which the file was recognised, else the first whose pattern fits its name (upper and lower case count,
        Unicode forms do not)."""
        if file_name in self.read_as:
            return next((file for file in self.files if file.pattern == self.read_as[file_name]), None)
        return next((file for file in self.files if _fits(file_name, file.pattern)), None)

    def ignores(self, file_name: str) -> bool:
        """Whether the file is left aside on purpose."""
        return self.match(file_name) is None and any(_fits(file_name, pattern) for pattern in self.ignore)

    def depth(self, file_name: str) -> int:
        """How late the file is read: after all files that it looks something up in, which lie less deep."""
        by_pattern = {file.pattern: file for file in self.files}

        def depth(file: FileMapping) -> int:
            return max((1 + depth(by_pattern[lookup.file]) for lookup in file.lookups), default=0)

        mapping = self.match(file_name)
        return 0 if mapping is None else depth(mapping)


def personal_columns(file_mapping: FileMapping, headers: Iterable[str]) -> frozenset[str]:
    """Those of a file's headers whose cells must be hashed before they land: bound to a personal column, or declared so."""
    known = list(headers)
    bound = (
        header
        for feed in file_mapping.feeds
        for column in feed.bind(known)
        if feed.feed.column(column.name).personal
        for header in column.headers
    )
    found = (find_header(header, known) for header in (*bound, *file_mapping.personal))
    return frozenset(header for header in found if header is not None)


def read_columns(file_mapping: FileMapping, headers: Iterable[str]) -> frozenset[str]:
    """Those of a file's headers that something is made from: a feed, a look-up of another file, or a hash."""
    known = list(headers)
    bound = (header for feed in file_mapping.feeds for column in feed.bind(known) for header in column.headers)
    named = (*bound, *file_mapping.headers, *file_mapping.looked_up, *file_mapping.personal)
    found = (find_header(header, known) for header in named)
    return frozenset(header for header in found if header is not None)


def protections(
    source: Source, file_mapping: FileMapping, headers: Iterable[str], protect: Callable[[str], str]
) -> dict[str, Callable[[str], str] | None]:
    """For each personal header of a file: `protect`, but for cells that say "nothing", which become empty. None for headers that
    nothing is made from: what is in them nobody has said, so nothing of it is kept."""
    known = list(headers)
    nothing = frozenset(source.nothing)

    def shield(cell: str) -> str:
        bare = trimmed(cell)
        return "" if bare in nothing else protect(bare)

    unread = dict.fromkeys(set(known) - read_columns(file_mapping, known))
    return {**unread, **dict.fromkeys(personal_columns(file_mapping, known), shield)}


def contract_source(code: str = "contract", *, zone: str = "UTC", currency: str | None = None) -> Source:
    """The built-in source: files named after a feed (`leads_2026-03.csv.gz`, `投诉.xlsx`) with our own column names."""
    defaults = Defaults(zone=zone, currency=currency)
    names = ((name, feed) for feed in feeds().values() for name in (feed.code, feed.label["zh_CN"]))
    longest_first = sorted(names, key=lambda pair: -len(pair[0]))
    files = tuple(
        FileMapping(pattern=f"{name}*", feeds=(FeedMapping(feed, (), same=True, defaults=defaults),), ignore_rest=False)
        for name, feed in longest_first
    )
    return Source(code=code, files=files, defaults=defaults)


def _fits(file_name: str, pattern: str) -> bool:
    return fnmatchcase(unicodedata.normalize("NFC", file_name), unicodedata.normalize("NFC", pattern))


def _own_headers(origin: Origin) -> tuple[str, ...]:
    match origin:
        case FromHeader(header):
            return (header,)
        case Joined(headers) | Product(headers) | FirstOf(headers):
            return headers
        case FromTemplate(template):
            return template.fields
        case _:
            return ()


def _own_header(column: Column, headers: list[str]) -> str | None:
    return find_header(column.name, headers) or find_header(column.label_zh, headers)


def _condition_headers(condition: Condition | None) -> Iterator[str]:
    match condition:
        case Test(header):
            yield header
        case Not(inner):
            yield from _condition_headers(inner)
        case All(inners) | Any(inners):
            for inner in inners:
                yield from _condition_headers(inner)
