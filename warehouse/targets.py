"""The promises of the house: how long a complaint may take where its source set no deadline, and when leads are called."""

import json
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).parent / "catalogue"


@cache
def complaint_targets() -> str:
    """Calendar hours to answer and to resolve by severity, as the JSON text that `curated/fct_complaint.sql` is bound with."""
    return json.dumps(yaml.safe_load((CATALOGUE / "targets.yaml").read_text("utf-8"))["complaints"])


@cache
def six_calls() -> str:
    """When leads are called (`catalogue/calls.yaml`): `windows`, days after the call before, by purpose in their order;
    `screening_days`, by group of sources where the source names none. As the JSON text that SQL files are bound with.
    """
    declared = yaml.safe_load((CATALOGUE / "calls.yaml").read_text("utf-8"))
    return json.dumps({name: declared[name] for name in ("windows", "screening_days")})
