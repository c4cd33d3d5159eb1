"""Does a mapping fit the files? Asked before a row is read in earnest: headers, and the first rows for the values."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path

from warehouse.feeds.contract import Column
from warehouse.feeds.mapping.conditions import holds
from warehouse.feeds.mapping.model import (
    ColumnMapping,
    FeedMapping,
    FileMapping,
    FromHeader,
    Source,
    personal_columns,
)
from warehouse.feeds.mapping.words import find_header, header_key, nearest, nothing_words, trimmed
from warehouse.feeds.problems import Problem
from warehouse.feeds.readers import FileRefused, Row, open_table
from warehouse.feeds.readers.table import masked

SAMPLE_ROWS = 20_000
MOST_VALUES = 12
LEAST_COMMON = 5
CODE = re.compile(r"[a-z][a-z0-9_-]{0,29}")
BLOCK = 1 << 20
Headers = Mapping[str, Sequence[tuple[str, Sequence[str]]]]
"""Files that lie together, by the pattern that they fit: their names and headers."""
UNNAMED = re.compile(r"column_\d+")
TWO_WAYS = re.compile(
    r"(0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])[-/.]\d{4}\b|(0?[1-9]|[12]\d|3[01])[-/.](0?[1-9]|1[0-2])[-/.]\d{4}\b"
)


def check(source: Source, files: Path | str | Iterable[Path]) -> list[Problem]:
    """Everything wrong between a mapping and the files of a folder (or a list of files); empty if all is well. Queries are asked
    by nobody here: `check_file` looks at what one answers.

    Reads headers and the first rows only. Raises NotADirectoryError where there is no such folder.
    """
    if all(file.query for file in source.files):
        return [*_branch_problems(source)]
    listed = _listed(files) if isinstance(files, Path | str) else sorted(files)
    paths = [path for path in listed if not source.ignores(path.name)]
    matched = {path: source.match(path.name) for path in paths}
    taken = {id(mapping) for mapping in matched.values() if mapping is not None}
    problems = [problem for path, mapping in matched.items() for problem in check_file(source, path, mapping)]
    lost = _lost_lookups(matched)
    branches = _branch_problems(source)
    return [*problems, *lost, *_same_files(paths), *_patterns_without_files(source, taken), *branches]


def _branch_problems(source: Source) -> Iterator[Problem]:
    """What a refresh would be held for: branches that nothing lists, and a list of branches without regions."""
    feeds = [feed for file in source.files for feed in file.feeds]
    for feed in feeds:
        for column in () if "branches" in source.feeds else feed.columns:
            contract = feed.feed.column(column.name)
            if contract.references == "branches" and contract.required:
                yield Problem(
                    "feed_unfilled", source.mapping_file, column.line, column.name, feed.feed.code, "branches"
                )
        if feed.feed.code == "branches" and "region_id" in feed.unknown:
            line = next(column.line for column in feed.columns if column.name == "region_id")
            yield Problem("region_unknown", source.mapping_file, line, "region_id", "branches")


def check_lookups(mapping: FileMapping, beside: Headers, *, file: str) -> list[Problem]:
    """What keeps a file's look-ups from being made: no such file `beside` it, or no such header there."""
    problems: dict[tuple[str, str], Problem] = {}
    for lookup in mapping.lookups:
        others = beside.get(lookup.file, ())
        if not others:
            problems[lookup.file, ""] = Problem("lookup_file_absent", file, value=lookup.file)
        for name, headers in others:
            for header in (lookup.key, lookup.take):
                if find_header(header, headers) is None:
                    fits = nearest(header, headers, 3)
                    problems[name, header] = Problem("header_absent", name, 1, header, value=header, fits=fits)
    return list(problems.values())


def check_headers(mapping: FileMapping, headers: Sequence[str], *, file: str) -> list[Problem]:
    """What is wrong between a mapping and a file's header line; the problems that `stops` forbid reading the file.

    Where not one header is known, the line may hold somebody's data: of it nothing is told.
    """
    found = [
        problem
        for feed in mapping.feeds
        for problem in (*_absent(feed, headers, file), *_unfilled(feed, headers, file))
    ]
    is_header = any(feed.bind(headers) if feed.same else _known(feed, headers) for feed in mapping.feeds)
    return [*found, *(_left_over(mapping, headers, file) if is_header else ())]


def _known(feed: FeedMapping, headers: Sequence[str]) -> list[str]:
    return [header for header in feed.headers if find_header(header, headers) is not None]


def _listed(folder: Path | str) -> list[Path]:
    place = Path(folder)
    if not place.is_dir():
        raise NotADirectoryError(f"{place} is no folder")
    return sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))


def check_file(source: Source, path: Path, mapping: FileMapping | None) -> list[Problem]:
    """Everything wrong between a file and the mapping that its name fits, from its header and first rows."""
    if mapping is None:
        return [Problem("no_pattern", path.name, fits=nearest(path.name, (file.pattern for file in source.files)))]
    try:
        table = open_table(path, declared=mapping.format)
        rows = list(islice((row for batch in table.batches() for row in batch.rows), SAMPLE_ROWS))
    except FileRefused as refused:
        return [Problem("unreadable", path.name, value=str(refused))]
    problems = check_headers(mapping, table.columns, file=path.name)
    if not rows:
        return [*problems, Problem("empty", path.name)]
    return [*problems, *_value_problems(mapping, table.columns, rows, path.name)]


def _lost_lookups(matched: Mapping[Path, FileMapping | None]) -> list[Problem]:
    """Look-ups that cannot be made among these files; those that cannot be read have been named already."""
    wanted = {lookup.file for mapping in matched.values() if mapping for lookup in mapping.lookups}
    beside: dict[str, list[tuple[str, Sequence[str]]]] = {}
    for path, mapping in matched.items():
        if mapping is not None and mapping.pattern in wanted:
            with suppress(FileRefused):
                headers = open_table(path, declared=mapping.format).columns
                beside.setdefault(mapping.pattern, []).append((path.name, headers))
    found = [check_lookups(mapping, beside, file=path.name) for path, mapping in matched.items() if mapping]
    return list(dict.fromkeys(problem for problems in found for problem in problems))


def _absent(feed: FeedMapping, headers: Sequence[str], file: str) -> Iterator[Problem]:
    """Headers that the mapping names and the file has not, but for columns that say they may be absent."""
    optional = {header for column in feed.columns if column.optional for header in column.headers}
    for header in sorted(feed.headers - optional):
        if find_header(header, headers) is None:
            fits = nearest(header, headers, 3)
            yield Problem("header_absent", file, 1, header, feed.feed.code, header, fits=fits)


def _unfilled(feed: FeedMapping, headers: Sequence[str], file: str) -> Iterator[Problem]:
    """Under `same`: required columns that the file does not have."""
    if not feed.same:
        return
    filled = {column.name for column in feed.bind(headers)}
    if not filled:
        yield Problem("nothing_recognised", file, 1, feed=feed.feed.code, fits=tuple(_wanted(feed.feed.columns)))
        return
    for column in feed.feed.columns:
        if column.required and column.name not in filled:
            near = nearest(column.name, headers) or nearest(column.label_zh, headers)
            yield Problem(
                "required_unmapped", file, 1, column.name, feed.feed.code, fits=near or (column.name, column.label_zh)
            )
    if feed.feed.one_of and not filled & set(feed.feed.one_of):
        yield Problem("one_of_unmapped", file, 1, feed=feed.feed.code, value=" / ".join(feed.feed.one_of))


def _wanted(columns: Iterable[Column]) -> Iterator[str]:
    return (f"{column.name} ({column.label_zh})" for column in columns if column.required)


def _left_over(mapping: FileMapping, headers: Sequence[str], file: str) -> Iterator[Problem]:
    """Headers that are neither mapped nor ignored; those without a name are ignored."""
    if mapping.ignore_rest:
        return
    used = {
        find_header(header, headers)
        for feed in mapping.feeds
        for header in (*feed.headers, *(name for column in feed.bind(headers) for name in column.headers))
    }
    aside = {header_key(header) for header in (*mapping.ignore, *mapping.personal, *mapping.looked_up)}
    ours = [column.name for feed in mapping.feeds for column in feed.feed.columns]
    for header in headers:
        if header not in used and header_key(header) not in aside and not UNNAMED.fullmatch(header):
            yield Problem("header_unmapped", file, 1, header, value=header, fits=(*nearest(header, ours), "ignore"))


def _value_problems(mapping: FileMapping, headers: Sequence[str], rows: Sequence[Row], file: str) -> Iterator[Problem]:
    """What the first rows already show: words that no dictionary has, dates that can be read in two orders."""

    @cache
    def place_of(header: str) -> int | None:
        found = find_header(header, headers)
        return None if found is None else list(headers).index(found)

    def cell_of(row: Row, header: str) -> str:
        place = place_of(header)
        return "" if place is None else trimmed(row[place] or "")

    for feed in mapping.feeds:
        taken = [row for row in rows if _takes(feed, row, cell_of)]
        for column in feed.bind(headers):
            header = find_header(column.origin.header, headers) if isinstance(column.origin, FromHeader) else None
            contract = feed.feed.column(column.name)
            if header is None or contract.personal or column.lookups:
                continue
            place = list(headers).index(header)
            cells = Counter(trimmed(cell) for row in taken if (cell := row[place]) is not None)
            for word in nothing_words(column.nothing, but=column.said):
                cells.pop(word, None)
            told = _of_nobody(cells, column) if personal_columns(mapping, headers) else str
            yield from _unmapped_words(feed, column, contract, header, cells, file, told)
            yield from _two_ways(feed, column, contract, header, cells, file)


def _takes(feed: FeedMapping, row: Row, cell_of: Callable[[Row, str], str]) -> bool:
    """Whether the feed's `where` lets the row through; a header that the file lacks is told elsewhere."""
    return feed.where is None or holds(feed.where, lambda header: cell_of(row, header), nothing=feed.defaults.nothing)


def _of_nobody(cells: Counter[str], column: ColumnMapping) -> Callable[[str], str]:
    """How words of a file of people are told: as they are those that look like codes, are near one, or stand in many rows; of
    others, the shape."""
    enough = max(LEAST_COMMON, cells.total() // 20)

    def told(word: str) -> str:
        is_code = cells[word] >= enough or CODE.fullmatch(word) or nearest(word, column.said)
        return word if is_code else f"≈{masked(word)}"

    return told


def _unmapped_words(
    feed: FeedMapping,
    column: ColumnMapping,
    contract: Column,
    header: str,
    cells: Counter[str],
    file: str,
    told: Callable[[str], str],
) -> Iterator[Problem]:
    refuses = column.otherwise.what == "refuse" or (column.otherwise.what == "keep" and bool(contract.codes))
    if column.values is None:
        return
    spelling = header_key if column.fold else str
    codes = {spelling(word): code for word, code in column.values}
    unmapped = [word for word, _ in cells.most_common() if spelling(word) not in codes] if refuses else []
    if unmapped:
        fits = contract.codes or nearest(unmapped[0], (word for word, _ in column.values))
        shown = list(dict.fromkeys(map(told, unmapped)))
        yield Problem("value_unmapped", file, None, column.name, feed.feed.code, _some(shown), header, fits=fits)
    if contract.required and column.default is None and column.blank_because is None:
        lost = [word for word, _ in cells.most_common() if codes.get(spelling(word)) == ""]
        if lost:
            fits = contract.codes
            yield Problem("value_to_nothing", file, None, column.name, feed.feed.code, _some(lost), header, fits=fits)


def _some(words: Sequence[str]) -> str:
    """Words for a sentence that puts them in quotation marks, the most frequent first."""
    more = ["…"] if len(words) > MOST_VALUES else []
    return "”, “".join([*words[:MOST_VALUES], *more])


def _two_ways(
    feed: FeedMapping, column: ColumnMapping, contract: Column, header: str, cells: Counter[str], file: str
) -> Iterator[Problem]:
    if contract.type not in ("instant", "date") or column.date_order not in ("auto", "ymd", "excel"):
        return
    doubtful = next((cell for cell in cells if TWO_WAYS.match(cell)), None)
    if doubtful is not None:
        yield Problem("date_ambiguous", file, None, column.name, feed.feed.code, doubtful, header)


def _same_files(paths: Sequence[Path]) -> Iterator[Problem]:
    """Files with the same bytes; only those of the same size are read through."""
    by_size: dict[int, list[Path]] = {}
    for path in paths:
        by_size.setdefault(path.stat().st_size, []).append(path)
    seen: dict[str, str] = {}
    for path in (path for alike in by_size.values() if len(alike) > 1 for path in alike):
        digest = _digest(path)
        if digest in seen:
            yield Problem("same_file", path.name, value=seen[digest])
        seen.setdefault(digest, path.name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _patterns_without_files(source: Source, taken: set[int]) -> Iterator[Problem]:
    """Patterns of a mapping file that nothing fits; the built-in source need not be complete."""
    for mapping in source.files if source.mapping_file else ():
        if id(mapping) not in taken and mapping.query is None:
            yield Problem("no_file", source.mapping_file, mapping.line, value=mapping.pattern)
