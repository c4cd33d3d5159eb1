"""Who comes to the stand-in company, and who looks as whom: what Postgres would write down."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import streamlit as st
from sqlalchemy import Engine

from pages.shared import sign_in
from warehouse.queries import visits
from warehouse.queries.reader import Reader

PEOPLE = {"executive@demo": ("executive",), "head@demo": ("branch_head",), "steward@demo": ("data_steward",)}


@dataclass
class Visits:
    """The trail that visits leave, as (who, what, whom)."""

    trail: list[tuple[str, str, str]] = field(default_factory=list)

    def came(self, reader: Reader, *, signed_in_at: datetime | None) -> bool:
        """Somebody came."""
        self.trail.append((reader.person, "came", ""))
        return reader.person in PEOPLE

    def turned_away(self, engine: Engine, *, claimed: str) -> None:
        """Somebody came whose address nobody has verified."""
        self.trail.append(("nobody", "turned away", claimed))

    def people(self, reader: Reader) -> dict[str, tuple[str, ...]]:
        """Everybody else, for the executive and the steward."""
        if "branch_head" in PEOPLE.get(reader.person, ("branch_head",)):
            return {}
        return {person: roles for person, roles in PEOPLE.items() if person != reader.person}

    def view_as(self, reader: Reader, somebody: str) -> bool:
        """Whether `somebody` is one of those."""
        self.trail.append((reader.person, "view as", somebody))
        return somebody in self.people(reader)


def open_visits(patch: pytest.MonkeyPatch) -> Visits:
    """Let the pages write visits down here in place of a warehouse."""
    made = Visits()
    for name in ("came", "turned_away", "people", "view_as"):
        patch.setattr(visits, name, getattr(made, name))
    return made


def sign_in_as(patch: pytest.MonkeyPatch, person: str) -> None:
    """Let the provider have said just now that `person` is the one who looks."""
    patch.setattr(sign_in, "is_possible", lambda: True)
    said_at = int(datetime.now(UTC).timestamp())
    claims = {"is_logged_in": True, "email": person, "email_verified": True, "iat": said_at}
    patch.setattr(st, "user", claims)
