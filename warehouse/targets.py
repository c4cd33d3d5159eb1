"""The promises of the house: how long a complaint may take where its source set no deadline (`catalogue/targets.yaml`)."""

import json
from functools import cache
from pathlib import Path

import yaml

TARGETS = Path(__file__).parent / "catalogue" / "targets.yaml"


@cache
def complaint_targets() -> str:
    """Calendar hours to answer and to resolve by severity, as the JSON text that `curated/fct_complaint.sql` is bound with."""
    return json.dumps(yaml.safe_load(TARGETS.read_text("utf-8"))["complaints"])
