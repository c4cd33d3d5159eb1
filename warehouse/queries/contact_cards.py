"""The contact card: name and phone of the one person behind a case, for the head of the branch who must call."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from warehouse.queries.reader import Reader
from warehouse.settings import Keys

Kind = Literal["customer", "lead", "complaint", "survey"]
Refusal = Literal["looking as somebody else", "not a branch head", "no reason", "not of your branch"]


@dataclass(frozen=True)
class ContactCard:
    """Who it is; None where no feed has told, or where the person was forgotten. Its repr holds nothing of it."""

    customer_code: str | None
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)


class CardRefused(Exception):
    """The card is not for this person; `because` says why, without telling whether there is such a case."""

    def __init__(self, because: Refusal) -> None:
        super().__init__(because)
        self.because = because


def contact_card(reader: Reader, keys: Keys, *, kind: Kind, code: str, reason: str) -> ContactCard:
    """The card of the person behind the case `code`, opened with the vault's key. Every call leaves an audit row.

    Raises CardRefused where `reader` is not the head of the branch that has the case, or gives no reason, and
    warehouse.access.vault.OtherKey where the values were sealed with another key.
    """
    (row,) = reader.call("contact_card", kind=kind, code=code, reason=reason).to_dict("records")
    refusals: dict[object, Refusal] = {said: said for said in get_args(Refusal)}
    if row["answer"] in refusals:
        raise CardRefused(refusals[row["answer"]])
    from warehouse.access.vault import Vault  # what opens seals is 7 MB, and most pages show none

    vault = Vault(keys)
    name, phone = (
        None if sealed is None else vault.open(bytes(sealed)) for sealed in (row["sealed_name"], row["sealed_phone"])
    )
    return ContactCard(customer_code=row["customer_code"], name=name, phone=phone)
