"""Everything people read, in their language: sentences from the gettext catalogues, numbers and dates in their way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

Language = Literal["en", "zh_CN"]
LANGUAGES: Mapping[Language, str] = {"en": "English", "zh_CN": "简体中文"}
HERE = Path(__file__).parent
HOURS_SAID_AS_DAYS = 72


@cache
def translations(language: Language) -> GNUTranslations:
    """The gettext catalogue of `language`, read once from its .po file. FileNotFoundError if there is none."""
    compiled = BytesIO()
    with (HERE / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def locale(language: Language) -> Locale:
    """The locale of `language`: to find one, Babel looks through all that it has, and a page asks thousands of times."""
    return Locale.parse(language)


@dataclass(frozen=True)
class Words:
    """How one reader is spoken to. Messages are English; values are filled in after translation, by name."""

    language: Language = "en"
    zone: tzinfo | None = None

    @property
    def locale(self) -> Locale:
        """The reader's locale, for Babel."""
        return locale(self.language)

    def say(self, message: str, /, **values: object) -> str:
        """`message` in the reader's language, with `{name}` filled from `values`."""
        text = translations(self.language).gettext(message)
        return text.format_map(values) if values else text

    def say_many(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form that fits `number`, which is also `{n}`, written in the reader's way."""
        form = translations(self.language).ngettext(one, many, number)
        return form.format_map({"n": self.number(number), **values})

    def label(self, labels: Mapping[Any, str]) -> str:
        """One of the labels that the catalogues of metrics and feeds keep by language."""
        return labels.get(self.language) or labels["en"]

    def number(self, value: float, digits: int = 0) -> str:
        """12,345 in English; from ten thousand on 1.2万 and 3.4亿 in Chinese, from a million on 1.2M in English."""
        small = 10_000 if self.language == "zh_CN" else 1_000_000
        if abs(value) >= small:
            return str(format_compact_decimal(value, locale=self.locale, fraction_digits=1))
        return _written(format_decimal, str(value), f"#,##0.{'0' * digits}" if digits else "#,##0", self.language)

    def money(self, amount: float, currency: str) -> str:
        """An amount in whole units of `currency`, shortened as numbers are."""
        symbol = format_currency(0, currency, "¤", locale=self.locale)
        return f"{symbol}{self.number(amount)}"

    def percent(self, share: float, digits: int = 1) -> str:
        """A share of one as a percentage; whole per cents say "<1%" rather than 0% for a few."""
        if digits == 0 and 0 < share < 0.005:
            return "<1%"
        form = f"0.{'0' * digits}%" if digits else "0%"
        return _written(format_percent, str(round(share, digits + 2)), form, self.language)

    def points(self, difference: float) -> str:
        """A difference of two shares, in percentage points, with its sign."""
        return self.say("{n} pts", n=f"{round(100 * difference, 1) + 0.0:+.1f}".replace("-", "−"))

    def signed(self, difference: float, digits: int = 0) -> str:
        """A difference with its sign."""
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        return f"{sign}{self.number(abs(difference), digits)}"

    def duration(self, value: float, unit: str) -> str:
        """A stretch of time given in `unit` (seconds, minutes, hours or days); long stretches of hours are said as days."""
        if unit == "minutes" and value < 10:
            return self.say("{n} min", n=self.number(value, 1))
        hours = value * {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}[unit]
        if unit == "days" or hours >= HOURS_SAID_AS_DAYS:
            days = hours / 24
            return self.say("{n} d", n=self.number(days, 0 if days >= 10 or days.is_integer() else 1))
        if hours < 1 / 60:
            return self.say("{n} s", n=self.number(hours * 3600))
        if hours < 1:
            return self.say("{n} min", n=self.number(hours * 60))
        return self.say("{n} h", n=self.number(hours, 1 if hours < 10 else 0))

    def day(self, day: date) -> str:
        """31 Mar 2026 · 2026年3月31日."""
        return _day(date(day.year, day.month, day.day), self.language)

    def month(self, day: date) -> str:
        """Mar 2026 · 2026年3月."""
        return str(format_skeleton("yMMM", day, locale=self.locale))

    def quarter(self, code: str) -> str:
        """`2026-Q1` as Q1 2026 · 2026年第1季度; anything else as it is."""
        year, _, quarter = code.partition("-Q")
        if not (year.isdigit() and quarter in {"1", "2", "3", "4"}):
            return code
        return str(format_skeleton("yQQQ", date(int(year), 3 * int(quarter), 1), locale=self.locale))

    def moment(self, instant: datetime, *, now: datetime) -> str:
        """`today 06:10`, `yesterday 18:00`, `tomorrow 08:00`, or the day and the time, in the reader's zone."""
        local, here = instant.astimezone(self.zone), now.astimezone(self.zone)
        clock = str(format_time(local, "HH:mm", locale=self.locale))
        if local.date() == here.date():
            return self.say("today {time}", time=clock)
        if local.date() == here.date() - timedelta(days=1):
            return self.say("yesterday {time}", time=clock)
        if local.date() == here.date() + timedelta(days=1):
            return self.say("tomorrow {time}", time=clock)
        return self.say("{day}, {time}", day=self.day(local.date()), time=clock)

    def stamp(self, instant: datetime) -> str:
        """An instant to the minute, in the reader's zone, so that it sorts."""
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def span(self, first: date, last: date) -> str:
        """Both ends of a run of days, the last one included."""
        if self.language == "en" and first.year == last.year:
            return f"{format_date(first, 'd MMM', locale=self.locale)} – {self.day(last)}"
        return f"{self.day(first)} – {self.day(last)}"

    def sentences(self, *said: str) -> str:
        """Sentences one after the other, spaced as the language does."""
        return ("" if self.language == "zh_CN" else " ").join(said)

    def aside(self, said: str) -> str:
        """Something in brackets, with the space before them that the language wants."""
        return f"（{said}）" if self.language == "zh_CN" else f" ({said})"

    def listed(self, items: list[str]) -> str:
        """Items joined as the language joins them."""
        return ("、" if self.language == "zh_CN" else ", ").join(items)


@lru_cache(maxsize=16_384)
def _written(write: Callable[..., str], number: str, form: str, language: Language) -> str:
    """A number as Babel writes it, which takes longer than all else that is done with it: a page says the same ones many times."""
    return str(write(Decimal(number), format=form, locale=locale(language)))


@lru_cache(maxsize=16_384)
def _day(day: date, language: Language) -> str:
    return str(format_date(day, "long" if language == "zh_CN" else "d MMM y", locale=locale(language)))


def language_of(locale: str | None) -> Language:
    """The language nearest to a browser's locale; English where there is none."""
    return "zh_CN" if locale and locale.lower().startswith("zh") else "en"
