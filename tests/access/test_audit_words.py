"""The audit trail in words: what each kind of row says in one line."""

import pytest

from warehouse.commands.access import in_words


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"what": "head@demo as branch_head: region R1"}, "head@demo as branch_head: region R1"),
        ({"what": '{"reason": "checked by hand", "refresh_id": 3}'}, "reason: checked by hand · refresh id: 3"),
        ({"what": "{}"}, ""),
        (
            {"kind": "complaint", "code": "C7", "customer": None, "reason": "", "answer": "no reason"},
            "kind: complaint · code: C7 · answer: no reason",
        ),
        ({"what": "a note", "looking_as": "head@demo"}, "a note · looking as: head@demo"),
        ({"text": {"en": "flood", "zh": "水灾"}, "concerns": ["a", "b"]}, "text: en flood, zh 水灾 · concerns: a, b"),
        ({}, ""),
    ],
)
def test_a_row_in_one_line(detail: dict[str, object], said: str) -> None:
    assert in_words(detail) == said
