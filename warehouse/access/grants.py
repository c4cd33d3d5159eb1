"""Grants: who may see what, from when until when, given by whom. Read by the policies at every query."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, Engine, text

Role = Literal["executive", "branch_head", "data_steward"]
ROLES: tuple[Role, ...] = ("executive", "branch_head", "data_steward")

DEMO_PEOPLE: dict[str, tuple[str, Role]] = {
    "executive": ("executive@demo", "executive"),
    "head": ("head@demo", "branch_head"),
    "steward": ("steward@demo", "data_steward"),
}


class NotGrantable(ValueError):
    """A grant that would not do what it says; the message says what would."""


@dataclass(frozen=True)
class Grant:
    """`region` or `branch` narrows the grant of a branch head; with neither it covers the whole company."""

    person: str
    role: Role
    region: str | None = None
    branch: str | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise NotGrantable(f"no role {self.role!r}; there are {', '.join(ROLES)}")
        if self.region and self.branch:
            raise NotGrantable("a grant names a region or a branch, not both; give two grants for two")
        if self.role != "branch_head" and (self.region or self.branch):
            raise NotGrantable(f"{self.role} is for the whole company; for a region or a branch give branch_head")

    @property
    def scope_kind(self) -> str:
        """company, region or branch."""
        return "region" if self.region else "branch" if self.branch else "company"

    @property
    def covers(self) -> str:
        """What the grant is for, in words."""
        return f"{self.scope_kind} {self.region or self.branch}" if self.region or self.branch else "the whole company"


def check(connection: Connection, grant: Grant) -> None:
    """Raises NotGrantable where the grant names nobody, a place that no branch lies in, or a time that is over."""
    if "@" not in grant.person.strip("@ ") or any(letter.isspace() for letter in grant.person.strip()):
        raise NotGrantable(f"{grant.person!r} is no e-mail address; people are known by the one they sign in with")
    if grant.role == "branch_head" and grant.scope_kind == "company":
        raise NotGrantable("say which region or branch: --region or --branch")
    if grant.valid_until is not None and grant.valid_until <= datetime.now(UTC):
        raise NotGrantable(f"{grant.valid_until:%Y-%m-%d %H:%M %Z} is over; nothing would be granted")
    known = connection.execute(text("select branch_id as branch, region_id as region from access.branch")).mappings()
    places = sorted({row[grant.scope_kind] for row in known}) if grant.scope_kind != "company" else []
    if places and (grant.region or grant.branch) not in places:
        raise NotGrantable(f"there is no {grant.covers}; there are {', '.join(places)}")


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
        detail=f"{row['person']} as {grant.role}: {grant.covers}"
        + (f" until {grant.valid_until.isoformat()}" if grant.valid_until else ""),
    )


def revoke(
    connection: Connection, person: str, *, by: str, region: str | None = None, branch: str | None = None
) -> int:
    """End the running grants of `person` now, all of them or those of a region or branch; how many ended."""
    whose, kind = person.strip().lower(), "region" if region else "branch"
    ended = connection.execute(
        text(
            "update access.grants set valid_until = now()"
            " where person = :person and (valid_until is null or valid_until > now())"
            " and (cast(:place as text) is null or (scope_kind = :kind and scope_id = :place))"
        ),
        {"person": whose, "kind": kind, "place": region or branch},
    ).rowcount
    if ended:
        where = f": {kind} {region or branch}" if region or branch else ""
        audit(connection, person=by, action="revoke", detail=f"{whose}{where}")
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
