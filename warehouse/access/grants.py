"""Grants: who may see what, from when until when, given by whom. Read by the policies at every query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Engine, text

Role = Literal["executive", "branch_head", "data_steward"]
ROLES: tuple[Role, ...] = ("executive", "branch_head", "data_steward")

DEMO_PEOPLE: dict[str, tuple[str, Role]] = {
    "executive": ("executive@demo", "executive"),
    "head": ("head@demo", "branch_head"),
    "steward": ("steward@demo", "data_steward"),
}


@dataclass(frozen=True)
class Grant:
    """`region` or `branch` narrows the grant; with neither it covers the whole company."""

    person: str
    role: Role
    region: str | None = None
    branch: str | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        if self.region and self.branch:
            raise ValueError("a grant names a region or a branch, not both")
        if self.role not in ROLES:
            raise ValueError(f"no role {self.role!r}; there are {', '.join(ROLES)}")

    @property
    def scope_kind(self) -> str:
        """company, region or branch."""
        return "region" if self.region else "branch" if self.branch else "company"


def give(connection: Connection, grant: Grant, *, by: str) -> None:
    """Write the grant and its audit row."""
    row = {
        "person": grant.person.strip().lower(),
        "role": grant.role,
        "scope_kind": grant.scope_kind,
        "scope_id": grant.region or grant.branch,
        "valid_until": grant.valid_until,
        "by": by,
    }
    connection.execute(
        text(
            "insert into access.grants (person, role, scope_kind, scope_id, valid_until, granted_by)"
            " values (:person, :role, :scope_kind, :scope_id, :valid_until, :by)"
        ),
        row,
    )
    audit(
        connection,
        person=by,
        action="grant",
        detail=f"{row['person']} {grant.role} {grant.scope_kind} {row['scope_id'] or ''}",
    )


def revoke(connection: Connection, person: str, *, by: str) -> int:
    """End every running grant of `person` now; how many ended."""
    ended = connection.execute(
        text(
            "update access.grants set valid_until = now()"
            " where person = :person and (valid_until is null or valid_until > now())"
        ),
        {"person": person.strip().lower()},
    ).rowcount
    audit(connection, person=by, action="revoke", detail=person)
    return ended


def give_demo(connection: Connection, *, by: str) -> None:
    """The three people of the demo company: the whole company, one region, the loads."""
    region = connection.execute(text("select min(region_id) from access.branch")).scalar_one()
    for person, role in DEMO_PEOPLE.values():
        give(connection, Grant(person=person, role=role, region=region if role == "branch_head" else None), by=by)


OPERATOR = "operator@localhost"


def owner_view(engine: Engine) -> str:
    """The person in whose name the command line reads: whoever can open the database as loader sees the whole company.

    The grant is written like any other, so that reading goes through the same policies as everybody else's.
    """
    with engine.begin() as connection:
        known = connection.execute(
            text("select exists (select from access.grants where person = :person and valid_until is null)"),
            {"person": OPERATOR},
        ).scalar()
        if not known:
            give(connection, Grant(person=OPERATOR, role="data_steward"), by="command line")
    return OPERATOR


def audit(connection: Connection, *, person: str, action: str, detail: str) -> None:
    """One row in the audit trail."""
    connection.execute(
        text(
            "insert into access.audit (person, action, detail) values (:person, :action, jsonb_build_object('what', cast(:detail as text)))"
        ),
        {"person": person, "action": action, "detail": detail},
    )
