"""Dated notes that data stewards write once, shown on every time axis that they concern."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import pandas as pd

from warehouse.queries.reader import Reader

Place = Literal["company", "region", "branch"]
LONGEST_TEXT = 300
"""Characters; `access.annotate` refuses a longer text."""


def written(reader: Reader) -> pd.DataFrame:
    """The notes that the person may see, the oldest day first; those that were withdrawn are left out.

    Columns: annotation_id, from_on, until_on (its last day; None: one day), text_en, text_zh, concerns (codes of feeds and
    metrics; empty: every figure), scope_kind (company, region, branch), scope_id, written_by, written_at. A note belongs to
    no refresh: it is read as it stands now.
    """
    return reader.frame("annotations/written")


def annotate(
    reader: Reader,
    *,
    from_on: date,
    until_on: date | None,
    text_en: str,
    text_zh: str,
    concerns: Sequence[str] = (),
    scope_kind: Place = "company",
    scope_id: str | None = None,
) -> int:
    """Write a note; its number. Raises Refused for anybody but a data steward, and for what can be no note."""
    answer = reader.call(
        "annotations/annotate",
        from_on=from_on,
        until_on=until_on,
        text_en=text_en,
        text_zh=text_zh,
        concerns=list(concerns),
        scope_kind=scope_kind,
        scope_id=scope_id,
    )
    return int(answer["annotation_id"].iloc[0])


def withdraw(reader: Reader, annotation_id: int) -> None:
    """Withdraw a note: nobody sees it any more. Raises Refused for anybody but a data steward, and where there is none."""
    reader.call("annotations/withdraw", annotation_id=annotation_id)
