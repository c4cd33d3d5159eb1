"""What a benchmark says: under which conditions it ran, what it found, and whether that is within what it may be."""

import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Limit:
    """A figure that may be at most `most`; `unit` is written behind both."""

    name: str
    found: float
    most: float
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the figure is within what it may be."""
        return self.found <= self.most

    def __str__(self) -> str:
        verdict = "kept" if self.is_kept else "MISSED"
        return f"{verdict:6} {self.name}: {self.found:.3g}{self.unit} (at most {self.most:g}{self.unit})"


def conditions(*about: str) -> None:
    """The line that every benchmark begins with: what it was asked, the machine, how busy that is, and the versions."""
    load = os.getloadavg()[0]
    versions = f"Python {platform.python_version()}, SQLAlchemy {version('sqlalchemy')}, Great Expectations {version('great-expectations')}"
    tell(f"{', '.join(about)}; {os.cpu_count()} cores of {platform.machine()}, load {load:.1f}; {versions}")


def seconds(name: str, taken: Sequence[float]) -> None:
    """One way's median, and every round of it."""
    tell(f"{name:24} median {statistics.median(taken):8.2f} s  ({', '.join(f'{each:.2f}' for each in taken)})")


def judged(*limits: Limit) -> int:
    """Tell each limit with its figure; 1 where one is not kept."""
    for limit in limits:
        tell(str(limit))
    return int(not all(limit.is_kept for limit in limits))


def tell(line: str) -> None:
    """One line on standard output, at once: what comes next may take an hour."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
