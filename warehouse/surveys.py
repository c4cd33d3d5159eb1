"""How answers are put together (`catalogue/survey_settings.yaml`): steps, handling-time bands, drivers and strata."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SETTINGS = Path(__file__).parent / "catalogue" / "survey_settings.yaml"


@cache
def survey_settings() -> str:
    """All of them, as the JSON text that SQL is bound with."""
    return json.dumps(_declared())


def drivers() -> tuple[str, ...]:
    """The questions that may move `overall`, in the order shown."""
    return tuple(_declared()["drivers"])


def smallest_stratum() -> int:
    """Answers that a stratum needs to stand by itself."""
    return int(_declared()["smallest_stratum"])


@cache
def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = yaml.safe_load(SETTINGS.read_text("utf-8"))
    return declared
