"""Outgrowing one machine: on a Citus cluster what is known of customers is spread over the workers, and the same refresh goes on.

What is not named here stays with the coordinator: what comes in (landing, staging), the book, and all that people look at. So a
dashboard needs no worker. Which SQL runs on both is told in docs/citus.md, and seen to in tests/citus.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Engine, text

from warehouse import db
from warehouse.run import AlreadyRunning

SPREAD = "select create_distributed_table(:name, 'customer_id')"
COPIED = "select create_reference_table(:name)"
PLACES: Mapping[str, Sequence[str]] = {
    SPREAD: (
        "dim_customer",
        "fct_attendance",
        "fct_complaint",
        "fct_contact",
        "fct_lead",
        "fct_lead_call",
        "fct_lead_progress",
        "fct_order",
        "fct_return",
        "fct_standing",
        "fct_survey",
        "fct_survey_answer",
        "fct_tier_stretch",
        "fct_wallet",
    ),
    COPIED: (
        "dim_branch",
        "dim_event",
        "dim_lead_source",
        "dim_staff",
        "dim_target",
        "dim_working_hours",
        "fct_lead_assignment",
        "fct_lead_cost",
        "fct_service_audit",
        "fct_skill_assessment",
    ),
}
"""Tables of `curated`: the rows of one customer lie together on one worker; of what is about no customer, each has all."""
UNLOGGED = """
select cast(cast(oid as regclass) as text) from pg_class
where relnamespace = cast('curated' as regnamespace) and relpersistence = 'u' and relkind = 'r'
"""
KNOWN = "select exists (select from pg_dist_partition where logicalrelid = cast(:name as regclass))"
FREED = "select truncate_local_data_after_distributing_table(cast(:name as regclass))"


def distribute(engine: Engine) -> tuple[str, ...] | None:
    """Place on the workers what does not lie there yet; its names. None where the server has no Citus, and nothing is done.

    Each table is moved in a transaction of its own: what was cut off is finished by another call. Raises AlreadyRunning.
    """
    if not has_citus(engine):
        return None
    with db.alone_at(engine, "gatehouse.refresh") as alone:
        if not alone:
            raise AlreadyRunning("a refresh is under way; try again when it has ended")
        with engine.begin() as connection:
            _settle(connection)
            # what a crash empties together on one server would be emptied in part, by the crash of one of several
            for name in connection.scalars(text(UNLOGGED)).all():
                connection.exec_driver_sql(f"alter table {name} set logged")
            # first: Citus knows what a function in SQL reads, and wants all of that placed at once
            connection.exec_driver_sql(db.sql_text("distribute.sql"))
        return tuple(_placed(engine))


def has_citus(engine: Engine) -> bool:
    """Whether the database is that of a Citus cluster."""
    with engine.begin() as connection:
        return bool(connection.scalar(text("select exists (select from pg_extension where extname = 'citus')")))


def finish_commits(connection: Connection) -> None:
    """Have workers end what was committed while one of them was away: else a gate would count too little."""
    connection.exec_driver_sql(
        "do $$ begin if exists (select from pg_extension where extname = 'citus') then"
        " perform recover_prepared_transactions(); end if; end; $$"
    )


def _settle(connection: Connection) -> None:
    """What a transaction sets for itself holds on the workers, too."""
    name = connection.dialect.identifier_preparer.quote(connection.scalar(text("select current_database()")))
    connection.exec_driver_sql(f"alter database {name} set citus.propagate_set_commands = 'local'")


def _placed(engine: Engine) -> Iterator[str]:
    for place, names in PLACES.items():
        for table in ({"name": f"curated.{name}"} for name in names):
            with engine.begin() as connection:
                if connection.scalar(text(KNOWN), table):
                    continue
                connection.execute(text(place), table)
                connection.execute(text(FREED), table)
            yield table["name"]
