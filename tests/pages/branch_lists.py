"""The stand-in's lists of things to do: two rows of each, one late and one not, of a branch in the north."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from tests.pages.company import LAST_DAY, Company
from warehouse.feeds.contract import feeds
from warehouse.queries import action_lists, complaint_lists, contact_cards
from warehouse.queries.contact_cards import CardRefused, ContactCard
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

AT = pd.Timestamp("2026-03-20T02:00:00Z")
NAME, PHONE = "<b>Wang</b> Fang", "+86 138-0000-0001"
MANY = 431


@dataclass
class Lists:
    """What `company` has to do; `opened` are the contact cards that were asked for."""

    company: Company
    opened: list[tuple[str, str, str]]

    def leads(self, reader: Reader, scope: Scope, action: str, *, most: int = 200) -> pd.DataFrame:
        """Two leads, of a source whose name is markup."""
        return self._rows(
            lead_id=["L-1", "L-2"],
            source_code=["<b>web</b>", "radio"],
            owner_staff_id=["S-1", None],
            collected_at=[AT, pd.NaT],
            assigned_at=[AT, pd.NaT],
            due_at=[AT, AT],
            hours_left=[-30.0, 5.0],
        )

    def visits(self, reader: Reader, scope: Scope, *, most: int = 200) -> pd.DataFrame:
        """Two customers, of more than are listed."""
        return self._rows(
            portfolio=["star", "dog"],
            visits_missing=[3, 1],
            visits_got=[0, 0],
            visits_due=[3.0, 1.5],
            spend=[1234.5, 0.0],
            last_ordered_on=[LAST_DAY, None],
        ).assign(in_all=MANY)

    def surveys(self, reader: Reader, scope: Scope, *, most: int = 200) -> pd.DataFrame:
        """Two customers drawn."""
        return self._rows(customer_kind=["person", None], last_ordered_on=[LAST_DAY, LAST_DAY])

    def answers(self, reader: Reader, scope: Scope, *, most: int = 200) -> pd.DataFrame:
        """A detractor who was asked nothing else, and somebody dissatisfied."""
        nan = float("nan")
        return self._rows(
            invite_id=["I-1", "I-2"],
            recommend=[3.0, nan],
            overall=[nan, 2.0],
            overall_to=[nan, 5.0],
            answered_at=[AT, AT],
        )

    def complaints(self, reader: Reader, scope: Scope, *, most: int = 200) -> pd.DataFrame:
        """Two complaints, one of nobody known."""
        return self._rows(
            complaint_id=["C-1", "C-2"],
            category_code=["delivery", "billing"],
            severity_code=["high", "low"],
            handler_staff_id=[None, "S-1"],
            opened_at=[AT, AT],
            due_at=[AT, AT],
            hours_left=[-48.0, -24.0],
            is_responded=[True, False],
        )

    def feeds(self, reader: Reader) -> pd.DataFrame:
        """Every feed that is not absent."""
        return pd.DataFrame({"feed": sorted(set(feeds()) - self.company.absent)})

    def card(self, reader: Reader, keys: object, *, kind: str, code: str, reason: str) -> ContactCard:
        """A card for whoever gives a reason."""
        self.opened.append((kind, code, reason))
        if not reason.strip():
            raise CardRefused("no reason")
        return ContactCard(customer_code="K-1", name=NAME, phone=PHONE)

    def _rows(self, **columns: list[Any]) -> pd.DataFrame:
        if self.company.broken:
            raise RuntimeError("the server is away")
        rows = pd.DataFrame({"customer_code": ["K-1", "K-2"], "branch_id": ["north-1", "north-1"], **columns})
        return rows.iloc[:0].assign(in_all=0) if self.company.empty else rows.assign(in_all=len(rows))


def open_lists(company: Company, patch: pytest.MonkeyPatch) -> Lists:
    """Let the pages ask `company` for its lists, too."""
    lists = Lists(company, [])
    for name in ("leads", "visits", "surveys", "answers", "feeds"):
        patch.setattr(action_lists, name, getattr(lists, name))
    for name in ("overdue", "soon_due"):
        patch.setattr(complaint_lists, name, lists.complaints)
    patch.setattr(contact_cards, "contact_card", lists.card)
    return lists
