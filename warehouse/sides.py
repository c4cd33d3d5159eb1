"""What the matrices of service and of product age are cut by, and what repurchase is compared with (`catalogue/sides.yaml`)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SIDES = Path(__file__).parent / "catalogue" / "sides.yaml"


@cache
def sides() -> str:
    """The cuts and bands, as the JSON text that SQL is bound with; not the words."""
    declared = _declared()
    return json.dumps({name: declared[name] for name in ("service_type", "product_age")})


def repurchase_reference(*, product_satisfied: str, service_satisfied: str) -> float:
    """The share (0 to 1) that the trade quotes for one cell of `matrix.repurchase`, each axis `yes` or `no`."""
    return float(_declared()["repurchase"]["reference"][product_satisfied][service_satisfied])


@cache
def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = yaml.safe_load(SIDES.read_text("utf-8"))
    return declared
