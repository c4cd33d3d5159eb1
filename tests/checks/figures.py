"""Facts, editions and a candidate, as a refresh would have left them before gate 2."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from warehouse.db import Database

MONTHS = ("2025-11-01", "2025-12-01", "2026-01-01")


def run(database: Database, *statements: str, **values: Any) -> None:
    """Execute statements in one transaction."""
    with database.loader.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def lead_facts(database: Database, *, months: Sequence[str] = MONTHS, a_month: int = 240, fake_every: int = 10) -> None:
    """`a_month` leads in each month, over twelve branches; every so-manieth is fake."""
    run(
        database,
        """
        insert into curated.fct_lead (customer_id, lead_id, branch_id, source_code, collected_at, collected_on, is_genuine)
        select
            curated.party_id('lead:' || m.month_on || '-' || i.number),
            m.month_on || '-' || i.number,
            'B' || (i.number % 12 + 1),
            'fair',
            m.month_on + i.number % 28 + time '12:00',
            m.month_on + i.number % 28,
            i.number % :fake_every <> 0
        from unnest(cast(:months as date [])) as m (month_on), generate_series(1, :a_month) as i (number)
        """,
        """
        insert into curated.fct_lead_progress
            (customer_id, lead_id, cohort_on, branch_id, source_code, collected_at, collected_on, is_genuine, stage, has_ordered)
        select
            customer_id, lead_id, date_trunc('month', collected_on), branch_id, source_code, collected_at, collected_on,
            is_genuine, case when is_genuine then 2 else 1 end, false
        from curated.fct_lead
        where date_trunc('month', collected_on) = any(cast(:months as date []))
        """,
        months=list(months),
        a_month=a_month,
        fake_every=fake_every,
    )


def lead_edition(database: Database, refresh_id: int, *, months: Sequence[str] = MONTHS) -> None:
    """A new edition of `lead_day` for the months, from the facts, proposed beside what is published."""
    run(
        database,
        """
        insert into published.lead_day_edition
        select
            :refresh_id, cohort_on, branch_id, 'R1', collected_on, source_code,
            count(*), count(*) filter (where is_genuine), count(*) filter (where not is_genuine),
            count(*) filter (where stage >= 2), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        from curated.fct_lead_progress
        where cohort_on = any(cast(:months as date []))
        group by cohort_on, branch_id, collected_on, source_code
        """,
        refresh_id=refresh_id,
        months=list(months),
    )
    propose(database, refresh_id, "lead_day", months)


def propose(database: Database, refresh_id: int, table: str, slices: Sequence[str]) -> None:
    """The candidate manifest: what the last refresh published, with new editions of `slices` of the table in place."""
    run(
        database,
        "delete from ops.candidate where refresh_id <> :refresh_id",
        """
        insert into ops.candidate
        select :refresh_id, table_name, slice_on, edition_id
        from published.manifest
        where refresh_id = (select max(refresh_id) from published.refresh where state = 'passed')
        on conflict do nothing
        """,
        """
        insert into ops.candidate
        select :refresh_id, :table_name, unnest(cast(:slices as date [])), :refresh_id
        on conflict (refresh_id, table_name, slice_on) do update set edition_id = excluded.edition_id
        """,
        refresh_id=refresh_id,
        table_name=table,
        slices=list(slices),
    )


def publish(database: Database, refresh_id: int) -> None:
    """What was proposed is what readers see."""
    run(
        database,
        "update published.refresh set state = 'passed' where refresh_id = :refresh_id",
        "insert into published.manifest select * from ops.candidate where refresh_id = :refresh_id",
        refresh_id=refresh_id,
    )
