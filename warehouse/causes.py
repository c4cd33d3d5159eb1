"""Why customers complain, and which of the five gaps of service each cause belongs to (`catalogue/causes.yaml`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CAUSES = Path(__file__).parent / "catalogue" / "causes.yaml"


@dataclass(frozen=True)
class Cause:
    """A cause of complaints: what it is called, and the code of its gap."""

    code: str
    gap: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Gap:
    """One of the five gaps of service: what it is called, and what lies on either side of it."""

    code: str
    label: Mapping[str, str]
    meaning: Mapping[str, str]


@cache
def causes() -> dict[str, Cause]:
    """Every declared cause by code. Codes that a source makes up itself have no label and no gap."""
    declared = yaml.safe_load(CAUSES.read_text("utf-8"))["causes"]
    return {code: Cause(code=code, **about) for code, about in declared.items()}


@cache
def gaps() -> dict[str, Gap]:
    """The five gaps by code, in the order in which they are numbered."""
    declared = yaml.safe_load(CAUSES.read_text("utf-8"))["gaps"]
    return {code: Gap(code=code, **about) for code, about in declared.items()}


@cache
def cause_gaps() -> str:
    """The gap of each cause, as the JSON text that published SQL is bound with."""
    return json.dumps({code: cause.gap for code, cause in causes().items()})
