"""What the doctor says of one thing: how it stands, in one line, and what to do where it is wrong."""

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`note` is worth knowing and stops nothing; `do` is empty where there is nothing to do."""

    about: str
    state: State
    said: str
    do: str = ""


def good(about: str, said: str) -> Finding:
    """As it should be."""
    return Finding(about, "good", said)


def note(about: str, said: str, do: str = "") -> Finding:
    """Worth knowing."""
    return Finding(about, "note", said, do)


def wrong(about: str, said: str, do: str) -> Finding:
    """Something that keeps figures from being made or read, or lets them be read by others."""
    return Finding(about, "wrong", said, do)
