"""What stands in a cell, as people write it: numbers, days and instants, elapsed time, text."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
TIMES_ONLY = frozenset({18, 19, 20, 21, 32, 33, 45, 46, 47, 55, 56})
ELAPSED = 46
LAST_SERIAL = 2_958_466
FALSE_LEAP_DAY = 60
EPOCH_1900 = datetime.fromisoformat("1899-12-30")
EPOCH_1904 = datetime.fromisoformat("1904-01-01")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

AsText = Callable[[str], str]


def writer(number: int, code: str | None, epoch: datetime) -> AsText:
    """How numbers of a format are written: the format's number, its code where it is the workbook's own."""
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code or "", flags=re.IGNORECASE).lower()
    if number == ELAPSED or re.search(r"\[[hms]+\]", bare):
        return elapsed_text
    if number in DATES if code is None else bare != "general" and re.search(r"[ymdhs年月日]", bare):
        time_only = number in TIMES_ONLY if code is None else not re.search(r"[yd年月日]", bare)
        return lambda text: instant_text(text, epoch=epoch, time_only=time_only)
    return number_text


def number_text(text: str) -> str:
    """A stored number as people write it: integers without a point, others in the shortest exact form."""
    number = float(text)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def instant_text(text: str, *, epoch: datetime, time_only: bool) -> str:
    """Days since `epoch` as ISO text: `2026-03-01`, `2026-03-01 14:05:00`, or `14:05:00` for a time of day.

    The 1900 system has a 29 February 1900, so that it is a day off before; that day, and what is no date, stay numbers.
    """
    serial = float(text)
    if not 0 <= serial < LAST_SERIAL or (epoch == EPOCH_1900 and int(serial) == FALSE_LEAP_DAY):
        return number_text(text)
    shift = timedelta(days=1) if epoch == EPOCH_1900 and serial < FALSE_LEAP_DAY else timedelta(0)
    instant = epoch + shift + timedelta(milliseconds=round(serial * 86_400_000))
    if time_only and serial < 1:
        return instant.time().isoformat()
    if serial.is_integer():
        return instant.date().isoformat()
    return instant.isoformat(" ")


def elapsed_text(text: str) -> str:
    """A number of days as elapsed `26:05:00`, hours beyond a day kept."""
    seconds = round(float(text) * 86_400)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def unescaped(text: str) -> str:
    """Text in which characters that XML does not know stand as `_x000D_`."""
    return ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text
