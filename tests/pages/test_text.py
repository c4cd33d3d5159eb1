import ast
import string
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from pages.shared.text import LANGUAGES, Words, language_of

HOUSE = Path(__file__).parents[2]
SOURCES = [HOUSE / "app.py", *sorted((HOUSE / "pages").rglob("*.py"))]
KEYWORDS = {"say": None, "say_many": (1, 2)}
Message = str | tuple[str, ...]


def _used() -> set[Message]:
    """What Babel finds, as `pybabel extract -k say -k say_many:1,2 app.py pages` does."""
    return {
        message for path in SOURCES for _, message, _, _ in extract_from_file("python", str(path), keywords=KEYWORDS)
    }


def _catalogue(language: str) -> dict[Message, Message]:
    with (HOUSE / "pages/shared/text" / f"{language}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=language) if message.id}


def _placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_every_sentence_and_no_other(language: str) -> None:
    assert set(_catalogue(language)) == _used()


def test_every_sentence_is_translated_with_the_same_values_in_it() -> None:
    for message, said in _catalogue("zh_CN").items():
        english = [message] if isinstance(message, str) else list(message)
        chinese = [said] if isinstance(said, str) else list(said)
        assert all(chinese), message
        for form in chinese:
            assert _placeholders(form) == set().union(*map(_placeholders, english)), message


def test_no_sentence_hides_from_extraction() -> None:
    """Babel does not look inside f-strings, and cannot read a sentence that is made up."""
    calls = [
        (path, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in KEYWORDS
    ]
    assert len(calls) > 100
    used = _used()
    for path, call in calls:
        told = [
            argument.value
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        message: Message = told[0] if len(told) == 1 else tuple(told)
        assert told, f"{path}:{call.lineno} says something that is not written there"
        assert message in used, f"{path}:{call.lineno} is not found by extraction"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "12,345", "1.2万"),
        (1_234_567, "1.2M", "123.5万"),
        (340_000_000, "340M", "3.4亿"),
    ],
)
def test_numbers_are_shortened_as_people_count(value: int, english: str, chinese: str) -> None:
    assert Words("en").number(value) == english
    assert Words("zh_CN").number(value) == chinese


def test_dates_stand_in_the_readers_way() -> None:
    assert Words("en").span(date(2026, 1, 1), date(2026, 3, 31)) == "1 Jan – 31 Mar 2026"
    assert Words("en").span(date(2025, 12, 1), date(2026, 3, 31)) == "1 Dec 2025 – 31 Mar 2026"
    assert Words("zh_CN").span(date(2026, 1, 1), date(2026, 3, 31)) == "2026年1月1日 – 2026年3月31日"


def test_moments_are_told_in_the_readers_zone() -> None:
    words = Words("en", zone=ZoneInfo("Asia/Shanghai"))
    now = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
    assert words.moment(datetime(2026, 3, 31, 22, 10, tzinfo=UTC), now=now) == "today 06:10"
    assert words.moment(datetime(2026, 3, 31, 10, 0, tzinfo=UTC), now=now) == "yesterday 18:00"
    assert words.moment(datetime(2026, 1, 5, 1, 0, tzinfo=UTC), now=now) == "5 Jan 2026, 09:00"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1200, "seconds", "20 min"),
        (3.25, "hours", "3.2 h"),
        (41.2, "hours", "41 h"),
        (314.4, "hours", "13 d"),
        (96, "hours", "4 d"),
        (2.5, "days", "2.5 d"),
    ],
)
def test_durations_are_said_in_the_unit_people_would_use(value: float, unit: str, said: str) -> None:
    assert Words("en").duration(value, unit) == said


def test_a_few_is_not_said_as_none() -> None:
    assert Words("en").percent(0.0004, 0) == "<1%"
    assert Words("en").percent(0.0, 0) == "0%"


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh_CN"), ("zh-Hans-SG", "zh_CN"), ("de-DE", "en"), (None, "en")]
)
def test_the_browser_says_which_language(locale: str | None, language: str) -> None:
    assert language_of(locale) == language
