"""A proposal of a mapping from what files show: their headers and their first rows. People finish it; it always reads."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import islice
from pathlib import Path

import yaml

from warehouse.feeds.contract import Column, ColumnType, Feed, feeds
from warehouse.feeds.mapping.words import header_key, nearest, nothing_words, trimmed
from warehouse.feeds.readers import Table, open_table

SAMPLE_ROWS = 1_000
SHOWN_WORDS, MOST_OF_A_LIST = 12, 40
"""A column of more words than that is no closed list; they may be names."""
ENOUGH = 0.55
QUESTIONNAIRE = 8
"""So many headers with answers on a scale make a questionnaire."""
REPEATED = "          # ? the same key stands in several rows: the last counts, or the first (keep: first), or join columns to a key"
PLAIN = re.compile(r"[^\W\d][\w ./()-]*[\w)]|[^\W\d]")
SHAPES: dict[str, re.Pattern[str]] = {
    "date": re.compile(
        r"\d{4}[-/.年]\d{1,2}[-/.月]\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[ -][A-Za-z]{3}|(19|20)\d{6}\b"
    ),
    "number": re.compile(r"[-+(]?[$€£¥￥]?\s?\d[\d,. ]*\)?"),
    "boolean": re.compile(r"(true|false|yes|no|y|n|t|f|0|1|是|否)", re.IGNORECASE),
    "time": re.compile(r"\d{1,2}:\d{2}(:\d{2})?(\s?[AP]M)?", re.IGNORECASE),
}
FITTING: dict[ColumnType, tuple[str, ...]] = {
    "instant": ("date",),
    "date": ("date",),
    "time": ("time",),
    "amount": ("number",),
    "number": ("number",),
    "integer": ("number",),
    "boolean": ("boolean",),
}
DAY_FIRST = re.compile(r"(1[3-9]|2\d|3[01])[-/.]\d{1,2}[-/.]\d{4}")
MONTH_FIRST = re.compile(r"\d{1,2}[-/.](1[3-9]|2\d|3[01])[-/.]\d{4}")
EITHER = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")


@dataclass(frozen=True)
class Profile:
    """A header and the words under it in the first rows, without those that say nothing."""

    header: str
    words: Counter[str]

    def share(self, shape: str) -> float:
        """How many of the filled cells have the shape of a date, a number, a yes or no, or a time of day."""
        pattern = SHAPES[shape]
        fits = pattern.match if shape == "date" else pattern.fullmatch
        return sum(count for word, count in self.words.items() if fits(word)) / max(self.words.total(), 1)

    @property
    def is_scale(self) -> bool:
        """Whether the cells are small whole numbers, as people tick them."""
        return len(self.words) > 2 and all(re.fullmatch(r"\d|1[01]", word) for word in self.words)

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own, as keys have."""
        return bool(self.words) and max(self.words.values()) == 1


@dataclass(frozen=True)
class Guess:
    """A header for a contract column, how sure we are (0 to 1), and why."""

    column: Column
    profile: Profile
    score: float
    why: str


def draft(paths: Iterable[Path | str]) -> str:
    """YAML of a mapping for `paths`, guesses explained in comments. Raises FileRefused for a file that cannot be read."""
    places = sorted(Path(path) for path in paths)
    tables = [(place, open_table(place)) for place in places]
    main = {feed.code for feed in (_main_feed(place, _profiles(table)) for place, table in tables)}
    lines = [
        "# A proposal. Read every line with a question mark; `mapping check` says what is still wrong.",
        f"source: {_word(_source_name(places))}",
        "zone: UTC              # ? zone of local times, such as Asia/Shanghai",
        "# currency: CNY        # ? of amounts, where the files name none",
        "files:",
    ]
    for place, table in tables:
        lines += _file_lines(place, table, main)
    return "\n".join(lines) + "\n"


def _main_feed(place: Path, profiles: Sequence[Profile]) -> Feed:
    return _best_feed(place, profiles)[0]


def _file_lines(place: Path, table: Table, main: Collection[str]) -> Iterator[str]:
    profiles = _profiles(table)
    feed, guesses = _best_feed(place, profiles)
    taken = {guess.profile.header for guess in guesses}
    scales = _scales(profile for profile in profiles if profile.header not in taken)
    taken |= {profile.header for profile in scales}
    if scales and not guesses:
        feed = feeds()["surveys"]
    yield f"  - pattern: {_word(_pattern(place.name))}"
    if table.format.encoding not in (None, "utf-8"):
        yield f"    # found: encoding {table.format.encoding}"
    left = [profile for profile in profiles if profile.header not in taken]
    if left:
        yield "    ignore:           # ? not recognised; map what is of use, then say `ignore: rest`"
        yield from (f"      - {_word(profile.header)}{_examples(profile)}" for profile in left)
    yield "    feeds:"
    yield f"      {feed.code}:           # ? the feed whose columns fit best"
    yield "        columns:"
    found = {guess.column.name: guess for guess in guesses}
    yield from _column_lines(feed, found)
    if scales:
        yield from _questions(scales, found)
    log = feed.code == "complaint_events" and "complaint_id" in found and "complaints" not in main
    if log:
        yield from _opened_by_a_log(found)
    if "branches" not in main and (log or any(column.name == "branch_id" for column in feed.columns)):
        yield from _branches(found.get("branch_id"))


def _opened_by_a_log(found: Mapping[str, Guess]) -> Iterator[str]:
    """The complaints of a log of events: each opens with its first line."""
    yield "      complaints:           # ? each opens with its first line; its events above say when it was resolved and closed"
    yield "        keep: first"
    yield "        columns:"
    yield f"          complaint_id: {_mapped(found['complaint_id'])}"
    feed = feeds()["complaints"]
    yield f"          branch_id: {_stand_in(feed, feed.column('branch_id'))}"
    when = _mapped(found["happened_at"]) if "happened_at" in found else _stand_in(feed, feed.column("opened_at"))
    yield f"          opened_at: {when}"
    yield f"          category_code: {_stand_in(feed, feed.column('category_code'))}"
    named = {"complaint_id", "branch_id", "opened_at", "category_code"}
    yield from _also(column for column in feed.columns if column.name not in named)


def _branches(branch: Guess | None) -> Iterator[str]:
    """The list of branches, which every row's branch must stand in: one row of each is kept."""
    name = _word(branch.profile.header) if branch else "{constant: main}"
    yield "      branches:           # every branch_id must stand in it; not needed where another file or source lists them"
    yield "        columns:"
    yield f"          branch_id: {_mapped(branch) if branch else name}"
    yield f"          branch_name: {name}"
    yield "          region_id: {constant: main}          # ? a region is a must; a constant makes one of all"
    yield "          region_name: {constant: main}"


def _also(columns: Iterable[Column]) -> Iterator[str]:
    """What else a feed can take: a remark."""
    names = [f"{column.name} ({', '.join(column.codes)})" if column.codes else column.name for column in columns]
    if names:
        yield f"          # also takes: {', '.join(names)}"


def _column_lines(feed: Feed, found: Mapping[str, Guess]) -> Iterator[str]:
    for column in feed.columns:
        if column.name in found:
            yield f"          {column.name}: {_mapped(found[column.name])}"
            if feed.key == (column.name,) and not found[column.name].profile.is_unique:
                yield REPEATED
        elif column.required or column.name == _needed_one(feed, found):
            yield f"          {column.name}: {_stand_in(feed, column)}"
    needed = _needed_one(feed, found)
    yield from _also(
        column for column in feed.columns if column.name not in found and not column.required and column.name != needed
    )


def _scales(profiles: Iterable[Profile]) -> list[Profile]:
    """The headers of a questionnaire; none where there are too few to be one."""
    scales = [profile for profile in profiles if profile.is_scale]
    return scales if len(scales) >= QUESTIONNAIRE else []


def _questions(scales: Sequence[Profile], found: Mapping[str, Guess]) -> Iterator[str]:
    """A wide questionnaire as one row an answer; which question each header asks, people must say."""
    yield "      survey_answers:           # ? answers on a scale: keep what is a question, and say which"
    yield "        each:           # overall, product, service …, or expectation.tangibles.1 beside perception.tangibles.1"
    for number, profile in enumerate(scales, start=1):
        yield f"          {_word(profile.header)}: question_{number}{_examples(profile)}"
    numbers = [int(word) for profile in scales for word in profile.words]
    invite = _mapped(found["invite_id"]) if "invite_id" in found else '{text: "{$file}-{$row}"}'
    yield "        columns:"
    yield f"          invite_id: {invite}"
    yield "          question_code: $name"
    yield "          score: {column: $value, nothing: []}          # ? numbers that say nothing, such as 0 or 99"
    yield f'          scale_min: {{constant: "{min(numbers)}"}}          # ?'
    yield f'          scale_max: {{constant: "{max(numbers)}"}}          # ?'


def _profiles(table: Table) -> list[Profile]:
    rows = list(islice((row for batch in table.batches() for row in batch.rows), SAMPLE_ROWS))
    nothing = set(nothing_words())
    columns = ([trimmed(row[place] or "") for row in rows] for place in range(len(table.columns)))
    return [
        Profile(header, Counter(cell for cell in cells if cell not in nothing))
        for header, cells in zip(table.columns, columns, strict=True)
    ]


def _best_feed(place: Path, profiles: Sequence[Profile]) -> tuple[Feed, list[Guess]]:
    """The feed that the headers fit best, and which header goes where."""
    offers = [(feed, _guesses(feed, profiles)) for feed in feeds().values()]
    return max(offers, key=lambda offer: _fit(offer[0], offer[1], place, len(profiles)))


def _fit(feed: Feed, guesses: Sequence[Guess], place: Path, header_count: int) -> float:
    required = [column for column in feed.columns if column.required]
    got = {guess.column.name: guess.score for guess in guesses}
    of_required = sum(got.get(column.name, 0) for column in required) / len(required)
    own_key = sum(got.get(name, 0) for name in feed.key) / len(feed.key)
    named = any(word in header_key(place.stem) for word in (feed.code, feed.code.rstrip("s"), feed.label["zh_CN"]))
    return of_required + own_key + len(got) / max(header_count, 1) + 0.1 * sum(got.values()) + (0.4 if named else 0.0)


def _guesses(feed: Feed, profiles: Sequence[Profile]) -> list[Guess]:
    """At most one header a column and one column a header, the surest first."""
    all_guesses = [
        guess for column in feed.columns for profile in profiles if (guess := _guess(column, profile)).score >= ENOUGH
    ]
    chosen: list[Guess] = []
    for guess in sorted(all_guesses, key=lambda guess: -guess.score):
        if all(guess.column is not each.column and guess.profile is not each.profile for each in chosen):
            chosen.append(guess)
    return chosen


def _guess(column: Column, profile: Profile) -> Guess:
    score, why = _alike(column, profile.header)
    shapes = FITTING.get(column.type, ())
    if profile.words and shapes and max(profile.share(shape) for shape in shapes) < 0.7:
        score = 0.0
    return Guess(column, profile, score, why)


def _alike(column: Column, header: str) -> tuple[float, str]:
    """How much a header sounds like a contract column."""
    key, own = _squeezed(header), _squeezed(column.name)
    if key in (own, _squeezed(column.label_zh)):
        return 1.0, ""
    stem = _squeezed(re.sub(r"_(id|code|at|on|amount)$", "", column.name))
    others = [stem, *(_squeezed(word) for word in _synonyms().get(column.name, ()))]
    if key in others:
        return 0.85 - others.index(key) / 1_000, "another name for it"
    ratio = SequenceMatcher(None, key, own).ratio()
    return (ratio * 0.7, "sounds alike") if ratio >= 0.86 else (0.0, "")


def _squeezed(name: str) -> str:
    """A name without its blanks and underscores: `InvoiceDate` is `invoice date`."""
    return header_key(name).replace("_", "")


@cache
def _synonyms() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text("utf-8"))
    return found


def _mapped(guess: Guess) -> str:
    """The YAML for a header, with the steps that its sample calls for and the reason for the guess."""
    column, words = guess.column, guess.profile.words
    why = f"          # ? {guess.why}" if guess.why else ""
    header = _word(guess.profile.header)
    if column.personal:
        return f"{header}{why}"
    steps: list[str] = []
    if column.type in ("instant", "date") and (order := _date_order(words)):
        steps.append(f"date: {order}")
        why = why or (
            "          # ? day and month fit in both orders" if order == "dmy" and not _any(DAY_FIRST, words) else ""
        )
    if column.type == "id" and words and all(re.fullmatch(r"\d+\.0", word) for word in words):
        steps.append("whole: true")
    if column.codes and (dictionary := _dictionary(column, words)):
        steps.append(dictionary)
        why = f"          # ? one of {', '.join(column.codes)}; left empty it means nothing"
    return f"{header}{why}" if not steps else f"{{column: {header}, {', '.join(steps)}}}{why}"


def _dictionary(column: Column, words: Counter[str]) -> str:
    """The words that are no code of ours, with the code that they sound like; a guess beyond that would be believed."""
    own = {header_key(word) for word in (*column.codes, *column.codes_zh)}
    shown = [word for word, _ in words.most_common(SHOWN_WORDS)]
    if all(header_key(word) in own for word in shown) or len(words) > MOST_OF_A_LIST:
        return ""
    pairs = (f"{_word(word)}: {_word(_code(column, word))}" for word in shown)
    return f"values: {{{', '.join(pairs)}}}"


def _code(column: Column, word: str) -> str:
    in_chinese = dict(zip(column.codes_zh, column.codes, strict=True)) if column.codes_zh else {}
    return in_chinese.get(word) or "".join(nearest(word, column.codes))


def _date_order(words: Counter[str]) -> str | None:
    """The order that `3/4/2026` must be read in here; None where every date says its year first."""
    if not _any(EITHER, words):
        return None
    return "mdy" if _any(MONTH_FIRST, words) and not _any(DAY_FIRST, words) else "dmy"


def _any(pattern: re.Pattern[str], words: Iterable[str]) -> bool:
    return any(pattern.match(word) for word in words)


def _needed_one(feed: Feed, found: Mapping[str, Guess]) -> str | None:
    """The column to propose where a feed wants one of several and none was found."""
    return feed.one_of[-1] if feed.one_of and not set(feed.one_of) & set(found) else None


def _stand_in(feed: Feed, column: Column) -> str:
    """What to write for a required column that no header fits."""
    if column.name in feed.key and column.type in ("id", "code"):
        return '{text: "{$file}-{$row}"}          # ? no header looks like this key; row numbers change when rows are inserted'
    if column.name in feed.key or column.name in feed.one_of:
        return (
            "{constant: "
            + ("2000-01-01" if column.type in ("instant", "date") else "1")
            + "}          # ? part of the key, and not found"
        )
    if column.codes:
        return f"{{constant: {column.codes[0]}}}          # ? one of {', '.join(column.codes)}"
    if column.type == "text" or "branches" in (feed.code, column.references):
        return "{constant: main}          # ? no header looks like it"
    return '{unknown: "not in the file"}          # ? figures by it read "feed absent"'


def _examples(profile: Profile) -> str:
    """What kind of cells stand under a header; never a cell itself, which may be somebody's name."""
    if not profile.words:
        return "          # always empty"
    kinds = [shape for shape in ("date", "number", "boolean", "time") if profile.share(shape) > 0.9]
    return f"          # {'unique, ' if profile.is_unique else ''}{kinds[0] if kinds else 'text'}, {len(profile.words)} values"


def _source_name(places: Sequence[Path]) -> str:
    name = re.sub(r"[\W\d]+", "_", places[0].name.split(".")[0]).strip("_").lower() if places else ""
    return name or "my_source"


def _pattern(name: str) -> str:
    """The file's name with its dates and numbers left open, and packed or not."""
    stem, dot, rest = name.partition(".")
    open_stem = re.sub(r"\d{4,}([-_.]?\d{2}){0,2}", "*", stem).replace("[", "?").replace("]", "?")
    return f"{open_stem}{dot}{rest.removesuffix('.gz').removesuffix('.zst')}*"


def _word(text: str) -> str:
    """Text as YAML: plain where that is safe, else in double quotes."""
    if PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    return yaml.safe_dump(text, allow_unicode=True, default_style='"', width=10_000).strip()
