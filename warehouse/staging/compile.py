"""One statement for one file and feed: landed text → conformed text → typed values → what is wrong with each row.

Each step is a subquery behind a fence (`offset '0'`, which costs nothing and lets no expression be computed twice), so Postgres
streams the landing table through all of them in one pass, in parallel where it likes to. (Of a bare 0, an integer that is yet to
be cast, it does not know in time that it skips nothing, and takes one process.)
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array

from warehouse.feeds.contract import Column, Feed
from warehouse.feeds.mapping import model
from warehouse.feeds.mapping.model import (
    FILE,
    NAME,
    ROW,
    VALUE,
    All,
    ColumnMapping,
    Condition,
    Constant,
    FeedMapping,
    FirstOf,
    FromHeader,
    FromTemplate,
    Joined,
    Lookup,
    Not,
    Product,
    Template,
    Test,
    Unknown,
)
from warehouse.feeds.mapping.words import find_header, nothing_words

UNMAPPED = "\x01"
"""Stands in conformed text for a value that the dictionary refuses; no trimmed cell of a real file is this."""

LONGEST = {"id": 200, "code": 200, "text": 10_000}
MONTHS = frozenset({"month_on", "period_on"})
TYPE_REASONS = {
    "instant": "not_a_date",
    "date": "not_a_date",
    "time": "not_a_time",
    "amount": "not_a_number",
    "number": "not_a_number",
    "integer": "not_a_number",
    "boolean": "not_a_boolean",
}
Text = ColumnElement[str]
Beside = Mapping[str, Sequence["LandedFile"]]
"""The landed files of a delivery, by the pattern that they fit."""
NOTHING = sa.cast(sa.null(), sa.Text)
Fenced = sa.Subquery


class HeaderAbsent(LookupError):
    """The mapping names a header that the file does not have; `mapping check` says so before anything is landed."""


@dataclass(frozen=True)
class LandedFile:
    """A file in `landing`: `columns` are its headers in order, its cells stand as c1, c2, … in `landing.file_<file_id>`."""

    file_id: int
    name: str
    columns: tuple[str, ...]

    @property
    def table(self) -> sa.TableClause:
        """The landing table, with `row_number` and one text column a header."""
        cells = (sa.column(f"c{number}", sa.Text) for number in range(1, len(self.columns) + 1))
        return sa.table(f"file_{self.file_id}", sa.column("row_number", sa.BigInteger), *cells, schema="landing")

    def cell(self, header: str) -> str:
        """The name of the landing column under `header`; HeaderAbsent if the file has none such."""
        found = find_header(header, self.columns)
        if found is None:
            raise HeaderAbsent(f"{self.name} has no column “{header}”")
        return f"c{self.columns.index(found) + 1}"


def judged(
    mapping: FeedMapping, file: LandedFile, beside: Beside = MappingProxyType({}), *, is_of_people: bool = False
) -> sa.Select[*tuple[Any, ...]]:
    """Every row that the feed takes, typed, with what is wrong with it; look-ups go to the files `beside` it.

    Where the file `is_of_people`, of a wrong value nothing is told that may be a name.

    Columns: `rank` (order within the file, unique), `row_number`, the feed's stored columns that the file fills, and
    `wrong_column`, `wrong_reason`, `wrong_value`, `wrong_also` of the first thing wrong (null for a good row).
    """
    columns = _present(mapping.bind(file.columns), file)
    steps = [_Step(mapping.feed.column(column.name), column) for column in columns]
    landed = _landed(mapping, file, {header for column in columns for header in column.headers})
    found = _found(steps, landed, file, beside)
    texts = _texts(steps, found, file)
    values = _values(steps, texts, file)
    reasons = _reasons(mapping.feed, steps, values)
    return _verdicts(mapping.feed, steps, reasons, file, is_of_people=is_of_people)


def unclaimed(mappings: Sequence[FeedMapping], file: LandedFile) -> sa.Select[int] | None:
    """Row numbers that none of the file's feeds takes; None where one of them takes every row."""
    if any(mapping.where is None and not mapping.each for mapping in mappings):
        return None
    landed = _trimmed(file, {header for mapping in mappings for header in _claiming_headers(mapping)})
    claims = [_claim(mapping, landed, file) for mapping in mappings]
    return sa.select(landed.c.row_number).where(sa.not_(sa.or_(*claims)))


@dataclass(frozen=True)
class _Step:
    """One contract column on its way, and the names under which its text, value and reason travel."""

    column: Column
    mapping: ColumnMapping

    @property
    def recipe(self) -> tuple[object, ...]:
        """Columns with the same recipe are computed once: `closed_at` and `resolved_at` from one header."""
        plain = replace(self.mapping, name="", line=None, optional=False)
        return (self.column.type, self.column.personal, self.column.name in MONTHS, plain)


def _present(columns: Iterable[ColumnMapping], file: LandedFile) -> list[ColumnMapping]:
    """The columns this file can fill: an optional one whose header is absent stays empty."""
    known = [column for column in columns if not isinstance(column.origin, Unknown)]
    return [
        column
        for column in known
        if not column.optional or all(find_header(header, file.columns) is not None for header in column.headers)
    ]


# -- landed: the cells that are needed, trimmed -----------------------------------------------------------------------


def _trimmed(file: LandedFile, headers: Iterable[str]) -> Fenced:
    table = file.table
    cells = sorted({file.cell(header) for header in headers})
    trimmed = [sa.func.staging.trimmed(table.c[cell], type_=sa.Text).label(cell) for cell in cells]
    return _fenced(sa.select(table.c.row_number, *trimmed), "landed")


def _landed(mapping: FeedMapping, file: LandedFile, headers: set[str]) -> Fenced:
    """Trimmed cells of the rows that the feed takes, in their order; under `each` with the name and cell of each header."""
    landed = _trimmed(file, headers | set(_claiming_headers(mapping)))
    rank: ColumnElement[int] = landed.c.row_number * (-1 if mapping.first else 1)
    taken = sa.select(*landed.c)
    if mapping.each:
        names = sa.literal([each.name for each in mapping.each], ARRAY(sa.Text))
        cells: array[Any] = array(_each_cells(mapping, landed, file), type_=sa.Text)
        each = (
            sa.func.unnest(names, cells).table_valued("name", "value", with_ordinality="place").render_derived("each")
        )
        rank = rank * len(mapping.each) + each.c.place
        names_and_cells = (each.c.name.label(NAME), each.c.value.label(VALUE))
        taken = taken.add_columns(*names_and_cells).select_from(landed.join(each, sa.true()))
        taken = taken.where(each.c.value.is_not(None))
    if mapping.where is not None:
        taken = taken.where(_holds(mapping.where, landed, file, mapping))
    return _fenced(taken.add_columns(rank.label("rank")), "taken")


def _claiming_headers(mapping: FeedMapping) -> frozenset[str]:
    """Headers that decide whether the feed takes a row."""
    in_columns = replace(mapping, columns=())
    return in_columns.headers


def _claim(mapping: FeedMapping, landed: Fenced, file: LandedFile) -> ColumnElement[bool]:
    claims: list[ColumnElement[bool]] = []
    if mapping.where is not None:
        claims.append(_holds(mapping.where, landed, file, mapping))
    if mapping.each:
        claims.append(sa.or_(*(cell.is_not(None) for cell in _each_cells(mapping, landed, file))))
    return sa.and_(*claims)


def _each_cells(mapping: FeedMapping, landed: Fenced, file: LandedFile) -> list[Text]:
    """The cells under `each`; nothing is also what the columns that take them, or the header itself, call nothing."""
    takers = [column for column in mapping.columns if VALUE in _fields(column)]
    words = (*mapping.defaults.nothing, *(word for column in takers for word in column.nothing))
    return [_cell(landed.c[file.cell(each.header)], nothing_words((*words, *each.nothing))) for each in mapping.each]


def _fields(column: ColumnMapping) -> tuple[str, ...]:
    return column.origin.template.fields if isinstance(column.origin, FromTemplate) else ()


def _holds(condition: Condition, landed: Fenced, file: LandedFile, mapping: FeedMapping) -> ColumnElement[bool]:
    match condition:
        case Not(inner):
            return sa.not_(_holds(inner, landed, file, mapping))
        case All(inners):
            return sa.and_(sa.true(), *(_holds(inner, landed, file, mapping) for inner in inners))
        case model.Any(inners):
            return sa.or_(sa.false(), *(_holds(inner, landed, file, mapping) for inner in inners))
        case Test(header, how, words):
            nothing = nothing_words(mapping.defaults.nothing, but=words if how in ("is", "in") else ())
            return _answers(_cell(landed.c[file.cell(header)], nothing), how, words)


def _answers(cell: Text, how: str, words: tuple[str, ...]) -> ColumnElement[bool]:
    """Yes or no, never null."""
    if how == "is_nothing":
        return cell.is_(None)
    answer = cell.in_(words) if how in ("is", "in") else cell.regexp_match(words[0])
    return sa.func.coalesce(answer, sa.false(), type_=sa.Boolean)


# -- texts: conformed, still text ---------------------------------------------------------------------------------------


def _found(steps: Sequence[_Step], landed: Fenced, file: LandedFile, beside: Beside) -> Fenced:
    """The rows with what their look-ups find, as l0, l1, …: one join for each hop, one pass over each file."""
    recipes = [(number, step) for number, (_, step) in _recipes(steps) if step.mapping.lookups]
    if not recipes:
        return landed
    rows: sa.FromClause = landed
    found = []
    for number, step in recipes:
        text = _delivered(step.mapping, landed, file)
        for lookup in step.mapping.lookups:
            known = _known(lookup, step.mapping, beside.get(lookup.file, ()))
            rows = rows.outerjoin(known, known.c.key == text)
            text = known.c.taken
        found.append(text.label(f"l{number}"))
    return _fenced(sa.select(*landed.c, *found).select_from(rows), "found")


def _known(lookup: Lookup, mapping: ColumnMapping, files: Sequence[LandedFile]) -> sa.Subquery:
    """Each key of the files with what stands under `take` in its last row."""
    nothing = nothing_words(mapping.nothing, but=mapping.said)
    if not files:
        return sa.select(NOTHING.label("key"), NOTHING.label("taken")).where(sa.false()).subquery()
    tables = [(file, file.table) for file in files]
    parts = [
        sa.select(
            sa.func.staging.trimmed(table.c[file.cell(lookup.key)], type_=sa.Text).label("key"),
            sa.func.staging.trimmed(table.c[file.cell(lookup.take)], type_=sa.Text).label("taken"),
            sa.literal(file.file_id, sa.BigInteger).label("file_id"),
            table.c.row_number,
        )
        for file, table in tables
    ]
    every = sa.union_all(*parts).subquery()
    last = sa.select(every.c.key, _cell(every.c.taken, nothing).label("taken")).distinct(every.c.key)
    return last.order_by(every.c.key, every.c.file_id.desc(), every.c.row_number.desc()).subquery()


def _texts(steps: Sequence[_Step], landed: Fenced, file: LandedFile) -> Fenced:
    texts = [_conformed(number, step, landed, file).label(f"t{number}") for number, (_, step) in _recipes(steps)]
    return _fenced(sa.select(*landed.c, *texts), "texts")


def _recipes(steps: Sequence[_Step]) -> list[tuple[int, tuple[tuple[object, ...], _Step]]]:
    """Distinct recipes with a number and one step each."""
    return list(enumerate({step.recipe: step for step in reversed(steps)}.items()))


def _numbers(steps: Sequence[_Step]) -> Mapping[tuple[object, ...], int]:
    return {recipe: number for number, (recipe, _) in _recipes(steps)}


def _delivered(mapping: ColumnMapping, landed: Fenced, file: LandedFile) -> Text:
    """What the file itself says, without what a spreadsheet did to it."""
    text = _origin(mapping, landed, file)
    if mapping.whole:
        text = sa.func.regexp_replace(text, r"^([-+]?[0-9]+)[.]0+$", r"\1", type_=sa.Text)
    if mapping.pad is not None:
        short = text.regexp_match("^[0-9]+$") & (sa.func.length(text) < mapping.pad)
        text = sa.case((short, sa.func.lpad(text, mapping.pad, "0")), else_=text)
    return text


def _conformed(number: int, step: _Step, landed: Fenced, file: LandedFile) -> Text:
    mapping = step.mapping
    text = landed.c[f"l{number}"] if mapping.lookups else _delivered(mapping, landed, file)
    if mapping.values is not None:
        text = _looked_up(mapping, text)
    elif mapping.fold:
        text = sa.func.staging.folded(text, type_=sa.Text)
    if mapping.default is not None:
        text = sa.func.coalesce(text, _filled(mapping.default, mapping, landed, file), type_=sa.Text)
    return text


def _origin(mapping: ColumnMapping, landed: Fenced, file: LandedFile) -> Text:
    match mapping.origin:
        case FromHeader(header):
            return _named(header, mapping, landed, file)
        case Joined(headers, separator, blank):
            cells = [_named(header, mapping, landed, file) for header in headers]
            parts = cells if blank is None else [sa.func.coalesce(cell, blank, type_=sa.Text) for cell in cells]
            return reduce(lambda whole, part: whole.concat(separator).concat(part), parts)
        case Product(headers):
            cells = [_named(header, mapping, landed, file) for header in headers]
            return reduce(lambda whole, part: whole.concat(" × ").concat(part), cells)
        case FirstOf(headers):
            return sa.func.coalesce(*(_named(header, mapping, landed, file) for header in headers), type_=sa.Text)
        case FromTemplate(template):
            return _filled(template, mapping, landed, file)
        case Constant(value):
            return sa.literal(value, sa.Text)
        case Unknown():
            return NOTHING


def _filled(template: Template, mapping: ColumnMapping, landed: Fenced, file: LandedFile) -> Text:
    """The template's text; null as soon as one of its fields is nothing."""
    literals, fields = template.parts[0::2], template.fields
    text: Text = sa.literal(literals[0], sa.Text)
    for field, literal in zip(fields, literals[1:], strict=True):
        text = text.concat(_named(field, mapping, landed, file)).concat(sa.literal(literal, sa.Text))
    return text


def _named(name: str, mapping: ColumnMapping, landed: Fenced, file: LandedFile) -> Text:
    """The cell under a header, or what one of the special names stands for; null where it says nothing."""
    if name == ROW:
        return sa.cast(landed.c.row_number, sa.Text)
    if name == FILE:
        return sa.literal(file.name, sa.Text)
    if name in (NAME, VALUE):
        return landed.c[name]
    return _cell(landed.c[file.cell(name)], nothing_words(mapping.nothing, but=mapping.said))


def _cell(cell: Text, nothing: Sequence[str]) -> Text:
    return sa.case((cell.in_(nothing), sa.null()), else_=cell)


def _looked_up(mapping: ColumnMapping, text: Text) -> Text:
    """The dictionary's word for the text; an empty one is nothing. One look-up in a constant jsonb object."""
    pairs = mapping.values or ()
    words = {_folded(word) if mapping.fold else word: code for word, code in pairs}
    key = sa.func.staging.folded(text, type_=sa.Text) if mapping.fold else text
    dictionary = sa.cast(sa.literal(json.dumps(words, ensure_ascii=False), sa.Text), JSONB)
    found = sa.func.jsonb_extract_path_text(dictionary, key, type_=sa.Text)
    others: dict[str, Text] = {
        "keep": key,
        "refuse": sa.literal(UNMAPPED, sa.Text),
        "nothing": sa.literal("", sa.Text),
        "constant": sa.literal(mapping.otherwise.value, sa.Text),
    }
    other = others[mapping.otherwise.what]
    return sa.case((text.is_not(None), sa.func.nullif(sa.func.coalesce(found, other), "", type_=sa.Text)))


def _folded(word: str) -> str:
    """As `staging.folded` does it in the database."""
    half = "".join(chr(ord(letter) - 0xFEE0) if 0xFF01 <= ord(letter) <= 0xFF5E else letter for letter in word)
    return " ".join(half.split()).lower()


# -- values: typed ------------------------------------------------------------------------------------------------------


def _values(steps: Sequence[_Step], texts: Fenced, file: LandedFile) -> Fenced:
    values = [
        _typed(step, texts.c[f"t{number}"], texts, file).label(f"v{number}") for number, (_, step) in _recipes(steps)
    ]
    return _fenced(sa.select(*texts.c, *values), "typed")


def _typed(step: _Step, text: Text, texts: Fenced, file: LandedFile) -> ColumnElement[Any]:
    mapping, parse = step.mapping, sa.func.staging
    match "text" if step.column.personal else step.column.type:
        case "instant":
            return parse.as_instant(text, mapping.date_order, mapping.zone, type_=sa.DateTime(timezone=True))
        case "date":
            read = parse.as_month if step.column.name in MONTHS else parse.as_date
            return read(text, mapping.date_order, type_=sa.Date)
        case "integer":
            return parse.whole(_number(mapping, text, texts, file), type_=sa.BigInteger)
        case "amount" | "number":
            return _number(mapping, text, texts, file)
        case "time" | "boolean" | "id" as kind:
            read, type_ = {"time": (parse.as_time, sa.Time()), "boolean": (parse.as_boolean, sa.Boolean())}.get(
                kind, (parse.half_width, sa.Text())
            )
            return read(text, type_=type_)
        case _:
            return text


def _number(mapping: ColumnMapping, text: Text, texts: Fenced, file: LandedFile) -> ColumnElement[Any]:
    cells = (
        [texts.c[file.cell(header)] for header in mapping.origin.headers]
        if isinstance(mapping.origin, Product)
        else [text]
    )
    numbers = [sa.func.staging.as_number(cell, mapping.decimal, type_=sa.Numeric) for cell in cells]
    factor = [sa.literal(Decimal(mapping.factor), sa.Numeric())] if mapping.factor is not None else []
    return reduce(lambda product, number: product * number, [*numbers, *factor])


# -- reasons: what is wrong with which column -----------------------------------------------------------------------------


def _reasons(feed: Feed, steps: Sequence[_Step], values: Fenced) -> Fenced:
    numbers = _numbers(steps)
    reasons = []
    for place, step in enumerate(steps):
        number = numbers[step.recipe]
        wrongs = _wrongs(step, values.c[f"t{number}"], values.c[f"v{number}"])
        reasons.append((sa.case(*wrongs) if wrongs else sa.null()).label(f"r{place}"))
    if feed.one_of:
        reasons.append(sa.case((_not_one_of(feed, steps, values), "one_of_missing")).label("one_of"))
    return _fenced(sa.select(*values.c, *reasons), "reasoned")


def _not_one_of(feed: Feed, steps: Sequence[_Step], values: Fenced) -> ColumnElement[bool]:
    """Whether not exactly one of the feed's alternatives is given; none may be where the mapping says why."""
    numbers = _numbers(steps)
    ones = [step for step in steps if step.column.name in feed.one_of]
    if not ones:
        return sa.true()
    given = sa.func.num_nonnulls(*(values.c[f"v{numbers[step.recipe]}"] for step in ones), type_=sa.Integer)
    return given > 1 if any(step.mapping.blank_because is not None for step in ones) else given != 1


def _wrongs(step: _Step, text: Text, value: ColumnElement[Any]) -> list[tuple[ColumnElement[bool], str]]:
    """What can be wrong with the column, in the order in which it is told."""
    column, mapping = step.column, step.mapping
    wrongs: list[tuple[ColumnElement[bool], str]] = []
    if column.required and mapping.blank_because is None:
        wrongs.append((text.is_(None), "not_found" if mapping.lookups else "missing"))
    if column.personal:
        return wrongs
    if mapping.values is not None and mapping.otherwise.what == "refuse":
        wrongs.append((text == UNMAPPED, "value_not_mapped"))
    if column.type in TYPE_REASONS:
        wrongs.append((text.is_not(None) & value.is_(None), TYPE_REASONS[column.type]))
    return [*wrongs, *_broken_limits(column, value)]


def _broken_limits(column: Column, value: ColumnElement[Any]) -> Iterator[tuple[ColumnElement[bool], str]]:
    """What the contract forbids of a value that was read: outside a list, too long, of another form, out of range."""
    if column.codes:
        yield value.not_in(column.codes), "not_in_list"
    elif column.type in LONGEST:
        yield sa.func.length(value) > LONGEST[column.type], "too_long"
    if column.type in ("id", "code") and not column.codes:
        yield value.regexp_match("[[:cntrl:]]"), "control_characters"
    if column.pattern is not None:
        yield sa.not_(value.regexp_match(column.pattern)), "bad_pattern"
    if column.low is not None:
        yield value < column.low, "out_of_range"
    if column.high is not None:
        yield value > column.high, "out_of_range"


# -- verdicts: the row as it is stored, or refused ------------------------------------------------------------------------


def _verdicts(
    feed: Feed, steps: Sequence[_Step], reasons: Fenced, file: LandedFile, *, is_of_people: bool
) -> sa.Select[*tuple[Any, ...]]:
    numbers = _numbers(steps)
    stored = [reasons.c[f"v{numbers[step.recipe]}"].label(step.column.stored_as) for step in steps]
    shown = _shown_of_people if is_of_people else _shown
    told = [(step.column.name, reasons.c[f"r{place}"], shown(step, reasons, file)) for place, step in enumerate(steps)]
    if feed.one_of:
        told.append((" / ".join(feed.one_of), reasons.c.one_of, NOTHING))
    first = sa.func.coalesce(*(reason for _, reason, _ in told), type_=sa.Text)
    sentences: array[Any] = array(
        [sa.literal(f"{name}: ", sa.Text).concat(reason) for name, reason, _ in told], type_=sa.Text
    )
    others = sa.func.array_remove(sentences, sa.null(), type_=ARRAY(sa.Text))[2 : len(told)]
    return sa.select(
        reasons.c.rank,
        reasons.c.row_number,
        *stored,
        sa.case(*((reason.is_not(None), name) for name, reason, _ in told)).label("wrong_column"),
        first.label("wrong_reason"),
        sa.case(*((reason.is_not(None), value) for _, reason, value in told)).label("wrong_value"),
        sa.case((first.is_not(None), others)).label("wrong_also"),
    )


def _shown(step: _Step, row: Fenced, file: LandedFile) -> Text:
    """The value as delivered, as people may see it; of personal data the first characters of the hash."""
    match step.mapping.origin:
        case Constant(value):
            return sa.literal(value, sa.Text)
        case FromTemplate(template) if VALUE in template.fields:
            return sa.func.staging.shown(row.c[VALUE], type_=sa.Text)
    cells = [row.c[file.cell(header)] for header in step.mapping.headers]
    if not cells:
        return NOTHING
    if step.column.personal:
        return sa.func.left(cells[0], 8, type_=sa.Text)
    whole = cells[0] if len(cells) == 1 else sa.func.concat_ws(" | ", *cells, type_=sa.Text)
    return sa.func.staging.shown(whole, type_=sa.Text)


def _shown_of_people(step: _Step, row: Fenced, file: LandedFile) -> Text:
    """The same where a name may stand in any column: of keys, codes and words only what is plainly none."""
    shown = _shown(step, row, file)
    if step.column.personal or step.column.codes or step.column.type not in LONGEST:
        return shown
    return sa.func.staging.shown_of_people(shown, step.column.type == "code", type_=sa.Text)


def _fenced(select: sa.Select[*tuple[Any, ...]], name: str) -> Fenced:
    return select.offset(sa.literal_column("'0'")).subquery(name)
