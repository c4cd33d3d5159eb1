"""Which encoding a text file is in, and its bytes as lines of something that newlines can be found in.

The order of detection, on the first megabyte:
1. a byte order mark (UTF-8, UTF-16 little or big endian);
2. UTF-16 without a mark: one byte in twenty is zero, all on one side of the pairs, and the text has lines and cells;
3. UTF-8, if most of the lines with bytes beyond ASCII are valid (a line that is not is quarantined, not the file);
4. cp949, if the lines are valid and at least 95 of 100 letters are Hangul, of at least 20;
5. GB18030 (with GBK and GB2312 in it), if the lines are valid and the letters are pairs of high bytes, as Chinese is;
6. cp1252, if the lines are valid.
ASCII alone is UTF-8. A short file of Korean may be taken for Chinese: declare its encoding.
"""

import codecs
from collections.abc import Iterator

ASCII = bytes(range(128))
UNDECODABLE = "\udfff"
MARKING = "gatehouse.undecodable"
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
FEWEST_HANGUL = 20
DELIMITERS = "\t;,|"


def _mark_undecodable(error: UnicodeError) -> tuple[str | bytes, int]:
    """Decoding, what is not text becomes UNDECODABLE; encoding, that becomes a byte that is never valid in UTF-8."""
    if isinstance(error, UnicodeDecodeError):
        return UNDECODABLE, error.end
    if isinstance(error, UnicodeEncodeError):
        return b"\xff" * (error.end - error.start), error.end
    raise error


codecs.register_error(MARKING, _mark_undecodable)


def detect(sample: bytes) -> str | None:
    """The encoding of a text that begins with `sample`, in Python's name for it; None if none fits."""
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return encoding
    wide = _utf_16_without_mark(sample)
    if wide is not None:
        return wide
    lines = [line for line in _whole_lines(sample) if not line.isascii()]
    if not lines:
        return "utf-8"
    return next((encoding for encoding, fits in CANDIDATES.items() if fits(lines)), None)


def known(encoding: str) -> bool:
    """Whether Python has a codec of this name that makes text of bytes."""
    try:
        "a".encode(encoding)
    except LookupError:
        return False
    return True


def is_ascii_inside(encoding: str) -> bool:
    """Whether ASCII stands for itself in this encoding, so that a newline byte is a newline."""
    return "a\n".encode(encoding) == b"a\n"


def valid_share(lines: list[bytes], encoding: str) -> float:
    """How many of the lines are text in `encoding`, 0 to 1; 1 for no lines."""
    return sum(_is_valid(line, encoding) for line in lines) / len(lines) if lines else 1.0


def newline_safe(blocks: Iterator[bytes], encoding: str) -> tuple[Iterator[bytes], str]:
    """The blocks without byte order mark in an encoding where a newline byte is always a newline; and that encoding.

    UTF-16 and the like become UTF-8; what is not valid in them becomes bytes that are not valid UTF-8 either.
    """
    if not is_ascii_inside(encoding):
        return _transcoded(blocks, encoding), "utf-8"
    if codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}:
        return _without_mark(blocks, codecs.BOM_UTF8), "utf-8"
    return blocks, encoding


def _transcoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(MARKING)
    texts = (decoder.decode(block) for block in blocks)
    first = next(texts, "")
    yield first.removeprefix("\ufeff").encode("utf-8", MARKING)
    for text in texts:
        yield text.encode("utf-8", MARKING)
    yield decoder.decode(b"", final=True).encode("utf-8", MARKING)


def _without_mark(blocks: Iterator[bytes], mark: bytes) -> Iterator[bytes]:
    yield next(blocks, b"").removeprefix(mark)
    yield from blocks


def _whole_lines(sample: bytes) -> list[bytes]:
    lines = sample.split(b"\n")
    return lines[:-1] if len(lines) > 1 and lines[-1] else lines


def _utf_16_without_mark(sample: bytes) -> str | None:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 20 < len(sample) or min(even, odd) * 20 > max(even, odd):
        return None
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    try:
        text = sample[: len(sample) // 2 * 2].decode(encoding, MARKING)
    except UnicodeError:
        return None
    has_lines, has_cells = {"\n", "\r"} & set(text), set(DELIMITERS) & set(text)
    return encoding if has_lines and has_cells else None


def _is_valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeError:
        return False
    return True


def _is_utf_8(lines: list[bytes]) -> bool:
    return valid_share(lines, "utf-8") >= 0.5


def _is_korean(lines: list[bytes]) -> bool:
    text = b"\n".join(lines).decode("cp949", "ignore")
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    hangul = sum("\uac00" <= letter <= "\ud7a3" for letter in letters)
    return valid_share(lines, "cp949") >= 0.9 and hangul >= FEWEST_HANGUL and hangul >= 0.95 * len(letters)


def _is_chinese(lines: list[bytes]) -> bool:
    text = b"\n".join(lines)
    high = len(text.translate(None, delete=ASCII))
    letters = sum(not letter.isascii() for letter in text.decode("gb18030", "ignore"))
    return valid_share(lines, "gb18030") >= 0.9 and high >= 1.5 * letters


def _is_western(lines: list[bytes]) -> bool:
    return valid_share(lines, "cp1252") >= 0.9


CANDIDATES = {"utf-8": _is_utf_8, "cp949": _is_korean, "gb18030": _is_chinese, "cp1252": _is_western}
