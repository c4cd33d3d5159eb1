-- Customers of the month's draw who are still to be asked, and how many of the draw were.
-- Reads  published.action_survey, published.action_survey_sums
-- Why    the first of several branches are among the first of each: no others are read, and how many there are is told by sums,
--        counted once: PostgreSQL would count again for every row.
with counted as materialized (
    select
        cast(sum(drawn) as bigint) as due_in_all,
        cast(sum(asked) as bigint) as asked_in_all
    from published.action_survey_sums
    where
        refresh_id = :refresh_id
        and grain = 'branch month'
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

foremost as (
    select *
    from published.action_survey
    where
        refresh_id = :refresh_id
        and turn <= :most
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

final as (
    select
        f.customer_code,
        f.customer_kind,
        f.region_id,
        f.branch_id,
        f.month_on,
        f.last_ordered_on,
        c.due_in_all,
        c.asked_in_all,
        c.due_in_all - c.asked_in_all as in_all
    from foremost as f
    cross join counted as c
    order by f.branch_id, f.turn
    limit :most
)

select * from final
