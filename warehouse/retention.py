"""What winning a customer may cost beside keeping one, as the trade reckons (`catalogue/retention.yaml`)."""

from functools import cache
from pathlib import Path

import yaml

RETENTION = Path(__file__).parent / "catalogue" / "retention.yaml"


@cache
def win_to_keep() -> tuple[float, float]:
    """How many times dearer than keeping a customer the trade reckons that winning one is: at least, at most."""
    low, high = yaml.safe_load(RETENTION.read_text("utf-8"))["reference"]["win_to_keep"]
    return float(low), float(high)
