"""What one customer wrote beside the answers of a survey, for the head of the branch that asked."""

from dataclasses import dataclass, field
from typing import get_args

from warehouse.queries.contact_cards import CardRefused, Refusal
from warehouse.queries.reader import Reader
from warehouse.settings import Keys


@dataclass(frozen=True)
class Comment:
    """The words beside the answer to one question; None where the customer was forgotten. Its repr holds nothing of them."""

    question_code: str
    said: str | None = field(repr=False)


def comments(reader: Reader, keys: Keys, *, code: str, reason: str) -> tuple[Comment, ...]:
    """The comments of the survey `code`, opened with the vault's key, by question. Every call leaves an audit row.

    Raises CardRefused where `reader` is not the head of the branch that asked, or gives no reason, and
    warehouse.access.vault.OtherKey where the words were sealed with another key.
    """
    rows = reader.call("read_comments", code=code, reason=reason).to_dict("records")
    refusals: dict[object, Refusal] = {said: said for said in get_args(Refusal)}
    if because := next((refusals[row["answer"]] for row in rows if row["answer"] in refusals), None):
        raise CardRefused(because)
    from warehouse.access.vault import Vault  # what opens seals is 7 MB, and most pages show none

    vault = Vault(keys)
    return tuple(
        Comment(
            question_code=row["question_code"],
            said=None if row["sealed_comment"] is None else vault.open(bytes(row["sealed_comment"])),
        )
        for row in rows
    )
